// SPDX-License-Identifier: MIT
/*
 * spec->mounts, one after another. An option of the spec is a word: some are flags of mount(2), the
 * others belong to the file system and are handed on as its data. Everything is mounted below a
 * root that may hold symlinks set as traps, so it goes through common/mount.h.
 */
#include "stages.h"

#include "cleanup.h"
#include "mount.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>

static const struct {
    const char *word;
    unsigned long set, clear;
} WORDS[] = {
    {"bind", MS_BIND, 0},
    {"rbind", MS_BIND | MS_REC, 0},
    {"ro", MS_RDONLY, 0},
    {"rw", 0, MS_RDONLY},
    {"nosuid", MS_NOSUID, 0},
    {"suid", 0, MS_NOSUID},
    {"nodev", MS_NODEV, 0},
    {"dev", 0, MS_NODEV},
    {"noexec", MS_NOEXEC, 0},
    {"exec", 0, MS_NOEXEC},
    {"relatime", MS_RELATIME, 0},
    {"strictatime", MS_STRICTATIME, 0},
    {"noatime", MS_NOATIME, 0},
};

/* Returns false when the word is no flag. */
static bool apply_word(const char *word, unsigned long *flags)
{
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (strcmp(WORDS[i].word, word) == 0) {
            *flags = (*flags & ~WORDS[i].clear) | WORDS[i].set;
            return true;
        }
    }
    return false;
}

/*
 * A file of the new devpts belongs to group tty, number 5. A user namespace that maps one ID only
 * has no 5, and the kernel refuses the option (EINVAL).
 */
static bool is_unmapped_gid(const char *word, const struct spec_linux *l)
{
    unsigned gid;

    if (!(l->namespaces & CLONE_NEWUSER) || sscanf(word, "gid=%u", &gid) != 1)
        return false;
    for (int i = 0; i < l->mappings->gids; i++) {
        const struct idmap_range *range = &l->mappings->gid[i];
        if (gid >= range->inside && gid - range->inside < range->count)
            return false;
    }
    return true;
}

static int mount_one(struct container *container, const struct spec_mount *m, struct err *err)
{
    unsigned long flags = 0;
    char data[256] = "";
    size_t used = 0;

    for (const char *const *word = m->options; word && *word; word++) {
        if (apply_word(*word, &flags) || is_unmapped_gid(*word, &container->spec->linux_))
            continue;
        used += (size_t)snprintf(data + used, sizeof(data) - used, "%s%s", used ? "," : "", *word);
        if (used >= sizeof(data))
            return err_set(err, ERR_USAGE, "the mount options of %s are too long", m->destination);
    }
    explain_step(&container->explain, "mount(2); lab 05", "mount %s on %s%s%s%s", m->type,
        m->destination, flags & MS_RDONLY ? ", read-only" : "", used ? ", " : "", data);
    if (flags & MS_BIND)
        return mount_bind_in_root(
            container->root_fd, m->source, m->destination, flags & ~(unsigned long)MS_BIND, err);
    /* NULL, not "": for a text the kernel copies a whole page */
    return mount_in_root(
        container->root_fd, m->source, m->destination, m->type, flags, used ? data : NULL, err);
}

int stage_mounts(struct container *container, struct err *err)
{
    const struct spec *spec = container->spec;

    for (size_t i = 0; i < spec->mounts_count; i++) {
        const struct spec_mount *m = &spec->mounts[i];
        bool groups = strcmp(m->type, "cgroup") == 0;
        if ((groups ? mount_groups(container, m, err) : mount_one(container, m, err)) < 0)
            return -1;
    }
    return 0;
}
