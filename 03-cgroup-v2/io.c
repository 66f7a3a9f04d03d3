// SPDX-License-Identifier: MIT
/*
 * io: a limit on what a group may write to a disk, and what v1 lets through.
 *
 * io.max takes a device and up to four limits: rbps and wbps in bytes a second, riops and wiops in
 * operations a second. The disk is a loop device with an ext4 of the run's own, so it works on any
 * host. dd writes past the page cache (O_DIRECT), then through it, timed until the data is flushed.
 *
 * The second is what v2 was made for. A buffered write returns at once; the disk sees it later,
 * from a kernel thread. To charge it to the writer the kernel must know whose page it is, which the
 * memory controller keeps, and what his limit is, which the io controller keeps. In v1 the two may
 * live in different hierarchies and know nothing of each other, so the flush escapes every limit.
 * v2 switches memory on, out of sight, wherever io is. The file system must help as well: ext2,
 * ext4, btrfs, f2fs and xfs do. An ext4 with data=journal does not, and there it escapes again: the
 * second control.
 *
 * v1's own numbers are from a stored run (v1-run.txt): the io controller is in v1's hierarchy or in
 * v2's, never in both.
 */
#include "disk.h"
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <string.h>
#include <sys/mount.h>

enum { DISK_BYTES = 192 << 20, WIOPS = 20, RIOPS = 40, OPS = 40, CONTROL_TIMES = 4 };

struct io_args {
    uint64_t wbps, mib;
};

static const struct opt OPTS[] = {
    {0, "wbps", "SIZE", "bytes a second that may be written (2m)", OPT_BYTES,
        offsetof(struct io_args, wbps), .least = 256 << 10, .most = 4 << 20},
    {0, "mib", "N", "how many MiB dd writes (6)", OPT_UINT, offsetof(struct io_args, mib),
        .least = 1, .most = 16},
    {0},
};

/* What each dd came to. */
struct rates {
    struct dd_result free, direct, buffered, writes, reads, escaped;
};

static struct dd writing(const char *series, const char *flags, const struct io_args *args)
{
    return (struct dd){.series = series,
        .file = series,
        .flags = flags,
        .flush = !*flags,
        .block_kib = 1024,
        .blocks = (unsigned)args->mib,
        .key = "wbytes",
        .full = 2.0 * (double)args->wbps / (1 << 20),
        .mark = (double)args->wbps / (1 << 20)};
}

static int limit_bytes(struct run *run, const struct group *g, const struct loopfs *fs,
    const struct io_args *args, struct rates *ret, struct err *err)
{
    struct report *r = &run->report;
    struct dd dd = writing("free", "oflag=direct", args);

    step(r, "dd(1)", "control: dd without a limit, O_DIRECT");
    /* more of it, so that starting dd does not hide how fast it is */
    dd.blocks *= CONTROL_TIMES;
    if (disk_dd(run, g, fs, &dd, &ret->free, err) < 0)
        return -1;

    step(r, "cgroup-v2.rst, \"IO Interface Files\"", "a limit, and the same dd");
    dd = writing("direct", "oflag=direct", args);
    if (group_set(run, g, err, "io.max", "%s wbps=%lu", fs->number, args->wbps) < 0 ||
        disk_dd(run, g, fs, &dd, &ret->direct, err) < 0)
        return -1;

    step(
        r, "cgroup-v2.rst, \"Writeback\"", "buffered: through the page cache, until it is flushed");
    explain(r, "the flush is done by a kernel thread, and charged to the group of each page");
    dd = writing("buffered", "", args);
    return disk_dd(run, g, fs, &dd, &ret->buffered, err);
}

