// SPDX-License-Identifier: MIT
/*
 * mount: mounts of its own, and why that is not enough.
 *
 * A new mount namespace starts as a copy of the old one. Whether mounts made later in one appear in
 * the other is decided by the propagation type of the mount that they are made under:
 *
 *                  made outside, seen inside    made inside, seen outside
 *     shared                yes                          yes
 *     slave                 yes                          no
 *     private               no                           no
 *
 * The usual host has / shared (systemd makes it so), so a program that unshares its mounts and
 * forgets to make them private leaks what it mounts to the host, where it stays. To show it safely,
 * a child in a mount namespace of its own, made private, plays the host.
 * Source: mount_namespaces(7), the kernel's Documentation/filesystems/sharedsubtree.rst.
 */
#include "child.h"
#include "cleanup.h"
#include "experiments.h"
#include "fsio.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name;
    unsigned long flag;
    int outside_in, inside_out; /* what the rules say */
} TYPES[] = {
    {"shared", MS_SHARED, 1, 1},
    {"slave", MS_SLAVE, 1, 0},
    {"private", MS_PRIVATE, 0, 0},
};

enum { COUNT = sizeof(TYPES) / sizeof(TYPES[0]) };

/* In shared memory. */
struct scene {
    char dir[96];      /* the tmpfs on which all happens */
    bool make_private; /* what the careless program forgets */
};

/* Mounts a tmpfs on DIR/A/B, which is made first when it is not there. */
static int mount_tmpfs(const char *dir, const char *a, const char *b, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s%s%s%s%s", dir, a[0] ? "/" : "", a, b[0] ? "/" : "", b);
    mkdir(path, 0700);
    return mount("labs", path, "tmpfs", 0, "size=64k") < 0 ? err_sys(err, "cannot mount %s", path)
                                                           : 0;
}

/* Changes how mounts below `path` are passed on. */
static int set_propagation(const char *path, unsigned long flag, struct err *err)
{
    return mount(NULL, path, NULL, flag, NULL) < 0
               ? err_sys(err, "cannot change the propagation of %s", path)
               : 0;
}

/* True when process pid has a mount on DIR/A/B. */
static int sees(pid_t pid, const char *dir, const char *a, const char *b)
{
    char file[64], want[PATH_MAX];
    struct err ignored;

    snprintf(file, sizeof(file), "/proc/%d/mountinfo", pid);
    snprintf(want, sizeof(want), " %s/%s%s%s ", dir, a, b[0] ? "/" : "", b);
    cleanup_free char *mounts = fsio_read(NULL, file, &ignored);
    return mounts && strstr(mounts, want);
}

/* The inside: sets each type on its copy of the mounts, then mounts below each. */
static int be_inside(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;
    char path[PATH_MAX];

    for (int i = 0; i < COUNT; i++) {
        snprintf(path, sizeof(path), "%s/%s", scene->dir, TYPES[i].name);
        if (set_propagation(path, TYPES[i].flag, err) < 0 ||
            mount_tmpfs(scene->dir, TYPES[i].name, "inside", err) < 0)
            return -1;
    }
    child_turn(self);
    return 0;
}

/* A tmpfs that is shared, as / is on most hosts, and on it a directory for each type. */
static int set_stage(struct scene *scene, struct err *err)
{
    /* nothing of the play may reach the real host */
    if (set_propagation("/", MS_REC | MS_PRIVATE, err) < 0 ||
        mount_tmpfs(scene->dir, "", "", err) < 0 || set_propagation(scene->dir, MS_SHARED, err) < 0)
        return -1;
    for (int i = 0; i < COUNT; i++) {
        if (mount_tmpfs(scene->dir, TYPES[i].name, "", err) < 0)
            return -1;
    }
    return 0;
}

/* The careless program: new namespace, mount, end. */
static int mount_and_end(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;

    (void)self;
    if (scene->make_private && set_propagation("/", MS_REC | MS_PRIVATE, err) < 0)
        return -1;
    return mount_tmpfs(scene->dir, scene->make_private ? "careful" : "careless", "", err);
}

struct play {
    struct scene scene;
    pid_t inside; /* the process in the second namespace */
};

