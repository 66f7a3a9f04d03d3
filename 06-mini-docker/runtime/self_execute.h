/* SPDX-License-Identifier: MIT */
/*
 * self_execute: the part of self.c that also runs before the C library does (self_start in
 * self_execute.c). It calls no function of the library and uses no errno.
 */
#ifndef RUNTIME_SELF_EXECUTE_H
#define RUNTIME_SELF_EXECUTE_H

/* What failed, for the message. */
enum self_step { SELF_OPEN, SELF_COPY, SELF_SEAL, SELF_EXECUTE };

/*
 * Execute the program anew, with these arguments, from a file that cannot be written. Returns 0
 * where it runs from one already; else -errno of *ret_step.
 */
int self_execute(char *const argv[], char *const envp[], enum self_step *ret_step);

#endif
