// SPDX-License-Identifier: MIT
/*
 * Binds: something of the host is shown in the container. The copy of its mount gets all its flags
 * while it hangs nowhere, so that it is never there with fewer (common/mount_tree.c).
 *
 * Who copies? The child, unless it could not: in a user namespace, root has no right to a directory
 * that only the host's root may pass, and none to map the IDs of a file system. Then the parent
 * copies before the clone, and the child, which has inherited the descriptor, hangs the copy up.
 */
#include "mounts.h"

#include "cleanup.h"

#include <errno.h>
#include <sys/mount.h>

/* MS_SLAVE when mounts that the host makes later are to come, by a word or without any. */
static unsigned long listens(const struct mounts_options *options)
{
    for (int i = 0; i < options->propagations; i++) {
        if (options->propagation[i] & (MS_SHARED | MS_SLAVE))
            return MS_SLAVE;
    }
    return options->propagations ? MS_PRIVATE : MS_SLAVE;
}

/*
 * The words one after another, as mount(8) does it: "slave", "shared" is not "shared". Of what is
 * private in the child's whole namespace nothing is left to do.
 *
 * A copy that the parent made is a member of the host's own group still. Through it a user
 * namespace may listen to the host but not speak, so it becomes a slave before it may be shared
 * again.
 */
static int set_propagation(const struct spec *spec, int tree, const struct spec_mount *m,
    const struct mounts_options *options, bool in_parent, struct err *err)
{
    bool is_private = !in_parent && mounts_base_propagation(spec) == MS_PRIVATE;
    struct mount_attributes want = {.propagation = listens(options)};

    if (in_parent && mount_set_attributes(tree, m->destination, true, &want, err) < 0)
        return -1;
    for (int i = 0; i < options->propagations; i++) {
        bool recursive = options->propagation[i] & MS_REC;
        want.propagation = options->propagation[i] & ~(unsigned long)MS_REC;
        if (!(is_private && want.propagation == MS_PRIVATE) &&
            mount_set_attributes(tree, m->destination, recursive, &want, err) < 0)
            return -1;
    }
    return 0;
}

/*
 * A mount that came from a namespace with more privilege has locked flags. To be told to drop one
 * is no reason to fail: "rw" is what engines write when nothing was asked for.
 */
static int set_flags(
    int tree, const struct spec_mount *m, const struct mounts_options *options, struct err *err)
{
    struct mount_attributes own = options->own;

    int result = mount_set_attributes(tree, m->destination, false, &own, err);
    if (result < 0 && err->code == EPERM && own.clear) {
        own.clear = own.set & MOUNT_ATIME ? MOUNT_ATIME : 0;
        result = mount_set_attributes(tree, m->destination, false, &own, err);
    }
    return result < 0 ? -1 : mount_set_attributes(tree, m->destination, true, &options->all, err);
}

/* A relative source is one of the bundle's. */
static int full_source(const struct container *container, const struct spec_mount *m,
    char ret[PATH_MAX], struct err *err)
{
    const char *bundle = container->hooks_state.bundle;

    if (!m->source || !m->source[0])
        return err_set(err, ERR_USAGE, "the bind on %s has no source", m->destination);
    bool relative = m->source[0] != '/' && bundle;
    if (snprintf(ret, PATH_MAX, "%s%s%s", relative ? bundle : "", relative ? "/" : "", m->source) >=
        PATH_MAX)
        return err_set(err, ERR_USAGE, "the path of %s is too long", m->source);
    return 0;
}

int mounts_copy_source(const struct container *container, const struct spec_mount *m,
    const struct mounts_options *options, bool in_parent, struct err *err)
{
    char source[PATH_MAX];

    if (full_source(container, m, source, err) < 0)
        return -1;
    cleanup_close int tree =
        m->from_pid ? mounts_clone_foreign(m->from_pid, source, options->flags & MS_REC, err)
                    : mount_clone(source, options->flags & MS_REC, err);
    if (tree < 0 || set_propagation(container->spec, tree, m, options, in_parent, err) < 0 ||
        set_flags(tree, m, options, err) < 0)
        return -1;
    return steal_fd(&tree);
}

int mounts_bind(struct container *container, size_t index, const struct mounts_options *options,
    struct err *err)
{
    const struct spec_mount *m = &container->spec->mounts[index];
    cleanup_close int tree = container->sources ? steal_fd(&container->sources[index]) : -1;

    if (tree < 0)
        tree = mounts_copy_source(container, m, options, false, err);
    return tree < 0 ? -1 : mount_attach_in_root(container->root_fd, tree, m->destination, err);
}
