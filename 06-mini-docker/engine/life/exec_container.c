// SPDX-License-Identifier: MIT
/*
 * Who the new process is: what the container's own would be, had it been asked for with these
 * words. So the record is copied, the words are put into the copy, and that is translated as for a
 * start; then runtime/enter.h joins. Nothing of the container changes.
 */
#include "exec_container.h"

#include "engine/create/env.h"
#include "engine/images/image.h"
#include "engine/store/status.h"
#include "engine/translate/translate.h"

#include "control.h"
#include "exec_keep.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The container's environment, and the words' above it. The caller frees *ret. */
static int fill_environment(const struct record *record, const struct exec_options *options,
    struct env *ret, struct err *err)
{
    for (const char *const *word = record->config.env; word && *word; word++) {
        if (env_add(ret, *word, err) < 0)
            return -1;
    }
    return env_add_files(ret, &options->env_file, err) < 0
               ? -1
               : env_add_options(ret, &options->env, err);
}

static int fill_record(const struct exec_options *options, const struct env *env,
    struct record *record, struct err *err)
{
    record->path = options->argv[0];
    record->args = (const char *const *)options->argv + 1;
    record->config.env = (const char *const *)env->items;
    record->config.tty = options->tty;
    record->host.privileged |= options->privileged;
    if (options->user)
        record->config.user = options->user;
    if (options->workdir && options->workdir[0] != '/') {
        err_set(err, ERR_NOT_EXECUTABLE, "the working directory '%s' is invalid", options->workdir);
        return err_hint(err, "it needs to be an absolute path");
    }
    if (options->workdir)
        record->config.working_dir = options->workdir;
    return 0;
}

/*
 * What it has joined of another container it has itself by now; the other may be gone. `own` is
 * "container:" and its own ID.
 */
static void look_at_itself(struct record_host *host, const char *own)
{
    const char **const modes[] = {&host->pid_mode, &host->ipc_mode, &host->uts_mode,
        &host->network_mode, &host->cgroupns_mode};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (*modes[i] && strncmp(*modes[i], "container:", 10) == 0)
            *modes[i] = own;
    }
}

static int enter(const struct store *store, const struct record *record,
    const struct exec_options *options, struct translation *translation, struct err *err)
{
    struct spec_process *process = &translation->spec.process;
    struct exec_events events = {
        .store = store, .record = record, .options = options, .argv = options->argv};
    struct winsize size;
    struct state state;
    struct enter enter = {
        .state = &state,
        .spec = &translation->spec,
        .seccomp = &translation->seccomp,
        .console_socket = -1,
        .stdio = {0, 1, 2},
        .explain = options->explain,
        .process = {.pidfd = -1},
    };
    char root[PATH_MAX];

    if (options->tty && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        process->console_size = &size;
    int result = store_run_dir(store, "runtime", root, err);
    if (result == 0)
        result = exec_events_begin(&events, err);
    if (result < 0)
        return -1;
    bool loaded = state_load(root, record->id, false, &state, err) == 0;
    if (loaded)
        result =
            options->detach ? exec_detach(&enter, &events, err) : exec_stay(&enter, &events, err);
    state_close(&state);
    close_fd(&enter.process.pidfd);
    return !loaded || (result < 0 && err->kind == ERR_SYS) ? control_explain(store, record, err)
                                                           : result;
}

static int check_runs(const struct store *store, const struct record *record, struct err *err)
{
    struct status status;

    if (status_ask(store, record->id, &status, err) < 0)
        return -1;
    if (status.kind == STATUS_RUNNING)
        return 0;
    if (status.kind == STATUS_PAUSED)
        return err_refuse(
            err, EBUSY, "Container %s is paused, unpause the container before exec", record->name);
    if (status.kind == STATUS_RESTARTING)
        return err_refuse(err, EBUSY,
            "Container %s is restarting, wait until the container is running", record->id);
    return err_refuse(err, ESRCH, "Container %s is not running", record->id);
}

/* An unknown user is why a program cannot be run, so the status is 126. */
static int who(const struct store *store, const struct record *asked, const struct image *image,
    struct translation *ret, struct err *err)
{
    if (translate(store, asked, image, ret, err) == 0)
        return 0;
    if (err->kind == ERR_REFUSED) {
        err->kind = ERR_NOT_EXECUTABLE;
        err->code = 0; /* the text says all */
    }
    return -1;
}

int exec_container(const struct store *store, const struct record *record,
    const struct exec_options *options, struct err *err)
{
    struct record asked = *record; /* its memory stays the caller's */
    struct translation translation = {0};
    struct image image = {0};
    struct env env = {0};
    char own[STORE_ID + 16];
    int result = check_runs(store, record, err);

    snprintf(own, sizeof(own), "container:%s", record->id);
    look_at_itself(&asked.host, own);

    if (result == 0)
        result = fill_environment(record, options, &env, err);
    if (result == 0)
        result = fill_record(options, &env, &asked, err);
    if (result == 0 && record->image_id)
        result = image_find(store, record->image_id, &image, err);
    if (result == 0)
        result = who(store, &asked, record->image_id ? &image : NULL, &translation, err);
    if (result == 0)
        result = enter(store, record, options, &translation, err);
    translation_free(&translation);
    image_free(&image);
    env_free(&env);
    return result;
}
