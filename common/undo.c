// SPDX-License-Identifier: MIT
/*
 * The journal's writing side: making it, and adding to it. undo_replay.c reads it backwards, and
 * undo_kinds.c knows how each kind of line is undone.
 *
 * cgroup.subtree_control of a shared group is special: two runs may need the same controller. Each
 * writes its line; only the last one to leave switches the controller off. One that was on before
 * any run came gets no line and stays on. A lock on the base directory makes each question and the
 * write that follows it one step.
 */
#include "undo.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "undo_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const undo_words[UNDO_KINDS] = {
    [UNDO_TREE] = "tree",
    [UNDO_CGROUP] = "cgroup",
    [UNDO_CGROUP_EMPTY] = "cgroup-empty",
    [UNDO_HIERARCHY] = "hierarchy",
    [UNDO_SUBTREE] = "subtree",
    [UNDO_MOUNT] = "mount",
    [UNDO_LOOP] = "loop",
    [UNDO_SWAP] = "swap",
    [UNDO_PROCESS] = "process",
    [UNDO_WRITE] = "write",
};

/* The directory must be ours alone: in /tmp anybody could have made it first. */
static bool usable_base(const char *path, bool make)
{
    struct stat st;

    if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
        return false;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & 022) == 0 && access(path, W_OK) == 0;
}

/*
 * Our user as it is called outside our user namespace (user_namespaces(7)): all who are root in one
 * share /tmp, and what a run in there leaves is to be found from outside.
 */
static unsigned outer_uid(void)
{
    struct err ignored;
    unsigned inside, outside, count, uid = geteuid();
    cleanup_free char *map = fsio_read(NULL, "/proc/self/uid_map", &ignored);
    char *rest = map;

    for (char *line; (line = strsep(&rest, "\n"));) {
        if (sscanf(line, "%u %u %u", &inside, &outside, &count) == 3 && uid >= inside &&
            uid - inside < count)
            return outside + (uid - inside);
    }
    return uid;
}

bool undo_base_at(int index, bool make, char base[64])
{
    const char *runtime_dir = getenv("XDG_RUNTIME_DIR");

    if (index > 0)
        snprintf(base, 64, "/tmp/labs-%u", outer_uid());
    else if (geteuid() == 0)
        snprintf(base, 64, "/run/labs");
    else if (runtime_dir && *runtime_dir && strlen(runtime_dir) < 50)
        snprintf(base, 64, "%s/labs", runtime_dir);
    else /* the same place, for a shell (of su, of cron) that was not told of it */
        snprintf(base, 64, "/run/user/%u/labs", geteuid());
    return usable_base(base, make);
}

/* Sets `base` to the first that will do. */
static int find_base(char base[64], struct err *err)
{
    for (int i = 0; i < UNDO_BASES; i++) {
        if (undo_base_at(i, true, base))
            return 0;
    }
    err_sys(err, "cannot make %s for this run", base);
    return err_hint(err, "it must be writable and your own -> look at it with ls -ld");
}

bool undo_cache_dir(const char *name, char ret[96])
{
    char base[64];
    struct err ignored;

    if (find_base(base, &ignored) < 0)
        return false;
    snprintf(ret, 96, "%s/%s%.20s", base, UNDO_CACHE, name);
    return true;
}

int undo_lock_journal(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_SETLK, &lock);
}

bool undo_is_held(const struct undo *undo, pid_t owner)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(undo->fd, F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK && lock.l_pid == owner;
}

int undo_lock_base(const char *base)
{
    int fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    flock(fd, LOCK_EX);
    return fd;
}

void undo_base_of(const char *dir, char base[PATH_MAX])
{
    snprintf(base, PATH_MAX, "%.*s", (int)(strrchr(dir, '/') - dir), dir);
}

int undo_open(struct undo *undo, struct err *err)
{
    char base[64], path[PATH_MAX];
    unsigned short number;

    *undo = (struct undo){.fd = -1};
    if (find_base(base, err) < 0)
        return -1;
    /* clean-host takes a directory without a locked journal for a dead run's: not while we make it
     */
    cleanup_close int base_lock = undo_lock_base(base);
    do {
        if (getrandom(&number, sizeof(number), 0) < 0)
            return err_sys(err, "cannot get a random number");
        snprintf(undo->id, sizeof(undo->id), "labs-%04x", number);
        snprintf(undo->dir, sizeof(undo->dir), "%s/%04x", base, number);
    } while (mkdir(undo->dir, 0700) < 0 && errno == EEXIST);
    snprintf(path, sizeof(path), "%s/journal", undo->dir);
    undo->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (undo->fd < 0 || undo_lock_journal(undo->fd) < 0)
        return err_sys(err, "cannot make %s", path);
    return 0;
}

