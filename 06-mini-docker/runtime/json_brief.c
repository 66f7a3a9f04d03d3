// SPDX-License-Identifier: MIT
/*
 * Of a long text the few members that somebody wants. Nearly all the time of reading goes into
 * json-c's tree, and what is not in the text does not get into it.
 *
 * The text shrinks where it lies: what is kept moves towards its beginning. Nothing is judged here.
 * What must hold, for a text that is no JSON as well: never a step over its NUL, and `to` never
 * before `from`; whatever is wrong with what stays, json_parse sees.
 */
#include "json.h"

#include <string.h>

struct cut {
    const char *from; /* what has not been looked at begins here, */
    char *to;         /* and what is kept ends here */
};

static void keep(struct cut *cut, const char *end)
{
    size_t length = (size_t)(end - cut->from);

    memmove(cut->to, cut->from, length);
    cut->to += length;
    cut->from = end;
}

/* From a value to what ends it: the comma or the bracket behind it. */
static const char *pass_value(const char *at)
{
    const char *unused;
    int depth = 0;

    for (;;) {
        at += strcspn(at, "\"{}[],");
        if (*at == '"') {
            at = json_pass_string(at, &unused);
            continue;
        }
        if (*at == '\0' || (depth == 0 && *at != '{' && *at != '['))
            return at;
        depth += *at == '{' || *at == '[' ? 1 : *at == ',' ? 0 : -1;
        at++;
    }
}

/* The field of the member that begins with `key`, a string with its quotes; NULL: none is wanted.
 */
static const struct json_field *find(const struct json_field *field, const char *key)
{
    for (; field->kind; field++) {
        size_t length = field->brief ? strlen(field->name) : 0;
        if (length && strncmp(key + 1, field->name, length) == 0 && key[1 + length] == '"')
            return field;
    }
    return NULL;
}

/* An object, from behind its '{' to its '}'. */
static void keep_members(struct cut *cut, const struct json_field *fields)
{
    const char *unused;
    int kept = 0;

    while (*(cut->from += strspn(cut->from, " \t\r\n,")) == '"') {
        const struct json_field *field = find(fields, cut->from);
        const char *value = json_pass_string(cut->from, &unused);
        value += strspn(value, " \t\r\n:");
        if (!field) {
            cut->from = pass_value(value);
            continue;
        }
        if (kept++ > 0)
            *cut->to++ = ',';
        if (field->kind == JSON_OBJECT && *value == '{') {
            keep(cut, value + 1);
            keep_members(cut, field->table->fields);
            if (*cut->from == '}')
                keep(cut, cut->from + 1);
        }
        keep(cut, pass_value(cut->from));
    }
}

void json_brief(char *text, const struct json_table *table)
{
    struct cut cut = {.from = text + strcspn(text, "{"), .to = text};

    if (*cut.from)
        keep(&cut, cut.from + 1);
    keep_members(&cut, table->fields);
    keep(&cut, cut.from + strlen(cut.from) + 1);
}
