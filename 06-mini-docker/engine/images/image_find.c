// SPDX-License-Identifier: MIT
/*
 * Which image a word means. "busybox" is a name; "abc" is one too, and may also be the beginning of
 * an ID: the name is asked first, as in Docker.
 */
#include "image_index.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

/* With the tag that was meant, as Docker says it. */
static int no_such(const char *word, struct err *err)
{
    char full[IMAGE_NAME];
    struct image_name name;
    struct err ignored;

    if (image_name_parse(word, &name, &ignored) == 0) {
        image_name_full(&name, full);
        word = image_name_familiar(full);
    }
    err_refuse(err, ENOENT, "No such image: %s", word);
    return err_hint(err, "there is no image of this name or ID here -> mini-docker images");
}

static bool by_name(const struct image_index *index, const char *word, size_t *ret)
{
    char full[IMAGE_NAME];
    struct image_name name;
    struct err ignored;

    if (image_name_parse(word, &name, &ignored) < 0)
        return false;
    size_t repository = strlen(name.repository);
    image_name_full(&name, full);
    for (size_t i = 0; i < index->count; i++) {
        const struct image_row *row = &index->rows[i];
        bool named = strcmp(row->name, full) == 0;
        bool pinned = name.digest[0] && strcmp(row->manifest, name.digest) == 0 &&
                      strncmp(row->name, name.repository, repository) == 0 &&
                      strchr(":@", row->name[repository]);
        if (named || pinned) {
            *ret = i;
            return true;
        }
    }
    return false;
}

int image_index_find(
    const struct image_index *index, const char *word, size_t *ret, struct err *err)
{
    const char *digits = strncmp(word, "sha256:", 7) == 0 ? word + 7 : word;
    size_t length = strlen(digits), found = 0;
    bool hex = length > 0 && strspn(digits, "0123456789abcdef") == length;
    struct image_name name;

    if (by_name(index, word, ret))
        return 0;
    for (size_t i = 0; hex && i < index->count; i++) {
        if (strncmp(digest_hex(index->rows[i].id), digits, length) != 0 ||
            (found > 0 && strcmp(index->rows[*ret].id, index->rows[i].id) == 0))
            continue;
        *ret = i;
        found++;
    }
    if (found == 1)
        return 0;
    if (found > 1) {
        err_refuse(err, EEXIST, "Multiple images found with provided prefix: %s", word);
        return err_hint(err, "%zu IDs begin so -> give more of its digits", found);
    }
    return hex || image_name_parse(word, &name, err) == 0 ? no_such(word, err) : -1;
}

int image_pin(const struct store *store, const char *id, int *ret_fd, struct err *err)
{
    struct image_index index;
    char images[PATH_MAX];
    size_t at;

    if (store_dir(store, "images", images, err) < 0)
        return -1;
    cleanup_close int fd = open(images, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_SH) < 0) /* as store_lock has it, but shared */
        return err_sys(err, "cannot lock %s", images);
    int result = image_index_read(store, &index, err);
    if (result == 0)
        result = image_index_find(&index, id, &at, err);
    image_index_free(&index);
    *ret_fd = result == 0 ? steal_fd(&fd) : -1;
    return result;
}
