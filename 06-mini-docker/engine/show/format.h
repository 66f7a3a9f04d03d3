/* SPDX-License-Identifier: MIT */
/*
 * format: the templates of --format, in the language of Go's text/template, as far as Docker's
 * documentation has its users write it:
 *
 *     {{.Name}} {{.State.Pid}}   fields       {{json .}} {{len .Mounts}} {{upper .Name}} functions
 *     {{.Name | printf "%-10s"}} pipes        {{$x := .Name}}{{$x}} variables
 *     {{if .A}}…{{else if .B}}…{{else}}…{{end}}    {{range $i, $e := .Mounts}}…{{else}}…{{end}}
 *     {{with .A}}…{{end}}   {{break}} {{continue}}   {{- … -}} takes the space around away
 *     and or not  eq ne lt le gt ge  index slice len  print printf println
 *     json split join title lower upper pad truncate
 *
 * What a template looks at is a tree of JSON, the same that is printed without --format. A field is
 * found by its exact name, or else without regard to case, so that the names of Docker's structs
 * (.ID) and of its JSON (.Id) both work.
 */
#ifndef ENGINE_FORMAT_H
#define ENGINE_FORMAT_H

#include "err.h"

#include <stdbool.h>
#include <stdio.h>

struct format;

/* What a template is run on. */
struct format_data {
    struct json_object *dot;    /* {{.}} */
    struct json_object *labels; /* {{.Label "KEY"}}: an object of strings, or NULL */
    bool heading; /* dot holds the headings of a table: a function gives its text back as it is */
};

/*
 * Read a template; the text is copied. The caller gives *ret back with format_free. Errors:
 * ERR_USAGE in Docker's words, with line and column, and what is accepted there.
 */
int format_parse(const char *text, struct format **ret, struct err *err);

/* Write it out for one tree. Errors: ERR_USAGE, a field that is not there, a value of the wrong
 * kind, with line and column; what was written before it stays written. */
int format_run(
    const struct format *format, const struct format_data *data, FILE *out, struct err *err);

/* True when the template looks at this field of the first dot, or at the whole of it. It may also
 * say so when it does not. */
bool format_names(const struct format *format, const char *key);

/* Write an object's keys and values in the order of the keys: "a=1,b=2". */
void format_print_pairs(
    FILE *out, struct json_object *object, const char *equals, const char *between);

/* Safe on NULL. */
void format_free(struct format *format);

#endif
