// SPDX-License-Identifier: MIT
/*
 * A word of a Dockerfile as its instruction gets it: variables are replaced, then quotes and
 * escapes are gone. It is a shell's way, but no shell: what a value holds is never looked at again,
 * and never becomes two words.
 *
 * What must hold: the text is a stranger's, so what is inside each other has an end (DEEP), and so
 * has what comes out: ENV A=$A$A, thirty times, would be more than there is memory.
 */
#include "dockerfile_words.h"

#include "dockerfile_trim.h"

#include "cleanup.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEEP = 32, LONGEST = 1 << 20 };

struct expansion {
    const struct dockerfile_scope *scope;
    const char *whole, *at;
    bool raw_escapes; /* in a pattern: they belong to it */
    int depth;
    size_t made;
    struct err *err;
};

static int wrong(struct expansion *expansion, const char *why, const char *hint)
{
    err_set(expansion->err, ERR_USAGE, "failed to process \"%.100s\": %s", expansion->whole, why);
    return err_hint(expansion->err, "%s", hint);
}

static int expand_until(struct expansion *expansion, char stop, FILE *out);

/* What stands up to `stop`, in memory of its own. NULL: an error. */
static char *take_until(struct expansion *expansion, char stop, bool raw_escapes)
{
    bool before = expansion->raw_escapes;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    int result;

    if (!out) {
        err_sys(expansion->err, "no memory for a word");
        return NULL;
    }
    expansion->raw_escapes = raw_escapes;
    result = expand_until(expansion, stop, out);
    expansion->raw_escapes = before;
    if (fclose(out) != 0 && result == 0)
        result = err_sys(expansion->err, "no memory for a word");
    if (result == 0)
        return text;
    free(text);
    return NULL;
}

/* A name, all digits, or one of the letters that a shell has names for. The caller frees it. */
static char *take_name(struct expansion *expansion)
{
    const char *name = expansion->at;

    if (isdigit((unsigned char)*name))
        expansion->at += strspn(name, "0123456789");
    else if (*name && strchr("@*#?-$!", *name))
        expansion->at++;
    else
        while (isalnum((unsigned char)*expansion->at) || *expansion->at == '_')
            expansion->at++;
    return strndup(name, (size_t)(expansion->at - name));
}

static int put(struct expansion *expansion, const char *text, FILE *out)
{
    expansion->made += strlen(text);
    if (expansion->made > LONGEST)
        return wrong(expansion, "it becomes too long", "a value can have a mebibyte -> shorten it");
    fputs(text, out);
    return 0;
}

static const char *value_of(const struct expansion *expansion, const char *name)
{
    return expansion->scope->value(name, expansion->scope->arg);
}

/* ${NAME-word} ${NAME+word} ${NAME?word}; with a colon, one that is empty is as one that is not. */
static int choose(struct expansion *expansion, const char *name, char sign, bool colon, FILE *out)
{
    cleanup_free char *word = take_until(expansion, '}', false);
    const char *value;
    bool set;

    if (!word)
        return -1;
    value = value_of(expansion, name);
    set = value && !(colon && !value[0]);
    if (sign == '+')
        return set ? put(expansion, word, out) : 0;
    if (set)
        return put(expansion, value, out);
    if (sign == '-')
        return put(expansion, word, out);
    err_set(expansion->err, ERR_USAGE, "%.80s: %.200s", name,
        word[0] ? word
        : value ? "is not allowed to be empty"
                : "is not allowed to be unset");
    return err_hint(expansion->err, "give it a value: ARG %.80s=VALUE, or --build-arg", name);
}

/* ${NAME#pattern} ${NAME##pattern} ${NAME%pattern} ${NAME%%pattern} */
static int trim(struct expansion *expansion, const char *name, char sign, FILE *out)
{
    bool twice = *expansion->at == sign;
    cleanup_free char *pattern = NULL;
    const char *value;

    expansion->at += twice;
    pattern = take_until(expansion, '}', true);
    if (!pattern)
        return -1;
    value = value_of(expansion, name);
    return value ? dockerfile_trim(out, value, pattern, sign == '#', twice, expansion->err) : 0;
}

/* ${NAME/pattern/new} ${NAME//pattern/new} */
static int replace(struct expansion *expansion, const char *name, FILE *out)
{
    bool all = *expansion->at == '/';
    cleanup_free char *pattern = NULL, *with = NULL, *text = NULL;
    const char *value;
    size_t length;

    expansion->at += all;
    pattern = take_until(expansion, '/', true);
    with = pattern ? take_until(expansion, '}', true) : NULL;
    value = with ? value_of(expansion, name) : NULL;
    if (!value)
        return with ? 0 : -1;
    /* each letter may become a text */
    if (strlen(value) * (strlen(with) + 1) > 16 * LONGEST)
        return wrong(expansion, "it becomes too long", "a value can have a mebibyte -> shorten it");
    FILE *made = open_memstream(&text, &length);
    if (!made)
        return err_sys(expansion->err, "no memory for a word");
    int result = dockerfile_replace(made, value, pattern, with, all, expansion->err);
    if (fclose(made) != 0 && result == 0)
        result = err_sys(expansion->err, "no memory for a word");
    return result < 0 ? -1 : put(expansion, text, out);
}

