/* SPDX-License-Identifier: MIT */
/*
 * store: where the engine keeps what it knows. There is no daemon: this directory is the engine
 * between two commands, and whatever a command finds here is true or can be healed. RUN is of one
 * boot, which the symlink in it says (engine/life/heal.h).
 *
 *     ROOT/containers/ID/container.json   what was asked for (record.h): written whole, once
 *                        status.json      how its last life went (status.h): the monitor's
 *                        log.json         what it wrote (log.h)
 *                        hostname hosts resolv.conf   bound into it
 *                        upper/ work/     what it changed: overlay's
 *          names/NAME -> the ID, packed   a name is taken by symlink(2), which only one can do
 *          images/                        an OCI image layout (image.h)
 *          layers/DIGEST/                 unpacked layers, shared by all that use them
 *          volumes/NAME/_data
 *          networks/NAME.json
 *     RUN/runtime/ID/                     runtime/state.h: what runs
 *         monitor/ID                      the socket of a container's monitor (monitor.h)
 *
 * ROOT is /var/lib/mini-docker and RUN /run/mini-docker; for an ordinary user
 * $XDG_DATA_HOME/mini-docker (~/.local/share/mini-docker) and $XDG_RUNTIME_DIR/mini-docker
 * (/tmp/mini-docker-UID). With --root DIR they are DIR and DIR/run. RUN need not outlive a boot;
 * where it does, it is emptied.
 */
#ifndef ENGINE_STORE_H
#define ENGINE_STORE_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>

enum { STORE_ID = 64, STORE_SHORT_ID = 12 };

struct store {
    char root[PATH_MAX], run[PATH_MAX];
};

/* Find the two and make them where they are missing, 0700 (others may know that there are
 * containers, not what they hold). `root`: --root, or NULL. */
int store_open(const char *root, struct store *ret, struct err *err);

/* True when the first of the two is there; nothing is made. */
bool store_is_there(const char *root);

/* ROOT/PART and RUN/PART, made where it is missing; a path too long is an error. */
int store_dir(const struct store *store, const char *part, char ret[PATH_MAX], struct err *err);
int store_run_dir(const struct store *store, const char *part, char ret[PATH_MAX], struct err *err);

/*
 * The names in ROOT/PART are on the disk when it returns (fsync(2)): what was made, renamed or
 * removed there outlives a lost power. What a file holds is another matter.
 */
int store_sync(const struct store *store, const char *part, struct err *err);

/* 64 random hex digits. */
int store_new_id(char ret[STORE_ID + 1], struct err *err);

/*
 * A lock of the whole of ROOT/PART, for what must not happen twice at once: names, addresses,
 * index.json. Waits. The caller closes *ret_fd, which gives it back; it is close-on-exec, and a
 * child that goes on must close it.
 */
int store_lock(const struct store *store, const char *part, int *ret_fd, struct err *err);

/* RFC 3339 in UTC with nanoseconds, as Docker writes times: "2026-11-22T03:00:00.123456789Z". */
enum { STORE_TIME = 40 };
void store_now(char ret[STORE_TIME]);

#endif
