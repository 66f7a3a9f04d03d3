// SPDX-License-Identifier: MIT
/*
 * Docker's set of capabilities, with what --cap-add adds and --cap-drop takes away, in Docker's
 * order: with `--cap-drop ALL --cap-add CHOWN` CHOWN alone is left, however they are ordered.
 */
#include "rights.h"

#include "defaults.h"

#include <ctype.h>
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
    err_set(err, ERR_USAGE, "invalid %s: unknown capability: \"%s\"", option, name);
    return err_hint(err, "accepted: ALL, or a name of capabilities(7), such as NET_ADMIN");
}

static int read_list(
    const char *option, const struct opt_list *words, uint64_t *ret, struct err *err)
{
    uint64_t bits;

    *ret = 0;
    for (size_t i = 0; i < words->count; i++) {
        if (read_capability(option, words->items[i], &bits, err) < 0)
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

static int read_security_options(
    const struct opt_list *words, bool *ret_no_new, const char **ret_seccomp, struct err *err)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i], *no_new = value_of(word, "no-new-privileges");
        const char *seccomp = value_of(word, "seccomp");
        if (strcmp(word, "no-new-privileges") == 0 || (no_new && strcmp(no_new, "true") == 0)) {
            *ret_no_new = true;
        } else if (seccomp && seccomp[0]) {
            *ret_seccomp = seccomp;
        } else if (!no_new || strcmp(no_new, "false") != 0) {
            err_set(err, ERR_USAGE, "invalid --security-opt: '%s'", word);
            return err_hint(err, "accepted: no-new-privileges, seccomp=unconfined, seccomp=FILE");
        }
    }
    return 0;
}

int rights_fill(const struct run_options *options, const struct user *user,
    struct spec_process *process, const char **ret_seccomp, struct err *err)
{
    uint64_t add, drop, all = ~UINT64_C(0);

    *ret_seccomp = NULL;
    if (read_list("--cap-add", &options->cap_add, &add, err) < 0 ||
        read_list("--cap-drop", &options->cap_drop, &drop, err) < 0 ||
        read_security_options(
            &options->security_opts, &process->no_new_privileges, ret_seccomp, err) < 0)
        return -1;
    uint64_t bounding =
        add == all ? all & ~drop : (drop == all ? 0 : DEFAULT_CAPABILITIES & ~drop) | add;
    /* a user who is not root inside keeps no right, as execve(2) would leave it */
    uint64_t kept = user->uid == 0 ? bounding : 0;
    process->capabilities =
        (struct caps){.bounding = bounding, .effective = kept, .permitted = kept};
    process->user = (struct spec_user){
        .uid = user->uid,
        .gid = user->gid,
        .additional_gids = user->groups,
        .additional_gids_count = user->groups_count,
    };
    return 0;
}
