/* SPDX-License-Identifier: MIT */
/* build_source: what finding the sources (build_find.c), summing them up (build_sum.c) and copying
 * them (build_source.c, build_place.c) share, and nobody else. */
#ifndef ENGINE_BUILD_SOURCE_INTERNAL_H
#define ENGINE_BUILD_SOURCE_INTERNAL_H

#include "build_source.h"
#include "engine/files/copy_place.h"

#include <dirent.h>
#include <sys/stat.h>

/* A source that is there. */
struct build_found {
    char *path;  /* below the tree's top, through no symlink; "": the top itself */
    char *name;  /* what it is called in a directory: the last word of the source */
    size_t base; /* --parents: so much of `path` does not come along */
    mode_t mode;
};

struct build_sources {
    const struct build_copy *copy;
    struct build_ignore exclude;
    struct build_found *items;
    size_t count;
};

/* All that the words of the sources mean, in the order of the words and then of the names. The
 * caller gives *ret back with build_sources_free, after an error as well. */
int build_find(const struct build_copy *copy, struct build_sources *ret, struct err *err);
void build_sources_free(struct build_sources *sources);

/* Open what a path of a source's tree names; no symlink is followed any more. -1: errno. */
int build_open(const struct build_tree *tree, const char *path, int flags);

/* Does .dockerignore leave this path of the tree, which is of this type? */
bool build_is_part(const struct build_tree *tree, const char *path, mode_t mode);

/* One source as a filter: is what is below it a part of the copy? The path begins behind the
 * source; with --parents behind its base. */
struct build_filter {
    const struct build_sources *sources;
    const struct build_found *found;
};
bool build_wanted(const char *path, const struct stat *st, void *filter);

/* A directory's names in the order of their bytes, in *ret, which build_names_free gives back. -1:
 * errno. */
int build_names(int dir, struct dirent ***ret);
void build_names_free(struct dirent **names, int count);

/* One COPY on its way into a root (build_place.c, build_source.c). */
struct building {
    const struct build_copy *copy;
    int root;
    char destination[PATH_MAX]; /* clean */
    bool is_dir;                /* a "/" is at its end */
    bool owners;                /* we are root */
    unsigned how;
    int links; /* that were followed to make a directory */
    struct err *err;
};

/* Make a file of ours, `name` in an open directory or "" for what is open itself, the COPY's
 * owner's. -1: errno. */
int build_own(const struct building *building, int dir, const char *name);

/* Make the destination as a directory, and open it. */
int build_open_destination(struct building *building);

/* Where a file goes that is called `name`; copy_place_free gives it back, also after an error. */
int build_find_place(struct building *building, const char *name, struct copy_place *ret);

#endif
