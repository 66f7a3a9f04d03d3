// SPDX-License-Identifier: MIT
/*
 * /sys/fs/cgroup inside: the container's own groups, read-only, and nothing above them. They are
 * bound there from the host's mounts: one directory on v2; on v1 one in each hierarchy, in a small
 * tmpfs that holds the mount points. That tmpfs is new and ours, so paths in it can be trusted.
 */
#include "stages.h"

#include "cleanup.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC };

/* "/sys/fs/cgroup/memory/mini-docker-ab12" -> "memory": what the hierarchy is called on the host.
 */
static void hierarchy_name(const struct cgroup *group, int index, char ret[64])
{
    const char *path = group->path[index];
    size_t end = group->base[index], start = end;

    while (start > 0 && path[start - 1] != '/')
        start--;
    snprintf(ret, 64, "%.*s", (int)(end - start), path + start);
}

static int bind_hierarchy(int dir, const struct cgroup *group, int index, struct err *err)
{
    char name[64], target[128];

    hierarchy_name(group, index, name);
    snprintf(target, sizeof(target), "/proc/self/fd/%d/%s", dir, name);
    if (mkdirat(dir, name, 0755) < 0 || mount(group->path[index], target, NULL, MS_BIND, NULL) < 0)
        return err_sys(err, "cannot bind %s into the container", group->path[index]);
    return 0;
}

/* In one call for the tmpfs and all that is mounted in it; before, it had to be writable. */
static int make_readonly(int dir, struct err *err)
{
    struct mount_attr attr = {
        .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC};

    if (syscall(SYS_mount_setattr, dir, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) < 0)
        return err_sys(err, "cannot make the groups read-only (Linux 5.12)");
    return 0;
}

int mount_groups(struct container *container, const struct spec_mount *m, struct err *err)
{
    const struct cgroup *group = &container->group;
    const char *at = m->destination;

    if (groups_join(container, err) < 0)
        return -1;
    if (group->absent)
        return 0;
    explain_step(
        &container->explain, "cgroups(7); labs 02, 03", "bind the groups on %s, read-only", at);
    if (group->fd >= 0)
        return mount_bind_in_root(container->root_fd, group->path[0], at, FLAGS | MS_RDONLY, err);
    if (mount_in_root(container->root_fd, "tmpfs", at, "tmpfs", FLAGS, "mode=755,size=64k", err) <
        0)
        return -1;
    cleanup_close int dir = mount_open_in_root(container->root_fd, at, MOUNT_MAKE_NOTHING, err);
    if (dir < 0)
        return -1;
    for (int i = 0; i < group->paths; i++) {
        if (bind_hierarchy(dir, group, i, err) < 0)
            return -1;
    }
    return make_readonly(dir, err);
}
