// SPDX-License-Identifier: MIT
/*
 * A string of JSON from bytes that came from a command line or an image, which may be anything. A
 * JSON text is UTF-8 and nothing else (RFC 8259, section 8.1), and our own reader refuses every
 * other; so what is no character becomes the one that stands for that, U+FFFD.
 */
#include "json_write.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes of UTF-8 (RFC 3629) the text begins with as one character; 0: it is none. */
static size_t character(const unsigned char *text)
{
    size_t length = text[0] < 0x80   ? 1
                    : text[0] < 0xc2 ? 0
                    : text[0] < 0xe0 ? 2
                    : text[0] < 0xf0 ? 3
                    : text[0] < 0xf5 ? 4
                                     : 0;

    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    /* written longer than need be, half of a UTF-16 pair, or above U+10FFFF */
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
        return 0;
    return length;
}

struct json_object *json_write_string(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t wrong = 0, length;

    for (const unsigned char *c = at; *c; c += length ? length : 1) {
        length = character(c);
        wrong += length == 0;
    }
    if (wrong == 0)
        return json_object_new_string(text);
    char *repaired = malloc(strlen(text) + 2 * wrong + 1), *to = repaired;
    if (!repaired)
        return NULL;
    for (; *at; at += length ? length : 1) {
        length = character(at);
        to = length ? mempcpy(to, at, length) : mempcpy(to, "\xef\xbf\xbd", 3);
    }
    *to = '\0';
    struct json_object *string = json_object_new_string(repaired);
    free(repaired);
    return string;
}

void json_add_string(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_write_string(text ? text : ""));
}
