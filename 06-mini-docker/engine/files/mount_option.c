// SPDX-License-Identifier: MIT
/*
 * --mount "type=bind,source=/a,target=/b,readonly": one row of a table for each key. The text is a
 * line of CSV, as in Docker: a field in double quotes may hold commas, and "" in it is a quote.
 */
#include "mount_words.h"

#include "size.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Which type of mount a key belongs to; that of another one is a mistake. */
enum family { ANY, BIND, VOLUME, TMPFS };

struct option {
    struct record_mount *mount;
    const char *text; /* as it was typed */
    bool families[TMPFS + 1];
    struct err *err;
};

__attribute__((format(printf, 2, 3))) static int refuse_option(
    const struct option *option, const char *fmt, ...)
{
    char why[200];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    return err_set(option->err, ERR_USAGE, "invalid argument \"%s\" for \"--mount\" flag: %s",
        option->text, why);
}

/* The words of Go's strconv.ParseBool. A key alone means true. */
static int read_bool(const struct option *option, const char *key, const char *value, bool *ret)
{
    static const char *const words[][6] = {
        {"0", "f", "F", "false", "FALSE", "False"},
        {"1", "t", "T", "true", "TRUE", "True"},
    };

    if (!value) {
        *ret = true;
        return 0;
    }
    for (int i = 0; i < 12; i++) {
        if (strcmp(words[i / 6][i % 6], value) == 0) {
            *ret = i / 6;
            return 0;
        }
    }
    return refuse_option(option, "invalid value for %s: %s", key, value);
}

static int set_type(struct option *option, const char *key, const char *value)
{
    (void)key;
    option->mount->type = value;
    return 0;
}

static int take_source(struct option *option, const char *key, const char *value)
{
    (void)key;
    option->mount->source = value;
    return 0;
}

static int take_target(struct option *option, const char *key, const char *value)
{
    (void)key;
    option->mount->target = value;
    return 0;
}

static int set_read_only(struct option *option, const char *key, const char *value)
{
    return read_bool(option, key, value, &option->mount->read_only);
}

static int set_no_copy(struct option *option, const char *key, const char *value)
{
    return read_bool(option, key, value, &option->mount->no_copy);
}

static int set_non_recursive(struct option *option, const char *key, const char *value)
{
    return read_bool(option, key, value, &option->mount->non_recursive);
}

static int set_propagation(struct option *option, const char *key, const char *value)
{
    static const char *const known[] = {
        "private", "rprivate", "shared", "rshared", "slave", "rslave"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i], value) == 0) {
            option->mount->propagation = value;
            return 0;
        }
    }
    return refuse_option(option, "invalid value for %s: %s", key, value);
}

static int set_size(struct option *option, const char *key, const char *value)
{
    if (size_parse_bytes(
            key, value, 0, UINT64_MAX / 2, &option->mount->tmpfs_size_bytes, option->err) < 0)
        return refuse_option(option, "invalid value for %s: %s", key, value);
    return 0;
}

static int set_mode(struct option *option, const char *key, const char *value)
{
    char *end;
    unsigned long mode = strtoul(value, &end, 8);

    if (!*value || *end || mode > 07777)
        return refuse_option(option, "invalid value for %s: %s", key, value);
    option->mount->tmpfs_mode = (unsigned)mode;
    return 0;
}

/* What has no meaning here, or only one: a Mac's consistency, the driver `local`. */
static int check_only(struct option *option, const char *key, const char *value)
{
    bool known = strcmp(key, "consistency") == 0 || strcmp(value, "local") == 0;

    return known ? 0 : refuse_option(option, "invalid value for %s: %s", key, value);
}

static const struct key {
    const char *name;
    enum family family;
    bool alone; /* may stand without "=" */
    int (*set)(struct option *option, const char *key, const char *value);
} KEYS[] = {
    {"type", ANY, false, set_type},
    {"source", ANY, false, take_source},
    {"src", ANY, false, take_source},
    {"target", ANY, false, take_target},
    {"dst", ANY, false, take_target},
    {"destination", ANY, false, take_target},
    {"readonly", ANY, true, set_read_only},
    {"ro", ANY, true, set_read_only},
    {"consistency", ANY, false, check_only},
    {"bind-propagation", BIND, false, set_propagation},
    {"bind-nonrecursive", BIND, true, set_non_recursive},
    {"volume-nocopy", VOLUME, true, set_no_copy},
    {"volume-driver", VOLUME, false, check_only},
    {"tmpfs-size", TMPFS, false, set_size},
    {"tmpfs-mode", TMPFS, false, set_mode},
};

static int read_field(struct option *option, char *field)
{
    char whole[100], *value = strchr(field, '=');

    snprintf(whole, sizeof(whole), "%s", field);
    if (value)
        *value++ = '\0';
    for (const struct key *key = KEYS; key < KEYS + sizeof(KEYS) / sizeof(KEYS[0]); key++) {
        if (strcasecmp(key->name, field) != 0)
            continue;
        option->families[key->family] = true;
        if (!value && !key->alone)
            break;
        return key->set(option, key->name, value);
    }
    if (!value)
        return refuse_option(option, "invalid field '%s' must be a key=value pair", whole);
    return refuse_option(option, "unexpected key '%s' in '%s'", field, whole);
}

/* Cut the next field off, and take its quotes away. NULL: there is none. */
static char *next_field(char **rest)
{
    char *field = *rest, *from = field, *to = field;

    if (!field)
        return NULL;
    if (*from != '"')
        return strsep(rest, ",");
    for (from++; *from && (*from != '"' || from[1] == '"'); *to++ = *from++)
        from += *from == '"';
    from += *from == '"';
    *rest = *from == ',' ? from + 1 : NULL;
    *to = '\0';
    return field;
}

static int check(struct option *option)
{
    static const char *const names[] = {"", "bind", "volume", "tmpfs"};
    const char *type = option->mount->type;

    if (!type[0])
        return refuse_option(option, "type is required");
    if (!option->mount->target || !option->mount->target[0])
        return refuse_option(option, "target is required");
    for (int family = BIND; family <= TMPFS; family++) {
        if (option->families[family] && strcmp(type, names[family]) != 0)
            return refuse_option(
                option, "cannot mix '%s-*' options with mount type '%s'", names[family], type);
    }
    return 0;
}

int mount_words_option(char *text, struct record_mount *ret, struct err *err)
{
    char typed[200];
    struct option option = {.mount = ret, .text = typed, .err = err};

    snprintf(typed, sizeof(typed), "%s", text);
    *ret = (struct record_mount){.type = "volume"};
    for (char *field; (field = next_field(&text));) {
        if (read_field(&option, field) < 0)
            return -1;
    }
    return check(&option);
}
