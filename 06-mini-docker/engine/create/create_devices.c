// SPDX-License-Identifier: MIT
/*
 * Devices, their rates, ulimits and sysctls: words with parts, of which each list has one form.
 * Whether a device is there is for `start`, since it may come and go.
 */
#include "creation.h"

#include "size.h"

#include "runtime/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* "/dev/a", "/dev/a:/dev/b", "/dev/a:rw", "/dev/a:/dev/b:rw" */
static int read_device(struct creation *creation, const char *word, struct record_device *ret)
{
    char *text = json_print(&creation->memory, "%s", word), *rest = text;

    if (!text)
        return -1;
    const char *host = strsep(&rest, ":"), *second = strsep(&rest, ":"), *third = rest;
    bool is_mode = second && *second && second[strspn(second, "rwm")] == '\0';
    *ret = (struct record_device){
        .on_host = host,
        .in_container = second && !is_mode ? second : host,
        .permissions = third
                           ?: is_mode ? second
                                      : "rwm",
    };
    if (third && (is_mode || strchr(third, ':')))
        return err_set(creation->err, ERR_USAGE, "bad format for path: %.60s", word);
    if (!*ret->permissions || ret->permissions[strspn(ret->permissions, "rwm")])
        return err_set(creation->err, ERR_USAGE, "bad mode specified: %.20s", ret->permissions);
    if (host[0] != '/' || ret->in_container[0] != '/')
        return err_set(creation->err, ERR_USAGE, "%.60s is not an absolute path",
            host[0] != '/' ? host : ret->in_container);
    return 0;
}

static int read_devices(struct creation *creation)
{
    const struct opt_list *words = &creation->options->device;
    struct record_device *devices = creation_alloc(creation, words->count, sizeof(*devices));

    for (size_t i = 0; devices && i < words->count; i++) {
        if (read_device(creation, words->items[i], &devices[i]) < 0)
            return -1;
    }
    creation->record->host.devices = devices;
    creation->record->host.devices_count = words->count;
    return devices ? 0 : -1;
}

struct rates {
    const char *option;
    const struct opt_list *words;
    bool bytes; /* else operations */
    const struct record_rate **ret;
    size_t *ret_count;
};

/* "/dev/sda:1mb" */
static int read_rate(
    struct creation *creation, const struct rates *rates, const char *word, struct record_rate *ret)
{
    const char *colon = strrchr(word, ':');
    int result;

    if (!colon || word[0] != '/' || strncmp(word, "/dev/", 5) != 0)
        return creation_refuse(creation, rates->option, word,
            colon ? "bad format for device path: %.60s" : "bad format: %.60s", word);
    result = rates->bytes ? size_parse_bytes(rates->option, colon + 1, 1, INT64_MAX / 2, &ret->rate,
                                creation->err)
                          : size_parse_u64(
                                rates->option, colon + 1, 1, UINT32_MAX, &ret->rate, creation->err);
    if (result < 0)
        return creation_refuse(creation, rates->option, word,
            "invalid rate for device: %.60s. The correct format is <device-path>:<number>%s. "
            "Number must be a positive integer",
            word, rates->bytes ? "[<unit>], with kb, mb or gb for the unit" : "");
    ret->path = json_print(&creation->memory, "%.*s", (int)(colon - word), word);
    return ret->path ? 0 : -1;
}

static int read_rates(struct creation *creation, const struct rates *rates)
{
    struct record_rate *items;

    if (rates->words->count == 0)
        return 0;
    items = creation_alloc(creation, rates->words->count, sizeof(*items));
    for (size_t i = 0; items && i < rates->words->count; i++) {
        if (read_rate(creation, rates, rates->words->items[i], &items[i]) < 0)
            return -1;
    }
    *rates->ret = items;
    *rates->ret_count = rates->words->count;
    return items ? 0 : -1;
}

/* A whole number, or -1 for no limit; the text must end there. */
static bool read_number(const char *text, int64_t *ret)
{
    char *end;

    errno = 0;
    *ret = strtoll(text, &end, 10);
    return (isdigit((unsigned char)*text) || strcmp(text, "-1") == 0) && !*end && !errno;
}

