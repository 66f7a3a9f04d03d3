// SPDX-License-Identifier: MIT
/*
 * printf and the comparisons of templates. printf's verbs are Go's (package fmt): each is handed to
 * C's printf with its flags and width, once the value is found to be of the verb's kind.
 */
#include "format_internal.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <json-c/json_util.h>
#include <stdlib.h>
#include <string.h>

/* Go marks what does not fit instead of failing: %!d(string=abc) */
static void mismatch(FILE *out, char verb, struct json_object *value)
{
    fprintf(out, "%%!%c(%s=", verb, json_type_to_name(json_object_get_type(value)));
    format_print(out, value, "<nil>");
    fputc(')', out);
}

/* %s, %v and %q, which take all kinds of value */
static void print_text(FILE *out, const char *flags, char verb, struct json_object *value)
{
    cleanup_free char *text = NULL;
    size_t length;
    char spec[40];
    FILE *memory = open_memstream(&text, &length);

    if (!memory)
        return;
    if (verb == 'q' && json_object_is_type(value, json_type_string))
        fputs(json_object_to_json_string_ext(
                  value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
            memory);
    else
        format_print(memory, value, "<nil>");
    fclose(memory);
    snprintf(spec, sizeof(spec), "%%%ss", flags);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fprintf(out, spec, text);
}

static void print_number(FILE *out, const char *flags, char verb, struct json_object *value)
{
    bool real = strchr("feg", verb) != NULL;
    char spec[40];

    if (real ? !json_object_is_type(value, json_type_double)
             : !json_object_is_type(value, json_type_int)) {
        mismatch(out, verb, value);
        return;
    }
    snprintf(spec, sizeof(spec), "%%%s%s%c", flags, real ? "" : "ll", verb);
    if (real)
        fprintf(out, spec, json_object_get_double(value));
    else
        fprintf(out, spec, (long long)json_object_get_int64(value));
#pragma GCC diagnostic pop
}

static void print_verb(FILE *out, const char *flags, char verb, struct json_object *value)
{
    if (strchr("svq", verb))
        print_text(out, flags, verb, value);
    else if (verb == 't' && json_object_is_type(value, json_type_boolean))
        fputs(json_object_get_boolean(value) ? "true" : "false", out);
    else if (strchr("dxXofeg", verb))
        print_number(out, flags, verb, value);
    else
        mismatch(out, verb, value);
}

char *format_printf(struct format_call *call)
{
    char *text = NULL;
    size_t length;
    int next = 1;
    FILE *out = open_memstream(&text, &length);

    if (!out) {
        format_refuse(call, "no memory");
        return NULL;
    }
    for (const char *c = format_text_of(call, 0); *c; c++) {
        char flags[20];
        size_t n = strspn(c + 1, "-+ #0123456789.");
        if (*c != '%') {
            fputc(*c, out);
            continue;
        }
        /* a width of four digits is enough for a terminal, and keeps the text small */
        if (n > 8) {
            fclose(out);
            free(text);
            format_refuse(call, "a width has 4 digits at most");
            return NULL;
        }
        snprintf(flags, sizeof(flags), "%.*s", (int)n, c + 1);
        c += n + 1;
        if (*c == '%')
            fputc('%', out);
        else if (!*c)
            fputs("%!(NOVERB)", out);
        else if (next < call->count)
            print_verb(out, flags, *c, call->args[next++]);
        else
            fprintf(out, "%%!%c(MISSING)", *c);
        if (!*c)
            break;
    }
    fclose(out);
    return text;
}

/* -1, 0, 1 as a is less than, equal to, greater than b; false: they cannot be compared. */
static bool order(struct json_object *a, struct json_object *b, int *ret)
{
    enum json_type type = json_object_get_type(a), other = json_object_get_type(b);
    bool numbers = (type == json_type_int || type == json_type_double) &&
                   (other == json_type_int || other == json_type_double);

    if (!numbers && type != other)
        return false;
    if (type == json_type_string) {
        int found = strcmp(json_object_get_string(a), json_object_get_string(b));
        *ret = (found > 0) - (found < 0);
        return true;
    }
    if (!numbers && type != json_type_boolean)
        return type == json_type_null ? (*ret = 0, true) : false;
    double x = json_object_get_double(a), y = json_object_get_double(b);
    *ret = (x > y) - (x < y);
    return true;
}

/* The word is the call's name; eq takes more than two, and is true when one equals the first. */
int format_compare(struct format_call *call, struct json_object **ret)
{
    const char *name = call->name;
    bool truth = false;

    for (int i = 1; i < call->count && !truth; i++) {
        int found;
        if (!order(call->args[0], call->args[i], &found)) {
            /* what is there never equals nothing */
            if ((name[0] == 'e' || name[0] == 'n') && (!call->args[0] || !call->args[i]))
                found = 1;
            else
                return format_refuse(call, "incompatible types for comparison");
        }
        truth = strcmp(name, "eq") == 0   ? found == 0
                : strcmp(name, "ne") == 0 ? found != 0
                : strcmp(name, "lt") == 0 ? found < 0
                : strcmp(name, "le") == 0 ? found <= 0
                : strcmp(name, "gt") == 0 ? found > 0
                                          : found >= 0;
    }
    *ret = format_keep(call->pool, json_object_new_boolean(truth));
    return 0;
}
