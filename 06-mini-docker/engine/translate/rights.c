// SPDX-License-Identifier: MIT
/*
 * Docker's set of capabilities, with what --cap-add adds and --cap-drop takes away, in Docker's
 * order: with `--cap-drop ALL --cap-add CHOWN` CHOWN alone is left, however they are ordered.
 */
#include "rights.h"

#include "defaults.h"

#include "cleanup.h"
#include "fsio.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json_object.h>
#include <string.h>

/* "net_admin", "CAP_NET_ADMIN", "ALL" -> its bits. */
static int read_capability(const char *option, const char *word, uint64_t *ret, struct err *err)
{
    char name[40] = "CAP_";
    size_t at = strncasecmp(word, "CAP_", 4) == 0 ? 0 : 4;

    for (; *word && at < sizeof(name) - 1; at++)
        name[at] = (char)toupper((unsigned char)*word++);
    name[at] = '\0';
    int number = caps_number(name);
    *ret = strcmp(name, "CAP_ALL") == 0 ? ~UINT64_C(0) : number >= 0 ? CAPS_BIT(number) : 0;
    if (*ret)
        return 0;
    err_refuse(err, EINVAL, "invalid %s: unknown capability: \"%s\"", option, name);
    return err_hint(err, "accepted: ALL, or a name of capabilities(7), such as NET_ADMIN");
}

static int read_list(const char *option, const char *const *words, uint64_t *ret, struct err *err)
{
    uint64_t bits;

    *ret = 0;
    for (; words && *words; words++) {
        if (read_capability(option, *words, &bits, err) < 0)
            return -1;
        *ret |= bits;
    }
    return 0;
}

/* "seccomp=FILE" -> "FILE" for the name "seccomp"; Docker takes a colon too. */
static const char *value_of(const char *word, const char *name)
{
    size_t length = strlen(name);

    if (strncmp(word, name, length) != 0 || (word[length] != '=' && word[length] != ':'))
        return NULL;
    return word + length + 1;
}

static int read_security_option(const char *word, struct rights *ret, struct err *err)
{
    const char *no_new = value_of(word, "no-new-privileges"), *seccomp = value_of(word, "seccomp"),
               *paths = value_of(word, "systempaths");

    if (strcmp(word, "no-new-privileges") == 0 || (no_new && strcmp(no_new, "true") == 0)) {
        ret->no_new_privileges = true;
    } else if (seccomp && *seccomp) {
        ret->seccomp = strcmp(seccomp, "builtin") == 0 ? NULL : seccomp;
    } else if (paths && strcmp(paths, "unconfined") == 0) {
        ret->open_paths = true;
    } else if (!no_new || strcmp(no_new, "false") != 0) {
        err_set(err, ERR_USAGE, "Invalid --security-opt: \"%.60s\"", word);
        return err_hint(err, "accepted: no-new-privileges, seccomp=unconfined, seccomp=FILE, "
                             "systempaths=unconfined");
    }
    return 0;
}

int rights_read(const struct record_host *host, struct rights *ret, struct err *err)
{
    uint64_t add, drop, all = ~UINT64_C(0);

    *ret = (struct rights){.open_paths = host->privileged};
    if (host->privileged)
        ret->seccomp = "unconfined";
    if (read_list("CapAdd", host->cap_add, &add, err) < 0 ||
        read_list("CapDrop", host->cap_drop, &drop, err) < 0)
        return -1;
    for (const char *const *word = host->security_opt; word && *word; word++) {
        if (read_security_option(*word, ret, err) < 0)
            return -1;
    }
    if (host->privileged)
        ret->bounding = all;
    else if (add == all)
        ret->bounding = all & ~drop;
    else
        ret->bounding = (drop == all ? 0 : DEFAULT_CAPABILITIES & ~drop) | add;
    return 0;
}

void rights_fill(const struct rights *rights, const struct user *user, struct spec_process *process)
{
    /* a user who is not root inside keeps no right, as execve(2) would leave it */
    uint64_t kept = user->uid == 0 ? rights->bounding : 0;

    process->no_new_privileges = rights->no_new_privileges;
    process->capabilities =
        (struct caps){.bounding = rights->bounding, .effective = kept, .permitted = kept};
    process->user = (struct spec_user){
        .uid = user->uid,
        .gid = user->gid,
        .additional_gids = user->groups,
        .additional_gids_count = user->groups_count,
    };
}

const char *rights_keep_option(const char *word, struct json_reader *memory)
{
    const char *file = value_of(word, "seccomp"), *text, *prefix = "seccomp=";
    struct json_memory profile = {0};
    char *kept = NULL;

    if (!file || !*file || strcmp(file, "unconfined") == 0 || strcmp(file, "builtin") == 0)
        return word;
    cleanup_free char *read = fsio_read(NULL, file, memory->err);
    if (read && json_parse(file, read, strlen(read), &profile, memory->err) == 0) {
        text = json_object_to_json_string_ext(
            profile.tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        size_t room = strlen(prefix) + strlen(text) + 1;
        kept = json_alloc(memory, room, 1);
        if (kept)
            snprintf(kept, room, "%s%s", prefix, text);
    }
    json_memory_free(&profile);
    return kept;
}
