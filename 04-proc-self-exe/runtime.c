// SPDX-License-Identifier: MIT
/*
 * runtime: the victim of `./run overwrite`, this program once more, run from a private copy.
 *
 * It does what `docker exec` does: it enters a container's namespaces and has a process there for a
 * while. Two of its guards are what real runtimes have tried since 2019:
 *
 *     sealed      it copies itself into memory (memfd_create(2)), seals that against every write,
 *                 and goes on from there; the file on the disk is not what runs in the container
 *     read-only   it binds its own file onto itself, read-only, in a mount namespace of its own,
 * and goes on from that mount; a descriptor opened through it can never be writable
 *
 * Both cost a second exec. runc first copied itself, then came to read-only mounts, and crun does
 * either; a container in a user namespace is a guard as well, since its root does not own the file.
 */
#include "experiments.h"
#include "ns.h"
#include "overwrite.h"

#include "cleanup.h"
#include "proc.h"
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC                                                                                   \
    0x0010U /* Linux 6.3: without it vm.memfd_noexec may make the file not executable */
#endif

static int start_from(int fd, char **argv, struct err *err)
{
    extern char **environ;
    char *const again[] = {argv[0], GUARD_NONE, argv[2], argv[3], NULL};

    fexecve(fd, again, environ);
    return err_sys(err, "cannot run the guarded copy");
}

static int run_sealed(char **argv, struct err *err)
{
    cleanup_close int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    cleanup_close int copy = memfd_create("runtime", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    struct stat st;

    if (copy < 0 && errno == EINVAL)
        copy = memfd_create("runtime", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (self < 0 || copy < 0 || fstat(self, &st) < 0)
        return err_sys(err, "cannot make a copy in memory");
    for (off_t done = 0; done < st.st_size;) {
        if (sendfile(copy, self, &done, (size_t)(st.st_size - done)) <= 0)
            return err_sys(err, "cannot copy the program");
    }
    if (fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return err_sys(err, "cannot seal the copy");
    return start_from(copy, argv, err);
}

/* A new bind mount takes its flags only from a remount (mount(2)). */
static int run_read_only(char **argv, struct err *err)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (length < 0)
        return err_sys(err, "cannot read /proc/self/exe");
    path[length] = '\0';
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_sys(err, "cannot make a mount namespace");
    if (mount(path, path, NULL, MS_BIND, NULL) < 0 ||
        mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
        return err_sys(err, "cannot bind %s read-only", path);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? err_sys(err, "cannot open %s", path) : start_from(fd, argv, err);
}

static int stay(void *seconds)
{
    sleep(*(unsigned *)seconds);
    return 0;
}

/* As `docker exec` does: into the namespaces, and a process inside, which ends with this one. */
static int visit(pid_t container, unsigned seconds, struct err *err)
{
    cleanup_close int pidfd = proc_pidfd(container);

    if (pidfd < 0)
        return err_sys(err, "no process %d to visit", container);
    if (ns_enter(pidfd, CLONE_NEWPID | CLONE_NEWNS, err) < 0)
        return -1;
    struct spawn spawn = {.cgroup_fd = -1, .child = stay, .arg = &seconds};
    struct spawned inside;
    return spawn_start(&spawn, &inside, err) < 0 ? -1 : spawn_wait(&inside, err);
}

int runtime_main(int argc, char **argv)
{
    struct err err;
    int result = -1;

    if (argc != 4) {
        fprintf(stderr, "%s: only ./run overwrite starts this\n", argv[0]);
        return 2;
    }
    if (strcmp(argv[1], GUARD_SEALED) == 0)
        result = run_sealed(argv, &err);
    else if (strcmp(argv[1], GUARD_READ_ONLY) == 0)
        result = run_read_only(argv, &err);
    else
        result = visit((pid_t)atoi(argv[2]), (unsigned)atoi(argv[3]), &err);
    if (result < 0)
        err_print(stderr, argv[0], &err);
    /* what runs at exit (a leak checker) may want to clone; the PID namespace we would clone into
     * is gone by now, with its init */
    fflush(stderr);
    _exit(result != 0);
}
