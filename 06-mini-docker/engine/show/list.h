/* SPDX-License-Identifier: MIT */
/*
 * list: the containers there are, for `ps` and for all that go through them: chosen by filters,
 * newest first, and as rows with the keys of `docker ps --format json`.
 */
#ifndef ENGINE_LIST_H
#define ENGINE_LIST_H

#include "engine/store/record.h"
#include "engine/store/status.h"
#include "filter.h"
#include "table.h"

struct json_object;

struct list_item {
    struct record record;
    struct status status;
};

enum list_part {
    LIST_RECORD, /* all */
    LIST_BRIEF,  /* what record_load_brief reads: the columns that `ps` shows by itself */
    LIST_ID,     /* the id, and nothing is read */
};

struct list_options {
    bool all;                      /* not only those that run */
    uint64_t last;                 /* only so many, whatever their state; 0: all */
    enum list_part part;           /* of each record, for visit; with filters it is all */
    const struct filters *filters; /* of list_filters, read and checked by list_check; or NULL */
};

/* What `ps --filter` knows; ends with NULL. */
extern const char *const list_filters[];

/* Judge the values of the filters. Errors: ERR_USAGE. */
int list_check(const struct filters *filters, struct err *err);

/*
 * Call visit for each container that is chosen, newest first. One that somebody removes meanwhile
 * is left out. The item is gone when visit returns. Errors: visit's; a filter that names a
 * container which is not there (before, since).
 */
int list_each(const struct store *store, const struct list_options *options,
    int (*visit)(const struct list_item *item, void *arg, struct err *err), void *arg,
    struct err *err);

struct list_row_options {
    bool no_trunc;
    bool sizes;       /* find out Size, which means to look at each of its files */
    unsigned columns; /* list_columns; LIST_ALL: all */
};
enum { LIST_ALL = 0xffff };

/* Which columns a table shows: of a thousand containers nobody wants to find out more. */
unsigned list_columns(const struct table_out *out);

/* A new row; the caller gives it back. NULL: no memory. */
struct json_object *list_row(const struct store *store, const struct list_item *item,
    const struct list_row_options *options);

/* publish= and expose=: are the values ports, and is this one of those? Errors: a word that is
 * none. */
int list_check_ports(const struct filters *filters, struct err *err);
bool list_port_fits(const char *value, unsigned port, const char *protocol);

/* "0.0.0.0:8080->80/tcp, 443/tcp": what is published, and what only listens. */
void list_ports(const struct list_item *item, char *ret, size_t size);

#endif
