// SPDX-License-Identifier: MIT
/* exec: one more process in a container that runs. */
#include "exec.h"

#include "create.h"

#include "runtime/attach.h"
#include "runtime/enter.h"
#include "runtime/life.h"

#include "cleanup.h"
#include "proc.h"
#include "sock.h"

#include <signal.h>

#define AT(field) offsetof(struct exec_args, field)

static const struct opt OPTS[] = {
    {'p', "process", "FILE", "the process as JSON, as config.json has it", OPT_TEXT, AT(process)},
    {'d', "detach", NULL, "do not stay until it ends", OPT_FLAG, AT(detach)},
    {'t', "tty", NULL, "give it a terminal of its own", OPT_FLAG, AT(tty)},
    {0, "console-socket", "PATH", "send the terminal to this socket", OPT_TEXT, AT(console_socket)},
    {0, "pid-file", "FILE", "write its PID there", OPT_TEXT, AT(pid_file)},
    {0, "cwd", "DIR", "the directory it starts in", OPT_TEXT, AT(cwd)},
    {'e', "env", "KEY=VALUE", "set a variable", OPT_LIST, AT(env)},
    {'u', "user", "UID[:GID]", "who it is", OPT_TEXT, AT(user)},
    {'g', "additional-gids", "GID", "one more group", OPT_LIST, AT(gids)},
    {'c', "cap", "CAPABILITY", "one right more: CAP_NET_ADMIN", OPT_LIST, AT(caps)},
    {0, "no-new-privs", NULL, "no program may give it more rights", OPT_FLAG, AT(no_new_privs)},
    {0, "apparmor", "PROFILE", "its AppArmor profile", OPT_TEXT, AT(apparmor)},
    {0, "preserve-fds", "N", "pass N descriptors on, from 3", OPT_UINT, AT(preserve_fds),
        .least = 0, .most = 1 << 20},
    {0, "ignore-paused", NULL, "in a paused container too: it goes on with the rest", OPT_FLAG,
        AT(ignore_paused)},
    {0, "cgroup", "[CTRL:]PATH", "put it into a group below the container's", OPT_LIST,
        AT(cgroups)},
    {0},
};

/* A terminal has somebody at its other end: us, or whoever listens at the socket. */
static int check_terminal(const struct exec_args *args, bool terminal, struct err *err)
{
    if (args->console_socket && !terminal)
        return err_set(err, ERR_USAGE, "--console-socket for a process without a terminal");
    if (args->console_socket && !args->detach) {
        err_set(err, ERR_USAGE, "--console-socket without --detach");
        return err_hint(err, "in the foreground the terminal is carried to ours -> leave one out");
    }
    if (terminal && args->detach && !args->console_socket) {
        err_set(err, ERR_USAGE, "a terminal that nobody takes");
        return err_hint(err, "with --detach give --console-socket");
    }
    return 0;
}

static int start(const struct exec_args *args, struct enter *enter, struct err *err)
{
    if (enter_start(enter, err) < 0)
        return -1;
    if (!args->pid_file || life_write_pid_file(args->pid_file, enter->process.pid, err) == 0)
        return 0;
    spawn_end(&enter->process);
    return -1;
}

static int start_detached(const struct exec_args *args, struct enter *enter, struct err *err)
{
    if (args->console_socket && sock_connect(args->console_socket, &enter->console_socket, err) < 0)
        return -1;
    int result = start(args, enter, err);
    close_fd(&enter->console_socket);
    return result;
}

static int stay(const struct exec_args *args, struct enter *enter, struct err *err)
{
    static struct attach attach; /* its buffers are large for a stack */
    int status = -1;

    if (attach_signals(&attach, err) < 0)
        return -1;
    attach.interactive = true;
    attach.terminal = enter->spec->process.terminal;
    if (attach_prepare(&attach, enter->stdio, &enter->console_socket, err) == 0 &&
        start(args, enter, err) == 0 && attach_follow(&attach, enter->process.pidfd, err) == 0)
        status = spawn_wait(&enter->process, err);
    attach_end(&attach);
    return status;
}

static int enter_container(const struct exec_args *args, const struct state *state,
    const struct spec *spec, struct err *err)
{
    struct seccomp seccomp = {0};
    struct enter enter = {
        .state = state,
        .spec = spec,
        .seccomp = &seccomp,
        .console_socket = -1,
        .stdio = {0, 1, 2},
        .even_paused = args->ignore_paused,
        .explain = {.fd = globals_debug(), .who = "host"},
        .process = {.pidfd = -1},
    };
    const struct spec_seccomp *filter = spec->linux_.seccomp;
    char cache[96];
    unsigned listen_fds;
    int status = -1;

    if (create_preserve_fds(args->preserve_fds, &enter.preserve_fds, &listen_fds, err) == 0 &&
        seccomp_prepare(filter, filter ? seccomp_cache_dir(cache) : NULL, &seccomp, err) == 0)
        status = args->detach ? start_detached(args, &enter, err) : stay(args, &enter, err);
    seccomp_free(&seccomp);
    close_fd(&enter.process.pidfd);
    return status;
}

static int exec_run(void *args, int argc, char **argv, struct err *err)
{
    const struct exec_args *options = args;
    struct exec_process process = {0};
    struct state state;
    char root[PATH_MAX];
    int status = -1;

    if (argc < 1) {
        err_set(err, ERR_USAGE, "exec needs ID CMD [ARG...]");
        return err_hint(err, "exec --help says what it takes");
    }
    if (globals_root(root, err) < 0 || state_load(root, argv[0], false, &state, err) < 0)
        return -1;
    if (exec_process_read(options, &state, argc - 1, argv + 1, &process, err) == 0 &&
        check_terminal(options, process.spec.process.terminal, err) == 0 &&
        exec_choose_group(&options->cgroups, &state, err) == 0)
        status = enter_container(options, &state, &process.spec, err);
    exec_process_free(&process);
    state_close(&state);
    return status;
}

const struct command exec_command = {
    .name = "exec",
    .operands = "ID CMD [ARG...]",
    .summary = "Run one more program in a container",
    .details =
        "What the options do not say is as the container's own process has it. With --process\n"
        "the file says it, and there is no CMD; capabilities, rlimits, oomScoreAdj and\n"
        "apparmorProfile that it leaves out are the container's.",
    .opts = OPTS,
    .args_size = sizeof(struct exec_args),
    .run = exec_run,
};
