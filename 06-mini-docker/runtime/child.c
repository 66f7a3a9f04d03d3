// SPDX-License-Identifier: MIT
/*
 * The container's first process, from clone3 to the program. It is already in the new namespaces,
 * and from here it builds the rest around itself, stage by stage. An error of any stage goes to the
 * parent through the pipe, whole, and is printed there; a successful exec closes the pipe, and that
 * is how the parent knows.
 */
#include "child.h"

#include "init.h"
#include "stages.h"

#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Each needs what the ones before it did; the reasons are in their files. */
static int (*const STAGES[])(struct container *container, struct err *err) = {
    stage_groups,
    stage_root,
    stage_mounts,
    stage_devices,
    stage_console,
    stage_masks,
    stage_pivot,
    stage_names,
    stage_identity,
};

/*
 * A program expects signals as they are after boot: none blocked, none ignored. Ours were blocked
 * by the engine, and some may have been ignored by who started us (nohup).
 */
static void reset_signals(void)
{
    struct sigaction normal = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signal = 1; signal < NSIG; signal++)
        sigaction(
            signal, &normal, NULL); /* refused for SIGKILL and SIGSTOP: they are as they are */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * --init: PID 1 is mini-docker once more, as `init` (init.c), and that starts the program. It is
 * executed by descriptor, since no path leads to it from here (lab 04, /proc/self/exe).
 */
static int become_init(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;
    size_t count = 0;

    while (process->args[count])
        count++;
    char *argv[count + 4];
    argv[0] = "mini-docker";
    argv[1] = "init";
    argv[2] = "--";
    memcpy(argv + 3, process->args, (count + 1) * sizeof(*argv));
    explain_step(&container->explain, "execveat(2); lab 04", "execveat /proc/self/exe init");
    execveat(container->self_fd, "", argv, process->env, AT_EMPTY_PATH);
    if (errno != ENOENT)
        return err_sys(err, "cannot execute ourselves as init");
    /* linked dynamically, and this root has no loader for us: stay as we are, and be init */
    sync_close(&container->sync);
    environ = (char **)process->env;
    _exit(init_main(process->args, err));
}

static int become_program(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;

    reset_signals();
    /* nothing of the host may be reached through a descriptor that somebody left open */
    if (syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return err_sys(err, "cannot mark the open files as close-on-exec (Linux 5.11)");
    if (container->init)
        return become_init(container, err);
    explain_step(&container->explain, "execve(2); labs 04, 05",
        "execve %s: from here on it is the program", process->args[0]);
    return exec_program(process->args, process->env, spec_env(process, "PATH"), err);
}

static int build(struct container *container, struct err *err)
{
    if (sync_wait(&container->sync, err) < 0)
        return -1;
    container->self_fd = container->init ? open("/proc/self/exe", O_PATH | O_CLOEXEC) : -1;
    for (size_t i = 0; i < sizeof(STAGES) / sizeof(STAGES[0]); i++) {
        if (STAGES[i](container, err) < 0)
            return -1;
    }
    return become_program(container, err);
}

int child_main(void *arg)
{
    struct container *container = arg;
    struct err err;

    container->explain.who = "pid 1";
    sync_child(&container->sync);
    if (build(container, &err) < 0)
        sync_fail(&container->sync, &err);
    return 1;
}