int undo_open_in(struct undo *undo, const char *dir, struct err *err)
{
    char path[PATH_MAX];

    *undo = (struct undo){.fd = -1};
    snprintf(undo->dir, sizeof(undo->dir), "%s", dir);
    if (snprintf(path, sizeof(path), "%s/journal", dir) >= (int)sizeof(path)) {
        errno = ENAMETOOLONG;
        return err_sys(err, "cannot make a journal in %s", dir);
    }
    undo->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    return undo->fd < 0 ? err_sys(err, "cannot make %s", path) : 0;
}

/* A whole line, the last one too, of which fsio_read gives no newline: "cpu" is not in "cpuset". */
static bool has_subtree_line(const char *journal, const char *arg)
{
    char line[PATH_MAX + 32];
    size_t length = (size_t)snprintf(line, sizeof(line), "subtree %s", arg);

    for (const char *at = journal; (at = strstr(at, line)); at += length) {
        if (at[length] == '\n' || at[length] == '\0')
            return true;
    }
    return false;
}

bool undo_another_run_needs(const char *base, const char *mine, const char *arg)
{
    cleanup_closedir DIR *dir = opendir(base);
    char path[PATH_MAX];

    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct err ignored;
        snprintf(path, sizeof(path), "%s/%s", base, entry->d_name);
        if (entry->d_name[0] == '.' || strcmp(path, mine) == 0)
            continue;
        cleanup_free char *journal = fsio_read(path, "journal", &ignored);
        if (journal && has_subtree_line(journal, arg))
            return true;
    }
    return false;
}

/*
 * True when this run's journal has the line already. A second one would be undone before the groups
 * that were made between the two, and these may need the controller. The file is read through the
 * descriptor that we have: closing another one would give up the lock (fcntl(2)).
 */
static bool is_ours_already(const struct undo *undo, const char *arg)
{
    cleanup_free char *journal = NULL;

    if (lseek(undo->fd, 0, SEEK_SET) < 0 || fsio_read_fd(undo->fd, JOURNAL_MOST, &journal) < 0)
        return false;
    return has_subtree_line(journal, arg);
}

/* True when the controller of "PATH CONTROLLER" is on, and no run of ours switched it on. */
static bool was_on_before(const char *base, const char *mine, const char *arg)
{
    char path[PATH_MAX], controller[64];

    return sscanf(arg, "%4095s %63s", path, controller) == 2 &&
           host_file_has_word(path, "cgroup.subtree_control", controller) &&
           !undo_another_run_needs(base, mine, arg);
}

/* Half a line, for which the disk had room: the next one must not begin behind it. */
static void cut_off(int fd, ssize_t length)
{
    struct stat st;

    if (fstat(fd, &st) == 0)
        (void)!ftruncate(fd, st.st_size - length);
}

static int append(const struct undo *undo, const char *text, size_t length, struct err *err)
{
    ssize_t written = write(undo->fd, text, length);

    if (written == (ssize_t)length)
        return 0;
    if (written > 0) {
        cut_off(undo->fd, written);
        errno = ENOSPC;
    }
    return err_sys(err, "cannot write the journal in %s", undo->dir);
}

int undo_add(struct undo *undo, struct err *err, enum undo_kind kind, const char *fmt, ...)
{
    char arg[PATH_MAX], line[PATH_MAX + 32];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(arg, sizeof(arg), fmt, ap);
    va_end(ap);
    bool two_words =
        kind == UNDO_SUBTREE || kind == UNDO_LOOP || kind == UNDO_PROCESS || kind == UNDO_WRITE;
    const char *space = strpbrk(arg, " \t\n");
    const char *refused = kind == UNDO_WRITE ? "\t\n" : " \t\n";
    if (space && (!two_words || strpbrk(space + 1, refused))) {
        errno = EINVAL;
        return err_sys(err, "a path with a space cannot be journalled: '%s'", arg);
    }
    char base[PATH_MAX];
    undo_base_of(undo->dir, base);
    cleanup_close int base_lock = kind == UNDO_SUBTREE ? undo_lock_base(base) : -1;
    if (kind == UNDO_SUBTREE && (is_ours_already(undo, arg) || was_on_before(base, undo->dir, arg)))
        return 0;
    int length = snprintf(line, sizeof(line), "%s %s\n", undo_words[kind], arg);
    return append(undo, line, (size_t)length, err);
}

int undo_add_paths(
    struct undo *undo, enum undo_kind kind, const char *const *paths, int count, struct err *err)
{
    char lines[8192];
    size_t used = 0;

    for (int i = 0; i < count; i++) {
        used += (size_t)snprintf(
            lines + used, sizeof(lines) - used, "%s %s\n", undo_words[kind], paths[i]);
        if (used >= sizeof(lines) || strpbrk(paths[i], " \t\n")) {
            errno = EINVAL;
            return err_sys(err, "a path with a space cannot be journalled: '%s'", paths[i]);
        }
    }
    return append(undo, lines, used, err);
}
