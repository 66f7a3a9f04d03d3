/* SPDX-License-Identifier: MIT */
/*
 * mount: mounting below a container's root, and reading what is mounted.
 *
 * What is mounted below a root that somebody else filled goes through a descriptor that was opened
 * with openat2(RESOLVE_IN_ROOT): a symlink in there cannot lead the mount to the host (openat2(2)).
 */
#ifndef COMMON_MOUNT_H
#define COMMON_MOUNT_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)); octal escapes are decoded. */
struct mount_entry {
    int id, parent_id;
    char root[PATH_MAX], point[PATH_MAX], type[64], source[256];
    char device[24];   /* "254:0", of the file system */
    char options[256]; /* of the mount, not of the file system: "rw,nosuid,relatime" */
    bool shared;       /* has a "shared:N" field: mounts in it are passed on */
    int master;        /* N of "master:N", or 0 */
};

/*
 * Call visit(entry, arg) for each mount of process pid (0: the caller) until it returns non-zero,
 * which is then returned; 0 at the end, -1 with *err when mountinfo cannot be read.
 */
int mount_each(pid_t pid, int (*visit)(const struct mount_entry *entry, void *arg), void *arg,
    struct err *err);

/* The mount that holds this path, found by the ID that statx(2) gives (Linux 5.8). */
int mount_find(const char *path, struct mount_entry *ret, struct err *err);

/* True when the path is where a mount begins, as pivot_root(2) wants it of the new root. */
bool mount_is_point(const char *path);

/*
 * Make every mount of this namespace private, so that nothing below reaches the host (mount(2)
 * MS_REC). Call it after unshare(CLONE_NEWNS), never before: it would change the host's own mounts.
 */
int mount_make_private(struct err *err);

/* What mount_open_in_root makes where the path ends in nothing. Missing directories before that
 * are made too. */
enum mount_make { MOUNT_MAKE_NOTHING, MOUNT_MAKE_DIR, MOUNT_MAKE_FILE };

/*
 * Open a path below the directory behind root_fd as if that directory were /: an absolute symlink
 * and ".." stay inside. Returns an O_PATH descriptor, which the caller closes, or -1.
 */
int mount_open_in_root(int root_fd, const char *path, enum mount_make make, struct err *err);

/*
 * Mount `type` on `target`, a path below the directory behind root_fd; missing directories are
 * made. flags are mount(2)'s MS_*; data may be NULL. Needs /proc mounted where the caller is.
 * Privilege: CAP_SYS_ADMIN over the mount namespace.
 */
int mount_in_root(int root_fd, const char *source, const char *target, const char *type,
    unsigned long flags, const char *data, struct err *err);

/*
 * Bind `source` of the host to `target` below root_fd, made as a file or a directory, as source is.
 * flags: MS_REC for what is mounted below source too; and MS_RDONLY, MS_NOSUID, MS_NODEV,
 * MS_NOEXEC, which with MS_REC hold for all of it (mount_setattr(2), Linux 5.12).
 */
int mount_bind_in_root(
    int root_fd, const char *source, const char *target, unsigned long flags, struct err *err);

#endif
