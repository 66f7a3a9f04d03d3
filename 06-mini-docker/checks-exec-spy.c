// SPDX-License-Identifier: MIT
/*
 * For checks-exec.bats: a process in a container that looks at every other one, over and over.
 * While a runtime enters, its process is in here with the host's descriptors and rights; whoever
 * could read its exe, a descriptor or its environment could use them (CVE-2016-9962,
 * CVE-2019-5736).
 *
 *     spy PROGRAM     PROGRAM: what the exec becomes, whose exe may be seen
 *
 * It looks until its standard input, a pipe, has no writer any more. Then it prints "guarded N" (so
 * often there was a process whose exe was refused, which shows that it looked in time) and "leaked
 * N" with what was seen first.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *program;
static long guarded, leaked;
static char first[600];

static void leak(const char *path, const char *what)
{
    if (!leaked++)
        snprintf(first, sizeof(first), "%.200s: %.200s", path, what);
}

enum seen { GONE, REFUSED, PROGRAM };

static enum seen look_at_exe(const char *pid)
{
    char path[300], target[PATH_MAX];

    snprintf(path, sizeof(path), "/proc/%s/exe", pid);
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return errno == EACCES || errno == EPERM ? REFUSED : GONE; /* a zombie has none: ENOENT */
    target[length] = '\0';
    if (strcmp(target, program) != 0)
        leak(path, target);
    return PROGRAM;
}

static int read_secrets(const char *pid, char *what, size_t size)
{
    char path[300];

    for (int fd = 0; fd < 24; fd++) {
        snprintf(path, sizeof(path), "/proc/%s/fd/%d", pid, fd);
        ssize_t length = readlink(path, what, size - 1);
        if (length > 0) {
            what[length] = '\0';
            return 1;
        }
    }
    snprintf(path, sizeof(path), "/proc/%s/environ", pid);
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, what, size - 1);
    if (fd >= 0)
        close(fd);
    return length > 0 ? snprintf(what, size, "environment") : 0;
}

/* The program itself may be read; so only what was read while it was not there yet counts. */
static void look_at(const char *pid)
{
    char what[PATH_MAX], path[300];

    if (look_at_exe(pid) != REFUSED)
        return;
    int seen = read_secrets(pid, what, sizeof(what));
    if (look_at_exe(pid) != REFUSED)
        return;
    guarded++;
    snprintf(path, sizeof(path), "/proc/%s", pid);
    if (seen)
        leak(path, what);
}

int main(int argc, char **argv)
{
    struct pollfd input = {.fd = STDIN_FILENO};
    DIR *proc = opendir("/proc");

    program = argv[argc - 1];
    while (proc && poll(&input, 1, 0) == 0) {
        rewinddir(proc);
        for (struct dirent *entry; (entry = readdir(proc));) {
            int pid = atoi(entry->d_name);
            if (pid > 1 && pid != getpid())
                look_at(entry->d_name);
        }
    }
    printf("guarded %ld leaked %ld %s\n", guarded, leaked, first);
    return 0;
}
