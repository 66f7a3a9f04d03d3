// SPDX-License-Identifier: MIT
/*
 * The terminal's cursor stands below our lines; to draw again it goes up as many and each line is
 * written over (console_codes(4)). Ten times a second is enough to look alive.
 */
#include "progress.h"

#include "engine/images/digest.h"
#include "engine/show/human.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { EVERY_MSEC = 100, BAR = 50, NARROW = 110, LINE = 60 };

void progress_begin(struct progress *progress, size_t most, bool quiet)
{
    struct winsize size = {0};

    *progress = (struct progress){.quiet = quiet};
    progress->rows = calloc(most + 1, sizeof(*progress->rows));
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > most + 1 &&
        size.ws_col >= LINE) /* a line that goes on in the next would be two */
        progress->live = progress->rows && !quiet;
    progress->columns = size.ws_col;
}

static void draw_row(const struct progress *progress, const struct progress_row *row)
{
    char done[HUMAN_TEXT], total[HUMAN_TEXT], bar[BAR + 1];

    printf("\r\033[K%s: %s", row->id, row->state);
    if (row->total > 0) {
        uint64_t most = row->done > row->total ? row->total : row->done;
        size_t full = (size_t)((double)most / (double)row->total * (BAR - 1));
        memset(bar, ' ', BAR);
        memset(bar, '=', full);
        bar[full] = '>';
        bar[BAR] = '\0';
        human_size(row->done, 4, done);
        human_size(row->total, 4, total);
        if (progress->columns >= NARROW)
            printf("  [%s]", bar);
        printf("  %8s/%s", done, total);
    }
    putchar('\n');
}

static void draw(struct progress *progress)
{
    if (progress->drawn > 0)
        printf("\033[%zuA", progress->drawn);
    for (size_t i = 0; i < progress->count; i++)
        draw_row(progress, &progress->rows[i]);
    progress->drawn = progress->count;
    fflush(stdout);
}

size_t progress_add(struct progress *progress, const char *digest, const char *state)
{
    if (!progress->rows)
        return 0;
    struct progress_row *row = &progress->rows[progress->count];

    snprintf(row->id, sizeof(row->id), "%.12s", digest_hex(digest));
    progress->count++;
    progress_state(progress, progress->count - 1, state);
    return progress->count - 1;
}

void progress_state(struct progress *progress, size_t row, const char *state)
{
    if (progress->quiet || !progress->rows)
        return;
    progress->rows[row].state = state;
    progress->rows[row].total = 0;
    if (progress->live) {
        draw(progress);
    } else {
        printf("%s: %s\n", progress->rows[row].id, state);
        fflush(stdout);
    }
}

void progress_bytes(
    struct progress *progress, size_t row, const char *state, uint64_t done, uint64_t total)
{
    struct timespec now;

    if (!progress->live)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t msec = now.tv_sec * 1000 + now.tv_nsec / 1000000;
    progress->rows[row].state = state;
    progress->rows[row].done = done;
    progress->rows[row].total = total;
    if (msec - progress->last_msec < EVERY_MSEC)
        return;
    progress->last_msec = msec;
    draw(progress);
}

void progress_end(struct progress *progress)
{
    free(progress->rows);
    *progress = (struct progress){0};
}
