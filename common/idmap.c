// SPDX-License-Identifier: MIT
/*
 * The kernel lets an unprivileged process map one ID: its own. Whole ranges need CAP_SETUID in the
 * parent namespace, or newuidmap(1), a set-user-ID program that grants what /etc/subuid lists.
 */
#include "idmap.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"

#include <errno.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAP_TEXT = IDMAP_RANGES * 3 * 11 + 1 };

/* The IDs that this process's own namespace has, each mapped to itself. Returns how many ranges. */
static int identity(const char *file, struct idmap_range ranges[IDMAP_RANGES], struct err *err)
{
    cleanup_fclose FILE *map = fopen(file, "re");
    uint32_t inside, outside, count;
    int n = 0;

    if (!map)
        return err_sys(err, "cannot read %s", file);
    while (n < IDMAP_RANGES && fscanf(map, "%u %u %u", &inside, &outside, &count) == 3)
        ranges[n++] = (struct idmap_range){inside, inside, count};
    return n;
}

bool idmap_has_others(void)
{
    struct err ignored;
    unsigned count;
    cleanup_free char *map = fsio_read(NULL, "/proc/self/uid_map", &ignored);

    return host_is_root() &&
           !(map && !strchr(map, '\n') && sscanf(map, "%*u %*u %u", &count) == 1 && count == 1);
}

int idmap_explain(struct err *err)
{
    if (err->code != EINVAL || !host_in_userns())
        return -1;
    return err_hint(err,
        "this user namespace has no such ID (/proc/self/uid_map, gid_map): your ranges in "
        "/etc/subuid and /etc/subgid, or those of the container that this is (lxc.idmap), do not "
        "go so far -> root of the host adds to them: usermod(8), --add-subuids, --add-subgids");
}

/* The user's name from /etc/passwd, read without NSS so that it works in a static program. */
static bool user_name(uid_t uid, char ret_name[64])
{
    cleanup_fclose FILE *file = fopen("/etc/passwd", "re");
    struct passwd *entry;

    while (file && (entry = fgetpwent(file))) {
        if (entry->pw_uid == uid) {
            snprintf(ret_name, 64, "%s", entry->pw_name);
            return true;
        }
    }
    return false;
}

/*
 * Appends the user's ranges from /etc/subuid or /etc/subgid: "name:first:count", where the name
 * may be the uid in digits. Inside they follow what is mapped already.
 */
static int add_sub_ranges(const char *file, struct idmap_range ranges[IDMAP_RANGES], int n)
{
    cleanup_fclose FILE *list = fopen(file, "re");
    char line[256], owner[64], name[64] = "", digits[16];
    uint32_t first, count, next = ranges[n - 1].inside + ranges[n - 1].count;

    user_name(getuid(), name);
    snprintf(digits, sizeof(digits), "%u", getuid());
    while (list && n < IDMAP_RANGES && fgets(line, sizeof(line), list)) {
        if (sscanf(line, "%63[^:]:%u:%u", owner, &first, &count) != 3 || count == 0)
            continue;
        if (strcmp(owner, name) != 0 && strcmp(owner, digits) != 0)
            continue;
        ranges[n++] = (struct idmap_range){next, first, count};
        next += count;
    }
    return n;
}

void idmap_single(struct idmap *ret, uid_t uid, gid_t gid)
{
    *ret = (struct idmap){.uid = {{0, uid, 1}}, .gid = {{0, gid, 1}}, .uids = 1, .gids = 1};
}

int idmap_for_caller(struct idmap *ret, struct err *err)
{
    struct idmap map = {0};

    if (host_has_capability(CAP_SETUID) && host_has_capability(CAP_SETGID)) {
        map.uids = identity("/proc/self/uid_map", map.uid, err);
        map.gids = map.uids < 0 ? -1 : identity("/proc/self/gid_map", map.gid, err);
        if (map.gids < 0)
            return -1;
        *ret = map;
        return 0;
    }
    idmap_single(&map, geteuid(), getegid());
    if (proc_in_path("newuidmap") && proc_in_path("newgidmap")) {
        map.uids = add_sub_ranges("/etc/subuid", map.uid, map.uids);
        map.gids = add_sub_ranges("/etc/subgid", map.gid, map.gids);
        if (map.uids == 1 || map.gids == 1) /* ranges for one of the two are of no use */
            idmap_single(&map, geteuid(), getegid());
    }
    *ret = map;
    return 0;
}

