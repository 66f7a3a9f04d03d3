// SPDX-License-Identifier: MIT
/*
 * Walking a tree that a container may be changing meanwhile, from descriptor to descriptor as in
 * common/rootfs_copy.c, and writing an entry for each name. A file that grows while it is read is
 * cut at the size that its header says; one that shrinks is filled up with zeros, as tar does it.
 *
 * What must hold: no name of a user or group is looked up. The numbers are the container's, and the
 * lists in which the host would find names for them are not.
 */
#include "tar_tree.h"

#include "layer.h"
#include "tar.h"

#include "cleanup.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static int cannot_write(struct tar_tree *tree)
{
    errno = archive_errno(tree->tar);
    err_sys(tree->err, "cannot write the archive");
    if (tree->err->code == EPIPE)
        err_hint(tree->err, "whoever was to read it has ended -> look at the other program");
    return -1;
}

int tar_tree_begin(struct tar_tree *ret, int fd, struct err *err)
{
    ret->err = err;
    ret->tar = archive_write_new();
    ret->links = archive_entry_linkresolver_new();
    if (!ret->tar || !ret->links)
        return err_sys(err, "no memory for an archive");
    archive_entry_linkresolver_set_strategy(ret->links, ARCHIVE_FORMAT_TAR_USTAR);
    archive_write_set_format_pax_restricted(ret->tar);
    archive_write_set_bytes_in_last_block(ret->tar, 1);
    return archive_write_open_fd(ret->tar, fd) == ARCHIVE_OK ? 0 : cannot_write(ret);
}

static int write_entry(struct tar_tree *tree, struct archive_entry *entry)
{
    return archive_write_header(tree->tar, entry) >= ARCHIVE_WARN ? 0 : cannot_write(tree);
}

/* An empty file, for the marks of a layer. */
static int write_mark(struct tar_tree *tree, const char *path)
{
    struct archive_entry *entry = archive_entry_new();

    if (!entry)
        return err_sys(tree->err, "no memory for an archive");
    archive_entry_set_pathname(entry, path);
    archive_entry_set_mode(entry, S_IFREG | 0600);
    archive_entry_set_size(entry, 0);
    int result = write_entry(tree, entry);
    archive_entry_free(entry);
    return result;
}

static void add_attributes(struct archive_entry *entry, int fd)
{
    char names[4096], value[4096];
    ssize_t length = flistxattr(fd, names, sizeof(names));

    for (char *name = names; name < names + length; name += strlen(name) + 1) {
        ssize_t size = tar_has_attribute(name) ? fgetxattr(fd, name, value, sizeof(value)) : -1;
        if (size >= 0)
            archive_entry_xattr_add_entry(entry, name, value, (size_t)size);
    }
}

/* Exactly as many bytes as the header has announced. */
static int write_bytes(struct tar_tree *tree, int fd, off_t size, const char *path)
{
    static char buffer[1 << 16];
    bool ended = false;

    while (size > 0) {
        size_t want = size < (off_t)sizeof(buffer) ? (size_t)size : sizeof(buffer);
        ssize_t got = ended ? 0 : read(fd, buffer, want);
        if (got < 0)
            return err_sys(tree->err, "cannot read %s", path);
        ended |= got == 0;
        if (ended) {
            memset(buffer, 0, want);
            got = (ssize_t)want;
        }
        if (archive_write_data(tree->tar, buffer, (size_t)got) != got)
            return cannot_write(tree);
        size -= got;
    }
    return 0;
}

