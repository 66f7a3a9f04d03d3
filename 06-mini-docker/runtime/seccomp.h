/* SPDX-License-Identifier: MIT */
/*
 * seccomp: which system calls the program may make (seccomp(2)), by a BPF program that libseccomp
 * compiles from the spec. Compiling costs more than all the rest of a start, so the result is kept
 * in a file, and found again by the text it was made of.
 */
#ifndef RUNTIME_SECCOMP_H
#define RUNTIME_SECCOMP_H

#include "spec.h"

#include <linux/filter.h>

struct seccomp {
    struct sock_filter *filter; /* NULL: none asked for */
    unsigned short count;
    unsigned flags; /* SECCOMP_FILTER_FLAG_* */
    bool notify;    /* some call is reported through a descriptor (SCMP_ACT_NOTIFY) */
};

/*
 * Where the cache is that all commands of one user share, whatever state directory they use; NULL:
 * there is no place that is the user's alone. `make clean-host` removes it.
 */
const char *seccomp_cache_dir(char ret[96]);

/*
 * Compile the spec's filter (NULL: there is none), or take it from cache_dir (NULL: no cache; made
 * when it is missing, mode 0700). Done by the parent, before there is a child. Errors: ERR_USAGE
 * for a word that nobody knows, with its place; a system call that this library does not know is
 * left out, as runc does. A broken or foreign file in the cache is an error of nobody: it is
 * compiled anew.
 */
int seccomp_prepare(
    const struct spec_seccomp *spec, const char *cache_dir, struct seccomp *ret, struct err *err);

/*
 * The cache's part alone, for a caller who need not make a spec_seccomp of the text first. True:
 * found, and the caller frees *ret.
 */
bool seccomp_find(const char *text, const char *cache_dir, struct seccomp *ret);

/*
 * Load it into the calling process, for ever. Needs CAP_SYS_ADMIN or no_new_privs. *ret_notify is
 * the listener's descriptor, or -1.
 */
int seccomp_install(const struct seccomp *seccomp, int *ret_notify, struct err *err);

/*
 * Connect to the spec's listener_path: before the root is changed. And then send the descriptor
 * there with `state`, the JSON of config-linux.md's "containerProcessState".
 */
int seccomp_listener_connect(const struct spec_seccomp *spec, int *ret_socket, struct err *err);
int seccomp_listener_send(int socket, int notify_fd, const char *state, struct err *err);

/* Safe on a zeroed struct. */
void seccomp_free(struct seccomp *seccomp);

#endif
