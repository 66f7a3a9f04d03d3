// SPDX-License-Identifier: MIT
/*
 * devices: which device files a group may open.
 *
 * Root in a container could make a device file for the host's disk with mknod and read it. So an
 * engine denies every device, and then allows the few that are harmless. A line of the list says
 * type, major:minor and what for:
 *
 *     c 1:3 rw      the character device 1:3, /dev/null: read and write; m would allow mknod
 *     a *:* rwm     all of them: what a new group starts with
 *
 * The kernel checks at open(2) and mknod(2), and says EPERM though the file's mode would allow it.
 * Source: the kernel's Documentation/admin-guide/cgroup-v1/devices.rst.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Bodies for group_fork; the exit status is the errno. */
static int try_open(void *path)
{
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);

    return fd < 0 ? errno : 0;
}

static int try_mknod(void *path)
{
    int failure = mknod(path, S_IFCHR | 0600, makedev(1, 3)) < 0 ? errno : 0;

    unlink(path);
    return failure;
}

/* Does it in a child in the group, and says what came of it. */
static int try_in(struct report *r, const char *group, int (*body)(void *path), const char *path,
    int *ret_errno, struct err *err)
{
    pid_t pid = group_fork((const char *const[]){group, NULL}, body, (void *)path, err);
    int status = pid < 0 ? -1 : proc_wait(pid, err);

    if (status < 0)
        return -1;
    note(r, "%s %s: %s", body == try_open ? "open" : "mknod, as 1:3,", path,
        status ? strerror(status) : "it worked");
    *ret_errno = status;
    return 0;
}

static int show_list(struct report *r, const char *group, struct err *err)
{
    cleanup_free char *list = fsio_read(group, "devices.list", err);

    if (!list)
        return -1;
    note(r, "devices.list: %s", *list ? list : "(empty)");
    return 0;
}

static int devices_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char group[PATH_MAX], node[128];
    int before, denied, allowed, other, node_denied, node_allowed;

    snprintf(node, sizeof(node), "%s/my-null", run->undo.dir);
    if (group_path(run, "devices", "", group, err) < 0)
        return -1;
    step(r, "cgroup-v1/devices.rst", "mkdir %s", group);
    if (group_make(run, group, err) < 0 || show_list(r, group, err) < 0 ||
        try_in(r, group, try_open, "/dev/null", &before, err) < 0)
        return -1;
    step(r, "cgroup-v1/devices.rst", "devices.deny <- a");
    if (fsio_write(err, group, "devices.deny", "a") < 0 || show_list(r, group, err) < 0 ||
        try_in(r, group, try_open, "/dev/null", &denied, err) < 0)
        return -1;
    step(r, "cgroup-v1/devices.rst", "devices.allow <- c 1:3 rw");
    if (fsio_write(err, group, "devices.allow", "c 1:3 rw") < 0 || show_list(r, group, err) < 0 ||
        try_in(r, group, try_open, "/dev/null", &allowed, err) < 0 ||
        try_in(r, group, try_open, "/dev/zero", &other, err) < 0 ||
        try_in(r, group, try_mknod, node, &node_denied, err) < 0)
        return -1;
    step(r, "cgroup-v1/devices.rst, mknod(2)", "devices.allow <- c 1:3 m");
    if (fsio_write(err, group, "devices.allow", "c 1:3 m") < 0 || show_list(r, group, err) < 0 ||
        try_in(r, group, try_mknod, node, &node_allowed, err) < 0)
        return -1;

    claim_errno(r, "control: a new group may open", before, 0, "open(2) /dev/null");
    claim_errno(r, "denied: nothing can be opened", denied, EPERM, "open(2) /dev/null");
    claim_errno(r, "allowed again, by its number", allowed, 0, "open(2) /dev/null");
    claim_errno(r, "and only that one", other, EPERM, "open(2) /dev/zero");
    claim_errno(r, "rw does not allow to make a node", node_denied, EPERM, "mknod(2) 1:3");
    claim_errno(r, "control: m does", node_allowed, 0, "mknod(2) 1:3");
    return 0;
}

const struct experiment devices_experiment = {
    .name = "devices",
    .summary = "which device files a group may open",
    .needs = "root v1:devices",
    .steps = 4,
    .run = devices_run,
};
