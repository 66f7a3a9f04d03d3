// SPDX-License-Identifier: MIT
/*
 * Limits: numbers with the ranges that Docker has for them. A value out of its range is refused and
 * never bent into it: a limit that is not the one asked for is worse than none.
 */
#include "creation.h"

#include "size.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIDS_MOST = 4194304, SHARES_LEAST = 2, SHARES_MOST = 262144, SHM_DEFAULT = 64 << 20 };

static const uint64_t MEMORY_LEAST = UINT64_C(6) << 20, MEMORY_MOST = UINT64_C(1) << 60;

/*
 * What no reader above has taken. A number is out of its range, which docker's daemon refuses, in
 * these words; what is none its client does, and that ends `create` in another way. Returns -1.
 */
static int out_of_range(struct creation *creation, const char *text, const char *words)
{
    const char *digits = text + (text[0] == '-');

    if (!*digits || digits[strspn(digits, "0123456789.")])
        return err_hint(creation->err, "%s", words);
    return err_refuse(creation->err, EINVAL, "%s", words);
}

/* 0 is none asked for. `what`: as Docker calls it. */
static int read_bytes(
    struct creation *creation, const char *name, const char *text, const char *what, uint64_t *ret)
{
    uint64_t bytes = 0;

    if (text && size_parse_bytes(name, text, 0, MEMORY_MOST, &bytes, creation->err) < 0)
        return err_hint(
            creation->err, "Minimum memory %s allowed is 6MB; write it as 6m, 512m or 1.5g", what);
    if (bytes > 0 && bytes < MEMORY_LEAST) {
        err_refuse(creation->err, EINVAL, "Minimum memory %s allowed is 6MB", what);
        return err_hint(creation->err, "%s was %s -> write it as 6m, 512m or 1.5g", name, text);
    }
    *ret = bytes > 0 ? bytes : *ret;
    return 0;
}

static int read_memory(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_host *host = &creation->record->host;
    struct err *err = creation->err;

    if (read_bytes(creation, "--memory", options->memory, "limit", &host->memory_bytes) < 0 ||
        read_bytes(creation, "--memory-reservation", options->memory_reservation, "reservation",
            &host->memory_reservation_bytes) < 0)
        return -1;
    if (host->memory_bytes > 0 && host->memory_reservation_bytes > host->memory_bytes)
        return err_refuse(err, EINVAL,
            "Minimum memory limit can not be less than memory reservation limit, see usage");
    return 0;
}

/* Memory and swap together: not given, twice the memory; 0 counts as not given. */
static int read_swap(struct creation *creation)
{
    const char *text = creation->options->memory_swap;
    struct record_host *host = &creation->record->host;
    uint64_t bytes = 0;

    if (text && strcmp(text, "-1") == 0) {
        host->memory_swap_bytes = -1;
        return 0;
    }
    if (text && size_parse_bytes("--memory-swap", text, 0, MEMORY_MOST, &bytes, creation->err) < 0)
        return -1;
    if (bytes > 0 && host->memory_bytes == 0) {
        err_refuse(creation->err, EINVAL,
            "You should always set the Memory limit when using Memoryswap limit, see usage");
        return err_hint(creation->err, "--memory-swap is memory and swap together -> add -m");
    }
    if (bytes > 0 && bytes < host->memory_bytes)
        return err_refuse(creation->err, EINVAL,
            "Minimum memoryswap limit should be larger than memory limit, see usage");
    host->memory_swap_bytes = (int64_t)(bytes > 0 ? bytes : 2 * host->memory_bytes);
    return 0;
}

/* 0 is none asked for. */
static int read_cpus(struct creation *creation)
{
    const char *text = creation->options->cpus;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    double cpus = 0;
    char range[100];

    snprintf(range, sizeof(range),
        "Range of CPUs is from 0.01 to %ld.00, as there are only %ld CPUs available", online,
        online);
    if (text && size_parse_decimal("--cpus", text, 0, INT_MAX, &cpus, creation->err) < 0)
        return out_of_range(creation, text, range);
    if (cpus > 0 && (cpus < 0.01 || cpus > (double)online))
        return err_refuse(creation->err, EINVAL, "%s", range);
    if (cpus > 0)
        creation->record->host.nano_cpus = (uint64_t)(cpus * 1e9 + 0.5);
    return 0;
}

