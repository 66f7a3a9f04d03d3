// SPDX-License-Identifier: MIT
/*
 * Who the new process is. An engine sends the whole of it as JSON; a person names what is to differ
 * from the container's own process, whose user, rights and limits it has otherwise: so an exec
 * never has more than the container, unless it was asked for by name.
 */
#include "exec.h"

#include "size.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* UID[:GID], numbers: the names are the container's, and its files are not read here. */
static int read_user(const char *word, struct spec_user *user, struct err *err)
{
    uint64_t uid = 0, gid = user->gid;
    char text[16] = "";
    size_t length = strcspn(word, ":");

    if (length < sizeof(text))
        memcpy(text, word, length);
    if (size_parse_u64("--user", text, 0, UINT32_MAX - 1, &uid, err) < 0 ||
        (word[length] &&
            size_parse_u64("--user", word + length + 1, 0, UINT32_MAX - 1, &gid, err) < 0))
        return err_hint(err, "it is UID or UID:GID, in numbers");
    user->uid = (uid_t)uid;
    user->gid = (gid_t)gid;
    return 0;
}

/* The container's, and more. */
static int read_gids(const struct opt_list *words, struct exec_process *process, struct err *err)
{
    struct spec_user *user = &process->spec.process.user;
    size_t have = user->additional_gids_count;
    uint64_t gid = 0;

    if (words->count == 0)
        return 0;
    process->gids = calloc(have + words->count, sizeof(*process->gids));
    if (!process->gids)
        return err_sys(err, "no memory for the groups");
    for (size_t i = 0; i < have; i++)
        process->gids[i] = user->additional_gids[i];
    for (size_t i = 0; i < words->count; i++) {
        if (size_parse_u64("--additional-gids", words->items[i], 0, UINT32_MAX - 1, &gid, err) < 0)
            return -1;
        process->gids[have + i] = (gid_t)gid;
    }
    user->additional_gids = process->gids;
    user->additional_gids_count = have + words->count;
    return 0;
}

/* Into the three sets that a program without file capabilities gets its rights from. */
static int read_caps(const struct opt_list *words, struct caps *caps, struct err *err)
{
    for (size_t i = 0; i < words->count; i++) {
        int capability = caps_number(words->items[i]);
        if (capability < 0) {
            err_set(err, ERR_USAGE, "--cap: unknown capability '%s'", words->items[i]);
            return err_hint(err, "its whole name is wanted: CAP_NET_ADMIN");
        }
        caps->bounding |= CAPS_BIT(capability);
        caps->effective |= CAPS_BIT(capability);
        caps->permitted |= CAPS_BIT(capability);
    }
    return 0;
}

static void put(char **env, size_t *count, const char *item)
{
    size_t key = strcspn(item, "=") + 1;

    for (size_t i = 0; i < *count; i++) {
        if (strncmp(env[i], item, key) == 0) {
            env[i] = (char *)item;
            return;
        }
    }
    env[(*count)++] = (char *)item;
}

/* The container's, with each of --env in the place of what it replaces, or at the end. */
static int read_env(const struct opt_list *words, struct exec_process *process, struct err *err)
{
    char *const *base = process->spec.process.env;
    size_t count = 0, have = 0;

    while (base && base[have])
        have++;
    process->env = calloc(have + words->count + 1, sizeof(char *));
    if (!process->env)
        return err_sys(err, "no memory for the environment");
    for (size_t i = 0; i < have; i++)
        process->env[count++] = base[i];
    for (size_t i = 0; i < words->count; i++) {
        const char *equals = strchr(words->items[i], '=');
        if (!equals || equals == words->items[i])
            return err_set(err, ERR_USAGE, "--env '%s' is not KEY=VALUE", words->items[i]);
        put(process->env, &count, words->items[i]);
    }
    process->spec.process.env = process->env;
    return 0;
}

static int change(
    const struct exec_args *args, char **argv, struct exec_process *process, struct err *err)
{
    struct spec_process *to = &process->spec.process;

    to->args = argv;
    to->terminal = args->tty;
    to->console_size = NULL;
    to->no_new_privileges |= args->no_new_privs;
    if (args->apparmor)
        to->apparmor_profile = args->apparmor;
    if (args->cwd && args->cwd[0] != '/')
        return err_set(err, ERR_USAGE, "--cwd '%s' is not an absolute path", args->cwd);
    if (args->cwd)
        to->cwd = args->cwd;
    if (args->user && read_user(args->user, &to->user, err) < 0)
        return -1;
    if (read_gids(&args->gids, process, err) < 0 ||
        read_caps(&args->caps, &to->capabilities, err) < 0)
        return -1;
    return read_env(&args->env, process, err);
}

/* What a file leaves out: a container's bounds hold for who comes later, too, as in runc. */
static void inherit(struct spec_process *to, const struct spec_process *from)
{
    if (!to->capabilities_given)
        to->capabilities = from->capabilities;
    if (!to->apparmor_profile)
        to->apparmor_profile = from->apparmor_profile;
    if (to->rlimits_count == 0) {
        to->rlimits = from->rlimits;
        to->rlimits_count = from->rlimits_count;
    }
    if (!to->oom_score_adj_given) {
        to->oom_score_adj_given = from->oom_score_adj_given;
        to->oom_score_adj = from->oom_score_adj;
    }
}

/* What --process has itself, and a second source of it would have to be ignored. */
static int check_alone(const struct exec_args *args, int argc, struct err *err)
{
    if (argc == 0 && !args->cwd && !args->user && !args->apparmor && !args->no_new_privs &&
        args->env.count + args->gids.count + args->caps.count == 0)
        return 0;
    err_set(err, ERR_USAGE, "--process and words that describe the process");
    return err_hint(err, "its file has program, cwd, env, user and rights -> write them there");
}

int exec_process_read(const struct exec_args *args, const struct state *state, int argc,
    char **argv, struct exec_process *ret, struct err *err)
{
    struct spec_process *process = &ret->spec.process;

    if (args->process && check_alone(args, argc, err) < 0)
        return -1;
    if (!args->process && argc == 0) {
        err_set(err, ERR_USAGE, "exec needs ID CMD [ARG...]");
        return err_hint(err, "name the program to run, or a file with --process");
    }
    if (config_read(state->dir, "config.json", state->bundle, &ret->container, err) < 0)
        return -1;
    ret->spec = ret->container.spec;
    if (!args->process) {
        if (change(args, argv, ret, err) < 0)
            return -1;
    } else {
        if (config_read_process(args->process, &ret->own, err) < 0)
            return -1;
        *process = ret->own.spec.process;
        inherit(process, &ret->container.spec.process);
        process->terminal |= args->tty;
    }
    if (process->terminal && !process->console_size && !args->detach &&
        ioctl(STDIN_FILENO, TIOCGWINSZ, &ret->size) == 0)
        process->console_size = &ret->size;
    return 0;
}

void exec_process_free(struct exec_process *process)
{
    free(process->env);
    free(process->gids);
    config_free(&process->own);
    config_free(&process->container);
}
