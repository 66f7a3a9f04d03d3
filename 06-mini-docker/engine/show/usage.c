// SPDX-License-Identifier: MIT
/*
 * A walk through a tree with fts(3). Of a file with n names, each name counts an n-th, so that
 * nobody must remember which file was seen already.
 */
#include "usage.h"

#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

uint64_t usage_tree(const char *path)
{
    char *const roots[] = {(char *)path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    double bytes = 0;

    for (FTSENT *entry; walk && (entry = fts_read(walk));) {
        if (entry->fts_info == FTS_F && entry->fts_statp->st_nlink > 0)
            bytes += (double)entry->fts_statp->st_size / (double)entry->fts_statp->st_nlink;
    }
    if (walk)
        fts_close(walk);
    return (uint64_t)(bytes + 0.5);
}

uint64_t usage_trees(const char *paths)
{
    uint64_t bytes = 0;

    for (const char *at = paths; at && *at;) {
        char path[PATH_MAX];
        size_t length = strcspn(at, ":");
        snprintf(path, sizeof(path), "%.*s", (int)length, at);
        bytes += usage_tree(path);
        at += length + (at[length] ? 1 : 0);
    }
    return bytes;
}
