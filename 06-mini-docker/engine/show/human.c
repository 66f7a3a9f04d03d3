// SPDX-License-Identifier: MIT
/*
 * Docker's words for sizes and times (its go-units), and the times that people type. Everything is
 * in UTC, as the engine writes it.
 */
#include "human.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *with_unit(
    double size, double base, const char *const units[], int digits, char buf[HUMAN_TEXT])
{
    int unit = 0;

    for (; size >= base && units[unit + 1]; unit++)
        size /= base;
    snprintf(buf, HUMAN_TEXT, "%.*g%s", digits, size, units[unit]);
    return buf;
}

char *human_size(uint64_t bytes, int digits, char buf[HUMAN_TEXT])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB", NULL};

    return with_unit((double)bytes, 1000, units, digits, buf);
}

char *human_binary_size(uint64_t bytes, char buf[HUMAN_TEXT])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL};

    return with_unit((double)bytes, 1024, units, 4, buf);
}

char *human_duration(int64_t seconds, char buf[HUMAN_TEXT])
{
    static const struct {
        int64_t below, unit; /* hours */
        const char *name;
    } rows[] = {{48, 1, "hours"}, {24 * 7 * 2, 24, "days"}, {24 * 30 * 2, 24 * 7, "weeks"},
        {24 * 365 * 2, 24 * 30, "months"}, {INT64_MAX, 24 * 365, "years"}};
    int64_t minutes = seconds / 60, hours = (seconds + 1800) / 3600;
    int i = 0;

    if (seconds < 1)
        return strcpy(buf, "Less than a second");
    if (seconds == 1)
        return strcpy(buf, "1 second");
    if (minutes == 1)
        return strcpy(buf, "About a minute");
    if (minutes >= 60 && hours == 1)
        return strcpy(buf, "About an hour");
    if (minutes < 60) {
        snprintf(buf, HUMAN_TEXT, "%lld %s", (long long)(minutes ? minutes : seconds),
            minutes ? "minutes" : "seconds");
        return buf;
    }
    while (hours >= rows[i].below)
        i++;
    snprintf(buf, HUMAN_TEXT, "%lld %s", (long long)(hours / rows[i].unit), rows[i].name);
    return buf;
}

char *human_ago(const char *when, char buf[HUMAN_TEXT])
{
    struct timespec then, now;

    if (!when || human_parse_time(when, &then) < 0)
        return strcpy(buf, "N/A");
    clock_gettime(CLOCK_REALTIME, &now);
    human_duration(now.tv_sec - then.tv_sec - (now.tv_nsec < then.tv_nsec), buf);
    return strcat(buf, " ago");
}

char *human_date(const char *when, char buf[HUMAN_TEXT])
{
    struct timespec then;
    struct tm tm;

    if (!when || human_parse_time(when, &then) < 0)
        return strcpy(buf, "");
    gmtime_r(&then.tv_sec, &tm);
    strftime(buf, HUMAN_TEXT, "%Y-%m-%d %H:%M:%S +0000 UTC", &tm);
    return buf;
}

/* ".5" and the like, up to nine digits that count; returns where it stops. */
static const char *read_fraction(const char *text, long *ret_nsec)
{
    long scale = 100000000;

    *ret_nsec = 0;
    if (*text != '.' || !isdigit((unsigned char)text[1]))
        return text;
    for (text++; isdigit((unsigned char)*text); text++, scale /= 10)
        *ret_nsec += (*text - '0') * scale;
    return text;
}

/* "Z", "+01:00" or nothing, which is UTC here */
static int read_zone(const char *text, long *ret_seconds)
{
    int hours, minutes, length = 0;

    *ret_seconds = 0;
    if (!*text || strcmp(text, "Z") == 0)
        return 0;
    if (sscanf(text, "%3d:%2d%n", &hours, &minutes, &length) != 2 || text[length] ||
        !strchr("+-", *text) || abs(hours) > 23 || minutes > 59)
        return -1;
    *ret_seconds = hours * 3600L + (*text == '-' ? -minutes : minutes) * 60L;
    return 0;
}

int human_parse_time(const char *text, struct timespec *ret)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct tm tm = {0};
        long nsec, zone;
        const char *end = strptime(text, forms[i], &tm);
        if (!end || !isdigit((unsigned char)text[0]))
            continue;
        end = i == 0 ? read_fraction(end, &nsec) : (nsec = 0, end);
        if (read_zone(end, &zone) < 0)
            continue;
        *ret = (struct timespec){.tv_sec = timegm(&tm) - zone, .tv_nsec = nsec};
        return 0;
    }
    return -1;
}

int human_parse_duration(const char *text, int64_t *ret_nsec)
{
    static const struct {
        const char *unit;
        double nsec;
    } units[] = {
        {"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    double sum = 0;

    if (strcmp(text, "0") == 0) {
        *ret_nsec = 0;
        return 0;
    }
    for (const char *at = text; *at || at == text;) {
        char *end;
        size_t i = 0;
        if (!isdigit((unsigned char)*at) && !(*at == '.' && isdigit((unsigned char)at[1])))
            return -1;
        if (strspn(at, "0123456789.") != strcspn(at, "nuµmsh")) /* no exponent, no hex */
            return -1;
        double number = strtod(at, &end);
        size_t length = strcspn(end, "0123456789.");
        for (; i < sizeof(units) / sizeof(units[0]); i++) {
            if (strlen(units[i].unit) == length && strncmp(units[i].unit, end, length) == 0)
                break;
        }
        if (i == sizeof(units) / sizeof(units[0]))
            return -1;
        sum += number * units[i].nsec;
        at = end + length;
    }
    if (sum >= 0x1p63)
        return -1;
    *ret_nsec = (int64_t)sum;
    return 0;
}

/* Seconds since 1970, with a fraction. */
static int parse_seconds(const char *text, struct timespec *ret)
{
    char *end;
    long long seconds = strtoll(text, &end, 10);
    long nsec;

    if (end == text || !isdigit((unsigned char)text[0]) || *read_fraction(end, &nsec))
        return -1;
    *ret = (struct timespec){.tv_sec = seconds, .tv_nsec = nsec};
    return 0;
}

bool human_is_before(const struct timespec *one, const struct timespec *other)
{
    return one->tv_sec < other->tv_sec ||
           (one->tv_sec == other->tv_sec && one->tv_nsec < other->tv_nsec);
}

int human_parse_since(const char *option, const char *text, struct timespec *ret, struct err *err)
{
    int64_t nsec;

    if (strcmp(text, "0") != 0 && human_parse_duration(text, &nsec) == 0) {
        clock_gettime(CLOCK_REALTIME, ret);
        ret->tv_sec -= nsec / 1000000000;
        ret->tv_nsec -= nsec % 1000000000;
        if (ret->tv_nsec < 0) {
            ret->tv_sec--;
            ret->tv_nsec += 1000000000;
        }
        return 0;
    }
    if (parse_seconds(text, ret) == 0 || human_parse_time(text, ret) == 0)
        return 0;
    err_refuse(err, EINVAL, "%s: '%s' is no time", option, text);
    return err_hint(err, "accepted: 2026-11-22T03:00:00Z, 2026-11-22, seconds since 1970, or 10m "
                         "and 1h30m for so long ago");
}
