// SPDX-License-Identifier: MIT
/*
 * -p [IP:][HOST_PORT:]PORT[/PROTOCOL] and --expose PORT[/PROTOCOL]. Where a port is written, a
 * range may be: 8000-8010. Port 0 of the host is any that is free, as none is. Two ranges are taken
 * port by port and must be of one length; a range of the host alone is kept, and the engine takes a
 * free port out of it.
 */
#include "creation.h"

#include "engine/store/status.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct range {
    unsigned first, last;
};

struct spec_port {
    char ip[INET6_ADDRSTRLEN], protocol[5];
    bool host_given;
    struct range host, port;
};

struct ports {
    struct record_port *items;
    size_t count, room, bindings;
};

/* "80", "80-90"; up to `length` bytes of the text. */
static bool read_range(const char *text, size_t length, unsigned least, struct range *ret)
{
    char *end;

    ret->first = ret->last = 0;
    if (length == 0 || length > 11 || strspn(text, "0123456789-") < length || text[0] == '-')
        return false;
    unsigned long first = strtoul(text, &end, 10), last = first;
    if (*end == '-' && end < text + length && end[1] != '-')
        last = strtoul(end + 1, &end, 10);
    ret->first = (unsigned)first;
    ret->last = (unsigned)last;
    return end == text + length && first >= least && first <= last && last <= 65535;
}

/* What is behind the slash; *length is cut to what is before it. */
static int read_protocol(struct creation *creation, const char *word, size_t *length, char ret[5])
{
    static const char *const known[] = {"tcp", "udp", "sctp", NULL};
    const char *slash = strchr(word, '/'), *const *protocol = known;

    strcpy(ret, "tcp");
    *length = slash ? (size_t)(slash - word) : strlen(word);
    if (!slash)
        return 0;
    while (*protocol && strcasecmp(*protocol, slash + 1) != 0)
        protocol++;
    if (!*protocol)
        return err_set(creation->err, ERR_USAGE, "invalid proto: %.20s", slash + 1);
    strcpy(ret, *protocol);
    return 0;
}

/* "IP:" in front, an IPv6 one in brackets; *word and *length go on behind it. */
static bool take_address(const char **word, size_t *length, char ret[INET6_ADDRSTRLEN])
{
    const char *start = *word, *end = NULL;
    struct in6_addr address;
    bool six = start[0] == '[';

    ret[0] = '\0';
    if (six) {
        end = strstr(++start, "]:");
    } else {
        /* two colons: IP:PORT:PORT */
        const char *first = memchr(start, ':', *length);
        if (!first || !memchr(first + 1, ':', *length - (size_t)(first + 1 - start)))
            return true;
        end = first;
    }
    if (!end || end - start >= INET6_ADDRSTRLEN)
        return false;
    snprintf(ret, INET6_ADDRSTRLEN, "%.*s", (int)(end - start), start);
    const char *rest = end + (six ? 2 : 1);
    *length -= (size_t)(rest - *word);
    *word = rest;
    return !ret[0] || inet_pton(six ? AF_INET6 : AF_INET, ret, &address) == 1;
}

static int read_publish(struct creation *creation, const char *word, struct spec_port *ret)
{
    const char *rest = word;
    size_t length;

    if (read_protocol(creation, word, &length, ret->protocol) < 0)
        return -1;
    if (!take_address(&rest, &length, ret->ip))
        return err_set(creation->err, ERR_USAGE, "invalid IP address: %.45s", ret->ip);
    const char *colon = memchr(rest, ':', length);
    size_t host_length = colon ? (size_t)(colon - rest) : 0;
    ret->host_given = host_length > 0;
    if (ret->host_given && !read_range(rest, host_length, 0, &ret->host))
        return err_set(creation->err, ERR_USAGE, "invalid hostPort: %.*s", (int)host_length, rest);
    const char *port = colon ? colon + 1 : rest;
    length -= (size_t)(port - rest);
    if (length == 0)
        return err_set(creation->err, ERR_USAGE, "no port specified: %.60s<empty>", word);
    if (!read_range(port, length, 1, &ret->port))
        return err_set(creation->err, ERR_USAGE, "invalid containerPort: %.*s", (int)length, port);
    unsigned ports = ret->port.last - ret->port.first, hosts = ret->host.last - ret->host.first;
    if (ret->host_given && ports != hosts && ports > 0)
        return err_set(creation->err, ERR_USAGE,
            "invalid ranges specified for container and host Ports: %.*s and %.*s", (int)length,
            port, (int)host_length, rest);
    return 0;
}

