/* SPDX-License-Identifier: MIT */
/*
 * What the parts of format share: a template as a tree of nodes.
 *
 * For one letter of a template there are at most two nodes (a command and its only operand), so all
 * of them fit into one array, made before the text is read and given back in one go.
 */
#ifndef ENGINE_FORMAT_INTERNAL_H
#define ENGINE_FORMAT_INTERNAL_H

#include "format.h"

#include <stdint.h>

enum format_kind {
    /* what a body is made of */
    FORMAT_TEXT,   /* text[0, length) as it is */
    FORMAT_OUTPUT, /* {{pipe}}; with a name: {{$name := pipe}} */
    FORMAT_IF,     /* pipe, body, other */
    FORMAT_RANGE,
    FORMAT_WITH,
    FORMAT_BREAK,
    FORMAT_CONTINUE,
    /* what a pipe is made of: commands, and those of operands */
    FORMAT_COMMAND,
    FORMAT_PATH,     /* .A.B: text; behind `pipe`, a variable `name`, or else dot */
    FORMAT_FUNCTION, /* text */
    FORMAT_CONSTANT, /* value */
};

struct format_node {
    enum format_kind kind;
    const char *at; /* where it is in the template, for errors, and */
    size_t extent;  /* how much of it it is */
    const char *text;
    size_t length;
    const char *name, *index_name; /* variables, without their $: "" is $ itself; NULL: none */
    size_t name_length, index_length;
    bool assigns;              /* {{$name = pipe}}: the variable is there already */
    struct json_object *value; /* owned */
    struct format_node *pipe;  /* its commands */
    struct format_node *body;  /* a body; of a command, its operands */
    struct format_node *other; /* {{else}} */
    struct format_node *next;  /* in the same list */
};

struct format {
    char *text;
    struct format_node *nodes, *body;
    size_t count;
};

/* Where the reading of a template is. */
struct format_parser {
    struct format *format;
    const char *at; /* what is to be read next */
    int depth;      /* how many {{if}}, {{range}}, {{with}} and ( are open */
    int loops;      /* of those, {{range}} */
    struct err *err;
};

enum { FORMAT_NESTED_MOST = 100 };

/* A node of this kind, at parser->at (format_parse.c). */
struct format_node *format_new_node(struct format_parser *parser, enum format_kind kind);

/* The error of a template, at parser->at. Returns -1. */
int format_wrong(struct format_parser *parser, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Read a pipe, up to what ends it (format_pipe.c). */
int format_parse_pipe(struct format_parser *parser, struct format_node **ret);

/* How many letters of a name are at `at`; true where }} ends an action there. */
size_t format_name_length(const char *at);
bool format_at_end(const char *at);
void format_skip_space(struct format_parser *parser);

/* Line from 1 and column from 0, as Go counts them, of a place in the text. */
void format_place(const char *text, const char *at, int *ret_line, int *ret_column);

struct format_variable {
    const char *name;
    size_t length;
    struct json_object *value;
};

enum { FORMAT_VARIABLES = 64 };

/* A template at work. */
struct format_run_state {
    const struct format *format;
    const struct format_data *data;
    struct json_object *pool; /* an array that keeps what is made alive until the end */
    struct format_variable variables[FORMAT_VARIABLES]; /* the innermost last */
    int variables_count;
    const char *nil; /* what to print for the last field that was followed, where it is NULL */
    FILE *out;
    struct err *err;
};

/*
 * How Go prints the field `name` of an object where it has no value, "" as well; NULL: that is not
 * known, or there is no such field (format_fields.c).
 */
const char *format_nil_of(struct json_object *from, const char *name);

/* The value of a pipe (format_eval.c). */
int format_eval(struct format_run_state *run, const struct format_node *pipe,
    struct json_object *dot, struct json_object **ret);

/* The error of a node that cannot be worked out. Returns -1. */
int format_fail(struct format_run_state *run, const struct format_node *node, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What a function is called with. `pool` is an array that keeps what is made alive. */
struct format_call {
    const char *name;
    struct json_object **args;
    int count;
    struct json_object *pool;
    struct err *err; /* filled in by format_refuse */
};

/* {name, least and most arguments, run}. In a heading, `shown` (from 1) is the argument that the
 * function gives back as it is; 0: it does its work there too. */
struct format_function {
    const char *name;
    int least, most, shown;
    int (*run)(struct format_call *call, struct json_object **ret);
};

/* The function of this name, or NULL. */
const struct format_function *format_function_find(const char *name, size_t length);

/* The value's truth: neither absent, false, 0 nor empty. */
bool format_true(const struct json_object *value);

/* Write a value as Go's fmt prints it: text as it is, [a b], map[k:v]; NULL is `nil`. */
void format_print(FILE *out, struct json_object *value, const char *nil);

/* The keys of an object in order, malloc'ed; the caller frees the list alone. NULL: no memory. */
const char **format_keys(struct json_object *object, size_t *ret_count);

/* Keep a new object alive until the run ends. Returns it. */
struct json_object *format_keep(struct json_object *pool, struct json_object *object);

/* The error of a call: "error calling NAME: …". Returns -1. */
int format_refuse(struct format_call *call, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* printf's work: `call` has the format and its values. The text is malloc'ed; NULL on error. */
char *format_printf(struct format_call *call);

/* Give a new object as the result of a call. Returns 0. */
int format_give(struct format_call *call, struct json_object *object, struct json_object **ret);

/* An argument that must be a text, "" for nil; NULL and the error otherwise. */
const char *format_text_of(struct format_call *call, int i);

/* An argument that must be a whole number. */
int format_number_of(struct format_call *call, int i, int64_t *ret);

/* Functions of templates (format_texts.c). */
int format_split(struct format_call *call, struct json_object **ret);
int format_join(struct format_call *call, struct json_object **ret);
int format_lower(struct format_call *call, struct json_object **ret);
int format_upper(struct format_call *call, struct json_object **ret);
int format_title(struct format_call *call, struct json_object **ret);
int format_pad(struct format_call *call, struct json_object **ret);
int format_truncate(struct format_call *call, struct json_object **ret);

/* eq, ne, lt, le, gt and ge (format_printf.c). */
int format_compare(struct format_call *call, struct json_object **ret);

/* The whole number that a value is, and whether it is one. */
bool format_number(const struct json_object *value, int64_t *ret);

#endif
