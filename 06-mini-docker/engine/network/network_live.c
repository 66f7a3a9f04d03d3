// SPDX-License-Identifier: MIT
/*
 * `network connect` and disconnect. The record says which networks a container is in when it
 * starts; one that runs gets or loses a cable at once, as well. What `inspect` shows of a running
 * one is therefore asked of the leases, not of what its monitor wrote down at its start.
 */
#include "network_admin.h"

#include "engine/life/control.h"
#include "engine/show/events.h"
#include "network.h"
#include "network_plug.h"
#include "network_rootless.h"
#include "network_take.h"
#include "ports.h"

#include "cleanup.h"
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct record_network *find_asked(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->networks_count; i++) {
        if (strcmp(record->networks[i].name, name) == 0)
            return &record->networks[i];
    }
    return NULL;
}

static int check_mode(const struct record *record, struct err *err)
{
    const char *mode = record->host.network_mode ?: "";

    if (!host_owns_network()) {
        err_refuse(err, EPERM, "network connect needs root: an ordinary user makes no links");
        return network_rootless_hint(err);
    }
    if (strncmp(mode, "container:", 10) == 0 || strcmp(mode, "host") == 0)
        return err_refuse(err, EINVAL,
            "container sharing network namespace with another container or host cannot be "
            "connected to any other network");
    if (find_asked(record, "none"))
        return err_refuse(err, EINVAL,
            "container cannot be connected to multiple networks with one of the networks in "
            "private (none) mode");
    return 0;
}

/* The first process of one that runs, whether it is in a network or has left all; else 0. */
static pid_t find_process(const struct store *store, struct leases *leases, const char *id)
{
    const struct lease *lease = network_plug_find(leases, id, NULL);
    struct status status;
    struct err ignored;

    if (lease)
        return lease->pid;
    if (status_ask(store, id, &status, &ignored) < 0)
        return 0;
    status_ask_pid(store, id, &status);
    return status.pid;
}

/* A process that has ended meanwhile has no cables: what it had its monitor gives back, and there
 * is its record to change. */
static int unless_ended(int status, const struct err *err)
{
    return status < 0 && err->code == ESRCH ? 0 : status;
}

/* What a connect left that was killed before it had written the record; and the ports that the
 * monitor has still, because a disconnect was killed before it had told it. */
static int undo_half(const struct store *store, const struct record *record,
    const struct network *network, struct err *err)
{
    struct leases leases;
    int status = leases_open(store, &leases, err);
    pid_t pid = status == 0 ? find_process(store, &leases, record->id) : 0;
    const struct lease *half = pid > 0 ? network_plug_find(&leases, record->id, network->id) : NULL;

    if (half)
        status = unless_ended(network_plug_out(store, &leases, record->id, half, err), err);
    leases_close(&leases);
    if (pid > 0 && ports_wanted(record))
        control_ports(store, record->id);
    return status;
}

/* The record with one network more. Both are changed under the leases' lock, where the monitor
 * reads it when it starts the container again. */
static int join(const struct store *store, struct record *record, const struct network *network,
    const char *ip, const char *const *aliases, struct err *err)
{
    struct record_network asked = {.name = network->name, .ip = ip, .aliases = aliases};
    struct leases leases = {.lock = -1};
    size_t count = record->networks_count;

    if (check_mode(record, err) < 0 || network_check_asked(record, &asked, network, err) < 0)
        return -1;
    if (find_asked(record, network->name))
        return err_refuse(err, EEXIST, "endpoint with name %s already exists in network %s",
            record->name, network->name);
    if (count >= STATUS_ENDPOINTS)
        return err_refuse(
            err, EINVAL, "too many networks: a container has %d at most", STATUS_ENDPOINTS);
    cleanup_free struct record_network *more = calloc(count + 1, sizeof(*more));
    if (!more)
        return err_sys(err, "no memory");
    if (count > 0)
        memcpy(more, record->networks, count * sizeof(*more));
    more[count] = asked;
    int status = undo_half(store, record, network, err);
    if (status == 0)
        status = leases_open(store, &leases, err);
    pid_t pid = status == 0 ? find_process(store, &leases, record->id) : 0;
    if (pid > 0 && status == 0)
        status = unless_ended(network_plug_in(store, &leases, record, &asked, pid, err), err);
    record->networks = more;
    record->networks_count = count + 1;
    if (status == 0)
        status = record_replace(store, record, err);
    leases_close(&leases);
    record->networks = NULL;
    return status;
}

