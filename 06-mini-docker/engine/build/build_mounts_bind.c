// SPDX-License-Identifier: MIT
/*
 * RUN --mount=type=bind: files of the context, a stage or an image, for one step. What is only to
 * be read of a whole context is seen where it lies. All else is copied into the step's room first,
 * as COPY would: then .dockerignore counts, no symlink leads out, a container may write (rw), and
 * what it writes goes with the room. That costs a copy, and saves a mount which would have to be
 * taken down again whoever is killed.
 */
#include "build_mounts_internal.h"
#include "build_source.h"
#include "build_view.h"

#include "cleanup.h"
#include "fsio.h"
#include "mount.h"

#include <fcntl.h>
#include <string.h>

/* COPY's words for it. */
static struct build_copy copy_of(
    const struct build_tree *tree, char **sources, const char *destination, bool kept)
{
    return (struct build_copy){.from = tree,
        .sources = sources,
        .destination = destination,
        .uid = kept ? BUILD_OWNER_KEPT : 0,
        .gid = kept ? BUILD_OWNER_KEPT : 0};
}

static struct build_tree tree_of(const struct build_at *at, const char *from)
{
    struct build_context *context = &at->build->context;

    return from ? (struct build_tree){.fd = -1, .name = from}
                : (struct build_tree){
                      .fd = context->fd, .name = "the context", .ignore = &context->ignore};
}

/* Remember it for when the step has its room. */
static int add_later(const struct build_mount_words *words, char **lower,
    struct build_mounts *mounts, struct err *err)
{
    struct build_mount_later *later = &mounts->later[mounts->later_count];

    mounts->later_count++;
    *later = (struct build_mount_later){.from = words->from ? strdup(words->from) : NULL,
        .lower = steal_ptr(*lower),
        .source = strdup(words->source ?: "."),
        .target = strdup(words->target),
        .write = build_mount_is_on(words->write)};
    return later->source && later->target && (later->from || !words->from)
               ? 0
               : err_sys(err, "no memory for --mount");
}

/* Where it lies, to be read. */
static int add_now(const struct build_at *at, const struct build_mount_words *words,
    struct build_mounts *mounts, struct err *err)
{
    char self[32], path[PATH_MAX];
    cleanup_close int fd =
        mount_open_in_root(at->build->context.fd, words->source ?: ".", MOUNT_MAKE_NOTHING, err);

    if (fd < 0)
        return -1;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (fsio_readlink(NULL, self, path, err) < 0)
        return -1;
    return build_mount_add(mounts, path, words->target, ",readonly", err);
}

int build_mount_bind(const struct build_at *at, const struct build_mount_words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err)
{
    const struct build_context *context = &at->build->context;
    struct build_tree tree = tree_of(at, words->from);
    char *sources[] = {(char *)(words->source ?: "."), NULL}, digest[DIGEST_TEXT];
    struct build_copy copy = copy_of(&tree, sources, "/to/", words->from);

    if (!words->from && context->fd < 0) {
        err_set(err, ERR_USAGE, "RUN --mount=type=bind: there is no context");
        return err_hint(err, "the Dockerfile came alone, on standard input -> name a directory");
    }
    cleanup_free char *lower = words->from ? build_from_lower(at, words->from, err) : NULL;
    if ((words->from && !lower) ||
        build_view_sum(at->build->store, lower, &copy, &tree, digest, err) < 0)
        return -1;
    build_key_add(key, digest);
    return words->from || build_mount_is_on(words->write) || context->ignore.patterns
               ? add_later(words, &lower, mounts, err)
               : add_now(at, words, mounts, err);
}

struct filling {
    const struct build_copy *copy;
    struct build_tree *tree;
    int room;
};

static int fill(int root_fd, void *arg, struct err *err)
{
    const struct filling *filling = arg;

    filling->tree->fd = root_fd;
    return build_copy_into(filling->copy, filling->room, err);
}

int build_mounts_fill(
    const struct build_at *at, struct build_mounts *mounts, const char *room, struct err *err)
{
    cleanup_close int dir = open(room, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = dir < 0 ? err_sys(err, "cannot open %s", room) : 0;

    for (size_t i = 0; i < mounts->later_count && result == 0; i++) {
        const struct build_mount_later *later = &mounts->later[i];
        struct build_tree tree = tree_of(at, later->from);
        char *sources[] = {later->source, NULL}, name[32], path[PATH_MAX];
        snprintf(name, sizeof(name), "/bind-%zu", i);
        struct build_copy copy = copy_of(&tree, sources, name, later->from);
        struct filling filling = {&copy, &tree, dir};
        result = later->lower
                     ? build_view(at->build->store, later->lower, NULL, fill, &filling, err)
                     : fill(tree.fd, &filling, err);
        snprintf(path, sizeof(path), "%.*s%s", PATH_MAX - 32, room, name);
        if (result == 0)
            result =
                build_mount_add(mounts, path, later->target, later->write ? "" : ",readonly", err);
    }
    return result;
}

int build_mounts_need(const struct build_at *at, const char *text, struct err *err)
{
    cleanup_free char *copy = strdup(text);
    struct build_mount_words words;

    if (!copy)
        return err_sys(err, "no memory for --mount");
    if (build_mount_parse(copy, &words, err) < 0)
        return -1;
    struct build_stage *stage = build_stage_of(at, words.from);
    return stage ? build_need_stage(at->build, stage, err) : 0;
}
