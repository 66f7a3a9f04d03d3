// SPDX-License-Identifier: MIT
/*
 * COPY and ADD. First all sources are found, so that nothing is copied where one is missing; then
 * each goes to its place:
 *
 *     COPY file /to/       /to/file       /to is made
 *     COPY file /to        /to            or /to/file, where /to is a directory
 *     COPY dir /to         /to/...        what is in dir; /to is made
 *     ADD  file.tar /to    /to/...        what is in the archive
 *
 * What must hold: the stage's own programs may have left symlinks anywhere. Those on the way to the
 * destination are followed inside the root, and nothing below is: what has a file's name is
 * replaced.
 */
#include "build_source_internal.h"

#include "engine/files/mount_words.h"
#include "engine/images/layer.h"

#include "cleanup.h"
#include "idmap.h"
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* In Docker's words for a build: a directory is in a file's way, or the other way round. */
static int explain(const struct building *building)
{
    struct err *err = building->err;
    char what[sizeof(err->what)];
    const char *name = strchr(err->what, '"');

    if (err->kind != ERR_REFUSED || !name || (err->code != EISDIR && err->code != ENOTDIR))
        return -1;
    snprintf(what, sizeof(what), "%.*s", (int)strcspn(name + 1, "\""), name + 1);
    if (err->code == EISDIR) {
        err_set(err, ERR_USAGE, "cannot replace to directory %.200s with file", what);
        return err_hint(err, "it is below %.200s -> remove it first", building->destination);
    }
    err_set(err, ERR_USAGE, "cannot copy to non-directory: %.200s", what);
    return err_hint(err,
        "below %.200s a file or a symlink has this name, and a directory is copied there -> remove "
        "it first; or, to follow a symlink: COPY DIRECTORY LINK/",
        building->destination);
}

static int copy_file(
    struct building *building, const struct build_found *found, const struct rootfs_rules *rules)
{
    const char *slash = strrchr(found->path, '/');
    struct copy_place place;
    char above[PATH_MAX];
    int result;

    snprintf(above, sizeof(above), "%.*s", slash ? (int)(slash - found->path) : 0, found->path);
    cleanup_close int from = build_open(building->copy->from, above, O_RDONLY | O_DIRECTORY);
    if (from < 0)
        return err_sys(building->err, "cannot open %.200s", above);
    result = build_find_place(building, found->name, &place);
    if (result == 0) {
        result = rootfs_copy_by(from, slash ? slash + 1 : found->path, place.dir, place.name,
            building->how, rules, building->err);
        if (result < 0)
            explain(building);
    }
    copy_place_free(&place);
    return result;
}

/* What is in a directory; with --parents, what the filter leads to from the base on. */
static int copy_dir(
    struct building *building, const struct build_found *found, const struct rootfs_rules *rules)
{
    const struct build_copy *copy = building->copy;
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s", found->path);
    if (copy->parents)
        path[found->base] = '\0';
    cleanup_close int from = build_open(copy->from, path, O_RDONLY | O_DIRECTORY);
    if (from < 0)
        return err_sys(building->err, "cannot open %.200s", path);
    cleanup_close int to = build_open_destination(building);
    return to < 0 || rootfs_copy_by(from, NULL, to, NULL, building->how, rules, building->err) < 0
               ? explain(building)
               : 0;
}

/* An archive: 1, it was unpacked; 0: it is none. */
static int unpack_source(struct building *building, const struct build_found *found)
{
    const struct build_copy *copy = building->copy;
    const struct layer_owner owner = {copy->uid, copy->gid};
    struct tar_reader reader;
    char digest[DIGEST_TEXT];

    if (!copy->unpack || !S_ISREG(found->mode))
        return 0;
    cleanup_close int fd = build_open(copy->from, found->path, O_RDONLY);
    if (fd < 0)
        return err_sys(building->err, "cannot open %.200s", found->path);
    if (!tar_is(fd))
        return 0;
    cleanup_close int into = build_open_destination(building);
    if (into < 0)
        return -1;
    int result = tar_open(fd, found->name, &TAR_LIMITS, &reader, building->err);
    if (result == 0)
        result = layer_unpack_over(
            &reader, into, building->owners, copy->chown ? &owner : NULL, building->err);
    if (result == 0) /* whatever is wrong behind its last entry */
        result = tar_end(&reader, digest);
    tar_close(&reader);
    return result < 0 ? -1 : 1;
}

static mode_t change_mode(mode_t was, void *arg)
{
    const struct build_filter *filter = arg;

    build_mode(filter->sources->copy->mode, was, &was);
    return was;
}

static int copy_found(
    struct building *building, const struct build_sources *sources, const struct build_found *found)
{
    const struct build_copy *copy = building->copy;
    struct build_filter filter = {sources, found};
    struct rootfs_rules rules = {
        build_wanted, &filter, copy->uid, copy->gid, copy->mode ? change_mode : NULL};
    int unpacked = unpack_source(building, found);

    if (unpacked != 0)
        return unpacked < 0 ? -1 : 0;
    return S_ISDIR(found->mode) || copy->parents ? copy_dir(building, found, &rules)
                                                 : copy_file(building, found, &rules);
}

/* A file whose text stands in the Dockerfile. */
static int write_heredoc(struct building *building, const struct dockerfile_heredoc *heredoc)
{
    mode_t mode = 0644;
    size_t length = strlen(heredoc->text);
    struct copy_place place;
    int result;

    if (strchr(heredoc->name, '/') || !heredoc->name[0] || heredoc->name[0] == '.') {
        err_set(building->err, ERR_USAGE, "<<%.80s is no name for a file", heredoc->name);
        return err_hint(building->err, "its text becomes a file of that name -> <<EOF");
    }
    if (building->copy->mode)
        build_mode(building->copy->mode, mode, &mode);
    result = build_find_place(building, heredoc->name, &place);
    if (result == 0 && unlinkat(place.dir, place.name, 0) < 0 && errno == EISDIR) {
        err_refuse(building->err, EISDIR, "\"%s\"", place.name);
        result = explain(building);
    }
    cleanup_close int fd =
        result < 0 ? -1
                   : openat(place.dir, place.name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        errno = ENOSPC; /* what a write that is short means */
    if (result == 0 && (fd < 0 || write(fd, heredoc->text, length) != (ssize_t)length ||
                           build_own(building, fd, "") < 0 || fchmod(fd, mode) < 0))
        result = err_sys(building->err, "cannot write %.200s", building->destination);
    copy_place_free(&place);
    return result;
}

int build_copy_into(const struct build_copy *copy, int root_fd, struct err *err)
{
    bool owners = idmap_has_others();
    size_t length = strlen(copy->destination);
    struct building building = {.copy = copy,
        .root = root_fd,
        .is_dir = length > 0 && copy->destination[length - 1] == '/',
        .owners = owners,
        .how = ROOTFS_ALL | ROOTFS_REPLACE | ROOTFS_ALONE | ROOTFS_MOUNTS |
               (owners ? ROOTFS_OWNERS : 0),
        .err = err};
    struct build_sources sources;
    int result = build_find(copy, &sources, err);

    if (result == 0 && !mount_words_clean(copy->destination, building.destination))
        result = err_set(err, ERR_USAGE, "the destination is too long: %.60s…", copy->destination);
    building.is_dir |= !building.destination[1];
    for (size_t i = 0; result == 0 && i < sources.count; i++)
        result = copy_found(&building, &sources, &sources.items[i]);
    for (size_t i = 0; result == 0 && i < copy->heredoc_count; i++)
        result = write_heredoc(&building, &copy->heredocs[i]);
    build_sources_free(&sources);
    return result;
}
