// SPDX-License-Identifier: MIT
/*
 * Names in archives. A pax archive has them in UTF-8, any other as bytes; libarchive converts UTF-8
 * into the locale's alphabet, and in the C locale fails to for anything but ASCII: then its UTF-8
 * is asked for, so that a name's bytes are always those of the archive.
 *
 * What must hold: a name is never judged by its beginning alone. "a/../../b" leaves the directory
 * as well as "../b"; both are refused, and what symlinks do is left to openat2 (layer_unpack.c).
 */
#include "tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

static const char *either(const char *bytes, const char *utf8)
{
    return bytes ? bytes : utf8 ? utf8 : "";
}

const char *tar_name(struct archive_entry *entry)
{
    return either(archive_entry_pathname(entry), archive_entry_pathname_utf8(entry));
}

const char *tar_hard_link(struct archive_entry *entry)
{
    return either(archive_entry_hardlink(entry), archive_entry_hardlink_utf8(entry));
}

const char *tar_symlink(struct archive_entry *entry)
{
    return either(archive_entry_symlink(entry), archive_entry_symlink_utf8(entry));
}

bool tar_has_attribute(const char *name)
{
    return strcmp(name, "security.capability") == 0 ||
           (strncmp(name, "user.", 5) == 0 && strncmp(name, "user.overlay.", 13) != 0);
}

int tar_clean_path(const char *name, char ret[TAR_PATH])
{
    size_t used = 0;

    for (const char *at = name; *at;) {
        at += strspn(at, "/");
        size_t length = strcspn(at, "/");
        if (length == 2 && at[0] == '.' && at[1] == '.')
            return -1;
        if (length > 0 && !(length == 1 && at[0] == '.')) {
            if (used + length + 2 > TAR_PATH)
                return -1;
            if (used > 0)
                ret[used++] = '/';
            memcpy(ret + used, at, length);
            used += length;
        }
        at += length;
    }
    ret[used] = '\0';
    return 0;
}
