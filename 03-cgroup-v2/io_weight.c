// SPDX-License-Identifier: MIT
/*
 * io-weight: a disk shared 1 to 3, by either of the two that can do it.
 *
 *     io.bfq.weight   read by the BFQ scheduler: works where queue/scheduler says [bfq]
 *     io.weight       read by iocost: works where io.cost.qos of the root group enables the device
 *
 * A weight is a share under contention, not a limit: alone, either group could have the whole disk.
 * And somebody must read it: at a disk without BFQ and without iocost nothing comes of what is
 * written. The control is iocost with equal weights.
 *
 * iocost prices every request by a model of the disk, and hands out the disk's time by weight. A
 * real disk's model comes from its parameters or is measured (iocost_coef_gen.py in the kernel's
 * tree). Here it is made up, slower than the loop device is, so that there is contention on any
 * host.
 *
 * A loop device keeps its scheduler and its model when it is detached, so both are put back, and
 * journalled for the case that this process is not there to do it.
 */
#include "disk.h"
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "live.h"
#include "proc.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { DISK_BYTES = 64 << 20, BLOCK_KIB = 256, WRITERS = 4, LIGHT = 100, HEAVY = 300, POINTS = 4 };

/* Of the disk in iocost's model: 8 MiB a second, 500 operations a second, in order or not. */
#define SLOW_DISK "rbps=8388608 rseqiops=500 rrandiops=500 wbps=8388608 wseqiops=500 wrandiops=500"

struct pair {
    struct group light, heavy;
    struct loopfs fs;
};

static int read_bytes(const struct pair *p, uint64_t ret[2], struct err *err)
{
    return disk_stat(&p->light, &p->fs, "wbytes", &ret[0], err) < 0 ||
                   disk_stat(&p->heavy, &p->fs, "wbytes", &ret[1], err) < 0
               ? -1
               : 0;
}

/* WRITERS processes in each group, so that each always has something waiting for the disk. */
static int start_writers(const struct pair *p, pid_t ret[2 * WRITERS], struct err *err)
{
    for (int i = 0; i < 2 * WRITERS; i++) {
        ret[i] = disk_writer(i % 2 ? &p->heavy : &p->light, &p->fs, i / 2, BLOCK_KIB, err);
        if (ret[i] < 0)
            return -1;
    }
    return 0;
}

/* Both groups write as fast as they can; draws the heavy one's share, and gives heavy / light. */
static int contend(
    struct run *run, const struct pair *p, const char *series, double *ret_ratio, struct err *err)
{
    uint64_t begin[2], last[2], now[2];
    pid_t writers[2 * WRITERS];
    struct live live;

    if (start_writers(p, writers, err) < 0 ||
        live_begin(&live, &run->report, "disk", 1, 0.75, err) < 0)
        return -1;
    usleep(500000); /* all have started, and used up what their group had saved */
    if (read_bytes(p, begin, err) < 0)
        return -1;
    memcpy(now, begin, sizeof(now));
    for (int i = 0; i < POINTS; i++) {
        memcpy(last, now, sizeof(last));
        usleep(500000);
        if (read_bytes(p, now, err) < 0)
            return -1;
        double all = (double)(now[0] + now[1] - last[0] - last[1]);
        live_point(&live, series, all > 0 ? (double)(now[1] - last[1]) / all : 0);
    }
    live_end(&live);
    for (int i = 0; i < 2 * WRITERS; i++)
        proc_end(writers[i]);
    *ret_ratio = (double)(now[1] - begin[1]) / (double)(now[0] - begin[0] + 1);
    note(&run->report, "io.stat: light wrote %.1f MiB, heavy %.1f MiB: 1 to %.1f",
        (double)(now[0] - begin[0]) / (1 << 20), (double)(now[1] - begin[1]) / (1 << 20),
        *ret_ratio);
    return 0;
}

/* The scheduler in use, which stands in brackets: "[none] mq-deadline bfq". */
static int present_scheduler(const char *path, char ret[32], struct err *err)
{
    cleanup_free char *text = fsio_read(NULL, path, err);
    const char *open = text ? strchr(text, '[') : NULL;

    if (!text)
        return -1;
    if (!open || sscanf(open, "[%31[^]]", ret) != 1)
        return err_set(err, ERR_SYS, "%s names no scheduler: '%s'", path, text);
    return 0;
}

/*
 * BFQ favours processes that look interactive, and lets several requests of different groups onto
 * the disk together; both blur the shares. The settings are gone with the scheduler.
 */
static int tune_bfq(struct run *run, const char *number, struct err *err)
{
    char dir[128];

    snprintf(dir, sizeof(dir), "/sys/dev/block/%s/queue/iosched", number);
    note(&run->report, "%s: low_latency <- 0, strict_guarantees <- 1", dir);
    return fsio_write(err, dir, "low_latency", "0") < 0 ||
                   fsio_write(err, dir, "strict_guarantees", "1") < 0
               ? -1
               : 0;
}

