/* SPDX-License-Identifier: MIT */
/*
 * rootfs: a directory that can be a container's /, and going there.
 *
 * rootfs.c makes and checks such a directory, rootfs_copy.c copies one, and rootfs_why.c says why a
 * pivot_root failed; rootfs_pivot.c and rootfs_dev.c are what lab 05 taught, and are used from
 * lab 06 on.
 */
#ifndef COMMON_ROOTFS_H
#define COMMON_ROOTFS_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* The distribution's static busybox. Error: ERR_SKIP when there is none -> make deps. */
int rootfs_find_busybox(char ret_path[PATH_MAX], struct err *err);

/*
 * Build a small root in `dir` (which is made) from the distribution's static busybox: /bin with a
 * link an applet, /etc/passwd, /proc /sys /dev /tmp /root. It is built beside `dir` and renamed, so
 * that it is there whole or not at all; where it is there already, nothing is done. Needs no
 * privilege. Errors: ERR_SKIP when there is no static busybox -> make deps.
 */
int rootfs_build(const char *dir, struct err *err);

/*
 * The root that `make rootfs` built, found beside the program (../rootfs). Error: ERR_SKIP, not
 * built -> make rootfs.
 */
int rootfs_builtin(char ret_path[PATH_MAX], struct err *err);

/*
 * Copy a tree of directories, files and symlinks into `to`, which is made; owners and what is no
 * ordinary file are left out. What is mounted below `from` is not copied.
 */
int rootfs_copy(const char *from, const char *to, struct err *err);

/*
 * How to copy. Without any of them: directories, files and symlinks, as the caller's own, to a
 * place that has nothing of the same name; and what is mounted below the source is not copied.
 */
enum {
    ROOTFS_OWNERS = 1,  /* the owners too (CAP_CHOWN) */
    ROOTFS_ALL = 2,     /* times, extended attributes, hard links, FIFOs; with the owners devices
                           (CAP_MKNOD) and what gives rights: set-user-ID bits, capabilities */
    ROOTFS_REPLACE = 4, /* what has the same name is replaced, but a directory only by a directory;
                           no reader finds half a file */
    ROOTFS_KEEP = 8,    /* what is there stays: a copy that was cut off goes on; no half file */
    ROOTFS_MOUNTS = 16, /* what is mounted below the source is copied as well */
    ROOTFS_ALONE = 32,  /* with REPLACE: nobody reads meanwhile, so half a file hurts nobody; faster
                           for small ones */
};

/*
 * The same from one open directory into another. Somebody may be changing both meanwhile: nothing
 * outside `from` is read, and nothing outside `to` written.
 */
int rootfs_copy_inside(int from_dir, int to_dir, unsigned how, struct err *err);

/* One name in a directory, whatever it is, to one name in another; no symlink is followed. */
int rootfs_copy_entry(
    int from_dir, const char *name, int to_dir, const char *to_name, unsigned how, struct err *err);

/* What is left out of a copy, and changed on its way. */
struct rootfs_rules {
    /* False: it is left out, with what is in it. `path`: below the directory or the name that is
     * copied, which itself is not asked for. NULL: all is wanted. */
    bool (*wanted)(const char *path, const struct stat *st, void *arg);
    void *arg;
    uid_t uid; /* all of it is theirs, with ROOTFS_OWNERS; -1: as in the source */
    gid_t gid;
    mode_t (*mode)(mode_t was, void *arg); /* of files and directories; NULL: as in the source */
};

/* rootfs_copy_entry, or with a NULL `name` rootfs_copy_inside, by rules. */
int rootfs_copy_by(int from_dir, const char *name, int to_dir, const char *to_name, unsigned how,
    const struct rootfs_rules *rules, struct err *err);

/* Check a --rootfs: it is there, a directory, and not the host's own /. ERR_USAGE otherwise. */
int rootfs_check(const char *path, struct err *err);

/*
 * Make `dir` the new root of a mount namespace of one's own, in two steps with room between them
 * for what is mounted below it. The mounts must be private already (mount_make_private).
 * rootfs_bind: dir is bound onto itself; *ret_fd is the new root, which the caller closes.
 * rootfs_pivot: pivot_root(2) into it, the old root detached; the working directory is then the new
 * /. `shared`: mounts of the old root are not private, and detaching them must not reach the host.
 * A failure names its cause (shared propagation, no mount point, initramfs). rootfs_move: the same
 * where pivot_root is refused, from an initramfs: the new root is moved over / (MS_MOVE), and
 * chroot(2). The host's mounts stay below; its /proc and /sys are taken out first. Privilege:
 * CAP_SYS_ADMIN over the namespace.
 */
int rootfs_bind(const char *dir, int *ret_fd, struct err *err);
int rootfs_pivot(int root_fd, bool shared, struct err *err);
int rootfs_move(int root_fd, struct err *err);

/*
 * Fill *err for a pivot_root(new_root, put_old) that has just failed with this errno: the cause is
 * found by looking (mountinfo, statx), and is a "maybe" only where it cannot be seen from inside.
 * Always -1.
 */
int rootfs_explain_pivot(const char *new_root, const char *put_old, int code, struct err *err);

/* A device file, or a FIFO: mode has S_IFCHR, S_IFBLK or S_IFIFO, and the permissions. */
struct rootfs_device {
    const char *path; /* absolute; bound from the host's file of the same path where mknod is not
                         permitted */
    mode_t mode;
    unsigned major, minor;
    uid_t uid;
    gid_t gid;
};

/* What every program expects: null zero full random urandom tty. */
enum { ROOTFS_DEVICES = 6 };
extern const struct rootfs_device rootfs_devices[ROOTFS_DEVICES];

/*
 * Make the device in `dir`, an open directory below the new root, under the last word of its path.
 * With `bind`, and where mknod(2) says EPERM, the host's own is bound. Anything else that has the
 * name there is replaced, no symlink is followed. The umask must be 0. Errors: it cannot be
 * replaced (a directory, a read-only root); the host has no such device to bind.
 */
int rootfs_dev_make(int dir, const struct rootfs_device *device, bool bind, struct err *err);

/* True when no device file in this directory could be opened: its mount is nodev. */
bool rootfs_dev_is_dead(int dir);

/*
 * Open the file `name` in `dir` as the target of a bind. What is no file is replaced by an empty
 * one; a symlink is never followed. The caller closes it. Errors: a directory, a read-only root.
 */
int rootfs_dev_target(int dir, const char *name, struct err *err);

/* The links fd, stdin, stdout, stderr and ptmx; those that are there are kept. */
int rootfs_dev_links(int dir, struct err *err);

#endif
