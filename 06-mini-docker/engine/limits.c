// SPDX-License-Identifier: MIT
/*
 * The ranges are Docker's. A value that is out of range is refused and never bent into it: a limit
 * that is not the one asked for is worse than none.
 */
#include "limits.h"

#include "size.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { CPU_PERIOD_USEC = 100000, PIDS_MOST = 4194304 };

static const uint64_t MEMORY_LEAST = UINT64_C(6) << 20, MEMORY_MOST = UINT64_C(1) << 60;

/* Docker lets memory and swap together be twice the memory. */
static int read_memory(const char *text, struct cgroup_limits *ret, struct err *err)
{
    if (size_parse_bytes("--memory", text, MEMORY_LEAST, MEMORY_MOST, &ret->memory_bytes, err) < 0)
        return err_hint(err, "Minimum memory limit allowed is 6MB; write it as 6m, 512m or 1.5g");
    ret->memory_swap_bytes = 2 * ret->memory_bytes;
    return 0;
}

static int read_cpus(const char *text, struct cgroup_limits *ret, struct err *err)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    double cpus;

    if (size_parse_decimal("--cpus", text, 0.01, (double)online, &cpus, err) < 0)
        return err_hint(err,
            "Range of CPUs is from 0.01 to %ld.00, as there are only %ld CPUs available", online,
            online);
    ret->cpu_period_usec = CPU_PERIOD_USEC;
    ret->cpu_quota_usec = (uint64_t)(cpus * CPU_PERIOD_USEC + 0.5);
    return 0;
}

static int read_pids(const char *text, struct cgroup_limits *ret, struct err *err)
{
    if (strcmp(text, "-1") == 0)
        return 0;
    if (size_parse_u64("--pids-limit", text, 1, PIDS_MOST, &ret->pids, err) < 0)
        return err_hint(
            err, "accepted: a whole number from 1 to %d, or -1 for no limit", PIDS_MOST);
    return 0;
}

int limits_read(const struct run_options *options, struct cgroup_limits *ret, struct err *err)
{
    *ret = (struct cgroup_limits){0};
    if (options->memory && read_memory(options->memory, ret, err) < 0)
        return -1;
    if (options->cpus && read_cpus(options->cpus, ret, err) < 0)
        return -1;
    return options->pids_limit ? read_pids(options->pids_limit, ret, err) : 0;
}

void limits_fill(const struct record_host *host, struct cgroup_limits *ret)
{
    ret->memory_bytes = host->memory_bytes;
    ret->memory_reservation_bytes = host->memory_reservation_bytes;
    ret->memory_swap_bytes =
        host->memory_swap_bytes < 0 ? UINT64_MAX : (uint64_t)host->memory_swap_bytes;
    if (host->nano_cpus > 0) {
        ret->cpu_period_usec = CPU_PERIOD_USEC;
        ret->cpu_quota_usec = host->nano_cpus / (1000000000 / CPU_PERIOD_USEC);
    }
    ret->cpu_shares = host->cpu_shares;
    ret->cpus = host->cpuset_cpus;
    ret->mems = host->cpuset_mems;
    ret->pids = host->pids_limit > 0 ? (uint64_t)host->pids_limit : 0;
    ret->io_weight = host->blkio_weight;
}
