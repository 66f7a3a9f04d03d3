// SPDX-License-Identifier: MIT
/*
 * 2-pod: mend it: a container's limit inside of its pod's
 *
 *     2-pod GROUP POD-BYTES BYTES COMMAND [ARG...]
 *
 * It should make a group "pod" below GROUP that may have POD-BYTES of memory, in there a group
 * "main" that may have BYTES, run COMMAND in main, end with its exit status, and take both away.
 * What its users see: the pod's limit holds, but COMMAND takes as much of it as it likes; not even
 * a wrong number for BYTES is refused; and pods stay behind. To read: lab 03's `controllers` and
 * the rules of its README; cgroup-v2.rst, "No Internal Process Constraint".
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

static int put(const char *group, const char *name, const char *text)
{
    char path[3 * PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", group, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t wrote = fd < 0 ? -1 : write(fd, text, strlen(text));
    close(fd);
    return wrote < 0 ? -1 : 0;
}

/* A group may be busy for a moment after its last process ended. */
static void take_away(const char *group)
{
    for (int tries = 0; rmdir(group) < 0 && errno == EBUSY && tries < 100; tries++)
        usleep(10000);
}

int main(int argc, char **argv)
{
    char pod[PATH_MAX], inner[2 * PATH_MAX];
    int status;

    if (argc < 5)
        errx(2, "usage: 2-pod GROUP POD-BYTES BYTES COMMAND [ARG...]");
    snprintf(pod, sizeof(pod), "%s/pod-%d", argv[1], getpid());
    snprintf(inner, sizeof(inner), "%s/main", pod);
    if (mkdir(pod, 0755) < 0 || mkdir(inner, 0755) < 0)
        err(1, "%s", inner);
    pid_t pid = fork();
    if (pid == 0) {
        /* no process in the pod itself: it could hand nothing down (EBUSY) */
        if (put(pod, "memory.max", argv[2]) < 0 ||
            put(pod, "cgroup.subtree_control", "+memory") < 0 ||
            put(inner, "memory.max", argv[3]) < 0 || put(inner, "cgroup.procs", "0") < 0)
            err(1, "a limit of %s in one of %s", argv[3], argv[2]);
        execvp(argv[4], argv + 4);
        err(127, "%s", argv[4]);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    take_away(inner);
    take_away(pod);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
