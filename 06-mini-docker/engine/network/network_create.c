// SPDX-License-Identifier: MIT
/*
 * A new network: its name judged, its range of addresses chosen or judged, its file written. The
 * three that are always there are written here too, by whoever first looks for one: bridge needs a
 * range, which cannot be known before the host is.
 */
#include "network_store.h"

#include "cleanup.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The least is IPv4's (RFC 791), the most the kernel's for a cable. */
enum { MTU_LEAST = 68, MTU_MOST = 65535 };

static int check_name(const struct store *store, const char *name, struct err *err)
{
    struct network there;
    struct err ignored;

    if (network_is_builtin(name) || strcmp(name, "default") == 0) /* --network's word for bridge */
        return err_refuse(err, EPERM, "operation is not permitted on predefined %s network", name);
    if (!isalnum((unsigned char)name[0]) || strlen(name) > 63 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") !=
            strlen(name)) {
        err_refuse(err, EINVAL, "invalid network name '%s'", name);
        return err_hint(err, "it is a file's name, too -> a letter or digit, then letters, digits, "
                             "_ . and -, 63 at most");
    }
    int found = network_load(store, name, &there, &ignored);
    network_free(&there);
    return found == 0 ? err_refuse(err, EEXIST, "network with name %s already exists", name) : 0;
}

/* The subnets of all others. The caller frees the list. */
static int taken_subnets(const struct store *store, const char *but, struct subnet **ret,
    size_t *ret_count, struct err *err)
{
    struct network_list list;

    *ret_count = 0;
    *ret = NULL;
    if (network_list(store, &list, err) < 0)
        return -1;
    *ret = calloc(list.count + 1, sizeof(**ret));
    for (size_t i = 0; *ret && i < list.count; i++) {
        if (list.items[i].ipam_count > 0 && strcmp(list.items[i].name, but) != 0)
            (*ret)[(*ret_count)++] = list.items[i].subnet;
    }
    network_list_free(&list);
    return *ret ? 0 : err_sys(err, "no memory");
}

/* What routes lead nowhere (RFC 6890, RFC 5771). */
static const struct {
    uint32_t base;
    unsigned prefix;
    const char *what;
} NO_LINKS[] = {
    {0x00000000, 8, "\"this host\", 0.0.0.0/8"},
    {0x7f000000, 8, "the loopback, 127.0.0.0/8"},
    {0xe0000000, 4, "multicast, 224.0.0.0/4"},
};

static int check_wanted(const struct subnet *subnet, const char *text, const struct subnet *taken,
    size_t count, struct err *err)
{
    char link[16];

    if (subnet_size(subnet) < 4) {
        err_refuse(err, EINVAL, "invalid subnet %s: too small", text);
        return err_hint(
            err, "a gateway and a container need an address each -> /30 or larger: 172.30.0.0/16");
    }
    for (size_t i = 0; i < sizeof(NO_LINKS) / sizeof(NO_LINKS[0]); i++) {
        struct subnet kept = {.base = {htonl(NO_LINKS[i].base)}, .prefix = NO_LINKS[i].prefix};
        if (!subnet_overlaps(subnet, &kept))
            continue;
        err_refuse(err, EINVAL, "invalid subnet %s: no link has such addresses", text);
        return err_hint(err, "it has some of %s -> a private one: 172.30.0.0/16", NO_LINKS[i].what);
    }
    for (size_t i = 0; i < count; i++) {
        if (!subnet_overlaps(subnet, &taken[i]))
            continue;
        char other[SUBNET_TEXT];
        subnet_format(&taken[i], other);
        err_refuse(err, EEXIST, "Pool overlaps with other one on this address space");
        return err_hint(err, "a network has %s -> network ls, or another --subnet", other);
    }
    if (!subnet_is_routed(subnet, link))
        return 0;
    err_refuse(err, EEXIST, "the host reaches %s by another way", text);
    return err_hint(err, "%s leads there already -> ip route, and then another --subnet", link);
}

/* A gateway and a range must lie in the subnet. */
static int check_parts(const struct network_ipam *ipam, struct subnet *subnet,
    struct in_addr *ret_gateway, struct err *err)
{
    struct subnet range;

    *ret_gateway = subnet_address(subnet, 1);
    if (ipam->range && subnet_parse(ipam->range, &range, err) < 0)
        return -1;
    if (ipam->range && (!subnet_has(subnet, range.base) || range.prefix < subnet->prefix))
        return err_refuse(err, EINVAL, "no matching subnet for range %s", ipam->range);
    if (ipam->gateway && inet_pton(AF_INET, ipam->gateway, ret_gateway) != 1)
        return err_refuse(err, EINVAL, "invalid gateway address: %s", ipam->gateway);
    if (!subnet_has(subnet, *ret_gateway))
        return err_refuse(err, EINVAL, "no matching subnet for gateway %s", ipam->gateway);
    if (subnet_is_inner(subnet, *ret_gateway))
        return 0;
    err_refuse(
        err, EADDRINUSE, "failed to allocate gateway (%s): Address already in use", ipam->gateway);
    return err_hint(err, "it is the first or the last of the subnet, which mean all of it -> "
                         "another --gateway, or leave it out");
}

