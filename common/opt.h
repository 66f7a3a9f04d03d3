/* SPDX-License-Identifier: MIT */
/*
 * opt: one table of options gives the parsing, --help and the checks of values.
 *
 *     struct shell_args { bool user; const char *rootfs; uint64_t limit_bytes; };
 *     static const struct opt OPTS[] = {
 *         {'u', "user", NULL, "a new user namespace", OPT_FLAG, offsetof(struct shell_args, user)},
 *         {0, "limit", "SIZE", "memory limit", OPT_BYTES,
 *             offsetof(struct shell_args, limit_bytes), .least = 1 << 20, .most = 1ull << 40},
 *         {0}};
 */
#ifndef COMMON_OPT_H
#define COMMON_OPT_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum opt_type {
    OPT_FLAG,     /* bool: present, or --name=true; --name=false: not      */
    OPT_FLAG_OFF, /* bool: true for --name=false: the thing is on else     */
    OPT_TEXT,     /* const char *: points into argv, which must live on    */
    OPT_UINT,     /* uint64_t in [least, most]                             */
    OPT_BYTES,    /* uint64_t, a size in bytes in [least, most]            */
    OPT_DECIMAL,  /* double in [least, most]                               */
    OPT_LIST,     /* struct opt_list: may be given many times              */
};

/* The values of an OPT_LIST in the order given. `items` is malloc'ed, with a NULL after the last,
 * or NULL for none; the strings point into argv. */
struct opt_list {
    const char **items;
    size_t count;
};

/* A table of these ends with a row whose name is NULL. */
struct opt {
    char letter;      /* the short name, or 0 */
    const char *name; /* the long name, without its dashes */
    const char *arg;  /* what the value is called in --help, NULL for a flag */
    const char *help; /* one line; NULL: not listed, an older name of another row */
    enum opt_type type;
    size_t offset; /* where in the caller's struct the value goes */
    uint64_t least, most;
};

/*
 * Read options from argv[*index] on into the struct at `values`, up to the first word that is no
 * option (so that a command's own options stay its own) or past "--". *index is left at the first
 * word that was not read. Long names take "--name value" and "--name=value", short ones "-n value",
 * "-nvalue", "-n=value", and "-itd" for several flags.
 * Errors: ERR_USAGE for an unknown name (with the nearest known one), a missing or refused value.
 */
int opt_parse(const struct opt *table, int argc, char *const argv[], int *index, void *values,
    struct err *err);

/* The row that the word "--name", "--name=value" or "-n" means, or NULL. */
const struct opt *opt_find(const struct opt *table, const char *word);

/* Print the table as the option lines of a --help. */
void opt_help(FILE *out, const struct opt *table);

/* Give back what the lists in `values` hold. */
void opt_free(const struct opt *table, void *values);

#endif
