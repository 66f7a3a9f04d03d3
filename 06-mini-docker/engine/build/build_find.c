// SPDX-License-Identifier: MIT
/*
 * From the words of COPY to files. A symlink is followed where a word names it, as Docker does, but
 * inside the tree: link -> /etc/shadow means the tree's own etc/shadow. From then on the path is
 * known without symlinks, and .dockerignore is asked about that: what it leaves out does not come
 * in by another name.
 */
#include "build_source_internal.h"

#include "build_glob.h"
#include "engine/files/mount_words.h"

#include "cleanup.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int not_found(const struct build_tree *tree, const char *path, bool ignored, struct err *err)
{
    err_set(err, ERR_USAGE, "\"/%.200s\": not found", path);
    if (ignored)
        return err_hint(err,
            "it is there, but .dockerignore leaves it out -> take it back with a "
            "line !%.200s",
            path);
    return err_hint(
        err, "%.80s has no such file; what a symlink leads to must be in there too", tree->name);
}

/* The path of what is open, below the tree's top. */
static int real_path(const struct build_tree *tree, int fd, char ret[PATH_MAX])
{
    char link[64], top[PATH_MAX], path[PATH_MAX];

    snprintf(link, sizeof(link), "/proc/self/fd/%d", tree->fd);
    ssize_t above = readlink(link, top, sizeof(top) - 1);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (above < 0 || length < above)
        return -1;
    path[length] = '\0';
    strcpy(ret, path + above + strspn(path + above, "/"));
    return 0;
}

/* `word` is clean and names something, maybe through symlinks. */
static int add_source(struct build_sources *sources, const char *word, size_t base, struct err *err)
{
    const struct build_tree *tree = sources->copy->from;
    const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;
    struct err ignored;
    char path[PATH_MAX];
    struct stat st;

    cleanup_close int fd =
        mount_open_in_root(tree->fd, word[0] ? word : ".", MOUNT_MAKE_NOTHING, &ignored);
    if (fd < 0)
        return not_found(tree, word, false, err);
    if (fstat(fd, &st) < 0 || real_path(tree, fd, path) < 0)
        return err_sys(err, "cannot look at %.200s", word);
    if (!build_is_part(tree, path, st.st_mode))
        return not_found(tree, word, true, err);
    if (!S_ISDIR(st.st_mode) && build_ignored(&sources->exclude, name))
        return 0;
    struct build_found *larger = reallocarray(sources->items, sources->count + 1, sizeof(*larger));
    if (!larger)
        return err_sys(err, "no memory for the sources");
    sources->items = larger;
    larger += sources->count++;
    /* a symlink may have led to elsewhere: then all of its path comes along */
    bool inside = strncmp(path, word, base) == 0 && (!path[base] || path[base] == '/');
    *larger = (struct build_found){strdup(path), strdup(name), inside ? base : 0, st.st_mode};
    return larger->path && larger->name ? 0 : err_sys(err, "no memory for the sources");
}

struct walk {
    struct build_sources *sources;
    const char *pattern; /* from the directory where the walk begins */
    bool deep;
    size_t begin, base; /* of path: where the pattern's part begins; --parents */
    char path[PATH_MAX];
    struct err *err;
};

/* Can something below this directory fit? Its path and so much of the pattern do. */
static bool leads_on(const struct walk *walk, const char *path)
{
    const char *end = walk->pattern;
    char part[PATH_MAX];

    if (walk->deep)
        return true;
    for (const char *at = path; at && end; at = strchr(at + 1, '/'))
        end = strchr(end + (at != path), '/');
    if (!end)
        return false;
    snprintf(part, sizeof(part), "%.*s", (int)(end - walk->pattern), walk->pattern);
    return build_glob(part, path, false);
}

