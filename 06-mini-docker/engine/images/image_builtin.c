// SPDX-License-Identifier: MIT
/*
 * A root as lab 05 builds it (common/rootfs.h), written into a tar in the order of names, without
 * times and owners: that tar is the only layer. From there on it is an image like any other, which
 * can be saved, and removed; when it is asked for by name the next time, it is made again.
 */
#include "image_builtin.h"

#include "image_add.h"
#include "image_blob.h"
#include "image_index.h"
#include "image_stage.h"

#include "cleanup.h"
#include "remove.h"
#include "rootfs.h"

#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char NAME[] = "docker.io/library/busybox:latest";

/* The date of an image that has none: the same everywhere. */
static const char CREATED[] = "1970-01-01T00:00:00Z";

bool image_builtin_is(const char *word)
{
    char full[IMAGE_NAME];
    struct image_name name;
    struct err ignored;

    if (image_name_parse(word, &name, &ignored) < 0)
        return false;
    image_name_full(&name, full);
    return strcmp(full, NAME) == 0;
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int write_layer_entry(
    struct tar_writer *writer, const FTSENT *entry, const char *path, struct err *err)
{
    char target[PATH_MAX];
    mode_t mode = entry->fts_statp->st_mode & 07777;

    if (entry->fts_info == FTS_D)
        return tar_write_dir(writer, path, mode, err);
    if (entry->fts_info == FTS_SL) {
        ssize_t length = readlink(entry->fts_accpath, target, sizeof(target) - 1);
        if (length < 0)
            return err_sys(err, "cannot read the link %s", entry->fts_path);
        target[length] = '\0';
        return tar_write_link(writer, path, target, err);
    }
    if (entry->fts_info != FTS_F)
        return 0; /* a directory for the second time */
    cleanup_close int fd = open(entry->fts_accpath, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", entry->fts_path);
    return tar_write_file(writer, path, mode, fd, err);
}

static int write_tree(struct tar_writer *writer, char *root, struct err *err)
{
    char *const roots[] = {root, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
    size_t skip = strlen(root) + 1;
    int result = tree ? 0 : err_sys(err, "cannot read %s", root);

    for (FTSENT *entry; result == 0 && (entry = fts_read(tree));) {
        if (entry->fts_level > FTS_ROOTLEVEL)
            result = write_layer_entry(writer, entry, entry->fts_path + skip, err);
    }
    if (tree)
        fts_close(tree);
    return result;
}

/* The tar, and its sum, which as it is not compressed is the diff ID too. */
static int write_layer(char *root, const char *path, struct image_layer *ret, struct err *err)
{
    struct tar_writer writer;
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (fd < 0)
        return err_sys(err, "cannot make %s", path);
    if (tar_write_begin(fd, path, &writer, err) < 0)
        return -1;
    int result = write_tree(&writer, root, err);
    if (tar_write_end(&writer, err) < 0 || result < 0)
        return -1;
    strcpy(ret->media_type, MEDIA_LAYER);
    ret->path = strdup(path);
    if (!ret->path)
        return err_sys(err, "no memory for a path");
    return blob_sum(path, ret->digest, &ret->size, err);
}

static int write_config(struct image_incoming *incoming, struct err *err)
{
    int length = asprintf(&incoming->config,
        "{\"architecture\":\"%s\",\"os\":\"linux\",\"created\":\"%s\","
        "\"config\":{\"Cmd\":[\"sh\"],\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
        "/usr/bin:/sbin:/bin\"]},"
        "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]},"
        "\"history\":[{\"created\":\"%s\",\"created_by\":\"mini-docker, from this machine's "
        "busybox\"}]}",
        image_architecture(), CREATED, incoming->layers[0].digest, CREATED);

    if (length < 0) {
        incoming->config = NULL;
        return err_sys(err, "no memory for the image %s", NAME);
    }
    incoming->config_length = (size_t)length;
    return 0;
}

int image_builtin_make(const struct store *store, struct err *err)
{
    char root[PATH_MAX], layer[PATH_MAX], id[DIGEST_TEXT];
    const char *const names[] = {NAME};
    struct image_incoming incoming = {.layers_count = 1};
    struct image_stage stage = {.lock = -1, .from = -1};
    cleanup_close int guard = -1;

    if (image_guard(store, false, &guard, err) < 0)
        return -1;
    /* a place for what is in the making, which a sweep clears if we are killed */
    int result = image_stage_room(store, &stage, err);
    snprintf(root, sizeof(root), "%.*s/rootfs", PATH_MAX - 16, stage.path);
    snprintf(layer, sizeof(layer), "%.*s/layer", PATH_MAX - 16, stage.path);
    if (result == 0)
        result = rootfs_build(root, err);
    if (result == 0)
        result = write_layer(root, layer, &incoming.layers[0], err);
    if (result == 0)
        result = write_config(&incoming, err);
    if (result == 0)
        result = image_add(store, &incoming, names, 1, &TAR_LIMITS, id, err);
    image_incoming_free(&incoming);
    image_stage_end(&stage);
    return result;
}
