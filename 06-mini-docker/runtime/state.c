// SPDX-License-Identifier: MIT
/*
 * The state directory: making it, locking it, and removing all that its journal names. state.json
 * is read and written in state_file.c; what only the kernel knows is asked in state_ask.c.
 *
 * The lock is flock(2) on the directory: the kernel gives it back however its holder ends. Whoever
 * waited for it may find that the directory was removed meanwhile, and sees that by its link count.
 * While a container is made its journal is locked, too: others may lock the directory later on.
 */
#include "state.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"
#include "state_file.h"
#include "undo_kinds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_TRIES = 1000, LOCK_WAIT_USEC = 10000 };

int state_check_id(const char *id, struct err *err)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
    size_t length = strlen(id);

    if (length > 0 && length <= STATE_ID_MAX && strspn(id, letters) == length &&
        strcmp(id, ".") != 0 && strcmp(id, "..") != 0)
        return 0;
    err_set(err, ERR_USAGE, "invalid container ID '%.260s'", id);
    return err_hint(
        err, "accepted: 1 to %d letters, digits and _+-. but not '.' or '..'", STATE_ID_MAX);
}

int state_default_root(char ret[PATH_MAX], struct err *err)
{
    const char *runtime_dir = getenv("XDG_RUNTIME_DIR");
    int length;

    if (geteuid() == 0)
        length = snprintf(ret, PATH_MAX, "/run/mini-runc");
    else if (runtime_dir && runtime_dir[0] == '/')
        length = snprintf(ret, PATH_MAX, "%s/mini-runc", runtime_dir);
    else
        length = snprintf(ret, PATH_MAX, "/tmp/mini-runc-%u", geteuid());
    return length < PATH_MAX ? 0 : err_set(err, ERR_USAGE, "XDG_RUNTIME_DIR is too long");
}

/* After a failed call: root of a user namespace has no rights over what root of the host made. */
static int refused(const char *what, const char *path, struct err *err)
{
    err_sys(err, "cannot %s %s", what, path);
    return err->code == EACCES ? err_hint(err, "it is somebody else's -> --root DIR") : -1;
}

static int make_parents(const char *root, struct err *err)
{
    char path[PATH_MAX];

    for (size_t end = 0; root[end];) {
        end += strspn(root + end, "/");
        end += strcspn(root + end, "/");
        snprintf(path, sizeof(path), "%.*s", (int)end, root);
        if (mkdir(path, 0711) < 0 && errno != EEXIST)
            return refused("make the state directory", path, err);
    }
    return 0;
}

/*
 * Only we may change what lies there, for it decides what we kill and remove. In /tmp anybody could
 * have made the directory first.
 */
static int check_root(const char *root, bool make, struct err *err)
{
    struct stat st;

    if (stat(root, &st) < 0) {
        if (errno != ENOENT)
            return err_sys(err, "cannot look at the state directory %s", root);
        return make ? make_parents(root, err) : 0;
    }
    if (st.st_uid == geteuid() && !(st.st_mode & 022))
        return 0;
    err_set(err, ERR_SYS, "the state directory %s may be changed by others", root);
    return err_hint(
        err, "it must be yours, and writable for you alone -> chmod go-w, or another --root");
}

