/* SPDX-License-Identifier: MIT */
/* sysctl: kernel settings by their names: which file each is, and which namespace has it. */
#ifndef RUNTIME_SYSCTL_H
#define RUNTIME_SYSCTL_H

#include <stdbool.h>

enum { SYSCTL_ROOM = 256 };

struct sysctl_scope {
    const char *file; /* "sys/net/": all below it */
    int flag;         /* CLONE_NEWNET */
    const char *namespace;
};

/*
 * "net.ipv4.ip_forward" and "net/ipv4/ip_forward" -> "sys/net/ipv4/ip_forward", below /proc. False:
 * it is no name of a setting, is too long, or would climb. Source: sysctl.d(5).
 */
bool sysctl_file(const char *key, char ret_file[SYSCTL_ROOM]);

/* Which kind of namespace has this file for its own; NULL: none, it is the whole machine's. */
const struct sysctl_scope *sysctl_find(const char *file);

struct container;

/* In the child, once all is mounted and nothing is hidden: `own_proc` is the top of the container's
 * own procfs. Keeps what stage_sysctl writes through, where there is something to write. */
void sysctl_open(struct container *container, int own_proc);

#endif
