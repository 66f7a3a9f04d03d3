// SPDX-License-Identifier: MIT
/*
 * What a monitor's clients say. A client that breaks the rules is not answered; one that is gone is
 * forgotten, and with the owner of a program's standard input that input ends.
 */
#include "monitor_internal.h"

#include "engine/network/network.h"
#include "engine/show/events.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int monitor_add_client(struct monitor *monitor, int fd, unsigned wants, bool begun)
{
    struct monitor_client *client = monitor->clients;

    for (size_t i = 0; i < monitor->clients_count && client->fd >= 0; i++)
        client++;
    if (client == monitor->clients + monitor->clients_count) {
        if (monitor->clients_count == monitor->clients_room) {
            size_t room = monitor->clients_room ? 2 * monitor->clients_room : 4;
            client = reallocarray(monitor->clients, room, sizeof(*client));
            if (!client) {
                close(fd);
                return -1;
            }
            monitor->clients = client;
            monitor->clients_room = room;
        }
        client = monitor->clients + monitor->clients_count++;
    }
    *client = (struct monitor_client){.fd = fd, .wants = wants, .begun = begun};
    return 0;
}

static void end_input(struct monitor *monitor, const struct monitor_client *client)
{
    const struct record_config *config = &monitor->record->config;

    if (!(client->wants & PACKET_OWNS) || !config->stdin_once || config->tty)
        return;
    close_fd(&monitor->input);
}

void monitor_drop_client(struct monitor *monitor, struct monitor_client *client)
{
    end_input(monitor, client);
    close(client->fd);
    *client = (struct monitor_client){.fd = -1};
}

/* The program sees that nobody reads: the next write fails, as in any pipeline. */
static void close_output(struct monitor *monitor, const struct monitor_client *client, int fd)
{
    if (!(client->wants & PACKET_OWNS) || monitor->record->config.tty || fd < 1 || fd > 2)
        return;
    close_fd(&monitor->output[fd - 1]);
}

static void set_size(struct monitor *monitor, size_t length)
{
    struct winsize size;
    char rows[8], columns[8];

    if (!monitor->record->config.tty || length != sizeof(size) || monitor->output[0] < 0)
        return;
    memcpy(&size, monitor->in.bytes, sizeof(size));
    ioctl(monitor->output[0], TIOCSWINSZ, &size);
    snprintf(rows, sizeof(rows), "%hu", size.ws_row);
    snprintf(columns, sizeof(columns), "%hu", size.ws_col);
    event_container(monitor->store, monitor->record, "resize",
        (const struct event_attribute[]){{"height", rows}, {"width", columns}, {0}});
}

static void note_stop(struct monitor *monitor, struct monitor_client *client, bool keep)
{
    struct err ignored;

    monitor->hurried = monitor->ended;
    monitor->kept = keep;
    monitor->status.stopped_by_hand = true;
    monitor_save(monitor, false, &ignored);
    packet_send(client->fd, PACKET_DONE, "", 0, MSG_DONTWAIT);
}

static void note_ports(struct monitor *monitor, struct monitor_client *client)
{
    struct err ignored;

    if (network_listen(monitor->store, monitor->record->id, &monitor->status))
        monitor_save(monitor, false, &ignored);
    packet_send(client->fd, PACKET_DONE, "", 0, MSG_DONTWAIT);
}

void monitor_hear_client(struct monitor *monitor, struct monitor_client *client)
{
    struct packet *packet = &monitor->in;
    ssize_t length = packet_receive(client->fd, packet, MSG_DONTWAIT);

    if (length < 0 && errno != EAGAIN)
        monitor_drop_client(monitor, client);
    if (length < 0)
        return;
    switch ((enum packet_type)packet->type) {
    case PACKET_BEGIN:
        client->begun = true;
        client->wants = length > 0 ? (unsigned char)packet->bytes[0] : 0;
        break;
    case PACKET_STDIN:
        monitor->in_start = 0;
        monitor->in_end = monitor->input < 0 ? 0 : (size_t)length;
        break;
    case PACKET_STDIN_END:
        end_input(monitor, client);
        break;
    case PACKET_CLOSED:
        close_output(monitor, client, length > 0 ? packet->bytes[0] : 0);
        break;
    case PACKET_SIZE:
        set_size(monitor, (size_t)length);
        break;
    case PACKET_STOP:
        note_stop(monitor, client, length > 0 && packet->bytes[0]);
        break;
    case PACKET_PORTS:
        note_ports(monitor, client);
        break;
    default:
        break;
    }
}
