// SPDX-License-Identifier: MIT
/*
 * mount(2) with the type "cgroup" makes a hierarchy, or shows one that exists: its options choose
 * which. "memory" is the hierarchy that this subsystem is attached to, "none,name=x" one with a
 * name and no subsystem. A hierarchy that has groups outlives its last mount.
 */
#include "v1mount.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* Nobody else sees what is mounted from now on, and a SIGKILL takes it away with us; but not a
 * hierarchy that has groups: so that is journalled. */
int v1mount_alone(struct err *err)
{
    if (unshare(CLONE_NEWNS) < 0)
        return err_sys(err, "cannot make a mount namespace");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_sys(err, "cannot make the mounts private");
    return 0;
}

int v1mount_try(const struct run *run, const char *options, const char *point, char ret_path[96])
{
    snprintf(ret_path, 96, "%.70s/%s", run->undo.dir, point);
    if (mkdir(ret_path, 0755) < 0 && errno != EEXIST)
        return errno;
    return mount(run->undo.id, ret_path, "cgroup", 0, options) < 0 ? errno : 0;
}

int v1mount_named(struct run *run, char ret_path[96], char ret_name[32], struct err *err)
{
    char options[64];

    snprintf(ret_name, 32, "name=%s", run->undo.id);
    snprintf(options, sizeof(options), "none,%s", ret_name);
    if (undo_add(&run->undo, err, UNDO_HIERARCHY, "%s", run->undo.id) < 0)
        return -1;
    errno = v1mount_try(run, options, "h", ret_path);
    if (!errno)
        return 0;
    err_sys(err, "cannot mount the hierarchy %s on %s", options, ret_path);
    if (err->code != EPERM)
        return -1;
    err->kind = ERR_SKIP;
    return err_hint(err, "root of a user namespace or a container only -> make vm-02");
}

/* True when `word` is one of those in `list`, which has commas between them. */
static bool in_list(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)); at += length) {
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* A line a hierarchy: "4:memory:/labs-7f3a", or "12:name=labs-7f3a:/" without subsystems. */
void v1mount_group_of(pid_t pid, const char *subsystem, char ret_group[PATH_MAX])
{
    struct err ignored;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
    cleanup_free char *text = fsio_read(NULL, path, &ignored);
    ret_group[0] = '\0';
    for (char *rest = text, *line; rest && (line = strsep(&rest, "\n"));) {
        strsep(&line, ":");
        const char *list = strsep(&line, ":");
        if (list && line && in_list(list, subsystem))
            snprintf(ret_group, PATH_MAX, "%s", line);
    }
}

bool v1mount_list(int index, int subsystems, char ret_list[128])
{
    struct err ignored;
    cleanup_free char *text = fsio_read(NULL, "/proc/self/cgroup", &ignored);

    for (char *rest = text, *line; rest && (line = strsep(&rest, "\n"));) {
        strsep(&line, ":");
        const char *list = strsep(&line, ":");
        /* the line of v2 has no list, and a named hierarchy no subsystem */
        if (!list || !*list || strchr(list, '='))
            continue;
        int count = 1;
        for (const char *at = list; (at = strchr(at, ',')); at++)
            count++;
        if (count < subsystems || index-- > 0)
            continue;
        snprintf(ret_list, 128, "%s", list);
        return true;
    }
    return false;
}
