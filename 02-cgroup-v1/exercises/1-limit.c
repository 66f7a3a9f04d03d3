// SPDX-License-Identifier: MIT
/*
 * 1-limit: a command in a group with a limit of memory
 *
 *     1-limit GROUP BYTES COMMAND [ARG...]
 *
 * Makes a group below GROUP, a directory of the memory hierarchy, gives it BYTES at most, and runs
 * COMMAND, which is in there from its beginning. Ends with COMMAND's exit status; the group is gone
 * then. To read: lab 02's `memory` and "The idea"; cgroups(7), "Cgroups version 1".
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Write the text to a file of the group. */
void put(const char *group, const char *name, const char *text)
{
    char path[2 * PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", group, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        err(1, "%s", path);
    close(fd);
}

int main(int argc, char **argv)
{
    char group[PATH_MAX];
    int status;

    if (argc < 4)
        errx(2, "usage: 1-limit GROUP BYTES COMMAND [ARG...]");
    snprintf(group, sizeof(group), "%s/limit-%d", argv[1], getpid());

    /* TODO 1: make the group. */

    /* TODO 2: put argv[2] into the file of it that is the limit. */

    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        /* TODO 3: go into the group. What runs before that is not limited. */

        execvp(argv[3], argv + 3);
        err(127, "%s", argv[3]);
    }
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");

    /* TODO 4: take the group away. */

    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
