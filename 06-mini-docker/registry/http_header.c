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

static void take_type(struct http_answer *answer, const char *value)
{
    http_keep(answer->type, sizeof(answer->type), value, strcspn(value, "; "));
    for (char *at = answer->type; *at; at++)
        *at = (char)tolower((unsigned char)*at);
}

static void take_digest(struct http_answer *answer, const char *value)
{
    struct err ignored;

    if (digest_check("header", value, &ignored) == 0)
        strcpy(answer->digest, value);
}

static void take_location(struct http_answer *answer, const char *value)
{
    strcpy(answer->location, value);
}

static void take_link(struct http_answer *answer, const char *value)
{
    strcpy(answer->link, value);
}

static void take_challenge(struct http_answer *answer, const char *value)
{
    if (!answer->challenge[0] || strncasecmp(value, "bearer ", 7) == 0)
        http_keep(answer->challenge, sizeof(answer->challenge), value, strlen(value));
}

static void take_range(struct http_answer *answer, const char *value)
{
    answer->range_from = strncasecmp(value, "bytes ", 6) == 0 ? strtoull(value + 6, NULL, 10) : 0;
}

static void take_retry(struct http_answer *answer, const char *value)
{
    answer->retry_after_sec = strtol(value, NULL, 10);
}

/* A value has less than HTTP_URL bytes, none of them a control character; else it is "". */
static const struct {
    const char *name;
    void (*take)(struct http_answer *answer, const char *value);
} HEADERS[] = {
    {"content-type", take_type},
    {"docker-content-digest", take_digest},
    {"location", take_location},
    {"link", take_link},
    {"www-authenticate", take_challenge},
    {"content-range", take_range},
    {"retry-after", take_retry},
};

static void keep_header(
    struct http_answer *answer, const char *name, size_t name_length, const char *value, size_t n)
{
    char text[HTTP_URL];

    for (size_t i = 0; i < sizeof(HEADERS) / sizeof(HEADERS[0]); i++) {
        if (strlen(HEADERS[i].name) != name_length ||
            strncasecmp(HEADERS[i].name, name, name_length) != 0)
            continue;
        http_keep(text, sizeof(text), value, n);
        HEADERS[i].take(answer, text);
    }
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
