// SPDX-License-Identifier: MIT
/* A record's numbers are Docker's, the kernel's are others: CPUs become a quota of a period. */
#include "limits.h"

enum { CPU_PERIOD_USEC = 100000 };

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
    if (host->cpu_period_usec > 0)
        ret->cpu_period_usec = host->cpu_period_usec;
    if (host->cpu_quota_usec > 0) {
        ret->cpu_period_usec = host->cpu_period_usec ?: CPU_PERIOD_USEC;
        ret->cpu_quota_usec = (uint64_t)host->cpu_quota_usec;
    }
    ret->cpu_shares = host->cpu_shares;
    ret->cpus = host->cpuset_cpus;
    ret->mems = host->cpuset_mems;
    ret->pids = host->pids_limit > 0 ? (uint64_t)host->pids_limit : 0;
    ret->io_weight = host->blkio_weight;
}
