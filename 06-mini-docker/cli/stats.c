// SPDX-License-Identifier: MIT
/*
 * stats: what containers use, redrawn each second. Two readings make a share of the CPU, so the
 * first table comes after half a second.
 */
#include "show_commands.h"

#include "engine/show/human.h"
#include "engine/show/list.h"
#include "engine/show/measure.h"
#include "engine/show/table.h"

#include "runtime/json_write.h"

#include "live.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct stats_args {
    bool all, no_stream, no_trunc;
    const char *format;
};

#define AT(field) offsetof(struct stats_args, field)

static const struct opt OPTS[] = {
    {'a', "all", NULL, "those, too, that do not run", OPT_FLAG, AT(all)},
    {0, "format", "TEMPLATE", "table, json, 'table TEMPLATE' or a template", OPT_TEXT, AT(format)},
    {0, "no-stream", NULL, "once, not again and again", OPT_FLAG, AT(no_stream)},
    {0, "no-trunc", NULL, "IDs at full length", OPT_FLAG, AT(no_trunc)},
    {0},
};

static const struct table_column COLUMNS[] = {{"BlockIO", "BLOCK I/O"}, {"CPUPerc", "CPU %"},
    {"Container", "CONTAINER"}, {"ID", "CONTAINER ID"}, {"MemPerc", "MEM %"},
    {"MemUsage", "MEM USAGE / LIMIT"}, {"Name", "NAME"}, {"NetIO", "NET I/O"}, {"PIDs", "PIDS"},
    {0}};

static const struct table TABLE = {COLUMNS,
    "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t"
    "{{.PIDs}}",
    "{{.ID}}"};

struct watched {
    char id[STORE_ID + 1], name[256];
    struct measure before, now;
};

struct watching {
    struct store store;
    struct watched *items;
    size_t count;
};

static struct watched *find(struct watching *watching, const char *id)
{
    for (size_t i = 0; i < watching->count; i++) {
        if (strcmp(watching->items[i].id, id) == 0)
            return &watching->items[i];
    }
    return NULL;
}

static int add(struct watching *watching, const struct record *record, struct err *err)
{
    struct watched *larger;

    if (find(watching, record->id))
        return 0;
    larger = realloc(watching->items, (watching->count + 1) * sizeof(*larger));
    if (!larger)
        return err_sys(err, "no memory for containers");
    watching->items = larger;
    larger[watching->count] = (struct watched){0};
    strcpy(larger[watching->count].id, record->id);
    snprintf(larger[watching->count].name, sizeof(larger->name), "%s", record->name);
    watching->count++;
    return 0;
}

static int add_item(const struct list_item *item, void *arg, struct err *err)
{
    return add(arg, &item->record, err);
}

/* Those that are named, once; or all that there are at this moment. */
static int choose(struct watching *watching, const struct stats_args *options, char *const names[],
    struct err *err)
{
    const struct list_options list = {.all = options->all};

    if (!names[0])
        return list_each(&watching->store, &list, add_item, watching, err);
    for (; *names; names++) {
        struct record record;
        int result = record_lookup(&watching->store, *names, &record, err);
        if (result == 0)
            result = add(watching, &record, err);
        record_free(&record);
        if (result < 0)
            return -1;
    }
    return 0;
}

/* One that does not run has zeros. Returns whether it runs. */
static bool measure(struct watching *watching, struct watched *watched)
{
    struct state state;
    struct err ignored;

    watched->before = watched->now;
    watched->now = (struct measure){.at = live_now()};
    if (measure_state(&watching->store, watched->id, watched->name, &state, &ignored) < 0)
        return false;
    measure_read(&state, &watched->now);
    state_close(&state);
    return true;
}

static void measure_all(struct watching *watching, bool keep_ended)
{
    size_t kept = 0;

    for (size_t i = 0; i < watching->count; i++) {
        if (measure(watching, &watching->items[i]) || keep_ended)
            watching->items[kept++] = watching->items[i];
    }
    watching->count = kept;
}

static uint64_t or_zero(uint64_t number)
{
    return number == UINT64_MAX ? 0 : number;
}

static struct json_object *row_of(const struct watched *watched, bool no_trunc)
{
    const struct measure *now = &watched->now;
    uint64_t used = or_zero(now->memory_bytes), limit = now->memory_limit_bytes;
    struct json_object *row = json_object_new_object();
    char text[100], a[HUMAN_TEXT], b[HUMAN_TEXT], id[STORE_ID + 1];

    snprintf(text, sizeof(text), "%s / %s", human_size(now->read_bytes, 3, a),
        human_size(now->write_bytes, 3, b));
    json_add_string(row, "BlockIO", text);
    snprintf(text, sizeof(text), "%.2f%%", measure_cpu_percent(&watched->before, now));
    json_add_string(row, "CPUPerc", text);
    snprintf(id, sizeof(id), "%.*s", no_trunc ? STORE_ID : STORE_SHORT_ID, watched->id);
    json_add_string(row, "Container", watched->name);
    json_add_string(row, "ID", id);
    snprintf(text, sizeof(text), "%.2f%%", limit ? (double)used / (double)limit * 100 : 0);
    json_add_string(row, "MemPerc", text);
    snprintf(
        text, sizeof(text), "%s / %s", human_binary_size(used, a), human_binary_size(limit, b));
    json_add_string(row, "MemUsage", text);
    json_add_string(row, "Name", watched->name);
    snprintf(text, sizeof(text), "%s / %s", human_size(now->received_bytes, 3, a),
        human_size(now->sent_bytes, 3, b));
    json_add_string(row, "NetIO", text);
    snprintf(text, sizeof(text), "%llu", (unsigned long long)or_zero(now->pids));
    json_add_string(row, "PIDs", text);
    return row;
}

static int print(const struct watching *watching, const struct stats_args *options, struct err *err)
{
    struct table_out out;
    int result = table_begin(&out, &TABLE, options->format, false, err);

    for (size_t i = 0; result == 0 && i < watching->count; i++) {
        struct json_object *row = row_of(&watching->items[i], options->no_trunc);
        result = table_row(&out, row, NULL, err);
        json_object_put(row);
    }
    if (!options->no_stream && isatty(STDOUT_FILENO))
        fputs("\033[2J\033[H", stdout); /* clear the screen, and to its first line */
    if (table_end(&out, err) < 0)
        result = -1;
    fflush(stdout);
    return result;
}

static void wait_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

static int watch(struct watching *watching, const struct stats_args *options, char *const names[],
    struct err *err)
{
    bool keep_ended = options->all || names[0];

    if (choose(watching, options, names, err) < 0)
        return -1;
    for (measure_all(watching, true);;) {
        wait_ms(options->no_stream ? 500 : 1000);
        if (!names[0] && !options->no_stream && choose(watching, options, names, err) < 0)
            return -1;
        measure_all(watching, keep_ended);
        if (print(watching, options, err) < 0)
            return -1;
        if (options->no_stream)
            return 0;
    }
}

static int stats_run(void *args, int argc, char **argv, struct err *err)
{
    struct watching watching = {0};

    (void)argc;
    int result = cli_store(&watching.store, err);
    if (result == 0)
        result = watch(&watching, args, argv, err);
    free(watching.items);
    return result;
}

const struct command stats_command = {
    .name = "stats",
    .operands = "[CONTAINER...]",
    .summary = "What containers use: CPU, memory, network, disks",
    .details =
        "Redrawn each second until Ctrl-C. Memory is without the page cache that the kernel\n"
        "can give back at once.",
    .mixed = true,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct stats_args),
    .run = stats_run,
};