/* The host in the play; its turns are the steps of the experiment. */
static int play_host(struct child *self, void *arg, struct err *err)
{
    struct play *play = arg;
    struct child inside, program;

    if (set_stage(&play->scene, err) < 0)
        return -1;
    child_turn(self);
    if (child_start(&inside, CLONE_NEWNS, be_inside, &play->scene, err) < 0)
        return -1;
    play->inside = inside.pid;
    for (int i = 0; i < COUNT; i++) {
        if (mount_tmpfs(play->scene.dir, TYPES[i].name, "outside", err) < 0)
            return -1;
    }
    child_turn(self);
    for (int i = 0; i < 2; i++) {
        play->scene.make_private = i == 1;
        if (child_start(&program, CLONE_NEWNS, mount_and_end, &play->scene, err) < 0 ||
            child_end(&program, err) < 0)
            return -1;
        child_turn(self);
    }
    return 0;
}

/* Compares both mount tables with the rules. */
static void claim_types(struct report *r, const struct play *play, pid_t host)
{
    char text[64];

    note(r, "%-8s %-27s %s", "", "made outside, seen inside", "made inside, seen outside");
    for (int i = 0; i < COUNT; i++) {
        const char *name = TYPES[i].name;
        int in = sees(play->inside, play->scene.dir, name, "outside");
        int out = sees(host, play->scene.dir, name, "inside");
        note(r, "%-8s %-27s %s", name, in ? "yes" : "no", out ? "yes" : "no");
        /* shared is what the other two are to be told from */
        const char *prefix = i == 0 ? "control: " : "";
        snprintf(text, sizeof(text), "%s%s: outside's mount inside", prefix, name);
        claim_u64(r, text, (uint64_t)in, EQ, (uint64_t)TYPES[i].outside_in, "/proc/PID/mountinfo");
        snprintf(text, sizeof(text), "%s%s: inside's mount outside", prefix, name);
        claim_u64(r, text, (uint64_t)out, EQ, (uint64_t)TYPES[i].inside_out, "/proc/PID/mountinfo");
    }
}

static int mount_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct play *play = child_memory(sizeof(*play));
    struct child host;

    if (!play)
        return err_sys(err, "no memory to share");
    snprintf(play->scene.dir, sizeof(play->scene.dir), "%s", run->undo.dir);
    step(r, "mount(2), mount_namespaces(7)",
        "a child plays the host: clone(CLONE_NEWNS), a shared tmpfs");
    if (child_start(&host, CLONE_NEWNS | child_user_flag(), play_host, play, err) < 0)
        return -1;

    step(r, "mount_namespaces(7)", "inside: clone(CLONE_NEWNS), then a mount on each side");
    explain(r, "a copied mount joins the peer group of the original, unless its type is changed");
    if (child_next(&host, err) < 0)
        return -1;
    claim_types(r, play, host.pid);

    step(r, "mount_namespaces(7)", "a careless program: clone(CLONE_NEWNS), mount, end");
    if (child_next(&host, err) < 0)
        return -1;
    int leaked = sees(host.pid, play->scene.dir, "careless", "");
    note(r, "the host in the play %s",
        leaked ? "has the mount now, and nobody to remove it" : "does not have it");

    step(r, "mount(2)", "a careful one: mount(\"/\", MS_REC|MS_PRIVATE) first");
    if (child_next(&host, err) < 0)
        return -1;
    int kept = sees(host.pid, play->scene.dir, "careful", "");
    note(r, "the host in the play %s", kept ? "has that mount too" : "does not have it");

    claim_u64(r, "made private first, nothing leaks", (uint64_t)kept, EQ, 0, "/proc/PID/mountinfo");
    claim_u64(
        r, "control: forgotten, the mount leaks", (uint64_t)leaked, EQ, 1, "/proc/PID/mountinfo");
    claim_u64(r, "the real host saw none of it",
        (uint64_t)sees(getpid(), run->undo.dir, "careless", ""), EQ, 0, "/proc/self/mountinfo");
    return child_end(&host, err);
}

const struct experiment mount_experiment = {
    .name = "mount",
    .summary = "mounts of its own: shared, slave, private, and the leak",
    .needs = "root|userns ns:mnt",
    .steps = 4,
    .run = mount_run,
};
