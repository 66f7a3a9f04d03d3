// SPDX-License-Identifier: MIT
/* export: the container's root in one archive, image and changes together, as `import` reads it. */
#include "export.h"

#include "engine/images/tar_tree.h"
#include "view.h"

int export_tree(int root_fd, int fd, struct err *err)
{
    struct tar_tree tree = {0};
    int result = tar_tree_begin(&tree, fd, err);

    if (result == 0)
        result = tar_tree_add_inside(&tree, root_fd, "");
    if (tar_tree_end(&tree) < 0)
        result = -1;
    return result;
}

static int write_tar(int root_fd, void *arg, struct err *err)
{
    const int *fd = arg;

    return export_tree(root_fd, *fd, err);
}

int export_write(const struct store *store, const struct record *record, int fd, struct err *err)
{
    struct view view = {.store = store, .record = record, .kind = VIEW_ROOT};

    return view_run(&view, write_tar, &fd, err);
}
