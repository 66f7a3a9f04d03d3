// SPDX-License-Identifier: MIT
/*
 * hostname, hosts and resolv.conf, which are bound into every container over what its image has.
 * They are written in place where they are there already: a file that is bound somewhere is an
 * inode, and a new file in its place would not be seen.
 *
 * A name server on 127.0.0.0/8 (systemd-resolved, dnsmasq) answers the host alone: a container has
 * a loopback of its own; and one of IPv6 is not reached from a network that has none. Then the
 * servers are taken from where systemd-resolved keeps them, and at last public ones, as Docker does
 * it.
 */
#include "network.h"
#include "network_admin.h"
#include "network_rootless.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESOLVED "/run/systemd/resolve/resolv.conf"

static int write_file(
    const struct store *store, const char *id, const char *name, const char *text, struct err *err)
{
    char path[PATH_MAX];
    size_t size = strlen(text);

    record_path(store, id, name, path);
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return err_sys(err, "cannot open %s", path);
    if (fchmod(fd, 0644) < 0 || pwrite(fd, text, size, 0) != (ssize_t)size ||
        ftruncate(fd, (off_t)size) < 0)
        return err_sys(err, "cannot write %s", path);
    return 0;
}

/* The host as the container sees it, where it is on a network of ours. */
static void find_gateway(
    const struct store *store, const struct record *record, char ret[INET_ADDRSTRLEN])
{
    const char *mode = record->host.network_mode ?: "default";
    struct network_list list = {0};
    struct err ignored;

    strcpy(ret, "127.0.0.1");
    network_all(store, &list, &ignored);
    for (size_t i = 0; i < list.count; i++) {
        const struct network *n = &list.items[i];
        if (n->ipam_count > 0 &&
            strcmp(n->name, strcmp(mode, "default") == 0 ? "bridge" : mode) == 0)
            snprintf(ret, INET_ADDRSTRLEN, "%s", n->ipam->gateway);
    }
    network_list_free(&list);
}

/* "HOST:IP" or "HOST=IP". */
static void write_extra(
    FILE *out, const struct store *store, const struct record *record, const char *word)
{
    size_t length = strcspn(word, ":=");
    char gateway[INET_ADDRSTRLEN];
    const char *ip = word + length + (word[length] != '\0');

    if (strcmp(ip, "host-gateway") == 0) {
        find_gateway(store, record, gateway);
        ip = gateway;
    }
    fprintf(out, "%s\t%.*s\n", ip, (int)length, word);
}

static bool is_of_host(const struct record_host *host)
{
    return strcmp(host->network_mode ?: "", "host") == 0;
}

static int write_hosts(const struct store *store, const struct record *record, struct err *err)
{
    cleanup_free char *text = NULL, *hosts = NULL;
    bool host = is_of_host(&record->host);
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return err_sys(err, "no memory");
    if (host && (hosts = fsio_read("/etc", "hosts", err)))
        fprintf(out, "%s\n", hosts);
    else
        fputs("127.0.0.1\tlocalhost\n"
              "::1\tlocalhost ip6-localhost ip6-loopback\n"
              "fe00::0\tip6-localnet\n"
              "ff00::0\tip6-mcastprefix\n"
              "ff02::1\tip6-allnodes\n"
              "ff02::2\tip6-allrouters\n",
            out);
    for (const char *const *extra = record->host.extra_hosts; extra && *extra; extra++)
        write_extra(out, store, record, *extra);
    if (fclose(out) != 0)
        return err_sys(err, "no memory");
    return write_file(store, record->id, "hosts", text, err);
}

static bool is_given(const char *const *words)
{
    return words && *words;
}

/* A line of the host's for which the container has words of its own. */
static bool is_replaced(const struct record_host *host, const char *line)
{
    return (is_given(host->dns) && strncmp(line, "nameserver", 10) == 0) ||
           (is_given(host->dns_search) &&
               (strncmp(line, "search", 6) == 0 || strncmp(line, "domain", 6) == 0)) ||
           (is_given(host->dns_options) && strncmp(line, "options", 7) == 0);
}

