// SPDX-License-Identifier: MIT
/*
 * Who is in a group. On v1 a process can be in the group of one hierarchy and not of another, and
 * on both versions the program inside may have made groups below its own: so all of them are read,
 * and a process counts once.
 */
#include "cgroup_internal.h"

#include "cleanup.h"
#include "undo_kinds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct list {
    pid_t *pids;
    size_t count, room;
};

static int add(struct list *list, pid_t pid)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        pid_t *larger = realloc(list->pids, room * sizeof(*larger));
        if (!larger)
            return -1;
        list->pids = larger;
        list->room = room;
    }
    list->pids[list->count++] = pid;
    return 0;
}

/* The list of a threaded group cannot be read (EOPNOTSUPP); the group above it lists them too. */
static int add_listed(int dir_fd, struct list *list)
{
    cleanup_close int fd = openat(dir_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    cleanup_fclose FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    int pid;

    if (!file)
        return 0;
    steal_fd(&fd);
    while (fscanf(file, "%d", &pid) == 1) {
        if (pid > 0 && add(list, pid) < 0)
            return -1;
    }
    return 0;
}

static int add_group(int dir_fd, bool below, struct list *list)
{
    cleanup_closedir DIR *dir = below ? fdopendir(fcntl(dir_fd, F_DUPFD_CLOEXEC, 0)) : NULL;

    if (add_listed(dir_fd, list) < 0)
        return -1;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        cleanup_close int child =
            openat(dir_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child >= 0 && add_group(child, below, list) < 0)
            return -1;
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

    return (x > y) - (x < y);
}

static void sort_unique(struct list *list)
{
    size_t kept = 0;

    if (list->count)
        qsort(list->pids, list->count, sizeof(*list->pids), compare);
    for (size_t i = 0; i < list->count; i++) {
        if (kept == 0 || list->pids[kept - 1] != list->pids[i])
            list->pids[kept++] = list->pids[i];
    }
    list->count = kept;
}

int cgroup_pids(
    const struct cgroup *group, bool below, pid_t **ret_pids, size_t *ret_count, struct err *err)
{
    struct list list = {0};

    for (int i = 0; i < group->paths; i++) {
        cleanup_close int dir = open(group->path[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if ((dir < 0 && errno != ENOENT) || (dir >= 0 && add_group(dir, below, &list) < 0)) {
            err_sys(err, "cannot read the processes of the group %s", group->path[i]);
            free(list.pids);
            return -1;
        }
    }
    sort_unique(&list);
    *ret_pids = list.pids;
    *ret_count = list.count;
    return 0;
}

/* A process may fork while the list is read, so it is read until it is empty. */
int cgroup_kill(const struct cgroup *group, struct err *err)
{
    if (!group->made)
        return 0;
    for (int tries = 0; tries < 1000; tries++) {
        cleanup_free pid_t *pids = NULL;
        size_t count;
        if (cgroup_pids(group, true, &pids, &count, err) < 0)
            return -1;
        if (count == 0)
            return 0;
        for (int i = 0; i < group->paths; i++)
            undo_cgroup_kill(group->path[i]);
        usleep(tries < 20 ? 200 : 2000);
    }
    return err_set(err, ERR_SYS, "processes in %s do not die", group->path[0]);
}