/* io.bfq.weight is there once BFQ is loaded, which choosing it does. */
static int with_bfq(struct run *run, const struct pair *p, double *ret_ratio, struct err *err)
{
    char path[128], before[32];

    snprintf(path, sizeof(path), "/sys/dev/block/%s/queue/scheduler", p->fs.number);
    if (present_scheduler(path, before, err) < 0)
        return -1;
    if (disk_setting(run, path, "bfq", before, err) < 0) {
        if (err->code != EINVAL)
            return -1;
        err_set(err, ERR_SKIP, "needs the BFQ scheduler, and this kernel does not have it");
        return err_hint(err, "%s does not take bfq -> make vm-03", path);
    }
    if (tune_bfq(run, p->fs.number, err) < 0 ||
        group_set(run, &p->light, err, "io.bfq.weight", "%d", LIGHT) < 0 ||
        group_set(run, &p->heavy, err, "io.bfq.weight", "%d", HEAVY) < 0 ||
        contend(run, p, "BFQ", ret_ratio, err) < 0)
        return -1;
    note(&run->report, "%s <- %s", path, before);
    return fsio_write(err, NULL, path, "%s", before);
}

/* Has iocost rule the device. Both files keep their line until it is taken back. */
static int enable_iocost(struct run *run, const char *number, struct err *err)
{
    char root[PATH_MAX], model[PATH_MAX + 16], qos[PATH_MAX + 16], back[64], text[160];

    if (!host_v2_mount(root))
        return err_set(err, ERR_SKIP, "cgroup2 is not mounted any more");
    snprintf(model, sizeof(model), "%s/io.cost.model", root);
    snprintf(qos, sizeof(qos), "%s/io.cost.qos", root);
    snprintf(back, sizeof(back), "%s ctrl=auto", number);
    snprintf(text, sizeof(text), "%s ctrl=user model=linear " SLOW_DISK, number);
    if (disk_setting(run, model, text, back, err) < 0)
        return -1;
    snprintf(back, sizeof(back), "%s enable=0 ctrl=auto", number);
    /* no latency aims, and the rate of the model held at 100 %: the shares alone are left */
    snprintf(text, sizeof(text),
        "%s enable=1 ctrl=user rpct=0 rlat=0 wpct=0 wlat=0 min=100 max=100", number);
    return disk_setting(run, qos, text, back, err);
}

static int with_iocost(
    struct run *run, const struct pair *p, double *ret_ratio, double *ret_equal, struct err *err)
{
    const char *number = p->fs.number;

    if (enable_iocost(run, number, err) < 0 ||
        group_set(run, &p->light, err, "io.weight", "%s %d", number, LIGHT) < 0 ||
        group_set(run, &p->heavy, err, "io.weight", "%s %d", number, HEAVY) < 0 ||
        contend(run, p, "iocost", ret_ratio, err) < 0)
        return -1;
    step(&run->report, NULL, "control: the same with equal weights");
    if (group_set(run, &p->heavy, err, "io.weight", "%s %d", number, LIGHT) < 0)
        return -1;
    return contend(run, p, "equal", ret_equal, err);
}

static int io_weight_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct pair p;
    double nobody, bfq, iocost, equal;

    step(r, "loop(4)", "a disk of our own, and two groups");
    if (loopfs_alone(err) < 0 || loopfs_make(&p.fs, &run->undo, DISK_BYTES, err) < 0)
        return -1;
    note(r, "%s is device %s, mounted on %s", p.fs.device, p.fs.number, p.fs.point);
    if (group_make(run, "-light", "io", &p.light, err) < 0 ||
        group_make(run, "-heavy", "io", &p.heavy, err) < 0 ||
        group_require(&p.light, "io.weight", "CONFIG_BLK_CGROUP_IOCOST", err) < 0)
        return -1;

    step(r, "cgroup-v2.rst, \"IO Interface Files\"", "weights that nobody reads yet");
    if (group_set(run, &p.light, err, "io.weight", "default %d", LIGHT) < 0 ||
        group_set(run, &p.heavy, err, "io.weight", "default %d", HEAVY) < 0 ||
        contend(run, &p, "nobody", &nobody, err) < 0)
        return -1;
    explain(r, "no claim: what is left to chance is about 1 to 1, more or less");

    step(r, "Documentation/block/bfq-iosched.rst", "io.bfq.weight, and the BFQ scheduler");
    if (with_bfq(run, &p, &bfq, err) < 0)
        return -1;
    step(r, "cgroup-v2.rst, \"IO Interface Files\"", "io.weight, and iocost");
    if (with_iocost(run, &p, &iocost, &equal, err) < 0)
        return -1;

    claim_range(r, "BFQ: heavy to light", bfq, 1.4, 6, "io.stat");
    claim_range(r, "iocost: heavy to light", iocost, 1.5, 6, "io.stat");
    claim_range(r, "control: equal weights, equal shares", equal, 0.7, 1.4, "io.stat");
    return 0;
}

const struct experiment io_weight_experiment = {
    .name = "io-weight",
    .summary = "a disk shared 1 to 3, by BFQ and by iocost",
    .needs = "root v2:io loop fs:ext4 tool:mkfs.ext4",
    .steps = 5,
    .run = io_weight_run,
};
