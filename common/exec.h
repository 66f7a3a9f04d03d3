/* SPDX-License-Identifier: MIT */
/*
 * exec: running a program that somebody named, and saying why it could not be run.
 */
#ifndef COMMON_EXEC_H
#define COMMON_EXEC_H

#include "err.h"

/*
 * Replace the process by argv[0], looked up in `path_list` (a PATH; the program's own, not the
 * host's) when it has no slash. Returns only on failure, -1, with the cause found by looking:
 * ERR_NOT_FOUND (127): not there. ERR_NOT_EXECUTABLE (126): a directory, no x bit, a mount with
 * noexec,
 * "#!/bin/bash^M" (Windows line ends), a missing #! or ELF interpreter (named), another machine's
 * ELF, no #! line at all.
 */
int exec_program(char *const argv[], char *const envp[], const char *path_list, struct err *err);

/* Fill *err for a failed exec of `path` with this errno, by looking at the file. Always -1. */
int exec_explain(const char *path, int code, struct err *err);

#endif
