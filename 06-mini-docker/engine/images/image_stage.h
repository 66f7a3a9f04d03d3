/* SPDX-License-Identifier: MIT */
/*
 * image_stage: the files of an archive (or of a directory) that may hold images, before anybody
 * knows which of them are of use: an archive comes as a stream, and what says how it is to be read
 * may be its last file.
 */
#ifndef ENGINE_IMAGE_STAGE_H
#define ENGINE_IMAGE_STAGE_H

#include "image_blob.h"
#include "tar.h"

struct staged {
    char *name;   /* in the archive, clean */
    char *target; /* of a link, clean; else NULL */
    char digest[DIGEST_TEXT];
    uint64_t size;
};

struct image_stage {
    const struct store *store;
    char path[PATH_MAX]; /* ROOT/images/partial/take-XXXXXX, with a file a number */
    int lock;
    int from; /* an OCI layout's directory, or -1: all was read from an archive already */
    struct staged *files;
    size_t count, room;
};

/* An empty one, room for what is in the making. image_stage_end even after an error. */
int image_stage_room(const struct store *store, struct image_stage *ret, struct err *err);

/* Begin with an archive, or, where `fd` is a directory, with that. image_stage_end even after an
 * error. */
int image_stage_begin(const struct store *store, int fd, const char *name,
    const struct tar_limits *limits, struct image_stage *ret, struct err *err);

/* Is there a file of this name? */
bool image_stage_has(struct image_stage *stage, const char *name);

/* Its text; the caller frees it. NULL: an error, also where it is longer than BLOB_TEXT_MOST. */
char *image_stage_read(
    struct image_stage *stage, const char *name, size_t *ret_length, struct err *err);

/*
 * The file as one that can become a blob: its digest, size, and a malloc'ed path for
 * struct image_layer. Errors: there is none; it is not what `digest` says (NULL: whatever it is).
 */
int image_stage_take(struct image_stage *stage, const char *name, const char *digest,
    struct staged *ret, char **ret_path, struct err *err);

/* image_stage.c, for image_stage_open.c: a new item of the list, and where its file is. */
struct staged *image_stage_new(struct image_stage *stage, const char *name, struct err *err);
void image_stage_path(const struct image_stage *stage, size_t number, char ret[PATH_MAX]);

/* Remove all that was not adopted. Safe on a zeroed struct. */
void image_stage_end(struct image_stage *stage);

#endif