/* The record with one network less. */
static int forget(const struct store *store, struct record *record,
    const struct record_network *asked, struct err *err)
{
    size_t kept = 0;

    cleanup_free struct record_network *less = calloc(record->networks_count, sizeof(*less));
    for (size_t i = 0; less && i < record->networks_count; i++) {
        if (&record->networks[i] != asked)
            less[kept++] = record->networks[i];
    }
    record->networks = less;
    record->networks_count = kept;
    int status = less ? record_replace(store, record, err) : err_sys(err, "no memory");
    record->networks = NULL;
    return status;
}

static int leave(const struct store *store, struct record *record, const struct network *network,
    struct err *err)
{
    const struct record_network *asked = find_asked(record, network->name);
    const struct lease *lease = NULL;
    struct leases leases;

    int status = leases_open(store, &leases, err);
    if (status == 0)
        lease = network_plug_find(&leases, record->id, network->id);
    if (status == 0 && !asked && !lease)
        status = err_refuse(err, ENOENT, "container %s is not connected to network %s",
            record->name, network->name);
    if (status == 0 && lease)
        status = unless_ended(network_plug_out(store, &leases, record->id, lease, err), err);
    if (status == 0 && asked)
        status = forget(store, record, asked, err);
    leases_close(&leases);
    return status;
}

/* Both commands: find the two, and change the container under its lock. */
static int change(const struct store *store, const char *network_word, const char *container,
    bool joins, const char *ip, const char *const *aliases, struct err *err)
{
    struct network network = {0};
    struct record record = {0};
    cleanup_close int lock = -1;
    char id[STORE_ID + 1];
    int status = -1;

    if (network_find(store, network_word, &network, err) < 0) {
        /* a container may leave one that was removed: it is to start without it */
        if (joins || err->code != ENOENT)
            return -1;
        network_free(&network);
        network = (struct network){.name = network_word, .id = ""};
    }
    if (strcmp(network.name, "host") == 0)
        err_refuse(err, EINVAL,
            "container cannot be disconnected from host network or connected to host network");
    else if (record_find(store, container, id, err) == 0) {
        if (record_lock(store, id, &lock, err) == 0 && record_load(store, id, &record, err) == 0)
            status = joins ? join(store, &record, &network, ip, aliases, err)
                           : leave(store, &record, &network, err);
        close_fd(&lock);
        control_ports(store, id);
    }
    if (status == 0) {
        const struct event_attribute more[] = {
            {"container", id}, {"name", network.name}, {"type", "bridge"}, {0}};
        event_add(store, "network", joins ? "connect" : "disconnect", network.id, more);
    }
    record_free(&record);
    network_free(&network);
    return status;
}

int network_join(const struct store *store, const char *network, const char *container,
    const char *ip, const char *const *aliases, struct err *err)
{
    return change(store, network, container, true, ip, aliases, err);
}

int network_leave(
    const struct store *store, const char *network, const char *container, struct err *err)
{
    return change(store, network, container, false, NULL, NULL, err);
}

int network_ask(const struct store *store, const char *id, struct status *status, struct err *err)
{
    struct leases leases;

    if (leases_open(store, &leases, err) < 0)
        return -1;
    size_t count = 0;
    for (size_t i = 0; i < leases.count && count < STATUS_ENDPOINTS; i++) {
        const struct lease *l = &leases.items[i];
        struct taken_endpoint end = {.lease = *l};
        struct network network = {0};
        if (l->kind != LEASE_ADDRESS || strcmp(l->container, id) != 0)
            continue;
        if (network_find(store, l->network, &network, err) == 0) {
            snprintf(end.network, sizeof(end.network), "%s", network.name);
            end.gateway = network.gateway;
            end.prefix = network.subnet.prefix;
            end.internal = network.internal;
            network_show_endpoint(&end, &status->endpoints[count++]);
        }
        network_free(&network);
    }
    if (count > 0 || host_owns_network()) /* rootless there are no leases */
        status->endpoints_count = count;
    leases_close(&leases);
    return 0;
}
