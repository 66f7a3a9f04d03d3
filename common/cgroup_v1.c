// SPDX-License-Identifier: MIT
/*
 * A group on v1: one directory in each hierarchy, and a process joins them one by one. Several
 * controllers may be mounted together (cpu,cpuacct): that is one directory.
 *
 * Source: the kernel's Documentation/admin-guide/cgroup-v1/.
 */
#include "cgroup_internal.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * A new cpuset group is empty, and an empty one takes no process. The level above has been filled
 * in already, so its value is a good one.
 */
static int level(struct cgroup *group, int index, const char *parent, const char *child, bool made,
    struct err *err)
{
    static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};

    if (!(group->controllers[index] & CG_CPUSET))
        return 0;
    for (int i = 0; i < 2; i++) {
        cleanup_free char *old = made ? NULL : fsio_read(child, files[i], err);
        if (old && *old)
            continue;
        cleanup_free char *value = fsio_read(parent, files[i], err);
        if (!value || fsio_write(err, child, files[i], "%s", value) < 0)
            return -1;
    }
    return 0;
}

static int open_tasks(struct cgroup *group, struct err *err)
{
    char path[300];

    for (int i = 0; i < group->paths; i++) {
        snprintf(path, sizeof(path), "%s/tasks", group->path[i]);
        group->tasks[i] = open(path, O_WRONLY | O_CLOEXEC);
        if (group->tasks[i] < 0) {
            err_sys(err, "cannot open %s", path);
            cgroup_close(group);
            return -1;
        }
    }
    return 0;
}

/* "0" is the writer. `tasks` moves one thread and takes no lock that stops every fork. */
static int join(const struct cgroup *group, struct err *err)
{
    for (int i = 0; i < group->paths; i++) {
        if (write(group->tasks[i], "0", 1) != 1)
            return err_sys(err, "cannot join the group %s", group->path[i]);
    }
    return 0;
}

static void read_usage(const struct cgroup *group, struct cgroup_usage *ret)
{
    const char *memory = cgroup_path(group, "memory"), *cpu = cgroup_path(group, "cpu");
    const char *cpuacct = cgroup_path(group, "cpuacct"), *pids = cgroup_path(group, "pids");
    struct err ignored;

    if (memory) {
        fsio_read_u64(memory, "memory.usage_in_bytes", &ret->memory_bytes, &ignored);
        fsio_read_u64(memory, "memory.max_usage_in_bytes", &ret->memory_peak_bytes, &ignored);
    }
    /* v1 counts these in nanoseconds */
    if (cpuacct && fsio_read_u64(cpuacct, "cpuacct.usage", &ret->cpu_usec, &ignored) == 0)
        ret->cpu_usec /= 1000;
    if (cpu) {
        fsio_read_key(cpu, "cpu.stat", "nr_throttled", &ret->throttled_periods, &ignored);
        if (fsio_read_key(cpu, "cpu.stat", "throttled_time", &ret->throttled_usec, &ignored) == 0)
            ret->throttled_usec /= 1000;
    }
    if (pids)
        fsio_read_u64(pids, "pids.current", &ret->pids, &ignored);
}

const struct cgroup_ops cgroup_v1_ops = {
    .level = level,
    .open = open_tasks,
    .join = join,
    .read = read_usage,
    .oom_file = "memory.oom_control",
};

unsigned cgroup_v1_controllers(const struct host_cgroup_mount *mount)
{
    unsigned bits = 0;

    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++)
        bits |= host_mount_has(mount, c->name) ? c->bit : 0;
    return bits;
}

void cgroup_v1_plan(const struct host_cgroup_mount *mounts, int count, const char *name,
    struct cgroup *ret, struct err *err)
{
    unsigned needed = ret->needed, have = 0;
    char names[96];

    ret->ops = &cgroup_v1_ops;
    for (int i = 0; i < count && ret->paths < CGROUP_PATHS; i++) {
        unsigned bits = cgroup_v1_controllers(&mounts[i]);
        unsigned wanted = bits & (needed | ~(unsigned)CG_ON_DEMAND);
        /* a hierarchy can be mounted at two places; the first serves */
        if (!(wanted & ~have) || !cgroup_may_make(mounts[i].point, *name == '/' ? name : ""))
            continue;
        have |= bits;
        int index = ret->paths++;
        ret->controllers[index] = bits;
        ret->base[index] =
            (size_t)snprintf(ret->path[index], sizeof(ret->path[index]), "%s", mounts[i].point);
    }
    if (needed & ~have) {
        cgroup_names(needed & ~have, false, names);
        ret->paths = 0;
        err_set(err, ERR_SKIP, "limits need these v1 controllers: %s", names);
        cgroup_hint_root(err, "not mounted, or not writable for this user -> sudo, or make vm");
    }
    if (!have) {
        err_set(err, ERR_SKIP, "no v1 hierarchy is writable for this user");
        cgroup_hint_root(err, NULL);
    }
}
