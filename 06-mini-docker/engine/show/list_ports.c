// SPDX-License-Identifier: MIT
/*
 * The column PORTS. Ports that are published under their own number and follow each other are shown
 * as one range, by address and protocol; those published under another number one by one behind
 * them, as Docker does it. And the ports that a filter names.
 */
#include "list.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct shown_port {
    const char *ip; /* "": it only listens */
    char protocol[8];
    unsigned public_port, port;
};

enum { PORTS_MOST = STATUS_PORTS + 64 };

struct text {
    char *at;
    size_t used, size;
};

static void add_part(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add_part(struct text *text, const char *fmt, ...)
{
    va_list ap;

    if (text->used > 0 && text->used + 2 < text->size)
        text->used += (size_t)sprintf(text->at + text->used, ", ");
    va_start(ap, fmt);
    int length = vsnprintf(text->at + text->used, text->size - text->used, fmt, ap);
    va_end(ap);
    text->used += (size_t)length;
    if (text->used >= text->size)
        text->used = text->size - 1;
}

/* "0.0.0.0:", "[::]:", or nothing */
static const char *host_of(const char *ip, char buf[64])
{
    snprintf(buf, 64, strchr(ip, ':') ? "[%s]:" : ip[0] ? "%s:" : "%s", ip);
    return buf;
}

static int compare(const void *a, const void *b)
{
    const struct shown_port *x = a, *y = b;

    if (x->port != y->port)
        return x->port < y->port ? -1 : 1;
    int order = strcmp(x->ip, y->ip);
    if (order != 0)
        return order;
    if (x->public_port != y->public_port)
        return x->public_port < y->public_port ? -1 : 1;
    return strcmp(x->protocol, y->protocol);
}

static size_t collect(const struct list_item *item, struct shown_port ret[PORTS_MOST])
{
    const struct status *status = &item->status;
    size_t count = 0;

    for (size_t i = 0; i < status->ports_count; i++) {
        const struct status_port *port = &status->ports[i];
        ret[count] = (struct shown_port){
            .ip = port->host_ip, .public_port = port->host_port, .port = port->port};
        strcpy(ret[count++].protocol, port->protocol);
    }
    for (size_t i = 0; i < item->record.config.exposed_ports_count && count < PORTS_MOST; i++) {
        const char *text = item->record.config.exposed_ports[i].key, *slash = strchr(text, '/');
        struct shown_port port = {.ip = "", .port = (unsigned)atoi(text)};
        bool published = false;
        snprintf(port.protocol, sizeof(port.protocol), "%s", slash ? slash + 1 : "tcp");
        for (size_t j = 0; j < status->ports_count; j++)
            published |= status->ports[j].port == port.port &&
                         strcmp(status->ports[j].protocol, port.protocol) == 0;
        if (!published)
            ret[count++] = port;
    }
    return count;
}

/* Does `next` go on with the range that ends with `last`? */
static bool goes_on(const struct shown_port *last, const struct shown_port *next)
{
    return next->port == last->port + 1 && strcmp(next->ip, last->ip) == 0 &&
           strcmp(next->protocol, last->protocol) == 0;
}

static bool is_own_number(const struct shown_port *port)
{
    return !port->ip[0] || port->public_port == port->port;
}

/* The range that begins with ports[i], whose members are marked as shown by port 0. */
static void add_range(struct text *text, struct shown_port *ports, size_t count, size_t i)
{
    struct shown_port first = ports[i], last = first;
    char numbers[24], host[64];

    for (size_t j = i; j < count; j++) {
        if (j == i || (is_own_number(&ports[j]) && goes_on(&last, &ports[j]))) {
            last = ports[j];
            ports[j].port = 0;
        }
    }
    snprintf(
        numbers, sizeof(numbers), last.port > first.port ? "%u-%u" : "%u", first.port, last.port);
    if (first.ip[0])
        add_part(text, "%s%s->%s/%s", host_of(first.ip, host), numbers, numbers, first.protocol);
    else
        add_part(text, "%s/%s", numbers, first.protocol);
}

void list_ports(const struct list_item *item, char *ret, size_t size)
{
    struct shown_port ports[PORTS_MOST];
    struct text text = {.at = ret, .size = size};
    bool runs = item->status.kind == STATUS_RUNNING || item->status.kind == STATUS_PAUSED;
    size_t count = runs ? collect(item, ports) : 0;
    char host[64];

    ret[0] = '\0';
    qsort(ports, count, sizeof(ports[0]), compare);
    for (size_t i = 0; i < count; i++) {
        if (ports[i].port && is_own_number(&ports[i]))
            add_range(&text, ports, count, i);
    }
    for (size_t i = 0; i < count; i++) {
        if (ports[i].port)
            add_part(&text, "%s%u->%u/%s", host_of(ports[i].ip, host), ports[i].public_port,
                ports[i].port, ports[i].protocol);
    }
}

/* "80", "8000-8010" or "80/udp" */
static bool read_ports(const char *text, unsigned *ret_first, unsigned *ret_last, char protocol[8])
{
    char *end;
    unsigned long first = strtoul(text, &end, 10), last = first;

    if (*end == '-' && isdigit((unsigned char)end[1]))
        last = strtoul(end + 1, &end, 10);
    snprintf(protocol, 8, "%s", *end == '/' ? end + 1 : "tcp");
    *ret_first = (unsigned)first;
    *ret_last = (unsigned)last;
    return isdigit((unsigned char)text[0]) && (!*end || *end == '/') && first <= last &&
           last <= 65535;
}

int list_check_ports(const struct filters *filters, struct err *err)
{
    unsigned first, last;
    char protocol[8];

    for (size_t i = 0; i < filters->count; i++) {
        const char *key = filters->items[i].key, *value = filters->items[i].value;
        if ((strcmp(key, "publish") != 0 && strcmp(key, "expose") != 0) ||
            read_ports(value, &first, &last, protocol))
            continue;
        err_refuse(err, EINVAL, "invalid filter '%s=%s'", key, value);
        return err_hint(err, "the values are ports: 80, 8000-8010, 53/udp");
    }
    return 0;
}

bool list_port_fits(const char *value, unsigned port, const char *protocol)
{
    unsigned first, last;
    char wanted[8];

    return read_ports(value, &first, &last, wanted) && port >= first && port <= last &&
           strcmp(wanted, protocol) == 0;
}
