// SPDX-License-Identifier: MIT
/*
 * Memory and swap. v1 limits memory, and both together ("memsw"), and after each write the first
 * may not be above the second: so the order depends on whether a limit is raised. v2 limits swap by
 * itself, so the OCI's number, which is v1's, loses the memory's part.
 *
 * Where the kernel does not count swap (no such file) that limit is left out. "No limit" for memory
 * alone means none for swap either, as runc has it.
 */
#include "cgroup_internal.h"

#include "fsio.h"

#include <errno.h>
#include <inttypes.h>

static int set_v1(const struct cgroup *group, uint64_t memory, uint64_t swap, struct err *err)
{
    static const char file[] = "memory.limit_in_bytes", both[] = "memory.memsw.limit_in_bytes";
    const char *dir = cgroup_dir(group, CG_MEMORY);

    if (!dir || !fsio_exists(dir, both))
        swap = 0;
    if (!memory)
        return swap ? cgroup_write_number(group, CG_MEMORY, both, swap, err) : 0;
    if (cgroup_write_number(group, CG_MEMORY, file, memory, err) == 0)
        return swap ? cgroup_write_number(group, CG_MEMORY, both, swap, err) : 0;
    if (err->code != EINVAL)
        return -1;
    if (!swap)
        return err_hint(err, "maybe it is above the limit of memory and swap together -> give "
                             "that one too");
    /* it is raised above the old limit of both: that one first */
    if (cgroup_write_number(group, CG_MEMORY, both, swap, err) < 0)
        return -1;
    return cgroup_write_number(group, CG_MEMORY, file, memory, err);
}

/* v1's kernel refuses a limit that is below what is in use; v2's would kill at once. */
static int check_usage(const char *dir, uint64_t memory, uint64_t swap, struct err *err)
{
    uint64_t usage;

    if (fsio_read_u64(dir, "memory.current", &usage, err) < 0)
        return -1;
    if ((!memory || memory > usage) && (!swap || swap > usage))
        return 0;
    err_set(err, ERR_SYS, "a memory limit of %" PRIu64 " bytes for %s is refused",
        memory ? memory : swap, dir);
    return err_hint(
        err, "checkBeforeUpdate, and %" PRIu64 " bytes are in use -> a higher limit", usage);
}

static int set_swap_v2(const struct cgroup *group, uint64_t memory, uint64_t both, struct err *err)
{
    const char *dir = cgroup_dir(group, CG_MEMORY), *file = "memory.swap.max";

    if (!dir || !fsio_exists(dir, file))
        return 0;
    if (both == UINT64_MAX)
        return cgroup_write_number(group, CG_MEMORY, file, both, err);
    if (!memory && fsio_read_u64(dir, "memory.max", &memory, err) < 0)
        return -1;
    if (memory == UINT64_MAX)
        return err_set(err, ERR_USAGE,
            "a limit of memory and swap (%" PRIu64 ") needs a limit of memory", both);
    if (both < memory)
        return err_set(err, ERR_USAGE,
            "the limit of memory and swap (%" PRIu64 ") is less than that of memory (%" PRIu64 ")",
            both, memory);
    return cgroup_write_number(group, CG_MEMORY, file, both - memory, err);
}

int cgroup_set_memory(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    uint64_t memory = limits->memory_bytes, swap = limits->memory_swap_bytes;
    const char *dir = cgroup_dir(group, CG_MEMORY);

    if (memory == UINT64_MAX && !swap)
        swap = UINT64_MAX;
    if (!group->v2)
        return set_v1(group, memory, swap, err);
    if (limits->check_before_update && dir && check_usage(dir, memory, swap, err) < 0)
        return -1;
    if (swap && set_swap_v2(group, memory, swap, err) < 0)
        return -1;
    return memory ? cgroup_write_number(group, CG_MEMORY, "memory.max", memory, err) : 0;
}

int cgroup_set_swappiness(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    return cgroup_write_number(
        group, CG_MEMORY, "memory.swappiness", limits->memory_swappiness, err);
}
