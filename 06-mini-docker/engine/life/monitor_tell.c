// SPDX-License-Identifier: MIT
/*
 * What a monitor says by itself: in status.json how its container is, to its clients how it ended,
 * and with --explain which steps it took since the start. Those wait in a pipe till the end: told
 * at once, they could come before what the program wrote, which takes another way to the person.
 */
#include "monitor_internal.h"

#include "cleanup.h"

#include <fcntl.h>
#include <unistd.h>

int monitor_save(struct monitor *monitor, bool durable, struct err *err)
{
    const char *id = monitor->record->id;

    close_fd(&monitor->held);
    if (status_save(monitor->store, id, &monitor->status,
            durable && !monitor->record->host.auto_remove, err) < 0)
        return -1;
    if (monitor->status.monitor == getpid())
        status_hold(monitor->store, id, &monitor->held);
    return 0;
}

void monitor_tell_exit(struct monitor *monitor, uint32_t kills)
{
    struct packet_exit told = {monitor->status.exit_code, kills};

    monitor_send(monitor, PACKET_EXIT, &told, sizeof(told));
    while (monitor->out_length > 0)
        monitor_serve(monitor, -1);
}

void monitor_tell_steps(struct monitor *monitor)
{
    char text[PACKET_MOST];

    if (monitor->explained < 0)
        return;
    ssize_t got = read(monitor->explained, text, sizeof(text));
    if (got > 0)
        monitor_send(monitor, PACKET_STDERR, text, (size_t)got);
    while (monitor->out_length > 0)
        monitor_serve(monitor, -1);
}

void monitor_explain_later(struct monitor *monitor, bool attach)
{
    int ends[2] = {-1, -1};

    if (monitor->explain.fd < 0)
        return;
    close(monitor->explain.fd);
    if (attach && pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0)
        monitor->explained = ends[0];
    monitor->explain.fd = monitor->life.container.explain.fd = ends[1];
}
