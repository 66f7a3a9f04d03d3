// SPDX-License-Identifier: MIT
/*
 * Every limit that linux.resources knows, in one table: which controller it needs, which file takes
 * it in either version, and how the number is converted. Rows are written from the top: a row may
 * need what is above it (no process can join before cpuset.cpus is set; an idle group takes no
 * shares, so "off" comes before them and "on" after). Limits that hang together (memory and swap,
 * quota and period) or that are lists have a function of their own.
 *
 * A row whose file is NULL cannot be had in that version and is left out, as runc leaves it out.
 *
 * Source: config-linux.md of the OCI runtime spec; the kernel's cgroup-v1/ and cgroup-v2.rst.
 */
#include "cgroup_internal.h"

#include "fsio.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum row_type { NUMBER, TEXT, FLAG, COUNT, ON, OFF };

struct row {
    unsigned controller;
    enum row_type type; /* of the field: uint64_t, const char *, bool, size_t, enum cgroup_switch */
    size_t offset;
    const char *v1, *v2;           /* the files */
    uint64_t (*convert)(uint64_t); /* from v1's number to v2's; NULL: it is the same */
    int (*set)(const struct cgroup *, const struct cgroup_limits *, struct err *);
};

#define AT(field) offsetof(struct cgroup_limits, field)
static const char OWN[] = ""; /* the row's function knows the files */

/* Several rows of one function: the first that is asked for calls it. */
static const struct row ROWS[] = {
    {CG_CPUSET, TEXT, AT(cpus), "cpuset.cpus", "cpuset.cpus"},
    {CG_CPUSET, TEXT, AT(mems), "cpuset.mems", "cpuset.mems"},
    {CG_CPU, NUMBER, AT(cpu_quota_usec), OWN, OWN, .set = cgroup_set_bandwidth},
    {CG_CPU, NUMBER, AT(cpu_period_usec), OWN, OWN, .set = cgroup_set_bandwidth},
    {CG_CPU, NUMBER, AT(cpu_burst_usec), OWN, OWN, .set = cgroup_set_bandwidth},
    {CG_CPU, OFF, AT(cpu_idle), "cpu.idle", "cpu.idle"},
    {CG_CPU, NUMBER, AT(cpu_shares), "cpu.shares", "cpu.weight", cgroup_weight_of_shares},
    {CG_CPU, NUMBER, AT(cpu_rt_period_usec), "cpu.rt_period_us", NULL},
    {CG_CPU, NUMBER, AT(cpu_rt_runtime_usec), "cpu.rt_runtime_us", NULL},
    {CG_CPU, ON, AT(cpu_idle), "cpu.idle", "cpu.idle"},
    {CG_MEMORY, NUMBER, AT(memory_bytes), OWN, OWN, .set = cgroup_set_memory},
    {CG_MEMORY, NUMBER, AT(memory_swap_bytes), OWN, OWN, .set = cgroup_set_memory},
    {CG_MEMORY, NUMBER, AT(memory_reservation_bytes), "memory.soft_limit_in_bytes", "memory.low"},
    {CG_MEMORY, FLAG, AT(memory_swappiness_given), OWN, NULL, .set = cgroup_set_swappiness},
    {CG_MEMORY, ON, AT(oom_kill_disabled), "memory.oom_control", NULL},
    {CG_MEMORY, OFF, AT(oom_kill_disabled), "memory.oom_control", NULL},
    {CG_PIDS, NUMBER, AT(pids), "pids.max", "pids.max"},
    {CG_BLKIO, NUMBER, AT(io_weight), OWN, OWN, .set = cgroup_set_io},
    {CG_BLKIO, COUNT, AT(io_weight_devices.count), OWN, OWN, .set = cgroup_set_io},
    {CG_BLKIO, COUNT, AT(read_bps.count), OWN, OWN, .set = cgroup_set_io},
    {CG_BLKIO, COUNT, AT(write_bps.count), OWN, OWN, .set = cgroup_set_io},
    {CG_BLKIO, COUNT, AT(read_iops.count), OWN, OWN, .set = cgroup_set_io},
    {CG_BLKIO, COUNT, AT(write_iops.count), OWN, OWN, .set = cgroup_set_io},
    {CG_HUGETLB, COUNT, AT(hugepages_count), OWN, OWN, .set = cgroup_set_hugepages},
    {CG_NET_CLS, NUMBER, AT(net_class_id), "net_cls.classid", NULL},
    {CG_NET_PRIO, COUNT, AT(net_priorities_count), OWN, NULL, .set = cgroup_set_priorities},
    {CG_RDMA, COUNT, AT(rdma_count), OWN, OWN, .set = cgroup_set_rdma},
    {0, COUNT, AT(unified_count), OWN, OWN, .set = cgroup_set_unified},
};
enum { ROWS_COUNT = sizeof(ROWS) / sizeof(*ROWS) };

