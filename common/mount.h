/* SPDX-License-Identifier: MIT */
/*
 * mount: mounting below a container's root, and reading what is mounted.
 *
 * mount.c reads mountinfo; mount_root.c and mount_tree.c are what lab 05 taught, hardened. What is
 * mounted below a root that somebody else filled goes through a descriptor that was opened with
 * openat2(RESOLVE_IN_ROOT): a symlink in there cannot lead the mount to the host (openat2(2)).
 */
#ifndef COMMON_MOUNT_H
#define COMMON_MOUNT_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
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
 * Read one line: "36 35 98:0 /root /point opts shared:1 master:2 - type source superopts". False:
 * it is none.
 */
bool mount_parse(const char *line, struct mount_entry *ret);

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

/* The same with MS_PRIVATE, MS_SLAVE or MS_SHARED. */
int mount_make_all(unsigned long propagation, struct err *err);

/* What mount_open_in_root makes where the path ends in nothing. Missing directories before that
 * are made too. */
enum mount_make { MOUNT_MAKE_NOTHING, MOUNT_MAKE_DIR, MOUNT_MAKE_FILE };

/*
 * Open a path below the directory behind root_fd as if that directory were /: an absolute symlink
 * and ".." stay inside. Returns an O_PATH descriptor, which the caller closes, or -1.
 */
int mount_open_in_root(int root_fd, const char *path, enum mount_make make, struct err *err);

/*
 * Open the place where something is to be mounted, in the same way. Refused: what leads to the root
 * itself, by its path or by a symlink; and, unless `links`, what leads through any symlink at all.
 */
int mount_open_target(
    int root_fd, const char *path, enum mount_make make, bool links, struct err *err);

/*
 * Mount `type` on an open target (mount(2); flags are its MS_*; data may be NULL). `target` is for
 * the message. Needs /proc mounted where the caller is. Privilege: CAP_SYS_ADMIN over the mount
 * namespace.
 */
int mount_on(int target_fd, const char *target, const char *source, const char *type,
    unsigned long flags, const char *data, struct err *err);

/* Both in one; missing directories are made. For proc and sysfs a symlink is refused. */
int mount_in_root(int root_fd, const char *source, const char *target, const char *type,
    unsigned long flags, const char *data, struct err *err);

/* mount_setattr(2)'s struct and its flags, which glibc has from 2.36 on. */
struct mount_attributes {
    uint64_t set, clear;
    uint64_t propagation; /* MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE; 0: as it is */
    uint64_t userns_fd;   /* with MOUNT_IDMAP */
};

enum {
    MOUNT_RDONLY = 0x1,
    MOUNT_NOSUID = 0x2,
    MOUNT_NODEV = 0x4,
    MOUNT_NOEXEC = 0x8,
    MOUNT_ATIME = 0x70, /* a field: 0 is relatime; it is cleared before it is set */
    MOUNT_NOATIME = 0x10,
    MOUNT_STRICTATIME = 0x20,
    MOUNT_NODIRATIME = 0x80,
    MOUNT_IDMAP = 0x100000,
    MOUNT_NOSYMFOLLOW = 0x200000,
};

/*
 * Copy the mount at a path of the host, with `recursive` all that is mounted below it too, and hang
 * the copy nowhere (open_tree(2), Linux 5.2). Returns a descriptor, which the caller closes; with
 * it the copy goes, unless it was hung up. Privilege: CAP_SYS_ADMIN over the mount namespace.
 */
int mount_clone(const char *source, bool recursive, struct err *err);

/* Change the flags of the mount whose root this descriptor is (Linux 5.12). With nothing to change,
 * nothing is done. `target` is for the message. */
int mount_set_attributes(int fd, const char *target, bool recursive,
    const struct mount_attributes *want, struct err *err);

/* Hang a copy on an open target; on a path below root_fd, which is made if need be as a file or a
 * directory, as the copy is. `target` is for the message (move_mount(2), Linux 5.2). */
int mount_attach(int tree_fd, int target_fd, const char *target, struct err *err);
int mount_attach_in_root(int root_fd, int tree_fd, const char *target, struct err *err);

/*
 * Bind `source` of the host to `target` below root_fd: the above in one. flags: MS_REC for what is
 * mounted below source too; and MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, which with MS_REC hold
 * for all of it.
 */
int mount_bind_in_root(
    int root_fd, const char *source, const char *target, unsigned long flags, struct err *err);

#endif
