/* SPDX-License-Identifier: MIT */
/*
 * layer: an image's layers unpacked, so that overlayfs can lay them over each other.
 *
 *     ROOT/layers/NAME/diff   what this layer adds to those below it, with overlayfs's marks for
 *                             what it takes away (layer_unpack.c)
 *                      id     its chain ID, and how many bytes its files have
 *
 * A chain ID stands for a layer and all below it (OCI config.md): two images that begin with the
 * same layers share them. NAME is the first digits of it, since overlayfs takes the paths of all
 * layers in one page.
 */
#ifndef ENGINE_LAYER_H
#define ENGINE_LAYER_H

#include "digest.h"
#include "engine/store/store.h"
#include "tar.h"

#include <sys/stat.h>

/* The chain ID of the `count` lowest layers. */
void layer_chain(const char *const *diff_ids, size_t count, char ret[DIGEST_TEXT]);

/* ROOT/layers/NAME of a chain ID, whether it is there or would be. Returns whether it is. */
bool layer_find(const struct store *store, const char *chain, char ret[PATH_MAX]);

/* The bytes of its files; 0 where it is not there. */
uint64_t layer_size(const struct store *store, const char *chain);

/*
 * Unpack layer `which` (0 is the lowest) from an open blob; those below it must be there. It
 * appears whole or not at all. One that is there already is left as it is, and its blob not read.
 * Errors: what tar.h says; its digest is another than its diff ID; what it holds is refused.
 * Privilege: devices and trusted attributes need root, and owners root or ranges in /etc/subuid and
 * /etc/subgid; for others the files are their own.
 */
int layer_add(const struct store *store, int blob, const char *const *diff_ids, size_t which,
    const struct tar_limits *limits, struct err *err);

/* overlayfs's lowerdir for all of them, topmost first; the caller frees it. NULL: one is missing,
 * and *ret_missing is which, or there is no memory. */
char *layer_lower(const struct store *store, const char *const *diff_ids, size_t count,
    size_t *ret_missing, struct err *err);

/*
 * Remove the layers whose chain ID `wanted` does not want, and what killed commands were
 * unpacking. Nobody may be adding images (image_index.h, image_guard).
 */
int layer_sweep(const struct store *store, bool (*wanted)(const char *chain, void *arg), void *arg,
    struct err *err);

/*
 * layer_unpack.c: unpack an archive into the open, empty directory `into`. `lower` is the lowerdir
 * of the layers below, or NULL; `trash`, a directory beside it, takes what an entry replaces.
 * *ret_bytes: of its files.
 */
int layer_unpack(struct tar_reader *reader, int into, int trash, const char *lower,
    uint64_t *ret_bytes, struct err *err);

/* The same of a tar that is no layer, and in which no name is a mark, into an empty directory.
 * `owners`: as the archive says, else the caller's. */
int layer_unpack_plain(
    struct tar_reader *reader, int into, int trash, bool owners, struct err *err);

/*
 * And over what is in the directory, as Docker's ADD does it: what has an entry's name is replaced,
 * but a directory by a directory; a symlink that is in the way of an entry is followed, inside.
 * `owner`: whose all of it becomes, or NULL. After an error half of it is there.
 */
struct layer_owner {
    uid_t uid;
    gid_t gid;
};
int layer_unpack_over(struct tar_reader *reader, int into, bool owners,
    const struct layer_owner *owner, struct err *err);

/* overlayfs's marks: "this name is gone", a character device 0, 0; and "nothing of what the layers
 * below have in this directory is seen", an attribute of the open directory. */
bool layer_is_whiteout(const struct stat *st);
bool layer_is_opaque(int dir);

#endif
