/* SPDX-License-Identifier: MIT */
/* start: a container that was created runs. */
#ifndef ENGINE_START_H
#define ENGINE_START_H

#include "engine/images/image.h"
#include "monitor.h"

/*
 * From the record to a running program; see monitor_start for the rest. `image`: its image, where
 * the caller has made the container just now and has it already (zeros with --rootfs); NULL: what
 * stands in the store counts, and not the rest of *record, which may be older. Nothing is done
 * where it runs already, and then *ret_client is a connection like any other's. Where the monitor
 * of its last life has not ended yet, or is dead, that is waited for, or healed. Errors:
 * translate's, and monitor_start's.
 */
int start_container(const struct store *store, const struct record *record,
    const struct image *image, const struct monitor_options *options, int *ret_client,
    struct err *err);

#endif
