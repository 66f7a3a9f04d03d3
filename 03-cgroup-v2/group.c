// SPDX-License-Identifier: MIT
/*
 * Groups of this lab. In v2 there is one tree, and making a group is mkdir(2) in it. Which files
 * the new group has was decided one level up: only a controller named in the parent's
 * cgroup.subtree_control has files in its children.
 *
 * What must hold: the journal's line comes before the thing (undo.h), the parent's line before the
 * group's, since undoing goes backwards and a controller is switched off last.
 */
#include "group.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REMOVE_TRIES = 100 };

char *group_members(const char *dir, char *ret, size_t size)
{
    struct err ignored;
    cleanup_free char *pids = fsio_read(dir, "cgroup.procs", &ignored);
    size_t used = 0;

    ret[0] = '\0';
    for (char *pid = pids ? strtok(pids, "\n") : NULL; pid; pid = strtok(NULL, "\n")) {
        char comm[64];
        snprintf(comm, sizeof(comm), "/proc/%s/comm", pid);
        cleanup_free char *name = fsio_read(NULL, comm, &ignored);
        if (used + 40 > size)
            break;
        used += (size_t)snprintf(
            ret + used, size - used, "%s%s (%.16s)", used ? ", " : "", pid, name ? name : "gone");
    }
    return ret;
}

/*
 * Only the root of the tree may hold processes and pass controllers down at the same time; it is
 * the one group without a cgroup.type. Elsewhere the answer would be EBUSY for memory, and for cpu
 * a tree that can hold threads only: see the controllers and threaded experiments.
 */
static int check_parent(const char *parent, struct err *err)
{
    char members[160];

    group_members(parent, members, sizeof(members));
    if (!fsio_exists(parent, "cgroup.type") || !*members)
        return 0;
    err_set(err, ERR_SKIP, "needs a group without processes to make groups in, and %s holds %s",
        parent, members);
    if (host_is_root()) /* so it is not the host's own root group: it is a container's */
        return err_hint(err, "a group with processes passes no controllers down -> make vm-03, or "
                             "move them into a group below");
    return err_hint(err, "a group with processes passes no controllers down -> sudo ./run, or "
                         "systemd-run --user --scope -p Delegate=yes ./run");
}

/* Writes "+cpu" for each of the controllers. `undo`: journal it first; NULL where it goes with the
 * group. */
static int enable(
    struct run *run, struct undo *undo, const char *dir, const char *controllers, struct err *err)
{
    char words[128], *rest = words;

    snprintf(words, sizeof(words), "%s", controllers);
    for (char *word; (word = strsep(&rest, " "));) {
        if (!*word)
            continue;
        if (undo && undo_add(undo, err, UNDO_SUBTREE, "%s %s", dir, word) < 0)
            return -1;
        note(&run->report, "%s/cgroup.subtree_control <- +%s", dir, word);
        if (fsio_write(err, dir, "cgroup.subtree_control", "+%s", word) < 0)
            return -1;
    }
    return 0;
}

/* mkdir must make it: a group that is there already is another run's, with limits of its own. */
static int make_directory(
    struct run *run, const char *parent, const char *name, struct group *ret, struct err *err)
{
    snprintf(ret->parent, sizeof(ret->parent), "%s", parent);
    int length = snprintf(ret->path, sizeof(ret->path), "%s/%s", parent, name);
    if (length >= (int)sizeof(ret->path)) {
        errno = ENAMETOOLONG;
        return err_sys(err, "cannot make the group %s in %s", name, parent);
    }
    ret->name = strrchr(ret->path, '/') + 1;
    note(&run->report, "mkdir %s/%s", parent, name);
    if (mkdir(ret->path, 0755) < 0)
        return err_sys(err, "cannot make the group %s", ret->path);
    return 0;
}

int group_make(struct run *run, const char *suffix, const char *controllers, struct group *ret,
    struct err *err)
{
    char parent[PATH_MAX], name[64];

