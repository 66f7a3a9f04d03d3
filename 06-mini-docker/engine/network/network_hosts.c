// SPDX-License-Identifier: MIT
/*
 * Docker answers names from a DNS server in every container's namespace. Ours are files: a network
 * of a machine has few members, they change only when one starts or ends, and who starts or ends
 * one is a command that can write them all. There is no process to keep alive, no time in which a
 * name is known here and not there: when `run -d` has returned, every member has the name.
 *
 * The file is bound into the container by its inode, so it is never replaced, only written: once,
 * with all bytes, and then cut. What stands before and behind our two lines stays: it may be the
 * container's own. A reader in between the two system calls may see the end of the old text after
 * the new one.
 */
#include "network_hosts.h"

#include "engine/store/record.h"

#include "cleanup.h"
#include "fsio.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGIN "# networks: begin (written anew as containers come and go)\n"
#define END   "# networks: end\n"

/* "web,www" -> "web www" */
static void write_names(FILE *out, const char *names)
{
    for (const char *c = names; *c; c++)
        fputc(*c == ',' ? ' ' : *c, out);
}

static void write_line(FILE *out, const struct lease *lease, const char *hostname)
{
    const char *dot = hostname ? strchr(hostname, '.') : NULL;
    char ip[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &lease->ip, ip, sizeof(ip));
    fprintf(out, "%s\t", ip);
    if (hostname)
        fprintf(out, "%s ", hostname);
    if (dot > hostname) /* "box.example.org box", as Docker has it */
        fprintf(out, "%.*s ", (int)(dot - hostname), hostname);
    if (strcmp(lease->names, "-") != 0) {
        write_names(out, lease->names);
        fputc(' ', out);
    }
    fprintf(out, "%.*s\n", STORE_SHORT_ID, lease->container);
}

static bool shares(const struct leases *leases, const char *container, const struct lease *other)
{
    for (size_t i = 0; i < leases->count; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind == LEASE_ADDRESS && strcmp(l->container, container) == 0 &&
            strcmp(l->network, other->network) == 0)
            return true;
    }
    return false;
}

/* Its own lines come first: a host name is looked up from the top. */
static void write_part(FILE *out, const struct leases *leases, const char *container,
    const char *hostname, const char *plain)
{
    fputs(BEGIN, out);
    for (size_t i = 0; i < leases->count; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind == LEASE_ADDRESS && strcmp(l->container, container) == 0)
            write_line(out, l, hostname);
    }
    for (size_t i = 0; i < leases->count; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind == LEASE_ADDRESS && strcmp(l->container, container) != 0 &&
            strcmp(l->network, plain) != 0 && shares(leases, container, l))
            write_line(out, l, NULL);
    }
    fputs(END, out);
}

/* The file's text with our part exchanged; the caller frees it. */
static char *renew(const char *text, const struct leases *leases, const char *container,
    const char *hostname, const char *plain, size_t *ret_size)
{
    const char *begin = strstr(text, BEGIN) ?: text + strlen(text);
    const char *end = strstr(begin, END);
    char *fresh = NULL;
    FILE *out = open_memstream(&fresh, ret_size);

    if (!out)
        return NULL;
    fwrite(text, 1, (size_t)(begin - text), out);
    if (begin > text && begin[-1] != '\n')
        fputc('\n', out);
    write_part(out, leases, container, hostname, plain);
    if (end)
        fputs(end + strlen(END), out);
    return fclose(out) == 0 ? fresh : NULL;
}

static int write_one(const struct store *store, const struct leases *leases, const char *container,
    const char *plain, struct err *err)
{
    char path[PATH_MAX];
    size_t size;

    record_path(store, container, "hostname", path);
    cleanup_free char *hostname = fsio_read(NULL, path, err);
    record_path(store, container, "hosts", path);
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) /* it is being removed, or shares another's */
        return errno == ENOENT || errno == ELOOP ? 0 : err_sys(err, "cannot open %s", path);
    cleanup_free char *text = NULL;
    if (fsio_read_fd(fd, 1 << 20, &text) < 0) /* its container has filled it: its own loss alone */
        return errno == EFBIG ? 0 : err_sys(err, "cannot read %s", path);
    cleanup_free char *fresh = renew(text, leases, container, hostname, plain, &size);
    if (!fresh || pwrite(fd, fresh, size, 0) != (ssize_t)size || ftruncate(fd, (off_t)size) < 0)
        return err_sys(err, "cannot write %s", path);
    return 0;
}

int network_hosts_tell(const struct store *store, const struct leases *leases, const char *network,
    const char *plain, struct err *err)
{
    if (strcmp(network, plain) == 0)
        return 0;
    for (size_t i = 0; i < leases->count; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind == LEASE_ADDRESS && strcmp(l->network, network) == 0 &&
            write_one(store, leases, l->container, plain, err) < 0)
            return -1;
    }
    return 0;
}

int network_hosts_write(const struct store *store, const struct leases *leases,
    const char *container, const char *plain, struct err *err)
{
    if (write_one(store, leases, container, plain, err) < 0)
        return -1;
    for (size_t i = 0; i < leases->count; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind == LEASE_ADDRESS && strcmp(l->container, container) == 0 &&
            network_hosts_tell(store, leases, l->network, plain, err) < 0)
            return -1;
    }
    return 0;
}

int network_hosts_rename(const struct store *store, struct leases *leases, const char *container,
    const char *name, const char *plain, struct err *err)
{
    char names[LEASE_NAMES];
    bool any = false;

    for (size_t i = 0; i < leases->count; i++) {
        struct lease *l = &leases->items[i];
        if (l->kind != LEASE_ADDRESS || strcmp(l->container, container) != 0)
            continue;
        any = true;
        const char *aliases = strchrnul(l->names, ',');
        if (snprintf(names, sizeof(names), "%s%s", name, aliases) >= (int)sizeof(names))
            return err_refuse(
                err, EINVAL, "too many network aliases: %d letters in all", LEASE_NAMES);
        strcpy(l->names, names);
    }
    if (!any)
        return 0;
    return leases_save(leases, err) < 0 ? -1
                                        : network_hosts_write(store, leases, container, plain, err);
}
