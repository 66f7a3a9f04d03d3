// SPDX-License-Identifier: MIT
/*
 * One function draws both forms, so that what a terminal shows and what a log keeps are the same
 * numbers. What is drawn again and again must fit into one line of the terminal: a line that wraps
 * cannot be drawn over. So the bar is shorter in a narrow one, and the sparkline gets what is left;
 * where not even the shortest bar fits, a line a second is printed, as where there is no terminal.
 */
#include "live.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum { BAR = 30, LEAST_BAR = 10 };

double live_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int live_begin(struct live *live, struct report *r, const char *unit, double full, double mark,
    struct err *err)
{
    *live = (struct live){.report = r, .unit = unit, .full = full, .mark = mark};
    live->begin = live_now();
    live->printed = -1;
    if (!r->csv_path)
        return 0;
    live->csv = fopen(r->csv_path, "ae");
    if (!live->csv) {
        r->csv_errno = errno;
        return err_sys(err, "cannot open %s for --csv", r->csv_path);
    }
    r->csv_written = true;
    fseek(live->csv, 0, SEEK_END);
    if (ftell(live->csv) == 0)
        fprintf(live->csv, "seconds,series,value\n");
    return 0;
}

/* At once, so that a run that is interrupted leaves what it has measured, and a full disk is seen.
 */
static void keep(struct live *live, double seconds, const char *series, double value)
{
    struct report *r = live->report;

    fprintf(live->csv, "%.3f,%s%s,%.6g\n", seconds, r->csv_prefix, series, value);
    if (fflush(live->csv) != 0 && !r->csv_errno)
        r->csv_errno = errno;
}

static void draw_bar(const struct live *live, double value, int width)
{
    int filled = live->full > 0 ? (int)(value / live->full * width + 0.5) : 0;
    int mark = live->mark >= 0 && live->full > 0 ? (int)(live->mark / live->full * width) : -1;

    putchar('[');
    for (int i = 0; i < width; i++)
        putchar(i == mark ? '|' : i < filled ? '#' : '.');
    putchar(']');
}

static void draw_spark(const struct live *live, size_t room)
{
    static const char *const levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    size_t most = room < LIVE_SPARK ? room : LIVE_SPARK;
    size_t count = live->points < most ? live->points : most;

    for (size_t i = LIVE_SPARK - count; i < LIVE_SPARK; i++) {
        int level = live->full > 0 ? (int)(live->spark[i] / live->full * 8) : 0;
        fputs(levels[level < 0 ? 0 : level > 7 ? 7 : level], stdout);
    }
}

/* What stands before and behind the bar, and the columns that are left for it. */
struct line {
    char head[64], tail[64];
    int columns, room; /* 0 and less than nothing where there is no terminal */
};

static struct line lay_out(
    const struct live *live, double seconds, const char *series, double value)
{
    struct line line = {.columns = report_columns(live->report)};

    snprintf(line.head, sizeof(line.head), "      %4.1f s  %-14s ", seconds, series);
    snprintf(line.tail, sizeof(line.tail), " %8.4g of %.4g %s", value, live->full, live->unit);
    line.room = line.columns - (int)(strlen(line.head) + strlen("[]") + strlen(line.tail));
    return line;
}

static void draw(struct live *live, const struct line *line, bool in_place, double value)
{
    int bar = line->room > BAR || !line->columns ? BAR : line->room;
    int rest = line->room - bar - (int)strlen("  ");

    if (live->in_place)
        fputs(in_place ? "\r\033[K" : "\n", stdout);
    fputs(line->head, stdout);
    draw_bar(live, value, bar < LEAST_BAR ? LEAST_BAR : bar);
    fputs(line->tail, stdout);
    if (rest > 0) {
        fputs("  ", stdout);
        draw_spark(live, (size_t)rest);
    }
    if (!in_place)
        putchar('\n');
    live->in_place = in_place;
}

void live_point(struct live *live, const char *series, double value)
{
    double seconds = live_now() - live->begin;
    struct line line = lay_out(live, seconds, series, value);
    bool in_place = line.room >= LEAST_BAR;

    memmove(live->spark, live->spark + 1, sizeof(live->spark) - sizeof(live->spark[0]));
    live->spark[LIVE_SPARK - 1] = value;
    live->points++;
    if (live->csv)
        keep(live, seconds, series, value);
    if (!in_place && live->printed >= 0 && seconds - live->printed < 0.99)
        return;
    live->printed = seconds;
    draw(live, &line, in_place, value);
    fflush(stdout);
}

void live_end(struct live *live)
{
    if (live->in_place)
        putchar('\n');
    live->in_place = false;
    fflush(stdout);
    if (live->csv && fclose(live->csv) != 0 && !live->report->csv_errno)
        live->report->csv_errno = errno; /* where no point was drawn, the header is written here */
    live->csv = NULL;
    live->points = 0;
}
