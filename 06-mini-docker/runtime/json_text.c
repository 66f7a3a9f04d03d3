// SPDX-License-Identifier: MIT
/*
 * From a text to json-c's tree, with the limits that a text from a stranger needs. json-c would
 * take some texts for others than they are, so the text is looked through once before:
 *
 *     "args\u0000x"            becomes the key "args", unknown to whoever checked the file before
 *     99999999999999999999     becomes the largest number there is, mostly "no limit"
 *     {},{},{},                three bytes each become almost a kilobyte of tree
 */
#include "json.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 64, OPENED_MOST = 100000 };

/* Structs that belong to one tree, in pieces of memory that are freed together. */
struct json_chunk {
    struct json_chunk *next;
    size_t used, room;
    _Alignas(max_align_t) char bytes[];
};

/* As much as malloc keeps at hand (tcache: up to 1032 bytes). With AddressSanitizer each struct has
 * a piece to itself, so that a step past its end is seen. */
#if defined(__SANITIZE_ADDRESS__)
enum { CHUNK = 0 };
#elif defined(__has_feature)
enum { CHUNK = __has_feature(address_sanitizer) ? 0 : 1000 };
#else
enum { CHUNK = 1000 };
#endif

void *json_alloc(struct json_reader *reader, size_t count, size_t size)
{
    size_t align = _Alignof(max_align_t), bytes;
    struct json_chunk *chunk = reader->memory->chunks;

    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        bytes = SIZE_MAX / 2; /* calloc will refuse it */
    bytes = (bytes + align - 1) / align * align;
    if (!chunk || chunk->room - chunk->used < bytes) {
        size_t room = bytes > CHUNK ? bytes : CHUNK;
        chunk = calloc(1, sizeof(*chunk) + room);
        if (!chunk) {
            err_sys(reader->err, "cannot read %s", reader->file);
            return NULL;
        }
        chunk->room = room;
        chunk->next = reader->memory->chunks;
        reader->memory->chunks = chunk;
    }
    chunk->used += bytes;
    return chunk->bytes + chunk->used - bytes;
}

char *json_print(struct json_reader *reader, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    size_t room = (size_t)vsnprintf(NULL, 0, fmt, ap) + 1;
    char *text = json_alloc(reader, room, 1);
    if (text)
        vsnprintf(text, room, fmt, again);
    va_end(again);
    va_end(ap);
    return text;
}

void json_memory_free(struct json_memory *memory)
{
    json_object_put(memory->tree);
    for (struct json_chunk *chunk = memory->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    *memory = (struct json_memory){0};
}

/* An error at a byte of the text, told as line and column, both from 1 on. */
static int fail_at(
    const char *file, const char *text, size_t offset, const char *why, struct err *err)
{
    size_t line = 1, start = 0;

    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    return err_set(
        err, ERR_USAGE, "%s: line %zu, column %zu: %s", file, line, offset - start + 1, why);
}

const char *json_pass_string(const char *at, const char **ret_why)
{
    for (at++; *(at += strcspn(at, "\"\\")) == '\\'; at += at[1] ? 2 : 1) {
        if (strncmp(at, "\\u0000", 6) == 0) {
            *ret_why = "a NUL character";
            return at;
        }
    }
    return *at ? at + 1 : at;
}

/* Past the number that begins at `at`, unless it is a whole one that 64 bits do not hold. */
static const char *pass_number(const char *at, const char **ret_why)
{
    const char *most = *at == '-' ? "9223372036854775808" : "18446744073709551615";
    const char *digits = at + (*at == '-');
    size_t length = strspn(digits, "0123456789"), room = strlen(most);

    bool whole = !digits[length] || !strchr(".eE", digits[length]);

    if (whole && (length > room || (length == room && strncmp(digits, most, room) > 0)))
        *ret_why = "a number that is too large";
    return *ret_why ? at : at + strspn(at, "+-.eE0123456789");
}

/* The first place that json-c would not see as a mistake, and why it is one; else NULL. */
static const char *find_mistake(const char *text, size_t length, const char **ret_why)
{
    const char *at = text;
    int opened = 0;

    *ret_why = NULL;
    while (*(at += strcspn(at, "\"{[-0123456789"))) {
        if (*at == '"')
            at = json_pass_string(at, ret_why);
        else if (*at != '{' && *at != '[')
            at = pass_number(at, ret_why);
        else if (++opened > OPENED_MOST)
            *ret_why = "too many objects and lists";
        else
            at++;
        if (*ret_why)
            return at;
    }
    if (at < text + length)
        *ret_why = "a NUL character";
    return *ret_why ? at : NULL;
}

/* json-c's word for what it met, and what mostly leads to it. */
static int explain(struct json_tokener *tokener, const char *file, const char *text, size_t length,
    struct err *err)
{
    enum json_tokener_error error = json_tokener_get_error(tokener);
    size_t at = json_tokener_get_parse_end(tokener);

    fail_at(file, text, at < length ? at : length, json_tokener_error_desc(error), err);
    if (error == json_tokener_error_parse_eof)
        return err_hint(err, length ? "the file ends too early -> was it written to its end?"
                                    : "the file is empty -> write a config into it");
    if (error == json_tokener_error_depth)
        return err_hint(err, "accepted: %d levels", LEVELS);
    return -1;
}

int json_parse(
    const char *file, const char *text, size_t length, struct json_memory *ret, struct err *err)
{
    static struct json_tokener *tokener; /* kept: to make one takes as long as a short text */
    const char *why, *mistake = find_mistake(text, length, &why);

    if (mistake)
        return fail_at(file, text, (size_t)(mistake - text), why, err);
    if (!tokener)
        tokener = json_tokener_new_ex(LEVELS);
    if (!tokener)
        return err_sys(err, "cannot read %s", file);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* the NUL is given to it too: it is how it sees the end */
    ret->tree = json_tokener_parse_ex(tokener, text, (int)length + 1);
    int result = json_tokener_get_error(tokener) == json_tokener_success
                     ? 0
                     : explain(tokener, file, text, length, err);
    json_tokener_reset(tokener); /* half a tree, after a mistake */
    return result;
}
