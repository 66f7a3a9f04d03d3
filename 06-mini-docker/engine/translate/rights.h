/* SPDX-License-Identifier: MIT */
/* rights: who the program is and what it may: user, capabilities, no_new_privs, its filter. */
#ifndef ENGINE_RIGHTS_H
#define ENGINE_RIGHTS_H

#include "engine/store/record.h"
#include "user.h"

struct rights {
    uint64_t bounding; /* capabilities */
    bool no_new_privileges;
    bool open_paths;     /* nothing in /proc and /sys is masked or read-only */
    const char *seccomp; /* for profile_prepare */
};

/*
 * Judge --cap-add, --cap-drop, --security-opt and --privileged. *ret points into *host. Errors:
 * ERR_USAGE, a capability or a --security-opt that there is not.
 */
int rights_read(const struct record_host *host, struct rights *ret, struct err *err);

/* Fill the user, capabilities and noNewPrivileges of the spec's process; it points into *user. */
void rights_fill(
    const struct rights *rights, const struct user *user, struct spec_process *process);

/*
 * A word of --security-opt as the record keeps it: for seccomp=FILE, the text of the file. In
 * `memory`, or the word itself. NULL with memory->err set: the file cannot be read, or is no JSON.
 */
const char *rights_keep_option(const char *word, struct json_reader *memory);

#endif