static int walk_dir(struct walk *walk, int dir)
{
    size_t above = strlen(walk->path);
    struct dirent **names = NULL;
    int count = build_names(dir, &names), result = 0;
    struct stat st;

    if (count < 0)
        return err_sys(walk->err, "cannot read the directory %.200s", walk->path);
    for (int i = 0; i < count && result == 0; i++) {
        const char *name = names[i]->d_name, *relative = walk->path + walk->begin;
        if (snprintf(walk->path + above, PATH_MAX - above, "%s%s", above ? "/" : "", name) >=
                (int)(PATH_MAX - above) ||
            fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !build_is_part(walk->sources->copy->from, walk->path, st.st_mode))
            continue;
        if (build_glob(walk->pattern, relative, walk->deep)) {
            result = add_source(walk->sources, walk->path, walk->base, walk->err);
        } else if (S_ISDIR(st.st_mode) && leads_on(walk, relative)) {
            cleanup_close int below =
                openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (below >= 0)
                result = walk_dir(walk, below);
        }
    }
    walk->path[above] = '\0';
    build_names_free(names, count);
    return result;
}

/* A pattern: the words in front that are none lead to where the walk begins. */
static int find_all(
    struct build_sources *sources, const char *pattern, size_t base, struct err *err)
{
    struct walk walk = {.sources = sources, .deep = sources->copy->parents, .err = err};
    const struct build_tree *tree = sources->copy->from;
    char start[PATH_MAX];
    struct err ignored;
    size_t length = 0;

    strcpy(start, pattern);
    while (build_glob_is(start)) {
        char *slash = strrchr(start, '/');
        *(slash ? slash : start) = '\0';
    }
    length = strlen(start);
    if (build_glob_check(pattern, err) < 0)
        return -1;
    cleanup_close int place =
        mount_open_in_root(tree->fd, start[0] ? start : ".", MOUNT_MAKE_NOTHING, &ignored);
    cleanup_close int dir = place < 0 ? -1 : openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || real_path(tree, dir, walk.path) < 0)
        return not_found(tree, start, false, err);
    walk.pattern = pattern + length + (length > 0);
    walk.begin = strlen(walk.path) + (walk.path[0] != '\0');
    walk.base = strncmp(walk.path, pattern, base) == 0 ? base : 0;
    return walk_dir(&walk, dir);
}

static int find(struct build_sources *sources, const char *word, struct err *err)
{
    const char *pivot = sources->copy->parents ? strstr(word, "/./") : NULL;
    char clean[PATH_MAX], base[PATH_MAX] = "/", front[PATH_MAX];

    if (!mount_words_clean(word, clean) || (pivot && pivot - word >= PATH_MAX)) {
        errno = ENAMETOOLONG;
        return err_sys(err, "cannot copy %.60s…", word);
    }
    if (pivot) {
        snprintf(front, sizeof(front), "%.*s", (int)(pivot - word), word);
        mount_words_clean(front, base);
    }
    return build_glob_is(clean) ? find_all(sources, clean + 1, strlen(base + 1), err)
                                : add_source(sources, clean + 1, strlen(base + 1), err);
}

/* --exclude has the patterns of .dockerignore. */
static int read_exclude(char *const *patterns, struct build_ignore *ret, struct err *err)
{
    char *text = NULL;
    size_t length;
    FILE *out = patterns ? open_memstream(&text, &length) : NULL;
    int result = 0;

    for (; out && *patterns; patterns++)
        fprintf(out, "%s\n", *patterns);
    if (out && fclose(out) == 0)
        result = build_ignore_parse(text, length, "--exclude", ret, err);
    free(text);
    return result;
}

int build_find(const struct build_copy *copy, struct build_sources *ret, struct err *err)
{
    size_t length = strlen(copy->destination);

    *ret = (struct build_sources){.copy = copy};
    if (read_exclude(copy->exclude, &ret->exclude, err) < 0)
        return -1;
    for (char **word = copy->sources; word && *word; word++) {
        if (find(ret, *word, err) < 0)
            return -1;
    }
    if (ret->count + copy->heredoc_count < 2 || copy->parents ||
        (length > 0 && copy->destination[length - 1] == '/'))
        return 0;
    err_set(err, ERR_USAGE,
        "When using COPY with more than one source file, the destination must "
        "be a directory and end with a /");
    return err_hint(err, "%zu files are copied -> write %.200s/", ret->count + copy->heredoc_count,
        copy->destination);
}

void build_sources_free(struct build_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        free(sources->items[i].path);
        free(sources->items[i].name);
    }
    free(sources->items);
    build_ignore_free(&sources->exclude);
    *sources = (struct build_sources){0};
}
