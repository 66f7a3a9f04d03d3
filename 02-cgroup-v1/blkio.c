// SPDX-License-Identifier: MIT
/*
 * blkio: a limit on bytes per second, and the writes that walk around it.
 *
 * blkio.throttle.write_bps_device delays the writes that a process of the group sends to the disk.
 * A direct write (O_DIRECT) is sent by the process itself, and so is what its own fsync(2) sends.
 * But an ordinary write(2) ends in the page cache; the kernel's flusher threads send it later, and
 * they are in the root group. v1 has no idea whose page it was, so nobody is throttled:
 *
 *     write(O_DIRECT) ----------------------> group ---> disk     throttled
 *     write ---> page cache ---> flusher ---> root  ---> disk     not throttled, and charged to
 * root
 *
 * v2 keeps for each page the group that pays for it, and throttles both: lab 03, io.
 *
 * The disk is a loop device with an ext4 of the run's own (common/loopfs.h).
 * Source: the kernel's Documentation/admin-guide/cgroup-v1/blkio-controller.rst.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "live.h"
#include "loopfs.h"
#include "proc.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct blkio_args {
    uint64_t limit_bytes;
};

enum { MIB = 1 << 20 };

static const struct opt BLKIO_OPTS[] = {
    {0, "limit", "SIZE", "bytes per second (2m)", OPT_BYTES,
        offsetof(struct blkio_args, limit_bytes), MIB, 8 * MIB},
    {0},
};

/* One write to measure: what the child does, and what came of it. */
struct job {
    const struct loopfs *fs;
    const char *name; /* of the file that is written */
    uint64_t bytes;
    bool direct, flush;
    double mib_per_second;
};

static uint64_t kib_per_second(const struct job *job)
{
    return (uint64_t)(job->mib_per_second * 1024);
}

static int write_file(void *arg)
{
    const struct job *job = arg;
    struct err ignored;
    double seconds;

    return loopfs_write(
               job->fs, job->name, job->bytes, job->direct, job->flush, &seconds, &ignored) < 0;
}

/* How many bytes the group sent to this device, from "7:0 Write 4096"; 0 before the first. */
static uint64_t written(const char *group, const char *number)
{
    struct err ignored;
    char line[32];
    cleanup_free char *text = fsio_read(group, "blkio.throttle.io_service_bytes", &ignored);

    snprintf(line, sizeof(line), "%s Write ", number);
    const char *at = text ? strstr(text, line) : NULL;
    return at ? strtoull(at + strlen(line), NULL, 10) : 0;
}

/* How many bytes the disk got from all, in sectors of 512: field 7 of its stat file. */
static uint64_t disk_written(const struct loopfs *fs)
{
    struct err ignored;
    char name[64];
    unsigned long sectors = 0;

    snprintf(name, sizeof(name), "/sys/dev/block/%s/stat", fs->number);
    cleanup_free char *text = fsio_read(NULL, name, &ignored);
    if (text)
        sscanf(text, "%*u %*u %*u %*u %*u %*u %lu", &sectors);
    return (uint64_t)sectors * 512;
}

/*
 * Draws what the group sends until the child has ended: the mean of the last second, since the
 * kernel lets a whole block of 1 MiB pass and then makes the next one wait.
 */
static int draw(struct run *run, const char *group, const struct job *job, double mark, pid_t pid,
    struct err *err)
{
    enum { SAMPLES = 20, SAMPLE_USEC = 50000 };
    uint64_t sample[SAMPLES];
    struct live live;

    if (live_begin(&live, &run->report, "MiB/s", mark * 2, mark, err) < 0)
        return -1;
    for (int i = 0; proc_state(pid) != 'Z'; i++) {
        uint64_t now = written(group, job->fs->number);
        if (i >= SAMPLES && i % 5 == 0)
            live_point(&live, "written",
                (double)(now - sample[i % SAMPLES]) / MIB / (SAMPLES * SAMPLE_USEC / 1e6));
        sample[i % SAMPLES] = now;
        usleep(SAMPLE_USEC);
    }
    live_end(&live);
    return 0;
}

/* Writes in a child in the group; with a mark it is drawn too. Fills in job->mib_per_second. */
static int run_job(
    struct run *run, const char *group, struct job *job, double mark, struct err *err)
{
    double begin = live_now();

    pid_t pid = group_fork((const char *const[]){group, NULL}, write_file, job, err);
    if (pid < 0 || (mark > 0 && draw(run, group, job, mark, pid, err) < 0))
        return -1;
    int status = proc_wait(pid, err);
    double seconds = live_now() - begin;
    if (status < 0)
        return -1;
    if (status != 0) {
        err_set(err, ERR_SYS, "writing %s/%s failed", job->fs->point, job->name);
        return loopfs_why(job->fs, err);
    }
    job->mib_per_second = (double)job->bytes / MIB / seconds;
    note(&run->report, "%.1f MiB in %.2f s: %.1f MiB/s", (double)job->bytes / MIB, seconds,
        job->mib_per_second);
    return 0;
}

