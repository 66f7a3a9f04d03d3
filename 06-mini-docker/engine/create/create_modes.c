// SPDX-License-Identifier: MIT
/*
 * The words of "HostConfig" that choose among a few: whose namespaces, when to start again, which
 * rights, which log. Capabilities and security options are judged where they are put to use
 * (rights.h); here only what they conflict with.
 */
#include "creation.h"

#include "engine/translate/rights.h"

#include "size.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An option that has one of a few words, or container:NAME. */
struct mode {
    const char *option, *what, *text, *fallback;
    const char *words[5]; /* ends with NULL */
    bool container;
    const char **ret;
    bool checked_late; /* by docker's daemon, not by its client: another exit status of `create` */
};

static int read_mode(struct creation *creation, const struct mode *mode)
{
    const char *const *word = mode->words;
    char accepted[80];

    *mode->ret = mode->text && *mode->text ? mode->text : mode->fallback;
    if (!*mode->ret || *mode->ret == mode->fallback)
        return 0;
    if (mode->container && strncmp(*mode->ret, "container:", 10) == 0) {
        *mode->ret = creation_mode(creation, *mode->ret);
        return *mode->ret ? 0 : -1;
    }
    while (*word && strcmp(*word, *mode->ret) != 0)
        word++;
    if (*word)
        return 0;
    err_set(creation->err, mode->checked_late ? ERR_REFUSED : ERR_USAGE,
        "%s: invalid %s mode: %.60s", mode->option, mode->what, mode->text);
    size_t used = 0;
    for (word = mode->words; *word; word++)
        used += (size_t)snprintf(
            accepted + used, sizeof(accepted) - used, "%s%s", used ? ", " : "", *word);
    return err_hint(
        creation->err, "accepted: %s%s", accepted, mode->container ? ", container:NAME" : "");
}

static int read_modes(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_host *host = &creation->record->host;
    const struct mode modes[] = {
        {"--pid", "PID", options->pid, NULL, {"host"}, true, &host->pid_mode},
        {"--ipc", "IPC", options->ipc, "private", {"host", "none", "private", "shareable"}, true,
            &host->ipc_mode, .checked_late = true},
        {"--uts", "UTS", options->uts, NULL, {"host"}, false, &host->uts_mode},
        {"--userns", "USER", options->userns, NULL, {"host"}, false, &host->userns_mode},
        {"--cgroupns", "CGROUP", options->cgroupns, "private", {"host", "private"}, false,
            &host->cgroupns_mode},
    };

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (read_mode(creation, &modes[i]) < 0)
            return -1;
    }
    if (host->uts_mode && options->hostname)
        return err_refuse(creation->err, EINVAL, "conflicting options: hostname and the UTS mode");
    return 0;
}

/* "on-failure:5" */
int create_restart(struct creation *creation)
{
    static const char *const known[] = {"no", "always", "unless-stopped", "on-failure", NULL};
    const char *text = creation->options->restart ?: "no", *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    struct record_host *host = &creation->record->host;
    const char *const *policy = known;
    uint64_t most = 0;

    while (*policy && (strlen(*policy) != length || strncmp(*policy, text, length) != 0))
        policy++;
    if (!*policy) {
        err_refuse(creation->err, EINVAL, "invalid restart policy: unknown policy '%.*s'",
            (int)length, text);
        return err_hint(
            creation->err, "use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
    }
    if (colon && strcmp(*policy, "on-failure") != 0)
        return err_refuse(creation->err, EINVAL,
            "invalid restart policy: maximum retry count can only be used with 'on-failure'");
    if (colon && colon[1] == '-' && isdigit((unsigned char)colon[2]))
        return err_refuse(creation->err, EINVAL,
            "invalid restart policy: maximum retry count cannot be negative");
    if (colon && size_parse_u64("--restart", colon + 1, 0, INT32_MAX, &most, creation->err) < 0)
        return err_set(creation->err, ERR_USAGE,
            "invalid restart policy format: maximum retry count must be an integer");
    host->restart_policy = *policy;
    host->restart_most = (unsigned)most;
    host->auto_remove = creation->options->remove;
    if (host->auto_remove && policy != known)
        return err_set(creation->err, ERR_USAGE,
            "conflicting options: cannot specify both --restart and --rm");
    return 0;
}

static int read_log(struct creation *creation)
{
    const char *driver = creation->options->log_driver;
    struct record_host *host = &creation->record->host;
    struct pairs pairs = {0};

    host->log_none = driver && strcmp(driver, "none") == 0;
    if (host->log_none && creation->options->log_opt.count > 0)
        return err_set(creation->err, ERR_USAGE, "invalid logging opts for driver none");
    if (driver && !host->log_none && strcmp(driver, "json-file") != 0) {
        err_refuse(creation->err, EINVAL, "--log-driver: '%.40s' is not known", driver);
        return err_hint(creation->err, "accepted: json-file, none");
    }
    if (creation_set_words(creation, &pairs, "--log-opt", creation->options->log_opt.items) < 0)
        return -1;
    for (size_t i = 0; i < pairs.count; i++) {
        const char *key = pairs.items[i].key, *value = pairs.items[i].value;
        uint64_t files = 0;
        if (strcmp(key, "max-size") == 0 && strcmp(value, "-1") != 0) {
            if (size_parse_bytes("--log-opt max-size", value, 1, INT64_MAX / 2,
                    &host->log_size_bytes, creation->err) < 0)
                return -1;
        } else if (strcmp(key, "max-file") == 0) {
            if (size_parse_u64("--log-opt max-file", value, 1, 1000, &files, creation->err) < 0)
                return -1;
            host->log_files = (unsigned)files;
        } else if (strcmp(key, "max-size") != 0) {
            err_refuse(
                creation->err, EINVAL, "unknown log opt '%.40s' for json-file log driver", key);
            return err_hint(creation->err, "accepted: max-size, max-file");
        }
    }
    if (host->log_files > 1 && host->log_size_bytes == 0)
        return err_refuse(creation->err, EINVAL, "cannot configure max-file without max-size");
    return 0;
}

/* The words as they are kept: the text of a seccomp profile in place of its file. */
static int read_security(struct creation *creation)
{
    const struct opt_list *words = &creation->options->security_opt;
    struct texts kept = {0};

    for (size_t i = 0; i < words->count; i++) {
        const char *word = rights_keep_option(words->items[i], &creation->memory);
        if (!word)
            creation->err->kind = ERR_USAGE; /* a file that cannot be read, too */
        if (!word || creation_add(creation, &kept, word) < 0)
            return -1;
    }
    creation->record->host.security_opt = kept.items;
    return 0;
}

int create_modes(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_host *host = &creation->record->host;
    struct rights rights;

    creation->memory.err = creation->err;
    host->read_only = options->read_only;
    host->init = options->init;
    host->privileged = options->privileged;
    host->cap_add = options->cap_add.items;
    host->cap_drop = options->cap_drop.items;
    host->group_add = options->group_add.items;
    if (read_modes(creation) < 0 || create_restart(creation) < 0 || read_log(creation) < 0 ||
        read_security(creation) < 0)
        return -1;
    return rights_read(host, &rights, creation->err);
}
