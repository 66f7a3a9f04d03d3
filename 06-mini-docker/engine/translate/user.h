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
    gid_t groups[USER_GROUPS + 1]; /* the own one too */
    size_t groups_count;
    char home[256];
};

/*
 * Look up "USER[:GROUP]", each a name or a number; NULL is root, as is
 * "" in front of the ':', and "" behind it is the user's own group. A number needs no entry.
 * `more` are groups, by name or number, that the user is in besides (--group-add); NULL: none. The
 * own group is the first of ret->groups. `layers` are the directories of an overlay that is not
 * mounted, the topmost first, or one root; a NULL ends them. The files are opened as if a layer
 * were /, so a symlink in there leads nowhere else.
 * Errors: ERR_USAGE, a name that is in neither file.
 */
int user_find(const char *const *layers, const char *text, const char *const *more,
    struct user *ret, struct err *err);

#endif
