// SPDX-License-Identifier: MIT
/*
 * A foreground run is a client of its monitor like any other, but for two things: it was there
 * first, so that it sees all output, and what ends for it ends for the container (PACKET_OWNS).
 */
#include "stay.h"

#include "attach_client.h"
#include "engine/show/events.h"
#include "engine/show/human.h"
#include "engine/store/status.h"
#include "start.h"

#include "runtime/self.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One a process: its buffers are large for a stack. */
static struct attach_client client;

int stay_prepare(const struct stay_options *options, bool terminal, struct err *err)
{
    if (terminal && options->interactive && !isatty(STDIN_FILENO)) {
        err_refuse(err, ENOTTY, "the input device is not a TTY");
        return err_hint(err,
            "-t gives the program a terminal, which is typed into from ours -> run "
            "this in a terminal, or leave -t out for a pipe");
    }
    if (detach_keys_read(options->detach_keys, &client.keys, err) < 0 ||
        attach_client_signals(&client, err) < 0)
        return -1;
    client.interactive = options->interactive;
    client.terminal = terminal;
    client.sig_proxy = options->sig_proxy;
    memcpy(client.quiet, options->quiet, sizeof(client.quiet));
    return 0;
}

/* "20m", as it would be typed. */
static const char *limit_text(uint64_t bytes, char buf[HUMAN_TEXT])
{
    static const char units[] = "bkmgt";
    size_t unit = 0;

    for (; bytes % 1024 == 0 && bytes > 0 && units[unit + 1]; unit++)
        bytes /= 1024;
    snprintf(buf, HUMAN_TEXT, "%ju%c", (uintmax_t)bytes, units[unit]);
    return buf;
}

/* 137 has many causes; only the kernel's own count says that it was memory. */
static void say_oom(const struct record *record)
{
    uint64_t limit = record->host.memory_bytes;
    unsigned kills = client.exit.oom_kills;
    char text[HUMAN_TEXT];

    if (client.exit.status != 128 + SIGKILL || kills == 0)
        return;
    fprintf(stderr,
        "mini-docker: out of memory: the kernel ended %u process%s of the container%s%s\n", kills,
        kills == 1 ? "" : "es", limit ? " at its limit of " : "",
        limit ? limit_text(limit, text) : "");
}

/* A process closes what it has open, our socket too, a moment before it has ended; and till then
 * whoever asks would find its container under watch. */
static void await_end_of_monitor(const struct store *store, const char *id)
{
    enum { GOING_MS = 10000 };
    struct status status;
    struct err ignored;

    if (status_read(store, id, &status, &ignored) < 0 || !status.monitor)
        return;
    cleanup_close int pidfd = proc_pidfd_of(status.monitor, status.monitor_start_time);
    proc_pidfd_ended(pidfd, GOING_MS);
}

/* The program's exit status, or ATTACH_DETACHED. */
static int follow_container(const struct store *store, const struct record *record, struct err *err)
{
    client.store = store;
    client.id = record->id;
    struct err ignored;
    struct status left;

    self_release();
    int status = attach_client_follow(&client, err);
    if (status < 0)
        await_end_of_monitor(store, record->id);
    /* `rm -f` has ended both; or somebody the monitor, and PID 1 with it */
    if (status < 0 && status_ask(store, record->id, &left, &ignored) < 0)
        return 128 + SIGKILL;
    if (status < 0 && left.kind == STATUS_EXITED) {
        err_print(stderr, "mini-docker", err);
        return left.exit_code;
    }
    if (status >= 0 && status != ATTACH_DETACHED)
        say_oom(record);
    if (status == ATTACH_DETACHED)
        event_container(store, record, "detach", NULL);
    if (status == 0 && client.lost) {
        errno = client.lost;
        return err_sys(err, "cannot write the output of container %.12s", record->id);
    }
    return status;
}

int stay_start(const struct store *store, const struct record *record, const struct image *image,
    const struct stay_options *options, struct err *err)
{
    struct monitor_options start = {.attach = true, .explain = options->explain};
    struct winsize size;

    if (client.terminal && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        start.console_size = &size;
    event_container(store, record, "attach", NULL);
    if (start_container(store, record, image, &start, &client.socket, err) < 0) {
        attach_end(&client.attach);
        return -1;
    }
    int result = follow_container(store, record, err);
    return result == ATTACH_DETACHED ? 0 : result;
}

int stay_attach(const struct store *store, const struct record *record,
    const struct stay_options *options, struct err *err)
{
    struct status status;

    if (status_ask(store, record->id, &status, err) < 0)
        return -1;
    if (status.kind == STATUS_PAUSED)
        return err_refuse(err, EBUSY, "You cannot attach to a paused container, unpause it first");
    if (status.kind == STATUS_RESTARTING)
        return err_refuse(
            err, EBUSY, "You cannot attach to a restarting container, wait until it is running");
    if (status.kind != STATUS_RUNNING)
        return err_refuse(err, ESRCH, "You cannot attach to a stopped container, start it first");
    if (stay_prepare(options, record->config.tty, err) < 0)
        return -1;
    if (monitor_connect(store, record->id, PACKET_WANTS_OUTPUT, &client.socket, err) < 0) {
        attach_end(&client.attach);
        return -1;
    }
    event_container(store, record, "attach", NULL);
    int result = follow_container(store, record, err);
    return result == ATTACH_DETACHED ? err_refuse(err, 0, "read escape sequence") : result;
}
