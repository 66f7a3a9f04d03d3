// SPDX-License-Identifier: MIT
/*
 * COPY and WORKDIR need no container: nothing runs. They work in an overlay of what was built so
 * far, mounted in a child's own mount namespace; what overlayfs keeps of it is the layer.
 */
#include "build_view.h"

#include "engine/files/upper.h"
#include "engine/files/view.h"
#include "engine/translate/user.h"

#include "cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

enum { LAYERS_MOST = 128 };

int build_view(const struct store *store, const char *lower, const char *room,
    int (*work)(int root_fd, void *arg, struct err *err), void *arg, struct err *err)
{
    const struct record nobody = {.id = "build"}; /* which runs nowhere */
    struct view view = {.store = store,
        .record = &nobody,
        .kind = room ? VIEW_ROOT : VIEW_IMAGE,
        .lower = lower,
        .room = room};

    if (!room && !lower[0])
        return err_refuse(err, ENOENT, "it is empty: FROM scratch, and nothing was put there");
    return view_run(&view, work, arg, err);
}

struct summing {
    const struct build_copy *copy;
    struct build_tree *tree;
    char *digest;
};

static int sum_up_source(int root_fd, void *arg, struct err *err)
{
    struct summing *summing = arg;

    summing->tree->fd = root_fd;
    return build_copy_sum(summing->copy, summing->digest, err);
}

int build_view_sum(const struct store *store, const char *lower, const struct build_copy *copy,
    struct build_tree *tree, char ret_digest[DIGEST_TEXT], struct err *err)
{
    if (!lower)
        return build_copy_sum(copy, ret_digest, err);
    char *shared = /* with the child */
        mmap(NULL, DIGEST_TEXT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return err_sys(err, "no memory for a digest");
    struct summing summing = {copy, tree, shared};
    int result = build_view(store, lower, NULL, sum_up_source, &summing, err);
    memcpy(ret_digest, shared, DIGEST_TEXT);
    munmap(shared, DIGEST_TEXT);
    return result;
}

int build_view_archive(const char *room, bool empty_too, int fd, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%.*s/upper", PATH_MAX - 8, room);
    cleanup_close int upper = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int again = upper < 0 ? -1 : openat(upper, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_closedir DIR *dir = again < 0 ? NULL : fdopendir(again);
    int names = 0;

    if (!dir)
        return err_sys(err, "cannot open %s", path);
    while (names < 3 && readdir(dir))
        names++;
    if (names == 2 && !empty_too) /* "." and ".." */
        return 1;
    return upper_archive(upper, true, NULL, fd, err);
}

/* Each layer's path by itself, in `list`, which ends with NULL. */
static void split(char *lower, const char *list[LAYERS_MOST])
{
    size_t count = 0;

    for (char *layer; lower[0] && count + 1 < LAYERS_MOST && (layer = strsep(&lower, ":"));) {
        list[count++] = layer;
        if (!lower)
            break;
    }
    list[count] = NULL;
}

int build_view_user(
    const char *lower, const char *word, uid_t *ret_uid, gid_t *ret_gid, struct err *err)
{
    cleanup_free char *copy = strdup(lower);
    const char *list[LAYERS_MOST];
    struct user user;

    if (!copy)
        return err_sys(err, "no memory for the layers");
    split(copy, list);
    if (user_find(list, word, NULL, &user, err) < 0)
        return -1;
    *ret_uid = user.uid;
    *ret_gid = word[strspn(word, "0123456789")] ? user.gid : (gid_t)user.uid;
    return 0;
}