/* The entry of "80/tcp", made if there is none. */
static struct record_port *find_port(
    struct creation *creation, struct ports *ports, const char *name)
{
    for (size_t i = 0; i < ports->count; i++) {
        if (strcmp(ports->items[i].port, name) == 0)
            return &ports->items[i];
    }
    if (ports->count == STATUS_PORTS) {
        err_set(creation->err, ERR_USAGE, "more than %d published ports", STATUS_PORTS);
        err_hint(creation->err, "each has rules of its own -> --network host, where all are open");
        return NULL;
    }
    ports->items[ports->count].port = name;
    return &ports->items[ports->count++];
}

static int add_binding(
    struct creation *creation, struct record_port *port, const struct spec_port *spec, unsigned at)
{
    struct record_binding *larger =
        creation_alloc(creation, port->bindings_count + 1, sizeof(*larger));
    struct record_binding *last = larger + port->bindings_count;

    if (!larger)
        return -1;
    if (port->bindings_count > 0)
        memcpy(larger, port->bindings, port->bindings_count * sizeof(*larger));
    last->host_ip = json_print(&creation->memory, "%s", spec->ip);
    if (!spec->host_given)
        last->host_port = "";
    else if (spec->port.first == spec->port.last && spec->host.first != spec->host.last)
        last->host_port = json_print(&creation->memory, "%u-%u", spec->host.first, spec->host.last);
    else
        last->host_port = json_print(&creation->memory, "%u", spec->host.first + at);
    port->bindings = larger;
    port->bindings_count++;
    return last->host_ip && last->host_port ? 0 : -1;
}

static int publish(struct creation *creation, const struct spec_port *spec, struct ports *ports,
    struct pairs *exposed)
{
    for (unsigned at = 0; at <= spec->port.last - spec->port.first; at++) {
        char *name = json_print(&creation->memory, "%u/%s", spec->port.first + at, spec->protocol);
        struct record_port *port = name ? find_port(creation, ports, name) : NULL;
        if (!port || add_binding(creation, port, spec, at) < 0 ||
            creation_set(creation, exposed, name, NULL) < 0)
            return -1;
    }
    return 0;
}

/* Each port of a range is a key, and a key costs memory: a whole range of 65535 is no use. */
static int expose(struct creation *creation, const char *word, struct pairs *exposed)
{
    enum { MOST = 4096 };
    char protocol[5];
    struct range range;
    size_t length;

    if (read_protocol(creation, word, &length, protocol) < 0)
        return -1;
    if (!read_range(word, length, 1, &range))
        return err_set(creation->err, ERR_USAGE, "invalid range format for --expose: %.60s", word);
    if (range.last - range.first >= MOST)
        return creation_refuse(creation, "--expose", word, "more than %d ports", MOST);
    for (unsigned port = range.first; port <= range.last; port++) {
        char *name = json_print(&creation->memory, "%u/%s", port, protocol);
        if (!name || creation_set(creation, exposed, name, NULL) < 0)
            return -1;
    }
    return 0;
}

int create_ports(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_config *config = &creation->record->config;
    struct record_host *host = &creation->record->host;
    struct ports ports = {.items = creation_alloc(creation, STATUS_PORTS, sizeof(*ports.items))};
    struct pairs exposed = {0};

    if (!ports.items)
        return -1;
    for (size_t i = 0; i < creation->image->exposed_ports_count; i++) {
        if (creation_set(creation, &exposed, creation->image->exposed_ports[i].key, NULL) < 0)
            return -1;
    }
    for (size_t i = 0; i < options->expose.count; i++) {
        if (expose(creation, options->expose.items[i], &exposed) < 0)
            return -1;
    }
    for (size_t i = 0; i < options->publish.count; i++) {
        struct spec_port spec = {0};
        if (read_publish(creation, options->publish.items[i], &spec) < 0 ||
            publish(creation, &spec, &ports, &exposed) < 0)
            return -1;
    }
    host->ports = ports.items;
    host->ports_count = ports.count;
    host->publish_all = options->publish_all;
    config->exposed_ports = exposed.items;
    config->exposed_ports_count = exposed.count;
    return 0;
}
