/* SPDX-License-Identifier: MIT */
/* build_mounts_internal: what the files build_mounts*.c share, and nobody else. */
#ifndef ENGINE_BUILD_MOUNTS_INTERNAL_H
#define ENGINE_BUILD_MOUNTS_INTERNAL_H

#include "build_mounts.h"

/* One --mount, taken apart; NULL: not said. */
struct build_mount_words {
    const char *type, *target, *source, *from, *id, *size, *read_only, *write, *required;
    const char *user, *group, *mode, *ignored;
};

/* `text` is cut up. Errors: ERR_USAGE. */
int build_mount_parse(char *text, struct build_mount_words *ret, struct err *err);

/* "false" is off, and what is not said. */
bool build_mount_is_on(const char *value);

/* One more word for run's --mount: a bind, or for the source NULL a tmpfs; any characters may be in
 * the paths. `rest` is "", or what follows, with its comma: ",readonly". */
int build_mount_add(struct build_mounts *mounts, const char *source, const char *target,
    const char *rest, struct err *err);

/* build_mounts_bind.c, build_mounts_secret.c: type=bind, type=secret. */
int build_mount_bind(const struct build_at *at, const struct build_mount_words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err);
int build_mount_secret(const struct build_at *at, const struct build_mount_words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err);

#endif
