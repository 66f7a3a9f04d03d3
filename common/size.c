// SPDX-License-Identifier: MIT
/*
 * Parsing is strict, since a limit that is not what its author meant is worse than none: "10O" is
 * no number, and "99999999999999999999" does not become something else.
 */
#include "size.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char UNITS[] = "bkmgt";

int size_parse_u64(const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *ret,
    struct err *err)
{
    char *end;

    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end || errno || value < least || value > most) {
        err_set(err, ERR_USAGE, "%s: '%s' is not accepted", name, text);
        return err_hint(err, "accepted: a whole number from %" PRIu64 " to %" PRIu64, least, most);
    }
    *ret = value;
    return 0;
}

/* digits [ "." digits ]; *end is where it stops. strtod alone would take "inf", "0x1p3" and "1e9".
 */
static int parse_digits(const char *text, const char **end, double *ret)
{
    size_t whole = strspn(text, "0123456789");
    size_t length = whole;

    if (text[whole] == '.')
        length += 1 + strspn(text + whole + 1, "0123456789");
    if (whole == 0 || length > 30 || text[length - 1] == '.')
        return -1;
    *ret = strtod(text, NULL);
    *end = text + length;
    return 0;
}

/* The multiplier of "", "k", "kb", "kib" and so on; 0 for anything else. */
static double unit_factor(const char *unit)
{
    if (*unit == '\0')
        return 1;
    const char *found = strchr(UNITS, tolower((unsigned char)*unit));
    if (!found)
        return 0;
    if (unit[1] && strcasecmp(unit + 1, "b") != 0 && strcasecmp(unit + 1, "ib") != 0)
        return 0;
    if (found == UNITS && unit[1])
        return 0;
    return pow(1024, (double)(found - UNITS));
}

int size_parse_bytes(const char *name, const char *text, uint64_t least_bytes, uint64_t most_bytes,
    uint64_t *ret_bytes, struct err *err)
{
    char least_text[SIZE_TEXT], most_text[SIZE_TEXT];
    const char *unit = "";
    double number, factor = 0;

    if (parse_digits(text, &unit, &number) == 0)
        factor = unit_factor(unit);
    double bytes = factor > 0 ? number * factor : -1;
    if (bytes < (double)least_bytes || bytes > (double)most_bytes || bytes >= 0x1p63) {
        err_set(err, ERR_USAGE, "%s: '%s' is not accepted", name, text);
        return err_hint(err, "accepted: a size from %s to %s, in bytes or with k, m or g behind it",
            size_format(least_bytes, least_text), size_format(most_bytes, most_text));
    }
    *ret_bytes = (uint64_t)bytes;
    return 0;
}

int size_parse_decimal(
    const char *name, const char *text, double least, double most, double *ret, struct err *err)
{
    const char *end = "";
    double number = 0;

    if (parse_digits(text, &end, &number) < 0 || *end || number < least || number > most) {
        err_set(err, ERR_USAGE, "%s: '%s' is not accepted", name, text);
        return err_hint(err, "accepted: a number from %g to %g", least, most);
    }
    *ret = number;
    return 0;
}

char *size_format(uint64_t bytes, char buf[SIZE_TEXT])
{
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double number = (double)bytes;
    size_t unit = 0;

    if (bytes == UINT64_MAX)
        return strcpy(buf, "max");
    while (number >= 1024 && unit + 1 < sizeof(names) / sizeof(names[0])) {
        number /= 1024;
        unit++;
    }
    snprintf(buf, SIZE_TEXT,
        number < 10 && unit > 0 && number != floor(number) ? "%.1f %s" : "%.0f %s", number,
        names[unit]);
    return buf;
}
