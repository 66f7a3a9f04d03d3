// SPDX-License-Identifier: MIT
/* port: which ports of a container are published, and where. */
#include "show_commands.h"

#include "engine/store/record.h"
#include "engine/store/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct opt OPTS[] = {{0}};

/* "80" or "80/udp"; no protocol is tcp. */
static int read_port(const char *word, unsigned *ret_port, char ret_protocol[8], struct err *err)
{
    char *end;
    unsigned long number = strtoul(word, &end, 10);
    bool plain = word[0] >= '0' && word[0] <= '9' && number > 0 && number <= 65535;

    if (plain && (!*end || (*end == '/' && end[1] && strlen(end) < 8))) {
        *ret_port = (unsigned)number;
        strcpy(ret_protocol, *end ? end + 1 : "tcp");
        return 0;
    }
    err_refuse(err, EINVAL, "'%s' is no port", word);
    return err_hint(err, "a port is a number from 1 to 65535, and its protocol: 80, 53/udp");
}

static void print_address(const struct status_port *port)
{
    printf(strchr(port->host_ip, ':') ? "[%s]:%u\n" : "%s:%u\n", port->host_ip, port->host_port);
}

static int print_one(
    const struct status *status, const char *name, const char *word, struct err *err)
{
    unsigned port = 0;
    char protocol[8] = "";
    bool found = false;

    if (read_port(word, &port, protocol, err) < 0)
        return -1;
    for (size_t i = 0; i < status->ports_count; i++) {
        const struct status_port *row = &status->ports[i];
        if (row->port == port && strcmp(row->protocol, protocol) == 0) {
            print_address(row);
            found = true;
        }
    }
    if (found)
        return 0;
    return err_refuse(err, ENOENT, "No public port '%s' published for %s", word, name);
}

/* Docker's: 9/tcp before 80/tcp, and 53/tcp before 53/udp. */
static int by_port(const void *a, const void *b)
{
    const struct status_port *one = a, *other = b;

    if (one->port != other->port)
        return one->port < other->port ? -1 : 1;
    int protocols = strcmp(one->protocol, other->protocol);
    if (protocols != 0)
        return protocols;
    int addresses = strverscmp(one->host_ip, other->host_ip);
    return addresses ? addresses : (int)one->host_port - (int)other->host_port;
}

static int print(struct status *status, const char *name, const char *word, struct err *err)
{
    qsort(status->ports, status->ports_count, sizeof(status->ports[0]), by_port);
    if (word)
        return print_one(status, name, word, err);
    for (size_t i = 0; i < status->ports_count; i++) {
        printf("%u/%s -> ", status->ports[i].port, status->ports[i].protocol);
        print_address(&status->ports[i]);
    }
    return 0;
}

static int port_run(void *args, int argc, char **argv, struct err *err)
{
    struct store store;
    struct status status;
    char id[STORE_ID + 1];

    (void)args;
    if (cli_store(&store, err) < 0 || record_find(&store, argv[0], id, err) < 0 ||
        status_ask(&store, id, &status, err) < 0)
        return -1;
    return print(&status, argv[0], argc > 1 ? argv[1] : NULL, err);
}

const struct command port_command = {
    .name = "port",
    .operands = "CONTAINER [PORT[/PROTOCOL]]",
    .summary = "Where the ports of a container are published",
    .mixed = true,
    .least = 1,
    .most = 2,
    .opts = OPTS,
    .run = port_run,
};