/* Behind "${". */
static int expand_braces(struct expansion *expansion, FILE *out)
{
    static const char accepted[] = "accepted: ${NAME}, and - + ? :- :+ :? # ## % %% / // behind "
                                   "the name; a $ that means itself is \\$ or '$'";
    cleanup_free char *name = take_name(expansion);
    char sign = *expansion->at;
    bool colon = sign == ':';
    const char *value;

    if (!name)
        return err_sys(expansion->err, "no memory for a word");
    expansion->at += sign != '\0';
    if (sign == '}' && name[0]) {
        value = value_of(expansion, name);
        return value ? put(expansion, value, out) : 0;
    }
    if (colon && *expansion->at)
        sign = *expansion->at++;
    if (!sign || (colon && sign == ':'))
        return wrong(expansion, "syntax error: missing '}'", accepted);
    if (!name[0])
        return wrong(expansion, "syntax error: bad substitution", accepted);
    if (strchr("-+?", sign))
        return choose(expansion, name, sign, colon, out);
    if (!colon && (sign == '#' || sign == '%'))
        return trim(expansion, name, sign, out);
    if (!colon && sign == '/')
        return replace(expansion, name, out);
    return wrong(expansion, "unsupported modifier in substitution", accepted);
}

static int expand_dollar(struct expansion *expansion, FILE *out)
{
    const char *value;
    int result;

    if (*++expansion->at == '{') {
        if (++expansion->depth > DEEP)
            return wrong(expansion, "${ in ${ in ${ …", "no more than 32 can be in each other");
        expansion->at++;
        result = expand_braces(expansion, out);
        expansion->depth--;
        return result;
    }
    cleanup_free char *name = take_name(expansion);
    if (!name)
        return err_sys(expansion->err, "no memory for a word");
    value = name[0] ? value_of(expansion, name) : "$";
    return value ? put(expansion, value, out) : 0;
}

static int take_single(struct expansion *expansion, FILE *out)
{
    const char *end = strchr(expansion->at + 1, '\'');

    if (!end)
        return wrong(expansion,
            "unexpected end of statement while looking for matching single-quote",
            "close the quote, or escape it");
    fwrite(expansion->at + 1, 1, (size_t)(end - expansion->at - 1), out);
    expansion->at = end + 1;
    return 0;
}

/* In double quotes an escape is one only in front of " $ and itself. */
static int take_double(struct expansion *expansion, FILE *out)
{
    char escape = expansion->scope->escape;

    for (expansion->at++; *expansion->at != '"'; expansion->at++) {
        char c = *expansion->at, next = c ? expansion->at[1] : '\0';
        if (!c)
            return wrong(expansion,
                "unexpected end of statement while looking for matching double-quote",
                "close the quote, or escape it");
        if (c == '$') {
            if (expand_dollar(expansion, out) < 0)
                return -1;
            expansion->at--;
            continue;
        }
        if (c == escape && (next == '"' || next == '$' || next == escape)) {
            if (expansion->raw_escapes)
                putc(c, out);
            c = *++expansion->at;
        }
        putc(c, out);
    }
    expansion->at++;
    return 0;
}

static int expand_until(struct expansion *expansion, char stop, FILE *out)
{
    bool quotes = !expansion->scope->keep_quotes;
    int result = 0;

    while (result == 0 && *expansion->at && !(stop && *expansion->at == stop)) {
        char c = *expansion->at;
        if (c == '$') {
            result = expand_dollar(expansion, out);
        } else if (quotes && c == '\'') {
            result = take_single(expansion, out);
        } else if (quotes && c == '"') {
            result = take_double(expansion, out);
        } else {
            bool escaped = c == expansion->scope->escape;
            if (!escaped || expansion->raw_escapes)
                putc(c, out);
            if (escaped && expansion->at[1])
                putc(*++expansion->at, out);
            expansion->at++;
        }
    }
    if (result < 0 || !stop)
        return result;
    if (!*expansion->at)
        return wrong(expansion,
            stop == '}' ? "syntax error: missing '}'" : "syntax error: missing '/' in ${}",
            "accepted: ${NAME}, ${NAME:-word}, ${NAME/pattern/new}");
    expansion->at++;
    return 0;
}

char *dockerfile_expand(const char *word, const struct dockerfile_scope *scope, struct err *err)
{
    struct expansion expansion = {.scope = scope, .whole = word, .at = word, .err = err};

    return take_until(&expansion, '\0', false);
}
