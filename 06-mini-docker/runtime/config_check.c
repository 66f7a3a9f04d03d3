// SPDX-License-Identifier: MIT
/*
 * What needs more than one part of the config to be judged: a name, a clock's offset, a kernel
 * setting or a map of IDs belongs to a namespace of the container's own. Without that it would
 * change the host, so it is refused before anything is made.
 *
 * Source: config-linux.md, "Namespaces", "Sysctl"; user_namespaces(7), ipc_namespaces(7),
 * uts_namespaces(7); runc's validator, whose list of kernel settings this is.
 */
#include "config_tables.h"

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

/* A key that ends with '.' is the beginning of one. */
static const struct {
    const char *key;
    int flag;
    const char *type;
} SETTINGS[] = {
    {"net.", CLONE_NEWNET, "network"},
    {"fs.mqueue.", CLONE_NEWIPC, "ipc"},
    {"kernel.msgmax", CLONE_NEWIPC, "ipc"},
    {"kernel.msgmnb", CLONE_NEWIPC, "ipc"},
    {"kernel.msgmni", CLONE_NEWIPC, "ipc"},
    {"kernel.sem", CLONE_NEWIPC, "ipc"},
    {"kernel.shmall", CLONE_NEWIPC, "ipc"},
    {"kernel.shmmax", CLONE_NEWIPC, "ipc"},
    {"kernel.shmmni", CLONE_NEWIPC, "ipc"},
    {"kernel.shm_rmid_forced", CLONE_NEWIPC, "ipc"},
    {"kernel.domainname", CLONE_NEWUTS, "uts"},
    {"kernel.hostname", CLONE_NEWUTS, "uts"},
};

/* Both forms of sysctl(8): "net.ipv4.ip_forward" and "net/ipv4/ip_forward". */
static bool is_setting(const char *key, const char *known)
{
    for (; *known; key++, known++) {
        if (*key != *known && !(*known == '.' && *key == '/'))
            return false;
    }
    return known[-1] == '.' || *key == '\0';
}

/*
 * The key becomes a path, in which either separator may be a slash and the other stay a dot. Two in
 * a row, or one at an end, could make a "..", and that leads out.
 */
static bool is_path(const char *key)
{
    size_t length = strlen(key);

    if (length == 0 || strchr("./", key[0]) || strchr("./", key[length - 1]))
        return false;
    for (const char *c = key; *c; c++) {
        if (strchr("./", c[0]) && strchr("./", c[1]))
            return false;
    }
    return true;
}

static int check_sysctl(struct json_reader *reader, const struct spec *spec, const char *key)
{
    if (!is_path(key))
        return json_fail(reader, key, "is no name of a kernel setting");
    for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++) {
        if (!is_setting(key, SETTINGS[i].key))
            continue;
        if (has_own(spec, SETTINGS[i].flag))
            return 0;
        json_fail(reader, key, "would change the host's");
        return hint_namespace(reader, SETTINGS[i].type);
    }
    json_fail(reader, key, "would change the host's");
    return err_hint(reader->err, "no namespace has it for its own -> set it on the host");
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
