// SPDX-License-Identifier: MIT
/*
 * Each becomes a --mount of the step's container, and the place that was made for it goes out of
 * the layer again. A cache is a directory of the store, ROOT/build/cache-…, by its id or its
 * target; nothing of it comes into the image, and whoever needs it must be able to do without.
 */
#include "build_mounts.h"
#include "build_source.h"

#include "cleanup.h"
#include "fsio.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct words {
    const char *type, *target, *source, *from, *id, *size, *read_only, *write, *required, *ignored;
};

static const struct {
    const char *name;
    size_t offset;
} FIELDS[] = {
    {"type", offsetof(struct words, type)}, {"target", offsetof(struct words, target)},
    {"dst", offsetof(struct words, target)}, {"destination", offsetof(struct words, target)},
    {"source", offsetof(struct words, source)}, {"src", offsetof(struct words, source)},
    {"from", offsetof(struct words, from)}, {"id", offsetof(struct words, id)},
    {"size", offsetof(struct words, size)}, {"readonly", offsetof(struct words, read_only)},
    {"ro", offsetof(struct words, read_only)}, {"rw", offsetof(struct words, write)},
    {"readwrite", offsetof(struct words, write)}, {"required", offsetof(struct words, required)},
    {"sharing", offsetof(struct words, ignored)}, /* always "shared" */
};

static bool is_on(const char *value)
{
    return value && strcmp(value, "false") != 0;
}

/* `text` is cut up. */
static int parse(char *text, struct words *ret, struct err *err)
{
    *ret = (struct words){.type = "bind"};
    for (char *word; (word = strsep(&text, ","));) {
        char *value = strchr(word, '=');
        size_t i = 0, count = sizeof(FIELDS) / sizeof(FIELDS[0]);
        if (value)
            *value++ = '\0';
        while (i < count && strcmp(FIELDS[i].name, word) != 0)
            i++;
        if (i == count) {
            err_set(err, ERR_USAGE, "RUN --mount: unexpected key '%.40s'", word);
            return err_hint(err, "accepted: type target source id size readonly required sharing");
        }
        *(const char **)((char *)ret + FIELDS[i].offset) = value ?: "true";
    }
    return 0;
}

static int add(struct build_mounts *mounts, const char *target, struct err *err, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
static int add(
    struct build_mounts *mounts, const char *target, struct err *err, const char *fmt, ...)
{
    const char **larger =
        reallocarray(mounts->words.items, mounts->words.count + 2, sizeof(*larger));
    char *word = NULL;
    va_list args;

    if (mounts->count == BUILD_MOUNTS_MOST)
        return err_set(err, ERR_USAGE, "at most %d --mount", BUILD_MOUNTS_MOST);
    va_start(args, fmt);
    int length = larger ? vasprintf(&word, fmt, args) : -1;
    va_end(args);
    if (larger)
        mounts->words.items = larger;
    if (length < 0 || !(mounts->targets[mounts->count] = strdup(target)))
        return err_sys(err, "no memory for --mount");
    mounts->count++;
    mounts->words.items[mounts->words.count++] = word;
    mounts->words.items[mounts->words.count] = NULL;
    return 0;
}

int build_mounts_script(struct build_mounts *mounts, const char *room, const char *text,
    const char *target, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%.*s/script", PATH_MAX - 16, room);
    if (fsio_create(err, NULL, path, text) < 0)
        return -1;
    if (chmod(path, 0755) < 0)
        return err_sys(err, "cannot set the mode of %s", path);
    return add(mounts, target, err, "type=bind,source=%s,target=%s,readonly", path, target);
}

static int add_tmpfs(const struct build_at *at, const struct words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err)
{
    (void)at, (void)key;
    return add(mounts, words->target, err, "type=tmpfs,target=%s%s%s", words->target,
        words->size ? ",tmpfs-size=" : "", words->size ?: "");
}

static int add_cache(const struct build_at *at, const struct words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err)
{
    const char *id = words->id ?: words->target;
    char digest[DIGEST_TEXT], dir[PATH_MAX], path[PATH_MAX];

    (void)key;
    digest_of(id, strlen(id), digest);
    if (store_dir(at->build->store, "build", dir, err) < 0)
        return -1;
    snprintf(path, sizeof(path), "%.*s/" BUILD_CACHE_DIR "%.16s", PATH_MAX - 64, dir,
        digest_hex(digest));
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make %s", path);
    int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_SH) < 0)
        err_sys(err, "cannot lock %s", path);
    if (lock < 0)
        return -1;
    mounts->locks[mounts->locks_count++] = lock;
    return add(mounts, words->target, err, "type=bind,source=%s,target=%s%s", path, words->target,
        is_on(words->read_only) ? ",readonly" : "");
}

/* Of --secret id=ID,src=FILE: the file, or NULL. */
static const char *find_secret(const struct build *build, const char *id)
{
    const struct opt_list *list = &build->options->secrets;
    size_t length = strlen(id);

    for (size_t i = 0; i < list->count; i++) {
        const char *word = list->items[i], *file = strchr(word, ',');
        if (strncmp(word, "id=", 3) != 0 || !file || (size_t)(file - word - 3) != length ||
            strncmp(word + 3, id, length) != 0)
            continue;
        file = strchr(file, '=');
        return file ? file + 1 : NULL;
    }
    return NULL;
}

