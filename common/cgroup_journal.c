// SPDX-License-Identifier: MIT
/*
 * What the journal (undo.h) must know of a group, so that it goes even when its maker is killed at
 * the worst moment. There are two ways, since undoing is only right for what is ours:
 *
 *     a lab's run       one group, in levels of its own: the topmost goes with all below it
 *     a runtime         many groups of many makers below one level: that one goes when it is empty
 */
#include "cgroup_internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int cgroup_is_there(const char *path, struct err *err)
{
    errno = EEXIST;
    err_sys(err, "cannot make the group %s", path);
    return err_hint(err,
        "it was there before, and removing ours would kill what is inside -> take another "
        "cgroupsPath, or rmdir it if nobody uses it");
}

static int journal_controllers(const struct cgroup *group, struct undo *undo, struct err *err)
{
    char parent[256];

    snprintf(parent, sizeof(parent), "%.*s", (int)group->base[0], group->path[0]);
    unsigned missing = group->ops->missing(group, parent);
    for (const struct cgroup_controller *c = cgroup_controllers; c->name; c++) {
        if ((missing & c->bit) &&
            undo_add(undo, err, UNDO_SUBTREE, "%s %s", parent, c->v2_name) < 0)
            return -1;
    }
    return 0;
}

int cgroup_journal(const struct cgroup *group, struct undo *undo, struct err *err)
{
    if (!group->absent && group->ops->missing && journal_controllers(group, undo, err) < 0)
        return -1;
    for (int i = 0; i < group->paths; i++) {
        char level[256] = "";
        size_t length = cgroup_next_level(group, i, group->base[i], level);
        while (group->path[i][length] && access(level, F_OK) == 0)
            length = cgroup_next_level(group, i, length, level);
        if (undo_add(undo, err, UNDO_CGROUP, "%s", level) < 0)
            return -1;
    }
    return 0;
}

int cgroup_journal_paths(
    struct cgroup *group, enum undo_kind kind, struct undo *undo, struct err *err)
{
    const char *paths[CGROUP_PATHS];

    for (int i = 0; i < group->paths; i++)
        paths[i] = group->path[i];
    return undo_add_paths(undo, kind, paths, group->paths, err);
}

int cgroup_journal_leaf(struct cgroup *group, struct undo *undo, struct err *err)
{
    char level[256];

    for (int i = 0; i < group->paths; i++) {
        size_t length = group->keep[i];
        if (access(group->path[i], F_OK) == 0)
            return cgroup_is_there(group->path[i], err);
        while ((length = cgroup_next_level(group, i, length, level)) && group->path[i][length]) {
            if (undo_add(undo, err, UNDO_CGROUP_EMPTY, "%s", level) < 0)
                return -1;
        }
    }
    group->undo = undo;
    return cgroup_journal_paths(group, UNDO_CGROUP_EMPTY, undo, err);
}
