// SPDX-License-Identifier: MIT
/*
 * config.json's "linux": namespaces, IDs, devices, groups, and what is hidden. Each namespace goes
 * into one of two places: those to be made into one set of flags, those to be joined into the row
 * of ns_table that is theirs.
 *
 * Source: the OCI's config-linux.md.
 */
#include "config_tables.h"

#include <json-c/json_object.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static const struct json_word NAMESPACE_TYPES[] = {
    {"pid", CLONE_NEWPID},
    {"network", CLONE_NEWNET},
    {"mount", CLONE_NEWNS},
    {"ipc", CLONE_NEWIPC},
    {"uts", CLONE_NEWUTS},
    {"user", CLONE_NEWUSER},
    {"cgroup", CLONE_NEWCGROUP},
    {"time", CLONE_NEWTIME},
    {0},
};

struct namespace
{
    unsigned long flag;
    const char *path;
};

static const struct json_field NAMESPACE[] = {
    {JSON_AT("type", JSON_WORD, struct namespace, flag), .required = true,
        .words = NAMESPACE_TYPES},
    JSON_FIELD("path", JSON_STRING, struct namespace, path),
    {0},
};
static const struct json_table namespace_table = {
    .size = sizeof(struct namespace), .fields = NAMESPACE};

static int add_namespace(
    struct json_reader *reader, const struct namespace *namespace, struct spec_linux *linux_)
{
    int kind = 0;

    while (ns_table[kind].flag != (int)namespace->flag)
        kind++;
    if (linux_->namespaces & ns_table[kind].flag || linux_->namespace_paths[kind])
        return json_fail(reader, "type", "a second one of this type");
    if (!namespace->path)
        linux_->namespaces |= ns_table[kind].flag;
    else if (namespace->path[0] != '/')
        return json_fail(reader, "path", "'%.60s' is not absolute", namespace->path);
    linux_->namespace_paths[kind] = namespace->path;
    return 0;
}

static int read_namespaces(struct json_reader *reader, struct json_object *value, void *field)
{
    struct {
        const struct namespace *items;
        size_t count;
    } list = {0};
    static const struct json_field all = {
        .kind = JSON_LIST, .offset = 0, .extra = sizeof(void *), .table = &namespace_table};

    if (json_read_field(reader, &all, value, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        json_enter(reader, NULL, i);
        if (add_namespace(reader, &list.items[i], field) < 0)
            return -1;
        json_leave(reader);
    }
    return 0;
}

static const struct json_field OFFSET[] = {
    JSON_NUMBER_IN("secs", struct spec_time_offset, secs, INT64_MIN, INT64_MAX),
    JSON_NUMBER_IN("nanosecs", struct spec_time_offset, nanosecs, 0, 999999999),
    {0},
};
static const struct json_table offset_table = {.fields = OFFSET};

#define OFFSET_AT(name, member)                                                                    \
    {                                                                                              \
        JSON_AT(name, JSON_OBJECT, struct spec_linux, member),                                     \
            .table = &offset_table, .extra = offsetof(struct spec_linux, member.given)             \
    }
static const struct json_field OFFSETS[] = {
    OFFSET_AT("monotonic", monotonic),
    OFFSET_AT("boottime", boottime),
    {0},
};
static const struct json_table offsets_table = {.fields = OFFSETS};

static const struct json_word PROPAGATIONS[] = {
    {"private", MS_PRIVATE},
    {"rprivate", MS_PRIVATE | MS_REC},
    {"slave", MS_SLAVE},
    {"rslave", MS_SLAVE | MS_REC},
    {"shared", MS_SHARED},
    {"rshared", MS_SHARED | MS_REC},
    {"unbindable", MS_UNBINDABLE},
    {"runbindable", MS_UNBINDABLE | MS_REC},
    {0},
};

static const struct json_word DOMAINS[] = {
    {"LINUX", PER_LINUX},
    {"LINUX32", PER_LINUX32},
    {0},
};

static const struct json_word PERSONALITY_FLAGS[] = {
    {"UNAME26", UNAME26},
    {"ADDR_NO_RANDOMIZE", ADDR_NO_RANDOMIZE},
    {"FDPIC_FUNCPTRS", FDPIC_FUNCPTRS},
    {"MMAP_PAGE_ZERO", MMAP_PAGE_ZERO},
    {"ADDR_COMPAT_LAYOUT", ADDR_COMPAT_LAYOUT},
    {"READ_IMPLIES_EXEC", READ_IMPLIES_EXEC},
    {"ADDR_LIMIT_32BIT", ADDR_LIMIT_32BIT},
    {"SHORT_INODE", SHORT_INODE},
    {"WHOLE_SECONDS", WHOLE_SECONDS},
    {"STICKY_TIMEOUTS", STICKY_TIMEOUTS},
    {"ADDR_LIMIT_3GB", ADDR_LIMIT_3GB},
    {0},
};

/* After domain, which sets the rest of the number. */
static int read_flags(struct json_reader *reader, struct json_object *value, void *field)
{
    unsigned long *personality = field, flag;

    if (json_expect(reader, value, json_type_array) < 0)
        return -1;
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        json_enter(reader, NULL, i);
        if (json_read_word(reader, PERSONALITY_FLAGS, json_object_array_get_idx(value, i), &flag) <
            0)
            return -1;
        json_leave(reader);
        *personality |= flag;
    }
    return 0;
}

