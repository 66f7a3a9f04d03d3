// SPDX-License-Identifier: MIT
/*
 * hierarchy: a tree of groups, made from nothing.
 *
 * A hierarchy with a name and no subsystem (-o none,name=…) limits nothing: it only sorts
 * processes, which is what systemd uses one for. That makes it the place to see how cgroup v1 works
 * without any limit in the way, and it can be mounted even where v2 owns all controllers:
 *
 *     /             every process of the host, from the moment the hierarchy is mounted
 *     /cgroup-1     P, which was moved there
 *     /cgroup-2     C, which P forked, and which was born in cgroup-1
 *
 * It is mounted in a mount namespace of our own; the journal (common/undo.h) knows its name, since
 * a hierarchy with groups in it stays after its last umount. Source: cgroups(7), and the kernel's
 * Documentation/admin-guide/cgroup-v1/cgroups.rst.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "proc.h"
#include "v1mount.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name, *meaning;
} FILES[] = {
    {"tasks", "the threads in this group; write a thread's ID to move it here"},
    {"cgroup.procs", "the processes; write a pid to move all its threads"},
    {"cgroup.clone_children", "1: a new group below copies this one's cpuset settings"},
    {"cgroup.sane_behavior", "always 0: what became of it is cgroup v2 (only in the root)"},
    {"notify_on_release", "1: when the last process leaves, release_agent is run"},
    {"release_agent", "the program to run then, as root of the host (only in the root)"},
};

enum { FILE_COUNT = sizeof(FILES) / sizeof(FILES[0]) };

static void explain_files(struct report *r, const char *group)
{
    for (int i = 0; i < FILE_COUNT; i++) {
        if (fsio_exists(group, FILES[i].name))
            note(r, "%-22s %s", FILES[i].name, FILES[i].meaning);
    }
}

static uint64_t count_files(const char *group)
{
    cleanup_closedir DIR *dir = opendir(group);
    uint64_t files = 0;

    for (struct dirent *entry; dir && (entry = readdir(dir));)
        files += entry->d_type == DT_REG;
    return files;
}

/* The body of P: fork C, and both wait to be ended. */
static int fork_and_wait(void *unused)
{
    struct err ignored;

    (void)unused;
    proc_fork(&ignored);
    for (;;)
        pause();
    return 0;
}

/* The first child of P, once there is one. */
static pid_t child_of(pid_t pid, struct err *err)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    for (int i = 0; i < 2000; i++) {
        cleanup_free char *text = fsio_read(NULL, path, err);
        if (!text)
            return -1;
        if (*text)
            return (pid_t)atoi(text);
        usleep(5000);
    }
    return err_set(err, ERR_SYS, "process %d did not fork", pid);
}

/* Prints /proc/PID/cgroup and returns how many hierarchies, lines, it has. */
static uint64_t show_groups(struct report *r, pid_t pid)
{
    struct err ignored;
    uint64_t lines = 0;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
    cleanup_free char *text = fsio_read(NULL, path, &ignored);
    note(r, "%s, hierarchy:subsystems:group", path);
    for (char *rest = text, *line; rest && (line = strsep(&rest, "\n")); lines++)
        note(r, "    %s", line);
    return lines;
}

/* Steps 1 to 3: the hierarchy, its files, and two groups in it. */
static int build(struct run *run, char ret_root[96], char ret_name[32], struct err *err)
{
    struct report *r = &run->report;
    char group[128];

    if (v1mount_alone(err) < 0)
        return -1;
    step(r, "mount(2), cgroups(7)", "mount -t cgroup -o none,name=%s %s %s/h", run->undo.id,
        run->undo.id, run->undo.dir);
    explain(r, "none: no subsystem is attached; such a hierarchy must have a name");
    if (v1mount_named(run, ret_root, ret_name, err) < 0)
        return -1;
    step(r, "cgroups(7); cgroup-v1/cgroups.rst, 1.6", "ls %s", ret_root);
    explain(r, "release_agent runs as root of the host: a container that can write it is out");
    explain_files(r, ret_root);

    step(r, "mkdir(2)", "mkdir cgroup-1 cgroup-2");
    for (int i = 1; i <= 2; i++) {
        snprintf(group, sizeof(group), "%s/cgroup-%d", ret_root, i);
        if (mkdir(group, 0755) < 0)
            return err_sys(err, "cannot make the group %s", group);
    }
    uint64_t files = count_files(group);
    note(r, "the kernel put %lu files into each", files);
    claim_u64(r, "mkdir makes a group, with its files", files, GE, 4, "readdir(3)");
    return 0;
}

/* Steps 4 to 6: P joins cgroup-1, its child is born there, and is moved. */
static int move_processes(struct run *run, const char *root, const char *name, struct err *err)
{
    struct report *r = &run->report;
    char first[128], second[128], p_group[PATH_MAX], born_in[PATH_MAX], c_group[PATH_MAX];

    snprintf(first, sizeof(first), "%s/cgroup-1", root);
    snprintf(second, sizeof(second), "%s/cgroup-2", root);
    step(r, "cgroups(7)", "P = fork(), and in it cgroup-1/tasks <- 0");
    pid_t p = group_fork((const char *const[]){first, NULL}, fork_and_wait, NULL, err);
    if (p < 0)
        return -1;
    uint64_t hierarchies = show_groups(r, p);
    step(r, "fork(2)", "C = fork() in P: its group is its parent's");
    pid_t c = child_of(p, err);
    if (c < 0)
        return -1;
    v1mount_group_of(c, name, born_in);
    note(r, "C is %d, in %s", c, born_in);
    step(r, "cgroups(7)", "cgroup-2/tasks <- %d, which is C", c);
    if (fsio_write(err, second, "tasks", "%d", c) < 0)
        return -1;
    v1mount_group_of(c, name, c_group);
    v1mount_group_of(p, name, p_group);
    note(r, "now P is in %s, and C in %s", p_group, c_group);
    claim_u64(r, "P is in several hierarchies at once", hierarchies, GE, 2, "/proc/P/cgroup");
    claim_text(r, "C was born in its parent's group", born_in, EQ, "/cgroup-1", "/proc/C/cgroup");
    claim_text(r, "C can be moved", c_group, EQ, "/cgroup-2", "/proc/C/cgroup");
    claim_text(r, "control: P did not move with it", p_group, EQ, "/cgroup-1", "/proc/P/cgroup");

    step(r, "rmdir(2)", "rmdir cgroup-1, with P in it; then without");
    int busy = rmdir(first) < 0 ? errno : 0;
    proc_end(p);
    int empty = EBUSY;
    for (int i = 0; i < 200 && empty == EBUSY; i++) {
        empty = rmdir(first) < 0 ? errno : 0;
        usleep(5000);
    }
    claim_errno(r, "a group with a process in it stays", busy, EBUSY, "rmdir(2)");
    claim_errno(r, "control: an empty one can be removed", empty, 0, "rmdir(2)");
    return 0;
}

static int hierarchy_run(struct run *run, struct err *err)
{
    char root[96], name[32];

    if (build(run, root, name, err) < 0)
        return -1;
    return move_processes(run, root, name, err);
}

const struct experiment hierarchy_experiment = {
    .name = "hierarchy",
    .summary = "a tree of groups made from nothing, and processes moved in it",
    .needs = "root:host fs:cgroup",
    .steps = 7,
    .run = hierarchy_run,
};
