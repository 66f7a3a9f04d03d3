// SPDX-License-Identifier: MIT
/*
 * The words that a mount's options can be: mount(8)'s, and those that runtimes added. One table
 * says what each means; a word that is not in it belongs to the file system and is handed on.
 *
 * The same word means two things. For a new mount "ro" is a flag of mount(2). For a bind it is an
 * attribute, set with mount_setattr(2); and there "rw" is one too, which takes it away: a bind
 * keeps what its source has unless it is told otherwise.
 */
#include "mounts.h"

#include "words.h"

#include <string.h>
#include <sys/mount.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* Linux 5.10 */
#endif

enum kind { FLAG, ALL, PROPAGATION, COPY_UP, IDMAP };

static const struct word {
    const char *word;
    enum kind kind;
    unsigned long set, clear;
} WORDS[] = {
    {"nosuid", FLAG, MS_NOSUID, 0},
    {"noexec", FLAG, MS_NOEXEC, 0},
    {"nodev", FLAG, MS_NODEV, 0},
    {"ro", FLAG, MS_RDONLY, 0},
    {"rbind", FLAG, MS_BIND | MS_REC, 0},
    {"rprivate", PROPAGATION, MS_REC | MS_PRIVATE, 0},
    {"bind", FLAG, MS_BIND, 0},
    {"rw", FLAG, 0, MS_RDONLY},
    {"suid", FLAG, 0, MS_NOSUID},
    {"dev", FLAG, 0, MS_NODEV},
    {"exec", FLAG, 0, MS_NOEXEC},
    {"relatime", FLAG, MS_RELATIME, MS_NOATIME | MS_STRICTATIME},
    {"norelatime", FLAG, 0, MS_RELATIME},
    {"strictatime", FLAG, MS_STRICTATIME, MS_NOATIME | MS_RELATIME},
    {"nostrictatime", FLAG, 0, MS_STRICTATIME},
    {"noatime", FLAG, MS_NOATIME, MS_RELATIME | MS_STRICTATIME},
    {"atime", FLAG, 0, MS_NOATIME},
    {"nodiratime", FLAG, MS_NODIRATIME, 0},
    {"diratime", FLAG, 0, MS_NODIRATIME},
    {"nosymfollow", FLAG, MS_NOSYMFOLLOW, 0},
    {"symfollow", FLAG, 0, MS_NOSYMFOLLOW},
    {"sync", FLAG, MS_SYNCHRONOUS, 0},
    {"async", FLAG, 0, MS_SYNCHRONOUS},
    {"dirsync", FLAG, MS_DIRSYNC, 0},
    {"mand", FLAG, MS_MANDLOCK, 0},
    {"nomand", FLAG, 0, MS_MANDLOCK},
    {"lazytime", FLAG, MS_LAZYTIME, 0},
    {"nolazytime", FLAG, 0, MS_LAZYTIME},
    {"iversion", FLAG, MS_I_VERSION, 0},
    {"noiversion", FLAG, 0, MS_I_VERSION},
    {"acl", FLAG, MS_POSIXACL, 0},
    {"noacl", FLAG, 0, MS_POSIXACL},
    {"silent", FLAG, MS_SILENT, 0},
    {"loud", FLAG, 0, MS_SILENT},
    {"remount", FLAG, MS_REMOUNT, 0},
    {"defaults", FLAG, 0, 0},
    {"private", PROPAGATION, MS_PRIVATE, 0},
    {"shared", PROPAGATION, MS_SHARED, 0},
    {"rshared", PROPAGATION, MS_REC | MS_SHARED, 0},
    {"slave", PROPAGATION, MS_SLAVE, 0},
    {"rslave", PROPAGATION, MS_REC | MS_SLAVE, 0},
    {"unbindable", PROPAGATION, MS_UNBINDABLE, 0},
    {"runbindable", PROPAGATION, MS_REC | MS_UNBINDABLE, 0},
    {"rro", ALL, MOUNT_RDONLY, 0},
    {"rrw", ALL, 0, MOUNT_RDONLY},
    {"rnosuid", ALL, MOUNT_NOSUID, 0},
    {"rsuid", ALL, 0, MOUNT_NOSUID},
    {"rnodev", ALL, MOUNT_NODEV, 0},
    {"rdev", ALL, 0, MOUNT_NODEV},
    {"rnoexec", ALL, MOUNT_NOEXEC, 0},
    {"rexec", ALL, 0, MOUNT_NOEXEC},
    {"rnodiratime", ALL, MOUNT_NODIRATIME, 0},
    {"rdiratime", ALL, 0, MOUNT_NODIRATIME},
    {"rnosymfollow", ALL, MOUNT_NOSYMFOLLOW, 0},
    {"rsymfollow", ALL, 0, MOUNT_NOSYMFOLLOW},
    {"rrelatime", ALL, 0, MOUNT_ATIME},
    {"rnorelatime", ALL, 0, MOUNT_ATIME},
    {"ratime", ALL, 0, MOUNT_ATIME},
    {"rnoatime", ALL, MOUNT_NOATIME, MOUNT_ATIME},
    {"rstrictatime", ALL, MOUNT_STRICTATIME, MOUNT_ATIME},
    {"rnostrictatime", ALL, 0, MOUNT_ATIME},
    {"tmpcopyup", COPY_UP, 0, 0},
    {"idmap", IDMAP, 0, 0},
    {"ridmap", IDMAP, MS_REC, 0},
};