/* In the host's network that is each server; else none of a loopback, and of IPv6 only what pasta
 * leads on: our networks have none. */
static bool is_reached(const struct record_host *host, const char *server)
{
    struct in_addr ip;

    if (is_of_host(host))
        return true;
    if (inet_pton(AF_INET, server, &ip) == 1)
        return (ntohl(ip.s_addr) >> 24) != 127;
    return !host_owns_network() && strcmp(server, "::1") != 0;
}

/* Copy the lines that a container can use. Returns how many name servers are among them. */
static int copy_resolv(FILE *out, const char *text, const struct record_host *host)
{
    char line[512], server[64];
    int count = 0;

    while (*text) {
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)length, text);
        text += length + (text[length] == '\n');
        bool is_server = sscanf(line, "nameserver %63s", server) == 1;
        if (line[0] == '#' || line[0] == ';' || (is_server && !is_reached(host, server)) ||
            is_replaced(host, line))
            continue;
        fprintf(out, "%s\n", line);
        count += is_server;
    }
    return count;
}

/* "search a b"; a search of "." is none at all. */
static void write_words(FILE *out, const char *name, const char *const *words)
{
    if (!is_given(words) || strcmp(*words, ".") == 0)
        return;
    fputs(name, out);
    for (; *words; words++)
        fprintf(out, " %s", *words);
    fputc('\n', out);
}

static void write_resolv(FILE *out, const struct record *record)
{
    struct err ignored;
    cleanup_free char *text = fsio_read("/etc", "resolv.conf", &ignored);
    cleanup_free char *resolved = fsio_read(NULL, RESOLVED, &ignored);
    const char *const *dns = record->host.dns;

    if (is_of_host(&record->host) && !is_given(dns) && !is_given(record->host.dns_search) &&
        !is_given(record->host.dns_options)) {
        fprintf(out, "%s\n", text ?: "");
        return;
    }
    write_words(out, "search", record->host.dns_search);
    write_words(out, "options", record->host.dns_options);
    int servers = copy_resolv(out, text ?: "", &record->host);
    for (; dns && *dns; dns++, servers++)
        fprintf(out, "nameserver %s\n", *dns);
    if (servers == 0 && network_rootless_dns()) {
        fprintf(out, "nameserver %s\n", network_rootless_dns());
        servers++;
    }
    if (servers == 0 && resolved)
        servers = copy_resolv(out, resolved, &record->host);
    if (servers == 0)
        fputs("nameserver 8.8.8.8\nnameserver 8.8.4.4\n", out);
}

/* With container:X the three are X's own files, so that what changes there is seen here. */
static int share_files(
    const struct store *store, const struct record *record, const char *other, struct err *err)
{
    static const char *const names[] = {"hostname", "hosts", "resolv.conf"};
    char path[PATH_MAX], target[STORE_ID + 32], id[STORE_ID + 1];

    if (record_find(store, other, id, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        record_path(store, record->id, names[i], path);
        snprintf(target, sizeof(target), "../%s/%s", id, names[i]);
        if ((unlink(path) < 0 && errno != ENOENT) || symlink(target, path) < 0)
            return err_sys(err, "cannot make the link %s", path);
    }
    return 0;
}

int network_files(const struct store *store, const struct record *record, struct err *err)
{
    const char *mode = record->host.network_mode ?: "";
    char hostname[256];
    cleanup_free char *text = NULL;
    size_t size;

    if (strncmp(mode, "container:", 10) == 0)
        return share_files(store, record, mode + 10, err);
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return err_sys(err, "no memory");
    write_resolv(out, record);
    if (fclose(out) != 0)
        return err_sys(err, "no memory");
    snprintf(hostname, sizeof(hostname), "%s\n", record->config.hostname ?: record->name);
    if (write_file(store, record->id, "resolv.conf", text, err) < 0 ||
        write_file(store, record->id, "hostname", hostname, err) < 0)
        return -1;
    return write_hosts(store, record, err);
}
