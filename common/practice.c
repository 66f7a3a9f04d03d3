// SPDX-License-Identifier: MIT
/*
 * A script of a grader's, in a container without a root of its own: what labs 01 and 04 explain,
 * put together. A mistake in the student's program (a host name set in the wrong namespace, a mount
 * too many, a fork that never ends) meets these namespaces and this group, and goes with them.
 *
 * What must hold: all that the script starts is in its PID namespace, so that its end is theirs.
 */
#include "practice.h"

#include "cgroup.h"
#include "cleanup.h"
#include "host.h"
#include "idmap.h"
#include "live.h"
#include "mount.h"
#include "spawn.h"
#include "sync.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char NOTHING[] = "nothing";

enum { SECONDS = 10, MOST_PROCESSES = 100, MOST_ARGS = 16 };

struct place {
    const struct practice *practice;
    const struct cgroup *group;
    const char *dir; /* it begins in there */
    struct sync sync;
    int output;
};

static int exec_script(const struct place *place, struct err *err)
{
    const char *argv[MOST_ARGS + 5] = {"sh", "-c", place->practice->script, "practice"};
    const char *const *args = place->practice->args;

    for (int i = 0; args && args[i] && i < MOST_ARGS; i++)
        argv[4 + i] = args[i];
    execvp("sh", (char **)argv);
    return err_sys(err, "cannot run sh");
}

static int go_inside(const struct place *place, struct err *err)
{
    if (place->group->fd < 0 && cgroup_join(place->group, err) < 0)
        return -1;
    if (mount_make_private(err) < 0)
        return -1;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return err_sys(err, "cannot mount a /proc of its own");
    if (chdir(place->dir) < 0)
        return err_sys(err, "cannot go to %s", place->dir);
    cleanup_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (dup2(null, STDIN_FILENO) < 0 || dup2(place->output, STDOUT_FILENO) < 0)
        return err_sys(err, "cannot set the standard streams");
    return 0;
}

static int child_main(void *arg)
{
    struct place *place = arg;
    struct err err;

    sync_child(&place->sync);
    /* without its map it is nobody yet */
    if (sync_wait(&place->sync, &err) == 0 && go_inside(place, &err) == 0)
        exec_script(place, &err);
    sync_fail(&place->sync, &err);
    return 1;
}

static int begin(struct place *place, int namespaces, struct spawned *ret, struct err *err)
{
    struct spawn spawn = {
        .namespaces = namespaces, .cgroup_fd = place->group->fd, .child = child_main, .arg = place};
    struct idmap map;

    if (sync_open(&place->sync, err) < 0 || spawn_start(&spawn, ret, err) < 0)
        return -1;
    sync_parent(&place->sync);
    if (namespaces & CLONE_NEWUSER &&
        (idmap_for_caller(&map, err) < 0 || idmap_write(ret->pid, &map, err) < 0))
        return -1;
    return sync_signal(&place->sync, err) < 0 ? -1 : sync_wait_exec(&place->sync, err);
}

/* What fits. A line that is longer than its room is cut, and so is a list of lines. */
static void split(char *text, struct seen *ret)
{
    *ret = (struct seen){0};
    for (char *line; (line = strsep(&text, "\n")) && ret->count < PRACTICE_LINES;) {
        if (!text && !*line)
            break; /* behind the last newline */
        snprintf(ret->line[ret->count++], sizeof(ret->line[0]), "%s", line);
    }
}

