/* SPDX-License-Identifier: MIT */
/*
 * build_source: COPY and ADD: files from one tree (the build's context, another stage, an image)
 * into another, the root of the stage that is being built.
 *
 * Neither tree is trusted: what a stage's programs made there may be symlinks that lead out. So
 * every path is walked by openat2(2) with RESOLVE_IN_ROOT, below the open directory it belongs to.
 */
#ifndef ENGINE_BUILD_SOURCE_H
#define ENGINE_BUILD_SOURCE_H

#include "build_ignore.h"
#include "dockerfile.h"
#include "engine/images/digest.h"
#include "engine/store/store.h"

#include <sys/types.h>

/* What is copied from. */
struct build_tree {
    int fd;                            /* an open directory */
    const char *name;                  /* in errors: "the context", "stage build" */
    const struct build_ignore *ignore; /* NULL: nothing is left out */
};

/* What one COPY or ADD says, all expanded. */
struct build_copy {
    const struct build_tree *from;
    char **sources;                            /* ends with NULL; *, ?, [a-z] are patterns */
    const struct dockerfile_heredoc *heredocs; /* files whose text stands in the Dockerfile */
    size_t heredoc_count;
    const char *destination; /* below the root; ends with "/": it is a directory. Absolute: WORKDIR
                                is already in front */
    uid_t uid;        /* --chown, 0 for what comes from the context, or BUILD_OWNER_KEPT: what */
    gid_t gid;        /* comes from a stage or an image without --chown is whose it was there */
    const char *mode; /* --chmod, as build_mode has it; NULL: as it is */
    bool chown;       /* --chown was given: it is meant for what is in an archive too */
    bool unpack;      /* ADD: tar archives, compressed or not, are unpacked */
    bool parents;     /* --parents: the sources' directories come along */
    char **exclude;   /* --exclude patterns, or NULL */
};
#define BUILD_OWNER_KEPT ((uid_t)-1)

/* What --chmod makes of a mode: an octal number, or chmod(1)'s words, such as "u=rwX,go+r", without
 * a umask. -1: it is neither. */
int build_mode(const char *text, mode_t was, mode_t *ret);

/*
 * The digest of all that this would copy: names, types, modes, contents, link targets, and the
 * words of the instruction; not times, and not the owner in the source. Equal digests: the cache
 * may be used. Errors: ERR_USAGE: a source that is not there or is left out by .dockerignore (said
 * so), several sources and a destination without "/" at its end.
 */
int build_copy_sum(const struct build_copy *copy, char ret_digest[DIGEST_TEXT], struct err *err);

/*
 * Do it: into the open directory root_fd. Missing directories of the destination are made, 0755 and
 * of the same owner (0, where that is kept); symlinks in it are followed inside the root.
 * Privilege: owners and devices are root's; for others the
 * files are their own. Errors: those of build_copy_sum; a directory in a file's place, or the other
 * way; a damaged archive.
 */
int build_copy_into(const struct build_copy *copy, int root_fd, struct err *err);

#endif
