// SPDX-License-Identifier: MIT
/*
 * Each becomes a --mount of the step's container, and the place that was made for it goes out of
 * the layer again. A cache is a directory of the store, ROOT/build/cache-…, by its id or its
 * target; nothing of it comes into the image, and whoever needs it must be able to do without.
 */
#include "build_mounts_internal.h"

#include "engine/files/mount_words.h"

#include "cleanup.h"
#include "fsio.h"
#include "idmap.h"
#include "mount.h"
#include "size.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name;
    size_t offset;
} FIELDS[] = {
#define WORD(field) offsetof(struct build_mount_words, field)
    {"type", WORD(type)}, {"target", WORD(target)}, {"dst", WORD(target)},
    {"destination", WORD(target)}, {"source", WORD(source)}, {"src", WORD(source)},
    {"from", WORD(from)}, {"id", WORD(id)}, {"size", WORD(size)}, {"readonly", WORD(read_only)},
    {"ro", WORD(read_only)}, {"rw", WORD(write)}, {"readwrite", WORD(write)},
    {"required", WORD(required)}, {"uid", WORD(user)}, {"gid", WORD(group)}, {"mode", WORD(mode)},
    {"sharing", WORD(ignored)}, /* always "shared" */
#undef WORD
};

bool build_mount_is_on(const char *value)
{
    return value && strcmp(value, "false") != 0;
}

int build_mount_parse(char *text, struct build_mount_words *ret, struct err *err)
{
    *ret = (struct build_mount_words){.type = "bind"};
    for (char *word; (word = strsep(&text, ","));) {
        char *value = strchr(word, '=');
        size_t i = 0, count = sizeof(FIELDS) / sizeof(FIELDS[0]);
        if (value)
            *value++ = '\0';
        while (i < count && strcmp(FIELDS[i].name, word) != 0)
            i++;
        if (i == count) {
            err_set(err, ERR_USAGE, "RUN --mount: unexpected key '%.40s'", word);
            return err_hint(err, "accepted: type target source from id size readonly rw required "
                                 "sharing uid gid mode");
        }
        *(const char **)((char *)ret + FIELDS[i].offset) = value ?: "true";
    }
    return 0;
}

/* As a field of CSV, in quotes: a path may have commas, and quotes of its own are doubled. */
static void put_field(FILE *out, const char *key, const char *path)
{
    fprintf(out, ",\"%s=", key);
    for (; *path; path++)
        fprintf(out, "%s%c", *path == '"' ? "\"" : "", *path);
    fputc('"', out);
}

static char *mount_word(const char *source, const char *target, const char *rest)
{
    char *word = NULL;
    size_t length;
    FILE *out = open_memstream(&word, &length);

    if (!out)
        return NULL;
    fputs(source ? "type=bind" : "type=tmpfs", out);
    if (source)
        put_field(out, "source", source);
    put_field(out, "target", target);
    fputs(rest, out);
    return fclose(out) == 0 ? word : NULL;
}

int build_mount_add(struct build_mounts *mounts, const char *source, const char *target,
    const char *rest, struct err *err)
{
    const char **larger =
        reallocarray(mounts->words.items, mounts->words.count + 2, sizeof(*larger));

    if (mounts->count == BUILD_MOUNTS_MOST)
        return err_set(err, ERR_USAGE, "at most %d --mount", BUILD_MOUNTS_MOST);
    if (larger)
        mounts->words.items = larger;
    char *word = larger ? mount_word(source, target, rest) : NULL;
    if (!word || !(mounts->targets[mounts->count] = strdup(target)))
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
    return build_mount_add(mounts, path, target, ",readonly", err);
}

static int add_tmpfs(const struct build_at *at, const struct build_mount_words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err)
{
    cleanup_free char *size = NULL;

    (void)at, (void)key;
    if (words->size && asprintf(&size, ",tmpfs-size=%s", words->size) < 0)
        return err_sys(err, "no memory for --mount");
    return build_mount_add(mounts, NULL, words->target, size ?: "", err);
}

