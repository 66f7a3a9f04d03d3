// SPDX-License-Identifier: MIT
/*
 * The first use of a volume. The copy cannot be made beside it and renamed, since another container
 * may have the empty volume mounted by then; so it is made in place, file by file, each whole when
 * it gets its name. A file `copying` beside _data says that it is not at its end, and what is
 * copied: a start that finds it and would copy the same goes on, and leaves what is there as it is.
 * A start that has the volume at another place has nothing to add, and no end to declare.
 */
#include "copy_up.h"

#include "view.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "idmap.h"
#include "mount.h"
#include "rootfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
    const char *target, *data; /* where the image has it, and _data of the volume */
};

/* One that an ordinary user may not read belongs to a user of the user's containers already. */
static bool is_empty(const char *path)
{
    cleanup_closedir DIR *dir = opendir(path);
    int names = 0;

    while (dir && names < 3 && readdir(dir))
        names++;
    return names == 2; /* "." and ".." */
}

/* Owner and mode of the directory itself are the image's, too. */
static int copy_all(int from, int to, bool owners, struct err *err)
{
    unsigned how = ROOTFS_ALL | ROOTFS_KEEP | (owners ? ROOTFS_OWNERS : 0);
    struct stat st;

    if (rootfs_copy_inside(from, to, how, err) < 0)
        return -1;
    if (fstat(from, &st) < 0 || (owners && fchown(to, st.st_uid, st.st_gid) < 0) ||
        fchmod(to, st.st_mode & 07777) < 0)
        return err_sys(err, "cannot give the volume the owner and the mode that the image has");
    return 0;
}

/* In the image, "/data" may be a symlink to anywhere: in the image. */
static int copy_from(int root_fd, void *arg, struct err *err)
{
    const struct job *job = arg;
    struct err missing;
    cleanup_close int there =
        mount_open_in_root(root_fd, job->target, MOUNT_MAKE_NOTHING, &missing);
    cleanup_close int from =
        there < 0 ? -1 : openat(there, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    cleanup_close int to = open(job->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (to < 0)
        return err_sys(err, "cannot open %s", job->data);
    /* as root, or root of a user namespace, in which an ordinary user looks into an image */
    return from < 0 ? 0 : copy_all(from, to, idmap_has_others(), err);
}

/* One layer, or --rootfs, can be looked at as it is; only a stack of them has to be mounted. */
static int copy_image(const struct store *store, const struct record *record, const char *lower,
    struct job *job, struct err *err)
{
    struct view view = {.store = store, .record = record, .kind = VIEW_IMAGE, .lower = lower};
    const char *plain = lower ? lower : record->host.rootfs;

    if (lower && (strchr(lower, ':') || !host_is_root()))
        return view_run(&view, copy_from, job, err);
    if (!plain)
        return 0;
    cleanup_close int root = open(plain, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return root < 0 ? err_sys(err, "cannot open %s", plain) : copy_from(root, job, err);
}

/* Is there nothing in it, or what was cut off while it came from the same place? */
static bool is_ours(const char *data, const char *mark, const char *source)
{
    struct err ignored;
    cleanup_free char *begun = fsio_read(NULL, mark, &ignored);

    return begun ? !begun[0] || strcmp(begun, source) == 0 : is_empty(data);
}

int copy_up(const struct store *store, const struct record *record, const char *lower,
    const char *target, const struct volume *volume, struct err *err)
{
    char dir[PATH_MAX], mark[PATH_MAX], source[2 * PATH_MAX];
    struct job job = {target, volume->path};

    snprintf(source, sizeof(source), "%s %s",
        (lower ? record->image_id : record->host.rootfs) ?: "", target);
    snprintf(dir, sizeof(dir), "%s/volumes/%s", store->root, volume->name);
    snprintf(mark, sizeof(mark), "%.*s/copying", PATH_MAX - 10, dir);
    cleanup_close int lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        return err_sys(err, "cannot open the volume %s", volume->name);
    if (!is_ours(volume->path, mark, source))
        return 0;
    if (fsio_create(err, NULL, mark, source) < 0)
        return -1;
    if (copy_image(store, record, lower, &job, err) < 0)
        return -1;
    if (unlink(mark) < 0)
        return err_sys(err, "cannot remove %s", mark);
    return 0;
}
