// SPDX-License-Identifier: MIT
/*
 * swap: memory.swap.max limits swap alone.
 *
 * In v1 memory.memsw.limit_in_bytes is memory and swap together, and must not be below the limit on
 * memory. In v2 the two are apart: memory.max says how much may stay in memory, memory.swap.max how
 * much of the rest may go to swap. A process that wants more than both is killed.
 *
 * The machine gets a swap area of our own for it, a file on an ext4 of our own. Other processes may
 * then be swapped out too, so this runs in the throwaway machine only.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "hog.h"
#include "loopfs.h"
#include "proc.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

enum {
    LIMIT = 32 * MIB,
    SWAP_LIMIT = 16 * MIB,
    AREA = 96 * MIB,
    FITS = 40 * MIB,
    WANTED = 64 * MIB
};

/* The first page of a swap area, as mkswap(8) writes it: include/linux/swap.h in the kernel. */
struct swap_header {
    char boot_bits[1024];
    uint32_t version, last_page, bad_pages;
    char rest[4096 - 1024 - 3 * sizeof(uint32_t) - 10];
    char magic[10];
};

static int write_header(const char *path, struct err *err)
{
    struct swap_header header = {.version = 1, .last_page = AREA / sizeof(header) - 1};

    memcpy(header.magic, "SWAPSPACE2", sizeof(header.magic));
    cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || fchmod(fd, 0600) < 0 ||
        pwrite(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) || fsync(fd) < 0)
        return err_sys(err, "cannot make a swap area of %s", path);
    return 0;
}

static int add_swap(struct run *run, struct err *err)
{
    struct loopfs disk;
    char path[PATH_MAX];
    double seconds;

    step(&run->report, "swapon(2), mkswap(8)", "a swap area of our own, 96 MiB");
    if (loopfs_make(&disk, &run->undo, AREA + 32 * MIB, err) < 0 ||
        loopfs_write(&disk, "swap", AREA, true, false, &seconds, err) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/swap", disk.point);
    if (write_header(path, err) < 0 || undo_add(&run->undo, err, UNDO_SWAP, "%s", path) < 0)
        return -1;
    note(&run->report, "swapon(%s)", path);
    return swapon(path, 0) < 0 ? err_sys(err, "cannot swap on %s", path) : 0;
}

struct outcome {
    bool lives;
    uint64_t swapped, killed;
};

/* A process that wants so much, in a group with this memory.swap.max. */
static int try(struct run *run, const char *suffix, const char *swap_max, uint64_t bytes,
    struct outcome *ret, struct err *err)
{
    struct group g;

    if (group_make(run, suffix, "memory", &g, err) < 0 ||
        group_set(run, &g, err, "memory.max", "%d", LIMIT) < 0 ||
        group_set(run, &g, err, "memory.swap.max", "%s", swap_max) < 0)
        return -1;
    pid_t pid = hog_start(&g, bytes, err);
    if (pid < 0)
        return -1;
    ret->lives = hog_watch(run, &g, suffix + 1, pid, 30, WANTED, LIMIT);
    int result = fsio_read_u64(g.path, "memory.swap.current", &ret->swapped, err);
    proc_end(pid);
    if (result < 0 || fsio_read_key(g.path, "memory.events", "oom_kill", &ret->killed, err) < 0)
        return -1;
    note(&run->report, "%s: memory.swap.current %lu, oom_kill %lu",
        ret->lives ? "it has it all" : "it was killed", ret->swapped, ret->killed);
    return 0;
}

static int swap_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct outcome o;

    if (add_swap(run, err) < 0)
        return -1;
    step(
        r, "cgroup-v2.rst, \"memory.swap.max\"", "64 MiB wanted, 32 in memory, swap without limit");
    if (try(run, "-max", "max", WANTED, &o, err) < 0)
        return -1;
    claim_u64(r, "swap max: the rest goes to swap", o.swapped, GE, WANTED - LIMIT - MIB,
        "memory.swap.current");
    claim_u64(r, "swap max: nobody is killed", o.killed, EQ, 0, "memory.events oom_kill");

    step(r, NULL, "64 MiB wanted, 32 in memory, 16 in swap");
    if (try(run, "-16m", "16777216", WANTED, &o, err) < 0)
        return -1;
    claim_u64(r, "swap 16 MiB: 64 are too many", o.killed, GE, 1, "memory.events oom_kill");

    step(r, NULL, "control: 40 MiB wanted, 32 in memory, 16 in swap");
    if (try(run, "-fits", "16777216", FITS, &o, err) < 0)
        return -1;
    claim_u64(r, "control: swap 16 MiB: 40 fit", o.killed, EQ, 0, "memory.events oom_kill");
    claim_range(r, "control: part of them in swap, MiB", (double)o.swapped / MIB,
        (double)(FITS - LIMIT) / MIB - 1, (double)SWAP_LIMIT / MIB, "memory.swap.current");

    step(r, NULL, "control: 40 MiB wanted, 32 in memory, no swap");
    if (try(run, "-none", "0", FITS, &o, err) < 0)
        return -1;
    claim_u64(r, "control: swap 0: 40 are too many", o.killed, GE, 1, "memory.events oom_kill");
    return 0;
}

const struct experiment swap_experiment = {
    .name = "swap",
    .summary = "a limit on swap alone: memory.swap.max",
    .needs = "root v2:memory vm loop fs:ext4 tool:mkfs.ext4",
    .steps = 5,
    .run = swap_run,
};
