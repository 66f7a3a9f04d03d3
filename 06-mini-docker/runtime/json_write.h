/* SPDX-License-Identifier: MIT */
/*
 * json_write: structs into a JSON text, by the tables that read them (json.h). What was written and
 * is read again is equal.
 */
#ifndef RUNTIME_JSON_WRITE_H
#define RUNTIME_JSON_WRITE_H

#include "json.h"

struct json_object;

enum json_write_style {
    /* As Go writes a struct: what is empty is there as "", 0, false or null, unless its field is
     * `optional`. For people, and for programs that look for a name. */
    JSON_WRITE_ALL,
    /* What is empty is left out: the reader makes zeros of it. A third of the text, to be kept. */
    JSON_WRITE_GIVEN,
};

/*
 * A tree of the struct at `from`, which the caller gives back (json_object_put); NULL: no memory.
 * A list that is NULL becomes null, one of no items []. Bytes that are not UTF-8 become U+FFFD, as
 * Go does it, since a text that has them could not be read again. A JSON_CUSTOM without `write` is
 * left out.
 */
struct json_object *json_write(
    const struct json_table *table, const void *from, enum json_write_style style);

/* A string of JSON, with the same care for its bytes. NULL: no memory. */
struct json_object *json_write_string(const char *text);

/* A member of an object, of such a string; NULL is an empty one. */
void json_add_string(struct json_object *object, const char *key, const char *text);

#endif
