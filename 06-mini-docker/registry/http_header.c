// SPDX-License-Identifier: MIT
/* What the headers of an answer say. A value is copied only where there is room for it and it holds
 * no control characters, since parts of it are shown, and sent again. */
#include "http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEADERS_MOST = 1 << 18 };

/* Copy what fits, where it is whole and can be printed. */
void http_keep(char *ret, size_t size, const char *value, size_t length)
{
    ret[0] = '\0';
    if (length >= size)
        return;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)value[i] < ' ' || value[i] == 127)
            return;
    }
    memcpy(ret, value, length);
    ret[length] = '\0';
}

static void keep_header(
    struct http_answer *answer, const char *name, size_t name_length, const char *value, size_t n)
{
    char text[128];
    struct err ignored;

#define IS(word) (name_length == sizeof(word) - 1 && strncasecmp(name, word, name_length) == 0)
    if (IS("content-type")) {
        size_t type = 0;
        while (type < n && !strchr("; ", value[type]))
            type++;
        http_keep(answer->type, sizeof(answer->type), value, type);
        for (char *at = answer->type; *at; at++)
            *at = (char)tolower((unsigned char)*at);
    } else if (IS("docker-content-digest")) {
        http_keep(text, sizeof(text), value, n);
        if (digest_check("header", text, &ignored) == 0)
            strcpy(answer->digest, text);
    } else if (IS("location")) {
        http_keep(answer->location, sizeof(answer->location), value, n);
    } else if (IS("link")) {
        http_keep(answer->link, sizeof(answer->link), value, n);
    } else if (IS("www-authenticate")) {
        if (!answer->challenge[0] || strncasecmp(value, "bearer ", n < 7 ? n : 7) == 0)
            http_keep(answer->challenge, sizeof(answer->challenge), value, n);
    } else if (IS("content-range")) {
        http_keep(text, sizeof(text), value, n);
        answer->range_from = strncasecmp(text, "bytes ", 6) == 0 ? strtoull(text + 6, NULL, 10) : 0;
    } else if (IS("retry-after")) {
        http_keep(text, sizeof(text), value, n);
        answer->retry_after_sec = strtol(text, NULL, 10);
    }
#undef IS
}

/* The headers of each hop come; the last one's count. */
size_t http_take_header(char *line, size_t size, size_t count, void *arg)
{
    struct http_answer *answer = arg;
    size_t length = size * count, name = 0;

    answer->header_bytes += length;
    if (answer->header_bytes > HEADERS_MOST) {
        err_refuse(answer->err, 0, "%s: its headers have more than %d KiB", answer->request->url,
            HEADERS_MOST >> 10);
        err_hint(answer->err, "no registry says so much here -> it is broken, or means ill");
        answer->failed = true;
        return 0;
    }
    if (length > 5 && memcmp(line, "HTTP/", 5) == 0) {
        answer->type[0] = answer->digest[0] = answer->location[0] = answer->link[0] = '\0';
        answer->challenge[0] = '\0';
        answer->range_from = 0;
        answer->retry_after_sec = 0;
        return length;
    }
    while (name < length && line[name] != ':')
        name++;
    size_t from = name + 1, to = length;
    while (from < to && strchr(" \t", line[from]))
        from++;
    while (to > from && strchr(" \t\r\n", line[to - 1]))
        to--;
    if (from < to)
        keep_header(answer, line, name, line + from, to - from);
    return length;
}
