// SPDX-License-Identifier: MIT
/* Errors that any write may end with: what the file system of the store says about them. */
#include "commands.h"

#include "engine/show/human.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/statvfs.h>

enum { FEW_FILES = 1000 };
static const uint64_t LITTLE_BYTES = 256 << 20;

static void say_full(
    const char *root, const struct statvfs *fs, const struct err *cause, struct err *err)
{
    uint64_t bytes = (uint64_t)fs->f_bavail * fs->f_frsize;
    bool counted = fs->f_files > 0; /* some make inodes as they need them */
    char size[HUMAN_TEXT], files[40] = "";

    /* it may have been another file system: the one that an archive was written to */
    if (bytes > LITTLE_BYTES && (!counted || fs->f_favail > FEW_FILES) &&
        !strstr(cause->what, root))
        return;
    if (counted)
        snprintf(files, sizeof(files), " and %ju more files", (uintmax_t)fs->f_favail);
    err_hint(err,
        "%s has room for %s%s -> " PROGRAM " system prune -a, make room there by other means, or "
        "name another with --root DIR",
        root, human_size(bytes, 4, size), files);
}

void cli_why(struct err *err)
{
    struct err ignored, cause = *err;
    struct store store;
    struct statvfs fs;

    if (err->hint[0] || (err->code != ENOSPC && err->code != EDQUOT && err->code != EROFS) ||
        store_open(globals.root, &store, &ignored) < 0 || statvfs(store.root, &fs) < 0)
        return;
    if (err->code == EDQUOT)
        err_hint(err, "what this user may have there is used up -> quota(1), or --root DIR");
    else if (err->code == ENOSPC)
        say_full(store.root, &fs, &cause, err);
    else if (fs.f_flag & ST_RDONLY)
        err_hint(err,
            "the file system of %s is mounted read-only -> mount -o remount,rw, or name another "
            "with --root DIR",
            store.root);
}
