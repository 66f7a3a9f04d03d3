// SPDX-License-Identifier: MIT
/*
 * Prints steps at once (flushed, so that they stand before what a child prints next) and keeps the
 * claims for the end. Only the experiment's main process reports; a child hands what it measured to
 * its parent, or is measured from outside.
 */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const OPS[] = {
    [EQ] = "=", [NE] = "!=", [LE] = "<=", [GE] = ">=", [LT] = "<", [GT] = ">"};

static const char *paint(const struct report *r, const char *code)
{
    return r->color ? code : "";
}

void report_init(struct report *r, int steps)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool dumb = term && strcmp(term, "dumb") == 0;

    *r = (struct report){
        .steps = steps, .terminal = isatty(STDOUT_FILENO) && !dumb, .csv_prefix = ""};
    r->color = r->terminal && !(no_color && no_color[0]);
}

int report_columns(const struct report *r)
{
    struct winsize size;

    if (!r->terminal)
        return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

/* Waits for Enter on standard input; at its end the rest of the run goes on without waiting. */
static void wait_for_enter(struct report *r)
{
    char c = 0;

    if (!r->pause || r->pause_ended)
        return;
    printf("      -- press Enter for the next step --\n");
    fflush(stdout);
    while (c != '\n') {
        if (read(STDIN_FILENO, &c, 1) <= 0) {
            r->pause_ended = true;
            return;
        }
    }
}

void step(struct report *r, const char *see, const char *fmt, ...)
{
    va_list ap;

    wait_for_enter(r);
    r->step++;
    printf("%s[%d/%d]%s ", paint(r, "\033[1m"), r->step, r->steps, paint(r, "\033[0m"));
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    if (r->explain && see)
        printf("      see: %s\n", see);
    fflush(stdout);
}

void note(struct report *r, const char *fmt, ...)
{
    va_list ap;

    (void)r;
    printf("      ");
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    fflush(stdout);
}

void explain(struct report *r, const char *fmt, ...)
{
    va_list ap;

    if (!r->explain)
        return;
    printf("      why: ");
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    fflush(stdout);
}

/* The next free row; a table that is full is a mistake in the experiment, and says so. */
static struct claim *new_claim(struct report *r, const char *text, const char *source)
{
    if (r->claims == REPORT_CLAIMS) {
        fprintf(stderr, "report: more than %d claims; raise REPORT_CLAIMS\n", REPORT_CLAIMS);
        abort();
    }
    struct claim *c = &r->claim[r->claims++];
    snprintf(c->text, sizeof(c->text), "%s", text);
    snprintf(c->source, sizeof(c->source), "%s", source);
    return c;
}

static bool holds(int order, enum compare op)
{
    switch (op) {
    case EQ:
        return order == 0;
    case NE:
        return order != 0;
    case LE:
        return order <= 0;
    case GE:
        return order >= 0;
    case LT:
        return order < 0;
    case GT:
        return order > 0;
    }
    return false;
}

/* UINT64_MAX is what fsio reads for the word "max". */
static void print_u64(char *buf, size_t size, const char *op, uint64_t value)
{
    if (value == UINT64_MAX)
        snprintf(buf, size, "%smax", op);
    else
        snprintf(buf, size, "%s%" PRIu64, op, value);
}

void claim_u64(struct report *r, const char *text, uint64_t measured, enum compare op,
    uint64_t bound, const char *source)
{
    struct claim *c = new_claim(r, text, source);
    char prefix[8];

    snprintf(prefix, sizeof(prefix), "%s ", OPS[op]);
    print_u64(c->expected, sizeof(c->expected), prefix, bound);
    print_u64(c->measured, sizeof(c->measured), "", measured);
    c->ok = holds(measured < bound ? -1 : measured > bound, op);
}

void claim_text(struct report *r, const char *text, const char *measured, enum compare op,
    const char *expected, const char *source)
{
    struct claim *c = new_claim(r, text, source);

    snprintf(c->expected, sizeof(c->expected), "%s %s", OPS[op], expected);
    snprintf(c->measured, sizeof(c->measured), "%s", measured);
    c->ok = holds(strcmp(measured, expected), op);
}

void claim_range(struct report *r, const char *text, double measured, double least, double most,
    const char *source)
{
    struct claim *c = new_claim(r, text, source);

    snprintf(c->expected, sizeof(c->expected), "%.4g to %.4g", least, most);
    snprintf(c->measured, sizeof(c->measured), "%.4g", measured);
    c->ok = measured >= least && measured <= most;
}

void claim_errno(struct report *r, const char *text, int measured, int expected, const char *source)
{
    struct claim *c = new_claim(r, text, source);

    snprintf(c->expected, sizeof(c->expected), "= %s", expected ? err_name(expected) : "ok");
    snprintf(c->measured, sizeof(c->measured), "%s", measured ? err_name(measured) : "ok");
    c->ok = measured == expected;
}

/* How the table is laid out: the width of each column, and whether sources stand below. */
struct layout {
    int text, expected, measured;
    bool below;
};

static void widen(int *width, const char *text)
{
    int length = (int)strlen(text);

    *width = length > *width ? length : *width;
}

/* In a file or a pipe all tables are alike; in a terminal one is as wide as what is in it. */
static struct layout lay_out(const struct report *r)
{
    struct layout layout = {.text = 42, .expected = 18, .measured = 18};
    int columns = report_columns(r), source = 0;

    if (!columns)
        return layout;
    layout =
        (struct layout){.expected = (int)strlen("expected"), .measured = (int)strlen("measured")};
    for (const struct claim *c = r->claim; c < r->claim + r->claims; c++) {
        widen(&layout.text, c->text);
        widen(&layout.expected, c->expected);
        widen(&layout.measured, c->measured);
        widen(&source, c->source);
    }
    layout.below = 9 + layout.text + layout.expected + layout.measured + source > columns;
    return layout;
}

static void print_row(const struct layout *layout, const char *text, const char *expected,
    const char *measured, const char *source)
{
    printf(" %-*s %-*s %-*s%s%s\n", layout->text, text, layout->expected, expected,
        layout->measured, measured, layout->below ? "\n        " : " ", source);
}

int report_lost_output(const char *prog)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fprintf(stderr, "%s: not all of it could be printed: %s\n", prog, strerror(errno));
    return 1;
}

int report_claims(struct report *r)
{
    const struct layout layout = lay_out(r);
    int failed = 0;

    if (r->claims == 0)
        return 0;
    printf("     ");
    print_row(&layout, "claim", "expected", "measured", "source");
    for (const struct claim *c = r->claim; c < r->claim + r->claims; c++) {
        printf("%s%4s%s ", paint(r, c->ok ? "\033[32m" : "\033[1;31m"), c->ok ? "ok" : "FAIL",
            paint(r, "\033[0m"));
        print_row(&layout, c->text, c->expected, c->measured, c->source);
        failed += !c->ok;
    }
    fflush(stdout);
    return failed;
}
