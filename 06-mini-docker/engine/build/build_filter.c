// SPDX-License-Identifier: MIT
/*
 * Which files of a tree are a part of a copy: those that .dockerignore and --exclude leave. A
 * directory that is left out is there all the same where something in it is taken back: so it may
 * have to be looked through first.
 */
#include "build_source_internal.h"

#include "cleanup.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

int build_names(int dir, struct dirent ***ret)
{
    *ret = NULL;
    return scandirat(dir, ".", ret, no_dots, by_name);
}

void build_names_free(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

int build_open(const struct build_tree *tree, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, tree->fd, path[0] ? path : ".", &how, sizeof(how));
}

/* Is anything in this directory, which is left out, taken back by a later pattern? */
static bool keeps_any(const struct build_tree *tree, const char *path)
{
    cleanup_close int dir = build_open(tree, path, O_RDONLY | O_DIRECTORY);
    struct dirent **names = NULL;
    int count = dir < 0 ? 0 : build_names(dir, &names);
    bool any = false;
    char below[PATH_MAX];

    for (int i = 0; i < count && !any; i++) {
        struct stat st;
        if (snprintf(below, sizeof(below), "%s/%s", path, names[i]->d_name) >= PATH_MAX)
            continue;
        any = !build_ignored(tree->ignore, below) ||
              (build_ignore_walks(tree->ignore, below) &&
                  fstatat(dir, names[i]->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                  S_ISDIR(st.st_mode) && keeps_any(tree, below));
    }
    build_names_free(names, count);
    return any;
}

bool build_is_part(const struct build_tree *tree, const char *path, mode_t mode)
{
    if (!tree->ignore || !path[0] || !build_ignored(tree->ignore, path))
        return true;
    return S_ISDIR(mode) && build_ignore_walks(tree->ignore, path) && keeps_any(tree, path);
}

bool build_wanted(const char *path, const struct stat *st, void *arg)
{
    const struct build_filter *filter = arg;
    const struct build_found *found = filter->found;
    const struct build_ignore *exclude = &filter->sources->exclude;
    size_t base = filter->sources->copy->parents ? found->base : strlen(found->path);
    const char *own = found->path + base + (found->path[base] == '/');
    size_t length = strlen(path), own_length = strlen(own);
    char full[PATH_MAX];

    if (snprintf(full, sizeof(full), "%.*s%s%s", (int)base, found->path, base ? "/" : "", path) >=
        PATH_MAX)
        return true; /* to fail where it is copied */
    /* of a directory above the source only the way to it */
    if (length < own_length ? strncmp(own, path, length) != 0 || own[length] != '/'
                            : strncmp(own, path, own_length) != 0 ||
                                  (own_length > 0 && path[own_length] && path[own_length] != '/'))
        return false;
    if (length >= own_length && build_ignored(exclude, path) &&
        !(S_ISDIR(st->st_mode) && build_ignore_walks(exclude, path)))
        return false;
    return build_is_part(filter->sources->copy->from, full, st->st_mode);
}
