/* SPDX-License-Identifier: MIT */
/*
 * loopfs: a small ext4 of a run's own on a loop device: a block device to throttle, on any host.
 */
#ifndef COMMON_LOOPFS_H
#define COMMON_LOOPFS_H

#include "err.h"
#include "undo.h"

#include <stdbool.h>
#include <stdint.h>

struct loopfs {
    char device[32]; /* "/dev/loop3" */
    char number[16]; /* "7:3": how blkio and io files name it */
    char file[128];  /* the file behind it, in the run's directory */
    char point[128]; /* where it is mounted, in the run's directory */
};

/*
 * Put the caller into a mount namespace of its own (lab 01); call it before loopfs_make. Whoever
 * makes a mount namespace while the disk is mounted in the host's gets a copy of that mount, and
 * the device stays busy for as long as he lives. Not for swap: swapoff(2) needs the file's path.
 */
int loopfs_alone(struct err *err);

/*
 * Make a file, a loop device on it, an ext4 in it, and mount that in the caller's mount namespace;
 * each is journalled first, so that the journal also takes it away. One per run.
 * `size_bytes` is 8 MiB at least; the file lies in the run's directory, mostly in memory (/run).
 * Privilege: root. Needs mkfs.ext4 (e2fsprogs) and Linux 5.8. Source: loop(4), mke2fs(8).
 */
int loopfs_make(struct loopfs *fs, struct undo *undo, uint64_t size_bytes, struct err *err);

/*
 * Write `bytes` to a new file in the file system in blocks of 1 MiB (an old one of that name is
 * emptied first) and return the seconds it took in *ret_seconds. direct: O_DIRECT, past the page
 * cache. Else the write goes to the cache, and with `flush` fsync(2) is counted too.
 */
int loopfs_write(const struct loopfs *fs, const char *name, uint64_t bytes, bool direct, bool flush,
    double *ret_seconds, struct err *err);

/* Adds a hint where the file system below, which has the file, is full. Returns -1. */
int loopfs_why(const struct loopfs *fs, struct err *err);

#endif
