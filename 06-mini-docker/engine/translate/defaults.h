/* SPDX-License-Identifier: MIT */
/* defaults: Docker's posture, as constants: what a container gets when nobody asked otherwise. */
#ifndef ENGINE_DEFAULTS_H
#define ENGINE_DEFAULTS_H

#include "runtime/spec.h"

/* Fill in all of the spec that does not depend on options: mounts, devices, masks, namespaces. */
void defaults_fill(struct spec *spec);

/* The capabilities of a container's root. */
extern const uint64_t DEFAULT_CAPABILITIES;

#endif
