/* SPDX-License-Identifier: MIT */
/*
 * rootfs: a directory that can be a container's /, and going there.
 *
 * rootfs.c makes and checks such a directory, and rootfs_why.c says why a pivot_root failed;
 * rootfs_pivot.c and rootfs_dev.c are what lab 05 taught, and are used from lab 06 on.
 */
#ifndef COMMON_ROOTFS_H
#define COMMON_ROOTFS_H

#include "err.h"

#include <limits.h>
#include <sys/types.h>

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

/* Check a --rootfs: it is there, a directory, and not the host's own /. ERR_USAGE otherwise. */
int rootfs_check(const char *path, struct err *err);

/*
 * Make `dir` the new root of a mount namespace of one's own, in two steps with room between them
 * for what is mounted below it. The mounts must be private already (mount_make_private).
 * rootfs_bind: dir is bound onto itself; *ret_fd is the new root, which the caller closes.
 * rootfs_pivot: pivot_root(2) into it, the old root detached; the working directory is then the new
 * /. A failure names its cause (shared propagation, no mount point, initramfs). Privilege:
 * CAP_SYS_ADMIN over the namespace.
 */
int rootfs_bind(const char *dir, int *ret_fd, struct err *err);
int rootfs_pivot(int root_fd, struct err *err);

/*
 * Fill *err for a pivot_root(new_root, put_old) that has just failed with this errno: the cause is
 * found by looking (mountinfo, statx), and is a "maybe" only where it cannot be seen from inside.
 * Always -1.
 */
int rootfs_explain_pivot(const char *new_root, const char *put_old, int code, struct err *err);

/*
 * A minimal /dev below the root: null zero full random urandom tty, fd links, pts, shm. Devices are
 * made with mknod(2), or bound from the host's /dev where that is refused (user namespaces).
 */
int rootfs_dev(int root_fd, struct err *err);

/*
 * Two parts of it, for a /dev that is put together otherwise. One device file: `mode` has S_IFCHR
 * or S_IFBLK; where mknod is refused, the host's file of the same path is bound there. And the
 * links: fd, stdin, stdout, stderr, ptmx; those that are there are kept.
 */
int rootfs_dev_node(int root_fd, const char *path, mode_t mode, dev_t number, struct err *err);
int rootfs_dev_links(int root_fd, struct err *err);

#endif
