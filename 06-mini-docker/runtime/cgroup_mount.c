// SPDX-License-Identifier: MIT
/*
 * A spec mount of type "cgroup" or "cgroup2": the container's own groups, and nothing above them.
 * They are bound there from the host's mounts, so that it holds without a cgroup namespace, too:
 * one directory on v2; on v1 one in each hierarchy, in a small tmpfs that holds the mount points.
 * That tmpfs is new and ours, so paths in it can be trusted. A container without groups of its own
 * sees its caller's (cgroup_mount_callers.c).
 *
 * Read-only where the entry says "ro", tmpfs and all; never with set-user-ID files, devices or
 * programs.
 */
#include "cgroup_mount.h"
#include "stages.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC };

/* "/sys/fs/cgroup/cpu,cpuacct/docker/ab12" is called "cpu,cpuacct", as on the host. */
static void list_own(const struct cgroup *group, struct cgroup_view *ret)
{
    for (int i = 0; i < group->paths; i++) {
        struct cgroup_shown *shown = &ret->items[ret->count++];
        char *point = shown->path;
        snprintf(point, sizeof(shown->path), "%.*s", (int)group->base[i], group->path[i]);
        snprintf(shown->name, sizeof(shown->name), "%s", strrchr(point, '/') + 1);
        snprintf(point, sizeof(shown->path), "%s", group->path[i]);
    }
}

/* Two controllers in one hierarchy: each is found by its own name, too. */
static int link_names(int dir, const char *name, struct err *err)
{
    char words[64], *rest = words, *word;

    if (!strchr(name, ','))
        return 0;
    snprintf(words, sizeof(words), "%s", name);
    while ((word = strsep(&rest, ","))) {
        if (symlinkat(name, dir, word) < 0)
            return err_sys(err, "cannot make the link %s to %s for the container", word, name);
    }
    return 0;
}

static int mount_hierarchy(int dir, const struct cgroup_shown *shown, struct err *err)
{
    char target[128];
    bool anew = shown->path[0] == '\0';

    snprintf(target, sizeof(target), "/proc/self/fd/%d/%s", dir, shown->name);
    if (mkdirat(dir, shown->name, 0755) < 0 ||
        mount(anew ? "cgroup" : shown->path, target, "cgroup", anew ? FLAGS : MS_BIND,
            anew ? shown->controllers : NULL) < 0)
        return err_sys(
            err, "cannot show the container the group %s", anew ? shown->controllers : shown->path);
    return link_names(dir, shown->name, err);
}

static int show_v1(struct container *container, const struct cgroup_view *view, const char *at,
    const struct mount_attributes *want, struct err *err)
{
    if (mount_in_root(container->root_fd, "tmpfs", at, "tmpfs", FLAGS, "mode=755,size=64k", err) <
        0)
        return -1;
    cleanup_close int dir = mount_open_in_root(container->root_fd, at, MOUNT_MAKE_NOTHING, err);
    struct stat st;
    if (dir < 0)
        return -1;
    if (fstat(dir, &st) == 0)
        container->groups_dev = st.st_dev; /* it may be masked, too (masks.c) */
    for (int i = 0; i < view->count; i++) {
        if (mount_hierarchy(dir, &view->items[i], err) < 0)
            return -1;
    }
    /* in one call for the tmpfs and all that is in it; before, it had to be writable */
    return mount_set_attributes(dir, at, true, want, err);
}

static int show_v2(struct container *container, const struct cgroup_view *view, const char *at,
    const struct mount_attributes *want, struct err *err)
{
    const char *path = view->items[0].path;

    if (!*path)
        return mount_in_root(container->root_fd, "cgroup", at, "cgroup2",
            FLAGS | (want->set & MOUNT_RDONLY ? MS_RDONLY : 0), NULL, err);
    cleanup_close int tree = mount_clone(path, false, err);
    if (tree < 0 || mount_set_attributes(tree, at, true, want, err) < 0)
        return -1;
    return mount_attach_in_root(container->root_fd, tree, at, err);
}

int mounts_groups(struct container *container, const struct spec_mount *m,
    const struct mounts_options *options, struct err *err)
{
    const struct cgroup *group = &container->group;
    bool v2_wanted = strcmp(m->type, "cgroup2") == 0;
    struct cgroup_view view = {.count = 0, .v2 = group->v2};
    const struct mount_attributes want = {
        .set = MOUNT_NOSUID | MOUNT_NODEV | MOUNT_NOEXEC | (options->own.set & MOUNT_RDONLY)};

    if (groups_join(container, err) < 0)
        return -1;
    if (group->absent || (v2_wanted && !group->v2))
        cgroup_view_callers(&container->spec->linux_, v2_wanted, &view);
    else
        list_own(group, &view);
    if (view.count == 0) {
        err_set(err, ERR_SKIP, "cannot mount %s on %s", m->type, m->destination);
        return err_hint(
            err, "no such hierarchy is mounted here -> leave the mount out of config.json");
    }
    explain_step(&container->explain, "cgroups(7); labs 02, 03", "bind the groups on %s%s",
        m->destination, want.set & MOUNT_RDONLY ? ", read-only" : "");
    return (view.v2 ? show_v2 : show_v1)(container, &view, m->destination, &want, err);
}
