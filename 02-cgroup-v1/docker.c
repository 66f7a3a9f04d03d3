// SPDX-License-Identifier: MIT
/*
 * docker: the groups that an engine makes for `docker run -m 128m`.
 *
 * An engine makes one group a container in every hierarchy, all with the same path: below /docker,
 * the container's ID of 64 hexadecimal digits.
 *
 *     /sys/fs/cgroup/memory/docker/<id>         what Docker makes with its cgroupfs driver
 *     /sys/fs/cgroup/memory/system.slice/docker-<id>.scope     … and with its systemd driver
 *     /sys/fs/cgroup/memory/labs-7f3a/docker/<id>              ours, below a group of this run
 *
 * -m 128m becomes two numbers: memory.limit_in_bytes, and memory and swap together at twice that.
 * All limits are written before the container's first process joins.
 * Source: docker run --help, the OCI runtime spec ("config-linux.md", Control groups).
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "host.h"
#include "proc.h"
#include "size.h"
#include "v1mount.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct docker_args {
    uint64_t memory_bytes;
};

static const struct opt DOCKER_OPTS[] = {
    {'m', "memory", "SIZE", "the container's memory (128m), at least 6m as in Docker", OPT_BYTES,
        offsetof(struct docker_args, memory_bytes), 6 << 20, 1ull << 40},
    {0},
};

/* "No limit" is the largest number of whole pages, 2^63 - 4096; the option ends far below 2^41. */
enum { HIERARCHIES = 16, NO_LIMIT_LOG2 = 41 };

/* The container's group in each hierarchy. */
struct container {
    char id[65];
    char subsystem[HIERARCHIES][64];
    char path[HIERARCHIES][PATH_MAX];
    const char *paths[HIERARCHIES + 1]; /* the same, as group_fork wants them */
    int count;
};

/* What a container may open and make on Docker: everything may be made, few may be opened. */
static const char *const DEVICES[] = {"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm",
    "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm", NULL};

