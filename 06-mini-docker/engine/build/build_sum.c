// SPDX-License-Identifier: MIT
/*
 * The digest of what a COPY would copy, which decides whether the cache may be used. What is summed
 * up is what the copy would be: not times, and not whose a file is where that will be changed.
 *
 * What must hold: two different copies never give one text to the sum. So each part has its length
 * in front, and names come in the order of their bytes, not in the directory's.
 */
#include "build_source_internal.h"

#include "engine/images/tar.h"

#include "cleanup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

struct sum {
    struct sha256_ctx context;
    struct build_filter filter;
    char path[PATH_MAX]; /* below the source */
    struct err *err;
};

static void sum_bytes(struct sum *sum, const void *bytes, size_t length)
{
    uint64_t size = length;

    sha256_update(&sum->context, sizeof(size), (const uint8_t *)&size);
    sha256_update(&sum->context, length, bytes);
}

static void put_text(struct sum *sum, const char *text)
{
    sum_bytes(sum, text, strlen(text));
}

/* What is said of every kind of file. */
static void put_rights(struct sum *sum, const struct stat *st)
{
    const struct build_copy *copy = sum->filter.sources->copy;
    mode_t mode = st->st_mode;

    if (copy->mode)
        build_mode(copy->mode, mode, &mode);
    uint64_t rights[] = {mode & S_IFMT, S_ISLNK(mode) ? 0 : mode & 07777,
        copy->uid == BUILD_OWNER_KEPT ? st->st_uid : 0,
        copy->gid == BUILD_OWNER_KEPT ? st->st_gid : 0,
        S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode) ? st->st_rdev : 0,
        S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0};

    sum_bytes(sum, rights, sizeof(rights));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Those that a layer has; in an order of ours, since a file system lists them as it likes. */
static void put_attributes(struct sum *sum, int fd)
{
    enum { NAMES = 4096 };
    char names[NAMES], value[NAMES], *list[NAMES / 2];
    ssize_t length = flistxattr(fd, names, sizeof(names));
    size_t count = 0;

    for (char *name = names; name < names + length; name += strlen(name) + 1) {
        if (tar_has_attribute(name))
            list[count++] = name;
    }
    qsort(list, count, sizeof(*list), by_text);
    for (size_t i = 0; i < count; i++) {
        ssize_t size = fgetxattr(fd, list[i], value, sizeof(value));
        put_text(sum, list[i]);
        sum_bytes(sum, value, size > 0 ? (size_t)size : 0);
    }
    put_text(sum, ""); /* their end: no name is empty */
}

static int put_file(struct sum *sum, int dir, const char *name)
{
    static uint8_t buffer[256 * 1024];
    cleanup_close int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t got;
    uint64_t size = 0;

    if (fd < 0)
        return err_sys(sum->err, "cannot read %.200s", sum->path);
    put_attributes(sum, fd);
    while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
        sha256_update(&sum->context, (size_t)got, buffer);
        size += (uint64_t)got;
    }
    if (got < 0)
        return err_sys(sum->err, "cannot read %.200s", sum->path);
    sum_bytes(sum, &size, sizeof(size)); /* it may have grown */
    return 0;
}

static int put_dir(struct sum *sum, int dir);

static int put_entry(struct sum *sum, int dir, const char *name, const struct stat *st)
{
    char target[PATH_MAX];

    put_rights(sum, st);
    if (S_ISREG(st->st_mode))
        return put_file(sum, dir, name);
    if (S_ISLNK(st->st_mode)) {
        ssize_t length = readlinkat(dir, name, target, sizeof(target));
        sum_bytes(sum, target, length > 0 ? (size_t)length : 0);
    }
    if (!S_ISDIR(st->st_mode))
        return 0;
    cleanup_close int below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0)
        return err_sys(sum->err, "cannot read the directory %.200s", sum->path);
    put_attributes(sum, below);
    return put_dir(sum, below);
}

static int put_dir(struct sum *sum, int dir)
{
    size_t above = strlen(sum->path);
    struct dirent **names = NULL;
    int count = build_names(dir, &names), result = 0;
    struct stat st;

    if (count < 0)
        return err_sys(sum->err, "cannot read the directory %.200s", sum->path);
    for (int i = 0; i < count && result == 0; i++) {
        const char *name = names[i]->d_name;
        int length = snprintf(sum->path + above, PATH_MAX - above, "%s%s", above ? "/" : "", name);
        if (above + (size_t)length >= PATH_MAX)
            result = err_set(sum->err, ERR_USAGE, "a path is too long: %.60s…", sum->path);
        else if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISSOCK(st.st_mode) &&
                 build_wanted(sum->path, &st, &sum->filter)) {
            put_text(sum, sum->path);
            result = put_entry(sum, dir, name, &st);
        }
    }
    sum->path[above] = '\0';
    put_text(sum, ""); /* the directory's end: no name is empty */
    build_names_free(names, count);
    return result;
}

/* With --parents from the base on, where the filter leads to the source. */
static int put_source(struct sum *sum, const struct build_found *found)
{
    const struct build_copy *copy = sum->filter.sources->copy;
    bool whole = S_ISDIR(found->mode) && !copy->parents;
    char path[PATH_MAX];
    struct stat st;

    sum->filter.found = found;
    put_text(sum, copy->parents ? found->path + found->base : found->name);
    strcpy(path, found->path);
    if (copy->parents)
        path[found->base] = '\0';
    if (whole || copy->parents) {
        cleanup_close int dir = build_open(copy->from, path, O_RDONLY | O_DIRECTORY);
        return dir < 0 ? err_sys(sum->err, "cannot read the directory %.200s", path)
                       : put_dir(sum, dir);
    }
    char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : found->path;
    path[slash ? slash - path : 0] = '\0';
    cleanup_close int dir = build_open(copy->from, path, O_RDONLY | O_DIRECTORY);
    if (dir < 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(sum->err, "cannot look at %.200s", found->path);
    strcpy(sum->path, "");
    return put_entry(sum, dir, name, &st);
}

int build_copy_sum(const struct build_copy *copy, char ret_digest[DIGEST_TEXT], struct err *err)
{
    struct build_sources sources;
    struct sum sum = {.filter.sources = &sources, .err = err};
    uint64_t numbers[] = {
        3, copy->uid, copy->gid, copy->chown, copy->unpack, copy->parents, copy->heredoc_count};
    int result = build_find(copy, &sources, err);

    sha256_init(&sum.context);
    sum_bytes(&sum, numbers, sizeof(numbers)); /* the first: how this text is made */
    put_text(&sum, copy->destination);
    put_text(&sum, copy->mode ?: "");
    for (size_t i = 0; i < copy->heredoc_count; i++) {
        put_text(&sum, copy->heredocs[i].name);
        put_text(&sum, copy->heredocs[i].text);
    }
    for (size_t i = 0; result == 0 && i < sources.count; i++)
        result = put_source(&sum, &sources.items[i]);
    build_sources_free(&sources);
    digest_end(&sum.context, ret_digest);
    return result;
}
