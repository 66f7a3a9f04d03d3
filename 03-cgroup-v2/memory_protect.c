// SPDX-License-Identifier: MIT
/*
 * memory_protect: memory.min and memory.low, the third part of the memory experiment.
 *
 *     above (memory.max 64 MiB)
 *       +-- keep    holds 24 MiB of page cache, which could be reclaimed at any time
 *       +-- take    wants memory
 *
 * When `take` makes the two need more than 64 MiB, the kernel looks for something to reclaim:
 *
 *     no protection     the cache of `keep` goes
 *     memory.low 24M    it stays as long as `take` has reclaimable memory itself (its own cache);
 *                       when there is nothing else left, it goes after all: best effort
 *     memory.min 24M    it stays in any case; if nothing else is left, the OOM killer comes
 *
 * The cache is that of a file on an ext4 of our own, written before with O_DIRECT, so that it is
 * charged to the group that reads it first and to nobody before.
 */
#include "memory.h"

#include "fsio.h"
#include "hog.h"
#include "loopfs.h"
#include "proc.h"

#include <fcntl.h>
#include <unistd.h>

enum { TOTAL = 64 * MIB, KEPT = 24 * MIB, TAKEN = 52 * MIB, STREAM = 80 * MIB, SOME = 2 * MIB };

struct family {
    struct loopfs disk;
    struct group above, keep, take;
};

static int make_family(struct run *run, struct family *f, struct err *err)
{
    double seconds;

    if (loopfs_alone(err) < 0 ||
        loopfs_make(&f->disk, &run->undo, KEPT + STREAM + 40 * MIB, err) < 0 ||
        loopfs_write(&f->disk, "kept", KEPT, true, false, &seconds, err) < 0 ||
        loopfs_write(&f->disk, "stream", STREAM, true, false, &seconds, err) < 0)
        return -1;
    note(&run->report, "an ext4 on %s with two files, of 24 and 80 MiB", f->disk.device);
    if (group_make(run, "-above", "memory", &f->above, err) < 0 ||
        memory_no_swap(run, &f->above, err) < 0 ||
        group_set(run, &f->above, err, "memory.max", "%d", TOTAL) < 0 ||
        group_make_below(run, &f->above, "keep", "memory", &f->keep, err) < 0)
        return -1;
    return group_make_below(run, &f->above, "take", "", &f->take, err);
}

/* Takes a file out of the page cache, and so off the account of the group that read it. */
static int forget(const struct family *f, const char *name, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", f->disk.point, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", path);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
    return 0;
}

static int cache_of(
    struct run *run, const struct group *g, const char *when, uint64_t *ret, struct err *err)
{
    if (fsio_read_key(g->path, "memory.stat", "file", ret, err) < 0)
        return -1;
    note(&run->report, "%s/memory.stat: file %lu   %s", g->name, *ret, when);
    return 0;
}

/* `keep` reads its file again, from nothing. */
static int fill(struct run *run, const struct family *f, struct err *err)
{
    uint64_t cache;

    if (forget(f, "kept", err) < 0 || forget(f, "stream", err) < 0 ||
        hog_read_file(&f->keep, f->disk.point, "kept", err) < 0)
        return -1;
    return cache_of(run, &f->keep, "after reading its file", &cache, err);
}

/* `take` wants 52 MiB that cannot be reclaimed. *ret_cache is what `keep` has left then. */
static int press(struct run *run, const struct family *f, const char *series, bool *ret_got_it,
    uint64_t *ret_cache, struct err *err)
{
    pid_t pid = hog_start(&f->take, TAKEN, err);

    if (pid < 0)
        return -1;
    *ret_got_it = hog_watch(run, &f->above, series, pid, 20, TOTAL, TOTAL);
    int result = cache_of(run, &f->keep, "under pressure", ret_cache, err);
    proc_end(pid);
    return result;
}

static int without(struct run *run, const struct family *f, struct err *err)
{
    uint64_t cache;
    bool got_it;

    step(&run->report, NULL, "control: no protection, and `take` wants 52 MiB");
    if (fill(run, f, err) < 0 || press(run, f, "none", &got_it, &cache, err) < 0)
        return -1;
    claim_u64(&run->report, "control: without protection it goes", cache, LE, KEPT - 6 * MIB,
        "memory.stat file");
    return 0;
}

static int with_low(struct run *run, const struct family *f, struct err *err)
{
    struct report *r = &run->report;
    uint64_t before, streamed, cache, after;
    bool got_it;

    step(r, "cgroup-v2.rst, \"Reclaim Protection\"", "memory.low: others are reclaimed from first");
    if (group_set(run, &f->keep, err, "memory.low", "%d", KEPT + SOME) < 0 ||
        fill(run, f, err) < 0 || hog_read_file(&f->take, f->disk.point, "stream", err) < 0 ||
        cache_of(run, &f->keep, "after `take` read 80 MiB", &streamed, err) < 0 ||
        memory_event(run, &f->keep, "low", &before, err) < 0)
        return -1;
    claim_u64(
        r, "low: it stays while others can give", streamed, GE, KEPT - SOME, "memory.stat file");
    note(r, "now `take` wants 52 MiB, and there is nothing else to reclaim");
    if (press(run, f, "low", &got_it, &cache, err) < 0 ||
        memory_event(run, &f->keep, "low", &after, err) < 0)
        return -1;
    claim_u64(r, "low: at need it goes after all", cache, LE, KEPT - 6 * MIB, "memory.stat file");
    claim_u64(r, "low: which is counted", after - before, GE, 1, "memory.events low");
    return group_set(run, &f->keep, err, "memory.low", "0");
}

static int with_min(struct run *run, const struct family *f, struct err *err)
{
    struct report *r = &run->report;
    uint64_t cache, killed;
    bool got_it;

    step(r, "cgroup-v2.rst, \"Memory Interface Files\"", "memory.min: the OOM killer comes first");
    if (group_set(run, &f->keep, err, "memory.min", "%d", KEPT + SOME) < 0 ||
        fill(run, f, err) < 0 || press(run, f, "min", &got_it, &cache, err) < 0 ||
        memory_event(run, &f->take, "oom_kill", &killed, err) < 0)
        return -1;
    claim_u64(r, "min: it stays in any case", cache, GE, KEPT - SOME, "memory.stat file");
    claim_u64(r, "min: the other is killed instead", killed, GE, 1, "memory.events oom_kill");
    return 0;
}

int memory_protect(struct run *run, struct err *err)
{
    struct family f;

    step(&run->report, "loop(4), mkdir(2)", "two groups that share 64 MiB, and a file to cache");
    if (make_family(run, &f, err) < 0 || without(run, &f, err) < 0 || with_low(run, &f, err) < 0)
        return -1;
    return with_min(run, &f, err);
}