/* The header, and for a file its content. `fd`: open to be read, or for what cannot be, O_PATH. */
static int add_one(struct tar_tree *tree, int fd, const struct stat *st, const char *path)
{
    struct archive_entry *entry = archive_entry_new(), *spare = NULL;
    char target[PATH_MAX];
    int result = 0;

    if (!entry)
        return err_sys(tree->err, "no memory for an archive");
    archive_entry_copy_stat(entry, st);
    archive_entry_set_pathname(entry, path);
    if (S_ISLNK(st->st_mode)) {
        ssize_t length = readlinkat(fd, "", target, sizeof(target) - 1);
        target[length > 0 ? length : 0] = '\0';
        archive_entry_set_symlink(entry, target);
    } else if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) {
        add_attributes(entry, fd);
    }
    if (S_ISREG(st->st_mode))
        archive_entry_linkify(tree->links, &entry, &spare);
    result = write_entry(tree, entry);
    if (result == 0 && S_ISREG(st->st_mode) && archive_entry_size(entry) > 0)
        result = write_bytes(tree, fd, st->st_size, path);
    archive_entry_free(entry);
    return result;
}

static int add_dir(struct tar_tree *tree, int dir, const struct stat *st, const char *path)
{
    char mark[PATH_MAX];

    if (add_one(tree, dir, st, path) < 0)
        return -1;
    snprintf(mark, sizeof(mark), "%.*s/.wh..wh..opq", PATH_MAX - 20, path);
    if (tree->layer && layer_is_opaque(dir) && write_mark(tree, mark) < 0)
        return -1;
    return tar_tree_add_inside(tree, dir, path);
}

/* "a/b" -> "a/.wh.b" */
static int add_whiteout(struct tar_tree *tree, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char mark[PATH_MAX];

    snprintf(mark, sizeof(mark), "%.*s.wh.%s", (int)(name - path), path, name);
    return write_mark(tree, mark);
}

/* As in common/rootfs_copy.c: looked at first, then opened by its descriptor. */
static int look_at(const struct tar_tree *tree, int dir, const char *name)
{
    struct open_how how = {
        .flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = tree->mounts ? 0 : RESOLVE_NO_XDEV};

    return (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
}

int tar_tree_add(struct tar_tree *tree, int dir, const char *name, const char *path)
{
    cleanup_close int entry = look_at(tree, dir, name);
    char self[32];
    struct stat st;

    if (entry < 0 && (errno == ENOENT || errno == EXDEV))
        return 0; /* removed meanwhile; another mount */
    if (entry < 0 || fstat(entry, &st) < 0)
        return err_sys(tree->err, "cannot look at %s", path);
    if (S_ISSOCK(st.st_mode) || (tree->wanted && !tree->wanted(path, &st, tree->arg)))
        return 0;
    if (tree->layer && layer_is_whiteout(&st))
        return add_whiteout(tree, path);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return add_one(tree, entry, &st, path);
    snprintf(self, sizeof(self), "/proc/self/fd/%d", entry);
    cleanup_close int fd = open(self, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(tree->err, "cannot open %s", path);
    return S_ISDIR(st.st_mode) ? add_dir(tree, fd, &st, path) : add_one(tree, fd, &st, path);
}

static int is_name(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* In order, so that equal trees make equal archives. */
int tar_tree_add_inside(struct tar_tree *tree, int dir, const char *path)
{
    char below[PATH_MAX], self[32];
    struct dirent **names;
    int result = 0;

    snprintf(self, sizeof(self), "/proc/self/fd/%d", dir);
    int count = scandir(self, &names, is_name, alphasort);
    if (count < 0)
        return err_sys(tree->err, "cannot read the directory %s", path);
    for (int i = 0; i < count; i++) {
        int length =
            snprintf(below, sizeof(below), "%s%s%s", path, path[0] ? "/" : "", names[i]->d_name);
        if (length >= PATH_MAX && result == 0)
            result = err_set(tree->err, ERR_SYS, "a path is too long: %.60s…", below);
        if (result == 0)
            result = tar_tree_add(tree, dir, names[i]->d_name, below);
        free(names[i]);
    }
    free(names);
    return result;
}

int tar_tree_end(struct tar_tree *tree)
{
    int result = 0;

    if (tree->tar && archive_write_close(tree->tar) != ARCHIVE_OK)
        result = cannot_write(tree);
    archive_write_free(tree->tar);
    archive_entry_linkresolver_free(tree->links);
    tree->tar = NULL;
    tree->links = NULL;
    return result;
}
