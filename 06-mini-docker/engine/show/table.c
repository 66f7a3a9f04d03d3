// SPDX-License-Identifier: MIT
/*
 * Rows as they come, each through the same template; the headings go through it too, as a row of
 * their own. What is to be in columns is kept until the end, since a column is as wide as its
 * widest cell; everything else is printed at once.
 */
#include "table.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BETWEEN = 3, COLUMNS_MOST = 64 };

/* The person types \t and \n in quotes, as two letters each. */
static char *unescape(const char *format)
{
    char *text = strdup(format), *to = text;

    for (const char *from = text; from && *from; from++) {
        bool escape = from[0] == '\\' && (from[1] == 't' || from[1] == 'n');
        *to++ = !escape ? *from : from[1] == 't' ? '\t' : '\n';
        from += escape;
    }
    if (text)
        *to = '\0';
    return text;
}

static int add_headings(struct table_out *out, struct err *err)
{
    struct format_data data = {.dot = json_object_new_object(), .heading = true};

    for (const struct table_column *column = out->table->columns; column->key; column++)
        json_object_object_add(data.dot, column->key, json_object_new_string(column->heading));
    int result = format_run(out->format, &data, out->file, err);
    fputc('\n', out->file);
    json_object_put(data.dot);
    return result;
}

int table_begin(struct table_out *ret, const struct table *table, const char *format, bool quiet,
    struct err *err)
{
    bool given = format && strcmp(format, "table") != 0;

    *ret = (struct table_out){.table = table, .file = stdout};
    if (given && strcmp(format, "json") == 0)
        return 0;
    ret->headings = !given || strncmp(format, "table", 5) == 0;
    const char *wanted = !given ? table->normal : ret->headings ? format + 5 : format;
    wanted += ret->headings ? strspn(wanted, " ") : 0;
    if (quiet && !given) {
        ret->headings = false;
        wanted = table->quiet;
    }
    cleanup_free char *text = unescape(wanted);
    if (!text)
        return err_sys(err, "no memory for a template");
    if (format_parse(text, &ret->format, err) < 0)
        return -1;
    if (!ret->headings)
        return 0;
    ret->file = open_memstream(&ret->text, &ret->length);
    if (!ret->file)
        return err_sys(err, "no memory for a table");
    return add_headings(ret, err);
}

/* Go writes <, > and & of a text as numbers, so that JSON can stand in HTML. */
static void print_json(struct json_object *row)
{
    const char *text = json_object_to_json_string_ext(
        row, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

    for (; *text; text++) {
        if (strchr("<>&", *text))
            printf("\\u%04x", (unsigned char)*text);
        else
            putchar(*text);
    }
    putchar('\n');
}

int table_row(
    struct table_out *out, struct json_object *row, struct json_object *labels, struct err *err)
{
    const struct format_data data = {.dot = row, .labels = labels};

    if (!out->format) {
        print_json(row);
        return 0;
    }
    if (format_run(out->format, &data, out->file, err) < 0)
        return -1;
    fputc('\n', out->file);
    return 0;
}

int table_end(struct table_out *out, struct err *err)
{
    int result = 0;

    if (out->file && out->file != stdout) {
        bool good = fclose(out->file) == 0;
        /* images come from strangers, and so does what is told of them */
        cleanup_free char *shown = good ? malloc(4 * out->length + 1) : NULL;
        if (shown)
            table_layout(stdout, err_harmless(out->text, shown), TABLE_LEAST);
        else
            result = err_sys(err, "no memory for a table");
    }
    free(out->text);
    format_free(out->format);
    *out = (struct table_out){0};
    return result;
}

bool table_needs(const struct table_out *out, const char *key)
{
    return !out->format || format_names(out->format, key);
}

/* Letters, not bytes: those that begin with 10 in binary go on with a letter. */
static size_t letters(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += (text[i] & 0xc0) != 0x80;
    return count;
}

static void measure_cells(const char *text, size_t width[COLUMNS_MOST])
{
    int column = 0;

    for (const char *cell = text; *cell;) {
        size_t length = strcspn(cell, "\t\n");
        size_t room = letters(cell, length) + CELL_BETWEEN;
        if (cell[length] == '\t' && column < COLUMNS_MOST) {
            if (room > width[column])
                width[column] = room;
            column++;
        } else if (cell[length] == '\n') {
            column = 0;
        }
        cell += length + (cell[length] ? 1 : 0);
    }
}

void table_layout(FILE *out, const char *text, size_t least)
{
    size_t width[COLUMNS_MOST];
    int column = 0;

    for (int i = 0; i < COLUMNS_MOST; i++)
        width[i] = least;
    measure_cells(text, width);
    for (const char *cell = text; *cell;) {
        size_t length = strcspn(cell, "\t\n");
        fwrite(cell, 1, length, out);
        if (cell[length] == '\t') {
            size_t used = letters(cell, length);
            size_t room = column < COLUMNS_MOST ? width[column++] : used + 1;
            fprintf(out, "%*s", (int)(room - used), "");
        } else if (cell[length] == '\n') {
            fputc('\n', out);
            column = 0;
        }
        cell += length + (cell[length] ? 1 : 0);
    }
}
