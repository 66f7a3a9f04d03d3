// SPDX-License-Identifier: MIT
/*
 * From blobs to directories. A layer is unpacked under a name that begins with a dot, and renamed
 * when its digest has proved right and all of it is on the disk (syncfs): so a layer without a dot
 * is whole. Who unpacks holds a lock on the directory, which the kernel gives back with the
 * process: a dotted one without a lock is what somebody left who was killed.
 */
#include "layer.h"

#include "engine/store/remove_files.h"

#include "runtime/namespaces.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "idmap.h"
#include "remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_DIGITS = 12 };

void layer_chain(const char *const *diff_ids, size_t count, char ret[DIGEST_TEXT])
{
    char both[2 * DIGEST_TEXT];

    snprintf(ret, DIGEST_TEXT, "%s", count ? diff_ids[0] : "");
    for (size_t i = 1; i < count; i++) {
        int length = snprintf(both, sizeof(both), "%s %s", ret, diff_ids[i]);
        digest_of(both, (size_t)length, ret);
    }
}

bool layer_find(const struct store *store, const char *chain, char ret[PATH_MAX])
{
    char has[DIGEST_TEXT + 1] = "";

    /* two chains that begin alike: the second has a digit more */
    for (int digits = NAME_DIGITS; digits <= DIGEST_HEX; digits++) {
        snprintf(ret, PATH_MAX, "%.*s/layers/%.*s", PATH_MAX - 2 * DIGEST_TEXT, store->root, digits,
            digest_hex(chain));
        cleanup_close int dir = open(ret, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0)
            return false;
        cleanup_close int id = openat(dir, "id", O_RDONLY | O_CLOEXEC);
        if (id >= 0 && read(id, has, DIGEST_TEXT) == DIGEST_TEXT && has[DIGEST_TEXT - 1] == ' ' &&
            memcmp(has, chain, DIGEST_TEXT - 1) == 0)
            return true;
    }
    return false;
}

uint64_t layer_size(const struct store *store, const char *chain)
{
    char path[PATH_MAX];
    struct err ignored;

    cleanup_free char *id = layer_find(store, chain, path) ? fsio_read(path, "id", &ignored) : NULL;
    return id && strlen(id) > DIGEST_TEXT ? strtoull(id + DIGEST_TEXT, NULL, 10) : 0;
}

char *layer_lower(const struct store *store, const char *const *diff_ids, size_t count,
    size_t *ret_missing, struct err *err)
{
    char chain[DIGEST_TEXT], path[PATH_MAX];
    cleanup_free char *lower = strdup("");

    for (size_t i = 0; lower && i < count; i++) {
        layer_chain(diff_ids, i + 1, chain);
        if (!layer_find(store, chain, path)) {
            *ret_missing = i;
            err_refuse(err, 0, "%s is missing", path);
            return NULL;
        }
        char *longer;
        if (asprintf(&longer, "%s/diff%s%s", path, lower[0] ? ":" : "", lower) < 0)
            longer = NULL;
        free(lower);
        lower = longer;
    }
    *ret_missing = count;
    if (!lower)
        err_sys(err, "no memory for the names of layers");
    return steal_ptr(lower);
}

/* A directory of its own to unpack into, locked; its path goes to ret. */
static int make_work(const struct store *store, char ret[PATH_MAX], struct err *err)
{
    char layers[PATH_MAX];

    if (store_dir(store, "layers", layers, err) < 0)
        return -1;
    snprintf(ret, PATH_MAX, "%.*s/.new-XXXXXX", PATH_MAX - 16, layers);
    if (!mkdtemp(ret))
        return err_sys(err, "cannot make %s", ret);
    int dir = open(ret, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || flock(dir, LOCK_EX) < 0 || mkdirat(dir, "diff", 0755) < 0 ||
        fchmodat(dir, "diff", 0755, 0) < 0 || mkdirat(dir, "trash", 0700) < 0) {
        err_sys(err, "cannot make %s", ret);
        close_fd(&dir);
        rmdir(ret);
        return -1;
    }
    return dir;
}

/* A layer on its way. */
struct adding {
    const struct store *store;
    const struct tar_limits *limits;
    int blob, dir;    /* of its tar, and of `work`, below which it is unpacked */
    const char *work; /* a path */
    const char *lower, *chain, *diff_id;
};

