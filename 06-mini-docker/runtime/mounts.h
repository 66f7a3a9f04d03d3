/* SPDX-License-Identifier: MIT */
/*
 * mounts: what the files mounts*.c share: an entry of config.json's `mounts`, with its words of
 * options made into what the kernel takes.
 */
#ifndef RUNTIME_MOUNTS_H
#define RUNTIME_MOUNTS_H

#include "container.h"

#include "mount.h"

/* mount(2) copies a page of data, and the last byte is its end. */
enum { MOUNTS_DATA = 4096, MOUNTS_PROPAGATIONS = 4 };

/*
 * flags are mount(2)'s. `own` and `all` are for mount_setattr(2): of the mount itself ("ro"), and
 * of it and all below ("rro"). own holds what flags holds as far as that belongs to a mount; the
 * rest of flags belongs to the file system, which a bind shares with its source.
 */
struct mounts_options {
    unsigned long flags;
    struct mount_attributes own, all;
    unsigned long propagation[MOUNTS_PROPAGATIONS]; /* in their order; MS_REC may be in each */
    int propagations;
    bool copy_up; /* tmpcopyup: the tmpfs begins with what it covers */
    bool idmap, idmap_recursive;
    char data[MOUNTS_DATA]; /* the file system's own words, with commas; may be "" */
};

/*
 * Read the words of an entry. A word that is nobody's else is the file system's. Errors: ERR_USAGE,
 * more data than mount(2) takes.
 */
int mounts_read_options(const struct container *container, const struct spec_mount *mount,
    struct mounts_options *ret, struct err *err);

/* Add a word to the data. The same error. */
int mounts_add_data(
    struct mounts_options *options, const char *word, const char *destination, struct err *err);

/* True when the entry is a bind: by its type, or by a word. */
bool mounts_is_bind(const struct spec_mount *mount, const struct mounts_options *options);

/* True when the entry's destination is /dev, however its slashes are written. */
bool mounts_is_dev(const struct spec_mount *mount);

/* False where this is a user namespace that maps no such user (or `group`): its file systems take
 * no such ID (EINVAL). */
bool mounts_has_id(const struct container *container, bool group, unsigned id);

/*
 * What the host's mounts become in the container's mount namespace before anything is done there
 * (MS_PRIVATE, MS_SLAVE or MS_SHARED): private, unless rootfsPropagation or a mount wants to hear
 * of the host's later mounts: by a word, or a bind that has no word of propagation at all.
 */
unsigned long mounts_base_propagation(const struct spec *spec);

/*
 * mounts_sources.c. In the parent, before clone3: bind sources that the child could not open, or
 * not map: with a user namespace all of them, those of ID-mapped mounts in any case. They are kept
 * as copies that hang nowhere in container->sources, one for each entry, -1 where the child opens
 * it. Errors: the source cannot be opened; the file system or the kernel cannot map IDs
 * (Linux 5.12).
 */
int mounts_open_sources(struct container *container, struct err *err);
void mounts_close_sources(struct container *container);

/* mounts_foreign.c: mount_clone of a path as another process sees it. */
int mounts_clone_foreign(pid_t pid, const char *source, bool recursive, struct err *err);

/* mounts_bind.c: a copy of an entry's source with its flags, hung nowhere; or -1. */
int mounts_copy_source(const struct container *container, const struct spec_mount *mount,
    const struct mounts_options *options, bool in_parent, struct err *err);

/* mounts_bind.c: one entry that is a bind; `index` is its place in spec->mounts. */
int mounts_bind(struct container *container, size_t index, const struct mounts_options *options,
    struct err *err);

/* mounts_tmpfs.c: one entry that is a tmpfs. */
int mounts_tmpfs(struct container *container, const struct spec_mount *mount,
    struct mounts_options *options, struct err *err);

/*
 * cgroup_mount.c: one entry of type "cgroup" or "cgroup2": the container's own groups, in the form
 * that this host has; without groups of its own, its caller's. Errors: ERR_SKIP, none are mounted.
 */
int mounts_groups(struct container *container, const struct spec_mount *mount,
    const struct mounts_options *options, struct err *err);

/* After the device files: a tmpfs that is to be read-only was writable until now, and so was /dev.
 */
int mounts_finish(struct container *container, struct err *err);

#endif
