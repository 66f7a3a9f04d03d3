// SPDX-License-Identifier: MIT
/*
 * What is done to a container that is there: by a process that knows of it only what the state
 * directory and the kernel tell.
 */
#include "life.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <errno.h>
#include <signal.h>

enum { DEATH_MS = 10000 };

/*
 * The config that the container was created with. One that a killed create did not write whole has
 * no hooks that could have run.
 */
static void read_config(const struct state *state, struct config *ret)
{
    struct err ignored;

    *ret = (struct config){0};
    if (fsio_exists(state->dir, "config.json"))
        config_read(state->dir, "config.json", state->bundle, ret, &ignored);
}

static void run_hooks(const struct state *state, enum spec_hook_point point,
    const struct config *config, struct err *ret_warning)
{
    struct hooks_state told = {
        .id = state->id,
        .status = point == HOOK_POSTSTOP ? "stopped" : "running",
        .pid = point == HOOK_POSTSTOP ? 0 : state->pid,
        .bundle = state->bundle,
        .spec = &config->spec,
    };

    *ret_warning = (struct err){.kind = ERR_NONE};
    hooks_run(&config->spec, point, &told, ret_warning);
}

int life_start(const char *root, const char *id, struct err *ret_warning, struct err *err)
{
    struct config config;
    struct state state;
    int result = state_load(root, id, true, &state, err);

    if (result == 0)
        result = state_release(&state, err);
    if (result == 0) {
        read_config(&state, &config);
        run_hooks(&state, HOOK_POSTSTART, &config, ret_warning);
        config_free(&config);
    }
    state_close(&state);
    return result;
}

/* On v1 a frozen process does not even die. */
static void let_die(const struct state *state)
{
    struct err ignored;

    if (state_is_paused(state))
        cgroup_freeze(&state->group, false, &ignored);
}

int life_kill(const char *root, const char *id, int signal, bool all, struct err *err)
{
    struct state state;
    cleanup_close int pidfd = -1;
    bool freezes = all && signal != SIGKILL; /* and pause must not come in between */
    int result = state_load(root, id, freezes, &state, err);

    if (result == 0 && all && !state.group.absent)
        result = cgroup_signal(&state.group, signal, err);
    else if (result == 0)
        result = state_pidfd(&state, &pidfd, err);
    if (pidfd >= 0 && proc_pidfd_signal(pidfd, signal) < 0)
        result = err_sys(err, "cannot send signal %d to container %s", signal, id);
    if (result == 0 && signal == SIGKILL)
        let_die(&state);
    state_close(&state);
    return result;
}

/* Only what makes a difference is done: to freeze a frozen group would hide a mistake. */
static int may_pause(const struct state *state, bool pause, struct err *err)
{
    enum state_status status = state_status(state);

    if (state->group.absent) {
        err_set(err, ERR_SKIP, "cannot %s container %s: it has no group",
            pause ? "pause" : "resume", state->id);
        return err_hint(err, "only a group can be frozen -> create it where groups can be made");
    }
    if (pause ? status == STATE_RUNNING || status == STATE_CREATED : status == STATE_PAUSED)
        return 0;
    err_set(err, ERR_SYS, "cannot %s container %s: it is %s", pause ? "pause" : "resume", state->id,
        state_status_name(status));
    return err_hint(err, pause ? "container not running -> start it first"
                               : "container not paused -> pause it first");
}

int life_pause(const char *root, const char *id, bool pause, struct err *err)
{
    struct state state;
    int result = state_load(root, id, true, &state, err);

    if (result == 0)
        result = may_pause(&state, pause, err);
    if (result == 0)
        result = cgroup_freeze(&state.group, pause, err);
    state_close(&state);
    return result;
}

/* End the first process and wait for that: its death ends all others of its PID namespace. */
static void end_process(const struct state *state)
{
    struct err ignored;
    cleanup_close int pidfd = -1;

    if (state_pidfd(state, &pidfd, &ignored) < 0)
        return;
    proc_pidfd_signal(pidfd, SIGKILL);
    let_die(state);
    proc_pidfd_ended(pidfd, DEATH_MS);
}

static int may_delete(const struct state *state, bool force, struct err *err)
{
    enum state_status status = state_status(state);

    if (force || status == STATE_STOPPED || status == STATE_CREATED)
        return 0;
    err_set(err, ERR_SYS, "cannot delete container %s that is not stopped: %s", state->id,
        state_status_name(status));
    return err_hint(err, "its program still runs -> kill it first, or delete --force");
}

int life_delete(
    const char *root, const char *id, bool force, struct err *ret_warning, struct err *err)
{
    struct config config;
    struct state state;

    *ret_warning = (struct err){.kind = ERR_NONE};
    if (state_load(root, id, true, &state, err) < 0 && !(force && state.damaged)) {
        state_close(&state);
        return force && err->kind == ERR_NOT_FOUND ? 0 : -1;
    }
    if (may_delete(&state, force, err) < 0) {
        state_close(&state);
        return -1;
    }
    end_process(&state);
    read_config(&state, &config); /* before it goes; the hooks run after all has gone */
    int result = state_remove(&state, err);
    if (result == 0)
        run_hooks(&state, HOOK_POSTSTOP, &config, ret_warning);
    config_free(&config);
    return result;
}
