// SPDX-License-Identifier: MIT
/*
 * The words that a record has for a published port (create_ports.c judged -p when it was typed), as
 * numbers.
 */
#include "ports.h"

#include "engine/store/record.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_number(const char *text, size_t length, unsigned *ret)
{
    char *end;

    if (length == 0 || length > 5 || strspn(text, "0123456789") < length)
        return false;
    *ret = (unsigned)strtoul(text, &end, 10);
    return *ret <= 65535;
}

/* "80" or "80-82". */
static bool read_range(const char *text, unsigned *ret_first, unsigned *ret_last)
{
    size_t length = strcspn(text, "-");

    if (!read_number(text, length, ret_first))
        return false;
    *ret_last = *ret_first;
    if (!text[length])
        return true;
    text += length + 1;
    return read_number(text, strlen(text), ret_last) && *ret_last >= *ret_first;
}

static int check_protocol(const char *protocol, struct err *err)
{
    if (strcmp(protocol, "tcp") == 0 || strcmp(protocol, "udp") == 0)
        return 0;
    err_set(err, ERR_USAGE, "invalid proto: %s", protocol);
    return err_hint(err, "others are not led into a container -> tcp or udp, or --network host");
}

static int read_ip(const char *text, struct in_addr *ret, struct err *err)
{
    struct in6_addr six;

    if (inet_pton(AF_INET, text, ret) == 1)
        return 0;
    if (inet_pton(AF_INET6, text, &six) == 1) {
        err_set(err, ERR_USAGE, "cannot publish on the IPv6 address %s", text);
        return err_hint(err, "there is IPv4 alone -> publish on 127.0.0.1, on another address of "
                             "the host's, or without one on all; or run --network host");
    }
    err_set(err, ERR_USAGE, "invalid IP address: %s", text);
    return err_hint(err, "it is one of the host's own IPv4 addresses -> ip addr");
}

/* The words of a record: "", "8080" or "8000-8010", "80/tcp". */
static int read_wish(const char *host_ip, const char *host_port, const char *port,
    struct ports_wish *ret, struct err *err)
{
    unsigned last;
    char number[8];
    const char *slash = strchrnul(port, '/');

    memset(ret, 0, sizeof(*ret));
    snprintf(number, sizeof(number), "%.*s", (int)(slash - port), port);
    snprintf(ret->protocol, sizeof(ret->protocol), "%s", *slash ? slash + 1 : "tcp");
    if (!read_range(number, &ret->port, &last) || ret->port == 0 || last != ret->port)
        return err_set(err, ERR_USAGE, "invalid containerPort: %s", port);
    if (check_protocol(ret->protocol, err) < 0)
        return -1;
    if (host_ip && host_ip[0] && read_ip(host_ip, &ret->host_ip, err) < 0)
        return -1;
    if (host_port && host_port[0] && !read_range(host_port, &ret->first, &ret->last))
        return err_set(err, ERR_USAGE, "invalid hostPort: %s", host_port);
    return 0;
}

bool ports_wanted(const struct record *record)
{
    return record->host.ports_count > 0 ||
           (record->host.publish_all && record->config.exposed_ports_count > 0);
}

static bool is_bound(const struct record *record, const char *port)
{
    for (size_t i = 0; i < record->host.ports_count; i++) {
        if (strcmp(record->host.ports[i].port, port) == 0)
            return true;
    }
    return false;
}

int ports_each(const struct record *record,
    int (*each)(const struct ports_wish *wish, void *arg, struct err *err), void *arg,
    struct err *err)
{
    struct ports_wish wish;

    for (size_t i = 0; i < record->host.ports_count; i++) {
        const struct record_port *p = &record->host.ports[i];
        for (size_t j = 0; j < p->bindings_count; j++) {
            const struct record_binding *b = &p->bindings[j];
            if (read_wish(b->host_ip, b->host_port, p->port, &wish, err) < 0 ||
                each(&wish, arg, err) < 0)
                return -1;
        }
    }
    for (size_t i = 0; record->host.publish_all && i < record->config.exposed_ports_count; i++) {
        const char *port = record->config.exposed_ports[i].key;
        if (!is_bound(record, port) &&
            (read_wish("", "", port, &wish, err) < 0 || each(&wish, arg, err) < 0))
            return -1;
    }
    return 0;
}
