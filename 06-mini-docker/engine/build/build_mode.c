// SPDX-License-Identifier: MIT
/*
 * --chmod: an octal number, or chmod(1)'s words: clauses with commas between, of which each says
 * whose rights (u, g, o, a), what is done (+, -, =), and with which (r, w, x, s, t; X: x where
 * somebody has it, or of a directory). A clause may do several things: "u+r-w".
 */
#include "build_source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct mode_letter {
    char letter;
    mode_t bits;
};

static const struct mode_letter WHOSE[] = {
    {'u', 04700}, {'g', 02070}, {'o', 01007}, {'a', 07777}, {0}};
static const struct mode_letter WHAT[] = {
    {'r', 0444}, {'w', 0222}, {'x', 0111}, {'s', 06000}, {'t', 01000}, {0}};

/* All letters of the table that stand at *text, which is moved behind them. */
static mode_t take(const struct mode_letter *table, const char **text, bool may_run)
{
    mode_t bits = 0;

    for (const struct mode_letter *row = table; row->letter; row++) {
        if (**text != row->letter && !(**text == 'X' && row->letter == 'x'))
            continue;
        bits |= **text == 'X' && !may_run ? 0 : row->bits;
        (*text)++;
        row = table - 1; /* the next one, from the first row on */
    }
    return bits;
}

int build_mode(const char *text, mode_t was, mode_t *ret)
{
    mode_t mode = was;
    char *end;
    unsigned long octal = strtoul(text, &end, 8);

    if (text[0] >= '0' && text[0] <= '7' && !*end && octal <= 07777) {
        *ret = (was & S_IFMT) | (mode_t)octal;
        return 0;
    }
    do {
        mode_t whose = take(WHOSE, &text, false);
        do {
            char how = *text;
            if (!how || !strchr("+-=", how))
                return -1;
            text++;
            mode_t bits = take(WHAT, &text, S_ISDIR(was) || mode & 0111) & (whose ? whose : 07777);
            mode = how == '+'   ? mode | bits
                   : how == '-' ? mode & ~bits
                                : (mode & ~(whose ? whose : 07777)) | bits;
        } while (*text && *text != ',');
    } while (*text++ == ',');
    *ret = mode;
    return 0;
}
