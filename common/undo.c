// SPDX-License-Identifier: MIT
/*
 * The journal itself: making it, adding to it, and reading it backwards. How a line is undone is in
 * undo_kinds.c.
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
#include "undo_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

static const char *const WORDS[] = {
    [UNDO_TREE] = "tree",
    [UNDO_CGROUP] = "cgroup",
    [UNDO_HIERARCHY] = "hierarchy",
    [UNDO_SUBTREE] = "subtree",
    [UNDO_MOUNT] = "mount",
    [UNDO_LOOP] = "loop",
    [UNDO_SWAP] = "swap",
    [UNDO_PROCESS] = "process",
    [UNDO_WRITE] = "write",
};

enum { KINDS = sizeof(WORDS) / sizeof(WORDS[0]) };

/* The directory must be ours alone: in /tmp anybody could have made it first. */
static bool usable_base(const char *path)
{
    struct stat st;

    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return false;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & 022) == 0 && access(path, W_OK) == 0;
}

static int find_base(char base[64], struct err *err)
{
    const char *runtime_dir = getenv("XDG_RUNTIME_DIR");

    if (geteuid() == 0)
        snprintf(base, 64, "/run/labs");
    else if (runtime_dir && strlen(runtime_dir) < 50)
        snprintf(base, 64, "%s/labs", runtime_dir);
    else
        base[0] = '\0';
    if (base[0] && usable_base(base))
        return 0;
    snprintf(base, 64, "/tmp/labs-%u", geteuid());
    if (usable_base(base))
        return 0;
    err_sys(err, "cannot make %s for this run", base);
    return err_hint(err, "it must be writable and your own -> look at it with ls -ld");
}

/* A lock that the kernel drops when this process ends, however it ends. -1: somebody has it. */
static int lock_journal(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_SETLK, &lock);
}

/* The directory of all runs, locked until the descriptor is closed. */
static int lock_base(const char *base)
{
    int fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    flock(fd, LOCK_EX);
    return fd;
}

/* The directory of all runs, from that of one. */
static void base_of(const char *dir, char base[PATH_MAX])
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
    cleanup_close int base_lock = lock_base(base);
    do {
        if (getrandom(&number, sizeof(number), 0) < 0)
            return err_sys(err, "cannot get a random number");
        snprintf(undo->id, sizeof(undo->id), "labs-%04x", number);
        snprintf(undo->dir, sizeof(undo->dir), "%s/%04x", base, number);
    } while (mkdir(undo->dir, 0700) < 0 && errno == EEXIST);
    snprintf(path, sizeof(path), "%s/journal", undo->dir);
    undo->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (undo->fd < 0 || lock_journal(undo->fd) < 0)
        return err_sys(err, "cannot make %s", path);
    return 0;
}

static bool has_subtree_line(const char *journal, const char *arg)
{
    char line[PATH_MAX + 32];

    snprintf(line, sizeof(line), "subtree %s\n", arg);
    return strstr(journal, line);
}

/* True when a run other than `mine` has the same subtree line. The base lock is held. */
static bool another_run_needs(const char *base, const char *mine, const char *arg)
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
    char journal[8192];
    ssize_t got = pread(undo->fd, journal, sizeof(journal) - 1, 0);

    journal[got > 0 ? got : 0] = '\0';
    return has_subtree_line(journal, arg);
}

/* True when the controller of "PATH CONTROLLER" is on, and no run of ours switched it on. */
static bool was_on_before(const char *base, const char *mine, const char *arg)
{
    char path[PATH_MAX], controller[64];

    return sscanf(arg, "%4095s %63s", path, controller) == 2 &&
           host_file_has_word(path, "cgroup.subtree_control", controller) &&
           !another_run_needs(base, mine, arg);
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
    base_of(undo->dir, base);
    cleanup_close int base_lock = kind == UNDO_SUBTREE ? lock_base(base) : -1;
    if (kind == UNDO_SUBTREE && (is_ours_already(undo, arg) || was_on_before(base, undo->dir, arg)))
        return 0;
    int length = snprintf(line, sizeof(line), "%s %s\n", WORDS[kind], arg);
    if (write(undo->fd, line, (size_t)length) != length)
        return err_sys(err, "cannot write the journal in %s", undo->dir);
    return 0;
}

/* Undoes "KIND ARG". */
static int undo_text(const char *dir, const char *base, char *line, struct err *err)
{
    char *arg = strchr(line, ' ');

    if (!arg)
        return 0; /* cut off by a crash while it was written: nothing was made yet */
    *arg++ = '\0';
    for (int kind = 0; kind < KINDS; kind++) {
        if (strcmp(line, WORDS[kind]) != 0)
            continue;
        if (kind == UNDO_SUBTREE && another_run_needs(base, dir, arg))
            return 0;
        return undo_line((enum undo_kind)kind, arg, dir, err);
    }
    return 0;
}

/*
 * Last line first: what was made last stands on what was made before it. A line is cut from the
 * file once it is undone, so that of two runs that end together one sees that it is the last.
 */
static int undo_journal(const char *dir, char *journal, FILE *complain)
{
    char base[PATH_MAX], path[PATH_MAX];
    int failed = 0;

    base_of(dir, base);
    snprintf(path, sizeof(path), "%s/journal", dir);
    for (char *end = journal + strlen(journal); end > journal;) {
        struct err err;
        *end = '\0';
        char *newline = strrchr(journal, '\n');
        char *line = newline ? newline + 1 : journal;
        bool shared = strncmp(line, WORDS[UNDO_SUBTREE], strlen(WORDS[UNDO_SUBTREE])) == 0;
        cleanup_close int base_lock = shared ? lock_base(base) : -1;
        if (undo_text(dir, base, line, &err) < 0) {
            err_print(complain, "undo", &err);
            failed++;
        } else if (failed == 0) {
            /* where this fails, the line is undone twice, which is harmless */
            (void)!truncate(path, line - journal);
        }
        end = newline ? newline : journal;
    }
    return failed;
}

/* Undo the run in `dir`; its directory goes too once nothing is left to undo. */
static int undo_run(const char *dir, FILE *complain)
{
    struct err err;

    cleanup_free char *journal = fsio_read(dir, "journal", &err);
    int failed = journal ? undo_journal(dir, journal, complain) : 0;
    if (failed == 0 && undo_line(UNDO_TREE, dir, dir, &err) < 0) {
        err_print(complain, "undo", &err);
        failed = 1;
    }
    return failed;
}

int undo_all(struct undo *undo, FILE *complain)
{
    int failed = undo_run(undo->dir, complain);

    close(undo->fd);
    undo->fd = -1;
    return failed;
}

static bool is_alive(const char *base, const char *name)
{
    char path[PATH_MAX];
    cleanup_close int base_lock = lock_base(base);

    snprintf(path, sizeof(path), "%s/%s/journal", base, name);
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);
    return fd >= 0 && lock_journal(fd) < 0;
}

int undo_dead_runs(FILE *out)
{
    char base[64], path[PATH_MAX];
    struct err err;
    int failed = 0;

    if (find_base(base, &err) < 0)
        return 0;
    cleanup_closedir DIR *dir = opendir(base);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        if (is_alive(base, entry->d_name))
            continue;
        snprintf(path, sizeof(path), "%s/%s", base, entry->d_name);
        fprintf(out, "cleaning up after %s\n", path);
        failed += undo_run(path, out);
    }
    return failed;
}
