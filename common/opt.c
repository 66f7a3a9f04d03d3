// SPDX-License-Identifier: MIT
/*
 * The command-line parser of every program here. It is smaller than getopt_long with its switch,
 * since a row says where its value goes, and it stops at the first word that is no option, as
 * `docker run` and `env` do.
 */
#include "opt.h"

#include "size.h"

#include <stdlib.h>
#include <string.h>

/* Finds a row by the long name in [name, name + length), or by letter when name is NULL. */
static const struct opt *find_row(
    const struct opt *table, const char *name, size_t length, char letter)
{
    for (const struct opt *row = table; row->name; row++) {
        if (name ? strlen(row->name) == length && strncmp(row->name, name, length) == 0
                 : row->letter && row->letter == letter)
            return row;
    }
    return NULL;
}

const struct opt *opt_find(const struct opt *table, const char *word)
{
    if (strncmp(word, "--", 2) == 0)
        return find_row(table, word + 2, strcspn(word + 2, "="), 0);
    return word[0] == '-' && word[1] ? find_row(table, NULL, 0, word[1]) : NULL;
}

static int store_list(struct opt_list *list, const char *value, struct err *err)
{
    const char **larger = realloc(list->items, (list->count + 2) * sizeof(*larger));

    if (!larger)
        return err_sys(err, "no memory for an option");
    list->items = larger;
    list->items[list->count++] = value;
    list->items[list->count] = NULL;
    return 0;
}

/* "--name=false": the words that Go's strconv.ParseBool takes. NULL: no value, which is true. */
static int store_flag(const struct opt *row, const char *value, bool *place, struct err *err)
{
    static const char *const words[][7] = {
        {"false", "0", "f", "F", "FALSE", "False", NULL},
        {"true", "1", "t", "T", "TRUE", "True", NULL},
    };
    bool on = row->type == OPT_FLAG;

    if (!value) {
        *place = on;
        return 0;
    }
    for (int truth = 0; truth < 2; truth++) {
        for (const char *const *word = words[truth]; *word; word++) {
            if (strcmp(*word, value) == 0) {
                *place = truth == on;
                return 0;
            }
        }
    }
    err_set(err, ERR_USAGE, "--%s: '%s' is not accepted", row->name, value);
    return err_hint(err, "accepted: true or false");
}

static int store(const struct opt *row, const char *value, void *values, struct err *err)
{
    void *place = (char *)values + row->offset;
    char name[80];

    snprintf(name, sizeof(name), "--%s", row->name);
    switch (row->type) {
    case OPT_FLAG:
    case OPT_FLAG_OFF:
        return store_flag(row, value, place, err);
    case OPT_TEXT:
        *(const char **)place = value;
        return 0;
    case OPT_UINT:
        return size_parse_u64(name, value, row->least, row->most, place, err);
    case OPT_BYTES:
        return size_parse_bytes(name, value, row->least, row->most, place, err);
    case OPT_DECIMAL:
        return size_parse_decimal(name, value, (double)row->least, (double)row->most, place, err);
    case OPT_LIST:
        return store_list(place, value, err);
    }
    return 0;
}

/* How many letters the two words share at their start. */
static size_t shared_prefix(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

static int unknown(const struct opt *table, const char *word, struct err *err)
{
    const char *nearest = NULL, *bare = word + strspn(word, "-");
    size_t best = 1;

    for (const struct opt *row = table; row->name; row++) {
        size_t n = shared_prefix(row->name, bare);
        if (n > best) {
            best = n;
            nearest = row->name;
        }
    }
    err_set(err, ERR_USAGE, "unknown option '%.*s'", (int)strcspn(word, "="), word);
    if (nearest)
        return err_hint(err, "did you mean --%s? All options are in --help", nearest);
    return err_hint(err, "all options are in --help");
}

/* "--name value", "--name=value" */
static int parse_long(const struct opt *table, int argc, char *const argv[], int *index,
    void *values, struct err *err)
{
    const char *word = argv[*index];
    const struct opt *row = opt_find(table, word);
    const char *equals = strchr(word, '=');

    if (!row)
        return unknown(table, word, err);
    (*index)++;
    if (!row->arg)
        return store(row, equals ? equals + 1 : NULL, values, err);
    if (!equals && *index >= argc)
        return err_set(err, ERR_USAGE, "--%s needs a value: %s", row->name, row->arg);
    return store(row, equals ? equals + 1 : argv[(*index)++], values, err);
}

/* "-n value", "-nvalue", "-n=value", "-itd", "-it=false" */
static int parse_short(const struct opt *table, int argc, char *const argv[], int *index,
    void *values, struct err *err)
{
    const char *word = argv[(*index)++];

    for (const char *letter = word + 1; *letter; letter++) {
        const struct opt *row = find_row(table, NULL, 0, *letter);
        if (!row)
            return unknown(table, word, err);
        if (letter[1] == '=' && letter[2])
            return store(row, letter + 2, values, err);
        if (row->arg) {
            if (!letter[1] && *index >= argc)
                return err_set(err, ERR_USAGE, "-%c needs a value: %s", *letter, row->arg);
            return store(row, letter[1] ? letter + 1 : argv[(*index)++], values, err);
        }
        if (store(row, NULL, values, err) < 0)
            return -1;
    }
    return 0;
}

int opt_parse(const struct opt *table, int argc, char *const argv[], int *index, void *values,
    struct err *err)
{
    while (*index < argc && argv[*index][0] == '-' && argv[*index][1]) {
        const char *word = argv[*index];
        if (strcmp(word, "--") == 0) {
            (*index)++;
            return 0;
        }
        int result = word[1] == '-' ? parse_long(table, argc, argv, index, values, err)
                                    : parse_short(table, argc, argv, index, values, err);
        if (result < 0)
            return -1;
    }
    return 0;
}

void opt_help(FILE *out, const struct opt *table)
{
    for (const struct opt *row = table; row->name; row++) {
        char left[80], letter[8] = "    ";
        if (!row->help)
            continue;
        if (row->letter)
            snprintf(letter, sizeof(letter), "-%c, ", row->letter);
        snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name, row->arg ? " " : "",
            row->arg ? row->arg : "");
        fprintf(out, "  %-30s %s\n", left, row->help);
    }
}

void opt_free(const struct opt *table, void *values)
{
    for (const struct opt *row = table; row->name; row++) {
        if (row->type != OPT_LIST)
            continue;
        struct opt_list *list = (void *)((char *)values + row->offset);
        free(list->items);
        *list = (struct opt_list){0};
    }
}
