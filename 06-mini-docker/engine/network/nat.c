// SPDX-License-Identifier: MIT
/*
 * The rules are text, for nft(8) to read: nobody has to know more than its manual to follow them,
 * and the library behind it is not to be had statically. A run of nft costs 5 ms, so none
 * happens on the way of a plain start: the table stays, and whether it is there is asked of the
 * kernel, by one message.
 */
#include "nat.h"

#include "cleanup.h"
#include "proc.h"
#include "rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TABLE_NAME = 32 };

/* nat.nft, as the linker takes it in */
__asm__(".pushsection .rodata\n"
        ".global nat_rules\n"
        "nat_rules: .incbin \"engine/network/nat.nft\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char nat_rules[];

/* A root beside the usual one has a table of its own, named by a hash of its path (FNV-1a). */
static void table_name(const struct store *store, char ret[TABLE_NAME])
{
    uint32_t hash = 2166136261;

    for (const char *c = store->root; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619;
    if (strcmp(store->root, "/var/lib/mini-docker") == 0)
        strcpy(ret, "mini-docker");
    else
        snprintf(ret, TABLE_NAME, "mini-docker-%08x", hash);
}

static int become_nft(void *arg, struct err *err)
{
    const int *script = arg;

    if (dup2(*script, STDIN_FILENO) < 0 || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        return err_sys(err, "cannot redirect nft");
    return 0;
}

static char *run_nft(const char *const *argv, const char *script, struct err *err)
{
    cleanup_close int fd = memfd_create("rules", MFD_CLOEXEC);
    const struct proc_spec spec = {.argv = argv, .setup = become_nft, .arg = &fd};
    int status = 0;

    if (fd < 0 || write(fd, script, strlen(script)) != (ssize_t)strlen(script) ||
        lseek(fd, 0, SEEK_SET) < 0) {
        err_sys(err, "cannot write a script for nft");
        return NULL;
    }
    cleanup_free char *said = proc_capture(&spec, &status, err);
    if (said && status == 0)
        return steal_ptr(said);
    if (said && status > 128) {
        err_refuse(err, 0, "nft was ended by signal %d", status - 128);
        err_hint(err, "somebody has killed it, or memory was short -> once more");
    } else if (said) {
        err_refuse(err, 0, "nft refused what the networks need");
        err_hint(err, "it says: %.300s", said);
    } else if (err->kind == ERR_NOT_FOUND) {
        err_hint(err, "a network's rules are nftables' -> install the package nftables, or run "
                      "--network none or host");
        err->kind = ERR_SYS;
    }
    return NULL;
}

int nat_run(const char *script, struct err *err)
{
    static const char *const argv[] = {"nft", "-f", "-", NULL};
    cleanup_free char *said = run_nft(argv, script, err);

    return said ? 0 : -1;
}

char *nat_list(const char *const *what, struct err *err)
{
    const char *argv[8] = {"nft", "-j", "list"};

    for (size_t i = 3; *what && i < 7; i++)
        argv[i] = *what++;
    return run_nft(argv, "", err);
}

static void write_network(FILE *out, const char *table, const struct network *network)
{
    if (network->ipam_count == 0)
        return;
    fprintf(out, "add element ip %s links { \"%s\" }\n", table, network->link);
    fprintf(
        out, "add element ip %s same { \"%s\" . \"%s\" }\n", table, network->link, network->link);
    fprintf(out, "add element ip %s subnets { %s }\n", table, network->ipam->subnet);
    if (network->internal)
        fprintf(out, "add element ip %s internal { \"%s\" }\n", table, network->link);
}

/* "docker0", and of each other network of Docker's "br-" with 12 digits of its ID. */
static bool is_dockers(const char *link)
{
    return strcmp(link, "docker0") == 0 || (strncmp(link, "br-", 3) == 0 && strlen(link) == 15 &&
                                               strspn(link + 3, "0123456789abcdef") == 12);
}

static void write_dockers(FILE *out, const char *table)
{
    struct if_nameindex *links = if_nameindex();

    for (struct if_nameindex *link = links; link && link->if_index; link++) {
        if (is_dockers(link->if_name))
            fprintf(out, "add element ip %s dockers { \"%s\" }\n", table, link->if_name);
    }
    if (links)
        if_freenameindex(links);
}

static void write_port(FILE *out, const char *table, const struct lease *lease)
{
    char ip[INET_ADDRSTRLEN], host_ip[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &lease->ip, ip, sizeof(ip));
    inet_ntop(AF_INET, &lease->host_ip, host_ip, sizeof(host_ip));
    if (lease->host_ip.s_addr == INADDR_ANY)
        fprintf(out, "add element ip %s ports { %s . %u : %s . %u }\n", table, lease->protocol,
            lease->host_port, ip, lease->port);
    else
        fprintf(out, "add element ip %s ports_at { %s . %s . %u : %s . %u }\n", table,
            lease->protocol, host_ip, lease->host_port, ip, lease->port);
}

int nat_apply(const struct store *store, const struct leases *leases, struct err *err)
{
    char table[TABLE_NAME];
    cleanup_free char *script = NULL;
    struct network_list list;
    size_t size;

    if (network_list(store, &list, err) < 0)
        return -1;
    table_name(store, table);
    FILE *out = open_memstream(&script, &size);
    if (!out) {
        network_list_free(&list);
        return err_sys(err, "no memory");
    }
    /* one that is there is removed: `add` before `delete` makes that true in any case */
    fprintf(out, "add table ip %s\ndelete table ip %s\ntable ip %s {\n%s}\n", table, table, table,
        nat_rules);
    for (size_t i = 0; i < list.count; i++)
        write_network(out, table, &list.items[i]);
    write_dockers(out, table);
    for (size_t i = 0; i < leases->count; i++) {
        if (leases->items[i].kind == LEASE_PORT)
            write_port(out, table, &leases->items[i]);
    }
    network_list_free(&list);
    if (fclose(out) != 0)
        return err_sys(err, "no memory");
    return nat_run(script, err);
}

bool nat_has_table(uint8_t family, const char *name)
{
    const struct nfgenmsg header = {.nfgen_family = family, .version = NFNETLINK_V0};
    cleanup_close int sock = -1;
    struct err ignored;
    struct rtnl m;

    rtnl_begin(&m, (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETTABLE, 0, &header, sizeof(header));
    rtnl_text(&m, NFTA_TABLE_NAME, name);
    return rtnl_open(NETLINK_NETFILTER, &sock, &ignored) == 0 &&
           rtnl_send(sock, &m, &ignored, "no table") == 0;
}

bool nat_is_there(const struct store *store)
{
    char table[TABLE_NAME];

    table_name(store, table);
    return nat_has_table(NFPROTO_IPV4, table);
}

int nat_remove(const struct store *store, struct err *err)
{
    char table[TABLE_NAME], script[2 * TABLE_NAME + 64];

    table_name(store, table);
    snprintf(script, sizeof(script), "add table ip %s\ndelete table ip %s\n", table, table);
    return nat_run(script, err);
}
