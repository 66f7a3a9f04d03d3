// SPDX-License-Identifier: MIT
/*
 * cp, between two places. Once both are found there is no difference between the host and a
 * container any more: a name in one open directory is copied to a name in another. Docker's rules:
 *
 *     source        destination is nothing    a file                  a directory
 *     file          becomes it                is replaced             goes into it
 *     directory     becomes it                refused                 goes into it
 *     directory/.   becomes it                refused                 what is in it goes into it
 *
 * A path with a slash at its end means a directory: where it is none, it is refused.
 *
 * Each file is there whole or not at all, whatever ends us (common/rootfs_copy.c).
 */
#include "copy.h"

#include "copy_place.h"
#include "copy_tar.h"
#include "view.h"

#include "cleanup.h"
#include "idmap.h"
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* An ordinary user has one user ID or a few, and what is copied in becomes theirs. This is found
 * out before the view is made, where everybody looks like root. */
struct copying {
    const struct copy_job *job;
    bool owners;
};

/* What a message calls a place that is not there. */
static int not_found(const struct copy_job *job, bool inside, const char *path, struct err *err)
{
    if (inside)
        return err_refuse(
            err, ENOENT, "Could not find the file %s in container %s", path, job->container);
    return err_refuse(err, ENOENT, "lstat %s: no such file or directory", path);
}

/* The directory of a path that is not there, either. */
static int no_parent(const struct copy_job *job, bool inside, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX];

    snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path) : 0, path);
    if (inside)
        return not_found(job, true, parent[0] ? parent : "/", err);
    return err_refuse(err, ENOENT, "invalid output path: directory \"%s\" does not exist", parent);
}

static int find_source(const struct copy_job *job, int root_fd, const char *path,
    struct copy_place *ret, struct err *err)
{
    if (copy_place_find(root_fd, path, job->follow, ret, err) < 0)
        return -1;
    if (ret->exists && ret->must_be_dir && !S_ISDIR(ret->st.st_mode))
        return err_refuse(err, ENOTDIR, "%s: not a directory", path);
    return ret->exists ? 0 : not_found(job, root_fd >= 0, path, err);
}

/* The destination itself, or the name in it that the source gets. *ret_merge: what is in the source
 * goes into what is there. */
static int find_destination(const struct copy_job *job, int root_fd, const char *path,
    const struct copy_place *source, struct copy_place *ret, bool *ret_merge, struct err *err)
{
    bool is_dir = S_ISDIR(source->st.st_mode);

    if (copy_place_find(root_fd, path, true, ret, err) < 0)
        return -1;
    if (!ret->exists && ret->must_be_dir && !is_dir)
        return err_refuse(err, ENOENT, "no such directory");
    if (ret->dir < 0)
        return no_parent(job, root_fd >= 0, path, err);
    *ret_merge = false;
    if (!ret->exists)
        return 0;
    if (!S_ISDIR(ret->st.st_mode) && is_dir)
        return err_refuse(err, ENOTDIR, "cannot copy directory");
    if (!S_ISDIR(ret->st.st_mode))
        return ret->must_be_dir ? err_refuse(err, ENOTDIR, "stat %s: not a directory", path) : 0;
    *ret_merge = is_dir && (source->contents || !source->called[0]);
    int into = copy_place_open_dir(ret, err);
    if (into < 0)
        return -1;
    close(ret->dir);
    ret->dir = into;
    snprintf(ret->name, sizeof(ret->name), "%s", *ret_merge ? "" : source->called);
    return 0;
}

