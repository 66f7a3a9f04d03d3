/* SPDX-License-Identifier: MIT */
/* labels: the words of --label, "KEY=VALUE" or "KEY", as pairs, and pairs as what is shown. */
#ifndef ENGINE_LABELS_H
#define ENGINE_LABELS_H

#include "runtime/spec.h"

#include "err.h"
#include "opt.h"

struct labels {
    struct spec_pair *items; /* malloc'ed, and so are the keys; a value is behind its key */
    size_t count;
};

/* Read them; of two with one key the later holds. The caller gives *ret back with labels_free,
 * after an error as well. Errors: ERR_USAGE, a word without a key. */
int labels_read(const struct opt_list *words, struct labels *ret, struct err *err);

/* Add a copy of one, in the place of one with its key. Errors: no memory. */
int labels_add(struct labels *labels, const struct spec_pair *pair, struct err *err);

/* Labels as an object, for filters and templates, which the caller puts; and as Docker's tables
 * have them, "a=1,b=2" in the order of the keys, which the caller frees. NULL: no memory. */
struct json_object *labels_json(const struct spec_pair *pairs, size_t count);
char *labels_text(const struct spec_pair *pairs, size_t count);

/* Safe on a zeroed struct. */
void labels_free(struct labels *labels);

#endif
