/* SPDX-License-Identifier: MIT */
/*
 * hooks: programs that a client has run at points of a container's life, with the container's state
 * as JSON on their standard input.
 *
 *     point            where it runs                 when
 *     prestart         the caller's namespaces       mounts are made, the root is not yet changed
 *     createRuntime    the caller's                  the same, after prestart
 *     createContainer  the container's, in the       the same
 *                      caller's root
 *     startContainer   the container's               after `start`, before the program
 *     poststart        the caller's                  the program runs
 *     poststop         the caller's                  all is removed; after a failed create, too
 *
 * They start in the bundle; createContainer in the root, and startContainer in the process's own
 * directory.
 *
 * Source: the OCI's config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle".
 */
#ifndef RUNTIME_HOOKS_H
#define RUNTIME_HOOKS_H

#include "spec.h"

/* The words of runtime.md, "State". */
struct hooks_state {
    const char *id, *status, *bundle; /* status: "creating", "created", "running", "stopped" */
    pid_t pid;                        /* as the hook's namespace sees it; 0: none */
    const struct spec *spec;          /* for the annotations */
};

/*
 * Run the hooks of a point, one after another. Returns -1 at the first that fails (status, signal,
 * timeout: it is ended by SIGKILL), but for poststart and poststop, where all are run and *err says
 * which failed first. Nothing happens where the point has none. The hooks inherit standard output
 * and error, and no other descriptor.
 */
int hooks_run(const struct spec *spec, enum spec_hook_point point, const struct hooks_state *state,
    struct err *err);

/* The version of the OCI runtime specification whose words we write. */
#define HOOKS_OCI_VERSION "1.2.0"

struct json_object;

/*
 * The state as a JSON object (json-c), which the caller gives back with json_object_put; NULL when
 * there is no memory.
 */
struct json_object *hooks_state_json(const struct hooks_state *state);

/*
 * For seccomp_listener_send, in the process that has the filter: the "containerProcessState" as
 * malloc'ed text, NULL when there is no memory. proc_fd: the host's /proc, which knows our number
 * there. metadata: linux.seccomp.listenerMetadata, or NULL.
 */
char *hooks_process_state(const struct hooks_state *state, int proc_fd, const char *metadata);

#endif
