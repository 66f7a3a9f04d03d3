/* SPDX-License-Identifier: MIT */
/* provoke: the reasons why pivot_root fails, each with what it takes to meet it. */
#ifndef LAB05_PROVOKE_H
#define LAB05_PROVOKE_H

#include "err.h"

#include <stddef.h>

struct cause {
    const char *what;  /* the step's line */
    const char *claim; /* the claim's text */
    int expected;      /* errno, 0 for the control */
    /* Set the trap, in a child with private mounts that stands in the stage. -1: this host does not
     * allow it. */
    int (*prepare)(void);
    const char *new_root, *put_old;
    const char
        *named; /* words of the hint by which the cause is told; NULL: it can only be guessed */
    const char *needs;   /* what it takes, for a host on which prepare fails */
    void (*after)(void); /* undo what prepare did beyond its mount namespace, or NULL */
};

extern const struct cause cause_table[];
extern const size_t cause_count;

/* Make the directories and files that the traps use, beside "root". */
int provoke_stage(struct err *err);

#endif