/* Several limits in one line: dd in small blocks meets those on operations, not those on bytes. */
static int limit_operations(struct run *run, const struct group *g, const struct loopfs *fs,
    struct rates *ret, uint64_t *ret_limits, struct err *err)
{
    const struct dd writes = {.series = "writes",
        .file = "ops",
        .flags = "oflag=direct",
        .block_kib = 4,
        .blocks = OPS,
        .key = "wios",
        .full = 50,
        .mark = WIOPS};
    const struct dd reads = {.series = "reads",
        .file = "ops",
        .read = true,
        .flags = "iflag=direct",
        .block_kib = 4,
        .blocks = OPS,
        .key = "rios",
        .full = 50,
        .mark = RIOPS};

    step(&run->report, "cgroup-v2.rst, \"IO Interface Files\"",
        "several limits in one line, and dd in blocks of 4 KiB");
    if (group_set(run, g, err, "io.max", "%s wbps=1048576 wiops=%d riops=%d", fs->number, WIOPS,
            RIOPS) < 0)
        return -1;
    cleanup_free char *text = fsio_read(g->path, "io.max", err);
    if (!text)
        return -1;
    note(&run->report, "%s/io.max: %s", g->name, text);
    *ret_limits = 0;
    for (const char *at = text; (at = strchr(at, '=')); at++)
        *ret_limits += strncmp(at, "=max", 4) != 0;
    if (disk_dd(run, g, fs, &writes, &ret->writes, err) < 0)
        return -1;
    return disk_dd(run, g, fs, &reads, &ret->reads, err);
}

/* A new ext4 on the same disk: its journal's thread, in no group of ours, sends the data. */
static int make_journalling(struct run *run, const struct loopfs *fs, struct err *err)
{
    /* the journal holds all that dd writes: a full one would make dd itself send the data */
    const char *const argv[] = {"mkfs.ext4", "-q", "-F", "-J", "size=64", "-E",
        "nodiscard,lazy_itable_init=0,lazy_journal_init=1", fs->device, NULL};

    note(&run->report, "umount %s; mkfs.ext4 -J size=64 %s", fs->point, fs->device);
    if (umount2(fs->point, 0) < 0)
        return err_sys(err, "cannot umount %s", fs->point);
    int status = proc_run(&(struct proc_spec){.argv = argv, .quiet = true}, err);
    if (status != 0)
        return status < 0 ? -1 : err_set(err, ERR_SYS, "mkfs.ext4 ended with %d", status);
    note(&run->report, "mount -o data=journal %s %s", fs->device, fs->point);
    if (mount(fs->device, fs->point, "ext4", MS_NOATIME, "data=journal") < 0)
        return err_sys(err, "cannot mount %s with data=journal", fs->device);
    return 0;
}

static int escape(struct run *run, const struct group *g, const struct loopfs *fs,
    const struct io_args *args, struct rates *ret, struct err *err)
{
    struct io_args low = {.wbps = args->wbps / 4, .mib = args->mib};
    struct dd dd = writing("data=journal", "", &low);

    step(&run->report, "cgroup-v2.rst, \"Writeback\"; ext4(5)",
        "control: buffered, on an ext4 that cannot tell whose a page is");
    if (make_journalling(run, fs, err) < 0 ||
        group_set(run, g, err, "io.max", "%s wbps=%lu wiops=max riops=max", fs->number, low.wbps) <
            0)
        return -1;
    return disk_dd(run, g, fs, &dd, &ret->escaped, err);
}

/* One line of the stored run, which lies beside the program: "direct_bytes 6291456" and so on. */
static int show_stored(struct run *run, const char *dir, const char *how, struct err *err)
{
    char key[32];
    uint64_t value[3];
    static const char *const keys[] = {"bytes", "usec", "charged"};

    for (int i = 0; i < 3; i++) {
        snprintf(key, sizeof(key), "%s_%s", how, keys[i]);
        if (fsio_read_key(dir, "v1-run.txt", key, &value[i], err) < 0)
            return -1;
    }
    double mib = (double)value[0] / (1 << 20), seconds = (double)value[1] / 1e6;
    note(&run->report, "v1, %s: %.0f MiB in %.2f s, %.1f MiB/s; the group is charged %lu", how, mib,
        seconds, mib / seconds, value[2]);
    return 0;
}

