// SPDX-License-Identifier: MIT
/*
 * `mini-docker run`, from the words that were typed to the exit status. Read it from the bottom:
 * engine_run judges the words, writes the spec, and goes through the container's life once: start,
 * attach, end, remove.
 */
#include "run.h"

#include "defaults.h"
#include "env.h"
#include "limits.h"
#include "profile.h"
#include "rights.h"
#include "user.h"

#include "runtime/attach.h"
#include "runtime/container.h"

#include "exec.h"
#include "host.h"
#include "rootfs.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* All that the spec points at, for as long as the container lives. */
struct running {
    const struct run_options *options;
    char id[65]; /* 64 hex digits, as Docker has it */
    char short_id[13];
    char root[PATH_MAX];
    char cgroups_path[40];
    struct winsize size;
    struct user user;
    struct idmap mappings;
    struct env env;
    struct seccomp seccomp;
    struct record_host host;
    struct json_memory memory;
    struct spec spec;
    struct undo undo;
    struct container container;
    struct attach attach;
};

static int make_id(struct running *running, struct err *err)
{
    unsigned char bytes[32];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return err_sys(err, "cannot get random numbers");
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(running->id + 2 * i, 3, "%02x", bytes[i]);
    snprintf(running->short_id, sizeof(running->short_id), "%.12s", running->id);
    snprintf(
        running->cgroups_path, sizeof(running->cgroups_path), "mini-docker-%s", running->short_id);
    return 0;
}

static int choose_root(struct running *running, struct err *err)
{
    const struct run_options *options = running->options;
    struct spec_root *root = &running->spec.root;

    if (options->rootfs) {
        if (rootfs_check(options->rootfs, err) < 0)
            return -1;
        if (!realpath(options->rootfs, running->root))
            return err_sys(err, "cannot find the path of --rootfs %s", options->rootfs);
    } else if (rootfs_builtin(running->root, err) < 0) {
        return -1;
    }
    *root = (struct spec_root){
        .path = running->root,
        .readonly = options->read_only,
        .ephemeral = !options->rootfs && !options->read_only,
    };
    return 0;
}

/*
 * Without --rootfs the first word may be `busybox`, as the name of the image that is built in;
 * alone it means its shell.
 */
static int choose_program(struct running *running, struct err *err)
{
    static char *shell[] = {"sh", NULL};
    char **argv = running->options->argv;

    if (!running->options->rootfs && argv[0] && strcmp(argv[0], "busybox") == 0)
        argv = argv[1] ? argv + 1 : shell;
    if (!argv[0]) {
        err_set(err, ERR_USAGE, "\"mini-docker run\" requires at least 1 argument");
        return err_hint(err, "name the program to run, after the options: mini-docker run -it sh");
    }
    running->spec.process.args = argv;
    return 0;
}

/* Letters that a name may have in /etc/hosts; the kernel itself would take anything. */
static int check_hostname(const char *name, struct err *err)
{
    size_t length = strlen(name);
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

    if (length > 0 && length <= 63 && strspn(name, letters) == length && name[0] != '-' &&
        name[0] != '.')
        return 0;
    err_set(err, ERR_USAGE, "invalid hostname format: '%s'", name);
    return err_hint(
        err, "accepted: 1 to 63 letters, digits, '-', '_' and '.', the first no '-' or '.'");
}

static int fill_environment(struct running *running, struct err *err)
{
    const struct run_options *options = running->options;
    struct env *env = &running->env;

    if (env_set(env, "PATH", EXEC_PATH, err) < 0 ||
        env_set(env, "HOSTNAME", running->spec.hostname, err) < 0 ||
        (options->tty && env_set(env, "TERM", "xterm", err) < 0) ||
        env_add_options(env, &options->env, err) < 0)
        return -1;
    if (!env_has(env, "HOME") && env_set(env, "HOME", running->user.home, err) < 0)
        return -1;
    running->spec.process.env = env->items;
    return 0;
}

/*
 * Who is not root on the host gets a user namespace, and there all that the rest needs. Where one
 * ID only can be mapped, it is the one that the program is to have.
 */
