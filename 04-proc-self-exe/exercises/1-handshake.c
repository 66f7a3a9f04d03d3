// SPDX-License-Identifier: MIT
/*
 * 1-handshake: a command that begins when all is prepared for it
 *
 *     1-handshake PREPARE COMMAND [ARG...]
 *
 * Starts a child that is to become COMMAND, then has sh(1) run the text PREPARE, in which $1 is the
 * child's pid: so an engine writes limits, maps and networks for a process that is there already.
 * COMMAND begins when PREPARE has ended with status 0. It never does when that was another status
 * (this program then ends with 1), nor when this program is killed meanwhile. Ends with COMMAND's
 * exit status. To read: lab 04's `race`; pipe(7).
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int wait_for(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int prepare(const char *text, pid_t child)
{
    char number[16];
    pid_t pid = fork();

    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        snprintf(number, sizeof(number), "%d", child);
        execl("/bin/sh", "sh", "-c", text, "prepare", number, NULL);
        err(127, "sh");
    }
    return wait_for(pid);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        errx(2, "usage: 1-handshake PREPARE COMMAND [ARG...]");

    /* TODO 1: make a pipe. Neither PREPARE nor COMMAND shall find its ends open. */

    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (child == 0) {
        /* TODO 2: wait for the parent's word. The pipe's end without one means: COMMAND must not
         * run. */

        execvp(argv[2], argv + 2);
        err(127, "%s", argv[2]);
    }
    int status = prepare(argv[1], child);

    /* TODO 3: give the word, or do not: then see that the child ends, and end with 1. */
    (void)status;

    return wait_for(child);
}
