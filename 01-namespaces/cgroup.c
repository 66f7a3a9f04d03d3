// SPDX-License-Identifier: MIT
/*
 * cgroup: its own group is the root of the tree.
 *
 * A cgroup namespace limits nothing. It only hides where in the tree of groups a process is: the
 * group it is in when the namespace is made becomes "/" in there, in /proc/PID/cgroup and in cgroup
 * mounts. So a container does not learn the host's names, and may mount a tree that begins with its
 * own group. A child is put into a new group (labs 02 and 03 are about those), unshares, and both
 * sides read the same files. Source: cgroup_namespaces(7).
 */
#include "child.h"
#include "cleanup.h"
#include "experiments.h"
#include "fsio.h"
#include "host.h"

#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In shared memory. */
struct scene {
    char group[PATH_MAX]; /* the new group's directory, "" to stay in the present one */
    char controller[24];  /* which line of /proc/PID/cgroup: "pids" (v1), or "" (v2) */
    pid_t outsider;       /* a process that is in no part of the new namespace's tree */
    char before[PATH_MAX], inside[PATH_MAX], outsider_inside[PATH_MAX];
};

/* The path behind "N:…controller…:" in /proc/PID/cgroup, as the reader's namespace shows it. */
static void read_path(pid_t pid, const char *controller, char ret[PATH_MAX])
{
    char path[64], line[PATH_MAX];

    snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
    cleanup_fclose FILE *file = fopen(path, "re");
    ret[0] = '\0';
    while (file && fgets(line, sizeof(line), file)) {
        char *rest = line, *list, *word;
        strsep(&rest, ":");
        list = strsep(&rest, ":");
        if (!list || !rest)
            continue;
        rest[strcspn(rest, "\n")] = '\0';
        while ((word = strsep(&list, ","))) {
            if (strcmp(word, controller) == 0)
                snprintf(ret, PATH_MAX, "%s", rest);
        }
    }
}

/* Chooses where to make the group: v2, else a v1 hierarchy, else nowhere. */
static void choose_group(struct scene *scene, const char *name)
{
    static const char *const v1[] = {"pids", "freezer", "memory", "cpu", "name=systemd"};
    char parent[PATH_MAX];

    if (host_v2_parent(parent)) {
        snprintf(scene->group, sizeof(scene->group), "%s/%s", parent, name);
        return;
    }
    for (size_t i = 0; i < sizeof(v1) / sizeof(v1[0]); i++) {
        if (!host_v1_mount(v1[i], parent) || access(parent, W_OK) < 0)
            continue;
        snprintf(scene->group, sizeof(scene->group), "%s/%s", parent, name);
        snprintf(scene->controller, sizeof(scene->controller), "%s", v1[i]);
        return;
    }
}

/*
 * The child: joins the group, says what it reads, unshares, and reads again. It joins by writing 0,
 * which means the writer: its pid may be another one in the hierarchy's eyes.
 */
static int look(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;

    if (scene->group[0] && fsio_write(err, scene->group, "cgroup.procs", "0") < 0)
        return -1;
    read_path(getpid(), scene->controller, scene->before);
    child_turn(self);
    if (unshare(CLONE_NEWCGROUP) < 0)
        return err_sys(err, "cannot unshare a cgroup namespace");
    read_path(getpid(), scene->controller, scene->inside);
    read_path(scene->outsider, scene->controller, scene->outsider_inside);
    child_turn(self);
    return 0;
}

/*
 * Without a group below the root there is nothing to hide: every path reads "/" on both sides. An
 * ordinary user's session is usually in one, and that serves as well.
 */
static int make_group(struct run *run, struct scene *scene, struct err *err)
{
    char present[PATH_MAX];

    choose_group(scene, run->undo.id);
    if (!scene->group[0]) {
        read_path(getpid(), "", present);
        step(&run->report, "cgroups(7)", "no group can be made here: staying in %s", present);
        if (strcmp(present, "/") != 0 && present[0])
            return 0;
        err_set(err, ERR_SKIP, "needs a group that is not the root, and cannot make one");
        return err_hint(
            err, host_is_root()
                     ? "this root is one of a container or a user namespace, to which no group was "
                       "handed over -> make vm-01"
                     : "not root, and no group was delegated -> sudo ./run, or make vm-01");
    }
    step(&run->report, "cgroups(7)", "mkdir %s, and a child writes 0 to its cgroup.procs",
        scene->group);
    if (undo_add(&run->undo, err, UNDO_CGROUP, "%s", scene->group) < 0)
        return -1;
    return mkdir(scene->group, 0755) < 0 ? err_sys(err, "cannot make the group %s", scene->group)
                                         : 0;
}

static int cgroup_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct scene *scene = child_memory(sizeof(*scene));
    char outside[PATH_MAX];
    struct child child;

    if (!scene)
        return err_sys(err, "no memory to share");
    scene->outsider = getpid();
    if (make_group(run, scene, err) < 0 ||
        child_start(&child, child_user_flag(), look, scene, err) < 0)
        return -1;
    note(r, "its line in /proc/PID/cgroup: %s", scene->before);

    step(r, "unshare(2), cgroup_namespaces(7)", "in the child: unshare(CLONE_NEWCGROUP)");
    if (child_next(&child, err) < 0)
        return -1;
    read_path(child.pid, scene->controller, outside);
    note(r, "the same line, read inside: %s; read outside: %s", scene->inside, outside);
    note(r, "our own line, read inside: %s", scene->outsider_inside);
    explain(r, "a group above or beside the namespace's root is shown by a way up to it, /..");

    claim_text(r, "inside, its group is the root", scene->inside, EQ, "/", "/proc/self/cgroup");
    claim_text(r, "outside, it has not moved", outside, EQ, scene->before, "/proc/PID/cgroup");
    claim_text(
        r, "control: before, it saw the true path", scene->before, NE, "/", "/proc/self/cgroup");
    if (scene->group[0])
        claim_text(r, "a process outside is above its root", scene->outsider_inside, NE, "/",
            "/proc/PID/cgroup");
    return child_end(&child, err);
}

const struct experiment cgroup_experiment = {
    .name = "cgroup",
    .summary = "its own group is the root of the tree",
    .needs = "root|userns ns:cgroup",
    .steps = 2,
    .run = cgroup_run,
};
