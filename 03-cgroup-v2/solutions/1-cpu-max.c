// SPDX-License-Identifier: MIT
/*
 * 1-cpu-max: a command in a group with a part of a CPU
 *
 *     1-cpu-max GROUP QUOTA PERIOD COMMAND [ARG...]
 *
 * Makes a group below GROUP, a directory of the v2 tree that has the cpu controller, in which QUOTA
 * microseconds of CPU time may be used in each PERIOD of so many ("max" for QUOTA: all there is),
 * and runs COMMAND in there. Ends with COMMAND's exit status; the group is gone then. To read: lab
 * 03's `cpu`; the kernel's cgroup-v2.rst, "CPU Interface Files".
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
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
    char group[PATH_MAX], max[64];
    int status;

    if (argc < 5)
        errx(2, "usage: 1-cpu-max GROUP QUOTA PERIOD COMMAND [ARG...]");
    snprintf(group, sizeof(group), "%s/cpu-%d", argv[1], getpid());
    snprintf(max, sizeof(max), "%s %s", argv[2], argv[3]);
    if (mkdir(group, 0755) < 0)
        err(1, "%s", group);
    put(group, "cpu.max", max);

    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        put(group, "cgroup.procs", "0");
        execvp(argv[4], argv + 4);
        err(127, "%s", argv[4]);
    }
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");

    /* a group may be busy for a moment after its last process ended */
    for (int tries = 0; rmdir(group) < 0; tries++) {
        if (errno != EBUSY || tries == 100)
            err(1, "%s", group);
        usleep(10000);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