static bool is_asked(const struct row *row, const struct cgroup_limits *limits)
{
    const char *field = (const char *)limits + row->offset;
    const char *text;

    switch (row->type) {
    case NUMBER:
        return *(const uint64_t *)field;
    case TEXT:
        text = *(const char *const *)field;
        return text && *text;
    case FLAG:
        return *(const bool *)field;
    case COUNT:
        return *(const size_t *)field;
    case ON:
        return *(const enum cgroup_switch *)field == CGROUP_ON;
    case OFF:
        return *(const enum cgroup_switch *)field == CGROUP_OFF;
    }
    return false;
}

/* "memory.high" needs memory; the group's own files ("cgroup.max.depth") need nothing. */
static unsigned needed_by_files(const struct cgroup_limits *limits)
{
    unsigned needed = 0;

    for (size_t i = 0; i < limits->unified_count; i++) {
        const char *name = limits->unified[i].name;
        size_t length = strcspn(name, ".");
        for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
            if (c->v2_name && strlen(c->v2_name) == length && !strncmp(c->v2_name, name, length))
                needed |= c->bit;
        }
    }
    return needed;
}

unsigned cgroup_needed(const struct cgroup_limits *limits, bool v2)
{
    unsigned needed = 0;

    if (!limits)
        return 0;
    for (const struct row *row = ROWS; row < ROWS + ROWS_COUNT; row++) {
        if ((v2 ? row->v2 : row->v1) && row->type != OFF && is_asked(row, limits))
            needed |= row->controller;
    }
    return needed | needed_by_files(limits);
}

/* What can be seen of the cause, besides the kernel's answer in *err. Returns -1. */
static int explain(const char *dir, const char *file, struct err *err)
{
    uint64_t usage;
    struct err ignored;

    if (err->code == EBUSY && strncmp(file, "memory.", 7) == 0 &&
        fsio_read_u64(dir, "memory.usage_in_bytes", &usage, &ignored) == 0)
        return err_hint(
            err, "%" PRIu64 " bytes are in use -> a higher limit, or free some first", usage);
    if (err->code == ENOENT)
        return err_hint(err, "this kernel, or this hierarchy, has no such file -> leave it out");
    if (err->code == EACCES || err->code == EPERM || err->code == EROFS)
        return err_hint(err, "the group is not writable for this user -> sudo");
    return -1;
}

int cgroup_write_text(const struct cgroup *group, unsigned bit, const char *file, struct err *err,
    const char *fmt, ...)
{
    const char *dir = cgroup_dir(group, bit);
    char text[1024], names[96];
    va_list ap;

    va_start(ap, fmt);
    int length = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if ((size_t)length >= sizeof(text))
        return err_set(err, ERR_USAGE, "the value for %s is too long: '%.40s…'", file, text);
    if (!dir) {
        cgroup_names(bit, group->v2, names);
        err_set(err, ERR_SKIP, "cannot write '%.40s' to %s: no %s controller", text, file, names);
        return err_hint(err, "the container was made without -> give the limit when it is created");
    }
    return fsio_write(err, dir, file, "%s", text) < 0 ? explain(dir, file, err) : 0;
}

int cgroup_write_number(
    const struct cgroup *group, unsigned bit, const char *file, uint64_t value, struct err *err)
{
    bool max = group->v2 || bit == CG_PIDS || bit == CG_RDMA;

    if (value == UINT64_MAX)
        return cgroup_write_text(group, bit, file, err, "%s", max ? "max" : "-1");
    return cgroup_write_text(group, bit, file, err, "%" PRIu64, value);
}

static bool is_there(const struct cgroup *group, unsigned bit, const char *file)
{
    const char *dir = cgroup_dir(group, bit);

    return dir && fsio_exists(dir, file);
}

static int set_row(const struct cgroup *group, const struct row *row,
    const struct cgroup_limits *limits, struct err *err)
{
    const char *field = (const char *)limits + row->offset, *file = group->v2 ? row->v2 : row->v1;
    uint64_t number = 1;

    if (row->set)
        return row->set(group, limits, err);
    if (row->type == TEXT)
        return cgroup_write_text(
            group, row->controller, file, err, "%s", *(const char *const *)field);
    if (row->type == OFF)
        number = 0;
    if (row->type == NUMBER)
        number = *(const uint64_t *)field;
    if (group->v2 && row->convert)
        number = row->convert(number);
    return cgroup_write_number(group, row->controller, file, number, err);
}

int cgroup_set(struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    if (group->absent || !limits)
        return 0;
    if (group->v2 && cgroup_v2_enable(group, cgroup_needed(limits, true), err) < 0)
        return -1;
    for (const struct row *row = ROWS, *done = NULL; row < ROWS + ROWS_COUNT; row++) {
        const char *file = group->v2 ? row->v2 : row->v1;
        if (!file || !is_asked(row, limits) || (row->set && done && row->set == done->set) ||
            (row->type == OFF && !is_there(group, row->controller, file)))
            continue;
        if (set_row(group, row, limits, err) < 0)
            return -1;
        done = row;
    }
    return 0;
}
