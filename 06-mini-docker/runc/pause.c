// SPDX-License-Identifier: MIT
/*
 * pause and resume: the freezer of the container's group stops all its processes where they are, as
 * no signal could (SIGSTOP is seen by the parent, and one process at a time gets it).
 */
#include "commands.h"

#include "runtime/state.h"

static const struct opt OPTS[] = {{0}};

/* Only what makes a difference is done: to freeze a frozen group would hide a mistake. */
static int check(const struct state *state, bool pause, struct err *err)
{
    enum state_status status = state_status(state);

    if (pause ? status == STATE_RUNNING || status == STATE_CREATED : status == STATE_PAUSED)
        return 0;
    err_set(err, ERR_SYS, "cannot %s container %s: it is %s", pause ? "pause" : "resume", state->id,
        state_status_name(status));
    return err_hint(err, pause ? "container not running -> start it first"
                               : "container not paused -> pause it first");
}

static int set_frozen(const char *id, bool pause, struct err *err)
{
    struct state state;
    char root[PATH_MAX];

    if (globals_root(root, err) < 0 || state_load(root, id, true, &state, err) < 0)
        return -1;
    int result = check(&state, pause, err);
    if (result == 0 && state.group.absent) {
        err_set(err, ERR_SKIP, "cannot %s container %s: it has no group",
            pause ? "pause" : "resume", id);
        result = err_hint(err, "only a group can be frozen -> create it where groups can be made");
    }
    if (result == 0)
        result = cgroup_freeze(&state.group, pause, err);
    state_close(&state);
    return result;
}

static int pause_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    (void)argc;
    return set_frozen(argv[0], true, err);
}

static int resume_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    (void)argc;
    return set_frozen(argv[0], false, err);
}

const struct command pause_command = {
    .name = "pause",
    .operands = "ID",
    .summary = "Stop every process of a container where it is",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .run = pause_run,
};

const struct command resume_command = {
    .name = "resume",
    .operands = "ID",
    .summary = "Let a paused container go on",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .run = resume_run,
};
