// SPDX-License-Identifier: MIT
/*
 * spec->mounts, one after another, below a root that may hold symlinks set as traps: each target is
 * opened first (common/mount_root.c), and what is mounted is mounted on that descriptor. A bind
 * goes its own way (mounts_bind.c), and so does a tmpfs (mounts_tmpfs.c).
 *
 * A user namespace may mount a new proc or sysfs only where it owns the PID or network namespace,
 * and where it sees the host's without covers; else the new one would uncover what the host hides.
 * Then the host's sysfs, as it is seen here, is as good and no more dangerous; but its /proc shows
 * other processes than the container's, and is never a substitute.
 */
#include "mounts.h"
#include "stages.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

bool mounts_is_dev(const struct spec_mount *mount)
{
    const char *path = mount->destination + strspn(mount->destination, "/");

    return strncmp(path, "dev", 3) == 0 && path[3 + strspn(path + 3, "/")] == '\0';
}

/* Words that hold once it is mounted: the recursive ones, and propagation. */
static int apply_later(struct container *container, const struct spec_mount *m,
    const struct mounts_options *options, struct err *err)
{
    if (!options->all.set && !options->all.clear && !options->propagations)
        return 0;
    cleanup_close int fd =
        mount_open_target(container->root_fd, m->destination, MOUNT_MAKE_NOTHING, true, err);
    if (fd < 0 || mount_set_attributes(fd, m->destination, true, &options->all, err) < 0)
        return -1;
    for (int i = 0; i < options->propagations; i++) {
        struct mount_attributes want = {
            .propagation = options->propagation[i] & ~(unsigned long)MS_REC};
        if (mount_set_attributes(fd, m->destination, options->propagation[i] & MS_REC, &want, err) <
            0)
            return -1;
    }
    return 0;
}

/* The host's own of a file system that this user namespace may not mount anew. */
static int bind_instead(struct container *container, const struct spec_mount *m,
    const struct mounts_options *options, struct err *err)
{
    static const char *const hosts[][2] = {{"sysfs", "/sys"}, {"mqueue", "/dev/mqueue"}};
    struct err refused = *err;

    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        if (strcmp(m->type, hosts[i][0]) != 0)
            continue;
        explain_step(
            &container->explain, "mount(2)", "refused: bind the host's %s instead", hosts[i][1]);
        cleanup_close int tree = mount_clone(hosts[i][1], true, err);
        if (tree >= 0 && mount_set_attributes(tree, m->destination, true, &options->own, err) == 0)
            return mount_attach_in_root(container->root_fd, tree, m->destination, err);
        *err = refused;
    }
    if (strcmp(m->type, "proc") == 0)
        err_hint(err, "the PID namespace is not this user namespace's own, or the host's /proc has "
                      "covers that a new one would lack (are we in a container?) -> take a new PID "
                      "namespace, and run where /proc is whole");
    return -1;
}

static int mount_new(struct container *container, const struct spec_mount *m,
    const struct mounts_options *options, struct err *err)
{
    const char *source = m->source ? m->source : m->type;
    unsigned long flags = options->flags;

    if (mounts_is_dev(m))
        flags &= ~(unsigned long)MS_RDONLY; /* mounts_finish */
    /* NULL, not "": for a text the kernel copies a whole page */
    const char *data = options->data[0] ? options->data : NULL;
    if (mount_in_root(container->root_fd, source, m->destination, m->type, flags, data, err) < 0 &&
        (err->code != EPERM || bind_instead(container, m, options, err) < 0))
        return -1;
    return apply_later(container, m, options, err);
}

/* "remount": another entry, or the image's root, has mounted something there already. */
static int remount(struct container *container, const struct spec_mount *m,
    const struct mounts_options *options, struct err *err)
{
    cleanup_close int fd =
        mount_open_target(container->root_fd, m->destination, MOUNT_MAKE_NOTHING, true, err);

    if (fd < 0)
        return -1;
    if (!mounts_is_bind(m, options) && mount_on(fd, m->destination, "remount", NULL, options->flags,
                                           options->data[0] ? options->data : NULL, err) < 0)
        return -1;
    if (mount_set_attributes(fd, m->destination, false, &options->own, err) < 0)
        return -1;
    return apply_later(container, m, options, err);
}

static int mount_one(struct container *container, size_t index, struct err *err)
{
    const struct spec_mount *m = &container->spec->mounts[index];
    struct mounts_options options;

    if (mounts_read_options(container, m, &options, err) < 0)
        return -1;
    bool bind = mounts_is_bind(m, &options);
    bool groups = m->type && (strcmp(m->type, "cgroup") == 0 || strcmp(m->type, "cgroup2") == 0);
    if (bind || !groups) /* those say themselves what is bound for them */
        explain_step(&container->explain, "mount(2); lab 05", "%s %s on %s%s%s%s",
            bind ? "bind" : "mount", bind ? m->source : m->type, m->destination,
            options.flags & MS_RDONLY ? ", read-only" : "", options.data[0] ? ", " : "",
            options.data);
    if (options.flags & MS_REMOUNT)
        return remount(container, m, &options, err);
    if (bind)
        return mounts_bind(container, index, &options, err);
    if (!m->type)
        return err_set(
            err, ERR_USAGE, "the mount on %s has no type, and is no bind", m->destination);
    if (groups)
        return mounts_groups(container, m, &options, err) < 0
                   ? -1
                   : apply_later(container, m, &options, err);
    if (strcmp(m->type, "tmpfs") == 0 && mounts_tmpfs(container, m, &options, err) < 0)
        return -1;
    if (strcmp(m->type, "tmpfs") == 0)
        return apply_later(container, m, &options, err);
    return mount_new(container, m, &options, err);
}

int stage_mounts(struct container *container, struct err *err)
{
    for (size_t i = 0; i < container->spec->mounts_count; i++) {
        if (mount_one(container, i, err) < 0)
            return -1;
    }
    return 0;
}

int mounts_finish(struct container *container, struct err *err)
{
    static const struct mount_attributes readonly = {.set = MOUNT_RDONLY};
    struct mounts_options options;

    for (size_t i = 0; i < container->spec->mounts_count; i++) {
        const struct spec_mount *m = &container->spec->mounts[i];
        bool tmpfs = m->type && strcmp(m->type, "tmpfs") == 0;
        if (!tmpfs && !mounts_is_dev(m))
            continue;
        if (mounts_read_options(container, m, &options, err) < 0)
            return -1;
        if (!(options.flags & MS_RDONLY) || mounts_is_bind(m, &options))
            continue;
        cleanup_close int fd =
            mount_open_target(container->root_fd, m->destination, MOUNT_MAKE_NOTHING, true, err);
        if (fd < 0 || mount_set_attributes(fd, m->destination, false, &readonly, err) < 0)
            return -1;
    }
    return 0;
}
