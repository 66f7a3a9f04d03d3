// SPDX-License-Identifier: MIT
/*
 * The network of a container, and what does not go together with some: in another container's
 * network namespace, that container has the ports, the names and the address.
 */
#include "creation.h"

#include "engine/network/network_store.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool is_address(const char *text)
{
    struct in6_addr address;

    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

/* "name=NET,alias=A,ip=IP" is the long form of a name. */
static int read_network(struct creation *creation, const char *word, struct record_network *ret)
{
    struct texts aliases = {0};

    if (!strchr(word, '=')) {
        ret->name = word[0] && strcmp(word, "default") != 0 ? word : "bridge";
        return 0;
    }
    char *rest = json_print(&creation->memory, "%s", word);
    for (char *field; rest && (field = strsep(&rest, ","));) {
        char *value = strchr(field, '=');
        if (value)
            *value++ = '\0';
        if (value && strcmp(field, "name") == 0)
            ret->name = value;
        else if (value && strcmp(field, "ip") == 0)
            ret->ip = value;
        else if (!value || strcmp(field, "alias") != 0)
            return creation_refuse(creation, "--network", word,
                "invalid field %.40s; accepted: name, alias, ip", field);
        else if (creation_add(creation, &aliases, value) < 0)
            return -1;
    }
    ret->aliases = aliases.items;
    return ret->name ? 0 : creation_refuse(creation, "--network", word, "network name is missing");
}

/* The record has its name, whatever it was called by; one that is not there is the start's error.
 */
static int take_name(struct creation *creation, struct record_network *asked)
{
    struct network network = {0};
    struct err missing;

    if (strncmp(asked->name, "container:", 10) != 0 && !network_is_builtin(asked->name) &&
        network_find(creation->store, asked->name, &network, &missing) == 0)
        asked->name = json_print(&creation->memory, "%s", network.name);
    network_free(&network);
    return asked->name ? 0 : -1;
}

/* A network's name becomes a file's. */
static int check_name(struct creation *creation, const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

    if (strncmp(name, "container:", 10) == 0 ||
        (strspn(name, letters) == strlen(name) && !strchr("_.-", name[0]) && strlen(name) < 64))
        return 0;
    return creation_refuse(creation, "--network", name,
        "accepted: bridge, none, host, container:NAME, or the name of a network");
}

static int refuse_conflict(struct creation *creation, const char *what)
{
    return err_refuse(creation->err, EINVAL, "conflicting options: %s and the network mode", what);
}

/* The other container has these, or the host. */
static int check_conflicts(struct creation *creation, const char *mode)
{
    const struct create_options *options = creation->options;
    bool shared = strncmp(mode, "container:", 10) == 0;

    if (shared && options->hostname)
        return refuse_conflict(creation, "hostname");
    if (shared && (options->dns.count > 0 || options->dns_search.count > 0))
        return refuse_conflict(creation, "dns");
    if (shared && options->add_host.count > 0)
        return refuse_conflict(creation, "custom host-to-IP mapping");
    if (shared && (options->publish.count > 0 || options->publish_all))
        return err_refuse(creation->err, EINVAL,
            "conflicting options: port publishing and the container type network mode");
    if (shared && options->expose.count > 0)
        return err_refuse(creation->err, EINVAL,
            "conflicting options: port exposing and the container type network mode");
    for (size_t i = 0; i < creation->record->host.sysctls_count; i++) {
        if (strcmp(mode, "host") == 0 &&
            strncmp(creation->record->host.sysctls[i].key, "net.", 4) == 0)
            return err_refuse(creation->err, EINVAL,
                "sysctl \"%.60s\" not allowed in host network namespace",
                creation->record->host.sysctls[i].key);
    }
    return 0;
}

static bool is_of_user(const char *name)
{
    return strcmp(name, "bridge") != 0 && strcmp(name, "none") != 0 && strcmp(name, "host") != 0 &&
           strncmp(name, "container:", 10) != 0;
}

static int check_address(struct creation *creation, const struct record_network *network)
{
    if (network->ip && !is_address(network->ip))
        return err_refuse(creation->err, EINVAL, "invalid IPv4 address: %.60s", network->ip);
    if (network->ip && !is_of_user(network->name))
        return err_refuse(creation->err, EINVAL,
            "user specified IP address is supported on user defined networks only");
    if (network->aliases && !is_of_user(network->name))
        return err_set(creation->err, ERR_USAGE,
            "network-scoped aliases are only supported for user-defined networks");
    return 0;
}

/* None twice; and several only of those that a container can be in together. */
static int check_others(struct creation *creation, const struct record_network *all, size_t count)
{
    const struct record_network *last = &all[count - 1];

    for (const struct record_network *other = all; other < last; other++) {
        if (strcmp(other->name, last->name) == 0)
            return err_set(creation->err, ERR_USAGE,
                "network \"%.64s\" is specified multiple times", last->name);
        if (!is_of_user(other->name) && !is_of_user(last->name))
            return err_refuse(creation->err, EINVAL,
                "Container cannot be connected to network endpoints: %s, %s", other->name,
                last->name);
        if (!is_of_user(other->name) || !is_of_user(last->name))
            return err_set(creation->err, ERR_USAGE,
                "conflicting options: cannot attach both user-defined and non-user-defined "
                "network-modes");
    }
    return 0;
}

/* They become words of a line of resolv.conf. */
static int check_resolv(struct creation *creation, const char *option, const struct opt_list *words)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *at = words->items[i];
        while (isgraph((unsigned char)*at) && *at != '#' && *at != ';')
            at++;
        if (*at || at == words->items[i])
            return creation_refuse(
                creation, option, words->items[i], "it is one word of letters, digits and - . :");
    }
    return 0;
}

