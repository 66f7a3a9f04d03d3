// SPDX-License-Identifier: MIT
/*
 * An archive from a stranger goes into a container in two steps: it is unpacked into room of the
 * store, by what unpacks the layers of images, and only when it has come to its end is it copied to
 * its place. So a damaged archive, or a cp that is killed, has changed nothing.
 */
#include "copy_tar.h"

#include "engine/images/image_stage.h"
#include "engine/images/layer.h"
#include "engine/images/tar_tree.h"

#include "cleanup.h"

#include <fcntl.h>
#include <sys/stat.h>

static int unpack(int fd, const char *name, int room, bool owners, int *ret_dir, struct err *err)
{
    char digest[DIGEST_TEXT];
    struct tar_reader reader;

    if (mkdirat(room, "into", 0755) < 0 || mkdirat(room, "trash", 0700) < 0)
        return err_sys(err, "cannot make room for the archive");
    *ret_dir = openat(room, "into", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int trash = openat(room, "trash", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*ret_dir < 0 || trash < 0)
        return err_sys(err, "cannot make room for the archive");
    int result = tar_open(fd, name, &TAR_LIMITS, &reader, err);
    if (result == 0)
        result = layer_unpack_plain(&reader, *ret_dir, trash, owners, err);
    if (result == 0)
        result = tar_end(&reader, digest);
    tar_close(&reader);
    return result;
}

int copy_tar_in(
    const struct store *store, int fd, const char *name, int into, bool owners, struct err *err)
{
    struct image_stage stage;
    int result = image_stage_room(store, &stage, err);

    if (result == 0) {
        cleanup_close int room = open(stage.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        cleanup_close int from = -1;
        result = room < 0 ? err_sys(err, "cannot open %s", stage.path)
                          : unpack(fd, name, room, owners, &from, err);
        if (result == 0)
            result = rootfs_copy_inside(
                from, into, ROOTFS_ALL | ROOTFS_REPLACE | (owners ? ROOTFS_OWNERS : 0), err);
    }
    image_stage_end(&stage);
    return result;
}

int copy_tar_out(const struct copy_place *place, int fd, struct err *err)
{
    struct tar_tree tree = {.mounts = true};
    int result = tar_tree_begin(&tree, fd, err);

    const char *name = place->name[0] ? place->name : ".";
    if (result == 0)
        result = tar_tree_add(&tree, place->dir, name, place->contents ? "." : name);
    if (tar_tree_end(&tree) < 0)
        result = -1;
    return result;
}
