/* SPDX-License-Identifier: MIT */
/*
 * config_tables: what config.json may hold, a table an object (json.h), in the files that are named
 * here. reader->user is the bundle's path where there is a bundle, else NULL.
 */
#ifndef RUNTIME_CONFIG_TABLES_H
#define RUNTIME_CONFIG_TABLES_H

#include "json.h"
#include "spec.h"

struct json_object;

extern const struct json_table config_process;     /* config_process.c: struct spec_process */
extern const struct json_table config_mount;       /* config_mount.c: struct spec_mount */
extern const struct json_table config_linux;       /* config_linux.c: struct spec_linux */
extern const struct json_table config_device;      /* config_device.c: struct spec_device */
extern const struct json_table config_device_rule; /* the same: struct spec_device_rule */
extern const struct json_table config_resources;   /* config_resources.c: struct spec_linux, since
                                                      the device rules are not in cgroup_limits */
extern const struct json_table config_seccomp;     /* config_seccomp.c: struct spec_seccomp */
extern const struct json_table config_pair;        /* config.c: struct spec_pair, of a map */

/*
 * config_seccomp.c: what a profile in Docker's form has too, which is the same and more
 * (engine/translate/profile.c). The kernel keeps 16 bits of errnoRet: an errno, or what a tracer is
 * told (seccomp(2), SECCOMP_RET_DATA).
 */
extern const struct json_table config_seccomp_arg;
int config_seccomp_check_rule(struct json_reader *reader, void *rule);
#define CONFIG_SECCOMP_RULE                                                                        \
    {JSON_AT("names", JSON_STRINGS, struct spec_seccomp_rule, names), .required = true},           \
        {JSON_AT("action", JSON_STRING, struct spec_seccomp_rule, action), .required = true},      \
        {JSON_AT("errnoRet", JSON_NUMBER, struct spec_seccomp_rule, errno_ret),                    \
            .most = UINT16_MAX, .extra = offsetof(struct spec_seccomp_rule, errno_given)},         \
        JSON_ITEMS(                                                                                \
            "args", JSON_LIST, struct spec_seccomp_rule, args, args_count, &config_seccomp_arg)
#define CONFIG_SECCOMP_WHOLE                                                                       \
    {JSON_AT("defaultAction", JSON_STRING, struct spec_seccomp, default_action),                   \
        .required = true},                                                                         \
        {JSON_AT("defaultErrnoRet", JSON_NUMBER, struct spec_seccomp, default_errno),              \
            .most = UINT16_MAX, .extra = offsetof(struct spec_seccomp, default_errno_given)},      \
        JSON_FIELD("architectures", JSON_STRINGS, struct spec_seccomp, architectures),             \
        JSON_FIELD("flags", JSON_STRINGS, struct spec_seccomp, flags)

/* config_mount.c: uidMappings and gidMappings, for a field of type const struct idmap *, which
 * they share: the first of them makes it. */
int config_read_uids(struct json_reader *reader, struct json_object *value, void *field);
int config_read_gids(struct json_reader *reader, struct json_object *value, void *field);

/* config_check.c: what more than one part of the config decides. */
int config_check(struct json_reader *reader, void *spec);

/* The same: the reader of a field that we cannot do. */
int config_refuse(struct json_reader *reader, struct json_object *value, void *field);
#define CONFIG_REFUSE(name_)                                                                       \
    {                                                                                              \
        .name = (name_), .kind = JSON_CUSTOM, .custom = config_refuse                              \
    }

/* A path of the bundle, absolute; NULL with the error set. */
const char *config_path(struct json_reader *reader, const char *path);

#endif