/* --cpus in the kernel's own numbers: so long in each period; a quota of 0 and -1 is no limit. */
static int read_cpu_times(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_host *host = &creation->record->host;
    const char *quota = options->cpu_quota;
    uint64_t usec = 0;

    if ((options->cpu_period || quota) && host->nano_cpus > 0)
        return err_refuse(creation->err, EINVAL,
            "Conflicting options: Nano CPUs and CPU %s cannot both be set.",
            options->cpu_period ? "Period" : "Quota");
    if (options->cpu_period && strcmp(options->cpu_period, "0") != 0 &&
        size_parse_u64("--cpu-period", options->cpu_period, 1000, 1000000, &host->cpu_period_usec,
            creation->err) < 0)
        return out_of_range(creation, options->cpu_period,
            "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    if (!quota)
        return 0;
    if (strcmp(quota, "0") != 0 && strcmp(quota, "-1") != 0 &&
        size_parse_u64("--cpu-quota", quota, 1000, INT64_MAX / 1000, &usec, creation->err) < 0)
        return out_of_range(creation, quota, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
    host->cpu_quota_usec = usec > 0 ? (int64_t)usec : strcmp(quota, "-1") == 0 ? -1 : 0;
    return 0;
}

static int read_pids(struct creation *creation)
{
    const char *text = creation->options->pids_limit;
    bool negative = text && text[0] == '-' && isdigit((unsigned char)text[1]);
    uint64_t pids;
    char range[80];

    if (!text || strcmp(text, "0") == 0)
        return 0;
    snprintf(range, sizeof(range), "Range of PIDs limits is from 1 to %d, or -1 for no limit",
        PIDS_MOST);
    if (size_parse_u64("--pids-limit", text + negative, 1, PIDS_MOST, &pids, creation->err) < 0)
        return out_of_range(creation, text, range);
    creation->record->host.pids_limit = negative ? -1 : (int64_t)pids;
    return 0;
}

/* A weight: 0 is none asked for. */
struct weight {
    const char *name, *text;
    uint64_t least, most;
    const char *words;
};

static int read_weight(struct creation *creation, const struct weight *weight, uint64_t *ret)
{
    if (!weight->text || strcmp(weight->text, "0") == 0 ||
        size_parse_u64(
            weight->name, weight->text, weight->least, weight->most, ret, creation->err) == 0)
        return 0;
    return out_of_range(creation, weight->text, weight->words);
}

static int read_oom_score(struct creation *creation)
{
    const char *text = creation->options->oom_score_adj;
    char *end;

    if (!text)
        return 0;
    errno = 0;
    long score = strtol(text, &end, 10);
    if (!*text || *end || errno)
        return creation_refuse(creation, "--oom-score-adj", text, "it is no whole number");
    if (score < -1000 || score > 1000)
        return err_refuse(creation->err, EINVAL,
            "Invalid value %.40s, range for oom score adj is [-1000, 1000]", text);
    creation->record->host.oom_score_adj = (int)score;
    return 0;
}

/*
 * "0-3,5": the kernel's own form of a list (cpuset(7), "List format"). The largest number in it; -1
 * where it is no list.
 */
static long last_of_set(const char *text)
{
    long largest = -1;

    for (const char *at = text;; at++) {
        char *end;
        long first = strtol(at, &end, 10), last = first;
        if (!isdigit((unsigned char)*at))
            return -1;
        if (*end == '-' && isdigit((unsigned char)end[1]))
            last = strtol(end + 1, &end, 10);
        if (last < first || (*end && *end != ','))
            return -1;
        largest = last > largest ? last : largest;
        at = end;
        if (!*at)
            return largest;
    }
}

/* `name`: what sysconf(3) knows the most of; 0: nothing. */
static int check_set(struct creation *creation, const char *what, const char *text, int name)
{
    long last = text && *text ? last_of_set(text) : 0;
    long most = last > 0 && name ? sysconf(name) - 1 : LONG_MAX;

    if (last < 0) {
        err_refuse(creation->err, EINVAL, "Invalid value %.60s for %s", text, what);
        return err_hint(creation->err, "accepted: numbers and ranges with commas: 0-3, 0,1");
    }
    if (last > most)
        return err_refuse(creation->err, EINVAL,
            "Requested CPUs are not available - requested %.60s, available: 0-%ld", text, most);
    return 0;
}

int create_limits(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_host *host = &creation->record->host;
    const struct weight shares = {"--cpu-shares", options->cpu_shares, SHARES_LEAST, SHARES_MOST,
        "Range of CPU shares is from 2 to 262144; 0 is the default"};
    const struct weight io = {"--blkio-weight", options->blkio_weight, 10, 1000,
        "Range of blkio weight is from 10 to 1000"};
    uint64_t io_weight = 0;

    if (read_memory(creation) < 0 || read_swap(creation) < 0 || read_cpus(creation) < 0 ||
        read_cpu_times(creation) < 0 || read_pids(creation) < 0 || read_oom_score(creation) < 0 ||
        read_weight(creation, &shares, &host->cpu_shares) < 0 ||
        read_weight(creation, &io, &io_weight) < 0 ||
        check_set(creation, "cpuset cpus", options->cpuset_cpus, _SC_NPROCESSORS_CONF) < 0 ||
        check_set(creation, "cpuset mems", options->cpuset_mems, 0) < 0)
        return -1;
    host->blkio_weight = (unsigned)io_weight;
    host->cpuset_cpus = options->cpuset_cpus;
    host->cpuset_mems = options->cpuset_mems;
    if (options->shm_size && size_parse_bytes("--shm-size", options->shm_size, 0, MEMORY_MOST,
                                 &host->shm_size_bytes, creation->err) < 0)
        return -1;
    if (host->shm_size_bytes == 0)
        host->shm_size_bytes = SHM_DEFAULT;
    return 0;
}
