// SPDX-License-Identifier: MIT
/* The sections of `tree` about files: the layers its root is made of, and what is mounted. */
#include "tree.h"

#include "engine/files/mount_words.h"
#include "engine/images/image.h"
#include "human.h"
#include "usage.h"

#include "mount.h"

#include <stdlib.h>
#include <string.h>

static void draw_layer(struct picture *picture, const char *what, const char *path)
{
    char size[HUMAN_TEXT];

    picture_line(picture, "%-8s %8s  \f%s\b", what, human_size(usage_tree(path), 3, size), path);
}

/* The writable layer on top, and below it the image's, the topmost first. */
static void draw_layers(struct picture *picture, const struct tree *tree)
{
    char path[PATH_MAX];
    struct image image = {0};
    struct err err;

    record_path(tree->store, tree->record->id, "upper", path);
    draw_layer(picture, "its own", path);
    if (image_find(tree->store, tree->record->image_id, &image, &err) < 0)
        picture_line(picture, "its image is gone");
    for (const char *at = image.lower; at && *at;) {
        size_t length = strcspn(at, ":");
        snprintf(path, sizeof(path), "%.*s", (int)length, at);
        draw_layer(picture, at == image.lower ? "image's" : "", path);
        at += length + (at[length] ? 1 : 0);
    }
    image_free(&image);
}

void tree_root(struct picture *picture, const struct tree *tree)
{
    if (tree->record->host.rootfs) {
        picture_section(picture, false, "root", "a directory of the host: lab 05");
        picture_line(picture, "%s", tree->record->host.rootfs);
        return;
    }
    picture_section(picture, false, "root", "layers over each other: overlayfs, lab 05");
    if (tree->record->image_id)
        draw_layers(picture, tree);
}

struct mounts_seen {
    struct picture *picture;
    const struct mount_words *asked; /* what the record asks for, to know volumes by name */
    size_t asked_count;
    int covered, hierarchies;
};

/* What only hides a part of /proc or /sys is counted, not shown. */
static bool is_cover(const struct mount_entry *entry)
{
    return strncmp(entry->point, "/proc/", 6) == 0 ||
           (strncmp(entry->point, "/sys/", 5) == 0 &&
               strncmp(entry->point, "/sys/fs/cgroup", 14) != 0);
}

/* v1 has a mount for each hierarchy: one line is enough. */
static bool is_hierarchy(const struct mount_entry *entry)
{
    return strcmp(entry->type, "cgroup") == 0;
}

/* Its kind and, where that is not plain from the kind, where it is from. */
static void describe(const struct mounts_seen *seen, const struct mount_entry *entry,
    const char **ret_kind, const char **ret_from)
{
    bool whole = strcmp(entry->root, "/") == 0;

    *ret_kind = whole ? entry->type : "bind";
    *ret_from = whole ? "" : entry->root;
    for (size_t i = 0; i < seen->asked_count; i++) {
        if (strcmp(seen->asked[i].target, entry->point) != 0)
            continue;
        *ret_kind = mount_kind_name(seen->asked[i].kind);
        if (seen->asked[i].source[0])
            *ret_from = seen->asked[i].source;
    }
}

static int draw_mount(const struct mount_entry *entry, void *arg)
{
    struct mounts_seen *seen = arg;
    const char *kind, *from;

    seen->covered += is_cover(entry);
    seen->hierarchies += is_hierarchy(entry);
    if (is_cover(entry) || is_hierarchy(entry))
        return 0;
    bool read_only =
        strncmp(entry->options, "ro", 2) == 0 && (entry->options[2] == ',' || !entry->options[2]);
    describe(seen, entry, &kind, &from);
    picture_line(seen->picture, "%-24s %-9s %s%s%s", entry->point, kind, read_only ? "ro" : "rw",
        from[0] ? "  " : "", from);
    return 0;
}

void tree_mounts(struct picture *picture, const struct tree *tree)
{
    struct mounts_seen seen = {.picture = picture};
    struct mount_words *asked = NULL;
    struct err err;

    picture_section(picture, false, "mounts", "what it sees of files: labs 01 and 05");
    if (mount_words_all(tree->record, &asked, &seen.asked_count, &err) == 0)
        seen.asked = asked;
    else
        seen.asked_count = 0;
    if (mount_each(tree->state->pid, draw_mount, &seen, &err) < 0)
        picture_line(picture, "cannot be looked at: %s", err.what);
    if (seen.hierarchies > 0)
        picture_line(picture, "%-24s %-9s ro  its own group, in %d hierarchies", "/sys/fs/cgroup/*",
            "cgroup", seen.hierarchies);
    if (seen.covered > 0)
        picture_line(
            picture, "and %d places below /proc and /sys, covered or read-only", seen.covered);
    free(asked);
}
