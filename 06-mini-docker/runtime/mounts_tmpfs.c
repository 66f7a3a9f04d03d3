// SPDX-License-Identifier: MIT
/*
 * A tmpfs in place of a directory of the image. Whose it is and who may write there, the image has
 * decided (/tmp is everybody's), and a configuration that says nothing else means that. With
 * `tmpcopyup` what the image has there is in the tmpfs too: it is copied while the tmpfs hangs
 * nowhere (fsmount(2)), so nobody sees half of it, and nobody can lead the copy elsewhere.
 */
#include "mounts.h"

#include "cleanup.h"
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* fsconfig(2)'s commands, which glibc has from 2.36 on. */
enum { SET_FLAG = 0, SET_STRING = 1, CREATE = 6 };
enum { CLOSE_ON_EXEC = 1 }; /* FSOPEN_CLOEXEC and FSMOUNT_CLOEXEC */

/* Is one of the data's words this key, "mode="? */
static bool has_key(const char *data, const char *key)
{
    for (const char *at = data; (at = strstr(at, key)); at++) {
        if (at == data || at[-1] == ',')
            return true;
    }
    return false;
}

/* The kernel would refuse an ID that this user namespace does not have. */
static int add_id(struct container *container, struct mounts_options *options, const char *key,
    unsigned id, const char *destination, struct err *err)
{
    char word[32];

    if (id == 0 || has_key(options->data, key) || !mounts_has_id(container, key[0] == 'g', id))
        return 0;
    snprintf(word, sizeof(word), "%s%u", key, id);
    return mounts_add_data(options, word, destination, err);
}

/* Mode and owner of the directory that is covered, where the words do not say them. */
static int keep_owner(struct container *container, struct mounts_options *options, int fd,
    const char *destination, struct err *err)
{
    struct stat st;
    char word[32];

    if (has_key(options->data, "mode="))
        return 0;
    if (fstat(fd, &st) < 0)
        return err_sys(err, "cannot look at %s below the new root", destination);
    snprintf(word, sizeof(word), "mode=%o", (unsigned)st.st_mode & 07777);
    if (mounts_add_data(options, word, destination, err) < 0)
        return -1;
    if (add_id(container, options, "uid=", st.st_uid, destination, err) < 0)
        return -1;
    return add_id(container, options, "gid=", st.st_gid, destination, err);
}

/* The words of the data one by one; it is taken apart. */
static int configure(int fs, char *data)
{
    char *rest;

    for (char *word = strtok_r(data, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        char *value = strchr(word, '=');
        if (value)
            *value++ = '\0';
        if (syscall(SYS_fsconfig, fs, value ? SET_STRING : SET_FLAG, word, value, 0) < 0)
            return -1;
    }
    return (int)syscall(SYS_fsconfig, fs, CREATE, NULL, NULL, 0);
}

/* A new tmpfs that hangs nowhere. */
static int make_tmpfs(
    const struct spec_mount *mount, struct mounts_options *options, struct err *err)
{
    const char *source = mount->source ? mount->source : "tmpfs";
    cleanup_close int fs = (int)syscall(SYS_fsopen, "tmpfs", CLOSE_ON_EXEC);
    uint64_t attributes = options->own.set & ~(uint64_t)MOUNT_RDONLY;

    if (fs < 0 || syscall(SYS_fsconfig, fs, SET_STRING, "source", source, 0) < 0 ||
        configure(fs, options->data) < 0)
        return err_sys(err, "cannot make a tmpfs for %s", mount->destination);
    int fd = (int)syscall(SYS_fsmount, fs, CLOSE_ON_EXEC, attributes);
    return fd < 0 ? err_sys(err, "cannot make a tmpfs for %s", mount->destination) : fd;
}

static int copy_up(
    const struct spec_mount *mount, struct mounts_options *options, int target, struct err *err)
{
    const char *destination = mount->destination;
    cleanup_close int tmpfs = make_tmpfs(mount, options, err);

    if (tmpfs < 0)
        return -1;
    cleanup_close int from = openat(target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int to = openat(tmpfs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0 || to < 0)
        return err_sys(err, "cannot open %s to copy it", destination);
    if (rootfs_copy_inside(from, to, ROOTFS_OWNERS, err) < 0)
        return -1;
    return mount_attach(tmpfs, target, destination, err);
}

int mounts_tmpfs(struct container *container, const struct spec_mount *mount,
    struct mounts_options *options, struct err *err)
{
    const char *at = mount->destination;
    /* whether anything is there matters only where it is to be taken over */
    bool asks = options->copy_up || !has_key(options->data, "mode=");
    int found =
        asks ? mount_open_target(container->root_fd, at, MOUNT_MAKE_NOTHING, true, err) : -1;
    bool covers = found >= 0;

    if (!asks || (!covers && err->code == ENOENT))
        found = mount_open_target(container->root_fd, at, MOUNT_MAKE_DIR, true, err);
    cleanup_close int fd = found;
    if (fd < 0 || (covers && keep_owner(container, options, fd, at, err) < 0))
        return -1;
    if (options->copy_up && covers)
        return copy_up(mount, options, fd, err);
    /* read-only only when the device files are made, and what else is mounted in it: mounts_finish
     */
    return mount_on(fd, at, mount->source ? mount->source : "tmpfs", "tmpfs",
        options->flags & ~(unsigned long)MS_RDONLY, options->data[0] ? options->data : NULL, err);
}
