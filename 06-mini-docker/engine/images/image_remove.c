// SPDX-License-Identifier: MIT
/*
 * Names are taken away in the index, under its lock; the sweep that follows finds what nobody has
 * any more. The rules when that is refused are Docker's, and so are the words.
 */
#include "image_remove.h"

#include "engine/show/events.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { SHORT_ID = 12 };

static void tell_untagged(
    struct image_removal *removal, const struct store *store, const struct image_row *row)
{
    const char *name = image_name_familiar(row->name);

    if (row->name[0] && removal->untagged)
        removal->untagged(removal->arg, name);
    if (row->name[0])
        event_add(store, "image", "untag", row->id,
            (const struct event_attribute[]){{"name", name}, {0}});
}

static int refuse_name(const char *word, const char *id, const char *user, struct err *err)
{
    err_refuse(err, 0,
        "conflict: unable to remove repository reference \"%s\" (must force) - container %.12s "
        "is using its referenced image %.12s",
        word, user, id);
    return err_hint(err, "remove the container first -> mini-docker rm %.12s", user);
}

/* What stands against an image's going with all its names; `user` as image_user has it. */
static int check_whole(
    const char *id, bool shared, const char *user, bool running, bool force, struct err *err)
{
    if (running) {
        err_refuse(err, 0,
            "conflict: unable to delete %.12s (cannot be forced) - image is being used by running "
            "container %.12s",
            id, user);
        return err_hint(err, "it runs -> mini-docker rm -f %.12s", user);
    }
    if (shared && !force) {
        err_refuse(err, 0,
            "conflict: unable to delete %.12s (must be forced) - image is referenced in multiple "
            "repositories",
            id);
        return err_hint(err, "it has several names -> name the one that is to go, or -f for all");
    }
    if (user[0] && !force) {
        err_refuse(err, 0,
            "conflict: unable to delete %.12s (must be forced) - image is being used by stopped "
            "container %.12s",
            id, user);
        return err_hint(err, "remove the container first -> mini-docker rm %.12s", user);
    }
    return 0;
}

/* Take this row, or with `all` every row of its image. Where a container is of the image, a row
 * without a name stays. Returns whether the image went. */
static bool take_rows(const struct store *store, struct image_index *index, size_t at, bool all,
    bool used, struct image_removal *removal)
{
    struct image_row kept = index->rows[at];
    bool last = all || image_index_names(index, kept.id) <= 1;

    for (size_t i = index->count; i-- > 0;) {
        if (last ? strcmp(index->rows[i].id, kept.id) != 0 : i != at)
            continue;
        tell_untagged(removal, store, &index->rows[i]);
        image_index_drop(index, i);
    }
    if (!last)
        return false;
    if (used) {
        kept.name[0] = '\0';
        index->rows[index->count++] = kept; /* in the room of those that went */
        return false;
    }
    if (removal->deleted)
        removal->deleted(removal->arg, kept.id);
    event_add(store, "image", "delete", kept.id, NULL);
    return true;
}

static int remove_found(const struct store *store, struct image_index *index, size_t at,
    const char *word, struct image_removal *removal, struct err *err)
{
    const struct image_row *row = &index->rows[at];
    const char *id = digest_hex(row->id);
    const char *digits = strncmp(word, "sha256:", 7) == 0 ? word + 7 : word;
    bool shared = image_index_names(index, row->id) > 1, force = removal->force, running;
    char user[STORE_ID + 1];

    /* a word that is a name and an ID is the name, as image_index_find has it */
    bool by_id = strncmp(id, digits, strlen(digits)) == 0 &&
                 strcmp(image_name_familiar(row->name), word) != 0;
    if (image_user(store, row->id, user, &running, err) < 0 ||
        (by_id && check_whole(id, shared, user, running, force, err) < 0))
        return -1;
    if (!by_id && user[0] && !shared && !force)
        return refuse_name(word, id, user, err);
    take_rows(store, index, at, by_id, user[0] != '\0', removal);
    return image_index_write_less(store, index, err);
}

int image_remove(
    const struct store *store, const char *word, struct image_removal *removal, struct err *err)
{
    struct image_index index;
    cleanup_close int lock = -1;
    size_t at;
    int result = image_index_lock(store, &index, &lock, err);

    if (result == 0)
        result = image_index_find(&index, word, &at, err);
    if (result == 0)
        result = remove_found(store, &index, at, word, removal, err);
    image_index_free(&index);
    close_fd(&lock);
    return result == 0 ? image_sweep(store, removal, false, err) : -1;
}

static int prune_rows(const struct store *store, struct image_index *index, bool all,
    struct image_removal *removal, bool (*wanted)(const struct image_row *row, void *arg),
    struct err *err)
{
    for (size_t i = 0; i < index->count;) {
        const struct image_row *row = &index->rows[i];
        char user[STORE_ID + 1];
        bool running;
        if ((row->name[0] && !all) || (wanted && !wanted(row, removal->arg))) {
            i++;
            continue;
        }
        if (image_user(store, row->id, user, &running, err) < 0)
            return -1;
        if (user[0]) {
            i++;
            continue;
        }
        take_rows(store, index, i, true, false, removal);
        i = 0; /* rows before this one may have gone with it */
    }
    return image_index_write_less(store, index, err);
}

int image_prune(const struct store *store, bool all, struct image_removal *removal,
    bool (*wanted)(const struct image_row *row, void *arg), struct err *err)
{
    struct image_index index;
    cleanup_close int lock = -1;
    int result = image_index_lock(store, &index, &lock, err);

    if (result == 0)
        result = prune_rows(store, &index, all, removal, wanted, err);
    image_index_free(&index);
    close_fd(&lock);
    return result == 0 ? image_sweep(store, removal, true, err) : -1;
}

int image_tag(const struct store *store, const char *word, const char *name, struct err *err)
{
    struct image_index index = {0};
    struct image_name parsed;
    struct image_row row;
    char full[IMAGE_NAME];
    cleanup_close int lock = -1;

    if (image_name_parse(name, &parsed, err) < 0)
        return -1;
    if (parsed.digest[0]) {
        err_refuse(err, EINVAL, "refusing to create a tag with a digest reference");
        return err_hint(err, "a digest is what an image has, not what it is given -> NAME:TAG");
    }
    image_name_full(&parsed, full);
    if (image_row_find(store, word, &row, err) < 0)
        return -1;
    int result = image_index_lock(store, &index, &lock, err);
    if (result == 0)
        result = image_index_find(&index, row.id, &(size_t){0}, err); /* it may have gone */
    if (result == 0)
        result = image_index_set(&index, &row, full, err);
    if (result == 0)
        result = image_index_write(store, &index, err);
    image_index_free(&index);
    if (result == 0)
        event_add(store, "image", "tag", row.id,
            (const struct event_attribute[]){{"name", image_name_familiar(full)}, {0}});
    return result;
}
