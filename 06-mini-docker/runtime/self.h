/* SPDX-License-Identifier: MIT */
/*
 * self: the program's own file, out of a container's reach.
 *
 * A process that enters a container has /proc/PID/exe there, a way to this program's file on the
 * host; an image whose entry point is /proc/self/exe has it run again, and root inside could
 * overwrite it with what the next `sudo` runs (CVE-2019-5736). So the program runs from a file that
 * cannot be written: a read-only mount of its own, or a sealed copy in memory.
 */
#ifndef RUNTIME_SELF_H
#define RUNTIME_SELF_H

#include "err.h"

/*
 * To be called before any command that enters a container: executes the program anew from such a
 * file, with the same arguments, and then returns 0; at once where it has been done. The process is
 * not dumpable afterwards (PR_SET_DUMPABLE in prctl(2)), so that nobody inside can look into it.
 */
int self_protect(char *const argv[], struct err *err);

/*
 * Let go of that file's mount, which stays as it is for the processes that run from it. The kernel
 * then waits for all processors (an RCU grace period, 0.1 ms and more), so it is for a moment in
 * which there is nothing to do; else the end of the process does it.
 */
void self_release(void);

#endif
