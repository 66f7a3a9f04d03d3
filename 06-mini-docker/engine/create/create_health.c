// SPDX-License-Identifier: MIT
/*
 * --health-*: each in place of what the image says, or all of it away. Times are Go's: "1m30s",
 * "500ms".
 */
#include "creation.h"
#include "engine/show/human.h"

#include "size.h"

#include <errno.h>

enum { MSEC = 1000000 };

struct time_option {
    const char *option, *text;
    const char *member; /* as docker's daemon calls it */
    size_t offset;      /* in struct record_health */
};

/*
 * 0 is the image's time, or the default. Which of these Docker's client refuses, and which its
 * daemon, decides how `create` ends.
 */
static int read_time(
    struct creation *creation, const struct time_option *time, struct record_health *health)
{
    const char *text = time->text;
    bool negative = text[0] == '-';
    int64_t nsec;

    if (human_parse_duration(text + negative, &nsec) < 0) {
        creation_refuse(creation, time->option, text, "time: invalid duration \"%.60s\"", text);
        return err_hint(
            creation->err, "accepted: 0 for the default, or 1ms and more: 500ms, 30s, 1m30s");
    }
    if (negative && nsec > 0)
        return err_set(creation->err, ERR_USAGE, "%s cannot be negative", time->option);
    if (nsec > 0 && nsec < MSEC)
        return err_refuse(
            creation->err, EINVAL, "%s in Healthcheck cannot be less than 1ms", time->member);
    if (nsec > 0)
        *(uint64_t *)((char *)health + time->offset) = (uint64_t)nsec;
    return nsec > 0;
}

/* 1: it is given, and is not 0, which is the image's or the default. */
static int read_retries(struct creation *creation, struct record_health *health)
{
    const char *text = creation->options->health_retries;
    uint64_t retries = 0;

    if (text && size_parse_u64("--health-retries", text, 0, INT32_MAX, &retries, creation->err) < 0)
        return -1;
    if (retries > 0)
        health->retries = (unsigned)retries;
    return retries > 0;
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
    const struct time_option times[] = {
        {"--health-interval", options->health_interval, "Interval",
            offsetof(struct record_health, interval_nsec)},
        {"--health-timeout", options->health_timeout, "Timeout",
            offsetof(struct record_health, timeout_nsec)},
        {"--health-start-period", options->health_start_period, "StartPeriod",
            offsetof(struct record_health, start_period_nsec)},
        {"--health-start-interval", options->health_start_interval, "StartInterval",
            offsetof(struct record_health, start_interval_nsec)},
    };
    struct record_health health = image ? *image : (struct record_health){0};
    int given = read_retries(creation, &health);
    bool any = options->health_cmd || given > 0;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]) && given >= 0; i++) {
        given = times[i].text ? read_time(creation, &times[i], &health) : 0;
        any |= given > 0;
    }
    if (given < 0)
        return -1;
    if (options->no_healthcheck && any)
        return err_set(
            creation->err, ERR_USAGE, "--no-healthcheck conflicts with --health-* options");
    if (!any && !options->no_healthcheck && !image)
        return 0;
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