static int copy_places(const struct copy_place *source, const struct copy_place *destination,
    bool merge, unsigned how, struct err *err)
{
    if (!merge && source->name[0])
        return rootfs_copy_entry(
            source->dir, source->name, destination->dir, destination->name, how, err);
    if (!merge && mkdirat(destination->dir, destination->name, 0755) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make %s", destination->name);
    cleanup_close int from = copy_place_open_dir(source, err);
    cleanup_close int to = from < 0 ? -1 : copy_place_open_dir(destination, err);
    if (to < 0)
        return -1;
    if (!merge && fchmod(to, source->st.st_mode & 07777) < 0)
        return err_sys(err, "cannot set the mode of %s", destination->name);
    return rootfs_copy_inside(from, to, how, err);
}

/* Where are we: on the container's own root, or on something that is mounted there? */
static bool is_on_root(int root_fd, int dir)
{
    struct statx one, other;

    return statx(root_fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &one) == 0 &&
           statx(dir, "", AT_EMPTY_PATH, STATX_MNT_ID, &other) == 0 &&
           one.stx_mnt_id == other.stx_mnt_id;
}

static int check_writable(const struct copy_job *job, int root_fd, int dir, struct err *err)
{
    struct statvfs fs;

    if (is_on_root(root_fd, dir))
        return job->record->host.read_only
                   ? err_refuse(err, EROFS, "container rootfs is marked read-only")
                   : 0;
    if (fstatvfs(dir, &fs) == 0 && fs.f_flag & ST_RDONLY)
        return err_refuse(err, EROFS, "mounted volume is marked read-only");
    return 0;
}

static int stream_in(const struct copying *copying, int root_fd, struct err *err)
{
    const struct copy_job *job = copying->job;
    struct copy_place place;
    int result = copy_place_find(root_fd, job->inside, true, &place, err);

    if (result == 0 && !(place.exists && S_ISDIR(place.st.st_mode)))
        result = err_refuse(
            err, ENOTDIR, "destination \"%s:%s\" must be a directory", job->container, job->inside);
    cleanup_close int dir = result < 0 ? -1 : copy_place_open_dir(&place, err);
    if (dir < 0 || check_writable(job, root_fd, dir, err) < 0)
        result = -1;
    else
        result = copy_tar_in(
            job->store, STDIN_FILENO, "the archive on standard input", dir, copying->owners, err);
    copy_place_free(&place);
    return result;
}

static int work_in(int root_fd, void *arg, struct err *err)
{
    const struct copying *copying = arg;
    const struct copy_job *job = copying->job;
    unsigned how =
        ROOTFS_ALL | ROOTFS_REPLACE | ROOTFS_MOUNTS | (copying->owners ? ROOTFS_OWNERS : 0);
    struct copy_place source, destination = {.dir = -1};
    bool merge;

    if (strcmp(job->outside, "-") == 0)
        return stream_in(copying, root_fd, err);
    int result = find_source(job, COPY_HOST, job->outside, &source, err);
    if (result == 0)
        result = find_destination(job, root_fd, job->inside, &source, &destination, &merge, err);
    if (result == 0)
        result = check_writable(job, root_fd, destination.dir, err);
    if (result == 0)
        result = copy_places(&source, &destination, merge, how, err);
    copy_place_free(&source);
    copy_place_free(&destination);
    return result;
}

static int work_out(int root_fd, void *arg, struct err *err)
{
    const struct copying *copying = arg;
    const struct copy_job *job = copying->job;
    unsigned how = ROOTFS_ALL | ROOTFS_REPLACE | ROOTFS_MOUNTS |
                   (job->archive && copying->owners ? ROOTFS_OWNERS : 0);
    bool stream = strcmp(job->outside, "-") == 0, merge;
    struct copy_place source, destination = {.dir = -1};

    int result = find_source(job, root_fd, job->inside, &source, err);
    if (result == 0 && stream)
        result = copy_tar_out(&source, STDOUT_FILENO, err);
    else if (result == 0)
        result = find_destination(job, COPY_HOST, job->outside, &source, &destination, &merge, err);
    if (result == 0 && !stream)
        result = copy_places(&source, &destination, merge, how, err);
    copy_place_free(&source);
    copy_place_free(&destination);
    return result;
}

static int run_job(
    const struct copy_job *job, int (*work)(int, void *, struct err *), struct err *err)
{
    struct view view = {.store = job->store, .record = job->record, .kind = VIEW_MOUNTS};
    struct copying copying = {job, idmap_has_others()};

    if (!job->inside[0])
        return err_refuse(err, EINVAL, "path cannot be empty");
    return view_run(&view, work, &copying, err);
}

int copy_out(const struct copy_job *job, struct err *err)
{
    return run_job(job, work_out, err);
}

int copy_in(const struct copy_job *job, struct err *err)
{
    return run_job(job, work_in, err);
}
