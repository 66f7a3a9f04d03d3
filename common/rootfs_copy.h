/* SPDX-License-Identifier: MIT */
/* rootfs_copy: what the two files rootfs_copy*.c share, and nobody else. */
#ifndef COMMON_ROOTFS_COPY_H
#define COMMON_ROOTFS_COPY_H

#include "rootfs.h"

#include <stddef.h>
#include <sys/stat.h>

/* A file that had more names: the copy's descriptor, for those that come later. */
struct copy_link {
    dev_t dev;
    ino_t ino;
    nlink_t left;
    int fd;
};

/* More files with hard links than this at one time become several files. */
enum { COPY_LINKS = 64 };

struct copy {
    unsigned how;
    const struct rootfs_rules *rules; /* or NULL */
    char path[PATH_MAX];              /* of what is being copied, for the rules */
    size_t path_length;
    struct copy_link links[COPY_LINKS];
    size_t links_count;
};

/*
 * Copy what is no directory. `entry` is its O_PATH descriptor, and *st what it is. Returns 0, or -1
 * with errno; EISDIR: a directory is in the way.
 */
int copy_other(
    struct copy *copy, int entry, const struct stat *st, int to_dir, const char *to_name);

/* Owner, mode, attributes and times of what lies behind two open descriptors. -1: errno. */
int copy_rights(const struct copy *copy, int from, int to, const struct stat *st);

/* Close what was kept for hard links; safe on a zeroed struct, and twice. */
void copy_end(struct copy *copy);

#endif
