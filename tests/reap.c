// SPDX-License-Identifier: MIT
/*
 * reap: run a command, and be the parent of whatever it leaves behind, as a good PID 1 is. A zombie
 * keeps its PID namespace alive until somebody waits for it, and with that the container that a
 * test removes; the PID 1 of some machines looks only every two seconds.
 *
 *     reap CMD [ARG...]      its status is CMD's; 128+N when a signal has ended it
 *
 * Source: prctl(2), PR_SET_CHILD_SUBREAPER.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t command;

static void pass_on(int signal)
{
    kill(command, signal);
}

int main(int argc, char **argv)
{
    int status;
    pid_t pid;

    if (argc < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return 2;
    command = fork();
    if (command == 0) {
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    signal(SIGTERM, pass_on);
    signal(SIGINT, SIG_IGN); /* of a terminal: the command has it, too */
    do
        pid = wait(&status);
    while (pid != command && (pid > 0 || errno == EINTR));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
