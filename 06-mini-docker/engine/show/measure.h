/* SPDX-License-Identifier: MIT */
/*
 * measure: what a container uses now, as the kernel's groups count it, on cgroup v1 and v2 alike.
 * For `stats` and `tree`. A number that the kernel does not keep, or a limit that there is not, is
 * UINT64_MAX.
 */
#ifndef ENGINE_MEASURE_H
#define ENGINE_MEASURE_H

#include "engine/store/store.h"

#include "runtime/state.h"

#include <stdint.h>

struct measure {
    double at;         /* monotonic seconds, when it was read */
    uint64_t cpu_usec; /* since it began */
    uint64_t cpu_quota_usec, cpu_period_usec, throttled_periods;
    uint64_t memory_bytes;       /* without the page cache that can go at once */
    uint64_t memory_limit_bytes; /* its own, or else all that the host has */
    bool memory_limited;
    uint64_t pids, pids_limit;
    uint64_t read_bytes, write_bytes;    /* block devices */
    uint64_t received_bytes, sent_bytes; /* network interfaces, without lo */
    uint64_t oom_kills;
};

/*
 * Find what the runtime keeps of a container that runs: its group and its first process.
 * state_close afterwards. Errors: "Container X is not running", with the name that is given.
 */
int measure_state(const struct store *store, const char *id, const char *name, struct state *ret,
    struct err *err);

/* Read all numbers. Never fails: a group that is gone has none. */
void measure_read(const struct state *state, struct measure *ret);

/* The share of one CPU in percent between two readings: 150 is one and a half. */
double measure_cpu_percent(const struct measure *before, const struct measure *now);

#endif