/* Which flags of mount(2) are the mount's own, and what mount_setattr(2) calls them. */
static const struct {
    unsigned long flag;
    uint64_t set, clear;
} ATTRIBUTES[] = {
    {MS_RDONLY, MOUNT_RDONLY, MOUNT_RDONLY},
    {MS_NOSUID, MOUNT_NOSUID, MOUNT_NOSUID},
    {MS_NODEV, MOUNT_NODEV, MOUNT_NODEV},
    {MS_NOEXEC, MOUNT_NOEXEC, MOUNT_NOEXEC},
    {MS_NODIRATIME, MOUNT_NODIRATIME, MOUNT_NODIRATIME},
    {MS_NOSYMFOLLOW, MOUNT_NOSYMFOLLOW, MOUNT_NOSYMFOLLOW},
    {MS_NOATIME, MOUNT_NOATIME, MOUNT_ATIME},
    {MS_STRICTATIME, MOUNT_STRICTATIME, MOUNT_ATIME},
    {MS_RELATIME, 0, MOUNT_ATIME},
};

const char *mounts_word(size_t n)
{
    return n < sizeof(WORDS) / sizeof(WORDS[0]) ? WORDS[n].word : NULL;
}

static const struct word *find_word(const char *text)
{
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (strcmp(WORDS[i].word, text) == 0)
            return &WORDS[i];
    }
    return NULL;
}

/* `cleared` collects what the words took away: for a bind that is more than not to set it. */
static void apply_word(
    const struct word *word, struct mounts_options *options, unsigned long *cleared)
{
    switch (word->kind) {
    case FLAG:
        options->flags = (options->flags & ~word->clear) | word->set;
        *cleared = (*cleared & ~word->set) | word->clear;
        return;
    case ALL:
        options->all.set = (options->all.set & ~word->clear) | word->set;
        options->all.clear = (options->all.clear & ~word->set) | word->clear;
        return;
    case PROPAGATION:
        if (options->propagations < MOUNTS_PROPAGATIONS)
            options->propagation[options->propagations++] = word->set;
        return;
    case COPY_UP:
        options->copy_up = true;
        return;
    case IDMAP:
        options->idmap = true;
        options->idmap_recursive = word->set & MS_REC;
        return;
    }
}

static void fill_attributes(struct mounts_options *options, unsigned long cleared)
{
    struct mount_attributes *own = &options->own;

    for (size_t i = 0; i < sizeof(ATTRIBUTES) / sizeof(ATTRIBUTES[0]); i++) {
        if (options->flags & ATTRIBUTES[i].flag)
            own->set |= ATTRIBUTES[i].set;
        /* the kernel wants the field of access times cleared before it is set */
        if ((cleared | (options->flags & (MS_NOATIME | MS_STRICTATIME | MS_RELATIME))) &
            ATTRIBUTES[i].flag)
            own->clear |= ATTRIBUTES[i].clear;
    }
}

