// SPDX-License-Identifier: MIT
/*
 * From a text to json-c's tree, with the limits that a text from a stranger needs.
 *
 * json-c ends a key at a NUL, so "args\u0000x" would become "args" here and be an unknown word for
 * whoever looked at the file before: both ways to write a NUL are refused for the whole text. And
 * three bytes, "{},", become almost a kilobyte of tree; so what opens an object or a list is
 * counted first.
 */
#include "json.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS = 64, OPENED_MOST = 100000 };

/* Structs that belong to one tree, in pieces of memory that are freed together. */
struct json_chunk {
    struct json_chunk *next;
    size_t used, room;
    _Alignas(max_align_t) char bytes[];
};

enum { CHUNK = 16384 };

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

/* Where a NUL is written, as a byte or as \u0000 (after an even number of backslashes), or NULL. */
static const char *find_nul(const char *text, size_t length)
{
    const char *found = memchr(text, '\0', length);

    for (const char *at = text; !found && (at = strstr(at, "\\u0000")); at++) {
        const char *first = at;
        while (first > text && first[-1] == '\\')
            first--;
        found = (at - first) % 2 == 0 ? at : NULL;
    }
    return found;
}

static bool opens_too_many(const char *text)
{
    size_t opened = 0;

    for (const char *at = text; (at = strpbrk(at, "{[")); at++) {
        if (++opened > OPENED_MOST)
            return true;
    }
    return false;
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
    const char *nul = find_nul(text, length);

    if (nul)
        return fail_at(file, text, (size_t)(nul - text), "a NUL character", err);
    if (opens_too_many(text))
        return err_set(err, ERR_USAGE, "%s: more than %d objects and lists", file, OPENED_MOST);
    struct json_tokener *tokener = json_tokener_new_ex(LEVELS);
    if (!tokener)
        return err_sys(err, "cannot read %s", file);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* the NUL is given to it too: it is how it sees the end */
    ret->tree = json_tokener_parse_ex(tokener, text, (int)length + 1);
    int result = json_tokener_get_error(tokener) == json_tokener_success
                     ? 0
                     : explain(tokener, file, text, length, err);
    json_tokener_free(tokener);
    return result;
}
