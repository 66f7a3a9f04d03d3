/* SPDX-License-Identifier: MIT */
/* state_json: a container's state in the OCI's words (runtime.md, "State") and runc's. */
#ifndef RUNC_STATE_JSON_H
#define RUNC_STATE_JSON_H

#include "runtime/state.h"

/*
 * A new object, which the caller gives back: ociVersion, id, pid (0: none), status, bundle,
 * annotations (when the config has some), and runc's rootfs, created, owner.
 */
struct json_object *state_json(const struct state *state);

/* The process as others may be told of it: 0 when it has ended. */
pid_t state_shown_pid(const struct state *state, enum state_status status);

/* The name of the user whose number is state->owner, or the number. Returns buf. */
const char *state_owner(const struct state *state, char buf[64]);

#endif
