// SPDX-License-Identifier: MIT
/*
 * The inside of the namespace shell: what its first process does before it becomes the shell.
 *
 * It already is in the new namespaces. What is left is to make them look like a machine of its own:
 * a host name, a /proc that shows the new PID namespace, and the terminal in the hands of a process
 * group that exists in there, without which there is no job control.
 */
#include "shell.h"

#include "fsio.h"
#include "proc.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

int shell_set_clocks(uint64_t offset_seconds, struct err *err)
{
    if (unshare(CLONE_NEWTIME) < 0)
        return err_sys(err, "cannot unshare a time namespace");
    /* possible only until the first process is in there */
    return fsio_write(err, "/proc/self", "timens_offsets", "monotonic %lu 0\nboottime %lu 0",
        offset_seconds, offset_seconds);
}

/*
 * Mounts must not come back to the host: a new mount namespace starts as a member of the old one's
 * peer groups (the mount experiment). And a proc file system shows the PID namespace of the process
 * that mounted it, so the one that is there shows the host's.
 */
static int mount_proc(struct shell *shell, struct err *err)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_sys(err, "cannot make / private");
    if (!(shell->flags & CLONE_NEWPID))
        return 0;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
        return 0;
    /* a user namespace is refused it where mounts hide parts of the old /proc */
    err_sys(&shell->no_proc, "cannot mount /proc");
    return 0;
}

/*
 * Job control: the shell leads a process group of its own, and that group is the terminal's
 * foreground group, so Ctrl-C and Ctrl-Z go to its jobs and not to us outside. The caller is in the
 * background while it asks for that, and would be stopped by SIGTTOU (tcsetpgrp(3)).
 */
static int take_terminal(struct err *err)
{
    sigset_t ttou, old;

    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    sigprocmask(SIG_BLOCK, &ttou, &old);
    if (setpgid(0, 0) < 0 || tcsetpgrp(STDIN_FILENO, getpid()) < 0)
        return err_sys(err, "cannot give the terminal to the shell");
    sigprocmask(SIG_SETMASK, &old, NULL);
    return 0;
}

static int run_command(const struct shell *shell, struct err *err)
{
    const char *name = getenv("SHELL");
    char *own_shell[] = {(char *)(name && name[0] ? name : "/bin/sh"), NULL};
    char *const *argv = shell->argv ? shell->argv : own_shell;

    if (shell->terminal && take_terminal(err) < 0)
        return -1;
    execvp(argv[0], argv);
    return proc_exec_error(argv[0], err);
}

static int become(void *arg);

/* The first child of two: a time namespace in the new user namespace, for the second one. */
static int make_clocks(struct child *self, struct shell *shell, struct err *err)
{
    static char stack[256 * 1024] __attribute__((aligned(16)));
    /*
     * User is there, time comes from unshare. CLONE_PARENT: its parent is our parent, who waits for
     * it. CLONE_PARENT_SETTID: its pid is written down before it runs, hence before it can be asked
     * for.
     */
    int flags = (shell->flags & ~(CLONE_NEWUSER | CLONE_NEWTIME)) | CLONE_PARENT;

    if (shell_set_clocks(shell->clock_offset_seconds, err) < 0)
        return -1;
    shell->in_stage = false;
    if (clone(become, stack + sizeof(stack), flags | CLONE_PARENT_SETTID | SIGCHLD,
            (void *[]){self, shell}, &shell->pid) < 0)
        return err_sys(err, "cannot clone a child into the namespaces");
    return 0;
}

static int become(void *arg)
{
    struct child *self = ((void **)arg)[0];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return shell_inside(self, ((void **)arg)[1], self->failure) < 0 ? 1 : 0;
}

int shell_inside(struct child *self, void *arg, struct err *err)
{
    struct shell *shell = arg;

    if (shell->in_stage)
        return make_clocks(self, shell, err);
    if ((shell->flags & CLONE_NEWUTS) &&
        sethostname(shell->host_name, strlen(shell->host_name)) < 0)
        return err_sys(err, "cannot set the host name");
    if ((shell->flags & CLONE_NEWNS) && mount_proc(shell, err) < 0)
        return -1;
    child_turn(self); /* the parent prints the table */
    return run_command(shell, err);
}
