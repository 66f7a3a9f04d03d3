// SPDX-License-Identifier: MIT
/*
 * What needs more than one part of the config to be judged: a name, a clock's offset, a kernel
 * setting or a map of IDs belongs to a namespace of the container's own. Without that it would
 * change the host, so it is refused before anything is made. And what the specification has but we
 * have not.
 *
 * Source: config-linux.md, "Namespaces", "Sysctl"; user_namespaces(7), ipc_namespaces(7),
 * uts_namespaces(7); runc's validator.
 */
#include "config_tables.h"
#include "sysctl.h"

#include <json-c/json_object.h>
#include <sched.h>
#include <string.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* Not the host's, but made or joined. */
static bool has_own(const struct spec *spec, int flag)
{
    for (int i = 0; i < NS_KINDS; i++) {
        if (ns_table[i].flag == flag)
            return spec->linux_.namespaces & flag || spec->linux_.namespace_paths[i];
    }
    return false;
}

/* Add the cure: what to put into linux.namespaces. */
static int hint_namespace(struct json_reader *reader, const char *type)
{
    return err_hint(reader->err,
        "the container shares the host's %s namespace -> add {\"type\": \"%s\"} to "
        "linux.namespaces",
        type, type);
}

static int check_names(struct json_reader *reader, const struct spec *spec)
{
    const char *field = spec->hostname ? "hostname" : spec->domainname ? "domainname" : NULL;

    if (!field || has_own(spec, CLONE_NEWUTS))
        return 0;
    json_fail(reader, field, "would change the host's");
    return hint_namespace(reader, "uts");
}

static int check_mappings(struct json_reader *reader, const struct spec *spec)
{
    const struct idmap *map = spec->linux_.mappings;
    bool mapped = map && (map->uids || map->gids);

    json_enter(reader, "linux", 0);
    if (mapped && !has_own(spec, CLONE_NEWUSER)) {
        json_fail(reader, map->uids ? "uidMappings" : "gidMappings", "there is nothing to map");
        return hint_namespace(reader, "user");
    }
    if (spec->linux_.namespaces & CLONE_NEWUSER && !(map && map->uids && map->gids)) {
        json_fail(reader, map && map->uids ? "gidMappings" : "uidMappings", "is missing");
        return err_hint(reader->err,
            "a new user namespace has no IDs of its own -> say which of the host's they are");
    }
    if ((spec->linux_.monotonic.given || spec->linux_.boottime.given) &&
        !(spec->linux_.namespaces & CLONE_NEWTIME)) {
        json_fail(reader, "timeOffsets", "only a new time namespace takes offsets");
        return hint_namespace(reader, "time");
    }
    json_leave(reader);
    return 0;
}

static int check_sysctl(struct json_reader *reader, const struct spec *spec, const char *key)
{
    const struct sysctl_scope *scope;
    char file[SYSCTL_ROOM];

    if (!sysctl_file(key, file))
        return json_fail(reader, key, "is no name of a kernel setting");
    scope = sysctl_find(file);
    if (scope && has_own(spec, scope->flag))
        return 0;
    json_fail(reader, key, "would change the host's");
    if (scope)
        return hint_namespace(reader, scope->namespace);
    return err_hint(reader->err, "no namespace has it for its own -> set it on the host");
}

/*
 * "If the runtime cannot apply a property as specified, it MUST generate an error" (runtime.md,
 * "Create"). An empty one asks for nothing.
 */
int config_refuse(struct json_reader *reader, struct json_object *value, void *field)
{
    (void)field;
    if (json_object_is_type(value, json_type_string) && json_object_get_string_len(value) == 0)
        return 0;
    json_fail(reader, NULL, "this runtime cannot apply it");
    return err_hint(reader->err,
        "without it the container would not be what was asked for -> leave it out%s",
        json_object_is_type(value, json_type_string)
            ? " (an SELinux label: podman run --security-opt label=disable)"
            : "");
}

int config_check(struct json_reader *reader, void *item)
{
    const struct spec *spec = item;

    if (check_names(reader, spec) < 0 || check_mappings(reader, spec) < 0)
        return -1;
    json_enter(reader, "linux", 0);
    json_enter(reader, "sysctl", 0);
    for (size_t i = 0; i < spec->linux_.sysctl_count; i++) {
        if (check_sysctl(reader, spec, spec->linux_.sysctl[i].key) < 0)
            return -1;
    }
    json_leave(reader);
    json_leave(reader);
    return 0;
}