/* uid, gid and mode of a new cache. Errors: ERR_USAGE. */
static int give(const char *path, const struct build_mount_words *words, struct err *err)
{
    uint64_t user = 0, group = 0;
    char *end = "";
    unsigned long mode = words->mode ? strtoul(words->mode, &end, 8) : 0755;

    if (*end || mode > 07777)
        return err_set(err, ERR_USAGE, "RUN --mount: mode is no octal number: %.40s", words->mode);
    if ((words->user &&
            size_parse_u64("RUN --mount: uid", words->user, 0, UINT32_MAX - 1, &user, err) < 0) ||
        (words->group &&
            size_parse_u64("RUN --mount: gid", words->group, 0, UINT32_MAX - 1, &group, err) < 0))
        return -1;
    if (chmod(path, (mode_t)mode) == 0 &&
        (!idmap_has_others() || chown(path, (uid_t)user, (gid_t)group) == 0))
        return 0;
    err_sys(err, "cannot give %s to its owner", path);
    return idmap_explain(err);
}

/* The cache's directory, made where it is missing, and locked. Who prunes holds the lock while he
 * takes it away: then it is made again. */
static int lock_cache(const char *path, const struct build_mount_words *words, struct err *err)
{
    struct stat here, there;

    while (true) {
        bool made = mkdir(path, 0755) == 0;
        if (!made && errno != EEXIST)
            return err_sys(err, "cannot make %s", path);
        if (made && give(path, words, err) < 0 && err->code != ENOENT)
            return -1;
        cleanup_close int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (lock < 0 && errno == ENOENT)
            continue;
        if (lock < 0 || flock(lock, LOCK_SH) < 0 || fstat(lock, &here) < 0)
            return err_sys(err, "cannot lock %s", path);
        if (stat(path, &there) == 0 && here.st_ino == there.st_ino)
            return steal_fd(&lock);
    }
}

static int add_cache(const struct build_at *at, const struct build_mount_words *words,
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
    int lock = lock_cache(path, words, err);
    if (lock < 0)
        return -1;
    mounts->locks[mounts->locks_count++] = lock;
    return build_mount_add(
        mounts, path, words->target, build_mount_is_on(words->read_only) ? ",readonly" : "", err);
}

static int add_one(const struct build_at *at, char *text, struct build_mounts *mounts,
    struct build_key *key, struct err *err)
{
    static const struct {
        const char *name;
        int (*add)(const struct build_at *at, const struct build_mount_words *words,
            struct build_mounts *mounts, struct build_key *key, struct err *err);
        bool target; /* it has to be said */
    } types[] = {{"bind", build_mount_bind, true}, {"cache", add_cache, true},
        {"secret", build_mount_secret, false}, {"tmpfs", add_tmpfs, true}};
    struct build_mount_words words;
    char clean[PATH_MAX];

    if (mounts->count + mounts->later_count == BUILD_MOUNTS_MOST)
        return err_set(err, ERR_USAGE, "at most %d --mount", BUILD_MOUNTS_MOST);
    if (build_mount_parse(text, &words, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, words.type) != 0)
            continue;
        if (types[i].target && !words.target)
            return err_set(err, ERR_USAGE, "RUN --mount: a target is required");
        if (words.from && types[i].add != build_mount_bind)
            return err_set(
                err, ERR_USAGE, "RUN --mount=type=%s: from is not known here", words.type);
        cleanup_free char *target = NULL;
        if (words.target && !(target = build_absolute(at->stage, words.target, err)))
            return -1;
        if (target && !mount_words_clean(target, clean))
            return err_set(err, ERR_USAGE, "RUN --mount: the target is too long");
        words.target = target ? clean : NULL;
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
    for (size_t i = 0; i < mounts->later_count; i++) {
        free(mounts->later[i].lower);
        free(mounts->later[i].from);
        free(mounts->later[i].source);
        free(mounts->later[i].target);
    }
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
