/* SPDX-License-Identifier: MIT */
/* The two halves of the namespace shell: shell.c outside, shell_inside.c inside. */
#ifndef LAB01_SHELL_H
#define LAB01_SHELL_H

#include "child.h"

#include <stdint.h>

/* In shared memory: what the outside asks for, and what came of it inside. */
struct shell {
    int flags; /* CLONE_NEW* */
    uint64_t clock_offset_seconds;
    const char *host_name;
    char *const *argv;  /* NULL: the user's shell */
    bool terminal;      /* it is to get the terminal that we have */
    bool in_stage;      /* the first child only makes the time namespace */
    pid_t pid;          /* of the process in all the namespaces, from the first child */
    struct err no_proc; /* why /proc could not be mounted; kind ERR_NONE when it could */
};

/* Runs in the child; becomes the command. */
int shell_inside(struct child *self, void *arg, struct err *err);

/* New clocks for the children that the caller has from now on. */
int shell_set_clocks(uint64_t offset_seconds, struct err *err);

#endif
