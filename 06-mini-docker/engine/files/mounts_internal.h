/* SPDX-License-Identifier: MIT */
/* mounts_internal: what mounts.c and mounts_defaults.c share, and nobody else. */
#ifndef ENGINE_MOUNTS_INTERNAL_H
#define ENGINE_MOUNTS_INTERNAL_H

#include "mount_words.h"
#include "mounts.h"

enum { MOUNTS_WORDS = 40 };

/* Of one entry; its texts are in `words` and here. */
struct mounts_made {
    const char *options[MOUNTS_WORDS];
    char text[300];        /* the options of a tmpfs, cut into words */
    char source[PATH_MAX]; /* of a volume */
};

struct mounts_memory {
    struct mount_words *words;
    size_t words_count;
    struct mounts_made *made;
    struct mounts_made shm;
    struct spec_mount items[];
};

/* Add the three files of network.h, as far as they are there and nothing else is put over them. */
void mounts_add_files(
    const struct store *store, const struct record *record, struct mounts_memory *memory);

/* How many entries Docker's list has, at most. */
enum { MOUNTS_DEFAULTS = 16 };

/* Fill `items` with that list, less what memory->words puts in the same places. Returns how many.
 */
size_t mounts_add_defaults(
    const struct record *record, struct mounts_memory *memory, struct spec_mount *items);

#endif
