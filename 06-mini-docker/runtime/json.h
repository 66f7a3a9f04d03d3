/* SPDX-License-Identifier: MIT */
/*
 * json: a JSON text into structs, by tables: one a kind of object, that says for each of its fields
 * the name, the type, the values it may have, and where in the struct it goes.
 *
 *     static const struct json_field USER[] = {
 *         JSON_NUMBER_IN("uid", struct spec_user, uid, 0, UINT32_MAX - 1),
 *         {0},
 *     };
 *
 * A field that no table names is ignored, and null counts as absent, as for programs in Go, which
 * write most of what is read here. Any other mistake is ERR_USAGE with the place:
 * "config.json: process.user.uid: expected a whole number, found a string".
 *
 * Strings point into the tree that json-c made of the text, so tree and structs live equally long:
 * until json_memory_free.
 */
#ifndef RUNTIME_JSON_H
#define RUNTIME_JSON_H

#include "err.h"

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind {
    JSON_NONE,    /* the end of a table */
    JSON_BOOL,    /* bool */
    JSON_NUMBER,  /* any integer; the JSON has a whole number from least to most */
    JSON_WORD,    /* any integer; the JSON has one of `words` */
    JSON_STRING,  /* const char *; "" counts as absent, as in Go */
    JSON_TEXT,    /* const char *; "" is kept */
    JSON_CHARS,   /* char[], for as much as it has room for */
    JSON_STRINGS, /* const char *const *: a list of strings, with a NULL after the last */
    JSON_OBJECT,  /* a struct, read by `table`; offset 0: its fields go into the struct around it */
    JSON_POINTER, /* a pointer to such a struct, in memory of its own */
    JSON_LIST,    /* a pointer to such structs in a row, and in extra their number */
    JSON_MAP,     /* the same of an object whose keys are data: each struct begins with its key */
    JSON_CUSTOM,  /* `custom` reads it */
};

struct json_reader;

/* A word in JSON and the number it stands for. A table of them ends with a NULL. */
struct json_word {
    const char *word;
    unsigned long value;
};

struct json_field {
    const char *name;
    enum json_kind kind;
    bool required;       /* neither absent nor null (nor "", for JSON_STRING) */
    bool optional;       /* json_write: never written while it is empty */
    bool brief;          /* json_brief keeps it */
    size_t offset, size; /* where in the struct, and how large */
    size_t extra;        /* JSON_LIST and JSON_MAP: of the size_t for the count; others: of a bool
                            that is set when the field is there, 0 for none */
    int64_t least;
    uint64_t most;
    const struct json_word *words;
    const struct json_table *table;
    /* value is not null; field is where in the struct; errors by json_fail */
    int (*custom)(struct json_reader *reader, struct json_object *value, void *field);
    /* json_write: what a JSON_CUSTOM becomes; *ret NULL: null. -1: no memory. NULL: not written. */
    int (*write)(const void *field, struct json_object **ret);
};

struct json_table {
    size_t size; /* of the struct */
    /* Ends with {0}. Where the items of a list or map are no objects: one field without a name. */
    const struct json_field *fields;
    /* What an item of a list or map is before it is read; NULL: zeros. */
    const void *initial;
    /* Called for a struct that has been read, to see that its fields fit each other; may be NULL.
     */
    int (*check)(struct json_reader *reader, void *item);
};

/* A field at a member of a struct. */
#define JSON_AT(name_, kind_, type, member)                                                        \
    .name = (name_), .kind = (kind_), .offset = offsetof(type, member),                            \
    .size = sizeof(((type *)0)->member)
#define JSON_FIELD(name, kind, type, member)                                                       \
    {                                                                                              \
        JSON_AT(name, kind, type, member)                                                          \
    }
#define JSON_NUMBER_IN(name, type, member, least_, most_)                                          \
    {                                                                                              \
        JSON_AT(name, JSON_NUMBER, type, member), .least = (least_), .most = (most_)               \
    }
#define JSON_ITEMS(name, kind, type, member, count, table_)                                        \
    {                                                                                              \
        JSON_AT(name, kind, type, member), .extra = offsetof(type, count), .table = (table_)       \
    }
#define JSON_PART(name_, table_)                                                                   \
    {                                                                                              \
        .name = (name_), .kind = JSON_OBJECT, .table = (table_)                                    \
    }

/* The tree and all structs that were made of it. */
struct json_memory {
    struct json_object *tree;
    struct json_chunk *chunks;
};

enum { JSON_PATH = 16 }; /* how deep the tables are nested, at most */

struct json_reader {
    const char *file; /* what errors begin with: "config.json" */
    struct json_memory *memory;
    const void *user; /* for custom and check */
    struct err *err;
    struct json_step {
        const char *name; /* NULL: index counts */
        size_t index;
    } path[JSON_PATH]; /* from the root to where the reader is */
    int depth;
};

/*
 * Parse `length` bytes that a NUL follows into memory->tree: one object, strict JSON in UTF-8, at
 * most 64 levels and 100,000 objects and lists (each costs much more memory than text), and no NUL
 * in a string. Errors: ERR_USAGE with line and column.
 */
int json_parse(
    const char *file, const char *text, size_t length, struct json_memory *ret, struct err *err);

/*
 * Take all members out of the text's object whose fields are not `brief`, in it and in the objects
 * that are kept of it: before json_parse, where few of many are wanted, since it is the tree that
 * takes the time. A mistake in what is taken out is not found.
 */
void json_brief(char *text, const struct json_table *table);

/* Read memory->tree into the struct at `into`, which is zeroed before. */
int json_read(struct json_reader *reader, const struct json_table *table, void *into);

/* Zeroed, aligned for anything; NULL with the error set when there is none. Freed with the rest. */
void *json_alloc(struct json_reader *reader, size_t count, size_t size);

/* A text of printf(3)'s kind, in that memory; NULL as above. */
char *json_print(struct json_reader *reader, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Safe on a zeroed struct. */
void json_memory_free(struct json_memory *memory);

/* Where the reader is, one step down; and back. */
void json_enter(struct json_reader *reader, const char *name, size_t index);
void json_leave(struct json_reader *reader);

/*
 * Fill in the error: file, place, text. `name` is a field below the place, or NULL. Returns -1.
 * Bytes that could move a terminal's cursor are shown as '?'.
 */
int json_fail(struct json_reader *reader, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Below: parts of json_read, for custom functions. */

/* -1 with "expected …, found …" when the value is not of this type. */
int json_expect(struct json_reader *reader, struct json_object *value, enum json_type type);

/* Read one field that is there (value may be null) into the struct at `base`. */
int json_read_field(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, void *base);

/* The number a word stands for. */
int json_read_word(struct json_reader *reader, const struct json_word *words,
    struct json_object *value, unsigned long *ret);

/* Past the string that begins at `at`, or to a NUL character in it, which *ret_why then says. */
const char *json_pass_string(const char *at, const char **ret_why);

#endif
