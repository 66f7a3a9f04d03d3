// SPDX-License-Identifier: MIT
/*
 * One clone(2), a pair of sockets and a page of shared memory. A socket whose other end is closed
 * says that the other side is gone, so neither can wait for ever.
 */
#include "child.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STACK_SIZE = 256 * 1024 };

/* What crosses the clone. */
struct start {
    struct child self; /* the child's end of the pair */
    int parent_fd;
    child_main *main;
    void *arg;
};

/* Shared and not copied: what the child writes there, the parent reads. */
void *child_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

int child_user_flag(void)
{
    return host_is_root() ? 0 : CLONE_NEWUSER;
}

/*
 * The child's first function. It has no user ID yet when it is in a new user namespace, and so may
 * do little; hence it waits for its maps before main() begins.
 */
static int begin(void *arg)
{
    struct start *start = arg;
    char byte;

    /* as PID 1 of a namespace it would outlive us, with all that is in there */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(start->parent_fd);
    if (read(start->self.fd, &byte, 1) != 1) /* until the parent has written our ID maps */
        return 1;
    return start->main(&start->self, start->arg, start->self.failure) < 0 ? 1 : 0;
}

/* Root inside is this user outside; setgroups must be denied first (the user experiment). */
static int write_maps(pid_t pid, struct err *err)
{
    char dir[32];

    snprintf(dir, sizeof(dir), "/proc/%d", pid);
    if (fsio_write(err, dir, "setgroups", "deny") < 0 ||
        fsio_write(err, dir, "uid_map", "0 %u 1", geteuid()) < 0 ||
        fsio_write(err, dir, "gid_map", "0 %u 1", getegid()) < 0) {
        const char *blocker = host_userns_blocker();
        return blocker ? err_hint(err, "%s blocks user namespaces -> sudo ./run", blocker) : -1;
    }
    return 0;
}

/* EPERM has many causes and one name. Look which it is. */
static int explain_clone(int flags, struct err *err)
{
    err_sys(err, "cannot clone a child into new namespaces");
    if (err->code == EINVAL)
        return err_hint(err, "this kernel lacks one of them -> compare with ls /proc/self/ns");
    if (err->code != EPERM)
        return -1;
    const char *blocker = host_userns_blocker();
    if (!(flags & CLONE_NEWUSER) && !host_is_root())
        return err_hint(
            err, "not root, and no user namespace to be root in -> add --user, or sudo");
    if (blocker)
        return err_hint(err, "%s blocks user namespaces -> sudo ./run", blocker);
    return err_hint(err, "maybe a chroot or a container's seccomp filter forbids it -> make vm-01");
}

/* Waits for the child's byte. The end of file: it ended, or became another program. */
static int wait_turn(struct child *child, struct err *err)
{
    char byte;

    while (read(child->fd, &byte, 1) < 0 && errno == EINTR)
        continue;
    if (child->failure->kind == ERR_NONE)
        return 0;
    *err = *child->failure;
    return -1;
}

int child_start(struct child *child, int flags, child_main *main, void *arg, struct err *err)
{
    /* a fresh one for each: the caller may be a child itself, and be running on the last one */
    char *stack =
        mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int pair[2];

    *child = (struct child){.failure = child_memory(sizeof(*err))};
    if (stack == MAP_FAILED || !child->failure ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_sys(err, "cannot make what parent and child share");
    child->fd = pair[0];
    struct start start = {
        .self = {.fd = pair[1], .failure = child->failure},
        .parent_fd = pair[0],
        .main = main,
        .arg = arg,
    };
    fflush(NULL); /* or the child would print again what waits in our buffers */
    /* the stack grows down, so clone is given its end; SIGCHLD makes the child one to wait for */
    child->pid = clone(begin, stack + STACK_SIZE, flags | SIGCHLD, &start);
    if (child->pid < 0)
        explain_clone(flags, err);
    close(pair[1]);
    if (child->pid > 0 && (!(flags & CLONE_NEWUSER) || write_maps(child->pid, err) == 0))
        return child_next(child, err);
    if (child->pid > 0)
        proc_end(child->pid);
    close(child->fd);
    return -1;
}

void child_turn(struct child *self)
{
    char byte = 0;

    if (send(self->fd, &byte, 1, MSG_NOSIGNAL) != 1 || read(self->fd, &byte, 1) != 1)
        _exit(0); /* the parent has closed its end: we are let go */
}

int child_next(struct child *child, struct err *err)
{
    char byte = 0;

    if (send(child->fd, &byte, 1, MSG_NOSIGNAL) != 1)
        return err_set(err, ERR_SYS, "process %d ended before its time", child->pid);
    return wait_turn(child, err);
}

int child_end(struct child *child, struct err *err)
{
    close(child->fd);
    int status = proc_wait(child->pid, err);
    if (status <= 0)
        return status;
    if (child->failure->kind != ERR_NONE)
        *err = *child->failure;
    else
        err_set(err, ERR_SYS, "a child ended with status %d", status);
    return -1;
}

void child_kill(struct child *child)
{
    close(child->fd);
    proc_end(child->pid);
}

char *child_status(pid_t pid, const char *key, char buf[CHILD_STATUS])
{
    char path[64], line[256];
    size_t length = strlen(key), used = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    cleanup_fclose FILE *file = fopen(path, "re");
    buf[0] = '\0';
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, key, length) != 0 || line[length] != ':')
            continue;
        char *rest = line + length + 1, *word;
        while ((word = strtok_r(rest, "\t\n ", &rest)))
            used +=
                (size_t)snprintf(buf + used, CHILD_STATUS - used, "%s%s", used ? " " : "", word);
    }
    return buf;
}
