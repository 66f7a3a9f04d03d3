// SPDX-License-Identifier: MIT
/*
 * Making, using and removing a group, as far as both versions share it: the levels of directories,
 * and ending what is inside. What differs is behind struct cgroup_ops. A container's start and end
 * go through here, so removing tries a plain rmdir before anything else.
 */
#include "cgroup_internal.h"

#include "cleanup.h"
#include "fsio.h"
#include "undo_kinds.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Removes our levels above the last that are empty now; one that another group uses stays. */
static int remove_levels(const struct cgroup *group, int index, struct err *err)
{
    char path[256];

    strcpy(path, group->path[index]);
    for (char *slash; (slash = strrchr(path, '/')) > path + group->keep[index];) {
        *slash = '\0';
        if (rmdir(path) < 0)
            return undo_cgroup_is_used(errno) ? 0
                                              : err_sys(err, "cannot remove the group %s", path);
    }
    return 0;
}

/* One walk down path[index]. Returns 1 when a level above went away meanwhile: walk again. */
static int make_levels(struct cgroup *group, int index, struct err *err)
{
    char parent[256], level[256];
    size_t length = group->base[index];

    snprintf(parent, sizeof(parent), "%.*s", (int)length, group->path[index]);
    while ((length = cgroup_next_level(group, index, length, level))) {
        bool last = !group->path[index][length], made = mkdir(level, 0755) == 0;
        if (!made && errno == ENOENT && strlen(parent) > group->base[index])
            return 1;
        if (!made && last && errno == EEXIST)
            return cgroup_is_there(level, err);
        if (!made && errno != EEXIST)
            return err_sys(err, "cannot make the group %s", level);
        if (group->ops->level(group, index, parent, level, made, err) < 0) {
            if (last)
                rmdir(level);
            return -1;
        }
        strcpy(parent, level);
    }
    return 0;
}

/* The first `count` directories, and the levels that were made for them. */
static void unmake(const struct cgroup *group, int count)
{
    struct err ignored;

    for (int i = 0; i < count; i++) {
        rmdir(group->path[i]);
        remove_levels(group, i, &ignored);
    }
}

int cgroup_make(struct cgroup *group, struct err *err)
{
    struct err ignored;

    for (int i = 0; i < group->paths; i++) {
        int result = 1;
        /* another group's removal may take a shared level away between two of our steps */
        for (int tries = 0; result == 1 && tries < 100; tries++)
            result = make_levels(group, i, err);
        if (result == 1)
            err_sys(err, "cannot make the group %s", group->path[i]);
        if (result != 0) {
            remove_levels(group, i, &ignored);
            unmake(group, i);
            return -1;
        }
    }
    /* all of them are ours, and nobody is inside yet */
    if (group->undo && cgroup_journal_paths(group, UNDO_CGROUP, group->undo, err) < 0) {
        unmake(group, group->paths);
        return -1;
    }
    group->undo = NULL;
    group->made = true;
    return group->members_open ? 0 : cgroup_open(group, err);
}

int cgroup_open(struct cgroup *group, struct err *err)
{
    group->made = true;
    return group->absent ? 0 : group->ops->open(group, err);
}

int cgroup_join(const struct cgroup *group, struct err *err)
{
    return group->absent ? 0 : group->ops->join(group, err);
}

int cgroup_attach(const struct cgroup *group, pid_t pid, struct err *err)
{
    for (int i = 0; i < group->paths; i++) {
        if (fsio_write(err, group->path[i], "cgroup.procs", "%d", pid) < 0)
            return -1;
    }
    return 0;
}

int cgroup_read(const struct cgroup *group, struct cgroup_usage *ret, struct err *err)
{
    memset(ret, 0xff, sizeof(*ret)); /* UINT64_MAX in each */
    if (group->absent)
        return 0;
    if (access(group->path[0], F_OK) < 0)
        return err_sys(err, "cannot read the group %s", group->path[0]);
    group->ops->read(group, ret);
    ret->oom_kills = cgroup_oom_kills(group);
    return 0;
}

uint64_t cgroup_oom_kills(const struct cgroup *group)
{
    const char *memory = group->absent ? NULL : cgroup_path(group, "memory");
    uint64_t kills = UINT64_MAX;
    struct err ignored;

    if (memory)
        fsio_read_key(memory, group->ops->oom_file, "oom_kill", &kills, &ignored);
    return kills;
}

/* True when every directory is gone. */
static bool remove_leaves(const struct cgroup *group)
{
    bool gone = true;

    for (int i = 0; i < group->paths; i++)
        gone &= rmdir(group->path[i]) == 0 || errno == ENOENT;
    return gone;
}

int cgroup_remove(struct cgroup *group, struct err *err)
{
    struct err ignored;
    int result = 0;
    bool gone = !group->made || remove_leaves(group);

    if (!gone)
        result = cgroup_kill(group, err);
    for (int wait_usec = 100; !gone && wait_usec <= 12800; wait_usec *= 2) {
        usleep((useconds_t)wait_usec);
        gone = remove_leaves(group);
    }
    /* the slow way also takes groups that were made inside */
    for (int i = 0; i < group->paths && !gone; i++) {
        if (undo_line(UNDO_CGROUP, group->path[i], "/", err) < 0)
            result = -1;
    }
    for (int i = 0; i < group->paths && group->made; i++) {
        if (remove_levels(group, i, result == 0 ? err : &ignored) < 0 && result == 0)
            result = 1;
    }
    cgroup_close(group);
    return result;
}

void cgroup_close(struct cgroup *group)
{
    close_fd(&group->fd);
    for (int i = 0; i < group->paths; i++)
        close_fd(&group->tasks[i]);
}
