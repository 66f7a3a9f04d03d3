/* SPDX-License-Identifier: MIT */
/*
 * What runc/ is made of: one file a command, with one table of options, and a row in main.c. The
 * words are runc's (runc(8)), since engines know them; the work is runtime/'s.
 */
#ifndef RUNC_COMMANDS_H
#define RUNC_COMMANDS_H

#include "command.h"

#include <limits.h>

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

/* The directory that containers are kept in, absolute (globals.c). */
int globals_root(char ret[PATH_MAX], struct err *err);

/*
 * Who makes the groups: us, or with --cgroup-manager disabled the caller. Errors: ERR_USAGE,
 * systemd is asked for (globals.c).
 */
int globals_groups(bool *ret_disabled, struct err *err);

/* The formats of list and ps: NULL, "table" or "json"; ERR_USAGE for another (globals.c). */
int globals_format(const char *format, struct err *err);

/* Where the steps of --debug go, or -1: the `fd` of a struct explain (globals.c). */
int globals_debug(void);

extern const struct program PROGRAM_TABLE;

extern const struct command create_command, start_command, state_command, kill_command,
    delete_command, exec_command, run_command, list_command, ps_command, pause_command,
    resume_command, update_command, features_command, spec_command;

#endif
