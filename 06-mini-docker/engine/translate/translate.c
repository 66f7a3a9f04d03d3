// SPDX-License-Identifier: MIT
/*
 * A record into a spec: the program and its surroundings here, the rest in translate_*.c. It begins
 * with Docker's defaults (defaults.c) and changes what the record asks for.
 *
 * What must hold: nothing of the spec points to the stack, since it is used until the container has
 * ended; what is neither a constant nor the record's or the image's is memory of the translation.
 */
#include "translate.h"

#include "defaults.h"
#include "engine/files/upper.h"
#include "profile.h"
#include "rights.h"
#include "translate_internal.h"

#include "exec.h"
#include "host.h"
#include "runtime/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

void *translate_alloc(struct translating *translating, size_t count, size_t size)
{
    return json_alloc(&translating->reader, count, size);
}

/* "a:b" -> {above, "a", "b", NULL} */
static const char *const *split_layers(
    struct translating *translating, const char *above, const char *lower)
{
    char *rest = json_print(&translating->reader, "%s", lower);
    size_t count = 3;

    for (const char *c = lower; *c; c++)
        count += *c == ':';
    const char **layers = translate_alloc(translating, count, sizeof(*layers));
    if (!rest || !layers)
        return NULL;
    layers[0] = above;
    for (size_t i = 1; rest; i++)
        layers[i] = strsep(&rest, ":");
    return layers;
}

/* *ret_layers: where the files of the root are to be looked for. */
static int fill_root(struct translating *translating, const char *const **ret_layers)
{
    const struct record_host *host = &translating->record->host;
    struct spec_root *root = &translating->ret->spec.root;
    char upper[PATH_MAX], work[PATH_MAX];

    root->readonly = host->read_only;
    if (!translating->image) {
        const char **layers = translate_alloc(translating, 2, sizeof(*layers));
        root->path = host->rootfs;
        *ret_layers = layers;
        if (layers)
            layers[0] = host->rootfs;
        return layers ? 0 : -1;
    }
    root->lower = translating->image->lower;
    if (upper_make(translating->store, translating->record->id, root->lower, upper, work,
            translating->err) < 0)
        return -1;
    root->upper = json_print(&translating->reader, "%s", upper);
    root->work = json_print(&translating->reader, "%s", work);
    if (!root->upper || !root->work)
        return -1;
    root->path = root->upper;
    root->fleeting = host->auto_remove;
    *ret_layers = split_layers(translating, root->upper, root->lower);
    return *ret_layers ? 0 : -1;
}

static int fill_environment(struct translating *translating)
{
    const struct record_config *config = &translating->record->config;
    struct translation_memory *memory = translating->ret->memory;
    struct err *err = translating->err;
    struct env *env = &memory->env;

    if (env_set(env, "PATH", EXEC_PATH, err) < 0 ||
        env_set(env, "HOSTNAME", config->hostname ?: "", err) < 0 ||
        (config->tty && env_set(env, "TERM", "xterm", err) < 0))
        return -1;
    for (const char *const *word = config->env; word && *word; word++) {
        if (env_add(env, *word, err) < 0)
            return -1;
    }
    if (!env_has(env, "HOME") && env_set(env, "HOME", memory->user.home, err) < 0)
        return -1;
    translating->ret->spec.process.env = env->items;
    return 0;
}

static int fill_arguments(struct translating *translating)
{
    const struct record *record = translating->record;
    size_t count = 0;

    while (record->args[count])
        count++;
    char **args = translate_alloc(translating, count + 2, sizeof(*args));
    if (!args)
        return -1;
    /* execve(2) takes them as they are and changes none */
    memcpy(args, &record->path, sizeof(*args));
    memcpy(args + 1, record->args, count * sizeof(*args));
    translating->ret->spec.process.args = args;
    return 0;
}

static rlim_t limit_of(int64_t number)
{
    return number < 0 ? RLIM_INFINITY : (rlim_t)number;
}

