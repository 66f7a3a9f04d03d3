// SPDX-License-Identifier: MIT
/*
 * Every number is a file of the container's group. A table has for each its name on v1 and on v2;
 * what differs more than in its name (block devices, the page cache) has a function.
 */
#include "measure.h"

#include "cleanup.h"
#include "err.h"
#include "fsio.h"
#include "live.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>

int measure_state(
    const struct store *store, const char *id, const char *name, struct state *ret, struct err *err)
{
    char root[PATH_MAX];
    struct err ignored;

    if (store_run_dir(store, "runtime", root, err) < 0)
        return -1;
    if (state_load(root, id, false, ret, &ignored) == 0) {
        enum state_status status = state_status(ret);
        if (status == STATE_RUNNING || status == STATE_PAUSED || status == STATE_CREATED)
            return 0;
    }
    state_close(ret);
    return err_refuse(err, ESRCH, "Container %s is not running", name);
}

static uint64_t read_number(const char *dir, const char *file)
{
    uint64_t number;
    struct err ignored;

    return dir && fsio_read_u64(dir, file, &number, &ignored) == 0 ? number : UINT64_MAX;
}

static uint64_t read_key(const char *dir, const char *file, const char *key)
{
    uint64_t number;
    struct err ignored;

    return dir && fsio_read_key(dir, file, key, &number, &ignored) == 0 ? number : UINT64_MAX;
}

/* What the group uses less the part of the page cache that nobody has looked at for long: the
 * kernel gives it back before it refuses anybody memory. Docker shows it so. */
static void read_memory(const struct cgroup *group, struct measure *ret)
{
    const char *dir = cgroup_path(group, "memory");
    uint64_t idle =
        read_key(dir, "memory.stat", group->v2 ? "inactive_file" : "total_inactive_file");
    uint64_t used = read_number(dir, group->v2 ? "memory.current" : "memory.usage_in_bytes");
    struct sysinfo host;

    ret->memory_bytes = used != UINT64_MAX && idle < used ? used - idle : used;
    ret->memory_limit_bytes = read_number(dir, group->v2 ? "memory.max" : "memory.limit_in_bytes");
    sysinfo(&host);
    uint64_t all = (uint64_t)host.totalram * host.mem_unit;
    ret->memory_limited = ret->memory_limit_bytes < all;
    if (!ret->memory_limited)
        ret->memory_limit_bytes = all;
    ret->oom_kills = read_key(dir, group->v2 ? "memory.events" : "memory.oom_control", "oom_kill");
}

static void read_cpu(const struct cgroup *group, struct measure *ret)
{
    const char *dir = cgroup_path(group, "cpu");
    char max[32] = "";
    struct err ignored;

    ret->throttled_periods = read_key(dir, "cpu.stat", "nr_throttled");
    if (!group->v2) {
        uint64_t nsec = read_number(cgroup_path(group, "cpuacct"), "cpuacct.usage");
        ret->cpu_usec = nsec == UINT64_MAX ? nsec : nsec / 1000;
        ret->cpu_quota_usec = read_number(dir, "cpu.cfs_quota_us"); /* "-1" is no number */
        ret->cpu_period_usec = read_number(dir, "cpu.cfs_period_us");
        return;
    }
    ret->cpu_usec = read_key(dir, "cpu.stat", "usage_usec");
    cleanup_free char *text = dir ? fsio_read(dir, "cpu.max", &ignored) : NULL;
    ret->cpu_quota_usec = ret->cpu_period_usec = UINT64_MAX;
    if (text && sscanf(text, "%31s %" SCNu64, max, &ret->cpu_period_usec) == 2)
        sscanf(max, "%" SCNu64, &ret->cpu_quota_usec); /* not for "max" */
}

/* v1: "8:0 Read 4096" a line; v2: "8:0 rbytes=4096 wbytes=0 …". */
static void read_devices(const struct cgroup *group, struct measure *ret)
{
    const char *dir = cgroup_path(group, group->v2 ? "io" : "blkio");
    struct err ignored;
    cleanup_free char *text =
        dir ? fsio_read(dir, group->v2 ? "io.stat" : "blkio.throttle.io_service_bytes_recursive",
                  &ignored)
            : NULL;
    char *rest = text;

    ret->read_bytes = ret->write_bytes = 0;
    for (char *line; (line = strsep(&rest, "\n"));) {
        uint64_t bytes;
        const char *reads = strstr(line, group->v2 ? "rbytes=" : " Read ");
        const char *writes = strstr(line, group->v2 ? "wbytes=" : " Write ");
        if (reads && sscanf(reads + strcspn(reads, "0123456789"), "%" SCNu64, &bytes) == 1)
            ret->read_bytes += bytes;
        if (writes && sscanf(writes + strcspn(writes, "0123456789"), "%" SCNu64, &bytes) == 1)
            ret->write_bytes += bytes;
    }
}

/* Its interfaces, as its first process sees them: "eth0: BYTES 7 more BYTES …" a line. */
static void read_network(pid_t pid, struct measure *ret)
{
    char path[64], name[32];
    struct err ignored;

    snprintf(path, sizeof(path), "/proc/%d/net/dev", pid);
    cleanup_free char *text = pid > 0 ? fsio_read(NULL, path, &ignored) : NULL;
    char *rest = text;

    ret->received_bytes = ret->sent_bytes = 0;
    for (char *line; (line = strsep(&rest, "\n"));) {
        uint64_t received, sent;
        if (sscanf(line, " %31[^:]: %" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64, name,
                &received, &sent) == 3 &&
            strcmp(name, "lo") != 0) {
            ret->received_bytes += received;
            ret->sent_bytes += sent;
        }
    }
}

void measure_read(const struct state *state, struct measure *ret)
{
    const struct cgroup *group = &state->group;
    const char *pids = cgroup_path(group, "pids");

    *ret = (struct measure){.at = live_now()};
    read_cpu(group, ret);
    read_memory(group, ret);
    read_devices(group, ret);
    read_network(state->pid, ret);
    ret->pids = read_number(pids, "pids.current");
    ret->pids_limit = read_number(pids, "pids.max");
}

double measure_cpu_percent(const struct measure *before, const struct measure *now)
{
    double seconds = now->at - before->at;

    if (seconds <= 0 || now->cpu_usec == UINT64_MAX || now->cpu_usec < before->cpu_usec)
        return 0;
    return (double)(now->cpu_usec - before->cpu_usec) / 1e6 / seconds * 100;
}