/* Docker's, which say who may come in and out: what each always is here. */
static const struct {
    const char *key, *value;
} FIXED[] = {
    {"com.docker.network.bridge.enable_icc", "true"},
    {"com.docker.network.bridge.enable_ip_masquerade", "true"},
    {"com.docker.network.bridge.host_binding_ipv4", "0.0.0.0"},
};

/* Others are kept, and mean nothing. */
static int check_option(const struct spec_pair *option, struct err *err)
{
    char *end;

    for (size_t i = 0; i < sizeof(FIXED) / sizeof(FIXED[0]); i++) {
        if (strcmp(option->key, FIXED[i].key) != 0 || strcmp(option->value, FIXED[i].value) == 0)
            continue;
        err_refuse(err, EINVAL, "network option %s=%s: mini-docker does not have this", option->key,
            option->value);
        return err_hint(
            err, "it is always %s -> leave it out; --internal closes a network", FIXED[i].value);
    }
    if (strcmp(option->key, NETWORK_MTU) != 0)
        return 0;
    unsigned long mtu = strtoul(option->value, &end, 10);
    if (isdigit((unsigned char)option->value[0]) && !*end && mtu >= MTU_LEAST && mtu <= MTU_MOST)
        return 0;
    err_refuse(err, EINVAL, "network option %s: invalid value '%s'", option->key, option->value);
    return err_hint(
        err, "it is how many bytes a packet has at most -> %d to %d, as 1400", MTU_LEAST, MTU_MOST);
}

/* What it is asked to be, judged, and what was left open, chosen; then the file. */
static int fill_and_save(const struct store *store, const struct network *asked, struct err *err)
{
    struct network network = *asked;
    struct network_ipam ipam = asked->ipam_count ? *asked->ipam : (struct network_ipam){0};
    char subnet_text[SUBNET_TEXT], gateway_text[INET_ADDRSTRLEN];
    cleanup_free struct subnet *taken = NULL;
    struct subnet subnet;
    struct in_addr gateway;
    size_t count;

    if ((ipam.gateway || ipam.range) && !ipam.subnet)
        return err_refuse(
            err, EINVAL, "every ip-range or gateway must have a corresponding subnet");
    if (taken_subnets(store, network.name, &taken, &count, err) < 0)
        return -1;
    if (!ipam.subnet && subnet_choose(taken, count, &subnet, err) < 0)
        return -1;
    if (ipam.subnet && (subnet_parse(ipam.subnet, &subnet, err) < 0 ||
                           check_wanted(&subnet, ipam.subnet, taken, count, err) < 0))
        return -1;
    if (check_parts(&ipam, &subnet, &gateway, err) < 0)
        return -1;
    subnet_format(&subnet, subnet_text);
    inet_ntop(AF_INET, &gateway, gateway_text, sizeof(gateway_text));
    ipam.subnet = subnet_text;
    ipam.gateway = gateway_text;
    network.ipam = &ipam;
    network.ipam_count = 1;
    return network_save(store, &network, err);
}

int network_create(const struct store *store, const struct network *asked,
    char ret_id[STORE_ID + 1], struct err *err)
{
    struct network network = *asked;
    char created[STORE_TIME];

    if (strcmp(asked->driver, "bridge") != 0) {
        err_refuse(err, EINVAL, "could not find the network driver '%s'", asked->driver);
        return err_hint(err, "networks on one machine are bridges here -> --driver bridge");
    }
    for (size_t i = 0; i < asked->options_count; i++) {
        if (check_option(&asked->options[i], err) < 0)
            return -1;
    }
    if (check_name(store, asked->name, err) < 0 || store_new_id(ret_id, err) < 0)
        return -1;
    store_now(created);
    network.id = ret_id;
    network.created = created;
    return fill_and_save(store, &network, err);
}

static int make_one(
    const struct store *store, const char *name, const char *driver, bool again, struct err *err)
{
    struct network network = {0}, there;
    char id[STORE_ID + 1], created[STORE_TIME];
    int status = network_load(store, name, &there, err);

    network_free(&there);
    if (status == 0 && !again)
        return 0;
    if ((status < 0 && err->code != ENOENT) || store_new_id(id, err) < 0)
        return -1;
    store_now(created);
    network.name = name;
    network.driver = driver;
    network.id = id;
    network.created = created;
    return strcmp(driver, "bridge") == 0 ? fill_and_save(store, &network, err)
                                         : network_save(store, &network, err);
}

int network_make_builtin(const struct store *store, bool again, struct err *err)
{
    if (make_one(store, "bridge", "bridge", again, err) < 0 ||
        make_one(store, "host", "host", false, err) < 0)
        return -1;
    return make_one(store, "none", "null", false, err);
}