    if (!host_v2_parent(parent))
        return err_set(err, ERR_SKIP, "there is no cgroup v2 group to make groups in");
    snprintf(name, sizeof(name), "%s%s", run->undo.id, suffix);
    if (*controllers && check_parent(parent, err) < 0)
        return -1;
    if (enable(run, &run->undo, parent, controllers, err) < 0 ||
        undo_add(&run->undo, err, UNDO_CGROUP, "%s/%s", parent, name) < 0)
        return -1;
    return make_directory(run, parent, name, ret, err);
}

int group_make_below(struct run *run, const struct group *above, const char *name,
    const char *controllers, struct group *ret, struct err *err)
{
    if (enable(run, NULL, above->path, controllers, err) < 0)
        return -1;
    return make_directory(run, above->path, name, ret, err);
}

int group_set(
    struct run *run, const struct group *g, struct err *err, const char *file, const char *fmt, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    note(&run->report, "%s/%s <- %s", g->name, file, text);
    return fsio_write(err, g->path, file, "%s", text);
}

int group_try(struct run *run, const struct group *g, const char *file, const char *fmt, ...)
{
    char text[256];
    struct err refused = {0};
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    int code = fsio_write(&refused, g->path, file, "%s", text) < 0 ? refused.code : 0;
    note(&run->report, "%s/%s <- %s: %s", g->name, file, text, group_answer(code));
    return code;
}

int group_require(const struct group *g, const char *file, const char *why, struct err *err)
{
    if (fsio_exists(g->path, file))
        return 0;
    err_set(err, ERR_SKIP, "needs %s, and a new group on this kernel has no such file", file);
    return err_hint(err, "it is there with %s -> another kernel", why);
}

/* Two runs that measure at once would measure each other. The lock goes with the process, so a run
 * that was killed holds up nobody. */
int group_take_turn(struct run *run, const struct group *g, struct err *err)
{
    int fd = open(g->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    note(&run->report, "another run is measuring: we wait for our turn");
    return fd < 0 || flock(fd, LOCK_EX) < 0 ? err_sys(err, "cannot lock %s", g->parent) : 0;
}

const char *group_answer(int code)
{
    return code ? err_name(code) : "ok";
}

int group_join(void *group, struct err *err)
{
    const struct group *g = group;

    return fsio_write(err, g->path, "cgroup.procs", "0");
}

/* The child's end of the pipe is closed once it is in the group; its error comes through it. */
pid_t group_fork(const struct group *g, struct err *err)
{
    int ends[2];
    struct err child;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int in = ends[0];
    cleanup_close int out = ends[1];
    pid_t pid = proc_fork(err);
    if (pid == 0 && group_join((void *)g, &child) < 0) {
        ssize_t ignored = write(out, &child, sizeof(child));
        (void)ignored;
        _exit(1);
    }
    if (pid <= 0)
        return pid;
    close_fd(&out);
    if (read(in, &child, sizeof(child)) == 0)
        return pid;
    *err = child;
    proc_wait(pid, &child);
    return -1;
}

/* Volatile, or the compiler would see a loop without effect and leave it out. */
pid_t group_busy(const struct group *g, int cpu, struct err *err)
{
    cpu_set_t set;

    pid_t pid = group_fork(g, err);
    if (pid != 0)
        return pid;
    CPU_ZERO(&set);
    if (cpu != GROUP_ANY_CPU) {
        CPU_SET(cpu, &set);
        if (sched_setaffinity(0, sizeof(set), &set) < 0)
            _exit(1);
    }
    for (volatile unsigned long turns = 0;; turns++)
        ;
}

pid_t group_sleeper(const struct group *g, struct err *err)
{
    pid_t pid = group_fork(g, err);

    while (pid == 0)
        pause();
    return pid;
}

int group_start(const struct group *g, const char *const *argv, pid_t *ret_pid, struct err *err)
{
    struct proc_spec spec = {.argv = argv, .quiet = true, .setup = group_join, .arg = (void *)g};

    return proc_start(&spec, ret_pid, err);
}

int group_remove(const struct group *g, struct err *err)
{
    for (int i = 0; i < REMOVE_TRIES; i++) {
        if (rmdir(g->path) == 0)
            return 0;
        if (errno != EBUSY)
            break;
        usleep(10000);
    }
    return err_sys(err, "cannot remove the group %s", g->path);
}
