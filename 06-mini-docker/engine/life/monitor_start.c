// SPDX-License-Identifier: MIT
/*
 * The fork that becomes a monitor. It keeps the memory that the command has read (record, spec,
 * filter: shared pages, as long as nobody writes) and nothing else of it: no descriptor, so that a
 * pipe of the caller's ends when the caller does; no terminal, no directory, no signal.
 */
#include "monitor_internal.h"

#include "cleanup.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* All from 3 on but these. */
static void close_others(int *kept, size_t count)
{
    unsigned from = 3;

    qsort(kept, count, sizeof(*kept), compare);
    for (size_t i = 0; i < count; i++) {
        if (kept[i] < (int)from)
            continue;
        if ((unsigned)kept[i] > from)
            syscall(SYS_close_range, from, (unsigned)kept[i] - 1, 0);
        from = (unsigned)kept[i] + 1;
    }
    syscall(SYS_close_range, from, ~0U, 0);
}

/* Only SIGTERM is meant for a monitor; no key and no lost terminal is. */
static int leave_caller(struct monitor *monitor)
{
    sigset_t all, term;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (setsid() < 0 || chdir("/") < 0 || null < 0)
        return -1;
    for (int fd = 0; fd <= 2; fd++)
        dup2(null, fd);
    close(null);
    sigfillset(&all);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_SETMASK, &all, NULL);
    monitor->signals = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
    prctl(PR_SET_NAME, "mini-monitor");
    return monitor->signals < 0 ? -1 : 0;
}

static _Noreturn void child(struct monitor *monitor, struct sync *starter, int client,
    const struct monitor_options *options)
{
    struct err err;

    sync_child(starter);
    monitor->explain.fd =
        options->explain.fd >= 0 ? fcntl(options->explain.fd, F_DUPFD_CLOEXEC, 3) : -1;
    int kept[] = {starter->in, starter->out, starter->peer_in, starter->peer_out, client,
        monitor->listener, monitor->explain.fd, monitor->lock};
    close_others(kept, sizeof(kept) / sizeof(kept[0]));
    if (leave_caller(monitor) < 0) {
        err_sys(&err, "cannot begin a monitor");
        sync_fail(starter, &err);
        _exit(1);
    }
    if (client >= 0)
        monitor_add_client(monitor, client, PACKET_WANTS_OUTPUT | PACKET_OWNS, true);
    if (monitor->holder > 0 &&
        (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != monitor->holder))
        _exit(1); /* nobody is told: the holder is gone */
    monitor_main(monitor, starter, options->attach);
    _exit(0);
}

/* What is not zero in one that has no container yet. */
static void begin(struct monitor *monitor)
{
    monitor->explained = -1;
    monitor->log.fd = monitor->held = -1;
    monitor->listener = monitor->signals = monitor->input = monitor->lock = -1;
    monitor->console[0] = monitor->console[1] = -1;
    monitor->output[0] = monitor->output[1] = -1;
    monitor->stdio[0] = monitor->stdio[1] = monitor->stdio[2] = -1;
    monitor->health.answer = -1;
}

static int prepare(struct monitor *monitor, const struct monitor_options *options,
    struct sync *starter, int clients[2], struct err *err)
{
    struct spec_process *process = &monitor->translation->spec.process;

    if (process->terminal && options->console_size)
        process->console_size = (struct winsize *)options->console_size;
    if (status_read(monitor->store, monitor->record->id, &monitor->status, err) < 0 ||
        monitor_listen(monitor->store, monitor->record->id, &monitor->listener, err) < 0)
        return -1;
    monitor->status.stopped_by_hand = false;
    monitor->status.restart_count = 0;
    monitor->status.fleeting = monitor->record->host.auto_remove;
    if (options->attach && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, clients) < 0)
        return err_sys(err, "cannot make a socket");
    return sync_open(starter, err);
}

int monitor_start(const struct store *store, const struct record *record,
    struct translation *translation, const struct monitor_options *options, int *ret_client,
    struct err *err)
{
    /* Large for a stack, and the most of it are buffers that nobody has touched before the fork. */
    static struct monitor monitor;
    struct sync starter = SYNC_NONE;
    int clients[2] = {-1, -1};
    pid_t pid = -1;

    begin(&monitor);
    monitor.store = store;
    monitor.record = record;
    monitor.translation = translation;
    monitor_note_record(&monitor);
    monitor.explain = options->explain;
    monitor.lock = options->lock;
    int result = prepare(&monitor, options, &starter, clients, err);
    monitor.holder = options->held ? getpid() : 0;
    if (result == 0 && (pid = fork()) < 0)
        result = err_sys(err, "cannot fork");
    if (pid == 0)
        child(&monitor, &starter, clients[1], options);
    close_fd(&monitor.listener);
    close_fd(&clients[1]);
    if (result == 0) {
        sync_parent(&starter);
        result = sync_wait(&starter, err);
    } else {
        monitor_forget(store, record->id);
    }
    sync_close(&starter);
    if (result < 0)
        close_fd(&clients[0]);
    *ret_client = clients[0];
    return result;
}
