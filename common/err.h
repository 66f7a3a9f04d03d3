/* SPDX-License-Identifier: MIT */
/*
 * err: one error, from where it happened to the line the person reads.
 *
 * Library code never prints and never exits. A function that can fail takes `struct err *err` as
 * its last argument and returns 0, or -1 with *err filled in. The struct holds no pointer, so a
 * child can write it whole into a pipe and its parent can print it (common/sync.h).
 *
 *     if (mkdir(path, 0755) < 0)
 *         return err_sys(err, "cannot make the group %s", path);
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#include <stdio.h>

/* What sort of failure this is. It decides the exit status, never the text of the message. */
enum err_kind {
    ERR_NONE,
    ERR_SYS,            /* a system call failed, or the kernel said no     -> exit 1   */
    ERR_USAGE,          /* the command line or a value in it is wrong      -> exit 2   */
    ERR_WORDS,          /* no such command, or too few or many words for it -> exit 2  */
    ERR_SKIP,           /* this host cannot do it; nothing is broken       -> exit 77  */
    ERR_NOT_EXECUTABLE, /* the program was found but cannot be run         -> exit 126 */
    ERR_NOT_FOUND,      /* the program was not found                       -> exit 127 */
    ERR_REFUSED,        /* things are not so that it could be done         -> exit 1   */
};

struct err {
    enum err_kind kind;
    int code;       /* errno, or 0 where there is none */
    char what[400]; /* what was being done, with the path or the name */
    char hint[400]; /* "<cause found by looking> -> <what to do>", or "" */
};

/* Fill *err from errno, which is kept. Always returns -1, so that a caller can `return err_sys(…)`.
 */
int err_sys(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Fill *err with a kind and no errno. Always returns -1. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * ERR_REFUSED: no system call failed, and the text says all: "No such container: x". `code` tells
 * callers which it was (ENOENT, EEXIST) and is not printed. Always returns -1.
 */
int err_refuse(struct err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Add the cause and the cure to an error that is already set. Returns -1. */
int err_hint(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Print "prog: what: strerror" and, where there is one, "hint: …" to `out`; control characters as
 * \xNN. */
void err_print(FILE *out, const char *prog, const struct err *err);

/*
 * What came from outside may tell a terminal to do things: so it is shown, and not done: \xNN.
 * `shown` has room for four times the text; ERR_SHOWN is room for one of an err's. Returns `shown`.
 */
enum { ERR_SHOWN = 4 * sizeof(((struct err *)0)->what) };
const char *err_harmless(const char *text, char *shown);

/* An errno by its name, "EBUSY", or "errno 42" where it is none of the common ones. Not
 * thread-safe. */
const char *err_name(int code);

/* The exit status that goes with err->kind (see the enum); 0 for ERR_NONE. */
int err_exit_status(const struct err *err);

#endif
