/* SPDX-License-Identifier: MIT */
/*
 * What runc/ is made of: one file a command, with one table of options, and a row in main.c. The
 * words are runc's (runc(8)), since engines know them; the work is runtime/'s.
 */
#ifndef RUNC_COMMANDS_H
#define RUNC_COMMANDS_H

#include "command.h"

/* What every error message begins with. */
#define PROGRAM "mini-runc"

/* The runtime specification whose words config.json and `state` are read and written in. */
#define OCI_VERSION_MIN "1.0.0"
#define OCI_VERSION     "1.2.0"

/* The options in front of the command. Texts are NULL where the option was not given. */
struct globals {
    const char *root, *log, *log_format, *cgroup_manager, *rootless;
    bool debug, systemd_cgroup, help, version;
};

/* Written by main.c alone, before any command runs. */
extern struct globals globals;

extern const struct program PROGRAM_TABLE;

extern const struct command features_command, help_command, spec_command;

#endif
