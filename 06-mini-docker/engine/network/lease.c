// SPDX-License-Identifier: MIT
/*
 * One file for all, since what a container gets is to be there as a whole or not at all, and a
 * reader wants all of it: which addresses are free, who is called what. It is read and written
 * under the lock of the networks, and replaced by rename(2). A start pays for one reading and one
 * writing of a hundred bytes a running container.
 */
#include "lease.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAC_FORMAT    "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx"
#define MAC_BYTES(m)  (m)[0], (m)[1], (m)[2], (m)[3], (m)[4], (m)[5]
#define MAC_PLACES(m) &(m)[0], &(m)[1], &(m)[2], &(m)[3], &(m)[4], &(m)[5]

static bool read_address(const char *line, struct lease *ret)
{
    char ip[INET_ADDRSTRLEN];

    ret->kind = LEASE_ADDRESS;
    return sscanf(line, "address %64s %15s " MAC_FORMAT " %15s %64s %d %llu %1023s", ret->network,
               ip, MAC_PLACES(ret->mac), ret->link, ret->container, &ret->pid, &ret->start_time,
               ret->names) == 13 &&
           inet_pton(AF_INET, ip, &ret->ip) == 1;
}

static bool read_port(const char *line, struct lease *ret)
{
    char ip[INET_ADDRSTRLEN], host_ip[INET_ADDRSTRLEN];

    ret->kind = LEASE_PORT;
    return sscanf(line, "port %7s %15s %u %15s %u %64s %d %llu", ret->protocol, host_ip,
               &ret->host_port, ip, &ret->port, ret->container, &ret->pid, &ret->start_time) == 8 &&
           inet_pton(AF_INET, ip, &ret->ip) == 1 && inet_pton(AF_INET, host_ip, &ret->host_ip) == 1;
}

static void write_lease(FILE *out, const struct lease *l)
{
    char ip[INET_ADDRSTRLEN], host_ip[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &l->ip, ip, sizeof(ip));
    inet_ntop(AF_INET, &l->host_ip, host_ip, sizeof(host_ip));
    if (l->kind == LEASE_ADDRESS)
        fprintf(out, "address %s %s " MAC_FORMAT " %s %s %d %llu %s\n", l->network, ip,
            MAC_BYTES(l->mac), l->link, l->container, l->pid, l->start_time,
            l->names[0] ? l->names : "-");
    else
        fprintf(out, "port %s %s %u %s %u %s %d %llu\n", l->protocol, host_ip, l->host_port, ip,
            l->port, l->container, l->pid, l->start_time);
}

/* A line that is none of ours is left out: the file is a cache of what runs, nothing more. */
static int read_all(struct leases *leases, char *text, struct err *err)
{
    struct lease lease;
    char *rest = NULL;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        memset(&lease, 0, sizeof(lease));
        if ((read_address(line, &lease) || read_port(line, &lease)) &&
            leases_add(leases, &lease, err) < 0)
            return -1;
    }
    return 0;
}

static int lock_and_read(const struct store *store, struct leases *ret, struct err *err)
{
    char dir[PATH_MAX];

    if (store_run_dir(store, "networks", dir, err) < 0 ||
        store_lock(store, "networks", &ret->lock, err) < 0)
        return -1;
    if (snprintf(ret->path, sizeof(ret->path), "%s/leases", dir) >= (int)sizeof(ret->path))
        return err_set(err, ERR_SYS, "the path is too long: %s", dir);
    cleanup_free char *text = fsio_read(NULL, ret->path, err);
    if (!text)
        return err->code == ENOENT ? 0 : -1;
    return read_all(ret, text, err);
}

int leases_open(const struct store *store, struct leases *ret, struct err *err)
{
    *ret = (struct leases){.lock = -1};
    if (lock_and_read(store, ret, err) == 0)
        return 0;
    leases_close(ret);
    return -1;
}

int leases_save(const struct leases *leases, struct err *err)
{
    char fresh[PATH_MAX + 8];

    snprintf(fresh, sizeof(fresh), "%s.new", leases->path);
    FILE *out = fopen(fresh, "we");
    if (!out)
        return err_sys(err, "cannot make %s", fresh);
    for (size_t i = 0; i < leases->count; i++)
        write_lease(out, &leases->items[i]);
    bool whole = !ferror(out);
    if (fclose(out) != 0 || !whole || rename(fresh, leases->path) < 0)
        return err_sys(err, "cannot write %s", leases->path);
    return 0;
}

void leases_close(struct leases *leases)
{
    free(leases->items);
    close_fd(&leases->lock);
    *leases = (struct leases){.lock = -1};
}

int leases_add(struct leases *leases, const struct lease *lease, struct err *err)
{
    /* room for twice as many whenever the count is a power of 2 */
    if ((leases->count & (leases->count - 1)) == 0) {
        size_t room = leases->count ? leases->count * 2 : 1;
        struct lease *more = reallocarray(leases->items, room, sizeof(*more));
        if (!more)
            return err_sys(err, "no memory for %zu leases", room);
        leases->items = more;
    }
    leases->items[leases->count++] = *lease;
    return 0;
}

void leases_drop(struct leases *leases, size_t index)
{
    leases->items[index] = leases->items[--leases->count];
}

bool lease_is_alive(const struct lease *lease)
{
    return proc_lives(lease->pid, lease->start_time);
}

bool leases_sweep(struct leases *leases)
{
    size_t before = leases->count;

    for (size_t i = leases->count; i-- > 0;) {
        if (!lease_is_alive(&leases->items[i]))
            leases_drop(leases, i);
    }
    return leases->count != before;
}

/* Is it taken? What is dead is taken out, which moves the last to here: the index stays. */
static struct lease *judge(struct leases *leases, size_t *index)
{
    if (lease_is_alive(&leases->items[*index]))
        return &leases->items[*index];
    leases_drop(leases, (*index)--);
    return NULL;
}

struct lease *leases_find_address(struct leases *leases, const char *network, struct in_addr ip)
{
    struct lease *found = NULL;

    for (size_t i = 0; i < leases->count && !found; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind == LEASE_ADDRESS && l->ip.s_addr == ip.s_addr &&
            strcmp(l->network, network) == 0)
            found = judge(leases, &i);
    }
    return found;
}

struct lease *leases_find_port(
    struct leases *leases, const char *protocol, struct in_addr host_ip, unsigned host_port)
{
    struct lease *found = NULL;

    for (size_t i = 0; i < leases->count && !found; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind == LEASE_PORT && l->host_port == host_port &&
            strcmp(l->protocol, protocol) == 0 &&
            (l->host_ip.s_addr == host_ip.s_addr || l->host_ip.s_addr == INADDR_ANY ||
                host_ip.s_addr == INADDR_ANY))
            found = judge(leases, &i);
    }
    return found;
}
