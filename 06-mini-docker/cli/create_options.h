/* SPDX-License-Identifier: MIT */
/*
 * create_options: the one table of the options of `run` and `create`, of struct create_options.
 * run has a few more, which come first, so that create's table is the rest of it.
 */
#ifndef CLI_CREATE_OPTIONS_H
#define CLI_CREATE_OPTIONS_H

#include "engine/create/create_options.h"

#define CREATE_AT(field) offsetof(struct create_options, field)
#define CREATE_TEXT(letter, name, arg, field, help)                                                \
    {                                                                                              \
        letter, name, arg, help, OPT_TEXT, CREATE_AT(field)                                        \
    }

/* What `update` can change later, too. */
#define CREATE_RESTART                                                                             \
    CREATE_TEXT(0, "restart", "POLICY", restart, "no, always, unless-stopped, on-failure[:MOST]")
#define CREATE_LIMITS                                                                              \
    CREATE_TEXT('m', "memory", "SIZE", memory, "memory limit, 6m at least: 100m, 1.5g"),           \
        CREATE_TEXT(                                                                               \
            0, "memory-swap", "SIZE", memory_swap, "memory and swap together; -1: no limit"),      \
        CREATE_TEXT(0, "memory-reservation", "SIZE", memory_reservation,                           \
            "what it is pressed back to when memory is short"),                                    \
        CREATE_TEXT(0, "cpus", "N", cpus, "how many CPUs it may use at once: 0.5"),                \
        CREATE_TEXT(0, "cpu-period", "USEC", cpu_period, "with --cpu-quota, for --cpus: 100000"),  \
        CREATE_TEXT(                                                                               \
            0, "cpu-quota", "USEC", cpu_quota, "how long it may use CPUs in each such period"),    \
        CREATE_TEXT(                                                                               \
            'c', "cpu-shares", "N", cpu_shares, "its weight where CPUs are short; 1024 is usual"), \
        CREATE_TEXT(0, "cpuset-cpus", "LIST", cpuset_cpus, "the CPUs that it may use: 0-3, 0,1"),  \
        CREATE_TEXT(0, "cpuset-mems", "LIST", cpuset_mems, "the memory nodes that it may use"),    \
        CREATE_TEXT(                                                                               \
            0, "pids-limit", "N", pids_limit, "how many processes it may have; -1: no limit"),     \
        CREATE_TEXT(                                                                               \
            0, "blkio-weight", "N", blkio_weight, "its weight where disks are short: 10 to 1000")

enum { RUN_ONLY = 4 };
extern const struct opt RUN_OPTS[]; /* and create's: RUN_OPTS + RUN_ONLY */

#endif
