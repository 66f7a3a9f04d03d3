/* SPDX-License-Identifier: MIT */
/*
 * host_proc: files of the host's /proc, written from inside a container.
 *
 * A container's own /proc is what its image, its mounts and its neighbours made of it: a file there
 * may be another file, and then a value that should protect goes nowhere (CVE-2019-16884,
 * CVE-2025-52881). So the host's is opened before the root is changed, and used through that
 * descriptor. "self" in it is the caller still: a procfs shows every process under the number that
 * it has in the PID namespace where it was mounted (proc(5)).
 */
#ifndef RUNTIME_HOST_PROC_H
#define RUNTIME_HOST_PROC_H

#include "err.h"

#include <stdbool.h>

/* True when this descriptor is the top of a procfs, whole and with nothing over it (fstatfs(2)). */
bool host_proc_is_whole(int fd);

/*
 * Open /proc, and see that it is whole. The caller closes it. Errors: it is not mounted.
 */
int host_proc_open(int *ret_fd, struct err *err);

/*
 * Open `name` below it, "self/attr/exec", with open(2)'s flags, crossing no mount (openat2(2)
 * RESOLVE_NO_XDEV): nothing that was put over the file is met. Returns a close-on-exec descriptor,
 * or -1.
 */
int host_proc_file(int proc_fd, const char *name, int flags, struct err *err);

/* The same, and write the text with one write(2). */
int host_proc_write(int proc_fd, const char *name, const char *text, struct err *err);

#endif