static bool is_ulimit(const char *name)
{
    const struct json_word *row = rlimit_words;

    while (row->word && strcasecmp(row->word + strlen("RLIMIT_"), name) != 0)
        row++;
    return row->word != NULL;
}

/* "nofile=1024:2048", "nofile=1024" */
static int read_ulimit(struct creation *creation, const char *word, struct record_ulimit *ret)
{
    char *name = json_print(&creation->memory, "%s", word), *hard;

    if (!name)
        return -1;
    char *soft = strchr(name, '=');
    if (!soft)
        return creation_refuse(creation, "--ulimit", word, "invalid ulimit argument: %.60s", word);
    *soft++ = '\0';
    hard = strchr(soft, ':');
    if (hard)
        *hard++ = '\0';
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (!is_ulimit(name))
        return creation_refuse(creation, "--ulimit", word, "invalid ulimit type: %.40s", name);
    ret->name = name;
    if (!read_number(soft, &ret->soft) || !read_number(hard ?: soft, &ret->hard))
        return creation_refuse(creation, "--ulimit", word,
            "'%.40s' is not accepted; it is a whole number, or -1 for no limit", hard ?: soft);
    if (ret->hard != -1 && (ret->soft == -1 || ret->soft > ret->hard))
        return creation_refuse(creation, "--ulimit", word,
            "ulimit soft limit must be less than or equal to hard limit: %jd > %jd",
            (intmax_t)ret->soft, (intmax_t)ret->hard);
    return 0;
}

/* Of two for one resource the later one counts. */
static int read_ulimits(struct creation *creation)
{
    const struct opt_list *words = &creation->options->ulimit;
    struct record_ulimit *items, ulimit;
    size_t count = 0, at;

    if (words->count == 0)
        return 0;
    items = creation_alloc(creation, words->count, sizeof(*items));
    for (size_t i = 0; items && i < words->count; i++) {
        if (read_ulimit(creation, words->items[i], &ulimit) < 0)
            return -1;
        for (at = 0; at < count && strcmp(items[at].name, ulimit.name) != 0;)
            at++;
        items[at] = ulimit;
        count += at == count;
    }
    creation->record->host.ulimits = items;
    creation->record->host.ulimits_count = count;
    return items ? 0 : -1;
}

/* Those that belong to a namespace of the container's own: another would be the host's. */
static bool is_namespaced(const char *key)
{
    static const char *const known[] = {"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni",
        "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i], key) == 0)
            return true;
    }
    return strncmp(key, "net.", 4) == 0 || strncmp(key, "fs.mqueue.", 10) == 0;
}

static int read_sysctls(struct creation *creation)
{
    const struct opt_list *words = &creation->options->sysctl;
    struct pairs pairs = {0};

    if (creation_set_words(creation, &pairs, "--sysctl", words->items) < 0)
        return -1;
    for (size_t i = 0; i < pairs.count; i++) {
        if (!is_namespaced(pairs.items[i].key)) {
            err_set(creation->err, ERR_USAGE, "sysctl '%.60s=%.60s' is not allowed",
                pairs.items[i].key, pairs.items[i].value);
            return err_hint(creation->err,
                "only what a container has for itself can be set: net.*, fs.mqueue.*, kernel.sem, "
                "kernel.shm*, kernel.msg*");
        }
    }
    creation->record->host.sysctls = pairs.items;
    creation->record->host.sysctls_count = pairs.count;
    return 0;
}

int create_devices(struct creation *creation)
{
    const struct create_options *options = creation->options;
    struct record_host *host = &creation->record->host;
    const struct rates rates[] = {
        {"--device-read-bps", &options->read_bps, true, &host->read_bps, &host->read_bps_count},
        {"--device-write-bps", &options->write_bps, true, &host->write_bps, &host->write_bps_count},
        {"--device-read-iops", &options->read_iops, false, &host->read_iops,
            &host->read_iops_count},
        {"--device-write-iops", &options->write_iops, false, &host->write_iops,
            &host->write_iops_count},
    };

    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        if (read_rates(creation, &rates[i]) < 0)
            return -1;
    }
    if (read_devices(creation) < 0 || read_ulimits(creation) < 0)
        return -1;
    return read_sysctls(creation);
}
