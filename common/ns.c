// SPDX-License-Identifier: MIT
/*
 * setns(2) took one namespace at a time for years, and every program that entered a container had a
 * loop over /proc/PID/ns/… with a hole in it: an error half-way left the caller in some of the
 * namespaces and, when nobody looked, the command ran on the host. With a pidfd the kernel takes
 * all of them in one call, or none.
 */
#include "ns.h"

#include "cleanup.h"
#include "host.h"
#include "ns_table.h"
#include "proc.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int explain_enter(int pidfd, int flags, struct err *err)
{
    int code = errno;

    err_sys(err, "cannot enter the namespaces of the process");
    if (code == ESRCH || proc_pidfd_signal(pidfd, 0) < 0)
        return err_hint(err, "the process has ended -> look for it with ps");
    if (code == EPERM && !host_is_root() && !(flags & CLONE_NEWUSER))
        return err_hint(err, "no CAP_SYS_ADMIN over these namespaces -> sudo");
    if (code == EINVAL && (flags & CLONE_NEWUSER))
        return err_hint(err, "a process cannot enter the user namespace that it is in already");
    if (code == EINVAL || code == EBADF)
        return err_hint(err, "setns takes a pidfd since Linux 5.8 -> uname -r");
    return -1;
}

int ns_enter(int pidfd, int flags, struct err *err)
{
    /* setns refuses 0; nothing to enter is no error */
    if (flags == 0 || setns(pidfd, flags) == 0)
        return 0;
    return explain_enter(pidfd, flags, err);
}

/* 1: the process is in another namespace of this kind, 0: in ours (or the kernel has none). */
static int differs(pid_t pid, const char *name, struct err *err)
{
    char path[64];
    struct stat ours, theirs;

    snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
    if (stat(path, &ours) < 0)
        return errno == ENOENT ? 0 : err_sys(err, "cannot look at %s", path);
    snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
    if (stat(path, &theirs) < 0) {
        err_sys(err, "cannot look at %s", path);
        if (errno == EACCES || errno == EPERM)
            return err_hint(err, "the process belongs to another user -> sudo");
        return err_hint(err, "there is no process %d -> look for it with ps", pid);
    }
    return ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev;
}

int ns_different(pid_t pid, int *ret_flags, struct err *err)
{
    int flags = 0;

    for (int i = 0; i < NS_KINDS; i++) {
        int different = differs(pid, ns_table[i].name, err);
        if (different < 0)
            return -1;
        if (different)
            flags |= ns_table[i].flag;
    }
    *ret_flags = flags;
    return 0;
}

int ns_loopback_up(struct err *err)
{
    struct ifreq request = {.ifr_name = "lo"};
    cleanup_close int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (sock < 0)
        return err_sys(err, "cannot open a socket");
    if (ioctl(sock, SIOCGIFFLAGS, &request) < 0)
        return err_sys(err, "cannot read the flags of lo");
    request.ifr_flags |= IFF_UP;
    if (ioctl(sock, SIOCSIFFLAGS, &request) < 0)
        return err_sys(err, "cannot set lo up");
    return 0;
}