/* Until the end of all that could still write, or of the time. */
static bool listen_to(int output, double until, char *ret, size_t size)
{
    size_t used = 0;
    ssize_t got = 1;

    while (got > 0 && used < size - 1) {
        int left_ms = (int)((until - live_now()) * 1000);
        if (left_ms <= 0 || poll(&(struct pollfd){.fd = output, .events = POLLIN}, 1, left_ms) == 0)
            break;
        got = read(output, ret + used, size - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    ret[used] = '\0';
    return got <= 0;
}

static int run_script(
    struct run *run, struct place *place, int namespaces, struct seen *ret, struct err *err)
{
    unsigned seconds = place->practice->seconds ?: SECONDS;
    char text[PRACTICE_LINES * sizeof(ret->line[0])];
    struct spawned child = {.pidfd = -1};
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int in = ends[0], out = ends[1];
    place->output = out;
    int result = begin(place, namespaces, &child, err);
    close_fd(&out);
    if (result == 0 && !listen_to(in, live_now() + seconds, text, sizeof(text)))
        note(&run->report, "it was ended: not done after %u s, or too much to say", seconds);
    spawn_end(&child);
    sync_close(&place->sync);
    if (result == 0)
        split(text, ret);
    return result;
}

/* $group is the level above the script's own: in v2 a group with processes in it passes nothing on.
 */
static int make_group(
    struct run *run, const struct practice *practice, struct cgroup *ret, struct err *err)
{
    struct cgroup_limits limits = {.pids = MOST_PROCESSES};
    char name[40], above[300];

    if (practice->controller) {
        limits.cpu_quota_usec =
            800000; /* they are there for $group to have them, and bind nobody */
        limits.memory_bytes = 2ull << 30;
    }
    snprintf(name, sizeof(name), "%s/script", run->undo.id);
    if (cgroup_plan(name, &limits, ret, err) < 0)
        return -1;
    if (cgroup_journal(ret, &run->undo, err) < 0 || cgroup_make(ret, err) < 0 ||
        cgroup_set(ret, &limits, err) < 0)
        return -1;
    if (!practice->controller)
        return 0;
    snprintf(above, sizeof(above), "%s", cgroup_path(ret, practice->controller) ?: "");
    *strrchr(above, '/') = '\0';
    setenv("group", above, 1);
    return 0;
}

/* The folder where exercise.sh builds is told by it; the program has the name of its exercise. */
static int find_program(const char *name, struct err *err)
{
    char path[PATH_MAX];
    const char *folder = getenv("PRACTICE");

    snprintf(path, sizeof(path), "%s/%s", folder ?: "", name);
    if (access(path, X_OK) < 0) {
        err_set(err, ERR_USAGE, "there is no program %s to look at", path);
        return err_hint(err, "this grader is run by make -> make grade-NN");
    }
    setenv("program", path, 1);
    return 0;
}

int practice_run(
    struct run *run, const struct practice *practice, struct seen *ret, struct err *err)
{
    int namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID;
    const struct cgroup none = {.absent = true, .fd = -1};
    struct cgroup group = none;
    char dir[PATH_MAX];
    struct place place = {.practice = practice, .group = &group, .dir = dir, .sync = SYNC_NONE};

    if (!host_is_root())
        namespaces |= CLONE_NEWUSER;
    snprintf(dir, sizeof(dir), "%s/practice", run->undo.dir);
    if (find_program(practice->program, err) < 0)
        return -1;
    if (mkdir(dir, 0755) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make %s", dir);
    if (host_is_root() && make_group(run, practice, &group, err) < 0) {
        if (practice->controller)
            return -1;
        group = none; /* a host without a controller for processes does without that limit */
    }
    int result = run_script(run, &place, namespaces, ret, err);
    struct err unremoved;
    if (!group.absent && cgroup_remove(&group, result < 0 ? &unremoved : err) < 0)
        result = -1;
    cgroup_close(&group);
    return result;
}

const char *practice_says(const struct seen *seen, const char *word)
{
    size_t length = strlen(word);

    for (int i = 0; i < seen->count; i++) {
        const char *line = seen->line[i];
        if (strncmp(line, word, length) == 0 && line[length] == ' ' && line[length + 1])
            return line + length + 1;
    }
    return NOTHING;
}

void practice_claim_differs(struct report *r, const char *text, const struct seen *seen,
    const char *word, const char *other, const char *source)
{
    const char *measured = practice_says(seen, word);
    bool there = strcmp(measured, NOTHING) != 0;

    claim_text(r, text, measured, NE, there ? practice_says(seen, other) : measured, source);
}

void practice_word(char ret[PRACTICE_WORD])
{
    static const char *const birds[] = {"heron", "wren", "finch", "crane", "swift", "plover"};

    snprintf(ret, PRACTICE_WORD, "%s-%x", birds[practice_number(0, 5)], practice_number(16, 255));
}

unsigned practice_number(unsigned least, unsigned most)
{
    unsigned number = 0;

    if (getrandom(&number, sizeof(number), 0) != sizeof(number))
        abort();
    return least + number % (most - least + 1);
}
