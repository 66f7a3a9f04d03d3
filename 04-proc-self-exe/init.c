// SPDX-License-Identifier: MIT
/*
 * The inside half: this program once more, as PID 1 of a container. It gives the container its own
 * host name and /proc, receives the command through a pipe, runs it as PID 2, and does what PID 1
 * is there for: it waits for every process whose own parent died (pid_namespaces(7)). When the
 * command ends, it exits with the command's status, and the kernel ends what is left inside.
 */
#include "cleanup.h"
#include "container.h"
#include "experiments.h"
#include "proc.h"
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/*
 * Private comes first: the mounts are a copy of the host's, but a copy still in the host's peer
 * groups, and where / is shared (systemd makes it so) the new /proc would also cover the host's.
 */
static int set_up(const char *hostname, struct err *err)
{
    if (sethostname(hostname, strlen(hostname)) < 0)
        return err_sys(err, "cannot set the host name");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_sys(err, "cannot make / private");
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return err_sys(err, "cannot mount the container's own /proc");
    return 0;
}

/*
 * A process group of its own, in the foreground. The one that it inherits has no number in here,
 * and a shell that finds itself in group 0 cannot give the terminal back when it ends.
 */
static void take_terminal(void)
{
    setpgid(0, 0);
    tty_foreground();
}

static _Noreturn void run_command(char **argv, bool terminal, struct sync *sync)
{
    struct err err;

    if (terminal)
        take_terminal();
    execvp(argv[0], argv);
    proc_exec_error(argv[0], &err);
    sync_fail(sync, &err);
    _exit(err_exit_status(&err));
}

/*
 * Reaps everything, and returns when it was the command. A command that has the terminal to itself
 * and is stopped by Ctrl-Z goes on at once: in here is no shell whose `fg` could wake it.
 */
static int wait_for(pid_t command, bool terminal)
{
    int status;
    pid_t pid;

    do {
        pid = waitpid(-1, &status, WUNTRACED);
        if (terminal && pid == command && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP)
            kill(-command, SIGCONT);
    } while ((pid != command || WIFSTOPPED(status)) && (pid > 0 || errno == EINTR));
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int init_main(int argc, char **argv)
{
    struct err err;

    /* outside a PID namespace of its own this would mount over the host's /proc */
    if (argc != 5 || getpid() != 1) {
        fprintf(stderr, "%s: only ./run starts this, as PID 1 of a container\n", argv[0]);
        return 2;
    }
    struct sync sync = {atoi(argv[1]), atoi(argv[2]), -1, -1};
    fcntl(sync.in, F_SETFD, FD_CLOEXEC);
    fcntl(sync.out, F_SETFD, FD_CLOEXEC);
    /* run by the name /proc/self/exe, we would be "exe" in ps */
    prctl(PR_SET_NAME, INIT_ENTRY);
    if (set_up(argv[3], &err) < 0 || sync_signal(&sync, &err) < 0) {
        sync_fail(&sync, &err);
        return 1;
    }
    bool terminal = strcmp(argv[4], INIT_TERMINAL) == 0;
    char **words = words_receive(steal_fd(&sync.in), &err);
    pid_t command = words ? fork() : -1;
    if (command == 0)
        run_command(words, terminal, &sync);
    if (words && command < 0)
        err_sys(&err, "cannot fork");
    if (command < 0)
        sync_fail(&sync, &err);
    words_free(words);
    sync_close(&sync); /* now the command alone holds the pipe, and its exec closes it */
    return command < 0 ? 1 : wait_for(command, terminal);
}
