/* SPDX-License-Identifier: MIT */
/* each: a command that does the same to each of the words that it is given. */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include "commands.h"

#include "engine/store/record.h"

/*
 * What became of one word, where all are tried: it is printed (unless it is NULL); or, with
 * `result` -1, *failure becomes the command's error, *err, and the one that was there before is
 * printed. *err begins as ERR_NONE.
 */
void cli_tried(int result, const char *word, const struct err *failure, struct err *err);

typedef int each_one(
    const struct store *store, const struct record *record, void *arg, struct err *err);

/* Call `one` for the record of each word, a container's. Returns 0, or -1 with the last error. */
int cli_each(int argc, char **argv, each_one *one, void *arg, struct err *err);

/* The same for what takes its time: each in a process of its own, up to 50 at once. */
int cli_each_at_once(int argc, char **argv, each_one *one, void *arg, struct err *err);

#endif