/* 0: locked; 1: the directory is gone; -1: error. */
static int take_lock(struct state *state, struct err *err)
{
    struct stat st;

    state->lock = open(state->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (state->lock < 0)
        return errno == ENOENT ? 1 : err_sys(err, "cannot open %s", state->dir);
    for (int i = 0; flock(state->lock, LOCK_EX | LOCK_NB) < 0; i++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_sys(err, "cannot lock %s", state->dir);
        if (i == LOCK_TRIES) {
            err_set(err, ERR_SYS, "container %s is in use by another command", state->id);
            return err_hint(
                err, "a hook of it that does not end, maybe -> ps -ef | grep %s", state->id);
        }
        usleep(LOCK_WAIT_USEC);
    }
    if (fstat(state->lock, &st) < 0)
        return err_sys(err, "cannot look at %s", state->dir);
    return st.st_nlink > 0 ? 0 : 1;
}

static int set_names(const char *root, const char *id, struct state *state, struct err *err)
{
    *state = (struct state){.lock = -1, .group = {.absent = true, .fd = -1}};
    if (state_check_id(id, err) < 0)
        return -1;
    strcpy(state->id, id);
    if (snprintf(state->dir, sizeof(state->dir), "%s/%s", root, id) >= PATH_MAX - 32)
        return err_set(err, ERR_USAGE, "the path of the state directory is too long");
    return 0;
}

int state_create(
    const char *root, const char *id, struct state *ret, struct undo *ret_undo, struct err *err)
{
    *ret_undo = (struct undo){.fd = -1};
    if (set_names(root, id, ret, err) < 0 || check_root(root, true, err) < 0)
        return -1;
    if (mkdir(ret->dir, 0700) < 0) { /* its config.json may hold secrets */
        if (errno != EEXIST)
            return err_sys(err, "cannot make %s", ret->dir);
        err_sys(err, "cannot create container %s", id);
        return err_hint(err, "the ID is in use -> another ID, or delete %s", id);
    }
    int result = take_lock(ret, err);
    if (result > 0)
        return err_set(err, ERR_SYS, "container %s was deleted meanwhile", id);
    if (result == 0 && undo_open_in(ret_undo, ret->dir, err) == 0) {
        flock(ret_undo->fd, LOCK_EX | LOCK_NB); /* ours alone yet: it cannot fail */
        return 0;
    }
    rmdir(ret->dir); /* whoever locked it in between removes it himself */
    return -1;
}

int state_load(const char *root, const char *id, bool lock, struct state *ret, struct err *err)
{
    int gone = 0;

    if (set_names(root, id, ret, err) < 0 || check_root(root, false, err) < 0)
        return -1;
    if (lock && (gone = take_lock(ret, err)) < 0)
        return -1;
    if (!gone && fsio_exists(ret->dir, "state.json") && state_file_read(ret, err) < 0) {
        ret->damaged = true;
        return -1;
    }
    if (gone || access(ret->dir, F_OK) < 0) {
        err_set(err, ERR_NOT_FOUND, "container %s does not exist", id);
        return err_hint(err, "there is no %s -> list shows those that are there", ret->dir);
    }
    return 0;
}

int state_make_fifos(const struct state *state, struct sync *ret_child_side, struct err *err)
{
    char path[PATH_MAX];
    int fds[2];

    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", state->dir, i ? "result" : "start.new");
        fds[i] = mkfifo(path, 0600) < 0 ? -1 : open(path, O_RDWR | O_CLOEXEC);
        if (fds[i] < 0) {
            err_sys(err, "cannot make %s", path);
            if (i)
                close(fds[0]);
            return -1;
        }
    }
    *ret_child_side = (struct sync){.in = fds[0], .out = fds[1], .peer_in = -1, .peer_out = -1};
    return 0;
}

int state_ready(const struct state *state, struct err *err)
{
    char from[PATH_MAX], to[PATH_MAX];

    snprintf(from, sizeof(from), "%s/start.new", state->dir);
    snprintf(to, sizeof(to), "%s/start", state->dir);
    return rename(from, to) < 0 ? err_sys(err, "cannot make %s", to) : 0;
}

void state_made(struct state *state, const struct undo *undo)
{
    flock(undo->fd, LOCK_UN);
    state_close(state);
}

int state_remove(struct state *state, struct err *err)
{
    struct undo undo = {.fd = -1};
    char said[sizeof(err->what)] = "";

    strcpy(undo.dir, state->dir);
    FILE *complain = fmemopen(said, sizeof(said), "w");
    if (!complain)
        return err_sys(err, "cannot remove %s", state->dir);
    int failed = undo_all(&undo, complain);
    fclose(complain);
    said[strcspn(said, "\n")] = '\0';
    state_close(state);
    return failed ? err_set(err, ERR_SYS, "cannot remove all of container %s: %s", state->id, said)
                  : 0;
}

int state_forget(struct state *state, struct err *err)
{
    int gone = state->lock >= 0 ? 0 : take_lock(state, err);

    if (gone == 0)
        gone = undo_line(UNDO_TREE, state->dir, state->dir, err);
    state_close(state);
    return gone < 0 ? -1 : 0;
}

void state_close(struct state *state)
{
    close_fd(&state->lock);
    cgroup_close(&state->group);
}

int state_each(const char *root, int (*visit)(const struct state *state, void *arg), void *arg,
    struct err *err)
{
    cleanup_closedir DIR *dir = opendir(root);
    int result = 0;

    if (!dir)
        return errno == ENOENT ? 0 : refused("read", root, err);
    for (struct dirent *entry; result == 0 && (entry = readdir(dir));) {
        struct state state;
        struct err ignored;
        /* one may be deleted while we look; other files, the seccomp cache's, are no container */
        if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN) ||
            (state_load(root, entry->d_name, false, &state, &ignored) < 0 && !state.damaged))
            continue;
        result = visit(&state, arg);
        state_close(&state);
    }
    return result;
}
