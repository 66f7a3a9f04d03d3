// SPDX-License-Identifier: MIT
/*
 * Signals go to the container's first process by its pidfd; what they lead to is told by the
 * monitor. Whoever wants to end a container says so to the monitor first, and waits for its word
 * that it has heard: else it might start again what was just ended.
 *
 * The monitor may end at any moment here. Then the connection does, and status.json has the rest.
 */
#include "control.h"

#include "engine/show/events.h"
#include "engine/store/status.h"
#include "monitor.h"
#include "packet.h"

#include "runtime/explain.h"
#include "runtime/life.h"

#include "cleanup.h"
#include "signals.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_SEC = 10, DEATH_MS = 10000, PORTS_MS = 2000 };

/*
 * Wait for a packet of this type. 1: it came, in *ret; 0: timeout_ms is over (-1: for ever); -1:
 * the monitor is gone.
 */
static int await(int socket, enum packet_type type, int timeout_ms, struct packet *ret)
{
    uint64_t end = explain_now() / 1000 + (uint64_t)timeout_ms;
    struct pollfd ready = {.fd = socket, .events = POLLIN};

    for (;;) {
        uint64_t now = explain_now() / 1000;
        int left = timeout_ms < 0 ? -1 : now < end ? (int)(end - now) : 0;
        if (poll(&ready, 1, left) == 0)
            return 0;
        if (!ready.revents)
            continue;
        if (packet_receive(socket, ret, 0) < 0)
            return -1;
        if (ret->type == (char)type)
            return 1;
    }
}

/* Runs, or would run again by itself. */
static bool is_up(const struct status *status)
{
    return status->kind == STATUS_RUNNING || status->kind == STATUS_PAUSED ||
           status->kind == STATUS_RESTARTING;
}

/* `ends`: it is meant to end by it. What is paused would not, and on v1 not even by SIGKILL. */
static int send_signal(
    const struct store *store, const struct record *record, int signal, bool ends, struct err *err)
{
    char root[PATH_MAX];

    if (store_run_dir(store, "runtime", root, err) < 0 ||
        life_kill(root, record->id, signal, false, err) < 0)
        return -1;
    if (ends && life_pause(root, record->id, false, &(struct err){0}) == 0)
        event_container(store, record, "unpause", NULL);
    return 0;
}

static int stop_signal(const struct record *record)
{
    const char *word = record->config.stop_signal;
    struct err ignored;
    int signal = SIGTERM;

    if (word)
        signals_number(word, &signal, &ignored);
    return signal;
}

int control_timeout(const struct record *record, const int *given)
{
    return given                               ? *given
           : record->config.stop_timeout_given ? record->config.stop_timeout_sec
                                               : DEFAULT_SEC;
}

/* The monitor has promised not to start it again. False: there is no monitor any more. */
static bool forbid_restart(
    const struct store *store, const char *id, bool keep, int *ret_socket, struct packet *packet)
{
    const char kept = keep;
    struct err ignored;

    if (monitor_connect(store, id, 0, ret_socket, &ignored) < 0)
        return false;
    return packet_send(*ret_socket, PACKET_STOP, &kept, 1, 0) == 0 &&
           await(*ret_socket, PACKET_DONE, -1, packet) > 0;
}

static void count_event(const struct store *store, const struct record *record, int signal)
{
    char number[16];

    snprintf(number, sizeof(number), "%d", signal);
    event_container(store, record, "kill", (struct event_attribute[]){{"signal", number}, {0}});
}

int control_stop(const struct store *store, const struct record *record, int timeout_sec, bool keep,
    struct err *err)
{
    int signals[] = {stop_signal(record), SIGKILL};
    int most_sec = INT_MAX / 1000, sec = timeout_sec < most_sec ? timeout_sec : most_sec;
    int timeouts_ms[] = {sec < 0 ? -1 : sec * 1000, DEATH_MS};
    cleanup_close int socket = -1;
    struct packet packet;
    struct status status;
    int ended = 0;

    if (status_ask(store, record->id, &status, err) < 0)
        return -1;
    if (!is_up(&status) || !forbid_restart(store, record->id, keep, &socket, &packet))
        return 0;
    for (int i = 0; i < 2 && ended == 0; i++) {
        count_event(store, record, signals[i]);
        /* one that has ended already is no error */
        send_signal(store, record, signals[i], true, err);
        ended = await(socket, PACKET_EXIT, timeouts_ms[i], &packet);
    }
    if (ended == 0)
        return err_refuse(err, ETIMEDOUT,
            "cannot stop container: %s: tried to kill container, but did not receive an exit event",
            record->name);
    while (ended > 0) /* until its monitor has ended as well, or is about to */
        ended = await(socket, PACKET_EXIT, -1, &packet);
    event_container(store, record, "stop", NULL);
    return 0;
}

