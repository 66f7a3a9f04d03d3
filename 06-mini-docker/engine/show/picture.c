// SPDX-License-Identifier: MIT
/*
 * Each line is put together whole, with marks for colours in it, and then written letter by letter:
 * only there is it known whether there are colours and where the terminal ends.
 */
#include "picture.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR = 24, NAME = 8 };

static const double FULL = 0.9; /* from here on a bar is red */

static const char *locale_name(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(variables[i]);
        if (value && value[0])
            return value;
    }
    return "";
}

void picture_init(struct picture *picture, FILE *out)
{
    const char *term = getenv("TERM"), *none = getenv("NO_COLOR"), *locale = locale_name();
    bool terminal = isatty(fileno(out));
    struct winsize size;

    *picture = (struct picture){.out = out};
    picture->utf8 = strcasestr(locale, "utf-8") || strcasestr(locale, "utf8");
    picture->color = terminal && !(none && none[0]) && term && strcmp(term, "dumb") != 0;
    if (terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
        picture->width = size.ws_col;
}

static void put_line(struct picture *picture)
{
    static const char marks[] = "\a\f\v\r\b";
    static const char *const codes[] = {"\033[1m", "\033[2m", "\033[36m", "\033[31m", "\033[0m"};
    size_t column = 0;
    bool colored = false;

    for (const char *c = picture->line; *c; c++) {
        const char *mark = strchr(marks, *c);
        if (mark) {
            if (picture->color)
                fputs(codes[mark - marks], picture->out);
            colored = *mark != '\b';
            continue;
        }
        bool begins = (*c & 0xc0) != 0x80;
        column += begins;
        if (picture->width && column > picture->width)
            break;
        /* what a container chose (a name, an argument) must not move the cursor */
        fputc((unsigned char)*c < ' ' || *c == 127 ? '?' : *c, picture->out);
    }
    if (colored && picture->color)
        fputs("\033[0m", picture->out);
    fputc('\n', picture->out);
}

const char *picture_branch(const struct picture *picture, bool last)
{
    if (!picture->utf8)
        return last ? "`- " : "|- ";
    return last ? "└─ " : "├─ ";
}

const char *picture_trunk(const struct picture *picture, bool last)
{
    if (last)
        return "   ";
    return picture->utf8 ? "│  " : "|  ";
}

void picture_title(struct picture *picture, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(picture->line, sizeof(picture->line), fmt, ap);
    va_end(ap);
    put_line(picture);
}

void picture_section(struct picture *picture, bool last, const char *title, const char *note)
{
    snprintf(picture->line, sizeof(picture->line), "%s", picture->utf8 ? "│" : "|");
    put_line(picture);
    snprintf(picture->line, sizeof(picture->line), "%s\a%s\b%s%s%s", picture_branch(picture, last),
        title, note ? "  \f" : "", note ? note : "", note ? "\b" : "");
    put_line(picture);
    picture->last = last;
}

void picture_line(struct picture *picture, const char *fmt, ...)
{
    size_t used = (size_t)snprintf(
        picture->line, sizeof(picture->line), "%s  ", picture_trunk(picture, picture->last));
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(picture->line + used, sizeof(picture->line) - used, fmt, ap);
    va_end(ap);
    put_line(picture);
}

void picture_bar(struct picture *picture, const char *name, double share, const char *text)
{
    char bar[BAR * 3 + 1] = "";
    int filled = share > 1 ? BAR : (int)(share * BAR + 0.5);

    if (share > 0 && filled == 0)
        filled = 1; /* a little is not nothing */
    for (int i = 0; i < BAR; i++)
        strcat(bar, picture->utf8 ? (i < filled ? "█" : "░") : (i < filled ? "#" : "."));
    if (share < 0)
        picture_line(picture, "%-*s %-*s %s", NAME, name, BAR, "no limit", text);
    else
        picture_line(picture, "%-*s %c%s\b %s", NAME, name, share < FULL ? '\v' : '\r', bar, text);
}