static int unpack_blob(const struct adding *adding, uint64_t *ret_bytes, struct err *err)
{
    cleanup_close int diff = openat(adding->dir, "diff", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int trash = openat(adding->dir, "trash", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char digest[DIGEST_TEXT], name[64];
    struct tar_reader reader;

    snprintf(name, sizeof(name), "layer %.19s", adding->diff_id);
    if (diff < 0 || trash < 0 || lseek(adding->blob, 0, SEEK_SET) < 0)
        return err_sys(err, "cannot unpack %s", name);
    int result = tar_open(adding->blob, name, adding->limits, &reader, err);
    if (result == 0)
        result = layer_unpack(&reader, diff, trash, adding->lower, ret_bytes, err);
    if (result == 0)
        result = tar_end(&reader, digest);
    tar_close(&reader);
    if (result == 0 && strcmp(digest, adding->diff_id) != 0) {
        err_refuse(err, 0, "%s is not what its image says: it is %s", name, digest);
        return err_hint(err, "it was damaged or changed on its way -> load or pull it again");
    }
    return result;
}

/* All of it is on the disk: give it its name. */
static int name_layer(const struct adding *adding, uint64_t bytes, struct err *err)
{
    char path[PATH_MAX], trash[PATH_MAX], id[DIGEST_TEXT + 24];

    snprintf(trash, sizeof(trash), "%.*s/trash", PATH_MAX - 8, adding->work);
    snprintf(id, sizeof(id), "%s %llu\n", adding->chain, (unsigned long long)bytes);
    if (remove_tree(trash, err) < 0 || fsio_create(err, adding->work, "id", id) < 0)
        return -1;
    if (syncfs(adding->dir) < 0)
        return err_sys(err, "cannot write %s", adding->work);
    if (layer_find(adding->store, adding->chain, path) || rename(adding->work, path) == 0)
        return 0;
    if ((errno == EEXIST || errno == ENOTEMPTY) && layer_find(adding->store, adding->chain, path))
        return 0; /* somebody else was faster */
    return err_sys(err, "cannot make %s", path);
}

static int add(const struct adding *adding, struct err *err)
{
    uint64_t bytes = 0;

    return unpack_blob(adding, &bytes, err) < 0 ? -1 : name_layer(adding, bytes, err);
}

/*
 * An ordinary user with ranges of IDs (subuid(5)) has containers with many users, and their files
 * can be told apart: root of such a user namespace gives each to whom the image says. Without
 * ranges all of them are the user's own.
 */
static bool has_ranges(void)
{
    static struct idmap map; /* 8 KiB */
    struct err ignored;

    return !host_is_root() && idmap_for_caller(&map, &ignored) == 0 && map.uids > 1;
}

static int add_as_root(void *arg, struct err *err)
{
    namespaces_become_root();
    return add(arg, err);
}

int layer_add(const struct store *store, int blob, const char *const *diff_ids, size_t which,
    const struct tar_limits *limits, struct err *err)
{
    char chain[DIGEST_TEXT], path[PATH_MAX], work[PATH_MAX];
    struct err ignored;
    size_t missing;

    layer_chain(diff_ids, which + 1, chain);
    if (layer_find(store, chain, path))
        return 0;
    cleanup_free char *lower = layer_lower(store, diff_ids, which, &missing, err);
    if (!lower)
        return -1;
    cleanup_close int dir = make_work(store, work, err);
    if (dir < 0)
        return -1;
    struct adding adding = {store, limits, blob, dir, work, lower, chain, diff_ids[which]};
    int result =
        has_ranges() ? namespaces_run(CLONE_NEWUSER, add_as_root, &adding, err) : add(&adding, err);
    remove_files(work, &ignored); /* where it was renamed, there is none */
    return result;
}

/* True where whoever made this dotted directory is alive. */
static bool is_held(const char *path)
{
    cleanup_close int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return dir >= 0 && flock(dir, LOCK_EX | LOCK_NB) < 0;
}

int layer_sweep(const struct store *store, bool (*wanted)(const char *chain, void *arg), void *arg,
    struct err *err)
{
    char layers[PATH_MAX], path[PATH_MAX], gone[PATH_MAX];
    struct err ignored;

    if (store_dir(store, "layers", layers, err) < 0)
        return -1;
    cleanup_closedir DIR *dir = opendir(layers);
    if (!dir)
        return err_sys(err, "cannot open %s", layers);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 300, layers, entry->d_name);
        snprintf(gone, sizeof(gone), "%.*s/.gone-%s", PATH_MAX - 300, layers, entry->d_name);
        if (entry->d_name[0] == '.') {
            if (!is_held(path))
                remove_files(path, &ignored);
            continue;
        }
        cleanup_free char *chain = fsio_read(path, "id", &ignored);
        if (chain && strlen(chain) > DIGEST_TEXT) {
            chain[DIGEST_TEXT - 1] = '\0';
            if (wanted(chain, arg))
                continue;
        }
        /* first it is no layer any more, also after a lost power; then it goes, slowly */
        if (rename(path, gone) == 0 && store_sync(store, "layers", &ignored) == 0)
            remove_files(gone, &ignored);
    }
    return 0;
}
