// SPDX-License-Identifier: MIT
/* The device files of the spec, and the links of /dev that every program expects (lab 05, dev). */
#include "stages.h"

#include "rootfs.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

int stage_devices(struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;

    explain_step(&container->explain, "mknod(2), symlink(2); lab 05",
        "%zu device files in /dev, and the links /dev/fd, /dev/stdin and so on", l->devices_count);
    for (size_t i = 0; i < l->devices_count; i++) {
        const struct spec_device *device = &l->devices[i];
        if (rootfs_dev_node(container->root_fd, device->path, device->type_and_mode,
                makedev(device->major, device->minor), err) < 0)
            return -1;
    }
    return rootfs_dev_links(container->root_fd, err);
}
