// SPDX-License-Identifier: MIT
/*
 * A group on v2: one directory. A controller's files are there only if every group above has the
 * controller in its cgroup.subtree_control, and a group that hands controllers down may hold no
 * process itself. A process is best born in the group: clone3(2) with CLONE_INTO_CGROUP and `fd`.
 *
 * Source: the kernel's Documentation/admin-guide/cgroup-v2.rst.
 */
#include "cgroup_internal.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

unsigned cgroup_v2_controllers(const char *dir, const char *file)
{
    struct err ignored;
    cleanup_free char *text = fsio_read(dir, file, &ignored);
    char *rest = text, *word;
    unsigned bits = 0;

    while ((word = strsep(&rest, " "))) {
        for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++)
            bits |= c->v2_name && strcmp(c->v2_name, word) == 0 ? c->bit : 0;
    }
    return bits;
}

static unsigned missing(const struct cgroup *group, const char *parent)
{
    return group->controllers[0] & ~cgroup_v2_controllers(parent, "cgroup.subtree_control");
}

/* The names of some processes in the group, to be told to the person. */
static void name_members(const char *dir, char *ret, size_t size)
{
    struct err ignored;
    cleanup_free char *pids = fsio_read(dir, "cgroup.procs", &ignored);
    char *rest = pids, *pid, path[64];
    size_t used = 0;

    ret[0] = '\0';
    for (int i = 0; i < 4 && (pid = strsep(&rest, "\n")) && *pid; i++) {
        snprintf(path, sizeof(path), "/proc/%s/comm", pid);
        cleanup_free char *name = fsio_read(NULL, path, &ignored);
        used += (size_t)snprintf(
            ret + used, size - used, "%s%s %.16s", i ? ", " : "", pid, name ? name : "?");
    }
}

static int explain_enable(const char *parent, struct err *err)
{
    char members[160];

    if (errno == EBUSY) {
        name_members(parent, members, sizeof(members));
        err->kind = ERR_SKIP;
        return err_hint(err,
            "processes sit in %s itself (%s) -> move them to a group below it, or start in a "
            "delegated one: systemd-run --user --scope -p Delegate=yes",
            parent, members);
    }
    if (errno == EACCES || errno == EPERM)
        return err_hint(err, "the group is not delegated to this user -> sudo");
    if (errno == ENOENT)
        return err_hint(err, "a group above does not hand this controller down -> compare the "
                             "cgroup.subtree_control of each");
    return -1;
}

/*
 * Hands the group's controllers down from `parent`: all in one write, and only when that is refused
 * one by one, since those that nobody asked a limit of (they only count) may stay out. Not so where
 * processes sit in `parent`: the kernel would let some through, cpu and pids, and make a threaded
 * domain of it, in which no group below can hold a container ("domain invalid").
 */
static int level(struct cgroup *group, int index, const char *parent, const char *child, bool made,
    struct err *err)
{
    char all[96] = "";
    unsigned bits = missing(group, parent);
    size_t used = 0;

    (void)index, (void)child, (void)made;
    if (!bits)
        return 0;
    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
        if (bits & c->bit)
            used += (size_t)snprintf(all + used, sizeof(all) - used, "+%s ", c->v2_name);
    }
    if (fsio_write(err, parent, "cgroup.subtree_control", "%s", all) == 0)
        return 0;
    if (err->code == EBUSY && group->needed & bits)
        return explain_enable(parent, err);
    if (err->code == EBUSY) {
        group->controllers[0] &= ~bits;
        return 0;
    }
    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
        if (!(bits & c->bit) ||
            fsio_write(err, parent, "cgroup.subtree_control", "+%s", c->v2_name) == 0)
            continue;
        if (group->needed & c->bit)
            return explain_enable(parent, err);
        group->controllers[0] &= ~c->bit;
    }
    return 0;
}

int cgroup_v2_enable(struct cgroup *group, unsigned needed, struct err *err)
{
    char parent[256], below[256];
    size_t length = group->base[0];

    if (!(needed & ~group->controllers[0]))
        return 0;
    group->needed |= needed;
    group->controllers[0] |= needed;
    snprintf(parent, sizeof(parent), "%.*s", (int)length, group->path[0]);
    while ((length = cgroup_next_level(group, 0, length, below))) {
        if (level(group, 0, parent, below, false, err) < 0)
            return -1;
        strcpy(parent, below);
    }
    return 0;
}

static int open_dir(struct cgroup *group, struct err *err)
{
    group->fd = open(group->path[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return group->fd < 0 ? err_sys(err, "cannot open the group %s", group->path[0]) : 0;
}

static int join(const struct cgroup *group, struct err *err)
{
    cleanup_close int fd = openat(group->fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "0", 1) != 1)
        return err_sys(err, "cannot join the group %s", group->path[0]);
    return 0;
}

static void read_usage(const struct cgroup *group, struct cgroup_usage *ret)
{
    const char *dir = group->path[0];
    struct err ignored;

    fsio_read_u64(dir, "memory.current", &ret->memory_bytes, &ignored);
    fsio_read_u64(dir, "memory.peak", &ret->memory_peak_bytes, &ignored);
    fsio_read_key(dir, "cpu.stat", "usage_usec", &ret->cpu_usec, &ignored);
    fsio_read_key(dir, "cpu.stat", "throttled_usec", &ret->throttled_usec, &ignored);
    fsio_read_key(dir, "cpu.stat", "nr_throttled", &ret->throttled_periods, &ignored);
    fsio_read_u64(dir, "pids.current", &ret->pids, &ignored);
}

const struct cgroup_ops cgroup_v2_ops = {
    .level = level,
    .missing = missing,
    .open = open_dir,
    .join = join,
    .read = read_usage,
    .oom_file = "memory.events",
};

/* An absolute name says where it wants to be; any other is put where we may make groups. */
static bool choose_parent(const char *mount_point, const char *name, char ret[PATH_MAX])
{
    if (*name != '/')
        return host_v2_parent_below(mount_point, ret);
    snprintf(ret, PATH_MAX, "%s", mount_point);
    return cgroup_may_make(mount_point, name);
}

void cgroup_v2_plan(const char *mount_point, const char *name, struct cgroup *ret, struct err *err)
{
    unsigned needed = ret->needed;
    char parent[PATH_MAX], names[96];

    if (!choose_parent(mount_point, name, parent) || strlen(parent) >= sizeof(ret->path[0])) {
        err_set(err, ERR_SKIP, "no cgroup v2 group is ours to make groups in");
        cgroup_hint_root(err, "not root and nothing delegated -> sudo, or systemd-run --user "
                              "--scope -p Delegate=yes");
        return;
    }
    unsigned have = cgroup_v2_controllers(parent, "cgroup.controllers");
    if (needed & ~have) {
        cgroup_names(needed & ~have, true, names);
        err_set(err, ERR_SKIP, "limits need these controllers, which %s lacks: %s", parent, names);
        err_hint(err, "not handed down to this group, or not in this kernel -> compare "
                      "cgroup.controllers here with the one of the root group");
        return;
    }
    ret->ops = &cgroup_v2_ops;
    ret->paths = 1;
    /* cpu, memory and pids also count, and are wanted for that where they can be had */
    ret->controllers[0] = needed | (have & (CG_CPU | CG_MEMORY | CG_PIDS));
    ret->base[0] = (size_t)snprintf(ret->path[0], sizeof(ret->path[0]), "%s", parent);
}
