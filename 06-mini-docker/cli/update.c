// SPDX-License-Identifier: MIT
/* update: other limits for containers, at once for those that run; engine/life/change.c does the
 * work.
 */
#include "commands.h"

#include "engine/life/change.h"

#include <limits.h>

#define AT(field) offsetof(struct create_options, field)
#define TEXT(letter, name, arg, field, help)                                                       \
    {                                                                                              \
        letter, name, arg, help, OPT_TEXT, AT(field)                                               \
    }

static const struct opt OPTS[] = {
    TEXT('m', "memory", "SIZE", memory, "memory limit, 6m at least: 100m, 1.5g"),
    TEXT(0, "memory-swap", "SIZE", memory_swap, "memory and swap together; -1: no limit"),
    TEXT(0, "memory-reservation", "SIZE", memory_reservation,
        "what it is pressed back to when memory is short"),
    TEXT(0, "cpus", "N", cpus, "how many CPUs it may use at once: 0.5"),
    TEXT('c', "cpu-shares", "N", cpu_shares, "its weight where CPUs are short; 1024 is usual"),
    TEXT(0, "cpuset-cpus", "LIST", cpuset_cpus, "the CPUs that it may use: 0-3, 0,1"),
    TEXT(0, "cpuset-mems", "LIST", cpuset_mems, "the memory nodes that it may use"),
    TEXT(0, "pids-limit", "N", pids_limit, "how many processes it may have; -1: no limit"),
    TEXT(0, "blkio-weight", "N", blkio_weight, "its weight where disks are short: 10 to 1000"),
    TEXT(0, "restart", "POLICY", restart, "no, always, unless-stopped, on-failure[:MOST]"),
    {0},
};

static bool any_given(const struct create_options *options)
{
    for (const struct opt *row = OPTS; row->name; row++) {
        if (*(const char *const *)((const char *)options + row->offset))
            return true;
    }
    return false;
}

static int update_run(void *args, int argc, char **argv, struct err *err)
{
    const struct create_options *options = args;
    struct store store;

    if (!any_given(options))
        return err_set(
            err, ERR_USAGE, "You must provide one or more flags when using this command.");
    if (cli_store(&store, err) < 0)
        return -1;
    for (int i = 0; i < argc; i++) {
        if (change_limits(&store, argv[i], options, err) < 0)
            return -1;
        puts(argv[i]);
    }
    return 0;
}

const struct command update_command = {
    .name = "update",
    .operands = "CONTAINER [CONTAINER...]",
    .summary = "Change the limits of containers",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct create_options),
    .run = update_run,
};
