// SPDX-License-Identifier: MIT
/*
 * self: what self_execute.c did is looked at, and done now where it did not begin before the C
 * library; and what went wrong gets its words. What must hold: called by a process of one thread,
 * with /proc mounted.
 */
#include "self.h"

#include "self_execute.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The mount that we were executed from; -1: it is another file, or given back. */
static int mount_fd = -1;

/* What was executed by its descriptor is called by that, "/dev/fd/4" (getauxval(3)). Of a copy in
 * memory the number is somebody else's by now, but no O_PATH. */
static void find_mount(void)
{
    const char *name = (const char *)getauxval(AT_EXECFN);
    int fd;

    if (name && sscanf(name, "/dev/fd/%d", &fd) == 1 && fcntl(fd, F_GETFL) >= 0 &&
        fcntl(fd, F_GETFL) & O_PATH && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
        mount_fd = fd;
}

static int explain(enum self_step step, struct err *err)
{
    switch (step) {
    case SELF_OPEN:
        err_sys(err, "cannot open /proc/self/exe");
        if (err->code == ENOENT)
            err_hint(err, "/proc is not mounted -> mount -t proc proc /proc");
        return -1;
    case SELF_COPY:
        return err_sys(err, "cannot copy this program to memory");
    case SELF_SEAL:
        return err_sys(err, "cannot seal the copy of this program in memory");
    default:
        err_sys(err, "cannot execute a copy of this program in memory");
        if (err->code == EACCES)
            err_hint(err, "maybe vm.memfd_noexec is 2 -> sysctl vm.memfd_noexec=0, or run as root");
        return -1;
    }
}

int self_protect(char *const argv[], struct err *err)
{
    enum self_step step;
    int result = self_execute(argv, environ, &step);

    if (result < 0) {
        errno = -result;
        return explain(step, err);
    }
    find_mount();
    /* older kernels call what was executed by descriptor by the descriptor's number */
    prctl(PR_SET_NAME, program_invocation_short_name);
    if (prctl(PR_SET_DUMPABLE, 0) < 0)
        return err_sys(err, "cannot become undumpable");
    return 0;
}

void self_release(void)
{
    close_fd(&mount_fd);
}
