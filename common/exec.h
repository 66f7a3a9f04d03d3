/* SPDX-License-Identifier: MIT */
/*
 * exec: running a program that somebody named, and saying why it could not be run.
 */
#ifndef COMMON_EXEC_H
#define COMMON_EXEC_H

#include "err.h"

/* The PATH for a container whose image names none. */
#define EXEC_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/*
 * Replace the process by argv[0], looked up in `path_list` (a PATH; the program's own, not the
 * host's; NULL: EXEC_PATH) when it has no slash. Returns only on failure, -1, with the cause found
 * by looking, in the root that the process is in now:
 * ERR_NOT_FOUND (127): not there. ERR_NOT_EXECUTABLE (126): a directory, no x bit, a mount with
 * noexec, "#!/bin/bash^M" (Windows line ends), a missing #! or ELF interpreter (named), another
 * machine's ELF, no #! line at all. Unlike execvp(3) it never hands a file to /bin/sh by itself.
 */
int exec_program(char *const argv[], char *const envp[], const char *path_list, struct err *err);

/*
 * See whether exec_program would find a program that this user may execute, without running it;
 * what is in the file is not looked at. Errors: as exec_program's.
 */
int exec_check(const char *name, const char *path_list, struct err *err);

/*
 * Just before an exec: every signal as it is after boot, none ignored and none blocked. A program
 * would inherit what we, or who started us (nohup), set for ourselves (signal(7)).
 */
void exec_reset_signals(void);

/* Fill *err for a failed exec of `path` with this errno, by looking at the file. Always -1. */
int exec_explain(const char *path, int code, struct err *err);

#endif
