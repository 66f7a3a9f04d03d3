// SPDX-License-Identifier: MIT
/*
 * The journal's reading side: a run is undone from its last line to its first, by the run itself
 * or, when that was killed with SIGKILL, by clean-host.
 */
#include "cleanup.h"
#include "fsio.h"
#include "undo_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * The whole lines of the journal, without the last newline; NULL on an error. Behind that may be a
 * line that a crash cut off: what it names was not made yet, and half a path is the path of
 * something else, above all of a group that is not ours.
 */
static char *read_lines(const char *dir, struct err *err)
{
    cleanup_free char *text = NULL;
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/journal", dir);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsio_read_fd(fd, JOURNAL_MOST, &text) < 0) {
        err_sys(err, "cannot read %s", path);
        return NULL;
    }
    char *newline = strrchr(text, '\n');
    *(newline ? newline : text) = '\0';
    return steal_ptr(text);
}

/* Undoes "KIND ARG". */
static int undo_text(const char *dir, const char *base, char *line, struct err *err)
{
    char *arg = strchr(line, ' ');

    if (!arg)
        return 0;
    *arg++ = '\0';
    for (int kind = 0; kind < UNDO_KINDS; kind++) {
        if (strcmp(line, undo_words[kind]) != 0)
            continue;
        if (kind == UNDO_SUBTREE && undo_another_run_needs(base, dir, arg))
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

    undo_base_of(dir, base);
    snprintf(path, sizeof(path), "%s/journal", dir);
    for (char *end = journal + strlen(journal); end > journal;) {
        struct err err;
        *end = '\0';
        char *newline = strrchr(journal, '\n');
        char *line = newline ? newline + 1 : journal;
        bool shared =
            strncmp(line, undo_words[UNDO_SUBTREE], strlen(undo_words[UNDO_SUBTREE])) == 0;
        cleanup_close int base_lock = shared ? undo_lock_base(base) : -1;
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

/*
 * A process that is about to die may still make a thing after its line was undone: the kernel drops
 * a dead guard's lock before it sends the worker its death signal. So processes come first.
 */
static void end_processes(const char *dir)
{
    struct err ignored;
    cleanup_free char *journal = read_lines(dir, &ignored);
    char *rest = journal;

    for (char *line; (line = strsep(&rest, "\n"));) {
        if (strncmp(line, "process ", 8) == 0)
            undo_line(UNDO_PROCESS, line + 8, dir, &ignored);
    }
}

/* Undo the run in `dir`; its directory goes too once nothing is left to undo. */
static int undo_run(const char *dir, FILE *complain)
{
    struct err err;

    end_processes(dir);
    cleanup_free char *journal = read_lines(dir, &err);
    /* no journal: killed before it had one. One that cannot be read must stay for another try */
    int failed = journal ? undo_journal(dir, journal, complain) : err.code != ENOENT;
    if (!journal && failed)
        err_print(complain, "undo", &err);
    if (failed == 0 && undo_line(UNDO_TREE, dir, dir, &err) < 0) {
        err_print(complain, "undo", &err);
        failed = 1;
    }
    return failed;
}

int undo_all(struct undo *undo, FILE *complain)
{
    int failed = undo_run(undo->dir, complain);

    close_fd(&undo->fd);
    return failed;
}

static bool is_alive(const char *base, const char *name)
{
    char path[PATH_MAX];
    cleanup_close int base_lock = undo_lock_base(base);

    snprintf(path, sizeof(path), "%s/%s/journal", base, name);
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);
    return fd >= 0 && undo_lock_journal(fd) < 0;
}

static int forget_cache(const char *path, FILE *out)
{
    struct err err;

    fprintf(out, "removing %s\n", path);
    if (undo_line(UNDO_TREE, path, path, &err) == 0)
        return 0;
    err_print(out, "clean-host", &err);
    return 1;
}

static int undo_dead_runs_in(const char *base, FILE *out)
{
    char path[PATH_MAX];
    int failed = 0;

    cleanup_closedir DIR *dir = opendir(base);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        snprintf(path, sizeof(path), "%s/%s", base, entry->d_name);
        if (strncmp(entry->d_name, UNDO_CACHE, strlen(UNDO_CACHE)) == 0)
            failed += forget_cache(path, out);
        if (entry->d_name[0] == '.')
            continue;
        if (is_alive(base, entry->d_name))
            continue;
        fprintf(out, "cleaning up after %s\n", path);
        failed += undo_run(path, out);
    }
    return failed;
}

/* In every base: the one that a run chose depends on the environment that it had. */
int undo_dead_runs(FILE *out)
{
    char base[64];
    int failed = 0;

    for (int i = 0; i < UNDO_BASES; i++) {
        if (undo_base_at(i, false, base))
            failed += undo_dead_runs_in(base, out);
    }
    return failed;
}
