// SPDX-License-Identifier: MIT
/*
 * The group of a process that comes in, on v2, where the container's own takes none any more. A
 * program inside that hands controllers on (systemd, an engine) had to move all processes into
 * groups below: one with controllers below holds none (EBUSY; cgroup-v2.rst, "No Internal Process
 * Constraint"). Where the first process went, there is a place; runc goes there, too.
 */
#include "enter_internal.h"

#include "cleanup.h"
#include "fsio.h"

#include <string.h>

/* The rest of /proc/PID/cgroup's line for v2, "0::/path", below the container's group; or NULL. */
static const char *path_below(const char *text, const struct cgroup *group)
{
    const char *name = group->path[0] + group->base[0], *line = strstr(text, "0::/");
    size_t length = strlen(name);

    if (!line || (line != text && line[-1] != '\n') || strncmp(line + 3, name, length) != 0)
        return NULL;
    return line[3 + length] == '/' ? line + 3 + length : NULL;
}

int enter_follow_first(struct entry *entry, struct err *err)
{
    char dir[32], path[PATH_MAX];
    const char *paths[] = {path};

    snprintf(dir, sizeof(dir), "/proc/%d", entry->enter->state->pid);
    cleanup_free char *text = fsio_read(dir, "cgroup", err);
    const char *below = text ? path_below(text, &entry->group) : NULL;
    if (!below)
        return -1;
    snprintf(path, sizeof(path), "%s%.*s", entry->group.path[0], (int)strcspn(below, "\n"), below);
    cgroup_close(&entry->group);
    if (cgroup_adopt(paths, 1, &entry->group, err) < 0)
        return -1;
    explain_step(&entry->enter->explain, "cgroups(7); lab 03", "it is in %s", path);
    return cgroup_open(&entry->group, err);
}
