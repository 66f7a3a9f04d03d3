// SPDX-License-Identifier: MIT
/*
 * A monitor at work, once monitor_start.c has forked it. Read it from the bottom: monitor_main
 * starts the container and says so; live is one life after another (restart.c).
 *
 * What must hold, whenever it is killed: status.json names the monitor before anything is made, so
 * that whoever finds it dead knows that something may be left; and all that is made is in the
 * runtime's journal or in the network's files, or goes with the process. What the end of a
 * container means is written down before any client hears of it.
 */
#include "monitor_internal.h"

#include "engine/network/network.h"
#include "engine/show/events.h"
#include "life_events.h"
#include "removal.h"

#include "runtime/attach.h"

#include "cleanup.h"
#include "proc.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* runtime/'s question, when there is a process with namespaces and no program yet. */
static int connect_network(pid_t pid, void *arg, struct err *err)
{
    struct monitor *monitor = arg;

    return network_connect(monitor->store, monitor->record, pid, &monitor->status, err);
}

static int run(struct monitor *monitor, const char *root, struct err *err)
{
    struct life_options options;

    life_options_init(&options);
    options.root = root;
    options.id = monitor->record->id;
    options.spec = &monitor->translation->spec;
    options.seccomp = &monitor->translation->seccomp;
    options.console_socket = monitor->console[1];
    memcpy(options.stdio, monitor->stdio, sizeof(options.stdio));
    options.init = monitor->record->host.init;
    options.explain = monitor->explain;
    options.prepare = connect_network;
    options.prepare_arg = monitor;
    return life_run(&options, &monitor->life, err);
}

/* Give back what a life had. */
static int clean(struct monitor *monitor, struct err *err)
{
    health_end(&monitor->health);
    monitor_close_streams(monitor);
    life_close(&monitor->life);
    return network_disconnect(monitor->store, monitor->record, err);
}

static int64_t now_msec(void)
{
    return (int64_t)(explain_now() / 1000);
}

static int start(struct monitor *monitor, struct err *err)
{
    struct status *status = &monitor->status;
    char root[PATH_MAX];
    struct err ignored;

    monitor->ended = monitor->given_back = monitor->hurried = false;
    monitor->began_msec = now_msec();
    status->restarting = status->oom_killed = false;
    status->error[0] = status->finished_at[0] = '\0';
    status->exit_code = 0;
    status->endpoints_count = status->ports_count = 0;
    health_begin(&monitor->health, monitor->store, monitor->record, monitor->began_msec, status);
    if (store_run_dir(monitor->store, "runtime", root, err) == 0 &&
        monitor_open_streams(monitor, err) == 0 && run(monitor, root, err) == 0) {
        store_now(status->started_at);
        cgroup_frozen_file(&monitor->life.container.group, status->frozen_file);
        if (monitor_begin_streams(monitor, err) == 0 && monitor_save(monitor, false, err) == 0) {
            life_events_began(monitor->store, monitor->record, status);
            return 0;
        }
        life_end(&monitor->life, &ignored);
    }
    clean(monitor, &ignored);
    return -1;
}

/* The program has ended: its status, and whether it was for want of memory. */
static uint32_t take_status(struct monitor *monitor)
{
    struct container *container = &monitor->life.container;
    uint64_t kills = container_oom_kills(container);
    struct err ignored;
    int status = container_wait(container, &ignored);

    monitor->status.exit_code = status < 0 ? 255 : status;
    monitor->status.oom_killed = kills > 0;
    store_now(monitor->status.finished_at);
    monitor_read_record(monitor);
    monitor->delay_msec = restart_delay(&monitor->restart, &monitor->record->host, &monitor->status,
        now_msec() - monitor->began_msec);
    monitor->status.restarting = monitor->delay_msec >= 0;
    if (!monitor->record->host.auto_remove) /* that goes in a moment */
        monitor_save(monitor, false, &ignored);
    life_events_ended(monitor->store, monitor->record, &monitor->status);
    return (uint32_t)kills;
}

void monitor_take_health(struct monitor *monitor)
{
    static const char *const words[] = {[HEALTH_STARTING] = "health_status: starting",
        [HEALTH_HEALTHY] = "health_status: healthy",
        [HEALTH_UNHEALTHY] = "health_status: unhealthy"};
    enum status_health before = monitor->status.health;
    struct err ignored;

    if (!health_take(&monitor->health, now_msec(), &monitor->status))
        return;
    monitor_save(monitor, false, &ignored);
    if (monitor->status.health != before)
        event_container(monitor->store, monitor->record, words[monitor->status.health], NULL);
}

/* Until something happens, or a check of its health is due. True: nothing comes any more. */
static bool serve_life(struct monitor *monitor)
{
    bool waits_for_client = monitor->out_length > 0;

    if (monitor->ended) /* a timeout: somebody outside holds its output open */
        return monitor_serve(monitor, waits_for_client ? -1 : ATTACH_LINGER_MS) == 0;
    int wait_msec = monitor_settle(monitor, now_msec());
    if (wait_msec >= 0) {
        monitor_serve(monitor, wait_msec);
        return false;
    }
    wait_msec = health_wait(&monitor->health, now_msec());
    if (monitor_serve(monitor, wait_msec) == 0 && wait_msec >= 0)
        health_check(
            &monitor->health, monitor->store, monitor->record, monitor->translation, now_msec());
    return false;
}

