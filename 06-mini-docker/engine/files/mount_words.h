/* SPDX-License-Identifier: MIT */
/*
 * mount_words: Docker's words for what is mounted in a container, -v, --mount and --tmpfs, taken
 * apart into one form. The words themselves are kept in the record, as Docker keeps them.
 */
#ifndef ENGINE_MOUNT_WORDS_H
#define ENGINE_MOUNT_WORDS_H

#include "engine/store/record.h"

enum mount_kind { MOUNT_KIND_BIND, MOUNT_KIND_VOLUME, MOUNT_KIND_TMPFS };

struct mount_words {
    enum mount_kind kind;
    bool anonymous;        /* a volume that nobody has named */
    char source[PATH_MAX]; /* a path of the host, or a volume's name: "" for an anonymous one, but
                              in the list of mount_words_all the name that the engine gives it */
    char target[PATH_MAX]; /* absolute, without "." and ".." and double slashes */
    char mode[64];         /* -v's third part, as it was typed */
    bool read_only;
    bool make_source;        /* a bind's: -v makes what is missing, --mount refuses it */
    bool no_copy;            /* a volume's: it does not begin with what the image has there */
    bool non_recursive;      /* a bind's: without what is mounted below the source */
    const char *propagation; /* a bind's; not NULL */
    char options[256];       /* a tmpfs's, with commas: "nosuid,size=64m" */
};

/* "bind", "volume", "tmpfs" */
const char *mount_kind_name(enum mount_kind kind);

/* "SOURCE:TARGET[:MODE]", or TARGET alone. Errors: ERR_USAGE, in Docker's words. */
int mount_words_volume(const char *text, struct mount_words *ret, struct err *err);

/*
 * --mount's "type=bind,source=/a,target=/b" into what the record keeps. `text` is taken apart, and
 * *ret points into it. Errors: ERR_USAGE, in Docker's words.
 */
int mount_words_option(char *text, struct record_mount *ret, struct err *err);

/* One of the record's --mount, or of its --tmpfs, judged. Errors: ERR_USAGE. */
int mount_words_mount(const struct record_mount *mount, struct mount_words *ret, struct err *err);
int mount_words_tmpfs(const struct spec_pair *tmpfs, struct mount_words *ret, struct err *err);

/*
 * All that a record asks for, the image's VOLUMEs included where nothing else is mounted at their
 * place; a mount comes before those below it. The caller frees *ret, which has room for
 * MOUNT_WORDS_MORE more items. An anonymous volume's
 * name follows from the container's ID and the place: nobody has to write it down, and so nobody
 * can lose it. Errors: ERR_USAGE; "Duplicate mount point: X".
 */
enum { MOUNT_WORDS_MORE = 4 };
int mount_words_all(
    const struct record *record, struct mount_words **ret, size_t *ret_count, struct err *err);

/* A path without "." and ".." and double slashes, as lexically as Docker: no symlink is asked.
 * False: too long. */
bool mount_words_clean(const char *path, char ret[PATH_MAX]);

/* As for qsort(3): which of two places comes first. One that lies below the other comes later. */
int mount_words_order(const char *one, const char *other);

/* A volume's name becomes a directory's. Errors: ERR_REFUSED, in Docker's words. */
int mount_words_check_name(const char *name, struct err *err);

/*
 * -v's text as the record keeps it: a SOURCE that begins with "./" or "../" made absolute. The
 * caller frees it; NULL on error.
 */
char *mount_words_absolute(const char *text, struct err *err);

#endif
