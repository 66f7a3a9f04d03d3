/* SPDX-License-Identifier: MIT */
/*
 * image_blob: the content of images: ROOT/images/blobs/sha256/HEX, files that are named by their
 * digest and never change. Manifests, configurations and layers are all blobs.
 *
 * What is on its way is elsewhere: partial/HEX is a blob that is being fetched, and which whoever
 * fetches it next goes on with; partial/take-XXXXXX/ holds what an archive has brought so far.
 */
#ifndef ENGINE_IMAGE_BLOB_H
#define ENGINE_IMAGE_BLOB_H

#include "digest.h"
#include "engine/store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum { BLOB_TEXT_MOST = 4 << 20 }; /* of a manifest or a configuration, as registries have it */

/* A file that grows, and its sum. */
struct blob_writer {
    int fd;
    uint64_t size;
    struct sha256_ctx sum;
    char path[PATH_MAX];
};

/* A new file at `path`, which must not be there. */
int blob_begin(const char *path, struct blob_writer *ret, struct err *err);

/*
 * For a download: partial/HEX, with what an earlier try has left; ret->size says from where to go
 * on. Locked, so that only one process fetches it. 1: another one does, and *ret is empty; when
 * that one is done, blob_exists will say so.
 */
int blob_resume(
    const struct store *store, const char *digest, struct blob_writer *ret, struct err *err);

/* Throw away what is there, and begin again. */
int blob_restart(struct blob_writer *writer, struct err *err);

/* The end of a download. Errors: it is not what its digest says, and the file is gone. */
int blob_accept(struct blob_writer *writer, const char *digest, struct err *err);

/* Add bytes to the file and to its sum. Errors: a full disk. */
int blob_write(struct blob_writer *writer, const void *bytes, size_t length, struct err *err);

/* The end: its digest. The writer is closed, the file stays. */
int blob_finish(struct blob_writer *writer, char ret_digest[DIGEST_TEXT], struct err *err);

/* Of a file that is there already. */
int blob_sum(const char *path, char ret_digest[DIGEST_TEXT], uint64_t *ret_size, struct err *err);

/* Close it, and remove the file unless `keep` (for blob_resume). Safe after blob_finish. */
void blob_abandon(struct blob_writer *writer, bool keep);

/* Take a finished file into the store under its digest, on the disk (fdatasync); at `path` it is
 * gone then. Nothing happens where another process did so a moment ago. */
int blob_adopt(const struct store *store, const char *path, const char *digest, struct err *err);

/* A text, as a blob, in one go. */
int blob_put(const struct store *store, const char *text, size_t length,
    char ret_digest[DIGEST_TEXT], struct err *err);

/* *ret_size: of its file; ret_size may be NULL. */
bool blob_exists(const struct store *store, const char *digest, uint64_t *ret_size);

/* Open one; the caller closes. Errors: it is not there. */
int blob_open(const struct store *store, const char *digest, struct err *err);

/* Read a text, at most BLOB_TEXT_MOST, and see that it is what its name says. NULL: an error. The
 * caller frees it. */
char *blob_read(const struct store *store, const char *digest, size_t *ret_length, struct err *err);

#endif
