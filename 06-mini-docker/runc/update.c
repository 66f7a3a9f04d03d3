// SPDX-License-Identifier: MIT
/*
 * update: other limits for a container that is there. What is not named stays as it is. A file of
 * --resources has the words of config.json's linux.resources; without one the options say it, as
 * numbers of the kernel's files; -1 is "no limit".
 */
#include "commands.h"

#include "runtime/config.h"
#include "runtime/device_rules.h"
#include "runtime/state.h"

#include "size.h"

#include <string.h>

struct update_args {
    const char *resources, *cpus, *mems;
    const char *memory, *memory_reservation, *memory_swap;
    const char *quota, *period, *burst, *shares, *rt_runtime, *rt_period;
    const char *pids, *weight, *idle;
};

#define AT(field) offsetof(struct update_args, field)

static const struct opt OPTS[] = {
    {'r', "resources", "FILE", "linux.resources as JSON; - is standard input", OPT_TEXT,
        AT(resources)},
    {0, "memory", "SIZE", "memory limit: 100m", OPT_TEXT, AT(memory)},
    {0, "memory-reservation", "SIZE", "what it may keep when memory is short", OPT_TEXT,
        AT(memory_reservation)},
    {0, "memory-swap", "SIZE", "memory and swap together", OPT_TEXT, AT(memory_swap)},
    {0, "cpu-quota", "USEC", "CPU time in each period", OPT_TEXT, AT(quota)},
    {0, "cpu-period", "USEC", "how long a period is", OPT_TEXT, AT(period)},
    {0, "cpu-burst", "USEC", "CPU time that may be saved for later", OPT_TEXT, AT(burst)},
    {0, "cpu-share", "N", "its part of the CPUs when all want them, 2 to 262144", OPT_TEXT,
        AT(shares)},
    {0, "cpu-idle", "0|1", "1: it gets what CPU time nobody else wants", OPT_TEXT, AT(idle)},
    {0, "cpu-rt-runtime", "USEC", "real-time CPU time in each period (v1)", OPT_TEXT,
        AT(rt_runtime)},
    {0, "cpu-rt-period", "USEC", "and that period (v1)", OPT_TEXT, AT(rt_period)},
    {0, "cpuset-cpus", "LIST", "the CPUs it may use: 0-1,3", OPT_TEXT, AT(cpus)},
    {0, "cpuset-mems", "LIST", "the memory nodes it may use", OPT_TEXT, AT(mems)},
    {0, "pids-limit", "N", "how many processes it may have", OPT_TEXT, AT(pids)},
    {0, "blkio-weight", "N", "its part of the disks' time, 10 to 1000", OPT_TEXT, AT(weight)},
    {0},
};

/* An option that is a number, and the limit it is for. */
struct number {
    const char *name;
    size_t text, limit; /* offsets in struct update_args and struct cgroup_limits */
    uint64_t least, most;
    bool bytes, endless; /* a size; -1 means no limit */
};

#define NUMBER(name, text, field, ...)                                                             \
    {                                                                                              \
        name, AT(text), offsetof(struct cgroup_limits, field), __VA_ARGS__                         \
    }

static const struct number NUMBERS[] = {
    NUMBER("--memory", memory, memory_bytes, 1, INT64_MAX, true, true),
    NUMBER("--memory-reservation", memory_reservation, memory_reservation_bytes, 1, INT64_MAX, true,
        true),
    NUMBER("--memory-swap", memory_swap, memory_swap_bytes, 1, INT64_MAX, true, true),
    NUMBER("--cpu-quota", quota, cpu_quota_usec, 1000, INT64_MAX, false, true),
    NUMBER("--cpu-period", period, cpu_period_usec, 1000, 1000000, false, false),
    NUMBER("--cpu-burst", burst, cpu_burst_usec, 1, INT64_MAX, false, false),
    NUMBER("--cpu-share", shares, cpu_shares, 2, 262144, false, false),
    NUMBER("--cpu-rt-runtime", rt_runtime, cpu_rt_runtime_usec, 1, INT64_MAX, false, false),
    NUMBER("--cpu-rt-period", rt_period, cpu_rt_period_usec, 1, INT64_MAX, false, false),
    NUMBER("--pids-limit", pids, pids, 1, 4194304, false, true),
    NUMBER("--blkio-weight", weight, io_weight, 10, 1000, false, false),
};

static int read_number(
    const struct number *number, const char *text, uint64_t *ret, struct err *err)
{
    if (number->endless && strcmp(text, "-1") == 0) {
        *ret = UINT64_MAX;
        return 0;
    }
    return number->bytes
               ? size_parse_bytes(number->name, text, number->least, number->most, ret, err)
               : size_parse_u64(number->name, text, number->least, number->most, ret, err);
}

static int read_idle(const char *text, enum cgroup_switch *ret, struct err *err)
{
    uint64_t on;

    if (!text)
        return 0;
    if (size_parse_u64("--cpu-idle", text, 0, 1, &on, err) < 0)
        return -1;
    *ret = on ? CGROUP_ON : CGROUP_OFF;
    return 0;
}

/* Returns how many limits there are, or -1. */
static int read_options(const struct update_args *args, struct cgroup_limits *ret, struct err *err)
{
    int given = (args->cpus != NULL) + (args->mems != NULL) + (args->idle != NULL);

    if (read_idle(args->idle, &ret->cpu_idle, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++) {
        const char *text = *(const char *const *)((const char *)args + NUMBERS[i].text);
        if (text &&
            read_number(&NUMBERS[i], text, (void *)((char *)ret + NUMBERS[i].limit), err) < 0)
            return -1;
        given += text != NULL;
    }
    ret->cpus = args->cpus;
    ret->mems = args->mems;
    return given;
}

/* Device rules are no limit of the group's files on v2: they are put on it apart. */
static int set_resources(struct cgroup *group, const struct spec_linux *resources, struct err *err)
{
    if (cgroup_set(group, &resources->resources, err) < 0)
        return -1;
    return resources->device_rules_count ? device_rules_update(group, resources, err) : 0;
}

static int update(const char *id, const struct spec_linux *resources, struct err *err)
{
    struct state state;
    char root[PATH_MAX];

    if (globals_root(root, err) < 0 || state_load(root, id, true, &state, err) < 0)
        return -1;
    int result;
    if (state_status(&state) == STATE_STOPPED) {
        result = err_set(err, ERR_SYS, "cannot update container %s: it is stopped", id);
    } else if (state.group.absent) {
        err_set(err, ERR_SKIP, "cannot update container %s: it has no group", id);
        result = err_hint(err, "limits are a group's -> create it where groups can be made");
    } else {
        result = set_resources(&state.group, resources, err);
    }
    state_close(&state);
    return result;
}

static int update_run(void *args, int argc, char **argv, struct err *err)
{
    const struct update_args *options = args;
    struct spec_linux resources = {0};
    struct config config = {0};
    int result;

    (void)argc;
    int given = read_options(options, &resources.resources, err);
    if (given < 0)
        return -1;
    if ((given == 0) == (options->resources == NULL)) {
        err_set(err, ERR_USAGE,
            given ? "--resources and limits of the command line are both there"
                  : "update needs a limit");
        return err_hint(err, "name limits, or a file of them with --resources");
    }
    if (options->resources) {
        result = config_read_resources(options->resources, &config, err);
        if (result == 0)
            result = update(argv[0], &config.spec.linux_, err);
        config_free(&config);
        return result;
    }
    return update(argv[0], &resources, err);
}

const struct command update_command = {
    .name = "update",
    .operands = "ID",
    .summary = "Change the limits of a container",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct update_args),
    .run = update_run,
};
