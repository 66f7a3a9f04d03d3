// SPDX-License-Identifier: MIT
/*
 * The words of -p. The container's port is all that must be there; in front of it stand the host's,
 * and in front of that one of its addresses:  127.0.0.1:8000-8002:80-82/udp
 */
#include "ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands between the colons, each NULL where it is not there. */
struct parts {
    char text[128];
    const char *ip, *host, *port, *protocol;
};

static int split(const char *word, struct parts *ret, struct err *err)
{
    if (strlen(word) >= sizeof(ret->text))
        return err_set(err, ERR_USAGE, "invalid port: %.100s…", word);
    strcpy(ret->text, word);
    char *slash = strrchr(ret->text, '/');
    ret->protocol = slash ? slash + 1 : "tcp";
    if (slash)
        *slash = '\0';
    ret->ip = ret->host = NULL;
    ret->port = ret->text;
    char *colon = strrchr(ret->text, ':');
    if (!colon)
        return 0;
    *colon = '\0';
    ret->port = colon + 1;
    ret->host = ret->text;
    colon = strrchr(ret->text, ':');
    if (!colon)
        return 0;
    *colon = '\0';
    ret->host = colon + 1;
    ret->ip = ret->text;
    return 0;
}

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
    return err_hint(err, "a port is one of a protocol -> tcp or udp");
}

static int read_ip(const char *text, struct in_addr *ret, struct err *err)
{
    if (inet_pton(AF_INET, text, ret) == 1)
        return 0;
    err_set(err, ERR_USAGE, "invalid IP address: %s", text);
    return err_hint(err, "it is one of the host's own IPv4 addresses -> ip addr");
}

int ports_parse(const char *word,
    int (*add)(
        const char *host_ip, const char *host_port, const char *port, void *arg, struct err *err),
    void *arg, struct err *err)
{
    unsigned first, last, host_first = 0, host_last = 0;
    char host[16], port[24];
    struct in_addr ip;
    struct parts parts;

    if (split(word, &parts, err) < 0 || check_protocol(parts.protocol, err) < 0)
        return -1;
    if (parts.port[0] == '\0')
        return err_set(err, ERR_USAGE, "no port specified: %s<empty>", word);
    if (!read_range(parts.port, &first, &last) || first == 0)
        return err_set(err, ERR_USAGE, "invalid containerPort: %s", parts.port);
    bool given = parts.host && parts.host[0];
    if (given && (!read_range(parts.host, &host_first, &host_last)))
        return err_set(err, ERR_USAGE, "invalid hostPort: %s", parts.host);
    if (parts.ip && parts.ip[0] && read_ip(parts.ip, &ip, err) < 0)
        return -1;
    bool one_of = given && first == last && host_first != host_last;
    if (given && !one_of && host_last - host_first != last - first)
        return err_set(err, ERR_USAGE,
            "invalid ranges specified for container and host Ports: %s and %s", parts.port,
            parts.host);
    for (unsigned i = 0; i <= last - first; i++) {
        snprintf(port, sizeof(port), "%u/%s", first + i, parts.protocol);
        snprintf(host, sizeof(host), "%u", host_first + i);
        if (add(parts.ip ?: "", one_of ? parts.host : given ? host : "", port, arg, err) < 0)
            return -1;
    }
    return 0;
}

int ports_read(const char *host_ip, const char *host_port, const char *port, struct ports_wish *ret,
    struct err *err)
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
