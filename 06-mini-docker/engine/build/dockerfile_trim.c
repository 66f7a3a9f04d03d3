// SPDX-License-Identifier: MIT
/*
 * A pattern against a text, letter by letter of UTF-8, with all places of the pattern that can have
 * been reached so far: so the time is at most the product of the two lengths, whatever the stars.
 * The end of a value is its front, read backwards, and so is the pattern.
 */
#include "dockerfile_trim.h"

#include <stdlib.h>
#include <string.h>

enum { ANY = 0x110000, ONE, ODD = 0x200000 }; /* behind the last letter of Unicode */

struct letter {
    uint32_t code;
    size_t at; /* byte of the text */
};

struct letters {
    struct letter *list; /* and one more, of which `at` is the text's length */
    size_t count;
};

size_t dockerfile_letter(const char *text, uint32_t *ret)
{
    unsigned char first = (unsigned char)text[0];
    size_t length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

    *ret = length == 1 ? first : first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            length = 0;
        else
            *ret = *ret << 6 | ((unsigned char)text[i] & 0x3f);
    }
    if (length > 0 && *ret < ANY)
        return length;
    *ret = ODD | first;
    return 1;
}

/* The letters of a text, or of a pattern. */
static int read_letters(const char *text, bool pattern, struct letters *ret, struct err *err)
{
    size_t at = 0;

    ret->count = 0;
    ret->list = reallocarray(NULL, strlen(text) + 1, sizeof(*ret->list));
    if (!ret->list)
        return err_sys(err, "no memory for a pattern");
    while (text[at]) {
        struct letter *letter = &ret->list[ret->count++];
        letter->at = at;
        if (pattern && (text[at] == '*' || text[at] == '?')) {
            letter->code = text[at++] == '*' ? ANY : ONE;
            continue;
        }
        if (pattern && text[at] == '\\') {
            if (!text[++at] || !strchr("*?\\}/", text[at])) {
                err_set(err, ERR_USAGE, "invalid pattern (%.100s) in substitution: invalid escape",
                    text);
                return err_hint(err, "accepted: \\ in front of * ? \\ / and }");
            }
        }
        at += dockerfile_letter(text + at, &letter->code);
    }
    ret->list[ret->count].at = at;
    return 0;
}

static const struct letter *letter_at(const struct letters *letters, size_t i, bool backwards)
{
    return &letters->list[backwards ? letters->count - 1 - i : i];
}

/* How many letters fit from this one on, -1: it does not. `reached` has a place for each letter of
 * the pattern and one more. */
static ssize_t fit(const struct letters *text, size_t from, const struct letters *pattern,
    bool backwards, bool longest, bool *reached)
{
    size_t end = pattern->count;
    ssize_t found = -1;
    bool any = true;

    memset(reached, 0, end + 1);
    reached[0] = true;
    for (size_t i = from; any; i++) {
        for (size_t j = 0; j < end; j++) /* a star may also fit nothing */
            reached[j + 1] |= reached[j] && letter_at(pattern, j, backwards)->code == ANY;
        if (reached[end]) {
            found = (ssize_t)(i - from);
            if (!longest)
                break;
        }
        if (i >= text->count)
            break;
        uint32_t code = letter_at(text, i, backwards)->code;
        any = false;
        for (size_t j = end + 1; j-- > 0;) {
            uint32_t here = j < end ? letter_at(pattern, j, backwards)->code : 0;
            uint32_t before = j > 0 ? letter_at(pattern, j - 1, backwards)->code : ANY;
            reached[j] = (here == ANY && reached[j]) ||
                         (before != ANY && reached[j - 1] && (before == ONE || before == code));
            any |= reached[j];
        }
    }
    return found;
}

/* A value, a pattern, and room for fit(). */
struct fitting {
    struct letters text, pattern;
    bool *reached;
};

/* fitting_end also after an error. */
static int fitting_begin(
    struct fitting *ret, const char *value, const char *pattern, struct err *err)
{
    *ret = (struct fitting){0};
    if (read_letters(value, false, &ret->text, err) < 0 ||
        read_letters(pattern, true, &ret->pattern, err) < 0)
        return -1;
    ret->reached = calloc(ret->pattern.count + 1, sizeof(bool));
    return ret->reached ? 0 : err_sys(err, "no memory for a pattern");
}

static void fitting_end(struct fitting *fitting)
{
    free(fitting->text.list);
    free(fitting->pattern.list);
    free(fitting->reached);
}

int dockerfile_trim(
    FILE *out, const char *value, const char *pattern, bool front, bool longest, struct err *err)
{
    struct fitting fitting;
    int result = fitting_begin(&fitting, value, pattern, err);

    if (result == 0) {
        const struct letters *text = &fitting.text;
        ssize_t length = fit(text, 0, &fitting.pattern, !front, longest, fitting.reached);
        size_t cut = length < 0 ? 0 : (size_t)length;
        size_t begin = front ? text->list[cut].at : 0;
        size_t end = text->list[front ? text->count : text->count - cut].at;
        fwrite(value + begin, 1, end - begin, out);
    }
    fitting_end(&fitting);
    return result;
}

int dockerfile_replace(
    FILE *out, const char *value, const char *pattern, const char *put, bool all, struct err *err)
{
    struct fitting fitting;
    int result = fitting_begin(&fitting, value, pattern, err);
    const struct letters *text = &fitting.text;
    bool more = fitting.pattern.count > 0; /* nothing fits everywhere */

    for (size_t i = 0; result == 0 && i < text->count;) {
        ssize_t length = more ? fit(text, i, &fitting.pattern, false, true, fitting.reached) : -1;
        size_t next = i + (length > 0 ? (size_t)length : 1);
        if (length > 0)
            fputs(put, out);
        else
            fwrite(value + text->list[i].at, 1, text->list[next].at - text->list[i].at, out);
        /* where a star in front finds no end, it finds none later */
        if (more)
            more = length > 0 ? all : fitting.pattern.list[0].code != ANY;
        i = next;
    }
    fitting_end(&fitting);
    return result;
}
