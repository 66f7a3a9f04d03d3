/* SPDX-License-Identifier: MIT */
/*
 * disk: what the io experiments share: dd in a group, watched through the group's io.stat.
 */
#ifndef LAB03_DISK_H
#define LAB03_DISK_H

#include "group.h"
#include "loopfs.h"

#include <stdint.h>

/*
 * One number of a group's io.stat, which has a line a device and in it "key=number":
 * "7:0 rbytes=0 wbytes=1048576 rios=0 wios=1 dbytes=0 dios=0". 0 while the device has no line.
 */
int disk_stat(const struct group *g, const struct loopfs *fs, const char *key, uint64_t *ret,
    struct err *err);

/* One run of dd. */
struct dd {
    const char *series; /* its name in the drawing */
    const char *file;   /* the file's name on the disk */
    bool read;          /* read the file; else write it with zeros */
    bool flush;         /* afterwards wait until the kernel's flusher has sent it to the disk */
    const char *flags;  /* "oflag=direct"; "" for none */
    unsigned block_kib, blocks;
    const char *key; /* what of io.stat is drawn and measured: "wbytes", "wios", "rios" */
    double full;     /* where the drawing's bar ends, in MiB/s or operations a second */
    double mark;     /* the limit in it, or -1 */
};

struct dd_result {
    double seconds; /* from its start to its end, the flush included */
    double rate;    /* what dd moved in a second, in MiB or in blocks */
    uint64_t moved; /* by how much `key` of io.stat grew */
};

/*
 * Run dd in the group and draw io.stat once a second until it ends. Needs the program dd. The flush
 * is asked for from outside the group, since fsync(2) in dd would send the pages in dd's own name.
 * Errors: dd cannot be started, or ends with a status that is not 0.
 */
int disk_dd(struct run *run, const struct group *g, const struct loopfs *fs, const struct dd *dd,
    struct dd_result *ret, struct err *err);

/*
 * A process in the group that overwrites a file of its own for ever, with one O_DIRECT write of
 * block_kib in flight at a time. The file's name is the group's and `number`. Dies with its parent.
 */
pid_t disk_writer(const struct group *g, const struct loopfs *fs, int number, unsigned block_kib,
    struct err *err);

/* Write `text` into a file of the kernel's that outlives us, after `back` was journalled for it. */
int disk_setting(
    struct run *run, const char *path, const char *text, const char *back, struct err *err);

#endif
