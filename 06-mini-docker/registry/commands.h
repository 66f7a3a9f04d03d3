/* SPDX-License-Identifier: MIT */
/*
 * What mini-docker-registry is made of: mini-docker's half that speaks HTTP. It is a program of its
 * own, as git's git-remote-https is: libcurl and TLS are large and linked dynamically, and no
 * container's start has to carry them.
 */
#ifndef REGISTRY_COMMANDS_H
#define REGISTRY_COMMANDS_H

#include "engine/store/store.h"
#include "remote.h"
#include "rows.h"

/* What errors begin with: people type that name, and need not know of the other. */
#define PROGRAM "mini-docker"

extern struct registry_globals globals;

extern const struct command pull_command, push_command, login_command, logout_command,
    fetch_command;

#endif