static int show_v1(struct run *run, struct err *err)
{
    char dir[PATH_MAX];

    step(&run->report, "blkio-controller.rst (cgroup-v1); lab 02",
        "beside it v1 with 2 MiB/s, not measured now: a stored run of lab 02, v1-run.txt");
    if (fsio_readlink("/proc/self", "exe", dir, err) < 0)
        return -1;
    *strrchr(dir, '/') = '\0';
    if (show_stored(run, dir, "direct", err) < 0 || show_stored(run, dir, "buffered", err) < 0)
        return -1;
    explain(&run->report, "io is v2's here, so v1 cannot have it; where v1 has it: lab 02, blkio");
    return 0;
}

static uint64_t kib(const struct dd_result *result)
{
    return (uint64_t)(result->rate * 1024);
}

static void claim(
    struct report *r, const struct io_args *args, const struct rates *rates, uint64_t limits)
{
    double limit = (double)args->wbps / (1 << 20);
    uint64_t limit_kib = args->wbps / 1024;

    /* the first slice of a second goes through at once: a short run is a little faster */
    claim_range(r, "direct writes keep to it (MiB/s)", rates->direct.rate, limit / 10, limit * 1.15,
        "dd's time");
    claim_range(r, "buffered writes too (MiB/s)", rates->buffered.rate, limit / 10, limit * 1.15,
        "dd's time");
    claim_u64(r, "their flush is charged to the group", rates->buffered.moved, GE, args->mib << 20,
        "io.stat");
    claim_u64(r, "one line sets three limits", limits, EQ, 3, "io.max");
    claim_range(r, "writes a second", rates->writes.rate, WIOPS / 10.0, WIOPS * 1.15, "dd's time");
    claim_range(r, "reads a second", rates->reads.rate, RIOPS / 10.0, RIOPS * 1.15, "dd's time");
    claim_u64(r, "control: faster without one (KiB/s)", kib(&rates->free), GE, 2 * limit_kib,
        "dd's time");
    claim_u64(r, "control: data=journal escapes (KiB/s)", kib(&rates->escaped), GE, limit_kib / 2,
        "dd's time");
    claim_u64(r, "control: and is charged elsewhere", rates->escaped.moved, LT, args->mib << 19,
        "io.stat");
}

static int io_run(struct run *run, struct err *err)
{
    struct io_args args = *(const struct io_args *)run->args;
    struct report *r = &run->report;
    struct rates rates;
    struct loopfs fs;
    struct group g;
    uint64_t limits;

    args.wbps = args.wbps ? args.wbps : 2 << 20;
    args.mib = args.mib ? args.mib : 6;
    step(r, "loop(4)", "a disk of our own: a loop device with ext4");
    if (loopfs_alone(err) < 0 || loopfs_make(&fs, &run->undo, DISK_BYTES, err) < 0)
        return -1;
    note(r, "%s is device %s, mounted on %s", fs.device, fs.number, fs.point);

    step(r, "cgroup-v2.rst, \"Writeback\"", "a group with the io controller");
    if (group_make(run, "", "io", &g, err) < 0)
        return -1;
    if (limit_bytes(run, &g, &fs, &args, &rates, err) < 0 ||
        limit_operations(run, &g, &fs, &rates, &limits, err) < 0 ||
        escape(run, &g, &fs, &args, &rates, err) < 0 || show_v1(run, err) < 0)
        return -1;
    claim(r, &args, &rates, limits);
    return 0;
}

const struct experiment io_experiment = {
    .name = "io",
    .summary = "io.max holds direct and buffered writes; v1 holds the direct ones only",
    .needs = "root v2:io loop fs:ext4 tool:mkfs.ext4 tool:dd",
    .steps = 8,
    .opts = OPTS,
    .args_size = sizeof(struct io_args),
    .run = io_run,
};
