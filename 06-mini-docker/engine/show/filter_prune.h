/* SPDX-License-Identifier: MIT */
/* filter_prune: the filters of every prune: label=, label!=, and until=, "made before then". */
#ifndef ENGINE_FILTER_PRUNE_H
#define ENGINE_FILTER_PRUNE_H

#include "engine/store/store.h"
#include "filter.h"
#include "runtime/spec.h"

#include <time.h>

struct filter_prune {
    struct filters filters;
    struct timespec until; /* zeros: any time */
};

/* As filters_read, and the time is read. Errors: ERR_USAGE; two times. */
int filter_prune_read(const struct opt_list *words, const char *const keys[],
    struct filter_prune *ret, struct err *err);

/* Whether what has these labels, and was made at this time (RFC 3339, or NULL), is meant. */
bool filter_prune_wants(const struct filter_prune *filter, const struct spec_pair *labels,
    size_t labels_count, const char *created);

/* Safe on a zeroed struct. */
void filter_prune_free(struct filter_prune *filter);

#endif
