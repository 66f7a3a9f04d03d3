/* SPDX-License-Identifier: MIT */
/*
 * tar: a tar archive as it comes, compressed or not, read once from its beginning to its end;
 * and one that is written. tar is libarchive's, gzip and zstd too; what may be believed of an
 * archive is decided by whoever reads it.
 */
#ifndef ENGINE_TAR_H
#define ENGINE_TAR_H

#include "digest.h"
#include "err.h"

#include <stdbool.h>
#include <stdint.h>

struct archive; /* libarchive's headers are long, and few ask it themselves */
struct archive_entry;

/* How much an archive may hold: what unpacks to more is taken for a bomb. */
struct tar_limits {
    uint64_t bytes, entries;
};
extern const struct tar_limits TAR_LIMITS;

enum { TAR_PIECE = 1 << 18 };

struct tar_reader {
    struct archive *tar; /* ask it for entries */
    const char *name;    /* in errors */
    struct tar_limits limits;
    uint64_t bytes, entries; /* so far */
    struct err *err;
    /* below: its own */
    struct archive *plain; /* what decompresses, NULL: nothing does */
    int fd;
    char *buffer;
    size_t peeked; /* bytes in it that nobody was given yet */
    struct sha256_ctx sum;
    bool failed; /* *err has been filled in by the reader */
};

/*
 * Begin to read from `fd`, which stays the caller's and need not be seekable. tar_close even
 * after an error. Errors, here and later: it is no tar, it ends too early, it is too large.
 */
int tar_open(int fd, const char *name, const struct tar_limits *limits, struct tar_reader *ret,
    struct err *err);

/* Is it an archive that could be read? The descriptor is back where it stood at its beginning. */
bool tar_is(int fd);

/* The next entry: 1, or 0 at the end, or -1. */
int tar_next(struct tar_reader *reader, struct archive_entry **ret);

/* Call `put` with the pieces of the entry's content; between them there may be holes. */
int tar_data(struct tar_reader *reader,
    int (*put)(void *arg, const void *bytes, size_t length, int64_t offset, struct err *err),
    void *arg);

/* Read what is behind the last entry, and give the digest of all, decompressed: a layer's diff ID.
 */
int tar_end(struct tar_reader *reader, char ret_digest[DIGEST_TEXT]);

/* Fill in *err for what the archive holds. Returns -1. */
int tar_refuse(struct tar_reader *reader, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* … that it holds more bytes than its limit. */
int tar_too_large(struct tar_reader *reader);

void tar_close(struct tar_reader *reader);

/* The entry's name, or what it is a link to, in whatever alphabet; "" for none. */
const char *tar_name(struct archive_entry *entry);
const char *tar_hard_link(struct archive_entry *entry);
const char *tar_symlink(struct archive_entry *entry);

/*
 * A name inside an archive as it may be used below a directory: without "./", double and leading
 * slashes; "" is the directory itself. -1: it has a ".." or is too long.
 */
enum { TAR_PATH = 4096 };
int tar_clean_path(const char *name, char ret[TAR_PATH]);

/* Is an attribute of this name a part of a file in an archive? Those that mean something to a
 * program are: user.*, file capabilities. What overlayfs says to itself is not. */
bool tar_has_attribute(const char *name);

/*
 * "", "+gzip" or "+zstd", by the first bytes of the file: what a layer's media type ends with.
 * Errors: it is compressed in another way, which we can read but other engines cannot.
 */
int tar_compression(int fd, const char **ret, struct err *err);

/* A tar that is written to `fd`: entries without times and owners, so that equal content makes
 * equal archives. tar_write_end also after an error. */
struct tar_writer {
    struct archive *tar;
    const char *name;
};
int tar_write_begin(int fd, const char *name, struct tar_writer *ret, struct err *err);
int tar_write_dir(struct tar_writer *writer, const char *path, unsigned mode, struct err *);
int tar_write_link(
    struct tar_writer *writer, const char *path, const char *target, struct err *err);
int tar_write_text(
    struct tar_writer *writer, const char *path, const char *text, size_t length, struct err *);
/* The content of an open file, from its beginning. */
int tar_write_file(
    struct tar_writer *writer, const char *path, unsigned mode, int fd, struct err *err);
int tar_write_end(struct tar_writer *writer, struct err *err);

#endif
