// SPDX-License-Identifier: MIT
/*
 * How to look into a container from outside, safely and without a trace.
 *
 * One that does not run has no mounts at all: they went with its last process. So a child in a new
 * mount namespace makes its root again, from the same layers. One that runs has its root already,
 * and a second overlay over the same `upper` is what overlayfs forbids; so the child goes into the
 * container's mount namespace for a moment, copies the mount of its / alone (open_tree(2)), comes
 * back, and hangs the copy up at home: the files without /proc, /sys and all that is mounted in the
 * container. On that go the volumes, by the same code as at the start.
 *
 * What must hold: nothing of the container's is executed, or believed: the child has our program in
 * memory and reads no file in there but those that `work` is to read. All mounts are made in a
 * namespace of its own, and go with it, whatever ends us.
 */
#include "view.h"

#include "engine/images/image.h"
#include "mounts.h"
#include "upper.h"

#include "runtime/namespaces.h"
#include "runtime/root_overlay.h"
#include "runtime/state.h"

#include "cleanup.h"
#include "host.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

struct viewer {
    const struct view *view;
    int (*work)(int root_fd, void *arg, struct err *err);
    void *arg;
    int pidfd; /* of the container's first process, or -1: it does not run */
    bool user; /* rootless */
};

/* Rootless and stopped: the child is root in a user namespace of its own. */
static int namespaces_of(const struct viewer *viewer)
{
    if (viewer->pidfd >= 0 && viewer->user)
        return 0; /* it goes to the container's, and makes its mount namespace there */
    return CLONE_NEWNS | (viewer->user ? CLONE_NEWUSER : 0);
}

static int enter(const struct viewer *viewer, struct err *err)
{
    if (viewer->pidfd < 0 && viewer->user)
        namespaces_become_root();
    if (viewer->pidfd >= 0 && viewer->user &&
        (setns(viewer->pidfd, CLONE_NEWUSER) < 0 || unshare(CLONE_NEWNS) < 0))
        return err_sys(err, "cannot enter the user namespace of the container");
    return mount_make_private(err);
}

/* A copy of the mount of the container's /, which hangs nowhere. */
static int copy_running_root(const struct viewer *viewer, struct err *err)
{
    cleanup_close int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    cleanup_close int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (home < 0 || here < 0)
        return err_sys(err, "cannot open %s", home < 0 ? "/proc/self/ns/mnt" : "this directory");
    if (setns(viewer->pidfd, CLONE_NEWNS) < 0)
        return err_sys(err, "cannot look into the container's mounts");
    cleanup_close int tree = mount_clone("/", false, err);
    /* setns(2) leaves us in the root directory each time */
    if (setns(home, CLONE_NEWNS) < 0 || fchdir(here) < 0)
        return err_sys(err, "cannot come back from the container's mounts");
    return steal_fd(&tree);
}

static int hang_up(int tree, const char *place, struct err *err)
{
    cleanup_close int target = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);

    return target < 0 ? err_sys(err, "cannot open %s", place)
                      : mount_attach(tree, target, place, err);
}

static int bind(const char *from, const char *place, struct err *err)
{
    return mount(from, place, NULL, MS_BIND, NULL) < 0 ? err_sys(err, "cannot bind %s", from) : 0;
}

/* Make it again, as runtime/root.c does. */
static int mount_stopped_root(const struct viewer *viewer, const char *place, struct err *err)
{
    const struct view *view = viewer->view;
    char upper[PATH_MAX], work[PATH_MAX];
    struct spec_root root = {.path = place, .lower = view->lower};

    if (view->kind != VIEW_IMAGE) {
        if ((view->room
                    ? upper_make_in(view->room, view->lower, upper, work, err)
                    : upper_make(view->store, view->record->id, view->lower, upper, work, err)) < 0)
            return -1;
        if (!view->lower[0]) /* a build's FROM scratch: there is nothing to lay it over */
            return bind(upper, place, err);
        root.upper = upper;
        root.work = work;
    } else if (!strchr(view->lower, ':')) {
        return bind(view->lower, place, err);
    }
    return root_overlay_mount(&root, host_in_userns(), err);
}