static int choose_id(struct container *c, struct err *err)
{
    unsigned char bytes[32];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return err_sys(err, "cannot get random bytes");
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(c->id + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

/* cpuset: a group takes nobody before it has CPUs and memory nodes: those of its parent. */
static int copy_cpuset(const char *group, struct err *err)
{
    static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
    char parent[PATH_MAX];

    if (!fsio_exists(group, "cpuset.cpus"))
        return 0;
    snprintf(parent, sizeof(parent), "%s/..", group);
    for (int i = 0; i < 2; i++) {
        cleanup_free char *value = fsio_read(parent, files[i], err);
        if (!value || fsio_write(err, group, files[i], "%s", value) < 0)
            return -1;
    }
    return 0;
}

/* In one hierarchy: the run's group, "docker" in it, and in that the container's. */
static int make_groups(struct run *run, struct container *c, const char *subsystem, struct err *err)
{
    char *path = c->path[c->count], name[96];
    const char *const names[] = {"", "/docker", name};

    snprintf(name, sizeof(name), "/docker/%s", c->id);
    for (int i = 0; i < 3; i++) {
        if (group_path(run, subsystem, names[i], path, err) < 0 || group_make(run, path, err) < 0 ||
            copy_cpuset(path, err) < 0)
            return -1;
    }
    snprintf(c->subsystem[c->count], 64, "%s", subsystem);
    c->paths[c->count] = path;
    c->count++;
    return 0;
}

/* The container's group in the hierarchy that has this file, or NULL. */
static const char *group_with(const struct container *c, const char *file)
{
    for (int i = 0; i < c->count; i++) {
        if (fsio_exists(c->path[i], file))
            return c->path[i];
    }
    return NULL;
}

static int write_limits(
    struct report *r, const struct container *c, uint64_t memory_bytes, struct err *err)
{
    const char *memory = group_with(c, "memory.limit_in_bytes");
    const char *memsw = group_with(c, "memory.memsw.limit_in_bytes");
    const char *cpu = group_with(c, "cpu.shares"), *pids = group_with(c, "pids.max");
    const char *devices = group_with(c, "devices.deny");

    note(r, "memory.limit_in_bytes <- %" PRIu64, memory_bytes);
    if (fsio_write(err, memory, "memory.limit_in_bytes", "%" PRIu64, memory_bytes) < 0)
        return -1;
    if (memsw) {
        note(r, "memory.memsw.limit_in_bytes <- %" PRIu64 ", the other way round is EINVAL",
            2 * memory_bytes);
        if (fsio_write(err, memsw, "memory.memsw.limit_in_bytes", "%" PRIu64, 2 * memory_bytes) < 0)
            return -1;
    }
    if (cpu && fsio_write(err, cpu, "cpu.shares", "1024") < 0)
        return -1;
    if (pids && fsio_write(err, pids, "pids.max", "max") < 0)
        return -1;
    note(r, "cpu.shares <- 1024, pids.max <- max: Docker's own when nothing is asked for");
    if (!devices)
        return 0;
    if (fsio_write(err, devices, "devices.deny", "a") < 0)
        return -1;
    for (const char *const *rule = DEVICES; *rule; rule++) {
        if (fsio_write(err, devices, "devices.allow", "%s", *rule) < 0)
            return -1;
    }
    note(r, "devices.deny <- a, and devices.allow <- null, zero, full, random, urandom, tty, …");
    return 0;
}

static int wait_for_end(void *unused)
{
    (void)unused;
    pause();
    return 0;
}

/* In how many hierarchies the process is in the container's group, by /proc/PID/cgroup. */
static uint64_t count_memberships(struct report *r, const struct container *c, pid_t pid)
{
    char group[PATH_MAX];
    uint64_t count = 0;

    for (int i = 0; i < c->count; i++) {
        v1mount_group_of(pid, c->subsystem[i], group);
        const char *last = strrchr(group, '/');
        bool inside = last && strcmp(last + 1, c->id) == 0;
        note(r, "%-16s %.*s%s", c->subsystem[i], inside ? (int)(last - group) + 13 : 80, group,
            inside ? "…" : "");
        count += inside;
    }
    return count;
}

/* The kernel counts in pages, and rounds down. */
static uint64_t whole_pages(uint64_t bytes)
{
    return bytes - bytes % (uint64_t)sysconf(_SC_PAGESIZE);
}

/* What is not on the list is denied: all rules have arrived, and the one that allows everything is
 * gone. */
static int check_devices(struct report *r, const char *group, struct err *err)
{
    cleanup_free char *list = fsio_read(group, "devices.list", err);
    uint64_t given = 0, rules = 0;

    if (!list)
        return -1;
    while (DEVICES[given])
        given++;
    for (const char *rule = list; *rule; rule += strcspn(rule, "\n"), rule += *rule == '\n')
        rules++;
    claim_u64(r, "device rules: those it was given", rules, EQ, given, "devices.list");
    return 0;
}

static int check(struct run *run, const struct container *c, uint64_t memory_bytes,
    uint64_t memberships, struct err *err)
{
    struct report *r = &run->report;
    const char *memory = group_with(c, "memory.limit_in_bytes");
    const char *devices = group_with(c, "devices.list");
    char parent[PATH_MAX];
    uint64_t limit, memsw, none;

    snprintf(parent, sizeof(parent), "%s/..", memory);
    if (fsio_read_u64(memory, "memory.limit_in_bytes", &limit, err) < 0 ||
        fsio_read_u64(parent, "memory.limit_in_bytes", &none, err) < 0)
        return -1;
    note(r, "memory.limit_in_bytes: %" PRIu64 "; that of /docker above it: %" PRIu64, limit, none);
    claim_u64(r, "the limit is the one asked for", limit, EQ, whole_pages(memory_bytes),
        "memory.limit_in_bytes");
    if (fsio_exists(memory, "memory.memsw.limit_in_bytes")) {
        if (fsio_read_u64(memory, "memory.memsw.limit_in_bytes", &memsw, err) < 0)
            return -1;
        claim_u64(r, "memory and swap: twice that", memsw, EQ, whole_pages(2 * memory_bytes),
            "memory.memsw.limit_in_bytes");
    }
    if (devices && check_devices(r, devices, err) < 0)
        return -1;
    claim_u64(r, "it is in its group in each hierarchy", memberships, EQ, (uint64_t)c->count,
        "/proc/PID/cgroup");
    claim_u64(r, "control: the group above has no limit", none, GE, 1ull << NO_LIMIT_LOG2,
        "docker/memory.limit_in_bytes");
    return 0;
}

static int docker_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    const struct docker_args *args = run->args;
    uint64_t memory_bytes = args->memory_bytes ? args->memory_bytes : 128 << 20;
    struct container *c = &(struct container){0};
    char list[128], size[SIZE_TEXT];

    if (choose_id(c, err) < 0)
        return -1;
    step(r, "docker-run(1), -m", "docker run -m %" PRIu64 " (%s): the container's ID is %.12s…",
        memory_bytes, size_format(memory_bytes, size), c->id);
    step(r, "mkdir(2)", "mkdir %s/docker/%.12s… in every hierarchy", run->undo.id, c->id);
    for (int i = 0; i < HIERARCHIES && v1mount_list(i, 1, list); i++) {
        list[strcspn(list, ",")] = '\0';
        char mount_point[PATH_MAX];
        if (host_v1_mount(list, mount_point) && make_groups(run, c, list, err) < 0)
            return -1;
    }
    note(r, "%d hierarchies, one group in each", c->count);
    step(r, "cgroup-v1/memory.rst, devices.rst", "write the limits, while the groups are empty");
    if (write_limits(r, c, memory_bytes, err) < 0)
        return -1;
    step(r, "cgroups(7)", "the container's first process joins all of them: tasks <- 0");
    pid_t pid = group_fork(c->paths, wait_for_end, NULL, err);
    if (pid < 0)
        return -1;
    uint64_t memberships = count_memberships(r, c, pid);
    step(r, "cgroup-v1/memory.rst", "read back what the kernel made of it");
    int result = check(run, c, memory_bytes, memberships, err);
    proc_end(pid);
    return result;
}

const struct experiment docker_experiment = {
    .name = "docker",
    .summary = "the groups that an engine makes for `run -m 128m`",
    .needs = "root v1:memory",
    .steps = 5,
    .opts = DOCKER_OPTS,
    .args_size = sizeof(struct docker_args),
    .run = docker_run,
};
