/* SPDX-License-Identifier: MIT */
/* heal: what a reboot, a lost power or a killed command has left, and that no one container's
 * status_ask (status.h) would find. */
#ifndef ENGINE_HEAL_H
#define ENGINE_HEAL_H

#include "engine/store/store.h"

/*
 * Every command begins with it. In the first of a boot it empties RUN, ends the containers that ran
 * when the machine went down (255, as Docker has it), and removes those with --rm; in all others it
 * compares two numbers. Errors: RUN cannot be written, and then nothing may be started.
 */
int heal_boot(const struct store *store, struct err *err);

/* Take away what is in the making while nobody makes it; slow, so prune is to do it. */
void heal_leftovers(const struct store *store);

#endif
