/* SPDX-License-Identifier: MIT */
/*
 * fsio: small files that the kernel makes up, read and written whole.
 *
 * A kernel file (procfs, sysfs, cgroupfs) takes a value in one write(2) and answers in the write's
 * result: a value it refuses is EINVAL from write, not from open, and a buffered stdio write would
 * lose that answer. So every function here makes one write and reports what the kernel said.
 *
 * Every path is given as a directory and a name, `dir`/`name`; dir may be NULL for name alone.
 */
#ifndef COMMON_FSIO_H
#define COMMON_FSIO_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What fsio_read_u64 returns for the word "max", which cgroup v2 writes for "no limit". */
#define FSIO_MAX UINT64_MAX

/*
 * Write the formatted text into an existing file with one write(2).
 * Errors: what the kernel answered, with the text and the path in err->what.
 */
int fsio_write(struct err *err, const char *dir, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Create or truncate an ordinary file and write the text into it (mode 0644). */
int fsio_create(struct err *err, const char *dir, const char *name, const char *text);

/*
 * Give `path` this text, whole: a reader finds the old file, none, or the new one, whenever the
 * writer ends; and no other file is left beside it, where the file system has O_TMPFILE (open(2)).
 */
int fsio_replace(struct err *err, const char *path, const char *text);

/*
 * Read a whole file into malloc'ed, NUL-terminated memory that the caller frees; NULL on error.
 * A trailing newline is removed. Files over 64 MiB are an error (EFBIG).
 */
char *fsio_read(const char *dir, const char *name, struct err *err);

/*
 * Read from where the descriptor stands to its end, into *text, which is NULL or malloc'ed before
 * and the caller's to free also after an error. It grows by doubling and ends with a NUL, which is
 * not counted in the length that is returned. -1 and errno: read(2)'s, or EFBIG, `most` bytes (a
 * power of 2 from 4096 on) have no room for it.
 */
ssize_t fsio_read_fd(int fd, size_t most, char **text);

/* Read the file's first number; the word "max" gives FSIO_MAX. Errors: unreadable, no number. */
int fsio_read_u64(const char *dir, const char *name, uint64_t *ret, struct err *err);

/*
 * Read one value of a flat keyed file, "key value" a line (memory.events, cpu.stat, memory.stat).
 * Errors: unreadable, or no such key.
 */
int fsio_read_key(
    const char *dir, const char *name, const char *key, uint64_t *ret, struct err *err);

/*
 * First in main: where one of 0, 1 and 2 is closed, the next file would get its number, and what is
 * printed. In its place comes the null device, opened so that to read or write stays an error.
 */
void fsio_fill_standard(void);

/* True when dir/name exists, whatever it is (a symlink is followed). */
bool fsio_exists(const char *dir, const char *name);

/* The file system's type number from statfs(2) (linux/magic.h), 0 when it cannot be asked. */
uint32_t fsio_magic(const char *path);

/* The text that a symlink holds, as in /proc/PID/ns/uts. Errors: readlink(2)'s. */
int fsio_readlink(const char *dir, const char *name, char ret[PATH_MAX], struct err *err);

#endif