static int fill_rootless(struct running *running, struct err *err)
{
    struct idmap *map = &running->mappings;

    if (host_is_root())
        return 0;
    if (idmap_for_caller(map, err) < 0)
        return -1;
    if (map->uids == 1)
        map->uid[0].inside = running->user.uid;
    if (map->gids == 1)
        map->gid[0].inside = running->user.gid;
    running->spec.linux_.namespaces |= CLONE_NEWUSER;
    running->spec.linux_.mappings = map;
    return 0;
}

static int fill_spec(struct running *running, struct err *err)
{
    const struct run_options *options = running->options;
    struct spec *spec = &running->spec;
    struct spec_process *process = &spec->process;
    struct record_host *host = &running->host;
    struct rights rights;

    host->cap_add = options->cap_add.items;
    host->cap_drop = options->cap_drop.items;
    host->security_opt = options->security_opts.items;
    for (size_t i = 0; i < options->security_opts.count; i++) {
        struct json_reader reader = {.memory = &running->memory, .err = err};
        options->security_opts.items[i] =
            rights_keep_option(options->security_opts.items[i], &reader);
        if (!options->security_opts.items[i])
            return -1;
    }
    defaults_fill(spec);
    if (limits_read(options, &spec->linux_.resources, err) < 0 ||
        choose_program(running, err) < 0 || choose_root(running, err) < 0 ||
        user_find((const char *const[]){running->root, NULL}, options->user, NULL, &running->user,
            err) < 0 ||
        rights_read(host, &rights, err) < 0 ||
        profile_prepare(rights.seccomp, rights.bounding, &running->seccomp, err) < 0)
        return -1;
    rights_fill(&rights, &running->user, process);
    if (options->hostname && check_hostname(options->hostname, err) < 0)
        return -1;
    if (options->workdir && options->workdir[0] != '/') {
        err_set(err, ERR_USAGE, "the working directory '%s' is invalid", options->workdir);
        return err_hint(err, "it needs to be an absolute path");
    }
    spec->hostname = options->hostname ? options->hostname : running->short_id;
    spec->linux_.cgroups_path = running->cgroups_path;
    process->cwd = options->workdir ? options->workdir : process->cwd;
    process->terminal = options->tty;
    if (options->tty && ioctl(STDIN_FILENO, TIOCGWINSZ, &running->size) == 0)
        process->console_size = &running->size;
    return fill_environment(running, err) < 0 ? -1 : fill_rootless(running, err);
}

/* 137 has many causes; only the kernel's own count says that it was memory. */
static void say_oom(const struct running *running)
{
    uint64_t kills = container_oom_kills(&running->container);

    if (kills > 0)
        fprintf(stderr,
            "mini-docker: out of memory: the kernel ended %ju process%s of the container at its "
            "limit of %s\n",
            (uintmax_t)kills, kills == 1 ? "" : "es", running->options->memory);
}

static int live(struct running *running, struct err *err)
{
    struct container *container = &running->container;
    struct attach *attach = &running->attach;

    attach->interactive = running->options->interactive;
    attach->terminal = running->options->tty;
    container_init(container);
    container->spec = &running->spec;
    container->undo = &running->undo;
    container->seccomp = &running->seccomp;
    container->init = running->options->init;
    if (running->options->explain)
        container->explain.fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (attach_prepare(attach, container->stdio, &container->console_socket, err) < 0 ||
        container_start(container, err) < 0 ||
        attach_follow(attach, container->process.pidfd, err) < 0)
        return -1;
    int status = container_wait(container, err);
    attach_end(attach);
    if (status == 128 + SIGKILL)
        say_oom(running);
    return status;
}

int engine_run(const struct run_options *options, struct err *err)
{
    static struct running running; /* the streams' buffers are large for a stack */
    struct err ignored;
    int status = -1;

    running.options = options;
    running.undo.fd = -1;
    if (make_id(&running, err) == 0 && fill_spec(&running, err) == 0 &&
        attach_signals(&running.attach, err) == 0 && undo_open(&running.undo, err) == 0)
        status = live(&running, err);
    if (running.undo.fd >= 0) {
        attach_end(&running.attach);
        container_remove(&running.container, &ignored);
        undo_all(&running.undo, stderr);
    }
    seccomp_free(&running.seccomp);
    json_memory_free(&running.memory);
    env_free(&running.env);
    return status;
}
