// SPDX-License-Identifier: MIT
/*
 * A group is a directory, made with mkdir(2): the kernel fills it with files. A process is in it
 * once its pid was written to the group's file `tasks`.
 *
 * Every child here joins by itself, by writing "0", and only then goes on to its work, so that it
 * never runs without its limits. A parent that writes the child's pid would be in a race with it:
 * lab 04 measures that one.
 */
#include "group.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int group_path(const struct run *run, const char *subsystem, const char *name,
    char ret_path[PATH_MAX], struct err *err)
{
    char mount_point[PATH_MAX];

    if (!host_v1_mount(subsystem, mount_point))
        return err_set(err, ERR_SKIP, "no hierarchy with the subsystem %s is mounted", subsystem);
    snprintf(ret_path, PATH_MAX, "%s/%s%s", mount_point, run->undo.id, name);
    return 0;
}

int group_make(struct run *run, const char *path, struct err *err)
{
    if (undo_add(&run->undo, err, UNDO_CGROUP, "%s", path) < 0)
        return -1;
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make the group %s", path);
    return 0;
}

int group_join(void *paths, struct err *err)
{
    for (const char *const *path = paths; *path; path++) {
        if (fsio_write(err, *path, "tasks", "0") < 0)
            return -1;
    }
    return 0;
}

pid_t group_fork(const char *const *paths, int (*body)(void *arg), void *arg, struct err *err)
{
    int ends[2];
    struct err failure;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int in = ends[0];
    cleanup_close int out = ends[1];
    pid_t pid = proc_fork(err);
    if (pid < 0)
        return -1;
    if (pid == 0) {
        if (group_join((void *)paths, &failure) < 0) {
            ssize_t ignored = write(out, &failure, sizeof(failure));
            _exit(ignored < 0);
        }
        close_fd(&in);
        close_fd(&out);
        _exit(body(arg));
    }
    /* the child's end closes when it has joined; before that only an error can come out */
    close_fd(&out);
    if (read(in, &failure, sizeof(failure)) == (ssize_t)sizeof(failure)) {
        *err = failure;
        return -1;
    }
    return pid;
}

int group_spin(void *cpu)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    if (cpu) {
        CPU_SET(*(const int *)cpu, &one);
        sched_setaffinity(0, sizeof(one), &one);
    }
    for (volatile unsigned long turns = 0;; turns++)
        ;
}

uint64_t group_cpu_nsec(pid_t pid)
{
    struct timespec used;
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}
