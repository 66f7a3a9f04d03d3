/* SPDX-License-Identifier: MIT */
/*
 * undo: the journal that lets every run leave the host as it was.
 *
 * A run has a directory of its own, /run/labs/<id>/ (for an ordinary user
 * $XDG_RUNTIME_DIR/labs/<id>/ or /tmp/labs-<uid>/<id>/), and in it a file `journal`: one line for
 * everything that would outlive the run, written *before* the thing is made. Whoever ends the run,
 * by return, Ctrl-C or SIGTERM, reads the journal backwards and removes what is there. After kill
 * -9 the file is still on disk, and `make clean-host` does the same with it: no other way could
 * tell ours from what is somebody's.
 *
 * A live run holds a lock on its journal (fcntl(2) F_SETLK, which a fork does not inherit), so that
 * a journal without a lock is one whose run is dead.
 */
#ifndef COMMON_UNDO_H
#define COMMON_UNDO_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* What a line of the journal says, and what undoing it means. */
enum undo_kind {
    UNDO_TREE,   /* PATH: remove the directory and all below it, on one file system          */
    UNDO_CGROUP, /* PATH: kill what is in the group and the groups below, then rmdir them      */
    UNDO_CGROUP_EMPTY, /* PATH: rmdir the group if it is empty; another may live in it: no error  */
    UNDO_HIERARCHY, /* NAME: mount the named v1 hierarchy, remove its groups, umount it           */
    UNDO_SUBTREE,   /* PATH CONTROLLER: write -CONTROLLER to PATH/cgroup.subtree_control, once no
                       other run has the same line; what was on before all runs stays on, and what
                       somebody else passes on by now */
    UNDO_MOUNT,     /* PATH: umount2(MNT_DETACH)                                                 */
    UNDO_LOOP,      /* DEVICE FILE: detach the loop device if FILE still backs it                 */
    UNDO_SWAP,      /* DEVICE: swapoff                                                           */
    UNDO_PROCESS,   /* PID STARTTIME: SIGKILL, if the pid still has that start time               */
    UNDO_WRITE,     /* PATH TEXT: write the text, spaces and all, into the kernel file            */
};

struct undo {
    char id[16];        /* "labs-7f3a": the name for groups, hierarchies, host names of this run */
    char dir[PATH_MAX]; /* the run's own directory; free to use for files and mount points */
    int fd;             /* the journal, or -1 */
};

/* Make a run directory with a new id, and its locked journal. Errors: no place to write. */
int undo_open(struct undo *undo, struct err *err);

/*
 * Begin a journal in a directory of the caller's, for a thing that outlives the process: whoever
 * removes the thing gives the same directory to undo_all. Errors: EEXIST, it has one.
 */
int undo_open_in(struct undo *undo, const char *dir, struct err *err);

/*
 * Write a line, before making the thing. Words may not hold white space or newlines; a path with a
 * space is refused (EINVAL). Only the text of UNDO_WRITE may have spaces.
 */
int undo_add(struct undo *undo, struct err *err, enum undo_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for a line of this kind for each path, in one write: a start of a container counts. */
int undo_add_paths(
    struct undo *undo, enum undo_kind kind, const char *const *paths, int count, struct err *err);

/*
 * Undo all lines, last first, remove the run directory and close the journal. What could not be
 * undone is said on `complain`, and then the journal stays for `make clean-host`. Returns how many
 * lines could not be undone. May be called by another process than the one that opened it: only
 * `dir` is needed, with fd -1.
 */
int undo_all(struct undo *undo, FILE *complain);

/*
 * True while `owner` holds the journal's lock. A child of the owner asks this once its own process
 * is journalled, and makes nothing if not: the run counts as dead already, though the death signal
 * that PR_SET_PDEATHSIG promises is still on its way.
 */
bool undo_is_held(const struct undo *undo, pid_t owner);

/*
 * The directory of this user's for what can be made again: "seccomp" -> "/run/labs/.cache-seccomp".
 * What it is in is made and seen to be the user's alone; it itself is not made. False: there is no
 * such place.
 */
bool undo_cache_dir(const char *name, char ret[96]);

/* Undo every run whose process is gone, and remove what undo_cache_dir named. Says each on `out`.
 * Returns how many lines could not be undone. */
int undo_dead_runs(FILE *out);

#endif