static int add_secret(const struct build_at *at, const struct words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err)
{
    const char *slash = words->target ? strrchr(words->target, '/') : NULL;
    const char *id = words->id ?: slash ? slash + 1 : "";
    const char *file = find_secret(at->build, id);
    char target[PATH_MAX], path[PATH_MAX];

    (void)key;
    if (!file && is_on(words->required)) {
        err_refuse(err, ENOENT, "secret %.80s: not found", id);
        return err_hint(
            err, "RUN --mount=type=secret wants it -> build --secret id=%.40s,src=FILE", id);
    }
    if (!file)
        return 0;
    snprintf(target, sizeof(target), "/run/secrets/%s", id);
    if (!realpath(file, path))
        return err_sys(err, "secret %.80s: cannot find %s", id, file);
    return add(mounts, words->target ?: target, err, "type=bind,source=%s,target=%s,readonly", path,
        words->target ?: target);
}

/* Only to be read: what a step wrote there would be written into the person's own files. */
static int add_bind(const struct build_at *at, const struct words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err)
{
    struct build_context *context = &at->build->context;
    const struct build_tree tree = {
        .fd = context->fd, .name = "the context", .ignore = &context->ignore};
    char source[PATH_MAX], self[32], path[PATH_MAX], digest[DIGEST_TEXT];
    char *sources[] = {source, NULL};
    struct build_copy copy = {.from = &tree, .sources = sources, .destination = "/to/"};

    if (words->from || is_on(words->write) || context->fd < 0) {
        err_set(err, ERR_USAGE, "RUN --mount=type=bind: %s is not known here",
            words->from       ? "from"
            : context->fd < 0 ? "no context"
                              : "rw");
        return err_hint(err, "it shows files of the context, to be read -> COPY [--from=STAGE]");
    }
    snprintf(source, sizeof(source), "%s", words->source ?: ".");
    if (build_copy_sum(&copy, digest, err) < 0)
        return -1;
    build_key_add(key, digest);
    cleanup_close int fd = mount_open_in_root(context->fd, source, MOUNT_MAKE_NOTHING, err);
    if (fd < 0)
        return -1;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (fsio_readlink(NULL, self, path, err) < 0)
        return -1;
    return add(
        mounts, words->target, err, "type=bind,source=%s,target=%s,readonly", path, words->target);
}

static int add_one(const struct build_at *at, char *text, struct build_mounts *mounts,
    struct build_key *key, struct err *err)
{
    static const struct {
        const char *name;
        int (*add)(const struct build_at *at, const struct words *words,
            struct build_mounts *mounts, struct build_key *key, struct err *err);
        bool target; /* it has to be said */
    } types[] = {{"bind", add_bind, true}, {"cache", add_cache, true},
        {"secret", add_secret, false}, {"tmpfs", add_tmpfs, true}};
    struct words words;

    if (parse(text, &words, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, words.type) != 0)
            continue;
        if ((types[i].target && !words.target) || (words.target && words.target[0] != '/'))
            return err_set(err, ERR_USAGE, "RUN --mount: an absolute target is required");
        return types[i].add(at, &words, mounts, key, err);
    }
    err_set(err, ERR_USAGE, "RUN --mount=type=%.40s is not known here", words.type);
    return err_hint(err, "accepted: bind, cache, secret, tmpfs");
}

int build_mounts_of(
    const struct build_at *at, struct build_key *key, struct build_mounts *ret, struct err *err)
{
    const struct dockerfile_instruction *instruction = at->instruction;
    struct dockerfile_scope scope = build_scope(at);
    int result = 0;

    *ret = (struct build_mounts){0};
    for (size_t i = 0; result == 0 && i < instruction->flag_count; i++) {
        if (strcmp(instruction->flags[i].name, "mount") != 0)
            continue;
        cleanup_free char *text = dockerfile_expand(instruction->flags[i].value, &scope, err);
        result = text ? add_one(at, text, ret, key, err) : -1;
    }
    return result;
}

void build_mounts_free(struct build_mounts *mounts)
{
    build_args_free(&mounts->words);
    for (size_t i = 0; i < mounts->count; i++)
        free(mounts->targets[i]);
    for (size_t i = 0; i < mounts->locks_count; i++)
        close(mounts->locks[i]);
    *mounts = (struct build_mounts){0};
}

/* One place, which is empty and was not there before. False: it stays, and so do those above. */
static bool forget_one(int upper, int image_root, const char *path)
{
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX];
    struct err ignored;
    struct stat st;
    cleanup_close int before = mount_open_in_root(image_root, path, MOUNT_MAKE_NOTHING, &ignored);

    snprintf(parent, sizeof(parent), "%.*s/", (int)(slash - path), path);
    cleanup_close int dir =
        before < 0 ? mount_open_in_root(upper, parent, MOUNT_MAKE_NOTHING, &ignored) : -1;
    if (dir < 0 || fstatat(dir, slash + 1, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    if (S_ISREG(st.st_mode) && st.st_size == 0)
        return unlinkat(dir, slash + 1, 0) == 0;
    return S_ISDIR(st.st_mode) && unlinkat(dir, slash + 1, AT_REMOVEDIR) == 0;
}

void build_mounts_forget(const struct build_mounts *mounts, int upper, int image_root)
{
    for (size_t i = 0; i < mounts->count; i++) {
        char *path = mounts->targets[i];
        for (char *slash = path + strlen(path); slash > path && slash[-1] == '/';)
            *--slash = '\0';
        while (path[0] && strrchr(path, '/') && forget_one(upper, image_root, path))
            *strrchr(path, '/') = '\0';
    }
}
