// SPDX-License-Identifier: MIT
/*
 * /sys/fs/cgroup inside: the container's own groups, read-only, and nothing above them. They are
 * bound there from the host's mounts: one directory on v2, one in each hierarchy on v1, in a small
 * tmpfs that holds the mount points.
 */
#include "stages.h"

#include "cleanup.h"
#include "mount.h"

#include <string.h>
#include <sys/mount.h>

enum { FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC };

/* "/sys/fs/cgroup/memory/mini-docker-ab12" -> "memory": what the hierarchy is called on the host.
 */
static void hierarchy_name(const struct cgroup *group, int index, char ret[64])
{
    const char *path = group->path[index];
    size_t end = group->base[index];
    size_t start = end;

    while (start > 0 && path[start - 1] != '/')
        start--;
    snprintf(ret, 64, "%.*s", (int)(end - start), path + start);
}

/* Only now: while it was empty, the mount points had to be made in it. */
static int make_readonly(const struct container *container, const char *at, struct err *err)
{
    cleanup_close int fd = mount_open_in_root(container->root_fd, at, MOUNT_MAKE_NOTHING, err);
    char path[32];

    if (fd < 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | FLAGS, NULL) < 0)
        return err_sys(err, "cannot make %s read-only", at);
    return 0;
}

int mount_groups(struct container *container, const struct spec_mount *mount, struct err *err)
{
    const struct cgroup *group = &container->group;
    const char *at = mount->destination;
    char target[128], name[64];

    if (group->absent)
        return 0;
    explain_step(
        &container->explain, "cgroups(7); labs 02, 03", "bind the groups on %s, read-only", at);
    if (group->fd >= 0)
        return mount_bind_in_root(container->root_fd, group->path[0], at, FLAGS, err);
    if (mount_in_root(container->root_fd, "tmpfs", at, "tmpfs", FLAGS & ~MS_RDONLY,
            "mode=755,size=64k", err) < 0)
        return -1;
    for (int i = 0; i < group->paths; i++) {
        hierarchy_name(group, i, name);
        snprintf(target, sizeof(target), "%s/%s", at, name);
        if (mount_bind_in_root(container->root_fd, group->path[i], target, FLAGS, err) < 0)
            return -1;
    }
    return make_readonly(container, at, err);
}
