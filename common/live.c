// SPDX-License-Identifier: MIT
/*
 * One function draws both forms, so that what a terminal shows and what a log keeps are the same
 * numbers. A series that is not the last one drawn starts a new line.
 */
#include "live.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum { BAR = 30 };

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
    if (!live->csv)
        return err_sys(err, "cannot open %s for --csv", r->csv_path);
    fseek(live->csv, 0, SEEK_END);
    if (ftell(live->csv) == 0)
        fprintf(live->csv, "seconds,series,value\n");
    return 0;
}

static void draw_bar(const struct live *live, double value)
{
    int filled = live->full > 0 ? (int)(value / live->full * BAR + 0.5) : 0;
    int mark = live->mark >= 0 && live->full > 0 ? (int)(live->mark / live->full * BAR) : -1;

    putchar('[');
    for (int i = 0; i < BAR; i++)
        putchar(i == mark ? '|' : i < filled ? '#' : '.');
    putchar(']');
}

static void draw_spark(const struct live *live)
{
    static const char *const levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    size_t count = live->points < LIVE_SPARK ? live->points : LIVE_SPARK;

    for (size_t i = LIVE_SPARK - count; i < LIVE_SPARK; i++) {
        int level = live->full > 0 ? (int)(live->spark[i] / live->full * 8) : 0;
        fputs(levels[level < 0 ? 0 : level > 7 ? 7 : level], stdout);
    }
}

void live_point(struct live *live, const char *series, double value)
{
    double seconds = live_now() - live->begin;

    memmove(live->spark, live->spark + 1, sizeof(live->spark) - sizeof(live->spark[0]));
    live->spark[LIVE_SPARK - 1] = value;
    live->points++;
    if (live->csv)
        fprintf(live->csv, "%.3f,%s,%.6g\n", seconds, series, value);
    if (!live->report->terminal && live->printed >= 0 && seconds - live->printed < 0.99)
        return;
    live->printed = seconds;
    printf("%s      %4.1f s  %-14s ", live->report->terminal ? "\r\033[K" : "", seconds, series);
    draw_bar(live, value);
    printf(" %8.4g of %.4g %s  ", value, live->full, live->unit);
    if (live->report->terminal)
        draw_spark(live);
    else
        putchar('\n');
    fflush(stdout);
}

void live_end(struct live *live)
{
    if (live->report->terminal && live->points)
        putchar('\n');
    fflush(stdout);
    if (live->csv)
        fclose(live->csv);
    live->csv = NULL;
    live->points = 0;
}
