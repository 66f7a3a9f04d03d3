/* SPDX-License-Identifier: MIT */
/* root_overlay: a root of layers, for a container's first process, and to look into one that does
 * not run. */
#ifndef RUNTIME_ROOT_OVERLAY_H
#define RUNTIME_ROOT_OVERLAY_H

#include "spec.h"

#include "err.h"

/*
 * Mount root->lower, root->upper and root->work on root->path; without `upper` the layers alone,
 * read-only: two of them at least. `user`: in a user namespace, whoever made it (host.h). Where
 * there is no overlayfs to be had, a copy of the one lower layer is bound. Privilege: CAP_SYS_ADMIN
 * over the mount namespace, which should be one of the caller's own.
 */
int root_overlay_mount(const struct spec_root *root, bool user, struct err *err);

#endif
