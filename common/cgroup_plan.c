// SPDX-License-Identifier: MIT
/*
 * Choosing where a group will be, before anything is made: which version, and which directories.
 * Starting a container goes through here, so mountinfo, which is long on a busy host, is read once.
 */
#include "cgroup_internal.h"

#include <limits.h>
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

int cgroup_check_name(const char *name, struct err *err)
{
    const char *word = *name == '/' ? name + 1 : name;
    bool bad = false;

    for (;;) {
        size_t length = strcspn(word, "/");
        bad |= length == 0 || (length == 1 && word[0] == '.') ||
               (length == 2 && strncmp(word, "..", 2) == 0);
        if (!word[length])
            break;
        word += length + 1;
    }
    if (!bad)
        return 0;
    err_set(err, ERR_USAGE, "'%.300s' cannot be the name of a group", name);
    return err_hint(err, "a word of it is empty, '.' or '..' -> names like a/b or /a/b");
}

bool cgroup_may_make(const char *mount_point, const char *name)
{
    char path[PATH_MAX];
    size_t length = strlen(mount_point);

    if (access(mount_point, W_OK) == 0)
        return true;
    snprintf(path, sizeof(path), "%s%s", mount_point, name);
    for (char *slash; strlen(path) > length && access(path, F_OK) < 0; *slash = '\0')
        slash = strrchr(path, '/');
    return access(path, W_OK) == 0;
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

static void choose_parents(const char *name, unsigned needed, struct cgroup *ret, struct err *err)
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    int count = host_cgroup_mounts(mounts);

    if (is_v1(mounts, count)) {
        cgroup_v1_plan(mounts, count, name, needed, ret, err);
        return;
    }
    for (int i = 0; i < count; i++) {
        if (mounts[i].v2) {
            cgroup_v2_plan(mounts[i].point, name, needed, ret, err);
            return;
        }
    }
    err_set(err, ERR_SKIP, "limits need cgroups, and no hierarchy is mounted");
    err_hint(err, "a container without /sys/fs/cgroup, maybe -> run it on the host, or make vm");
}

void cgroup_init(struct cgroup *group)
{
    *group = (struct cgroup){.fd = -1};
    for (int i = 0; i < CGROUP_PATHS; i++)
        group->tasks[i] = -1;
}

/* Below an absolute name, what is there already is not ours. */
static size_t not_ours(const struct cgroup *group, int index)
{
    char level[256];
    size_t length = group->base[index], next;

    while ((next = cgroup_next_level(group, index, length, level)) && access(level, F_OK) == 0)
        length = next;
    return length;
}

int cgroup_plan(
    const char *name, const struct cgroup_limits *limits, struct cgroup *ret, struct err *err)
{
    unsigned needed = needed_for(limits);
    bool absolute = *name == '/';
    struct err cause;

    if (cgroup_check_name(name, err) < 0)
        return -1;
    cgroup_init(ret);
    ret->needed = needed;
    choose_parents(name, needed, ret, &cause);
    ret->absent = ret->paths == 0;
    if (ret->absent && needed) {
        *err = cause;
        return -1;
    }
    for (int i = 0; i < ret->paths; i++) {
        size_t room = sizeof(ret->path[i]) - ret->base[i];
        char *end = ret->path[i] + ret->base[i];
        if ((size_t)snprintf(end, room, "%s%s", absolute ? "" : "/", name) >= room)
            return err_set(err, ERR_USAGE, "the group's name '%.40s…' is too long", name);
        ret->keep[i] = absolute ? not_ours(ret, i) : ret->base[i];
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