/* "box:10.0.0.1"; "host-gateway" is the host as the container sees it. */
static int check_hosts(struct creation *creation)
{
    const struct create_options *options = creation->options;

    for (size_t i = 0; i < options->add_host.count; i++) {
        const char *word = options->add_host.items[i];
        const char *address = word + strcspn(word, ":=");
        if (!*address || address == word)
            return creation_refuse(
                creation, "--add-host", word, "bad format for add-host: \"%.60s\"", word);
        if (!is_address(address + 1) && strcmp(address + 1, "host-gateway") != 0)
            return creation_refuse(creation, "--add-host", word,
                "invalid IP address in add-host: \"%.60s\"", address + 1);
    }
    for (size_t i = 0; i < options->dns.count; i++) {
        if (!is_address(options->dns.items[i]))
            return creation_refuse(creation, "--dns", options->dns.items[i],
                "IP address is not correctly formatted: %.60s", options->dns.items[i]);
    }
    return check_resolv(creation, "--dns-search", &options->dns_search) < 0
               ? -1
               : check_resolv(creation, "--dns-option", &options->dns_options);
}

/* Who shares another's network has its name as well: the host's, or a container's. */
static int share_hostname(struct creation *creation, const char *mode)
{
    struct record_config *config = &creation->record->config;
    bool host = strcmp(mode, "host") == 0 || creation->record->host.uts_mode;
    struct record other = {0};
    char name[65] = "";

    if (creation->options->hostname)
        return 0;
    if (strncmp(mode, "container:", 10) == 0) {
        if (record_lookup(creation->store, mode + 10, &other, creation->err) < 0)
            return -1;
        config->hostname = json_print(&creation->memory, "%s", other.config.hostname ?: "");
        record_free(&other);
        return config->hostname ? 0 : -1;
    }
    if (!host || gethostname(name, sizeof(name) - 1) < 0)
        return 0;
    config->hostname = json_print(&creation->memory, "%s", name);
    return config->hostname ? 0 : -1;
}

/* --ip and --network-alias are of the first one. */
static int add_own(struct creation *creation, struct record_network *first)
{
    const struct create_options *options = creation->options;
    struct texts aliases = {0};

    first->ip = options->ip ?: first->ip;
    for (const char *const *alias = first->aliases; alias && *alias; alias++) {
        if (creation_add(creation, &aliases, *alias) < 0)
            return -1;
    }
    for (size_t i = 0; i < options->network_alias.count; i++) {
        if (creation_add(creation, &aliases, options->network_alias.items[i]) < 0)
            return -1;
    }
    first->aliases = aliases.items;
    return 0;
}

/* Each --network; without one, bridge. */
static int read_networks(struct creation *creation, struct record_network *all, size_t count)
{
    const struct opt_list *words = &creation->options->networks;

    for (size_t i = 0; i < count; i++) {
        if (read_network(creation, words->count ? words->items[i] : "bridge", &all[i]) < 0 ||
            (i == 0 && add_own(creation, &all[i]) < 0) || check_name(creation, all[i].name) < 0 ||
            take_name(creation, &all[i]) < 0 || check_conflicts(creation, all[i].name) < 0 ||
            check_address(creation, &all[i]) < 0 || check_others(creation, all, i + 1) < 0)
            return -1;
    }
    return 0;
}

int create_network(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record *record = creation->record;
    size_t count = options->networks.count ?: 1;
    struct record_network *networks = creation_alloc(creation, count, sizeof(*networks));

    if (!networks || read_networks(creation, networks, count) < 0 || check_hosts(creation) < 0 ||
        share_hostname(creation, networks->name) < 0)
        return -1;
    bool asked = options->networks.count > 0 && options->networks.items[0][0];
    record->host.network_mode = creation_mode(creation, asked ? networks->name : "default");
    record->host.dns = options->dns.items;
    record->host.dns_search = options->dns_search.items;
    record->host.dns_options = options->dns_options.items;
    record->host.extra_hosts = options->add_host.items;
    record->networks = networks;
    record->networks_count = strncmp(networks->name, "container:", 10) == 0 ? 0 : count;
    return record->host.network_mode ? 0 : -1;
}
