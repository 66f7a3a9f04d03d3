// SPDX-License-Identifier: MIT
/*
 * The commands' order of doing things, which is what makes a killed one harmless:
 *
 *     1. the state directory, locked, with its journal and the config
 *     2. the groups: their lines in the journal, then mkdir (container.c)
 *     3. the process: cloned; its line in the journal, then state.json (record, here). It dies with
 *        its parent until it is held or is the program.
 *     4. all else is in the process's own namespaces and goes with it.
 *
 * On v1 the process is there before the groups; each line still comes before its thing can do harm.
 *
 * So whatever exists is named on disk, or dies by itself.
 */
#include "life.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void life_options_init(struct life_options *options)
{
    *options = (struct life_options){
        .console_socket = -1, .stdio = {0, 1, 2}, .explain = {.fd = -1, .who = "host"}};
}

/* RFC 3339 with nanoseconds, in UTC. */
static void write_time(char *ret, size_t size)
{
    struct timespec now;
    struct tm tm;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t used = strftime(ret, size, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(ret + used, size - used, ".%09ldZ", now.tv_nsec);
}

/* Once the process exists, and before it does anything. */
static int record(struct container *container, struct err *err)
{
    struct life *life = container->record_arg;
    struct state *state = &life->state;

    state->pid = container->process.pid;
    state->start_time = container->start_time;
    state->group = container->group;
    int result = state_save(state, err);
    state->group = (struct cgroup){.absent = true, .fd = -1};
    return result;
}

static int keep_config(const struct life *life, struct err *err)
{
    if (!life->config.text)
        return 0;
    return fsio_create(err, life->state.dir, "config.json", life->config.text);
}

static void describe(struct life *life, const struct life_options *options)
{
    struct state *state = &life->state;

    snprintf(state->bundle, sizeof(state->bundle), "%s", options->bundle ? options->bundle : "");
    snprintf(state->rootfs, sizeof(state->rootfs), "%s", life->config.spec.root.path);
    snprintf(state->owner, sizeof(state->owner), "%u", geteuid());
    write_time(state->created, sizeof(state->created));
}

static void fill_container(struct life *life, const struct life_options *options)
{
    struct container *container = &life->container;

    container->spec = &life->config.spec;
    container->undo = &life->undo;
    container->lock = life->state.lock;
    container->seccomp = options->spec ? options->seccomp : &life->seccomp;
    memcpy(container->stdio, options->stdio, sizeof(container->stdio));
    container->console_socket = options->console_socket;
    container->preserve_fds = options->preserve_fds;
    container->listen_fds = options->listen_fds;
    container->no_pivot = options->no_pivot;
    container->keep_keyring = options->keep_keyring;
    container->init = options->init;
    container->prepare = options->prepare;
    container->prepare_arg = options->prepare_arg;
    container->explain = options->explain;
    container->record = record;
    container->record_arg = life;
    container->hooks_state = (struct hooks_state){
        .id = life->state.id,
        .status = "creating",
        .bundle = life->state.bundle,
        .spec = &life->config.spec,
    };
}

static int read_spec(const struct life_options *options, struct life *life, struct err *err)
{
    if (options->spec) {
        life->config.spec = *options->spec;
        return 0;
    }
    explain_step(&options->explain, "the OCI's config.md", "read config.json");
    return config_read(options->bundle, "config.json", options->bundle, &life->config, err);
}

/* What needs nothing made: a wrong config.json leaves no trace. */
static int prepare(struct life_options *options, struct life *life, struct err *err)
{
    struct spec *spec = &life->config.spec;
    char cache[96];

    if (state_check_id(options->id, err) < 0 || read_spec(options, life, err) < 0)
        return -1;
    if (!spec->process.args)
        return err_set(err, ERR_USAGE, "config.json: process: it is needed to create a container");
    if (options->streams && options->streams(options, spec->process.terminal, err) < 0)
        return -1;
    if (!spec->process.console_size)
        spec->process.console_size = options->console_size;
    if (spec->process.terminal != (options->console_socket >= 0)) {
        if (!spec->process.terminal)
            return err_set(err, ERR_USAGE,
                "config.json: process.terminal: it is false, so there "
                "is nothing to send to --console-socket");
        err_set(err, ERR_USAGE,
            "config.json: process.terminal: it is true, and nobody takes the "
            "terminal");
        return err_hint(err, "give --console-socket");
    }
    if (!spec->linux_.cgroups_path)
        spec->linux_.cgroups_path = options->id;
    spec->linux_.cgroups_disabled |= options->cgroups_disabled;
    if (options->spec)
        return 0;
    return seccomp_prepare(spec->linux_.seccomp,
        spec->linux_.seccomp ? seccomp_cache_dir(cache) : NULL, &life->seccomp, err);
}

int life_write_pid_file(const char *path, pid_t pid, struct err *err)
{
    char text[24];

    snprintf(text, sizeof(text), "%d", pid);
    return fsio_replace(err, path, text);
}

static int write_pid_file(const struct life_options *options, struct life *life, struct err *err)
{
    if (!options->pid_file)
        return 0;
    if (life_write_pid_file(options->pid_file, life->container.process.pid, err) < 0)
        return -1;
    life->pid_file_written = true;
    return 0;
}

/* All is gone. Hooks of before may have made what only these take away again. */
static void run_poststop(struct life *life, struct err *ret_warning)
{
    struct hooks_state *told = &life->container.hooks_state;

    told->status = "stopped";
    told->pid = 0;
    hooks_run(told->spec, HOOK_POSTSTOP, told, ret_warning);
}

/*
 * Give up what was begun, for an error that the caller has. With the process began the hooks'
 * time, and a start that fails goes the way of every container then: it is deleted (runtime.md,
 * "Lifecycle").
 */
static int give_up(const struct life_options *options, struct life *life)
{
    bool had_process = life->container.hooks_state.pid;
    struct err ignored;

    if (life->pid_file_written)
        unlink(options->pid_file);
    if (life->container.undo)
        container_remove(&life->container, &ignored);
    if (life->state.lock < 0 || life->undo.fd < 0)
        return -1;
    /* where there are no more descriptors, these are what the removal needs */
    sync_close(&life->container.hold);
    close_fd(&life->undo.fd);
    state_remove(&life->state, &ignored);
    if (had_process)
        run_poststop(life, &ignored);
    return -1;
}

static int begin(const struct life_options *options, struct life *life, struct err *err)
{
    struct life_options own = *options;

    *life = (struct life){
        .state = {.lock = -1, .group = {.absent = true, .fd = -1}}, .undo = {.fd = -1}};
    container_init(&life->container);
    if (prepare(&own, life, err) < 0)
        return -1;
    explain_step(&own.explain, "the OCI's runtime.md", "make %s/%s: lock, journal%s", own.root,
        own.id, own.spec ? "" : ", config.json");
    if (state_create(options->root, options->id, &life->state, &life->undo, err) < 0)
        return -1;
    describe(life, options);
    fill_container(life, &own);
    return keep_config(life, err);
}

int life_create(const struct life_options *options, struct life *ret, struct err *err)
{
    struct container *container = &ret->container;

    if (begin(options, ret, err) < 0)
        return give_up(options, ret);
    container->outlives = true;
    if (state_make_fifos(&ret->state, &container->hold, err) < 0 ||
        container_start(container, err) < 0 || write_pid_file(options, ret, err) < 0 ||
        state_ready(&ret->state, err) < 0)
        return give_up(options, ret);
    state_made(&ret->state, &ret->undo);
    return 0;
}

int life_run(const struct life_options *options, struct life *ret, struct err *err)
{
    struct container *container = &ret->container;

    if (begin(options, ret, err) < 0)
        return give_up(options, ret);
    container->outlives = options->detach;
    if (container_start(container, err) < 0 || write_pid_file(options, ret, err) < 0)
        return give_up(options, ret);
    state_made(&ret->state, &ret->undo);
    container->hooks_state.status = "running";
    hooks_run(container->spec, HOOK_POSTSTART, &container->hooks_state, &ret->warning);
    return 0;
}

/*
 * What was made is known here, so the journal need not be read. The lock was given back while it
 * ran; whoever has deleted it meanwhile has done our work.
 */
int life_end(struct life *life, struct err *err)
{
    int levels = container_remove(&life->container, err);
    if (levels < 0)
        return -1;
    if (levels > 0)
        life->warning = *err;
    explain_step(&life->container.explain, "the OCI's runtime.md", "remove %s", life->state.dir);
    if (state_forget(&life->state, err) < 0)
        return -1;
    explain_step(&life->container.explain, "the OCI's runtime.md", "nothing is left");
    run_poststop(life, &life->warning);
    return 0;
}

void life_close(struct life *life)
{
    sync_close(&life->container.sync);
    sync_close(&life->container.hold);
    close_fd(&life->container.process.pidfd);
    cgroup_close(&life->container.group);
    close_fd(&life->undo.fd);
    state_close(&life->state);
    seccomp_free(&life->seccomp);
    config_free(&life->config);
}
