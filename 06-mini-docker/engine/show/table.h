/* SPDX-License-Identifier: MIT */
/*
 * table: what every listing command (ps, images, network ls, …) does with its rows: Docker's table
 * with headings, `--format json`, a template, a table of a template, or with -q the IDs alone.
 *
 *     static const struct table_column COLUMNS[] = {{"ID", "NETWORK ID"}, {"Name", "NAME"}, {0}};
 *     static const struct table TABLE = {COLUMNS, "{{.ID}}\t{{.Name}}", "{{.ID}}"};
 *     struct table_out out;
 *     table_begin(&out, &TABLE, args->format, args->quiet, err);
 *     for each one:  table_row(&out, object, labels, err);
 *     table_end(&out, err);
 */
#ifndef ENGINE_TABLE_H
#define ENGINE_TABLE_H

#include "format.h"

/* A key that each row has, and the heading over it. A table of them ends with {0}. */
struct table_column {
    const char *key, *heading;
};

struct table {
    const struct table_column *columns; /* all keys, in the order of --format json */
    const char *normal;                 /* what is shown without --format */
    const char *quiet;                  /* and with -q */
};

struct table_out {
    const struct table *table;
    struct format *format; /* NULL: JSON, a line a row */
    bool headings;
    char *text; /* what is laid out in columns at the end */
    size_t length;
    FILE *file;
};

/*
 * `format`: --format's value, NULL for none: "table", "json", "table TEMPLATE" or TEMPLATE, in
 * which the two letters \t and \n mean a tab and a new line. Errors: ERR_USAGE, a wrong template.
 * table_end even after an error.
 */
int table_begin(struct table_out *ret, const struct table *table, const char *format, bool quiet,
    struct err *err);

/*
 * Add a row: an object with all keys of the table, which stays the caller's. `labels` is for
 * {{.Label "KEY"}}, or NULL. Rows that are not in columns are on standard output at once.
 */
int table_row(
    struct table_out *out, struct json_object *row, struct json_object *labels, struct err *err);

/* Print what is in columns, and give all back. Returns -1 when `err` was filled in. */
int table_end(struct table_out *out, struct err *err);

/* True when the format asks for this key: what is dear to find out is found only then. */
bool table_needs(const struct table_out *out, const char *key);

/* Lay text with tabs between cells out in columns, as Docker does: a column is as wide as its
 * widest cell and three more, and `least` at least; the last cell of a line is no column. */
enum { TABLE_LEAST = 10 };
void table_layout(FILE *out, const char *text, size_t least);

#endif
