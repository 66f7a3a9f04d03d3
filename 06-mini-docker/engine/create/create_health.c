// SPDX-License-Identifier: MIT
/*
 * --health-*: each in place of what the image says, or all of it away. Times are Go's: "1m30s",
 * "500ms".
 */
#include "creation.h"

#include "size.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t MSEC = 1000000, SEC = 1000000000, LONGEST_SEC = 31536000;

/* One number and its unit of a duration, in nanoseconds; *text goes on. -1: there is none. */
static double take_part(const char **text)
{
    static const struct {
        const char *name;
        double nsec;
    } units[] = {{"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    size_t digits = strspn(*text, "0123456789.");
    char *end;
    double number = strtod(*text, &end);

    for (size_t i = 0; digits > 0 && i < sizeof(units) / sizeof(units[0]); i++) {
        size_t length = strlen(units[i].name);
        if (end == *text + digits && strncmp(end, units[i].name, length) == 0) {
            *text = end + length;
            return number * units[i].nsec;
        }
    }
    return -1;
}

/* A time of a millisecond at least, or 0, which means the default. */
static int read_time(
    struct creation *creation, const char *option, const char *text, uint64_t *ret_nsec)
{
    const char *rest = text;
    bool zero = strcmp(text, "0") == 0;
    double nsec = 0, part = 0;

    while (!zero && *rest && (part = take_part(&rest)) >= 0)
        nsec += part;
    if (part < 0 || !*text)
        nsec = -1;
    if (nsec == 0 || (nsec >= (double)MSEC && nsec <= (double)(LONGEST_SEC * SEC))) {
        *ret_nsec = (uint64_t)nsec;
        return 0;
    }
    creation_refuse(creation, option, text, "it is no time that can be waited for");
    return err_hint(
        creation->err, "accepted: 0 for the default, or 1ms and more: 500ms, 30s, 1m30s");
}

static const char *const *shell_test(struct creation *creation, const char *command)
{
    struct texts test = {0};

    return creation_add(creation, &test, "CMD-SHELL") < 0 ||
                   creation_add(creation, &test, command) < 0
               ? NULL
               : test.items;
}

int create_health(struct creation *creation)
{
    static const char *const none[] = {"NONE", NULL};
    const struct create_options *options = creation->options;
    const struct record_health *image = creation->image->health;
    const struct {
        const char *option, *text;
        size_t offset;
    } times[] = {
        {"--health-interval", options->health_interval,
            offsetof(struct record_health, interval_nsec)},
        {"--health-timeout", options->health_timeout, offsetof(struct record_health, timeout_nsec)},
        {"--health-start-period", options->health_start_period,
            offsetof(struct record_health, start_period_nsec)},
        {"--health-start-interval", options->health_start_interval,
            offsetof(struct record_health, start_interval_nsec)},
    };
    bool any = options->health_cmd || options->health_retries;
    struct record_health health = image ? *image : (struct record_health){0};
    uint64_t retries = health.retries;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        any |= times[i].text != NULL;
        if (times[i].text && read_time(creation, times[i].option, times[i].text,
                                 (uint64_t *)((char *)&health + times[i].offset)) < 0)
            return -1;
    }
    if (options->no_healthcheck && any)
        return err_set(
            creation->err, ERR_USAGE, "--no-healthcheck conflicts with --health-* options");
    if (!any && !options->no_healthcheck && !image)
        return 0;
    if (options->health_retries && size_parse_u64("--health-retries", options->health_retries, 0,
                                       INT32_MAX, &retries, creation->err) < 0)
        return -1;
    health.retries = (unsigned)retries;
    if (options->health_cmd)
        health.test = shell_test(creation, options->health_cmd);
    if (options->no_healthcheck)
        health = (struct record_health){.test = none};
    struct record_health *kept = creation_alloc(creation, 1, sizeof(*kept));
    if (!kept || (options->health_cmd && !health.test))
        return -1;
    *kept = health;
    creation->record->config.health = kept;
    return 0;
}
