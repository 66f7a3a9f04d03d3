// SPDX-License-Identifier: MIT
/*
 * The program that speaks HTTP does the work (image_remote.h). Every build fetches anew: only the
 * content says whether the step is cached, and an address says nothing about that.
 */
#include "build_fetch.h"

#include "engine/images/image_blob.h"
#include "engine/images/image_remote.h"

#include "cleanup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool begins(const char *word, const char *with)
{
    return strncmp(word, with, strlen(with)) == 0;
}

static bool is_web(const char *word)
{
    return begins(word, "http://") || begins(word, "https://");
}

/* What Docker would clone; as a page of the web it would be something else. */
static bool is_git(const char *word)
{
    size_t length = strcspn(word, "?#");

    return begins(word, "git@") || begins(word, "git://") || begins(word, "ssh://") ||
           (is_web(word) && length > 4 && strncmp(word + length - 4, ".git", 4) == 0);
}

bool build_fetch_is_address(const char *word)
{
    return is_web(word) || is_git(word);
}

/* "https://example.org/a/b.txt?x=y" -> "b.txt" */
static char *name_of(const char *address, struct err *err)
{
    const char *path = strstr(address, "://");
    size_t length = strcspn(address, "?#");

    path = path ? strchr(path + 3, '/') : NULL;
    for (const char *at = path; at && at < address + length; at++)
        path = *at == '/' ? at + 1 : path;
    size_t name = path && path < address + length ? (size_t)(address + length - path) : 0;
    if (name > 0 && name <= NAME_MAX && strncmp(path, "..", name) != 0)
        return strndup(path, name);
    err_set(err, ERR_USAGE, "cannot determine filename for source: %.200s", address);
    err_hint(err, "what is fetched gets the last name of its address -> http(s)://HOST/PATH/NAME");
    return NULL;
}

static int check(const char *path, const char *address, const char *checksum, struct err *err)
{
    char digest[DIGEST_TEXT];
    uint64_t size;

    if (!checksum)
        return 0;
    if (blob_sum(path, digest, &size, err) < 0)
        return -1;
    return strcmp(digest, checksum) == 0
               ? 0
               : err_refuse(
                     err, 0, "%.160s is %s, and --checksum says %.80s", address, digest, checksum);
}

static int fetch_one(
    const struct image_stage *room, char **word, const char *checksum, struct err *err)
{
    cleanup_free char *name = name_of(*word, err);
    char path[PATH_MAX];

    if (!name)
        return -1;
    snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - NAME_MAX - 2, room->path, name);
    if (image_fetch(*word, path, TAR_LIMITS.bytes, err) < 0 ||
        check(path, *word, checksum, err) < 0)
        return -1;
    if (chmod(path, 0600) < 0)
        return err_sys(err, "cannot set the mode of %s", path);
    free(*word);
    *word = steal_ptr(name);
    return 0;
}

int build_fetch(const struct store *store, char **words, const char *checksum,
    struct image_stage *ret_room, int *ret_dir, struct err *err)
{
    for (char **word = words; *word; word++) {
        if (is_git(*word)) {
            err_set(err, ERR_USAGE, "ADD %.200s: Git is not known here", *word);
            return err_hint(err, "mini-docker fetches files -> git clone it into the context, and "
                                 "COPY it; or ADD an archive, https://…/NAME.tar.gz");
        }
        if (is_web(*word))
            continue;
        err_set(err, ERR_USAGE, "ADD %.200s beside an address", *word);
        return err_hint(
            err, "an ADD is of http and https addresses, or of files -> one ADD for each kind");
    }
    if (checksum && words[0] && words[1])
        return err_set(err, ERR_USAGE, "--checksum is for one address");
    if (image_stage_room(store, ret_room, err) < 0)
        return -1;
    for (char **word = words; *word; word++) {
        if (fetch_one(ret_room, word, checksum, err) < 0)
            return -1;
    }
    *ret_dir = open(ret_room->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *ret_dir < 0 ? err_sys(err, "cannot open %s", ret_room->path) : 0;
}