/* From start to end, all that it wrote included. Returns the number of OOM kills. */
static uint32_t follow(struct monitor *monitor)
{
    uint32_t kills = 0;
    bool taken = false;

    while (!monitor->ended || monitor_has_output(monitor)) {
        if (serve_life(monitor))
            break;
        if (monitor->ended && !taken) {
            kills = take_status(monitor);
            taken = true;
        }
    }
    return kills;
}

/* Wait until it is to be started again; clients are served meanwhile. False: not any more. */
static bool wait_to_restart(struct monitor *monitor)
{
    int64_t end = now_msec() + monitor->delay_msec;

    for (int64_t left; (left = end - now_msec()) > 0 && !monitor->status.stopped_by_hand;)
        monitor_serve(monitor, (int)left);
    return !monitor->status.stopped_by_hand;
}

/*
 * With --rm. `locked`: the lock of the start is held still. Else it may be somebody who removes the
 * container as well, and would end us: SIGTERM counts again. The lock, which is the last that holds
 * the directory, is given back by our end: no client waits for the disk to free it.
 */
static void remove_container(struct monitor *monitor, bool locked)
{
    unsigned flags = REMOVAL_VOLUMES | (monitor->given_back ? REMOVAL_ENDED : 0);
    struct err ignored;
    sigset_t term;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &term, NULL);
    if (locked || record_lock(monitor->store, monitor->record->id, &monitor->lock, &ignored) == 0)
        removal(monitor->store, monitor->record, flags, &ignored);
}

/* From now on the holder is who a dead one would be healed after, as after a dead monitor. */
static bool hand_over(struct monitor *monitor)
{
    struct err ignored;

    if (monitor->holder == 0 || getppid() != monitor->holder)
        return false;
    monitor->status.monitor = monitor->holder;
    monitor->status.monitor_start_time = proc_start_time(monitor->holder);
    return monitor_save(monitor, false, &ignored) == 0;
}

/* Nothing of it runs any more, and it will not be started again. */
static void finish(struct monitor *monitor, bool locked)
{
    struct err ignored;

    monitor->status.monitor = 0;
    monitor->status.restarting = false;
    close_fd(&monitor->held);
    log_close(&monitor->log);
    monitor_forget(monitor->store, monitor->record->id);
    if (!locked && hand_over(monitor))
        return;
    if (monitor->record->host.auto_remove && !monitor->kept)
        remove_container(monitor, locked);
    else
        monitor_save(monitor, true, &ignored);
}

/* An error after the first start has nobody to be told to but status.json. */
static void note_failure(struct monitor *monitor, const struct err *failure)
{
    struct status *status = &monitor->status;

    status->exit_code = failure->kind == ERR_NOT_FOUND        ? 127
                        : failure->kind == ERR_NOT_EXECUTABLE ? 126
                                                              : 128;
    snprintf(status->error, sizeof(status->error), "%s", failure->what);
    if (status->started_at[0])
        store_now(status->finished_at);
}

static void end_life(struct monitor *monitor)
{
    struct err err, later;
    bool ended = life_end(&monitor->life, &err) == 0;

    monitor->given_back = clean(monitor, ended ? &err : &later) == 0 && ended;
    if (!monitor->given_back)
        snprintf(monitor->status.error, sizeof(monitor->status.error), "%s", err.what);
}

static bool start_again(struct monitor *monitor)
{
    struct err err;

    if (wait_to_restart(monitor)) {
        monitor->status.restart_count++;
        if (monitor_renew(monitor, &err) == 0 && start(monitor, &err) == 0)
            return true;
        note_failure(monitor, &err);
    }
    finish(monitor, false);
    return false;
}

static void live(struct monitor *monitor)
{
    do {
        uint32_t kills = follow(monitor);
        end_life(monitor);
        if (monitor->delay_msec < 0)
            finish(monitor, false);
        monitor_tell_steps(monitor);
        monitor_tell_exit(monitor, kills);
    } while (monitor->delay_msec >= 0 && start_again(monitor));
}

void monitor_main(struct monitor *monitor, struct sync *starter, bool attach)
{
    const struct record_host *host = &monitor->record->host;
    char path[PATH_MAX];
    struct err err, ignored;

    record_path(monitor->store, monitor->record->id, "log.json", path);
    monitor->status.monitor = getpid();
    monitor->status.monitor_start_time = proc_start_time(getpid());
    if (monitor_save(monitor, false, &err) == 0 &&
        (host->log_none ||
            log_open(path, host->log_size_bytes, host->log_files, &monitor->log, &err) == 0) &&
        start(monitor, &err) == 0) {
        close_fd(&monitor->lock);
        sync_signal(starter, &ignored); /* whoever started it may be gone; then it goes on alone */
        sync_close(starter);
        monitor_explain_later(monitor, attach);
        live(monitor);
        return;
    }
    note_failure(monitor, &err);
    finish(monitor, true);
    sync_fail(starter, &err);
}
