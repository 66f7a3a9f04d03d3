// SPDX-License-Identifier: MIT
/*
 * Who the new process is: what the container's own would be, had it been asked for with these
 * words. So the record is copied, the words are put into the copy, and that is translated as for a
 * start; then runtime/enter.h joins. Nothing of the container changes.
 */
#include "exec_container.h"

#include "engine/create/env.h"
#include "engine/images/image.h"
#include "engine/show/events.h"
#include "engine/store/status.h"
#include "engine/translate/translate.h"

#include "runtime/attach.h"
#include "runtime/enter.h"

#include "cleanup.h"
#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The container's environment, and the words' above it. The caller frees *ret. */
static int fill_environment(const struct record *record, const struct exec_options *options,
    struct env *ret, struct err *err)
{
    for (const char *const *word = record->config.env; word && *word; word++) {
        if (env_add(ret, *word, err) < 0)
            return -1;
    }
    return env_add_options(ret, &options->env, err);
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
        err_set(err, ERR_USAGE, "the working directory '%s' is invalid", options->workdir);
        return err_hint(err, "it needs to be an absolute path");
    }
    if (options->workdir)
        record->config.working_dir = options->workdir;
    return 0;
}

static int stay(struct enter *enter, const struct exec_options *options, struct err *err)
{
    static struct attach attach; /* its buffers are large for a stack */
    int status = -1;

    if (attach_signals(&attach, err) < 0)
        return -1;
    attach.interactive = options->interactive;
    attach.terminal = options->tty;
    if (attach_prepare(&attach, enter->stdio, &enter->console_socket, err) == 0 &&
        enter_start(enter, err) == 0 && attach_follow(&attach, enter->process.pidfd, err) == 0)
        status = spawn_wait(&enter->process, err);
    attach_end(&attach);
    return status;
}

/* A terminal must have somebody who reads what is written to it. */
static void hold_terminal(int console, int theirs)
{
    char buffer[4096];
    struct err ignored;
    int master;

    if (fork() != 0)
        return;
    close(theirs);
    setsid();
    for (int fd = 0; fd <= 2; fd++)
        close(fd);
    if (sock_receive_fd(console, "the terminal", &master, &ignored) == 0) {
        while (read(master, buffer, sizeof(buffer)) > 0)
            ;
    }
    _exit(0);
}

static int detach(struct enter *enter, const struct exec_options *options, struct err *err)
{
    cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int ends[2] = {-1, -1};

    if (null < 0)
        return err_sys(err, "cannot open /dev/null");
    for (int i = 0; i < 3; i++)
        enter->stdio[i] = null;
    if (options->tty) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
            return err_sys(err, "cannot make a socket for the terminal");
        hold_terminal(ends[0], ends[1]);
        enter->console_socket = ends[1];
    }
    int result = enter_start(enter, err);
    cleanup_close_fn(&ends[0]);
    cleanup_close_fn(&ends[1]);
    return result;
}

static int enter(const struct store *store, const struct record *record,
    const struct exec_options *options, struct translation *translation, struct err *err)
{
    struct spec_process *process = &translation->spec.process;
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
        result = state_load(root, record->id, false, &state, err);
    if (result == 0) {
        result = options->detach ? detach(&enter, options, err) : stay(&enter, options, err);
        state_close(&state);
    }
    cleanup_close_fn(&enter.process.pidfd);
    return result;
}

static int check(const struct store *store, const struct record *record, struct err *err)
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

int exec_container(const struct store *store, const struct record *record,
    const struct exec_options *options, struct err *err)
{
    struct record asked = *record; /* its memory stays the caller's */
    struct translation translation = {0};
    struct image image = {0};
    struct env env = {0};
    int result = check(store, record, err);

    if (result == 0)
        result = fill_environment(record, options, &env, err);
    if (result == 0)
        result = fill_record(options, &env, &asked, err);
    if (result == 0 && record->image_id)
        result = image_find(store, record->image_id, &image, err);
    if (result == 0)
        result = translate(store, &asked, record->image_id ? &image : NULL, &translation, err);
    if (result == 0)
        result = enter(store, record, options, &translation, err);
    translation_free(&translation);
    image_free(&image);
    env_free(&env);
    return result;
}
