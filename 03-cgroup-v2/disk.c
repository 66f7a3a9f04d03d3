// SPDX-License-Identifier: MIT
/*
 * dd and io.stat. dd does what everybody tries first at a shell; what it did is not asked of dd but
 * read in the group's io.stat, which counts what reached the device in the group's name. A buffered
 * write is counted when the kernel flushes it, if it knows whose page it was.
 */
#include "disk.h"

#include "cleanup.h"
#include "fsio.h"
#include "live.h"
#include "proc.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITER_BYTES = 4 << 20 };

int disk_stat(
    const struct group *g, const struct loopfs *fs, const char *key, uint64_t *ret, struct err *err)
{
    cleanup_free char *text = fsio_read(g->path, "io.stat", err);
    char *rest = text;

    if (!text)
        return -1;
    *ret = 0;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *word = strsep(&line, " ");
        if (strcmp(word, fs->number) != 0)
            continue;
        while ((word = strsep(&line, " "))) {
            size_t length = strcspn(word, "=");
            if (length == strlen(key) && strncmp(word, key, length) == 0)
                sscanf(word + length, "=%lu", ret);
        }
    }
    return 0;
}

/* Draws the rate until the process ends, which its pidfd tells to poll (pidfd_open(2)). */
static int watch(struct run *run, const struct group *g, const struct loopfs *fs,
    const struct dd *dd, pid_t pid, struct err *err)
{
    bool bytes = strstr(dd->key, "bytes");
    struct live live;
    uint64_t before, now;
    int ended = 0;

    cleanup_close int pidfd = proc_pidfd(pid);
    if (pidfd < 0)
        return err_sys(err, "cannot watch process %d", pid);
    if (disk_stat(g, fs, dd->key, &before, err) < 0 ||
        live_begin(&live, &run->report, bytes ? "MiB/s" : "ops/s", dd->full, dd->mark, err) < 0)
        return -1;
    for (double last = live_now(); !ended;) {
        struct pollfd poller = {.fd = pidfd, .events = POLLIN};
        ended = poll(&poller, 1, 1000);
        double seconds = live_now() - last;
        if (disk_stat(g, fs, dd->key, &now, err) < 0)
            return -1;
        /* what is left after the last full second is too short to be a rate */
        if (!ended || last < live.begin + 0.5)
            live_point(&live, dd->series, (double)(now - before) / seconds / (bytes ? 1 << 20 : 1));
        before = now;
        last += seconds;
    }
    live_end(&live);
    return 0;
}

/* Outside the group: starts dd in it, waits, and has the kernel flush what dd left in the cache. */
static int dd_and_flush(const struct group *g, const struct loopfs *fs, const char *const *argv,
    bool flush, struct err *err)
{
    pid_t pid;

    if (group_start(g, argv, &pid, err) < 0)
        return -1;
    int status = proc_wait(pid, err);
    if (status != 0)
        return status < 0 ? -1 : err_set(err, ERR_SYS, "dd ended with %d", status);
    if (!flush)
        return 0;
    /* we are not in the group; what is flushed is charged by whose page it is, not by who asks */
    cleanup_close int fd = open(fs->point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || syncfs(fd) < 0 ? err_sys(err, "cannot flush %s", fs->point) : 0;
}

/* The words of dd's command line, in `words`, for argv to point at. */
static void dd_line(
    const struct loopfs *fs, const struct dd *dd, char words[5][160], const char *argv[7])
{
    char path[150];

    snprintf(path, sizeof(path), "%s/%s", fs->point, dd->file);
    snprintf(words[0], 160, "if=%s", dd->read ? path : "/dev/zero");
    snprintf(words[1], 160, "of=%s", dd->read ? "/dev/null" : path);
    snprintf(words[2], 160, "bs=%uk", dd->block_kib);
    snprintf(words[3], 160, "count=%u", dd->blocks);
    snprintf(words[4], 160, "%s", dd->flags);
    argv[0] = "dd";
    for (int i = 0; i < 5; i++)
        argv[i + 1] = *words[i] ? words[i] : NULL;
    argv[6] = NULL;
}

int disk_dd(struct run *run, const struct group *g, const struct loopfs *fs, const struct dd *dd,
    struct dd_result *ret, struct err *err)
{
    char words[5][160];
    const char *argv[7];
    uint64_t before, after;
    bool bytes = strstr(dd->key, "bytes");

    dd_line(fs, dd, words, argv);
    note(&run->report, "dd %s %s %s %s%s%s", words[0], words[1], words[2], words[3],
        *dd->flags ? " " : "", dd->flags);
    if (dd->flush)
        note(&run->report, "sync --file-system %s", fs->point);
    if (disk_stat(g, fs, dd->key, &before, err) < 0)
        return -1;
    double begin = live_now();
    pid_t pid = proc_fork(err);
    if (pid == 0) {
        int failed = dd_and_flush(g, fs, argv, dd->flush, err);
        if (failed)
            err_print(stderr, "dd", err);
        _exit(failed ? 1 : 0);
    }
    if (pid < 0 || watch(run, g, fs, dd, pid, err) < 0)
        return -1;
    ret->seconds = live_now() - begin;
    int status = proc_wait(pid, err);
    if (status < 0 || disk_stat(g, fs, dd->key, &after, err) < 0)
        return -1;
    if (status != 0) {
        err_set(err, ERR_SYS, "the measurement failed: dd or the flush");
        return loopfs_why(fs, err);
    }
    ret->moved = after - before;
    ret->rate = dd->blocks * (bytes ? dd->block_kib / 1024.0 : 1) / ret->seconds;
    note(&run->report, "%.2f s, %.1f %s; io.stat: %s +%lu", ret->seconds, ret->rate,
        bytes ? "MiB/s" : "ops/s", dd->key, ret->moved);
    return 0;
}

/* It begins again after 4 MiB, so that the disk does not fill up however long it is measured. */
static _Noreturn void write_for_ever(const char *path, size_t block_bytes)
{
    void *block = NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);

    /* O_DIRECT wants memory aligned to the device's blocks (open(2)) */
    if (fd < 0 || posix_memalign(&block, 4096, block_bytes) != 0)
        _exit(1);
    memset(block, 'x', block_bytes);
    for (off_t at = 0;; at = (at + (off_t)block_bytes) % WRITER_BYTES) {
        if (pwrite(fd, block, block_bytes, at) < 0)
            _exit(1);
    }
}

pid_t disk_writer(
    const struct group *g, const struct loopfs *fs, int number, unsigned block_kib, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s-%d", fs->point, g->name, number);
    pid_t pid = group_fork(g, err);
    if (pid == 0)
        write_for_ever(path, block_kib * 1024);
    return pid;
}

int disk_setting(
    struct run *run, const char *path, const char *text, const char *back, struct err *err)
{
    note(&run->report, "%s <- %s", path, text);
    if (undo_add(&run->undo, err, UNDO_WRITE, "%s %s", path, back) < 0)
        return -1;
    return fsio_write(err, NULL, path, "%s", text);
}