static const struct json_field PERSONALITY[] = {
    {JSON_AT("domain", JSON_WORD, struct spec_linux, personality), .required = true,
        .words = DOMAINS},
    {JSON_AT("flags", JSON_CUSTOM, struct spec_linux, personality), .custom = read_flags},
    {0},
};
static const struct json_table personality_table = {.fields = PERSONALITY};

static int read_seccomp(struct json_reader *reader, struct json_object *value, void *field)
{
    static const struct json_field pointer = {.kind = JSON_POINTER, .table = &config_seccomp};
    struct spec_seccomp *seccomp;

    if (json_read_field(reader, &pointer, value, &seccomp) < 0)
        return -1;
    seccomp->text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
    if (!seccomp->text)
        return err_sys(reader->err, "cannot read %s", reader->file);
    memcpy(field, &seccomp, sizeof(seccomp));
    return 0;
}

/* "/a//b/" is "/a/b", as every other path, and as runc has it. */
static int clean_path(struct json_reader *reader, void *item)
{
    struct spec_linux *linux_ = item;
    char *path = linux_->cgroups_path ? json_print(reader, "%s", linux_->cgroups_path) : NULL;
    char *to = path;

    if (!path)
        return linux_->cgroups_path ? -1 : 0;
    for (const char *from = path; *from; from++) {
        if (*from != '/' || (from[1] != '/' && (from[1] || to == path)))
            *to++ = *from;
    }
    *to = '\0';
    linux_->cgroups_path = path;
    return 0;
}

static const struct json_field LINUX[] = {
    {.name = "namespaces", .kind = JSON_CUSTOM, .custom = read_namespaces},
    {JSON_AT("uidMappings", JSON_CUSTOM, struct spec_linux, mappings), .custom = config_read_uids},
    {JSON_AT("gidMappings", JSON_CUSTOM, struct spec_linux, mappings), .custom = config_read_gids},
    JSON_PART("timeOffsets", &offsets_table),
    JSON_FIELD("cgroupsPath", JSON_STRING, struct spec_linux, cgroups_path),
    JSON_PART("resources", &config_resources),
    JSON_ITEMS("devices", JSON_LIST, struct spec_linux, devices, devices_count, &config_device),
    JSON_ITEMS("sysctl", JSON_MAP, struct spec_linux, sysctl, sysctl_count, &config_pair),
    JSON_FIELD("maskedPaths", JSON_STRINGS, struct spec_linux, masked_paths),
    JSON_FIELD("readonlyPaths", JSON_STRINGS, struct spec_linux, readonly_paths),
    {JSON_AT("rootfsPropagation", JSON_WORD, struct spec_linux, rootfs_propagation),
        .words = PROPAGATIONS},
    {JSON_AT("seccomp", JSON_CUSTOM, struct spec_linux, seccomp), .custom = read_seccomp},
    {.name = "personality",
        .kind = JSON_OBJECT,
        .table = &personality_table,
        .extra = offsetof(struct spec_linux, personality_given)},
    CONFIG_REFUSE("mountLabel"),
    CONFIG_REFUSE("intelRdt"),
    {0},
};
const struct json_table config_linux = {
    .size = sizeof(struct spec_linux), .fields = LINUX, .check = clean_path};
