// SPDX-License-Identifier: MIT
/* The functions of templates that make one text of another. */
#include "format_internal.h"

#include "cleanup.h"

#include <ctype.h>
#include <json-c/json_object.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int format_split(struct format_call *call, struct json_object **ret)
{
    const char *text = format_text_of(call, 0), *by = text ? format_text_of(call, 1) : NULL;

    if (!by)
        return -1;
    struct json_object *list = json_object_new_array();
    for (const char *end; *by && (end = strstr(text, by)); text = end + strlen(by))
        json_object_array_add(list, json_object_new_string_len(text, (int)(end - text)));
    json_object_array_add(list, json_object_new_string(text));
    return format_give(call, list, ret);
}

int format_join(struct format_call *call, struct json_object **ret)
{
    cleanup_free char *text = NULL;
    size_t length;
    const char *between = format_text_of(call, 1);

    if (!between)
        return -1;
    if (call->args[0] && !json_object_is_type(call->args[0], json_type_array))
        return format_refuse(call, "expected a list first, then what is put between");
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return format_refuse(call, "no memory");
    for (size_t i = 0; call->args[0] && i < json_object_array_length(call->args[0]); i++) {
        fputs(i ? between : "", out);
        format_print(out, json_object_array_get_idx(call->args[0], i), "<nil>");
    }
    fclose(out);
    return format_give(call, json_object_new_string(text), ret);
}

/* Of each letter; title: of the first of each word. Bytes above 127 stay as they are. */
static int change_case(
    struct format_call *call, int (*change)(int), bool words, struct json_object **ret)
{
    const char *text = format_text_of(call, 0);
    cleanup_free char *changed = text ? strdup(text) : NULL;

    if (!changed)
        return text ? format_refuse(call, "no memory") : -1;
    for (char *c = changed; *c; c++) {
        if (!words || c == changed || isspace((unsigned char)c[-1]))
            *c = (char)change((unsigned char)*c);
    }
    return format_give(call, json_object_new_string(changed), ret);
}

int format_lower(struct format_call *call, struct json_object **ret)
{
    return change_case(call, tolower, false, ret);
}

int format_upper(struct format_call *call, struct json_object **ret)
{
    return change_case(call, toupper, false, ret);
}

int format_title(struct format_call *call, struct json_object **ret)
{
    return change_case(call, toupper, true, ret);
}

/* pad TEXT BEFORE BEHIND: so many spaces; an empty text stays empty */
int format_pad(struct format_call *call, struct json_object **ret)
{
    const char *text = format_text_of(call, 0);
    cleanup_free char *padded = NULL;
    int64_t before, behind;

    if (!text || format_number_of(call, 1, &before) < 0 || format_number_of(call, 2, &behind) < 0)
        return -1;
    if (before < 0 || behind < 0 || before > 1000 || behind > 1000)
        return format_refuse(call, "0 to 1000 spaces");
    bool empty = text[0] == '\0';
    if (asprintf(&padded, "%*s%s%*s", empty ? 0 : (int)before, "", text, empty ? 0 : (int)behind,
            "") < 0)
        return format_refuse(call, "no memory");
    return format_give(call, json_object_new_string(padded), ret);
}

/* The first letters, whole ones: a byte 10xxxxxx goes on with the letter before it. */
int format_truncate(struct format_call *call, struct json_object **ret)
{
    const char *text = format_text_of(call, 0);
    int64_t most;

    if (!text || format_number_of(call, 1, &most) < 0)
        return -1;
    const char *end = text;
    for (; *end && (most > 0 || (*end & 0xc0) == 0x80); end++)
        most -= (*end & 0xc0) != 0x80;
    return format_give(call, json_object_new_string_len(text, (int)(end - text)), ret);
}
