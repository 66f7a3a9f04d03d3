/* SPDX-License-Identifier: MIT */
/* image_change: what image_change.c, which expands an instruction's words, and image_change_set.c,
 * which knows what each instruction sets, share, and nobody else. */
#ifndef ENGINE_IMAGE_CHANGE_INTERNAL_H
#define ENGINE_IMAGE_CHANGE_INTERNAL_H

#include "image_change.h"

struct image_change {
    struct image_changing *changing;
    const struct dockerfile_instruction *instruction;
    const char *key;
    char **words; /* expanded */
    struct err *err;
};

/* By enum dockerfile_word; `change` is NULL for what changes no configuration. */
struct image_change_row {
    const char *key; /* of the configuration */
    int (*change)(struct image_change *change);
    bool expand;
};
extern const struct image_change_row image_change_rows[];
extern const size_t image_change_rows_count;

#endif
