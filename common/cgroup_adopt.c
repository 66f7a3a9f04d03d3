// SPDX-License-Identifier: MIT
/*
 * A group by the paths that its maker kept: which hierarchy each is in, and so which controllers it
 * has, is found again from what is mounted. The group itself may be gone.
 */
#include "cgroup_internal.h"

#include <string.h>

/* The mount that the path is below; the longest, should one be mounted inside another. */
static const struct host_cgroup_mount *mount_of(
    const struct host_cgroup_mount *mounts, int count, const char *path)
{
    const struct host_cgroup_mount *best = NULL;
    size_t longest = 0;

    for (int i = 0; i < count; i++) {
        size_t length = strlen(mounts[i].point);
        if (length < longest || strncmp(path, mounts[i].point, length) != 0 || path[length] != '/')
            continue;
        best = &mounts[i];
        longest = length;
    }
    return best;
}

/*
 * Asked once: who lists a thousand containers adopts as many groups, and a hierarchy stays mounted
 * while groups are in it. Only for a path that is below none of them is looked again.
 */
static const struct host_cgroup_mount *find_mount(const char *path)
{
    static struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    static int count;
    const struct host_cgroup_mount *mount = mount_of(mounts, count, path);

    if (!mount) {
        count = host_cgroup_mounts(mounts);
        mount = mount_of(mounts, count, path);
    }
    return mount;
}

static int adopt_path(
    const struct host_cgroup_mount *mount, const char *path, struct cgroup *ret, struct err *err)
{
    int index = ret->paths;

    if (!mount || strlen(path) >= sizeof(ret->path[0]) || index == CGROUP_PATHS ||
        (index > 0 && ret->v2 != mount->v2))
        return err_set(err, ERR_USAGE, "'%.300s' is no group of one container's here", path);
    ret->base[index] = strlen(mount->point);
    if (cgroup_check_name(path + ret->base[index], err) < 0)
        return -1;
    strcpy(ret->path[index], path);
    ret->keep[index] = (size_t)(strrchr(path, '/') - path);
    ret->v2 = mount->v2;
    ret->ops = mount->v2 ? &cgroup_v2_ops : &cgroup_v1_ops;
    ret->controllers[index] = mount->v2 ? cgroup_v2_controllers(path, "cgroup.controllers")
                                        : cgroup_v1_controllers(mount);
    ret->paths++;
    return 0;
}

int cgroup_adopt(const char *const *paths, size_t count, struct cgroup *ret, struct err *err)
{
    cgroup_init(ret);
    ret->absent = count == 0;
    ret->made = true;
    for (size_t i = 0; i < count; i++) {
        if (adopt_path(find_mount(paths[i]), paths[i], ret, err) < 0)
            return -1;
    }
    return 0;
}
