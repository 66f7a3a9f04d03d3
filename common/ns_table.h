/* SPDX-License-Identifier: MIT */
/*
 * ns_table: the eight kinds of namespace, as facts: their names, flags and what each isolates. The
 * system calls that use them are lab 01's own, and from lab 02 on spawn.h and ns.h.
 * Source: namespaces(7).
 */
#ifndef COMMON_NS_TABLE_H
#define COMMON_NS_TABLE_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ns_kind {
    const char *name;      /* "mnt": the name in /proc/PID/ns */
    const char *option;    /* "mount": the name of an option, as in unshare(1) */
    const char *flag_name; /* "CLONE_NEWNS" */
    int flag;
    const char *isolates; /* "mount points", in 22 characters: lab 01's table fits 80 columns */
    const char *since;    /* the kernel that brought it: "2.4.19" */
};

enum { NS_KINDS = 8 };

/* In the order in which the kernel got them. */
extern const struct ns_kind ns_table[NS_KINDS];

/* The row whose name or option is `name`, or NULL. */
const struct ns_kind *ns_find(const char *name);

/* The number of the row of this CLONE_NEW* flag, which must be one of the eight. */
int ns_index(int flag);

/*
 * The inode number of the namespace that the process is in: two processes are in the same one when
 * the numbers are equal. pid 0 means the caller. Errors: no such process, or not permitted to look
 * (ptrace(2), "Ptrace access mode checking").
 */
int ns_inode(pid_t pid, const char *name, uint64_t *ret_inode, struct err *err);

/*
 * The inodes of all eight, in the table's order; 0 for a kind that this kernel does not have.
 * Errors: ns_inode's.
 */
int ns_inodes(pid_t pid, uint64_t ret[NS_KINDS], struct err *err);

/* Room for what ns_flags_text writes. */
enum { NS_FLAGS_TEXT = 136 };

/* "CLONE_NEWNS|CLONE_NEWUTS" for a set of CLONE_NEW* flags, "0" for none. Returns buf. */
char *ns_flags_text(int flags, char buf[NS_FLAGS_TEXT]);

#endif
