// SPDX-License-Identifier: MIT
/*
 * How a container is, by its file and the runtime's alone: until there is a monitor that can be
 * asked (status.c), which then takes the place of this.
 */
#include "status.h"

#include "record.h"

#include "runtime/state.h"

#include <errno.h>
#include <unistd.h>

__attribute__((weak)) const char *status_name(enum status_kind kind)
{
    static const char *const names[] = {
        "created", "running", "paused", "restarting", "removing", "exited", "dead"};

    return names[kind];
}

__attribute__((weak)) int status_ask(
    const struct store *store, const char *id, struct status *ret, struct err *err)
{
    char root[PATH_MAX];
    struct state state;
    struct err ignored;

    if (status_read(store, id, ret, err) < 0 || store_run_dir(store, "runtime", root, err) < 0)
        return -1;
    ret->kind = ret->finished_at[0] ? STATUS_EXITED : STATUS_CREATED;
    if (state_load(root, id, false, &state, &ignored) < 0)
        return 0;
    enum state_status is = state_status(&state);
    if (is == STATE_RUNNING || is == STATE_PAUSED) {
        ret->kind = is == STATE_PAUSED ? STATUS_PAUSED : STATUS_RUNNING;
        ret->pid = state.pid;
    }
    state_close(&state);
    return 0;
}
