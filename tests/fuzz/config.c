// SPDX-License-Identifier: MIT
/* config.json as a hostile bundle may have it: what is accepted keeps the promises of spec.h. */
#include "fuzz.h"

#include "runtime/config.h"
#include "runtime/sysctl.h"

#include <sched.h>

/* Reads all of a list that ends with NULL, so that a string that is gone would be seen. */
static size_t walk(const void *list)
{
    size_t bytes = 0;

    for (const char *const *word = list; word && *word; word++)
        bytes += strlen(*word) + 1;
    return bytes;
}

static void look_at_linux(const struct spec_linux *l)
{
    char file[SYSCTL_ROOM];

    must(!(l->namespaces & CLONE_NEWUSER) || (l->mappings->uids > 0 && l->mappings->gids > 0));
    must(!l->mappings || (l->mappings->uids <= IDMAP_RANGES && l->mappings->gids <= IDMAP_RANGES));
    for (size_t i = 0; i < l->devices_count; i++)
        must(l->devices[i].path[0] == '/' && l->devices[i].minor < 1u << 20);
    for (size_t i = 0; i < l->device_rules_count; i++)
        must(strchr("abc", l->device_rules[i].type) && l->device_rules[i].access);
    for (size_t i = 0; i < l->sysctl_count; i++)
        must(l->sysctl[i].value && sysctl_file(l->sysctl[i].key, file));
    for (size_t i = 0; i < l->resources.unified_count; i++)
        must(l->resources.unified[i].value && !strchr(l->resources.unified[i].name, '/'));
    for (size_t i = 0; l->seccomp && i < l->seccomp->rules_count; i++)
        must(walk(l->seccomp->rules[i].names) && l->seccomp->rules[i].action);
    must(!l->seccomp || strlen(l->seccomp->text) > 2);
}

static void look_at(const struct spec *spec)
{
    const struct spec_process *process = &spec->process;

    must(spec->root.path[0] == '/');
    must(!process->args || (process->args[0] && process->cwd[0] == '/'));
    walk(process->args);
    walk(process->env);
    must(process->oom_score_adj >= -1000 && process->oom_score_adj <= 1000);
    for (size_t i = 0; i < spec->mounts_count; i++) {
        must(spec->mounts[i].destination[0] == '/');
        walk(spec->mounts[i].options);
    }
    for (int point = 0; point < HOOK_POINTS; point++) {
        for (size_t i = 0; i < spec->hooks[point].count; i++)
            must(spec->hooks[point].hooks[i].path[0] == '/');
    }
    look_at_linux(&spec->linux_);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;
    struct err err = {0};
    char name[16];

    fuzz_file(data, size, name);
    if (config_read("/proc/self/fd", name, "/bundle", &config, &err) == 0) {
        must(config.text_length == size && memcmp(config.text, data, size) == 0);
        look_at(&config.spec);
    } else {
        must_explain(&err);
        must(err.kind == ERR_USAGE);
    }
    config_free(&config);
    return 0;
}