/* Write out what the page cache holds of this file system: the flusher threads do it. */
static int flush(const struct loopfs *fs, struct err *err)
{
    cleanup_close int fd = open(fs->point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 || syncfs(fd) < 0 ? err_sys(err, "cannot flush %s", fs->point) : 0;
}

static int run_direct(
    struct run *run, const char *group, const struct loopfs *fs, uint64_t limit, struct err *err)
{
    struct report *r = &run->report;
    double limit_mib = (double)limit / MIB;
    struct job free = {.fs = fs, .name = "free", .bytes = 8 * MIB, .direct = true};
    struct job direct = {.fs = fs, .name = "direct", .bytes = 3 * limit, .direct = true};

    step(r, "open(2), O_DIRECT", "control: a direct write of 8 MiB, while there is no limit");
    if (run_job(run, group, &free, -1, err) < 0)
        return -1;
    step(r, "cgroup-v1/blkio-controller.rst", "blkio.throttle.write_bps_device <- %s %" PRIu64,
        fs->number, limit);
    if (fsio_write(
            err, group, "blkio.throttle.write_bps_device", "%s %" PRIu64, fs->number, limit) < 0)
        return -1;
    step(r, "open(2), O_DIRECT", "a direct write of %.0f MiB", 3 * limit_mib);
    uint64_t before = written(group, fs->number);
    if (run_job(run, group, &direct, limit_mib, err) < 0)
        return -1;
    claim_range(r, "a direct write keeps to the limit", direct.mib_per_second, limit_mib * 0.2,
        limit_mib * 1.2, "MiB / s");
    claim_u64(r, "the group is charged for it", written(group, fs->number) - before, GE, 3 * limit,
        "blkio.throttle.io_service_bytes");
    claim_u64(r, "control: before, it was faster", kib_per_second(&free), GE, limit / 1024 * 3 / 2,
        "KiB / s");
    return 0;
}

static int run_buffered(
    struct run *run, const char *group, const struct loopfs *fs, uint64_t limit, struct err *err)
{
    struct report *r = &run->report;
    double limit_mib = (double)limit / MIB;
    struct job buffered = {.fs = fs, .name = "buffered", .bytes = 20 * MIB};
    struct job synced = {.fs = fs, .name = "synced", .bytes = 2 * limit, .flush = true};

    step(r, "write(2)", "a buffered write of 20 MiB in the same group");
    uint64_t ours = written(group, fs->number), disks = disk_written(fs);
    if (run_job(run, group, &buffered, -1, err) < 0)
        return -1;
    step(r, "syncfs(2)", "wait until the flusher threads have sent it to the disk");
    double begin = live_now();
    if (flush(fs, err) < 0)
        return -1;
    ours = written(group, fs->number) - ours;
    disks = disk_written(fs) - disks;
    note(r, "%.2f s; the disk got %" PRIu64 " bytes, and the group is charged %" PRIu64,
        live_now() - begin, disks, ours);
    step(r, "fsync(2)", "a buffered write of %.0f MiB, and fsync in the same process",
        2 * limit_mib);
    explain(r, "fsync sends the pages from the process that calls it, so it is throttled");
    if (run_job(run, group, &synced, -1, err) < 0)
        return -1;
    claim_u64(r, "control: a buffered write does not", kib_per_second(&buffered), GE,
        limit / 1024 * 2, "KiB / s");
    claim_u64(
        r, "the group is not charged for it", ours, LE, MIB, "blkio.throttle.io_service_bytes");
    claim_u64(r, "though the disk got it", disks, GE, 20 * MIB, "/sys/dev/block/MAJ:MIN/stat");
    claim_range(r, "fsync(2) by a member is throttled", synced.mib_per_second, limit_mib * 0.2,
        limit_mib * 1.3, "MiB / s");
    return 0;
}

static int blkio_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    const struct blkio_args *args = run->args;
    uint64_t limit = args->limit_bytes ? args->limit_bytes : 2 * MIB;
    char group[PATH_MAX];
    struct loopfs fs;

    /*
     * 28 MiB and five times the limit are written. Room must be left, too: where half of what is
     * free would be dirty, ext4 has the flusher send a file early, and fsync finds nothing to do.
     */
    uint64_t size = 48 * MIB + 8 * limit;
    step(r, "loop(4), mke2fs(8)", "a file of %.0f MiB, a loop device on it, an ext4 in it, mounted",
        (double)size / MIB);
    if (loopfs_alone(err) < 0 || loopfs_make(&fs, &run->undo, size, err) < 0)
        return -1;
    note(r, "%s, which is %s, on %s", fs.device, fs.number, fs.point);
    if (group_path(run, "blkio", "", group, err) < 0 || group_make(run, group, err) < 0 ||
        run_direct(run, group, &fs, limit, err) < 0)
        return -1;
    return run_buffered(run, group, &fs, limit, err);
}

const struct experiment blkio_experiment = {
    .name = "blkio",
    .summary = "direct writes are throttled, buffered ones are not",
    .needs = "root v1:blkio loop fs:ext4 tool:mkfs.ext4",
    .steps = 7,
    .opts = BLKIO_OPTS,
    .args_size = sizeof(struct blkio_args),
    .run = blkio_run,
};
