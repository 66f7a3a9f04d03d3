/* SPDX-License-Identifier: MIT */
/*
 * filter: --filter KEY=VALUE, which may be given many times. Values of one key are alternatives, of
 * different keys all must hold; labels must all be there. As Docker has it.
 */
#ifndef ENGINE_FILTER_H
#define ENGINE_FILTER_H

#include "err.h"
#include "opt.h"

#include <stdbool.h>

struct json_object;

struct filter {
    char key[24];
    const char *value; /* points into argv */
};

struct filters {
    struct filter *items;
    size_t count;
};

/*
 * Read the words of an OPT_LIST. `keys`: those that the command knows, ending with NULL. The caller
 * gives *ret back with filters_free, after an error as well. Errors: ERR_USAGE, a word without '=',
 * an unknown key.
 */
int filters_read(
    const struct opt_list *words, const char *const keys[], struct filters *ret, struct err *err);

/* True when the key was given at all. */
bool filters_given(const struct filters *filters, const char *key);

/* Each is true when no filter has this key. Else: one value is equal; is a part of `text`, or a
 * regular expression that matches it; every "KEY" or "KEY=VALUE" is among `labels` (an object of
 * strings, or NULL). */
bool filters_equal(const struct filters *filters, const char *key, const char *text);
bool filters_match(const struct filters *filters, const char *key, const char *text);
bool filters_labels(
    const struct filters *filters, const char *key, const struct json_object *labels);

/* A filter that is true or false ("1" and "0" too): `otherwise` where it was not given.
 * Errors: ERR_USAGE, another word. */
int filters_bool(
    const struct filters *filters, const char *key, bool otherwise, bool *ret, struct err *err);

/* Judge the values of a key: each must be one of the words, which end with NULL. */
int filters_check(
    const struct filters *filters, const char *key, const char *const words[], struct err *err);

/* Safe on a zeroed struct. */
void filters_free(struct filters *filters);

#endif
