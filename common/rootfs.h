/* SPDX-License-Identifier: MIT */
/*
 * rootfs: a directory that can be a container's /, and going there.
 */
#ifndef COMMON_ROOTFS_H
#define COMMON_ROOTFS_H

#include "err.h"

#include <limits.h>

/* Build a small root in `dir` (which is made) from the distribution's static busybox: /bin with a
 * link an applet, /etc/passwd, /proc /sys /dev /tmp /root. Errors: no static busybox -> make deps.
 */
int rootfs_build(const char *dir, struct err *err);

/* The root that `make rootfs` built, found beside the program (../rootfs). Error: not built -> make
 * rootfs. */
int rootfs_builtin(char ret_path[PATH_MAX], struct err *err);

/* Check a --rootfs: it is there, a directory, and not the host's own /. ERR_USAGE otherwise. */
int rootfs_check(const char *path, struct err *err);

/*
 * pivot_root(2) into `dir`, in a mount namespace of one's own: mounts made private, dir bound onto
 * itself, the old root detached. A failure names its cause (shared propagation, no mount point,
 * initramfs).
 */
int rootfs_pivot(const char *dir, struct err *err);

/* A minimal /dev below the root: null zero full random urandom tty, fd links, pts, shm. */
int rootfs_dev(int root_fd, struct err *err);

#endif
