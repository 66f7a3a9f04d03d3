// SPDX-License-Identifier: MIT
/*
 * host_proc: openat2(2) below a descriptor that was checked once. What must hold: the descriptor is
 * opened while / is the host's still, and everything that is set through procfs goes through here.
 */
#include "host_proc.h"

#include "cleanup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The number that the kernel gives the top directory of every procfs (PROC_ROOT_INO). */
enum { TOP_INODE = 1 };

bool host_proc_is_whole(int fd)
{
    struct statfs fs;
    struct stat st;

    return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC && fstat(fd, &st) == 0 &&
           st.st_ino == TOP_INODE;
}

int host_proc_open(int *ret_fd, struct err *err)
{
    cleanup_close int fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_sys(err, "cannot open /proc");
    if (!host_proc_is_whole(fd)) {
        err_set(err, ERR_SYS, "/proc is no procfs");
        return err_hint(err, "none is mounted there, or something lies over it -> mount -t proc "
                             "proc /proc");
    }
    *ret_fd = steal_fd(&fd);
    return 0;
}

int host_proc_file(int proc_fd, const char *name, int flags, struct err *err)
{
    struct open_how how = {
        .flags = (uint64_t)flags | O_CLOEXEC | O_NOFOLLOW,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
    };
    int fd = (int)syscall(SYS_openat2, proc_fd, name, &how, sizeof(how));

    return fd < 0 ? err_sys(err, "cannot open /proc/%s of the host", name) : fd;
}

int host_proc_write(int proc_fd, const char *name, const char *text, struct err *err)
{
    cleanup_close int fd = host_proc_file(proc_fd, name, O_WRONLY, err);

    if (fd < 0)
        return -1;
    if (write(fd, text, strlen(text)) < 0)
        return err_sys(err, "cannot write \"%s\" to /proc/%s of the host", text, name);
    return 0;
}
