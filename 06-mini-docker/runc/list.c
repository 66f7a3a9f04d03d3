// SPDX-License-Identifier: MIT
/* list: the containers that are kept in the root directory, in order of their IDs. */
#include "commands.h"

#include "state_json.h"

#include <json-c/json_object.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct list_args {
    const char *format;
    bool quiet;
};

#define AT(field) offsetof(struct list_args, field)

static const struct opt OPTS[] = {
    {'f', "format", "FORMAT", "table or json", OPT_TEXT, AT(format)},
    {'q', "quiet", NULL, "only the IDs", OPT_FLAG, AT(quiet)},
    {0},
};

enum { COLUMNS = 6 };

static const char *const TITLES[COLUMNS] = {"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"};
/* The same as fields of the JSON. */
static const char *const KEYS[COLUMNS] = {"id", "pid", "status", "bundle", "created", "owner"};

/* state_each's visit: one object more. */
static int collect(const struct state *state, void *arg)
{
    json_object_array_add(arg, state_json(state));
    return 0;
}

static const char *cell(struct json_object *row, int column)
{
    return json_object_get_string(json_object_object_get(row, KEYS[column]));
}

static int by_id(const void *a, const void *b)
{
    return strcmp(
        cell(*(struct json_object *const *)a, 0), cell(*(struct json_object *const *)b, 0));
}

/* Columns as wide as their widest cell, with three spaces between, and at least 12, as runc has it.
 */
static void print_table(struct json_object *rows)
{
    size_t count = json_object_array_length(rows);
    int width[COLUMNS];

    for (int c = 0; c < COLUMNS; c++) {
        width[c] = 9;
        for (size_t i = 0; i < count; i++) {
            int length = (int)strlen(cell(json_object_array_get_idx(rows, i), c));
            width[c] = length > width[c] ? length : width[c];
        }
    }
    for (int c = 0; c < COLUMNS; c++)
        printf(
            "%-*s%s", c < COLUMNS - 1 ? width[c] + 3 : 0, TITLES[c], c < COLUMNS - 1 ? "" : "\n");
    for (size_t i = 0; i < count; i++) {
        for (int c = 0; c < COLUMNS; c++)
            printf("%-*s%s", c < COLUMNS - 1 ? width[c] + 3 : 0,
                cell(json_object_array_get_idx(rows, i), c), c < COLUMNS - 1 ? "" : "\n");
    }
}

static void print(struct json_object *rows, const struct list_args *options)
{
    if (options->quiet) {
        for (size_t i = 0; i < json_object_array_length(rows); i++)
            puts(cell(json_object_array_get_idx(rows, i), 0));
    } else if (options->format && strcmp(options->format, "json") == 0) {
        puts(json_object_to_json_string_ext(
            rows, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    } else {
        print_table(rows);
    }
}

static int list_run(void *args, int argc, char **argv, struct err *err)
{
    const struct list_args *options = args;
    char root[PATH_MAX];

    (void)argc;
    (void)argv;
    if (globals_format(options->format, err) < 0 || globals_root(root, err) < 0)
        return -1;
    struct json_object *rows = json_object_new_array();
    int result = state_each(root, collect, rows, err);
    if (result == 0) {
        json_object_array_sort(rows, by_id);
        print(rows, options);
    }
    json_object_put(rows);
    return result;
}

const struct command list_command = {
    .name = "list",
    .summary = "The containers there are",
    .mixed = true,
    .opts = OPTS,
    .args_size = sizeof(struct list_args),
    .run = list_run,
};