static int mount_root(const struct viewer *viewer, const char *place, struct err *err)
{
    const struct view *view = viewer->view;
    bool runs = viewer->pidfd >= 0 && view->kind != VIEW_IMAGE;
    cleanup_close int tree = -1;

    if (!runs && view->lower)
        return mount_stopped_root(viewer, place, err);
    tree =
        runs ? copy_running_root(viewer, err) : mount_clone(view->record->host.rootfs, false, err);
    return tree < 0 ? -1 : hang_up(tree, place, err);
}

/* The binds among what a start would mount. */
static int mount_volumes(const struct mounts *mounts, int root_fd, struct err *err)
{
    int result = 0;

    for (size_t i = 0; result == 0 && i < mounts->count; i++) {
        const struct spec_mount *mount = &mounts->items[i];
        unsigned long flags = 0;
        if (strcmp(mount->type, "bind") != 0)
            continue;
        for (const char *const *word = mount->options; *word; word++) {
            flags |= strcmp(*word, "rbind") == 0 ? MS_REC : 0;
            flags |= strcmp(*word, "ro") == 0 || strcmp(*word, "rro") == 0 ? MS_RDONLY : 0;
        }
        result = mount_bind_in_root(root_fd, mount->source, mount->destination, flags, err);
    }
    return result;
}

/* `place` is an empty directory of ours: what is mounted there must hide nothing that is used. */
static int show(
    const struct viewer *viewer, const char *place, const struct mounts *mounts, struct err *err)
{
    if (mount_root(viewer, place, err) < 0)
        return -1;
    cleanup_close int root_fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        return err_sys(err, "cannot open the container's root");
    if (mount_volumes(mounts, root_fd, err) < 0)
        return -1;
    return viewer->work(root_fd, viewer->arg, err);
}

/* Volumes are made, where they are missing, while the host's files are all in sight. */
static int look(const struct viewer *viewer, struct err *err)
{
    const struct view *view = viewer->view;
    struct mounts mounts = {0};
    char place[PATH_MAX];

    if (enter(viewer, err) < 0 || store_run_dir(view->store, "view", place, err) < 0)
        return -1;
    int result = view->kind == VIEW_MOUNTS
                     ? mounts_prepare(view->store, view->record, view->lower, &mounts, err)
                     : 0;
    if (result == 0)
        result = show(viewer, place, &mounts, err);
    mounts_free(&mounts);
    return result;
}

static int run_child(void *arg, struct err *err)
{
    signal(SIGPIPE, SIG_IGN); /* who reads our archive may end: an error, with a text */
    if (look(arg, err) < 0)
        return -1;
    return fflush(stdout) == 0 ? 0 : err_sys(err, "cannot write to standard output");
}

/* -1 where it does not run. */
static int find_process(const struct view *view)
{
    char root[PATH_MAX];
    struct err ignored;
    struct state state;
    int pidfd = -1;

    if (store_run_dir(view->store, "runtime", root, &ignored) < 0)
        return -1;
    if (state_load(root, view->record->id, false, &state, &ignored) == 0) {
        enum state_status status = state_status(&state);
        if (status != STATE_CREATING && status != STATE_STOPPED &&
            state_pidfd(&state, &pidfd, &ignored) < 0)
            pidfd = -1;
    }
    state_close(&state);
    return pidfd;
}

/* The layers that it stands on, while the child needs them. */
static int find_image(const struct view *view, struct image *ret, struct err *err)
{
    const struct record *record = view->record;

    *ret = (struct image){0};
    if (view->lower || record->host.rootfs)
        return 0;
    return image_find(view->store, record->image_id, ret, err);
}

int view_run(const struct view *view, int (*work)(int root_fd, void *arg, struct err *err),
    void *arg, struct err *err)
{
    struct view full = *view;
    struct viewer viewer = {.view = &full, .work = work, .arg = arg, .user = !host_is_root()};
    struct image image;

    if (view->kind == VIEW_IMAGE && view->record->host.rootfs)
        return err_refuse(err, EINVAL,
            "container %.12s has no image to compare with: it was made with --rootfs",
            view->record->id);
    if (find_image(view, &image, err) < 0)
        return -1;
    if (image.lower)
        full.lower = image.lower;
    cleanup_close int pidfd = view->kind == VIEW_IMAGE ? -1 : find_process(view);
    viewer.pidfd = pidfd;
    fflush(stdout);
    int result = namespaces_run(namespaces_of(&viewer), run_child, &viewer, err);
    image_free(&image);
    return result;
}
