// SPDX-License-Identifier: MIT
/*
 * 2-late: mend it: a limit that is not kept
 *
 *     2-late GROUP BYTES COMMAND [ARG...]
 *
 * It should do what 1-limit does, and say by itself that there is no such COMMAND (status 127).
 * What its users see: some of COMMAND's memory is not counted. "BYTES" with a slip of the finger,
 * such as 64x, runs COMMAND without a limit, and nobody is told. And groups pile up below GROUP,
 * one for each COMMAND that could not be found. To read: lab 02's `memory`; lab 04's `race`;
 * fclose(3).
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int put(const char *group, const char *name, const char *text)
{
    char path[2 * PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", group, name);
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0)
        return -1;
    fclose(file);
    return 0;
}

int main(int argc, char **argv)
{
    char group[PATH_MAX], number[16];
    int status, code, ends[2];

    if (argc < 4)
        errx(2, "usage: 2-late GROUP BYTES COMMAND [ARG...]");
    snprintf(group, sizeof(group), "%s/late-%d", argv[1], getpid());
    if (mkdir(group, 0755) < 0 || pipe2(ends, O_CLOEXEC) < 0)
        err(1, "%s", group);
    if (put(group, "memory.limit_in_bytes", argv[2]) < 0) {
        warn("a limit of %s", argv[2]);
        rmdir(group);
        return 1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[3], argv + 3);
        code = errno;
        return write(ends[1], &code, sizeof(code)) < 0 ? 1 : 127;
    }
    /* the exec closes the pipe, and then there is nothing to read; or it failed, and here is why */
    close(ends[1]);
    if (read(ends[0], &code, sizeof(code)) > 0) {
        errno = code;
        err(127, "%s", argv[3]);
    }
    snprintf(number, sizeof(number), "%d", pid);
    put(group, "cgroup.procs", number);

    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    /* a group may be busy for a moment after its last process ended */
    for (int tries = 0; rmdir(group) < 0 && errno == EBUSY && tries < 100; tries++)
        usleep(10000);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
