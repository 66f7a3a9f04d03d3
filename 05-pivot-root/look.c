// SPDX-License-Identifier: MIT
/*
 * /proc/PID/root is more than a link: a path that goes through it is looked up in that process's
 * mount namespace, below that process's root (proc_pid_root(5)). So a parent can see what its child
 * sees without a word from the child.
 */
#include "look.h"

#include "cleanup.h"
#include "fsio.h"
#include "mount.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

const char *errno_name(int code)
{
    return code ? err_name(code) : "ok";
}

/* Device and inode together name a directory wherever it is mounted; its path would not. */
int look_dir(const char *path, char ret_id[LOOK_ID], struct err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return err_sys(err, "cannot look at %s", path);
    snprintf(ret_id, LOOK_ID, "%u:%u inode %ju", major(st.st_dev), minor(st.st_dev),
        (uintmax_t)st.st_ino);
    return 0;
}

int look_root(pid_t pid, char ret_id[LOOK_ID], struct err *err)
{
    char path[64] = "/";

    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/root/", pid);
    return look_dir(path, ret_id, err);
}

int look_numbers(const char *proc, struct err *err)
{
    cleanup_closedir DIR *dir = opendir(proc);
    int count = 0;

    if (!dir)
        return err_sys(err, "cannot read %s", proc);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += isdigit((unsigned char)entry->d_name[0]) != 0;
    return count;
}

int look_processes(pid_t pid, struct err *err)
{
    char path[64] = "/proc";

    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/root/proc", pid);
    return look_numbers(path, err);
}

/* "NSpid:	4121	1": its number in each PID namespace, from ours inwards. */
int look_pid_inside(pid_t pid, struct err *err)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    cleanup_free char *text = fsio_read(NULL, path, err);
    char *numbers = text ? strstr(text, "NSpid:") : NULL;
    if (!numbers)
        return err_set(err, ERR_SYS, "no NSpid in %s", path);
    numbers[strcspn(numbers, "\n")] = '\0';
    return atoi(strrchr(numbers, '\t') + 1);
}

struct count {
    struct mount_entry ours; /* the mount that is the caller's / */
    const char *point;
    int found;
};

/* Not by its path: after pivot_root the host's root is at another path, if at all. */
static int is_host_root(const struct mount_entry *entry, void *arg)
{
    struct count *count = arg;

    count->found += strcmp(entry->device, count->ours.device) == 0 &&
                    strcmp(entry->root, count->ours.root) == 0;
    return 0;
}

int look_host_mounts(pid_t pid, struct err *err)
{
    struct count count = {0};

    if (mount_find("/", &count.ours, err) < 0 || mount_each(pid, is_host_root, &count, err) < 0)
        return -1;
    return count.found;
}

static int is_below(const struct mount_entry *entry, void *arg)
{
    struct count *count = arg;
    size_t length = strlen(count->point);

    count->found += strncmp(entry->point, count->point, length) == 0 &&
                    (entry->point[length] == '/' || entry->point[length] == '\0');
    return 0;
}

int look_mounts(pid_t pid, const char *point, struct err *err)
{
    struct count count = {.point = point};

    return mount_each(pid, is_below, &count, err) < 0 ? -1 : count.found;
}
