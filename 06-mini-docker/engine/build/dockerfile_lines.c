// SPDX-License-Identifier: MIT
/*
 * From the file's lines to those of the instructions: what ends with the escape character goes on
 * in the next line, comments and blank lines between do not count. Where each byte came from is
 * kept, so that an error names the line and the column that the person sees in the editor.
 *
 * What must hold: nothing is read beyond `end`, since the text has no 0 there.
 */
#include "dockerfile_internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void dockerfile_place(
    const struct dockerfile_reading *reading, size_t at, unsigned *ret_line, unsigned *ret_column)
{
    const struct dockerfile_piece *piece = reading->pieces;

    *ret_line = reading->line ? reading->line : 1;
    *ret_column = 1;
    if (reading->piece_count == 0)
        return;
    for (size_t i = 1; i < reading->piece_count && reading->pieces[i].at <= at; i++)
        piece = &reading->pieces[i];
    *ret_line = piece->line;
    for (const char *c = piece->beginning; c < piece->from + (at - piece->at); c++)
        *ret_column += ((unsigned char)*c & 0xc0) != 0x80; /* letters, not bytes of UTF-8 */
}

int dockerfile_wrong(struct dockerfile_reading *reading, size_t at, const char *fmt, ...)
{
    unsigned line, column;
    char why[300];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    dockerfile_place(reading, at, &line, &column);
    return err_set(
        reading->err, ERR_USAGE, "%.80s:%u:%u: %s", reading->file->name, line, column, why);
}

int dockerfile_no_memory(struct dockerfile_reading *reading)
{
    return err_sys(reading->err, "no memory to read %.80s", reading->file->name);
}

/* The next line of the file, without what ends it. False: there is none. */
static bool take_line(struct dockerfile_reading *reading, const char **ret, size_t *ret_length)
{
    const char *newline;

    if (reading->next == reading->end)
        return false;
    *ret = reading->next;
    newline = memchr(reading->next, '\n', (size_t)(reading->end - reading->next));
    *ret_length = (size_t)((newline ? newline : reading->end) - reading->next);
    reading->next = newline ? newline + 1 : reading->end;
    reading->line++;
    if (*ret_length > 0 && (*ret)[*ret_length - 1] == '\r')
        (*ret_length)--;
    return true;
}

static size_t leading_spaces(const char *line, size_t length)
{
    size_t n = 0;

    while (n < length && dockerfile_space(line[n]))
        n++;
    return n;
}

/* "# escape=`" on the first lines. Others are comments: # syntax= names an image that would read
 * the file in place of us, # check= is for a linter. */
static int read_directive(struct dockerfile_reading *reading, const char *line, size_t length)
{
    static const char *const names[] = {"syntax", "escape", "check"};
    size_t at = 1 + leading_spaces(line + 1, length - 1), name = at, which = 0;

    while (at < length && isalnum((unsigned char)line[at]))
        at++;
    while (which < 3 && (strlen(names[which]) != at - name ||
                            strncasecmp(line + name, names[which], at - name) != 0))
        which++;
    at += leading_spaces(line + at, length - at);
    if (which == 3 || at == length || line[at] != '=') {
        reading->directives_done = true;
        return 0;
    }
    at += 1 + leading_spaces(line + at + 1, length - at - 1);
    while (length > at && dockerfile_space(line[length - 1]))
        length--;
    if (reading->seen & 1u << which) {
        dockerfile_wrong(reading, 0, "only one %s parser directive can be used", names[which]);
        return err_hint(reading->err, "there is one above -> take this one away");
    }
    reading->seen |= 1u << which;
    if (which != 1)
        return 0;
    if (length != at + 1 || (line[at] != '\\' && line[at] != '`')) {
        dockerfile_wrong(reading, 0, "invalid escape token '%.*s' does not match ` or \\",
            (int)(length - at > 40 ? 40 : length - at), line + at);
        return err_hint(reading->err, "accepted: # escape=\\ or # escape=`");
    }
    reading->file->escape = line[at];
    return 0;
}

static int add_piece(
    struct dockerfile_reading *reading, const char *beginning, const char *from, size_t length)
{
    struct dockerfile_piece *pieces;
    char *text = realloc(reading->text, reading->length + length + 1);

    if (text)
        reading->text = text;
    pieces = reallocarray(reading->pieces, reading->piece_count + 1, sizeof(*pieces));
    if (pieces)
        reading->pieces = pieces;
    if (!text || !pieces)
        return dockerfile_no_memory(reading);
    pieces[reading->piece_count++] =
        (struct dockerfile_piece){reading->length, from, beginning, reading->line};
    memcpy(text + reading->length, from, length);
    reading->length += length;
    text[reading->length] = '\0';
    return 0;
}

/* Does it end with one escape character? Then it is cut off. Two of them mean the character. */
static bool goes_on(char escape, const char *line, size_t *length)
{
    size_t end = *length;

    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t'))
        end--;
    if (end == 0 || line[end - 1] != escape || (end > 1 && line[end - 2] == escape))
        return false;
    *length = end - 1;
    return true;
}

/* One instruction's lines: from its first on. */
static int join(struct dockerfile_reading *reading, const char *line, size_t length)
{
    const char *beginning = line;
    size_t spaces = leading_spaces(line, length);
    bool more;

    line += spaces;
    length -= spaces;
    more = goes_on(reading->file->escape, line, &length);
    if (add_piece(reading, beginning, line, length) < 0)
        return -1;
    while (more && take_line(reading, &line, &length)) {
        spaces = leading_spaces(line, length);
        if (spaces == length || line[spaces] == '#')
            continue;
        more = goes_on(reading->file->escape, line, &length);
        if (add_piece(reading, line, line, length) < 0)
            return -1;
    }
    while (reading->length > 0 && dockerfile_space(reading->text[reading->length - 1]))
        reading->text[--reading->length] = '\0';
    return 0;
}

int dockerfile_read_line(struct dockerfile_reading *reading)
{
    const char *line;
    size_t length, spaces;

    do {
        reading->length = reading->piece_count = reading->at = 0;
        if (!take_line(reading, &line, &length))
            return 0;
        spaces = leading_spaces(line, length);
        if (spaces < length && line[spaces] == '#') {
            if (!reading->directives_done &&
                read_directive(reading, line + spaces, length - spaces) < 0)
                return -1;
            continue;
        }
        reading->directives_done = true;
        if (spaces < length && join(reading, line, length) < 0)
            return -1;
    } while (reading->length == 0 || !dockerfile_skip(reading));
    return 1;
}

int dockerfile_read_heredoc(
    struct dockerfile_reading *reading, size_t at, bool tabs_go, struct dockerfile_heredoc *heredoc)
{
    size_t length, size, name = strlen(heredoc->name);
    const char *line, *next;
    FILE *out = open_memstream(&heredoc->text, &size);
    bool ended = false;

    if (!out)
        return dockerfile_no_memory(reading);
    while (!ended && take_line(reading, &line, &length)) {
        next = reading->next;
        while (tabs_go && length > 0 && *line == '\t') {
            line++;
            length--;
        }
        ended = length == name && memcmp(line, heredoc->name, name) == 0;
        if (!ended)
            fwrite(line, 1, (size_t)(next - line), out);
    }
    if (fclose(out) != 0)
        return dockerfile_no_memory(reading);
    if (ended)
        return 0;
    dockerfile_wrong(reading, at, "unterminated heredoc");
    return err_hint(reading->err, "no line after it is '%.80s' -> end it with one", heredoc->name);
}
