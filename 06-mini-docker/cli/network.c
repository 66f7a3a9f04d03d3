// SPDX-License-Identifier: MIT
/* network create, rm, connect and disconnect. What shows networks is in network_show.c. */
#include "each.h"
#include "prune.h"

#include "engine/create/labels.h"
#include "engine/network/network_admin.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AT(type, field) offsetof(struct type, field)

struct create_args {
    const char *driver, *gateway, *range;
    bool internal, attachable, ipv6;
    struct opt_list labels, options, subnets;
};

static const struct opt CREATE_OPTS[] = {
    {0, "attachable", NULL, "every network is", OPT_FLAG, AT(create_args, attachable)},
    {'d', "driver", "DRIVER", "only `bridge` there is", OPT_TEXT, AT(create_args, driver)},
    {0, "gateway", "IP", "the host's address in it; else the first", OPT_TEXT,
        AT(create_args, gateway)},
    {0, "internal", NULL, "no way out of it, and none in", OPT_FLAG, AT(create_args, internal)},
    {0, "ip-range", "SUBNET", "choose addresses in this part of it", OPT_TEXT,
        AT(create_args, range)},
    {0, "ipv6", NULL, "refused: there is IPv4 alone", OPT_FLAG, AT(create_args, ipv6)},
    {0, "label", "KEY=VALUE", "say something of it, for filters", OPT_LIST,
        AT(create_args, labels)},
    {'o', "opt", "KEY=VALUE", "com.docker.network.driver.mtu=N, or kept for inspect", OPT_LIST,
        AT(create_args, options)},
    {0, "subnet", "SUBNET", "its addresses: 172.30.0.0/16; else some that nobody uses", OPT_LIST,
        AT(create_args, subnets)},
    {0},
};

static int create_run(void *arg, int argc, char **argv, struct err *err)
{
    const struct create_args *args = arg;
    const struct network_ipam ipam = {
        args->subnets.count ? args->subnets.items[0] : NULL, args->range, args->gateway};
    struct labels labels = {0}, options = {0};
    struct store store;
    char id[STORE_ID + 1];

    (void)argc;
    if (args->ipv6) {
        err_refuse(err, EINVAL, "--ipv6: networks have no IPv6 addresses here");
        return err_hint(err, "there is IPv4 alone -> leave --ipv6 out, or run --network host");
    }
    if (args->subnets.count > 1)
        return err_refuse(err, EINVAL, "bridge driver doesn't support multiple subnets");
    int status = cli_store(&store, err);
    if (status == 0)
        status = labels_read(&args->labels, &labels, err);
    if (status == 0)
        status = labels_read(&args->options, &options, err);
    const struct network network = {
        .name = argv[0],
        .driver = args->driver ?: "bridge",
        .internal = args->internal,
        .ipam = &ipam,
        .ipam_count = 1,
        .labels = labels.items,
        .labels_count = labels.count,
        .options = options.items,
        .options_count = options.count,
    };
    if (status == 0)
        status = network_add(&store, &network, id, err);
    labels_free(&labels);
    labels_free(&options);
    if (status == 0)
        puts(id);
    return status;
}

static const struct command network_create_command = {
    .name = "create",
    .operands = "NETWORK",
    .summary = "Make a network",
    .details =
        "Its containers reach each other by their names. Its bridge on the host is made when\n"
        "the first of them starts.",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = CREATE_OPTS,
    .args_size = sizeof(struct create_args),
    .run = create_run,
};

struct force_args {
    bool force;
};

static const struct opt REMOVE_OPTS[] = {
    {'f', "force", NULL, "one that is not there is no error", OPT_FLAG, AT(force_args, force)},
    {0},
};

static int remove_run(void *arg, int argc, char **argv, struct err *err)
{
    const struct force_args *args = arg;
    struct err failure;
    struct store store;

    if (cli_store(&store, err) < 0)
        return -1;
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        int result = network_remove(&store, argv[i], &failure);
        if (result == 0 || !args->force || failure.code != ENOENT)
            cli_tried(result, argv[i], &failure, err);
    }
    return err->kind == ERR_NONE ? 0 : -1;
}

static const struct command network_rm_command = {
    .name = "rm",
    .operands = "NETWORK [NETWORK...]",
    .summary = "Remove networks that no container is in",
    .details =
        "Of the network bridge, which is always there, what stands on the host goes: the next\n"
        "container makes it again.",
    .aliases = "remove",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = REMOVE_OPTS,
    .args_size = sizeof(struct force_args),
    .run = remove_run,
};

struct connect_args {
    const char *ip;
    struct opt_list aliases;
};

static const struct opt CONNECT_OPTS[] = {
    {0, "alias", "NAME", "one more name for it in there", OPT_LIST, AT(connect_args, aliases)},
    {0, "ip", "IP", "its address in there; else one that is free", OPT_TEXT, AT(connect_args, ip)},
    {0},
};

static int connect_run(void *arg, int argc, char **argv, struct err *err)
{
    const struct connect_args *args = arg;
    struct store store;

    (void)argc;
    if (cli_store(&store, err) < 0)
        return -1;
    cleanup_free const char **aliases = calloc(args->aliases.count + 1, sizeof(*aliases));
    for (size_t i = 0; aliases && i < args->aliases.count; i++)
        aliases[i] = args->aliases.items[i];
    return network_join(&store, argv[0], argv[1], args->ip, aliases, err);
}

static const struct command network_connect_command = {
    .name = "connect",
    .operands = "NETWORK CONTAINER",
    .summary = "Put a container into one more network",
    .mixed = true,
    .least = 2,
    .most = 2,
    .opts = CONNECT_OPTS,
    .args_size = sizeof(struct connect_args),
    .run = connect_run,
};

static const struct opt DISCONNECT_OPTS[] = {
    {'f', "force", NULL, "a container that is not there any more is no error", OPT_FLAG,
        AT(force_args, force)},
    {0},
};

static int disconnect_run(void *arg, int argc, char **argv, struct err *err)
{
    const struct force_args *args = arg;
    struct store store;

    (void)argc;
    if (cli_store(&store, err) < 0)
        return -1;
    int status = network_leave(&store, argv[0], argv[1], err);
    return status < 0 && args->force && err->code == ENOENT ? 0 : status;
}

static const struct command network_disconnect_command = {
    .name = "disconnect",
    .operands = "NETWORK CONTAINER",
    .summary = "Take a container out of a network",
    .mixed = true,
    .least = 2,
    .most = 2,
    .opts = DISCONNECT_OPTS,
    .args_size = sizeof(struct force_args),
    .run = disconnect_run,
};

static const struct command *const NETWORK[] = {
    &network_connect_command,
    &network_create_command,
    &network_disconnect_command,
    &network_inspect_command,
    &network_ls_command,
    &network_prune_command,
    &network_rm_command,
    NULL,
};

const struct command network_group = {
    .name = "network",
    .summary = "Manage networks",
    .group = NETWORK,
};
