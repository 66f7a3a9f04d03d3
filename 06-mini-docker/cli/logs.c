// SPDX-License-Identifier: MIT
/*
 * logs: what a container wrote. What it wrote to its standard error comes out of ours. With -f the
 * end of the file is the end only when the container's monitor has gone: till then we wait for
 * either (inotify(7), and the monitor's socket).
 */
#include "commands.h"

#include "engine/life/log.h"
#include "engine/life/monitor.h"
#include "engine/life/packet.h"
#include "engine/show/human.h"
#include "engine/store/status.h"

#include "cleanup.h"
#include "size.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

struct logs_args {
    bool details, follow, timestamps;
    const char *tail, *since, *until;
};

#define AT(field) offsetof(struct logs_args, field)

static const struct opt OPTS[] = {
    {0, "details", NULL, "what --log-opt adds to a line: nothing, and a space as in docker",
        OPT_FLAG, AT(details)},
    {'f', "follow", NULL, "go on until the container ends", OPT_FLAG, AT(follow)},
    {0, "since", "TIME", "what is not older: a time, or 10m for ten minutes ago", OPT_TEXT,
        AT(since)},
    {'n', "tail", "LINES", "the last lines only; all", OPT_TEXT, AT(tail)},
    {'t', "timestamps", NULL, "with the time of each line", OPT_FLAG, AT(timestamps)},
    {0, "until", "TIME", "what is not younger", OPT_TEXT, AT(until)},
    {0},
};

struct reading {
    const struct logs_args *args;
    int monitor, changes;  /* what -f waits for */
    struct timespec until; /* with --until: and no longer than this */
    bool in_line[LOG_STREAMS];
};

static int print_entry(const struct log_entry *entry, void *arg)
{
    struct reading *reading = arg;
    FILE *out = entry->stream == LOG_STDERR ? stderr : stdout;

    if (reading->args->timestamps && !reading->in_line[entry->stream])
        fprintf(out, "%s ", entry->time);
    if (reading->args->details && !reading->in_line[entry->stream])
        fputc(' ', out);
    fwrite(entry->text, 1, entry->length, out);
    reading->in_line[entry->stream] = entry->length > 0 && entry->text[entry->length - 1] != '\n';
    return ferror(out);
}

/* For poll(2): how long it is until then, and -1 without --until. */
static int patience_ms(const struct reading *reading)
{
    struct timespec now;

    if (!reading->args->until)
        return -1;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t left_ms = (reading->until.tv_sec - now.tv_sec) * INT64_C(1000) +
                      (reading->until.tv_nsec - now.tv_nsec) / 1000000 + 1;
    return left_ms < 0 ? 0 : left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

/* False: the container has ended, or the time has come, and what is in the file now is all. */
static bool wait_for_more(void *arg)
{
    const struct reading *reading = arg;
    char buffer[4096];
    struct pollfd polls[] = {
        {.fd = reading->monitor, .events = POLLIN}, {.fd = reading->changes, .events = POLLIN}};

    fflush(stdout);
    if (reading->monitor < 0)
        return false;
    int left_ms;
    while ((left_ms = patience_ms(reading)) != 0 && poll(polls, 2, left_ms) <= 0)
        ;
    if (left_ms == 0)
        return false;
    if (polls[1].revents && read(reading->changes, buffer, sizeof(buffer)) < 0)
        return false;
    if (polls[0].revents) {
        struct packet packet; /* an exit may be followed by a new start */
        return packet_receive(reading->monitor, &packet, 0) >= 0;
    }
    return true;
}

static int read_time(const char *option, const char *text, char ret[STORE_TIME],
    const char **ret_given, struct timespec *ret_time, struct err *err)
{
    struct tm utc;
    char date[24];

    *ret_given = text ? ret : NULL;
    if (!text)
        return 0;
    if (human_parse_since(option, text, ret_time, err) < 0)
        return -1;
    gmtime_r(&ret_time->tv_sec, &utc);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(ret, STORE_TIME, "%s.%09ldZ", date, ret_time->tv_nsec);
    return 0;
}

static int read_tail(const char *text, struct log_query *query, struct err *err)
{
    query->all = !text || strcmp(text, "all") == 0 || text[0] == '-';
    return query->all ? 0 : size_parse_u64("--tail", text, 0, UINT64_MAX, &query->tail, err);
}

/* Before the file is read, so that nothing can come in between unseen. */
static void begin_to_follow(const struct store *store, const char *id, struct reading *reading)
{
    char path[PATH_MAX];
    struct err ignored;
    struct status status;

    record_path(store, id, NULL, path);
    reading->changes = inotify_init1(IN_CLOEXEC);
    inotify_add_watch(reading->changes, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO);
    if (status_ask(store, id, &status, &ignored) < 0 ||
        monitor_connect(store, id, 0, &reading->monitor, &ignored) < 0)
        reading->monitor = -1;
}

static int logs_run(void *args, int argc, char **argv, struct err *err)
{
    struct reading reading = {.args = args, .monitor = -1, .changes = -1};
    struct log_query query = {.wait_arg = &reading};
    char path[PATH_MAX], since[STORE_TIME], until[STORE_TIME];
    struct timespec ignored;
    struct record record;
    struct store store;

    (void)argc;
    if (read_tail(reading.args->tail, &query, err) < 0 ||
        read_time("--since", reading.args->since, since, &query.since, &ignored, err) < 0 ||
        read_time("--until", reading.args->until, until, &query.until, &reading.until, err) < 0 ||
        cli_store(&store, err) < 0 || record_lookup(&store, argv[0], &record, err) < 0)
        return -1;
    if (record.host.log_none) {
        record_free(&record);
        err_refuse(err, EINVAL, "configured logging driver does not support reading");
        return err_hint(err, "it was made with --log-driver none -> attach to it while it runs");
    }
    if (reading.args->follow) {
        query.wait = wait_for_more;
        begin_to_follow(&store, record.id, &reading);
    }
    record_path(&store, record.id, "log.json", path);
    int result = log_read(path, &query, print_entry, &reading, err);
    close_fd(&reading.monitor);
    close_fd(&reading.changes);
    record_free(&record);
    return result < 0 ? -1 : 0;
}

const struct command logs_command = {
    .name = "logs",
    .operands = "CONTAINER",
    .summary = "What a container wrote to its standard output and error",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct logs_args),
    .run = logs_run,
};
