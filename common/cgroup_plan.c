// SPDX-License-Identifier: MIT
/*
 * Choosing where a group will be, before anything is made: which version, which directories, and
 * what the journal must know of them. Starting a container goes through here, so mountinfo, which
 * is long on a busy host, is read once.
 */
#include "cgroup_internal.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

const struct cgroup_controller cgroup_controllers[] = {
    {"cpu", CG_CPU, true},
    {"cpuacct", CG_CPUACCT, false},
    {"cpuset", CG_CPUSET, true},
    {"memory", CG_MEMORY, true},
    {"pids", CG_PIDS, true},
    {"freezer", CG_FREEZER, false},
    {"devices", CG_DEVICES, false},
    {"blkio", CG_BLKIO, false},
    {0},
};

void cgroup_names(unsigned bits, char ret[96])
{
    size_t used = 0;

    ret[0] = '\0';
    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
        if (bits & c->bit)
            used += (size_t)snprintf(ret + used, 96 - used, "%s%s", used ? " " : "", c->name);
    }
}

uint64_t cgroup_weight_of_shares(uint64_t shares)
{
    if (shares <= 2)
        return 1;
    if (shares >= 262144)
        return 10000;
    double l = log2((double)shares);
    /* one fraction, so that 1024 comes out as 100 and not a rounding error above it */
    return (uint64_t)ceil(pow(10, (l * l + 125 * l - 126) / 612));
}

static unsigned needed_for(const struct cgroup_limits *limits)
{
    unsigned needed = 0;

    if (!limits)
        return 0;
    if (limits->cpu_quota_usec || limits->cpu_shares)
        needed |= CG_CPU;
    if (limits->memory_bytes || limits->memory_swap_bytes)
        needed |= CG_MEMORY;
    if (limits->pids)
        needed |= CG_PIDS;
    if (limits->cpus)
        needed |= CG_CPUSET;
    return needed;
}

/* A name is a relative path without "..": it must not lead to a group that is somebody's. */
static int check_name(const char *name, struct err *err)
{
    bool bad = !*name || *name == '/' || name[strlen(name) - 1] == '/' || strstr(name, "//");

    for (const char *word = name; word; word = strchr(word, '/')) {
        word += *word == '/';
        size_t length = strcspn(word, "/");
        bad |= (length == 1 && word[0] == '.') || (length == 2 && strncmp(word, "..", 2) == 0);
    }
    return bad ? err_set(err, ERR_USAGE, "'%s' cannot be the name of a group", name) : 0;
}

/* v1 when a v1 hierarchy has what a container is limited by; a controller is never in both. */
static bool is_v1(const struct host_cgroup_mount *mounts, int count)
{
    for (int i = 0; i < count; i++) {
        if (host_mount_has(&mounts[i], "memory") || host_mount_has(&mounts[i], "cpu") ||
            host_mount_has(&mounts[i], "pids"))
            return true;
    }
    return false;
}

static void choose_parents(unsigned needed, struct cgroup *ret, struct err *err)
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    int count = host_cgroup_mounts(mounts);

    if (is_v1(mounts, count)) {
        cgroup_v1_plan(mounts, count, needed, ret, err);
        return;
    }
    for (int i = 0; i < count; i++) {
        if (mounts[i].v2) {
            cgroup_v2_plan(mounts[i].point, needed, ret, err);
            return;
        }
    }
    err_set(err, ERR_SKIP, "limits need cgroups, and no hierarchy is mounted");
    err_hint(err, "a container without /sys/fs/cgroup, maybe -> run it on the host, or make vm");
}

int cgroup_plan(
    const char *name, const struct cgroup_limits *limits, struct cgroup *ret, struct err *err)
{
    unsigned needed = needed_for(limits);
    struct err cause;

    if (check_name(name, err) < 0)
        return -1;
    *ret = (struct cgroup){.fd = -1, .needed = needed};
    for (int i = 0; i < CGROUP_PATHS; i++)
        ret->tasks[i] = -1;
    choose_parents(needed, ret, &cause);
    ret->absent = ret->paths == 0;
    if (ret->absent && needed) {
        *err = cause;
        return -1;
    }
    for (int i = 0; i < ret->paths; i++) {
        size_t room = sizeof(ret->path[i]) - ret->base[i];
        if ((size_t)snprintf(ret->path[i] + ret->base[i], room, "/%s", name) >= room)
            return err_set(err, ERR_USAGE, "the group's name '%.40s…' is too long", name);
    }
    return 0;
}

const char *cgroup_path(const struct cgroup *group, const char *controller)
{
    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
        if (strcmp(c->name, controller) != 0)
            continue;
        for (int i = 0; i < group->paths; i++) {
            if (group->controllers[i] & c->bit)
                return group->path[i];
        }
    }
    return NULL;
}

size_t cgroup_next_level(const struct cgroup *group, int index, size_t length, char ret[256])
{
    const char *path = group->path[index];

    if (!path[length])
        return 0;
    length += 1 + strcspn(path + length + 1, "/");
    snprintf(ret, 256, "%.*s", (int)length, path);
    return length;
}

static int journal_controllers(const struct cgroup *group, struct undo *undo, struct err *err)
{
    char parent[256];

    snprintf(parent, sizeof(parent), "%.*s", (int)group->base[0], group->path[0]);
    unsigned missing = group->ops->missing(group, parent);
    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
        if ((missing & c->bit) && undo_add(undo, err, UNDO_SUBTREE, "%s %s", parent, c->name) < 0)
            return -1;
    }
    return 0;
}

int cgroup_journal(const struct cgroup *group, struct undo *undo, struct err *err)
{
    if (!group->absent && group->ops->missing && journal_controllers(group, undo, err) < 0)
        return -1;
    for (int i = 0; i < group->paths; i++) {
        char level[256] = "";
        size_t length = cgroup_next_level(group, i, group->base[i], level);
        while (group->path[i][length] && access(level, F_OK) == 0)
            length = cgroup_next_level(group, i, length, level);
        if (undo_add(undo, err, UNDO_CGROUP, "%s", level) < 0)
            return -1;
    }
    return 0;
}