/* The container's own map; or in the engine's user namespace what that has. */
bool mounts_has_id(const struct container *container, bool group, unsigned id)
{
    static struct idmap here; /* 8 KiB */
    const struct idmap *map = container->spec->linux_.mappings;
    struct err ignored;

    if (!container->user)
        return true;
    if (!map && idmap_for_caller(&here, &ignored) < 0)
        return false;
    map = map ? map : &here;
    const struct idmap_range *ranges = group ? map->gid : map->uid;
    for (int i = 0; i < (group ? map->gids : map->uids); i++) {
        if (id >= ranges[i].inside && id - ranges[i].inside < ranges[i].count)
            return true;
    }
    return false;
}

/*
 * A file of the new devpts belongs to group tty, number 5. A user namespace that maps one ID only
 * has no 5, and the kernel refuses the option (EINVAL).
 */
static bool is_unmapped_gid(const char *word, const struct container *container)
{
    unsigned gid;

    return container->user && sscanf(word, "gid=%u", &gid) == 1 &&
           !mounts_has_id(container, true, gid);
}

int mounts_add_data(
    struct mounts_options *options, const char *word, const char *destination, struct err *err)
{
    size_t used = strlen(options->data), length = strlen(word);

    if (used + (used > 0) + length >= sizeof(options->data)) {
        err_set(err, ERR_USAGE, "the mount options of %s are too long", destination);
        return err_hint(
            err, "mount(2) takes a page, %d bytes -> fewer, or shorter paths", MOUNTS_DATA - 1);
    }
    if (used > 0)
        options->data[used++] = ',';
    memcpy(options->data + used, word, length + 1);
    return 0;
}

int mounts_read_options(const struct container *container, const struct spec_mount *mount,
    struct mounts_options *ret, struct err *err)
{
    unsigned long cleared = 0;

    /* not the whole of it: the page of data need not be cleared for each mount */
    memset(ret, 0, offsetof(struct mounts_options, data) + 1);
    for (const char *const *text = mount->options; text && *text; text++) {
        const struct word *word = find_word(*text);
        if (word)
            apply_word(word, ret, &cleared);
        else if (!is_unmapped_gid(*text, container) &&
                 mounts_add_data(ret, *text, mount->destination, err) < 0)
            return -1;
    }
    fill_attributes(ret, cleared);
    return 0;
}

bool mounts_is_bind(const struct spec_mount *mount, const struct mounts_options *options)
{
    return options->flags & MS_BIND || (mount->type && strcmp(mount->type, "bind") == 0);
}

static bool has_bind(const struct spec_mount *mount)
{
    bool bind = mount->type && strcmp(mount->type, "bind") == 0;

    for (const char *const *text = mount->options; !bind && text && *text; text++)
        bind = strcmp(*text, "bind") == 0 || strcmp(*text, "rbind") == 0;
    return bind;
}

/*
 * Asked for by a word; or by none, and then a bind hears of its source's later mounts, as in runc.
 * Asked of every mount of every start, so most words are not looked up.
 */
static bool hears_of_the_host(const struct spec_mount *mount)
{
    bool bind = has_bind(mount), said = false;

    for (const char *const *text = mount->options; text && *text; text++) {
        bool maybe = bind || strstr(*text, "slave") || strstr(*text, "shared");
        const struct word *word = maybe ? find_word(*text) : NULL;
        if (!word || word->kind != PROPAGATION)
            continue;
        if (word->set & (MS_SLAVE | MS_SHARED))
            return true;
        said = true;
    }
    return bind && !said;
}

unsigned long mounts_base_propagation(const struct spec *spec)
{
    if (spec->linux_.rootfs_propagation & (MS_SHARED | MS_SLAVE))
        return spec->linux_.rootfs_propagation & (MS_SHARED | MS_SLAVE);
    for (size_t i = 0; i < spec->mounts_count; i++) {
        if (hears_of_the_host(&spec->mounts[i]))
            return MS_SLAVE;
    }
    return MS_PRIVATE;
}
