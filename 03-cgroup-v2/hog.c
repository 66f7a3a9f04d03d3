// SPDX-License-Identifier: MIT
/*
 * A hog writes one byte to every page: memory that was only asked for costs nothing, and is charged
 * to a group when it is touched for the first time. It pauses at each MiB: one can watch it, and
 * where there is swap, writing to it can keep up. Memory that is still being written when more is
 * wanted counts as memory that cannot be had, and the OOM killer comes too early.
 */
#include "hog.h"

#include "fsio.h"
#include "live.h"
#include "proc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PACE_USEC = 10000 };

pid_t hog_start(const struct group *g, uint64_t bytes, struct err *err)
{
    long page = sysconf(_SC_PAGESIZE);

    pid_t pid = group_fork(g, err);
    if (pid != 0)
        return pid;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        _exit(1);
    /* no huge pages: the group would be charged in steps of 2 MiB */
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    for (uint64_t at = 0; at < bytes; at += (uint64_t)page) {
        memory[at] = 1;
        if (at % MIB == 0)
            usleep(PACE_USEC);
    }
    raise(SIGSTOP);
    for (;;)
        pause();
}

/* 1: it stopped itself, and has it all. -1: it is dead. 0: it is still at it. */
static int look(pid_t pid)
{
    char state = proc_state(pid);

    return state == 'T' ? 1 : state == 'Z' || state == 'X' || state == 0 ? -1 : 0;
}

bool hog_watch(struct run *run, const struct group *g, const char *series, pid_t pid,
    double seconds, uint64_t full_bytes, uint64_t mark_bytes)
{
    struct err ignored;
    struct live live;
    uint64_t current;
    int state = 0;

    if (live_begin(&live, &run->report, "MiB", (double)full_bytes / MIB, (double)mark_bytes / MIB,
            &ignored) < 0)
        live.csv = NULL;
    for (double begin = live_now(); state == 0 && live_now() - begin < seconds;) {
        usleep(50000);
        state = look(pid); /* before reading: a dead hog's memory is gone */
        if (fsio_read_u64(g->path, "memory.current", &current, &ignored) == 0)
            live_point(&live, series, (double)current / MIB);
    }
    live_end(&live);
    return state > 0;
}

int hog_read_file(const struct group *g, const char *dir, const char *name, struct err *err)
{
    static char buffer[MIB];
    char path[PATH_MAX];

    pid_t pid = group_fork(g, err);
    if (pid < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (pid == 0) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got;
        while ((got = read(fd, buffer, sizeof(buffer))) > 0)
            ;
        _exit(got < 0);
    }
    return proc_wait(pid, err) == 0 ? 0 : err_set(err, ERR_SYS, "cannot read %s", path);
}
