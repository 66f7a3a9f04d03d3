/* SPDX-License-Identifier: MIT */
/* prune: what nobody uses goes. prune_kinds.c knows what that is; prune.c has the commands. */
#ifndef CLI_PRUNE_H
#define CLI_PRUNE_H

#include "commands.h"

#include "engine/show/filter_prune.h"

/* One prune, of one kind or of all. */
struct prune {
    struct store store;
    struct filter_prune filter;
    bool all;            /* images and volumes with a name, too */
    bool everything;     /* the default network's bridge as well: nothing was filtered */
    uint64_t bytes;      /* what went, so far */
    const char *heading; /* of the kind that is at work, "Deleted Images:" */
    bool said;           /* it is printed */
};

/* Each removes what it is called after and prints what went. Errors: what could not be looked at;
 * what is in use, or goes meanwhile, is none. */
int prune_containers(struct prune *prune, struct err *err);
int prune_networks(struct prune *prune, struct err *err);
int prune_volumes(struct prune *prune, struct err *err);
int prune_images(struct prune *prune, struct err *err);
int prune_builds(struct prune *prune, struct err *err);

/* `container prune` and so on: the rows of the groups. */
extern const struct command container_prune_command, network_prune_command, volume_prune_command,
    image_prune_command, builder_prune_command, system_prune_command;

#endif