static int refuse_idle(const char *what, const struct record *record, struct err *err)
{
    return err_refuse(err, ESRCH, "Cannot %s container: %s: Container %s is not running", what,
        record->name, record->id);
}

int control_kill(
    const struct store *store, const struct record *record, int signal, struct err *err)
{
    cleanup_close int socket = -1;
    struct packet packet;
    struct status status;

    if (status_ask(store, record->id, &status, err) < 0)
        return -1;
    bool ends = signal == SIGKILL || signal == stop_signal(record);
    bool between = ends && status.kind == STATUS_RESTARTING;
    if (!between && status.kind != STATUS_RUNNING && status.kind != STATUS_PAUSED)
        return refuse_idle("kill", record, err);
    /* who has promised may have no program at the moment, and is to have none any more */
    bool promised = ends && forbid_restart(store, record->id, false, &socket, &packet);
    if (!between)
        count_event(store, record, signal);
    if (send_signal(store, record, signal, ends, err) < 0 && !promised)
        return between || err->code == ESRCH ? refuse_idle("kill", record, err) : -1;
    if (promised && (signal == SIGKILL || between))
        await(socket, PACKET_EXIT, DEATH_MS, &packet);
    return 0;
}

int control_wait(const struct store *store, const char *id, int *ret_status, struct err *err)
{
    cleanup_close int socket = -1;
    struct packet packet;
    struct packet_exit exit;
    struct status status;
    struct err ignored;

    if (status_ask(store, id, &status, err) < 0)
        return -1;
    *ret_status = status.exit_code;
    if (!is_up(&status))
        return 0;
    if (monitor_connect(store, id, 0, &socket, &ignored) == 0 &&
        await(socket, PACKET_EXIT, -1, &packet) > 0) {
        memcpy(&exit, packet.bytes, sizeof(exit));
        *ret_status = exit.status;
        return 0;
    }
    do { /* it ended in between: its monitor is writing that down */
        usleep(1000);
        if (status_ask(store, id, &status, err) < 0)
            return -1;
    } while (is_up(&status));
    *ret_status = status.exit_code;
    return 0;
}

int control_explain(const struct store *store, const struct record *record, struct err *err)
{
    struct state state = {.lock = -1, .group = {.absent = true, .fd = -1}};
    struct err missing;
    char root[PATH_MAX];

    if (store_run_dir(store, "runtime", root, &missing) < 0)
        return -1;
    bool ended = state_load(root, record->id, false, &state, &missing) < 0
                     ? missing.kind == ERR_NOT_FOUND
                     : state_status(&state) == STATE_STOPPED;
    state_close(&state);
    return ended ? err_refuse(err, ESRCH, "Container %s is not running", record->id) : -1;
}

int control_pause(
    const struct store *store, const struct record *record, bool pause, struct err *err)
{
    enum status_kind wanted = pause ? STATUS_RUNNING : STATUS_PAUSED;
    char root[PATH_MAX];
    struct status status;

    if (status_ask(store, record->id, &status, err) < 0)
        return -1;
    if (pause && status.kind == STATUS_PAUSED)
        return err_refuse(err, EBUSY, "Container %s is already paused", record->id);
    if (!pause && status.kind != STATUS_PAUSED)
        return err_refuse(err, EINVAL, "Container %s is not paused", record->id);
    if (status.kind != wanted)
        return err_refuse(err, ESRCH, "Container %s is not running", record->id);
    if (store_run_dir(store, "runtime", root, err) < 0)
        return -1;
    if (life_pause(root, record->id, pause, err) < 0)
        return control_explain(store, record, err);
    event_container(store, record, pause ? "pause" : "unpause", NULL);
    return 0;
}

void control_ports(const struct store *store, const char *id)
{
    cleanup_close int client = -1;
    struct packet packet;
    struct err ignored;

    if (monitor_connect(store, id, 0, &client, &ignored) == 0 &&
        packet_send(client, PACKET_PORTS, "", 0, 0) == 0)
        await(client, PACKET_DONE, PORTS_MS, &packet);
}
