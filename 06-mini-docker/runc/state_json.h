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

#endif
