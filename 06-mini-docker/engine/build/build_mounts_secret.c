// SPDX-License-Identifier: MIT
/*
 * RUN --mount=type=secret: the file itself is bound, only to be read, so that no copy of it is left
 * anywhere; and it is in no step's key.
 */
#include "build_mounts_internal.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Cut up the text of one --secret, id=ID,src=FILE; `given` is what it was. */
static int read_secret(
    const char *given, char *text, const char **ret_id, const char **ret_file, struct err *err)
{
    *ret_id = "";
    *ret_file = NULL;
    for (char *word; (word = strsep(&text, ","));) {
        char *value = word + strcspn(word, "=");
        if (*value)
            *value++ = '\0';
        if (strcmp(word, "id") == 0) {
            *ret_id = value;
        } else if (strcmp(word, "src") == 0 || strcmp(word, "source") == 0) {
            *ret_file = value;
        } else if (strcmp(word, "type") != 0 || strcmp(value, "file") != 0) {
            err_set(err, ERR_USAGE, "--secret: unexpected key '%.40s' in %.200s", word, given);
            return err_hint(err, "a secret is a file here -> --secret id=ID,src=FILE");
        }
    }
    return 0;
}

/* The file of a secret; without src the one that is called ID. *ret NULL: there is no such secret;
 * else the caller frees it. */
static int find_secret(const struct build *build, const char *id, char **ret, struct err *err)
{
    const struct opt_list *list = &build->options->secrets;
    const char *name, *file;

    *ret = NULL;
    for (size_t i = 0; i < list->count && !*ret; i++) {
        cleanup_free char *text = strdup(list->items[i]);
        if (read_secret(list->items[i], text, &name, &file, err) < 0)
            return -1;
        if (strcmp(name, id) == 0 && !(*ret = strdup(file ?: name)))
            return err_sys(err, "no memory for a secret");
    }
    return 0;
}

int build_mount_secret(const struct build_at *at, const struct build_mount_words *words,
    struct build_mounts *mounts, struct build_key *key, struct err *err)
{
    const char *slash = words->target ? strrchr(words->target, '/') : NULL;
    const char *id = words->id ?: slash ? slash + 1 : "";
    cleanup_free char *file = NULL;
    char target[PATH_MAX], path[PATH_MAX];

    (void)key;
    if (find_secret(at->build, id, &file, err) < 0)
        return -1;
    if (!file && build_mount_is_on(words->required)) {
        err_refuse(err, ENOENT, "secret %.80s: not found", id);
        return err_hint(
            err, "RUN --mount=type=secret wants it -> build --secret id=%.40s,src=FILE", id);
    }
    if (!file)
        return 0;
    snprintf(target, sizeof(target), "/run/secrets/%s", id);
    if (!realpath(file, path))
        return err_sys(err, "secret %.80s: cannot find %s", id, file);
    return build_mount_add(mounts, path, words->target ?: target, ",readonly", err);
}
