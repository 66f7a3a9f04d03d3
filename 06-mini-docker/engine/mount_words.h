/* SPDX-License-Identifier: MIT */
/*
 * mount_words: Docker's words for what is mounted in a container, -v, --mount and --tmpfs, taken
 * apart into one form. The words themselves are kept in the record, as Docker keeps them.
 */
#ifndef ENGINE_MOUNT_WORDS_H
#define ENGINE_MOUNT_WORDS_H

#include "record.h"

enum mount_kind { MOUNT_KIND_BIND, MOUNT_KIND_VOLUME, MOUNT_KIND_TMPFS };

struct mount_words {
    enum mount_kind kind;
    char source[PATH_MAX]; /* a path of the host, or a volume's name, "" for one without a name */
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
 * place; a mount comes before those below it. The caller frees *ret. Errors: ERR_USAGE; "Duplicate
 * mount point: X".
 */
int mount_words_all(
    const struct record *record, struct mount_words **ret, size_t *ret_count, struct err *err);

/* A volume's name becomes a directory's. Errors: ERR_USAGE. */
int mount_words_check_name(const char *name, struct err *err);

/*
 * -v's text as the record keeps it: a SOURCE that begins with "./" or "../" made absolute. The
 * caller frees it; NULL on error.
 */
char *mount_words_absolute(const char *text, struct err *err);

#endif
