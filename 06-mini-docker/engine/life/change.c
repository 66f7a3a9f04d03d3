// SPDX-License-Identifier: MIT
/*
 * A change is made under the container's lock: first where it counts (the kernel, the name), then
 * in the record, which `start` reads next time. Limits are judged by create's own code
 * (create_limits), on a record that has nothing but what is there already and they depend on.
 */
#include "change.h"

#include "engine/create/creation.h"
#include "engine/create/limits.h"
#include "engine/network/network.h"
#include "engine/show/events.h"
#include "engine/store/record_names.h"

#include "runtime/state.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

/* The record of the container that the word means, and its lock. */
static int open_record(
    const struct store *store, const char *word, struct record *ret, int *ret_lock, struct err *err)
{
    char id[STORE_ID + 1];

    *ret = (struct record){0};
    if (record_find(store, word, id, err) < 0 || record_lock(store, id, ret_lock, err) < 0)
        return -1;
    return record_load(store, id, ret, err);
}

int change_name(const struct store *store, const char *word, const char *name, struct err *err)
{
    cleanup_close int lock = -1;
    struct record record;
    int result = -1;

    name += name[0] == '/';
    if (!word[0] || !name[0])
        return err_refuse(err, EINVAL, "Neither old nor new names may be empty");
    if (!record_name_is_valid(name))
        return err_refuse(err, EINVAL,
            "Invalid container name (%.80s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name);
    if (open_record(store, word, &record, &lock, err) < 0)
        return -1;
    const struct event_attribute old[] = {{"oldName", record.name}, {0}};
    if (strcmp(record.name, name) == 0) {
        err_refuse(err, EINVAL, "Renaming a container with the same name as its current name");
    } else {
        record.name = name;
        result = record_replace(store, &record, err);
    }
    if (result == 0)
        result = network_rename(store, record.id, name, err);
    if (result == 0)
        event_container(store, &record, "rename", old);
    record_free(&record);
    return result;
}

/* What was given, of limits that were judged, and the rest of what was there. */
static void merge(const struct create_options *options, const struct record_host *judged,
    struct record_host *host)
{
    if (options->memory)
        host->memory_bytes = judged->memory_bytes;
    if (options->memory_reservation)
        host->memory_reservation_bytes = judged->memory_reservation_bytes;
    if (options->memory_swap || (options->memory && host->memory_swap_bytes == 0))
        host->memory_swap_bytes = judged->memory_swap_bytes;
    if (options->cpus)
        host->nano_cpus = judged->nano_cpus;
    if (options->cpu_period || options->cpu_quota) {
        host->cpu_period_usec = judged->cpu_period_usec;
        host->cpu_quota_usec = judged->cpu_quota_usec;
    }
    if (options->cpu_shares)
        host->cpu_shares = judged->cpu_shares;
    if (options->cpuset_cpus)
        host->cpuset_cpus = judged->cpuset_cpus;
    if (options->cpuset_mems)
        host->cpuset_mems = judged->cpuset_mems;
    if (options->pids_limit)
        host->pids_limit = judged->pids_limit;
    if (options->blkio_weight)
        host->blkio_weight = judged->blkio_weight;
    if (options->restart) {
        host->restart_policy = judged->restart_policy;
        host->restart_most = judged->restart_most;
    }
}

/* What depends on what is there already. */
static int check_limits(const struct create_options *options, const struct record_host *host,
    const struct record_host *judged, struct err *err)
{
    if (options->memory && !options->memory_swap && host->memory_swap_bytes > 0 &&
        judged->memory_bytes > (uint64_t)host->memory_swap_bytes) {
        err_refuse(err, EINVAL,
            "Memory limit should be smaller than already set memoryswap limit, update the "
            "memoryswap at the same time");
        return err_hint(err, "memory and swap together are %jd bytes -> add --memory-swap",
            (intmax_t)host->memory_swap_bytes);
    }
    if (options->cpus && (host->cpu_period_usec > 0 || host->cpu_quota_usec > 0))
        return err_refuse(err, EINVAL,
            "Conflicting options: NanoCPUs cannot be updated as CPU Quota has already been set");
    if (options->restart && host->auto_remove)
        return err_refuse(err, EINVAL,
            "Restart policy cannot be updated because AutoRemove is enabled for the container");
    return 0;
}

/* One that runs has them from now on. */
static int set_limits(
    const struct store *store, const char *id, const struct record_host *given, struct err *err)
{
    struct cgroup_limits limits = {0};
    char root[PATH_MAX];
    struct err ignored;
    struct state state;
    int result = 0;

    limits_fill(given, &limits);
    if (given->cpu_quota_usec < 0)
        limits.cpu_quota_usec = UINT64_MAX;
    if (given->pids_limit < 0)
        limits.pids = UINT64_MAX;
    if (store_run_dir(store, "runtime", root, err) < 0)
        return -1;
    if (state_load(root, id, true, &state, &ignored) == 0 &&
        state_status(&state) != STATE_STOPPED) {
        if (!state.group.absent) {
            result = cgroup_set(&state.group, &limits, err);
        } else {
            err_set(err, ERR_SKIP, "cannot update container %.12s: it has no group", id);
            result = err_hint(err, "limits are a group's -> start it where groups can be made");
        }
    }
    state_close(&state);
    return result;
}

int change_limits(const struct store *store, const char *word, const struct create_options *options,
    struct err *err)
{
    cleanup_close int lock = -1;
    struct record record, judged = {0};
    struct record_host given = {0};
    struct creation creation = {.store = store, .options = options, .record = &judged, .err = err};

    if (open_record(store, word, &record, &lock, err) < 0)
        return -1;
    judged.host.memory_bytes = record.host.memory_bytes;
    judged.host.nano_cpus = record.host.nano_cpus;
    judged.host.cpu_period_usec = record.host.cpu_period_usec;
    judged.host.cpu_quota_usec = record.host.cpu_quota_usec;
    int result = create_limits(&creation) < 0 || create_restart(&creation) < 0 ||
                         check_limits(options, &record.host, &judged.host, err) < 0
                     ? -1
                     : 0;
    if (result == 0) {
        given.memory_swap_bytes = record.host.memory_swap_bytes; /* not to be changed by itself */
        merge(options, &judged.host, &given);
        if (given.memory_bytes == 0 && !options->memory_swap)
            given.memory_swap_bytes = 0;
        merge(options, &judged.host, &record.host);
        result = set_limits(store, record.id, &given, err);
    }
    if (result == 0)
        result = record_replace(store, &record, err);
    if (result == 0)
        event_container(store, &record, "update", NULL);
    record_free(&record);
    return result;
}
