// SPDX-License-Identifier: MIT
/*
 * What a container has changed lies apart in `upper` (lab 05, overlay), and is a layer but for its
 * form: overlayfs's marks become names that begin with ".wh." (tar_tree.c). The archive goes into a
 * file without a name, which nobody has to remove. Where the root is no overlay (--rootfs, or a
 * copy), the image is one layer with all that is in it.
 *
 * A container that runs is paused, so that the layer is the state of one moment. What must hold: it
 * goes on afterwards, whatever ends us. So a child waits for that, and wakes it.
 */
#include "commit.h"

#include "diff.h"
#include "engine/images/image_change.h"
#include "engine/images/image_make.h"
#include "upper.h"
#include "view.h"

#include "runtime/json_write.h"
#include "runtime/life.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct committing {
    const struct store *store;
    const struct record *record;
    int layer;  /* the archive */
    bool whole; /* all of the root, on no image */
};

/* Who wakes the container when this process ends; writing to or closing `end` makes it do so. */
struct waker {
    pid_t pid; /* 0: none */
    int end;
};

static bool is_layer_file(const char *path, const struct stat *st, void *arg)
{
    (void)arg;
    return !diff_is_mount_point(path, st);
}

static int write_layer(int root_fd, void *arg, struct err *err)
{
    const struct committing *committing = arg;
    char path[PATH_MAX];

    record_path(committing->store, committing->record->id, "upper", path);
    cleanup_close int upper =
        committing->whole ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (upper < 0 && !committing->whole && errno != ENOENT)
        return err_sys(err, "cannot open %s", path);
    /* -1: never started, nothing has changed */
    return upper_archive(committing->whole ? root_fd : upper, !committing->whole, is_layer_file,
        committing->layer, err);
}

/* A file that has no name, and so is gone with its last descriptor. */
static int open_nameless(const struct store *store, struct err *err)
{
    char path[PATH_MAX];
    int fd = open(store->root, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    snprintf(path, sizeof(path), "%.*s/.commit-XXXXXX", PATH_MAX - 20, store->root);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot make a file in %s", store->root);
    unlink(path);
    return fd;
}

static void wait_and_wake(const char *root, const char *id, int end)
{
    struct err ignored;
    char byte;

    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    while (read(end, &byte, 1) < 0 && errno == EINTR)
        ;
    life_pause(root, id, false, &ignored);
    _exit(0);
}

/* Stop it, but only where it runs and nobody else has stopped it. */
static int pause_it(const struct committing *committing, struct waker *ret, struct err *err)
{
    const char *id = committing->record->id;
    char root[PATH_MAX];
    struct state state;
    int ends[2];

    *ret = (struct waker){.end = -1};
    if (store_run_dir(committing->store, "runtime", root, err) < 0)
        return -1;
    bool runs =
        state_load(root, id, false, &state, err) == 0 && state_status(&state) == STATE_RUNNING;
    state_close(&state);
    if (!runs)
        return 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    fflush(stdout);
    ret->pid = fork();
    if (ret->pid == 0) {
        close(ends[1]);
        wait_and_wake(root, id, ends[0]);
    }
    close(ends[0]);
    ret->end = ends[1];
    if (ret->pid < 0)
        return err_sys(err, "cannot fork");
    if (life_pause(root, id, true, err) == 0)
        return 0;
    if (err->kind == ERR_SKIP)
        return 0; /* it has no group to be stopped by: as with --pause=false */
    return -1;
}

static void wake(struct waker *waker)
{
    close_fd(&waker->end);
    if (waker->pid > 0)
        waitpid(waker->pid, NULL, 0);
}

/* What an image says of how it is run; not what was so of this one container. */
static struct json_object *config_of(const struct record *record)
{
    static const char *const own[] = {"Hostname", "Domainname", "AttachStdin", "AttachStdout",
        "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Image"};
    struct json_object *config =
        json_write(&RECORD_CONFIG_TABLE, &record->config, JSON_WRITE_GIVEN);

    for (size_t i = 0; config && i < sizeof(own) / sizeof(own[0]); i++)
        json_object_object_del(config, own[i]);
    return config;
}

/* "sleep 1000", as history shows it */
static char *command_of(const struct record *record)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return NULL;
    fputs(record->path ? record->path : "", out);
    for (const char *const *arg = record->args; arg && *arg; arg++)
        fprintf(out, " %s", *arg);
    fclose(out);
    return text;
}

static int take_layer(struct committing *committing, bool run_on, struct err *err)
{
    struct view view = {.store = committing->store,
        .record = committing->record,
        .kind = committing->whole ? VIEW_ROOT : VIEW_IMAGE};
    struct waker waker = {.end = -1};
    int result = run_on ? 0 : pause_it(committing, &waker, err);

    if (result == 0)
        result = view_run(&view, write_layer, committing, err);
    wake(&waker);
    if (result == 0 && lseek(committing->layer, 0, SEEK_SET) < 0)
        result = err_sys(err, "cannot read the layer");
    return result;
}

int commit(const struct store *store, const struct record *record,
    const struct commit_options *options, char ret_id[DIGEST_TEXT], struct err *err)
{
    struct committing committing = {.store = store, .record = record};
    cleanup_free char *command = command_of(record);
    struct json_object *config = config_of(record);
    char copy[PATH_MAX];
    int result = command && config ? 0 : err_sys(err, "no memory for an image's configuration");

    struct image_changing changing = {.config = config};
    for (size_t i = 0; result == 0 && i < options->changes.count; i++)
        result = image_change_line(&changing, options->changes.items[i], err);
    record_path(store, record->id, "work/copy", copy);
    committing.whole = record->host.rootfs || fsio_exists(NULL, copy);
    cleanup_close int layer = result == 0 ? open_nameless(store, err) : -1;
    committing.layer = layer;
    if (layer < 0 || take_layer(&committing, options->run_on, err) < 0)
        result = -1;
    struct image_recipe recipe = {.parent = committing.whole ? NULL : record->image_id,
        .layer = layer,
        .layer_name = "the container's layer",
        .config = config,
        .created_by = command,
        .comment = options->message,
        .author = options->author,
        .name = options->name,
        .limits = TAR_LIMITS};
    if (result == 0)
        result = image_make(store, &recipe, ret_id, err);
    json_object_put(config);
    return result;
}
