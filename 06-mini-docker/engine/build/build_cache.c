// SPDX-License-Identifier: MIT
/*
 * The cache is a directory of small files, and finding a step is opening one: so a build of which
 * all is cached costs a few system calls a step. Nothing is locked: two builds that write the same
 * key both write the truth, and the last one stays.
 *
 * What must hold: a file never names a layer that image_sweep may take. The sweep reads the files
 * (image_sweep.c) while nobody holds image_guard; a build holds it from its begin to its end.
 */
#include "build_cache.h"

#include "engine/images/image_blob.h"
#include "engine/images/layer.h"

#include "engine/show/usage.h"
#include "engine/store/remove_files.h"

#include "cleanup.h"
#include "fsio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PART "build"

void build_key_add(struct build_key *key, const char *text)
{
    sha256_update(&key->sum, strlen(text) + 1, (const uint8_t *)text);
}

void build_key_begin(struct build_key *key, const struct image_draft *draft)
{
    sha256_init(&key->sum);
    build_key_add(key, draft->architecture);
    build_key_add(key, json_object_to_json_string_ext(draft->config, JSON_C_TO_STRING_PLAIN));
    for (size_t i = 0; i < draft->count; i++)
        build_key_add(key, draft->diff_ids[i]);
}

void build_key_end(struct build_key *key, char ret[DIGEST_TEXT])
{
    digest_end(&key->sum, ret);
}

static int path_of(const struct store *store, const char *key, char ret[PATH_MAX], struct err *err)
{
    char dir[PATH_MAX];

    if (store_dir(store, PART, dir, err) < 0)
        return -1;
    snprintf(ret, PATH_MAX, "%.*s/%s", PATH_MAX - DIGEST_TEXT, dir, digest_hex(key));
    return 0;
}

static bool parse_result(const char *text, struct build_result *ret)
{
    unsigned long long size;
    struct err ignored;

    *ret = (struct build_result){0};
    if (sscanf(text, "%39s %71s %71s %llu", ret->created, ret->diff_id, ret->chain, &size) != 4)
        return false;
    ret->size = size;
    if (strcmp(ret->diff_id, "-") == 0) {
        ret->diff_id[0] = ret->chain[0] = '\0';
        return true;
    }
    return digest_check(PART, ret->diff_id, &ignored) == 0 &&
           digest_check(PART, ret->chain, &ignored) == 0;
}

bool build_cache_find(const struct store *store, const char *key, struct build_result *ret)
{
    char path[PATH_MAX];
    struct err ignored;

    if (path_of(store, key, path, &ignored) < 0)
        return false;
    cleanup_free char *text = fsio_read(NULL, path, &ignored);
    if (!text || !parse_result(text, ret))
        return false;
    return !ret->diff_id[0] ||
           (blob_exists(store, ret->diff_id, NULL) && layer_find(store, ret->chain, path));
}

int build_cache_keep(
    const struct store *store, const char *key, const struct build_result *result, struct err *err)
{
    char path[PATH_MAX], text[STORE_TIME + 2 * DIGEST_TEXT + 32];
    bool layer = result->diff_id[0];

    if (path_of(store, key, path, err) < 0)
        return -1;
    snprintf(text, sizeof(text), "%s %s %s %llu\n", result->created, layer ? result->diff_id : "-",
        layer ? result->chain : "-", (unsigned long long)result->size);
    return fsio_replace(err, path, text);
}

int build_cache_each(const struct store *store,
    int (*visit)(const char *key, const struct build_result *result, void *arg, struct err *err),
    void *arg, struct err *err)
{
    struct build_result result;
    char path[PATH_MAX];
    struct err ignored;
    int answer = 0;

    snprintf(path, sizeof(path), "%.*s/" PART, PATH_MAX - 16, store->root);
    cleanup_closedir DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT ? 0 : err_sys(err, "cannot open %s", path);
    for (struct dirent *entry; answer == 0 && (entry = readdir(dir));) {
        if (strncmp(entry->d_name, BUILD_CACHE_DIR, strlen(BUILD_CACHE_DIR)) == 0) {
            result = (struct build_result){.directory = true};
            store_now(result.created); /* it is in use, as far as anybody can tell */
            answer = visit(entry->d_name, &result, arg, err);
        }
        if (strlen(entry->d_name) != DIGEST_HEX)
            continue;
        cleanup_free char *text = fsio_read(path, entry->d_name, &ignored);
        answer =
            visit(entry->d_name, text && parse_result(text, &result) ? &result : NULL, arg, err);
    }
    return answer;
}

struct pruning {
    const struct store *store;
    struct image_removal *removal;
    bool (*wanted)(const struct build_result *result, void *arg);
};

/* A build that uses it has it locked, and keeps it. */
static int forget_directory(
    const char *path, const char *key, struct image_removal *removal, struct err *err)
{
    cleanup_close int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0)
        return 0;
    removal->bytes += usage_tree(path);
    if (removal->deleted)
        removal->deleted(removal->arg, key);
    return remove_files(path, err);
}

static int forget(const char *key, const struct build_result *result, void *arg, struct err *err)
{
    const struct pruning *pruning = arg;
    struct image_removal *removal = pruning->removal;
    char path[PATH_MAX];

    if (result && !pruning->wanted(result, removal->arg))
        return 0;
    snprintf(path, sizeof(path), "%.*s/" PART "/%s", PATH_MAX - 128, pruning->store->root, key);
    if (result && result->directory)
        return forget_directory(path, key, removal, err);
    if (unlink(path) < 0 && errno != ENOENT)
        return err_sys(err, "cannot remove %s", path);
    if (removal->deleted)
        removal->deleted(removal->arg, key);
    return 0;
}

int build_cache_prune(const struct store *store, struct image_removal *removal,
    bool (*wanted)(const struct build_result *result, void *arg), struct err *err)
{
    struct pruning pruning = {store, removal, wanted};
    struct image_removal layers = {0};

    if (build_cache_each(store, forget, &pruning, err) < 0)
        return -1;
    int result = image_sweep(store, &layers, false, err);
    removal->bytes += layers.bytes;
    return result;
}
