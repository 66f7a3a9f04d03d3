// SPDX-License-Identifier: MIT
/* top: the processes of a container, as ps(1) on the host shows them. */
#include "show_commands.h"

#include "engine/show/events.h"
#include "engine/show/measure.h"
#include "engine/show/table.h"

#include "runtime/processes.h"

#include "cleanup.h"

#include <stdlib.h>
#include <string.h>

static const struct opt OPTS[] = {{0}};

enum { COLUMN = 20 };

static int count_words(const char *line)
{
    int count = 0;

    for (line += strspn(line, " "); *line && *line != '\n'; line += strspn(line, " ")) {
        line += strcspn(line, " \n");
        count++;
    }
    return count;
}

/* Tabs between the columns; the last one, a command line, may have spaces of its own. */
static void print_columns(const char *shown)
{
    int columns = count_words(shown);
    cleanup_free char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    for (const char *at = shown; out && *at;) {
        for (int i = 0; i < columns; i++) {
            at += strspn(at, " ");
            size_t cell = i < columns - 1 ? strcspn(at, " \n") : strcspn(at, "\n");
            fprintf(out, "%s%.*s", i ? "\t" : "", (int)cell, at);
            at += cell;
        }
        fputc('\n', out);
        at += *at == '\n';
    }
    if (out)
        fclose(out);
    table_layout(stdout, text ? text : shown, COLUMN);
}

static int show(
    const struct store *store, const struct record *record, char *const options[], struct err *err)
{
    struct state state;
    struct processes processes;

    if (measure_state(store, record->id, record->id, &state, err) < 0)
        return -1;
    int result = processes_read(&state, &processes, err);
    state_close(&state);
    if (result < 0)
        return -1;
    cleanup_free char *shown = processes_show(&processes, options, err);
    free(processes.items);
    if (!shown)
        return -1;
    print_columns(shown);
    event_container(store, record, "top", NULL);
    return 0;
}

static int top_run(void *args, int argc, char **argv, struct err *err)
{
    struct store store;
    struct record record;

    (void)args;
    (void)argc;
    if (cli_store(&store, err) < 0)
        return -1;
    int result = record_lookup(&store, argv[0], &record, err);
    if (result == 0)
        result = show(&store, &record, argv + 1, err);
    record_free(&record);
    return result;
}

const struct command top_command = {
    .name = "top",
    .operands = "CONTAINER [PS OPTIONS]",
    .summary = "The processes of a container",
    .details = "The numbers are the host's. What follows the container are options of ps(1), -ef\n"
               "without any: top web -o pid,rss,args",
    .least = 1,
    .opts = OPTS,
    .run = top_run,
};
