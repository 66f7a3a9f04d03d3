/* SPDX-License-Identifier: MIT */
/* each: a command that does the same to each of the containers that are named. */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include "commands.h"

#include "engine/store/record.h"

typedef int each_one(
    const struct store *store, const struct record *record, void *arg, struct err *err);

/*
 * Call `one` for the record of each word. What succeeds is said by printing the word, what fails is
 * printed as an error; all are tried. Returns 0, or -1 with the last error.
 */
int cli_each(int argc, char **argv, each_one *one, void *arg, struct err *err);

/* The same for what takes its time: each in a process of its own, up to 50 at once. */
int cli_each_at_once(int argc, char **argv, each_one *one, void *arg, struct err *err);

#endif
