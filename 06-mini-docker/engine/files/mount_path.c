// SPDX-License-Identifier: MIT
/* The parts of Docker's words for mounts that are paths and names. */
#include "mount_words.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool mount_words_clean(const char *path, char ret[PATH_MAX])
{
    size_t used = 0;

    for (const char *at = path + strspn(path, "/"); *at; at += strspn(at, "/")) {
        size_t length = strcspn(at, "/");
        if (length == 2 && strncmp(at, "..", 2) == 0) {
            while (used > 0 && ret[--used] != '/')
                ;
        } else if (!(length == 1 && *at == '.')) {
            if (used + length + 2 > PATH_MAX)
                return false;
            ret[used++] = '/';
            memcpy(ret + used, at, length);
            used += length;
        }
        at += length;
    }
    if (used == 0)
        ret[used++] = '/';
    ret[used] = '\0';
    return true;
}

int mount_words_check_name(const char *name, struct err *err)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(name);

    if (length == 1)
        return err_refuse(err, EINVAL,
            "create %s: volume name is too short, names should be at least two alphanumeric "
            "characters",
            name);
    if (length > 0 && length <= NAME_MAX && strspn(name, letters) == length &&
        !strchr("_.-", name[0]))
        return 0;
    return err_refuse(err, EINVAL,
        "create %s: \"%s\" includes invalid characters for a local volume name, only "
        "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use "
        "absolute path",
        name, name);
}

char *mount_words_absolute(const char *text, struct err *err)
{
    size_t source = strcspn(text, ":");
    bool relative =
        text[source] && (strncmp(text, "./", 2) == 0 || strncmp(text, "../", 3) == 0 ||
                            strncmp(text, ".:", 2) == 0 || strncmp(text, "..:", 3) == 0);
    char here[PATH_MAX], clean[PATH_MAX];
    cleanup_free char *full = NULL;
    char *made = NULL;

    if (!relative) {
        made = strdup(text);
    } else if (!getcwd(here, sizeof(here))) {
        err_sys(err, "cannot tell what -v %s is relative to", text);
        return NULL;
    } else if (asprintf(&full, "%s/%.*s", here, (int)source, text) < 0 ||
               !mount_words_clean(full, clean) ||
               asprintf(&made, "%s%s", clean, text + source) < 0) {
        made = NULL;
    }
    if (!made)
        err_sys(err, "no memory for -v %s", text);
    return made;
}
