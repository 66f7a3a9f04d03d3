// SPDX-License-Identifier: MIT
/*
 * <<EOF in a line: the lines that follow, up to one that is EOF, are a text. The words of the line
 * are looked at as a shell would: "<<EOF" in quotes is none, 3<<EOF is one, and so is << EOF.
 * A quote anywhere in the name: no variable in the text is expanded. <<-: tabs at the beginning of
 * its lines go.
 */
#include "dockerfile_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct mark {
    size_t at, name, end; /* in the line: where it begins, its name does, what is behind it */
    bool tabs_go, quoted;
};

/* A name that stands apart, "<< EOF", must look like one: $((1 << 2)) is a number. */
static bool is_plain_name(const char *at)
{
    size_t length =
        strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.'\"");

    return length > 0 && !isdigit((unsigned char)*at) &&
           (!at[length] || dockerfile_space(at[length]));
}

/* The mark that begins at mark->at. False: the word there is none; mark->end is behind it. */
static bool read_mark(const struct dockerfile_reading *reading, struct mark *mark)
{
    const char *text = reading->text;
    size_t at = mark->at + strspn(text + mark->at, "0123456789");
    size_t quote;
    bool closed;

    mark->end = mark->at;
    closed = dockerfile_pass_word(text, '\\', &mark->end, &quote);
    if (strncmp(text + at, "<<", 2) != 0 || text[at + 2] == '<')
        return false;
    at += 2;
    mark->tabs_go = text[at] == '-';
    at += mark->tabs_go;
    mark->name = at;
    if (at == mark->end) {
        at += strspn(text + at, " \t");
        if (!is_plain_name(text + at))
            return false;
        mark->name = mark->end = at;
        closed = dockerfile_pass_word(text, '\\', &mark->end, &quote);
    }
    mark->quoted = quote != SIZE_MAX;
    return closed && !memchr(text + mark->name, '<', mark->end - mark->name);
}

static int add(struct dockerfile_reading *reading, struct dockerfile_instruction *instruction,
    const struct mark *mark)
{
    struct dockerfile_heredoc *larger =
        reallocarray(instruction->heredocs, instruction->heredoc_count + 1, sizeof(*larger));
    char *name = dockerfile_unquote(reading->text + mark->name, mark->end - mark->name, '\\');

    if (larger)
        instruction->heredocs = larger;
    if (!larger || !name) {
        free(name);
        return dockerfile_no_memory(reading);
    }
    larger += instruction->heredoc_count++;
    *larger = (struct dockerfile_heredoc){.name = name, .expand = !mark->quoted};
    return dockerfile_read_heredoc(reading, mark->at, mark->tabs_go, larger);
}

int dockerfile_read_heredocs(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction, bool take)
{
    struct mark mark = {.at = reading->at};

    for (; reading->text[mark.at]; mark.at = mark.end) {
        if (dockerfile_space(reading->text[mark.at])) {
            mark.end = mark.at + 1;
            continue;
        }
        if (!read_mark(reading, &mark))
            continue;
        if (add(reading, instruction, &mark) < 0)
            return -1;
        if (take)
            memset(reading->text + mark.at, ' ', mark.end - mark.at);
    }
    return 0;
}
