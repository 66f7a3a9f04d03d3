// SPDX-License-Identifier: MIT
/*
 * Choosing where a group will be, before anything is made: which version, and which directories.
 * Starting a container goes through here, so mountinfo, which is long on a busy host, is read once.
 */
#include "cgroup_internal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

const struct cgroup_controller cgroup_controllers[] = {
    {"cpu", CG_CPU, "cpu"},
    {"cpuacct", CG_CPUACCT, NULL},
    {"cpuset", CG_CPUSET, "cpuset"},
    {"memory", CG_MEMORY, "memory"},
    {"pids", CG_PIDS, "pids"},
    {"freezer", CG_FREEZER, NULL},
    {"devices", CG_DEVICES, NULL},
    {"blkio", CG_BLKIO, "io"},
    {"hugetlb", CG_HUGETLB, "hugetlb"},
    {"rdma", CG_RDMA, "rdma"},
    {"net_cls", CG_NET_CLS, NULL},
    {"net_prio", CG_NET_PRIO, NULL},
    {0},
};

void cgroup_names(unsigned bits, bool v2, char ret[96])
{
    size_t used = 0;

    ret[0] = '\0';
    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
        const char *name = v2 ? c->v2_name : c->name;
        if (name && bits & c->bit)
            used += (size_t)snprintf(ret + used, 96 - used, "%s%s", used ? " " : "", name);
    }
}

void cgroup_hint_root(struct err *err, const char *others)
{
    if (host_is_root() && host_in_userns())
        err_hint(err, "this root is one of a user namespace, to which no group was handed over -> "
                      "do it on the host, where a container with cgroup v2 gets one of its own "
                      "(cgroups(7), \"Delegation\"); or go without limits");
    else if (others)
        err_hint(err, "%s", others);
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

    /* another error than these says nothing: then mkdir(2) will tell, and nothing is left out */
    if (access(mount_point, W_OK) == 0 || (errno != EACCES && errno != EROFS && errno != ENOENT))
        return true;
    snprintf(path, sizeof(path), "%s%s", mount_point, name);
    for (char *slash; strlen(path) > length && access(path, F_OK) < 0; *slash = '\0')
        slash = strrchr(path, '/');
    return access(path, W_OK) == 0;
}

bool cgroup_host_is_v1(const struct host_cgroup_mount *mounts, int count)
{
    for (int i = 0; i < count; i++) {
        if (host_mount_has(&mounts[i], "memory") || host_mount_has(&mounts[i], "cpu") ||
            host_mount_has(&mounts[i], "pids"))
            return true;
    }
    return false;
}

/* Without any, ret->paths is 0 and *err says why. Finds ret->needed too, which depends on the
 * version. */
static int choose_parents(
    const char *name, const struct cgroup_limits *limits, struct cgroup *ret, struct err *err)
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    int count = host_cgroup_mounts(mounts);

    if (count < 0)
        return err_sys(err, "cannot find the hierarchies of groups in /proc/self/mountinfo");
    ret->v2 = !cgroup_host_is_v1(mounts, count);
    ret->needed = cgroup_needed(limits, ret->v2);
    if (!ret->v2) {
        cgroup_v1_plan(mounts, count, name, ret, err);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        if (mounts[i].v2) {
            cgroup_v2_plan(mounts[i].point, name, ret, err);
            return 0;
        }
    }
    err_set(err, ERR_SKIP, "limits need cgroups, and no hierarchy is mounted");
    err_hint(err, "a container without /sys/fs/cgroup, maybe -> run it on the host, or make vm");
    return 0;
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
    bool absolute = *name == '/';
    struct err cause;

    if (cgroup_check_name(name, err) < 0)
        return -1;
    cgroup_init(ret);
    if (choose_parents(name, limits, ret, &cause) < 0) {
        *err = cause;
        return -1;
    }
    ret->absent = ret->paths == 0;
    if (ret->absent && ret->needed) {
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

const char *cgroup_dir(const struct cgroup *group, unsigned bit)
{
    for (int i = 0; i < group->paths; i++) {
        if (group->controllers[i] & bit)
            return group->path[i];
    }
    return NULL;
}

const char *cgroup_path(const struct cgroup *group, const char *controller)
{
    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
        if (strcmp(c->name, controller) == 0 || (c->v2_name && strcmp(c->v2_name, controller) == 0))
            return cgroup_dir(group, c->bit);
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
