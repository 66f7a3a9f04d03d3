// SPDX-License-Identifier: MIT
/*
 * Bind sources that the parent opens for the child.
 *
 * An ID-mapped mount shows a file of user 1000 as one of user 0, say, and writes come out the other
 * way round (mount_setattr(2), MOUNT_ATTR_IDMAP). The map is that of a user namespace; where it is
 * not the container's own, one is made for it, by a process that has nothing else to do. Mapping
 * needs CAP_SYS_ADMIN where the file system was mounted, and a mount that hangs nowhere yet.
 */
#include "mounts.h"

#include "cleanup.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static _Noreturn int wait_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        pause();
}

/* A descriptor of a new user namespace with this map; it lives as long as that. */
static int make_user_namespace(const struct idmap *map, struct err *err)
{
    struct spawn spawn = {.namespaces = CLONE_NEWUSER, .cgroup_fd = -1, .child = wait_for_ever};
    struct spawned holder;
    char path[64];
    int fd = -1;

    if (spawn_start(&spawn, &holder, err) < 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/%d/ns/user", holder.pid);
    if (idmap_write(holder.pid, map, err) == 0) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            err_sys(err, "cannot open %s", path);
    }
    spawn_end(&holder);
    return fd;
}

static int map_ids(const struct container *container, const struct spec_mount *m,
    const struct mounts_options *options, int tree, struct err *err)
{
    const struct idmap *map = m->mappings ? m->mappings : container->spec->linux_.mappings;

    if (!map) {
        err_set(err, ERR_USAGE, "the mount on %s has `idmap`, but there is no map", m->destination);
        return err_hint(err, "neither it nor the container has uidMappings -> give it some");
    }
    cleanup_close int user = make_user_namespace(map, err);
    if (user < 0)
        return -1;
    struct mount_attributes want = {.set = MOUNT_IDMAP, .userns_fd = (uint64_t)user};
    if (mount_set_attributes(tree, m->destination, options->idmap_recursive, &want, err) == 0)
        return 0;
    if (err->code == EINVAL)
        err_hint(err,
            "the file system of %s cannot map IDs here, or is mapped already -> another "
            "file system, or a newer kernel",
            m->source);
    if (err->code == EPERM)
        err_hint(err, "it was mounted by another user namespace -> run as root of the host");
    return -1;
}

static int open_source(struct container *container, size_t index, bool all, struct err *err)
{
    const struct spec_mount *m = &container->spec->mounts[index];
    struct mounts_options options;

    if (mounts_read_options(container, m, &options, err) < 0)
        return -1;
    bool mapped = m->mappings || options.idmap;
    if (!mounts_is_bind(m, &options) || options.flags & MS_REMOUNT ||
        !(all || mapped || m->from_pid))
        return 0;
    cleanup_close int tree = mounts_copy_source(container, m, &options, true, err);
    if (tree < 0 || (mapped && map_ids(container, m, &options, tree, err) < 0))
        return -1;
    container->sources[index] = steal_fd(&tree);
    return 0;
}

/*
 * Is there anything to do at all? A user without privilege can copy no mount here; but its
 * container can, inside, and may open the same files.
 */
static bool is_needed(const struct container *container, bool *ret_all)
{
    const struct spec *spec = container->spec;

    *ret_all = container->namespaces.own & CLONE_NEWUSER && host_is_root();
    if (*ret_all)
        return true;
    for (size_t i = 0; i < spec->mounts_count; i++) {
        if (spec->mounts[i].mappings || spec->mounts[i].from_pid)
            return true;
        for (const char *const *word = spec->mounts[i].options; word && *word; word++) {
            if (strcmp(*word, "idmap") == 0 || strcmp(*word, "ridmap") == 0)
                return true;
        }
    }
    return false;
}

int mounts_open_sources(struct container *container, struct err *err)
{
    size_t count = container->spec->mounts_count;
    bool all;

    if (!is_needed(container, &all))
        return 0;
    container->sources = malloc((count + 1) * sizeof(*container->sources));
    if (!container->sources)
        return err_sys(err, "cannot keep the sources of %zu mounts", count);
    for (size_t i = 0; i < count; i++)
        container->sources[i] = -1;
    for (size_t i = 0; i < count; i++) {
        if (open_source(container, i, all, err) < 0)
            return -1;
    }
    return 0;
}

void mounts_close_sources(struct container *container)
{
    for (size_t i = 0; container->sources && i < container->spec->mounts_count; i++) {
        close_fd(&container->sources[i]);
    }
    free(steal_ptr(container->sources));
}
