/* SPDX-License-Identifier: MIT */
/* layer_unpack: what the files that unpack one layer share: layer_unpack.c goes through the
 * entries, layer_place.c finds where one goes, layer_file.c makes it. */
#ifndef ENGINE_LAYER_UNPACK_H
#define ENGINE_LAYER_UNPACK_H

#include "layer.h"

#include <sys/stat.h>

/* A directory's mode and times, which are set at the end: what is put into it changes its times,
 * and a mode may forbid us to put anything in. Or a whiteout, whose `mode` is S_IFCHR: whether it
 * is of any use shows at the end. */
struct layer_late {
    char *path; /* "" for the top */
    size_t nth;
    mode_t mode;
    struct timespec mtime;
};

struct layer_unpack {
    struct tar_reader *reader;
    int into, trash; /* trash -1: what is replaced is removed at once */
    const char *lower;
    bool plain;  /* a tar like any other: no name in it is a mark */
    bool owners; /* root, or root of a user namespace: as the archive says; else all is ours */
    const struct layer_owner *owner; /* NULL, or whose all of it is, with `owners` */
    char parent[TAR_PATH];
    int parent_fd; /* of the directory `parent`, kept for the next entry; or -1 */
    struct layer_late *late;
    size_t late_count, late_room;
    unsigned trashed;
    uint64_t bytes; /* of files, so far */
    struct err *err;
};

/* Where an entry goes: a name in an open directory of the layer. */
struct layer_place {
    const char *path;                     /* as in the archive, clean */
    int dir;                              /* not to be closed */
    char name[sizeof(".wh.") + NAME_MAX]; /* of the longest of files, a mark's has four more */
};

/* Split the path, and open (or make) its directory; symlinks in it lead nowhere but into the layer.
 */
int layer_place(struct layer_unpack *unpack, const char *path, struct layer_place *ret);

/* The same for what must be there: the target of a hard link. The caller closes ret->dir. */
int layer_place_old(struct layer_unpack *unpack, const char *path, struct layer_place *ret);

/* Take away what is there under this name, unless it is a directory and `keep_dir`. Returns what
 * was there: its st_mode, 0 for nothing; or -1. */
int64_t layer_clear(struct layer_unpack *unpack, const struct layer_place *place, bool keep_dir);

/* overlayfs's two marks: this name is gone; of this directory nothing below is seen. */
int layer_whiteout(struct layer_unpack *unpack, const struct layer_place *place);
int layer_opaque(struct layer_unpack *unpack, int dir, const char *path);

/* At the end: take the whiteout away where its directory has nothing from below. There overlayfs
 * does not read it as a mark, but lists it as a name under which nothing can be found. */
int layer_drop_whiteout(struct layer_unpack *unpack, const char *path);

/* Make what the entry says. */
int layer_make(
    struct layer_unpack *unpack, struct archive_entry *entry, const struct layer_place *place);

/* Owner and attributes, of an open file or directory. */
int layer_dress(struct layer_unpack *unpack, struct archive_entry *entry, int fd, const char *path);

/* Remember a directory for the end. */
int layer_later(struct layer_unpack *unpack, const char *path, mode_t mode, struct timespec mtime);

#endif