/* A map as the kernel's file takes it, whole in one write: "inside outside count" a line. */
static int write_file(
    pid_t pid, const char *name, const struct idmap_range *ranges, int n, struct err *err)
{
    char path[64], text[MAP_TEXT] = "";
    size_t used = 0;

    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%u %u %u\n", ranges[i].inside,
            ranges[i].outside, ranges[i].count);
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    if (fsio_write(err, NULL, path, "%s", text) == 0)
        return 0;
    const char *blocker = host_userns_blocker();
    if (err->code == EPERM && blocker)
        return err_hint(err, "%s blocks user namespaces -> run as root", blocker);
    if (err->code == EPERM)
        return err_hint(err, "these IDs are not yours to map, or the map is written already "
                             "-> user_namespaces(7), \"Defining user and group ID mappings\"");
    return -1;
}

/* Runs newuidmap or newgidmap: PROGRAM PID, then three numbers a range. */
static int run_helper(
    const char *program, pid_t pid, const struct idmap_range *ranges, int n, struct err *err)
{
    char words[1 + IDMAP_RANGES * 3][12];
    const char *argv[3 + IDMAP_RANGES * 3] = {program, words[0]};
    int count = 1;

    snprintf(words[0], sizeof(words[0]), "%d", pid);
    for (int i = 0; i < n; i++) {
        const uint32_t numbers[] = {ranges[i].inside, ranges[i].outside, ranges[i].count};
        for (int j = 0; j < 3; j++, count++) {
            snprintf(words[count], sizeof(words[count]), "%u", numbers[j]);
            argv[count + 1] = words[count];
        }
    }
    int status = proc_run(&(struct proc_spec){.argv = argv}, err);
    if (status < 0)
        return -1;
    if (status == 0)
        return 0;
    err_set(err, ERR_SYS, "%s refused the map (status %d)", program, status);
    struct idmap_range listed[IDMAP_RANGES] = {{0}};
    const char *file = strcmp(program, "newuidmap") == 0 ? "/etc/subuid" : "/etc/subgid";
    if (add_sub_ranges(file, listed, 1) > 1)
        return err_hint(err, "%s has other ranges for user %u -> compare them", file, getuid());
    return err_hint(err,
        "%s has no range for user %u -> root adds one: usermod(8), --add-subuids, --add-subgids",
        file, getuid());
}

/* The one ID, the caller's own, that the kernel lets anybody map. */
static bool is_own(const struct idmap_range *ranges, int n, uint32_t id)
{
    return n == 1 && ranges[0].count == 1 && ranges[0].outside == id;
}

int idmap_write(pid_t pid, const struct idmap *map, struct err *err)
{
    char path[64];
    bool privileged = host_has_capability(CAP_SETUID) && host_has_capability(CAP_SETGID);

    if (!privileged &&
        !(is_own(map->uid, map->uids, geteuid()) && is_own(map->gid, map->gids, getegid()))) {
        if (run_helper("newuidmap", pid, map->uid, map->uids, err) < 0)
            return -1;
        return run_helper("newgidmap", pid, map->gid, map->gids, err);
    }
    if (write_file(pid, "uid_map", map->uid, map->uids, err) < 0)
        return -1;
    /*
     * A process that could drop a group could read what "everybody but that group" may; so the
     * kernel wants setgroups(2) given up before an unprivileged gid_map.
     */
    snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
    if (!privileged && fsio_write(err, NULL, path, "deny") < 0)
        return -1;
    return write_file(pid, "gid_map", map->gid, map->gids, err);
}
