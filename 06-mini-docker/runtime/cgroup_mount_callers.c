// SPDX-License-Identifier: MIT
/*
 * The groups of a container that was given none of its own: cgroups are disabled, or none could be
 * made for this user. It is then in its caller's, and sees those: each line of /proc/self/cgroup is
 * a hierarchy, its controllers, and the path of the group in it (cgroups(7)).
 */
#include "cgroup_mount.h"

#include "cleanup.h"
#include "fsio.h"

#include <limits.h>
#include <sched.h>
#include <string.h>

/* The controllers and the path of "4:memory:/user" when it is this hierarchy's line. */
static bool is_of(
    char *line, const struct host_cgroup_mount *mount, char **ret_controllers, char **ret_path)
{
    char first[64];

    strsep(&line, ":");
    *ret_controllers = strsep(&line, ":");
    *ret_path = line;
    if (!line)
        return false;
    snprintf(first, sizeof(first), "%.*s", (int)strcspn(*ret_controllers, ","), *ret_controllers);
    return mount->v2 ? !first[0] : first[0] && host_mount_has(mount, first);
}

/*
 * True when the container is in a cgroup namespace of its own. (A new mount of v2 from the first
 * one, which has this number in every kernel, would change the options of the host's: cgroups(7).)
 */
static bool has_namespace(const struct spec_linux *linux_)
{
    char link[PATH_MAX];
    struct err ignored;

    if (linux_->namespaces & CLONE_NEWCGROUP)
        return true;
    return linux_->namespace_paths[ns_index(CLONE_NEWCGROUP)] &&
           fsio_readlink("/proc/self/ns", "cgroup", link, &ignored) == 0 &&
           strcmp(link, "cgroup:[4026531835]") != 0;
}

/* A hierarchy may be mounted twice: so it is where the host's /sys is the container's, too. */
static bool is_listed(const struct cgroup_view *view, const char *controllers)
{
    for (int i = 0; i < view->count; i++) {
        if (strcmp(view->items[i].controllers, controllers) == 0)
            return true;
    }
    return false;
}

/*
 * With a cgroup namespace the paths are relative to it, and a new mount shows its root. Where the
 * host's mount is not of the whole hierarchy (we are in a container) the path leads nowhere, and
 * the mount is our group already.
 */
static void add(const struct host_cgroup_mount *mount, const char *self_cgroup, bool anew,
    struct cgroup_view *ret)
{
    struct cgroup_shown *shown = &ret->items[ret->count];
    cleanup_free char *text = strdup(self_cgroup);
    char *rest = text, *line, *controllers, *path;

    while ((line = strsep(&rest, "\n"))) {
        if (!is_of(line, mount, &controllers, &path))
            continue;
        if (is_listed(ret, controllers))
            return;
        *shown = (struct cgroup_shown){0};
        snprintf(shown->name, sizeof(shown->name), "%s", strrchr(mount->point, '/') + 1);
        snprintf(shown->controllers, sizeof(shown->controllers), "%s", controllers);
        if (!anew)
            snprintf(shown->path, sizeof(shown->path), "%s%s", mount->point, path);
        if (!anew && !fsio_exists(NULL, shown->path))
            snprintf(shown->path, sizeof(shown->path), "%s", mount->point);
        ret->count++;
        return;
    }
}

void cgroup_view_callers(const struct spec_linux *linux_, bool v2_wanted, struct cgroup_view *ret)
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    bool anew = has_namespace(linux_);
    int count = host_cgroup_mounts(mounts);
    struct err ignored;
    cleanup_free char *self_cgroup = fsio_read(NULL, "/proc/self/cgroup", &ignored);

    ret->count = 0;
    ret->v2 = v2_wanted || !cgroup_host_is_v1(mounts, count);
    for (int i = 0; self_cgroup && i < count && !(ret->v2 && ret->count); i++) {
        if (mounts[i].v2 == ret->v2)
            add(&mounts[i], self_cgroup, anew, ret);
    }
}
