// SPDX-License-Identifier: MIT
/*
 * The "Config" of a container: what its image says, where nobody said otherwise, and which program
 * that makes. An --entrypoint takes the image's command away as well, since that was meant as the
 * arguments of another program; an empty one takes both away.
 */
#include "creation.h"

#include "signals.h"
#include "size.h"

#include <errno.h>
#include <string.h>

/* Letters that a name may have in /etc/hosts; the kernel itself would take anything. */
static int check_hostname(const char *name, struct err *err)
{
    size_t length = strlen(name);
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

    if (length > 0 && length <= 63 && strspn(name, letters) == length && name[0] != '-' &&
        name[0] != '.')
        return 0;
    err_set(err, ERR_USAGE, "invalid hostname format: '%.80s'", name);
    return err_hint(
        err, "accepted: 1 to 63 letters, digits, '-', '_' and '.', the first no '-' or '.'");
}

static int choose_names(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_config *config = &creation->record->config;

    if (options->hostname && check_hostname(options->hostname, creation->err) < 0)
        return -1;
    if (options->workdir && options->workdir[0] != '/') {
        err_refuse(
            creation->err, EINVAL, "the working directory '%.80s' is invalid", options->workdir);
        return err_hint(creation->err, "it needs to be an absolute path");
    }
    config->hostname =
        options->hostname ?: json_print(&creation->memory, "%.12s", creation->record->id);
    config->domainname = options->domainname;
    config->user = options->user ?: creation->image->user;
    config->working_dir = options->workdir ?: creation->image->working_dir;
    return config->hostname ? 0 : -1;
}

static int choose_streams(struct creation *creation)
{
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    const struct create_options *options = creation->options;
    struct record_config *config = &creation->record->config;
    bool attach[3] = {options->interactive && !options->detach, !options->detach, !options->detach};

    if (options->attach.count > 0) {
        if (options->detach)
            return err_set(creation->err, ERR_USAGE,
                "conflicting options: cannot specify both --attach and --detach");
        memset(attach, 0, sizeof(attach));
    }
    for (size_t i = 0; i < options->attach.count; i++) {
        int stream = 0;
        while (stream < 3 && strcasecmp(names[stream], options->attach.items[i]) != 0)
            stream++;
        if (stream == 3)
            return creation_refuse(creation, "-a, --attach", options->attach.items[i],
                "valid streams are STDIN, STDOUT and STDERR");
        attach[stream] = true;
    }
    config->attach_stdin = attach[0];
    config->attach_stdout = attach[1];
    config->attach_stderr = attach[2];
    config->tty = options->tty;
    config->open_stdin = options->interactive;
    config->stdin_once = options->interactive && attach[0];
    return 0;
}

static int choose_stop(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_config *config = &creation->record->config;
    uint64_t seconds;
    int signal;

    config->stop_signal = options->stop_signal ?: creation->image->stop_signal;
    if (options->stop_signal && signals_sent(options->stop_signal, &signal, creation->err) < 0)
        return err_refuse(creation->err, EINVAL, "invalid signal: %.40s", options->stop_signal);
    if (!options->stop_timeout)
        return 0;
    config->stop_timeout_given = true;
    if (strcmp(options->stop_timeout, "-1") == 0) {
        config->stop_timeout_sec = -1;
        return 0;
    }
    if (size_parse_u64(
            "--stop-timeout", options->stop_timeout, 0, INT32_MAX, &seconds, creation->err) < 0)
        return -1;
    config->stop_timeout_sec = (int)seconds;
    return 0;
}

/* Path and Args: the entrypoint's words and then the command's. */
static int choose_program(struct creation *creation)
{
    const struct record_config *config = &creation->record->config;
    struct texts words = {0};

    for (const char *const *word = config->entrypoint; word && *word; word++) {
        if (creation_add(creation, &words, *word) < 0)
            return -1;
    }
    for (const char *const *word = config->cmd; word && *word; word++) {
        if (creation_add(creation, &words, *word) < 0)
            return -1;
    }
    if (words.count == 0) {
        err_refuse(creation->err, EINVAL, "no command specified");
        return err_hint(creation->err, "the image names none -> name the program behind it");
    }
    creation->record->path = words.items[0];
    creation->record->args = words.items + 1;
    return 0;
}

int create_config(struct creation *creation)
{
    const struct create_options *options = creation->options;
    const struct record_config *image = creation->image;
    struct record_config *config = &creation->record->config;
    struct texts command = {0}, entry = {0};

    for (char *const *word = creation->command; *word; word++) {
        if (creation_add(creation, &command, *word) < 0)
            return -1;
    }
    if (options->entrypoint && options->entrypoint[0] &&
        creation_add(creation, &entry, options->entrypoint) < 0)
        return -1;
    config->cmd = command.items || options->entrypoint ? command.items : image->cmd;
    config->entrypoint = options->entrypoint ? entry.items : image->entrypoint;
    config->shell = image->shell;
    if (choose_names(creation) < 0 || choose_streams(creation) < 0 || choose_stop(creation) < 0)
        return -1;
    return choose_program(creation);
}
