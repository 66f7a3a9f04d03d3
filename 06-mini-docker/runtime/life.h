/* SPDX-License-Identifier: MIT */
/*
 * life: a container's life as the commands of an OCI runtime cut it into pieces. Each command is a
 * process of its own; between two of them only the state directory (state.h) remembers.
 *
 *     life_create   all but the program: its process exists, and is held
 *     life_start    the held process becomes the program
 *     life_run      both in one, without the hold: the caller stays and waits, or leaves
 *     life_kill     a signal
 *     life_delete   nothing is left
 *
 * What one of them is about to make, it writes down first; so whatever ends it, SIGKILL too, the
 * next life_delete with `force` removes all. Source: the OCI's runtime.md, "Lifecycle".
 */
#ifndef RUNTIME_LIFE_H
#define RUNTIME_LIFE_H

#include "config.h"
#include "container.h"
#include "seccomp.h"
#include "state.h"

struct life_options {
    const char *root;   /* where the state directories are */
    const char *id;     /* see state_check_id */
    const char *bundle; /* absolute: where config.json is; not looked at with `spec` */
    /*
     * In place of a config.json: the spec, and its filter, prepared (NULL: none). Both stay the
     * caller's, and must live as long as the struct life. life_later.c's commands then know of no
     * hooks.
     */
    const struct spec *spec;
    const struct seccomp *seccomp;
    const char *pid_file; /* NULL: none; written whole, with the process as the caller sees it */
    int console_socket;   /* process.terminal: connected, where the pty's master is sent; else -1 */
    int stdio[3];         /* 0, 1, 2 of the program, unless it has a terminal */
    unsigned preserve_fds, listen_fds; /* as in struct container */
    bool no_pivot, keep_keyring, cgroups_disabled;
    bool detach; /* life_run: the container outlives the caller */
    bool init;   /* PID 1 is our own init (init.h) */
    /*
     * Called once the process `pid` has its namespaces and its IDs, and before its program runs:
     * to fill its network. NULL: nothing is to be done. An error ends the start.
     */
    int (*prepare)(pid_t pid, void *arg, struct err *err);
    void *prepare_arg;
    struct explain explain;
    /*
     * Called once config.json has said whether there is a terminal, to fill stdio or
     * console_socket of its first argument; NULL: they are right as they are.
     */
    int (*streams)(struct life_options *options, bool terminal, struct err *err);
    void *streams_arg;
    struct winsize *console_size; /* of a terminal for which the config names none; or NULL */
};

/* What a create or run holds while its process lasts. */
struct life {
    struct state state;
    struct undo undo;
    struct config config;
    struct seccomp seccomp;
    bool pid_file_written;
    struct container container; /* container.process is the program, for life_run's caller */
    struct err warning; /* what failed and ends nothing, a poststart hook maybe; else ERR_NONE */
};

/* Standard input, output and error as they are, no console socket, no explanations. */
void life_options_init(struct life_options *options);

/*
 * Each returns 0, or -1 with nothing left. life_close afterwards in both cases.
 * Errors: of the configuration (ERR_USAGE, with its JSON path), EEXIST of the ID, a hook's, the
 * kernel's; ERR_NOT_FOUND and ERR_NOT_EXECUTABLE are about the program (life_run, life_start).
 */
int life_create(const struct life_options *options, struct life *ret, struct err *err);
int life_run(const struct life_options *options, struct life *ret, struct err *err);

/* Write a process's number whole or not at all: a reader may poll for the file. */
int life_write_pid_file(const char *path, pid_t pid, struct err *err);

/* After life_run, once the program has ended (container_wait): poststop hooks, and all goes. */
int life_end(struct life *life, struct err *err);

/* Give memory and descriptors back; a container that exists stays. Safe on a zeroed struct. */
void life_close(struct life *life);

/*
 * *ret_warning is a poststart hook that failed, or ERR_NONE. Errors: ERR_NOT_FOUND, no such
 * container; ERR_SYS when it is not held; and those about the program.
 */
int life_start(const char *root, const char *id, struct err *ret_warning, struct err *err);

/*
 * `all`: every process of the container's groups, also one that is forked meanwhile
 * (cgroup_signal). SIGKILL lets a paused container go on, since what is frozen on v1 would not die;
 * after any other signal it is still paused. Errors: it is not running.
 */
int life_kill(const char *root, const char *id, int signal, bool all, struct err *err);

/*
 * Stop all its processes where they are, or let them go on: the freezer of its groups, since a
 * signal is seen by the parent and reaches one process at a time. Errors: it is not running, or
 * not paused; ERR_SKIP, it has no group.
 */
int life_pause(const char *root, const char *id, bool pause, struct err *err);

/*
 * Remove a container that has stopped, or was never started; with `force` in any state, and then an
 * ID that is not there is no error. The poststop hooks run after all is gone; *ret_warning is one
 * that failed, or ERR_NONE.
 */
int life_delete(
    const char *root, const char *id, bool force, struct err *ret_warning, struct err *err);

#endif
