/* SPDX-License-Identifier: MIT */
/* user: what --user means inside a root, by that root's own /etc/passwd and /etc/group. */
#ifndef ENGINE_USER_H
#define ENGINE_USER_H

#include "err.h"

#include <sys/types.h>

enum { USER_GROUPS = 64 };

struct user {
    uid_t uid;
    gid_t gid;
    gid_t groups[USER_GROUPS];
    size_t groups_count;
    char home[256];
};

/*
 * Look up "USER[:GROUP]", each a name or a number; NULL is root. A number needs no entry. The files
 * are opened as if `root` were /, so a symlink in there leads nowhere else.
 * Errors: ERR_USAGE, a name that is in neither file.
 */
int user_find(const char *root, const char *text, struct user *ret, struct err *err);

#endif
