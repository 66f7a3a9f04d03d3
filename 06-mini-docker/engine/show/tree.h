/* SPDX-License-Identifier: MIT */
/*
 * tree: what a running container is made of, in one picture: its namespaces, its group and limits
 * with live use, its root and mounts, its rights, its network, its processes. Everything is asked
 * of the kernel at this moment (/proc, the group's files); the record only says what was wanted.
 */
#ifndef ENGINE_TREE_H
#define ENGINE_TREE_H

#include "list.h"
#include "measure.h"
#include "picture.h"

/* What all sections look at. */
struct tree {
    const struct store *store;
    const struct record *record;
    const struct status *status;
    const struct state *state; /* NULL: it does not run, and only the record is drawn */
    struct measure before, now;
};

/*
 * Draw it. tree->before is an earlier measure, for the share of the CPU; zeros: two are made,
 * 300 ms apart. tree->now becomes the new one. Privilege: the container's owner, or root. Errors:
 * none; what cannot be looked at is left out, and says so.
 */
void tree_draw(struct picture *picture, struct tree *tree);

/* The sections that tree_kernel.c, tree_files.c and tree_processes.c draw. */
void tree_namespaces(struct picture *picture, const struct tree *tree);
void tree_root(struct picture *picture, const struct tree *tree);
void tree_mounts(struct picture *picture, const struct tree *tree);
void tree_rights(struct picture *picture, const struct tree *tree);
void tree_processes(struct picture *picture, const struct tree *tree);

#endif
