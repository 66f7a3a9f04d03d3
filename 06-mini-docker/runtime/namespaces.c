// SPDX-License-Identifier: MIT
/*
 * The paths of namespaces to be joined come from a config.json, and may lead to anything: so each
 * is opened once, looked at through its descriptor, and joined by the same (namespaces_join.c).
 *
 * A path that leads to the caller's own namespace is dropped here. setns would refuse it for a user
 * namespace; and for the others it matters that the container is then known to have none of its
 * own, and that its host name, say, must not be set.
 */
#include "namespaces.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* True when the caller is in it already. */
static bool is_own(int fd, const struct ns_kind *kind)
{
    char path[64];
    struct stat theirs, ours;

    snprintf(path, sizeof(path), "/proc/self/ns/%s", kind->name);
    return fstat(fd, &theirs) == 0 && stat(path, &ours) == 0 && theirs.st_ino == ours.st_ino &&
           theirs.st_dev == ours.st_dev;
}

static int check_kind(int fd, const char *path, const struct ns_kind *kind, struct err *err)
{
    int type = ioctl(fd, NS_GET_NSTYPE);

    if (type == kind->flag)
        return 0;
    err_set(err, ERR_SYS, "cannot join the %s namespace %s", kind->option, path);
    for (int i = 0; i < NS_KINDS; i++) {
        if (ns_table[i].flag == type)
            return err_hint(
                err, "it is a %s namespace -> give its path under that type", ns_table[i].option);
    }
    return err_hint(err,
        "it is not a namespace file -> /proc/PID/ns/%s, or a file where one of "
        "these is bound",
        kind->name);
}

/* O_NONBLOCK: a path that leads to a FIFO must not hold us. */
static int open_path(const char *path, const struct ns_kind *kind, int *ret_fd, struct err *err)
{
    cleanup_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0) {
        err_sys(err, "cannot join the %s namespace %s", kind->option, path);
        if (errno == ENOENT)
            return err_hint(err, "there is no such file: who made it has ended, or took it away "
                                 "-> make it again, or leave the path out for a new one");
        return -1;
    }
    if (check_kind(fd, path, kind, err) < 0)
        return -1;
    if (!is_own(fd, kind))
        *ret_fd = steal_fd(&fd);
    return 0;
}

int namespaces_open(const struct spec_linux *spec, struct namespaces *ret, struct err *err)
{
    *ret = (struct namespaces){
        .spec = spec,
        .made = spec->namespaces & ~(CLONE_NEWTIME | CLONE_NEWCGROUP),
        .own = spec->namespaces,
        .time_wanted = spec->namespaces & CLONE_NEWTIME,
    };
    memset(ret->join, -1, sizeof(ret->join));
    for (int i = 0; i < NS_KINDS; i++) {
        const char *path = spec->namespace_paths[i];
        if (path && open_path(path, &ns_table[i], &ret->join[i], err) < 0) {
            namespaces_close(ret);
            return -1;
        }
        if (ret->join[i] >= 0)
            ret->own |= ns_table[i].flag;
    }
    return 0;
}

void namespaces_postpone(struct namespaces *namespaces, int flags)
{
    namespaces->later = namespaces->made & flags;
    namespaces->made &= ~flags;
}

void namespaces_close(struct namespaces *namespaces)
{
    for (int i = 0; i < NS_KINDS; i++)
        close_fd(&namespaces->join[i]);
}