static int fill_ulimits(struct translating *translating)
{
    const struct record_host *host = &translating->record->host;
    struct spec_process *process = &translating->ret->spec.process;
    struct spec_rlimit *limits = translate_alloc(translating, host->ulimits_count, sizeof(*limits));

    for (size_t i = 0; limits && i < host->ulimits_count; i++) {
        const struct record_ulimit *from = &host->ulimits[i];
        const struct json_word *row = rlimit_words;
        while (row->word && strcasecmp(row->word + strlen("RLIMIT_"), from->name) != 0)
            row++;
        if (!row->word)
            return err_set(translating->err, ERR_USAGE, "invalid ulimit type: %.40s", from->name);
        limits[i].type = (int)row->value;
        limits[i].limit = (struct rlimit){limit_of(from->soft), limit_of(from->hard)};
    }
    process->rlimits = limits;
    process->rlimits_count = host->ulimits_count;
    return limits ? 0 : -1;
}

static int fill_process(struct translating *translating, const char *const *layers)
{
    const struct record *record = translating->record;
    const struct record_config *config = &record->config;
    struct translation *ret = translating->ret;
    struct spec_process *process = &ret->spec.process;
    struct err *err = translating->err;
    struct rights rights;

    if (rights_read(&record->host, &rights, err) < 0 ||
        user_find(layers, config->user, record->host.group_add, &ret->memory->user, err) < 0 ||
        profile_prepare(rights.seccomp, rights.bounding, &ret->seccomp, err) < 0)
        return -1;
    rights_fill(&rights, &ret->memory->user, process);
    if (rights.open_paths)
        ret->spec.linux_.masked_paths = ret->spec.linux_.readonly_paths = NULL;
    process->terminal = config->tty;
    process->cwd = config->working_dir ?: "/";
    process->oom_score_adj = record->host.oom_score_adj;
    process->oom_score_adj_given = record->host.oom_score_adj != 0;
    return fill_arguments(translating) < 0 || fill_ulimits(translating) < 0
               ? -1
               : fill_environment(translating);
}

static int fill_mounts(struct translating *translating)
{
    struct translation *ret = translating->ret;
    const struct image *image = translating->image;

    if (mounts_prepare(translating->store, translating->record, image ? image->lower : NULL,
            &ret->mounts, translating->err) < 0)
        return -1;
    ret->spec.mounts = ret->mounts.items;
    ret->spec.mounts_count = ret->mounts.count;
    /* what is mounted in there is to be seen on the host: an ordinary user cannot have that */
    if (ret->mounts.shared && host_is_root())
        ret->spec.linux_.rootfs_propagation = MS_SHARED;
    return 0;
}

int translate(const struct store *store, const struct record *record, const struct image *image,
    struct translation *ret, struct err *err)
{
    const char *const *layers;

    *ret = (struct translation){.memory = calloc(1, sizeof(*ret->memory))};
    if (!ret->memory)
        return err_sys(err, "no memory for the container");
    struct translating translating = {
        .store = store,
        .record = record,
        .image = image,
        .ret = ret,
        .reader = {.file = "the record", .memory = &ret->memory->memory, .err = err},
        .err = err,
    };
    defaults_fill(&ret->spec);
    ret->spec.hostname = record->config.hostname;
    ret->spec.domainname = record->config.domainname;
    if (fill_root(&translating, &layers) < 0 || fill_process(&translating, layers) < 0 ||
        fill_mounts(&translating) < 0 || translate_namespaces(&translating) < 0 ||
        translate_limits(&translating) < 0)
        return -1;
    return translate_devices(&translating);
}

void translation_free(struct translation *translation)
{
    if (translation->memory) {
        json_memory_free(&translation->memory->memory);
        env_free(&translation->memory->env);
    }
    free(translation->memory);
    seccomp_free(&translation->seccomp);
    mounts_free(&translation->mounts);
    *translation = (struct translation){0};
}
