/* SPDX-License-Identifier: MIT */
/*
 * volume: a directory that outlives containers: ROOT/volumes/NAME/_data, and beside it volume.json
 * in the shape of `docker volume inspect`. A volume whose volume.json is gone or damaged is still
 * one: what people keep is in _data.
 *
 * One without a name of its own (-v /data, an image's VOLUME) has 64 hex digits for a name and the
 * label VOLUME_ANONYMOUS. Which of them a container has is in
 * its record (engine/store/record.h, record_mount).
 */
#ifndef ENGINE_VOLUME_H
#define ENGINE_VOLUME_H

#include "engine/store/store.h"

#include "runtime/json.h"
#include "runtime/spec.h"

#include <stdbool.h>

struct json_object;

#define VOLUME_ANONYMOUS "com.docker.volume.anonymous"

struct volume {
    const char *name, *created, *driver, *scope, *mountpoint;
    const struct spec_pair *labels, *options;
    size_t labels_count, options_count;
    struct json_memory memory; /* of one that was loaded, as the next: volume_free */
    char path[PATH_MAX];       /* ROOT/volumes/NAME/_data */
};

extern const struct json_table VOLUME_TABLE;

/*
 * Make a volume, whole or not at all; one that is there already stays as it is. The caller holds
 * no lock. Errors: ERR_USAGE, the name.
 */
int volume_create(const struct store *store, const char *name, const struct spec_pair *labels,
    size_t labels_count, struct err *err);

/* Errors: "get X: no such volume" (ENOENT). The caller gives *ret back with volume_free. */
int volume_load(const struct store *store, const char *name, struct volume *ret, struct err *err);
void volume_free(struct volume *volume);

/* True when nobody has named it: it has the label VOLUME_ANONYMOUS. */
bool volume_is_anonymous(const struct volume *volume);

/* Call visit for each volume, by name, until it returns non-zero. */
int volume_each(const struct store *store,
    int (*visit)(const struct volume *volume, void *arg, struct err *err), void *arg,
    struct err *err);

/* How many containers have it, running or not; ret_users is "ID, ID", cut off where it is full. */
int volume_users(const struct store *store, const char *name, size_t *ret_count,
    char ret_users[256], struct err *err);

/* Errors: it is not there; "remove X: volume is in use - [ID]". */
int volume_remove(const struct store *store, const char *name, struct err *err);

/* Take away what commands have left that were killed while they made or removed a volume. */
void volume_heal(const struct store *store);

/* All about it, as JSON that the caller gives back; NULL: no memory. */
struct json_object *volume_json(const struct volume *volume);

/* How many bytes are in its files. */
uint64_t volume_size(const struct volume *volume);

#endif
