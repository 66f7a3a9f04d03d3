// SPDX-License-Identifier: MIT
/*
 * Two lists that are easy to confuse: linux.devices, the device files that are made, and
 * linux.resources.devices, the rules for which devices may be opened, by whatever file.
 *
 * The kernel has 12 bits for a major number and 20 for a minor (makedev(3)).
 */
#include "config_tables.h"

#include <json-c/json_object.h>
#include <string.h>
#include <sys/stat.h>

enum { MAJOR_MOST = (1 << 12) - 1, MINOR_MOST = (1 << 20) - 1 };

static const struct json_word FILE_TYPES[] = {
    {"c", S_IFCHR},
    {"u", S_IFCHR}, /* unbuffered: the other name of it (mknod(1)) */
    {"b", S_IFBLK},
    {"p", S_IFIFO},
    {0},
};

/* After fileMode, in which clients send st_mode as they found it, with a type of its own. */
static int read_type(struct json_reader *reader, struct json_object *value, void *field)
{
    mode_t *mode = field;
    unsigned long type;

    if (json_read_word(reader, FILE_TYPES, value, &type) < 0)
        return -1;
    *mode = (*mode & 07777) | (mode_t)type;
    return 0;
}

static int check_device(struct json_reader *reader, void *item)
{
    const struct spec_device *device = item;

    if (device->path[0] == '/')
        return 0;
    return json_fail(reader, "path", "'%.60s' is not absolute", device->path);
}

static const struct json_field DEVICE[] = {
    {JSON_AT("path", JSON_STRING, struct spec_device, path), .required = true},
    JSON_NUMBER_IN("fileMode", struct spec_device, type_and_mode, 0, UINT32_MAX),
    {JSON_AT("type", JSON_CUSTOM, struct spec_device, type_and_mode), .required = true,
        .custom = read_type},
    JSON_NUMBER_IN("major", struct spec_device, major, 0, MAJOR_MOST),
    JSON_NUMBER_IN("minor", struct spec_device, minor, 0, MINOR_MOST),
    JSON_NUMBER_IN("uid", struct spec_device, uid, 0, UINT32_MAX - 1),
    JSON_NUMBER_IN("gid", struct spec_device, gid, 0, UINT32_MAX - 1),
    {0},
};
const struct json_table config_device = {
    .size = sizeof(struct spec_device),
    .fields = DEVICE,
    .initial = &(const struct spec_device){.type_and_mode = 0666}, /* as runc and crun have it */
    .check = check_device,
};

static int read_access(struct json_reader *reader, struct json_object *value, void *field)
{
    static const char letters[] = "rwm";
    static const unsigned bits[] = {SPEC_READ, SPEC_WRITE, SPEC_MKNOD};
    unsigned access = 0;

    if (json_expect(reader, value, json_type_string) < 0)
        return -1;
    const char *text = json_object_get_string(value);
    for (const char *c = text; *c; c++) {
        const char *letter = strchr(letters, *c);
        if (!letter) {
            json_fail(reader, NULL, "'%.20s' is not accepted", text);
            return err_hint(reader->err, "accepted: r, w and m (mknod), or some of them");
        }
        access |= bits[letter - letters];
    }
    if (access)
        *(unsigned *)field = access;
    return 0;
}

static const struct json_word RULE_TYPES[] = {
    {"a", 'a'},
    {"b", 'b'},
    {"c", 'c'},
    {0},
};

static const struct json_field RULE[] = {
    JSON_FIELD("allow", JSON_BOOL, struct spec_device_rule, allow),
    {JSON_AT("type", JSON_WORD, struct spec_device_rule, type), .words = RULE_TYPES},
    JSON_NUMBER_IN("major", struct spec_device_rule, major, -1, MAJOR_MOST),
    JSON_NUMBER_IN("minor", struct spec_device_rule, minor, -1, MINOR_MOST),
    {JSON_AT("access", JSON_CUSTOM, struct spec_device_rule, access), .custom = read_access},
    {0},
};
const struct json_table config_device_rule = {
    .size = sizeof(struct spec_device_rule),
    .fields = RULE,
    .initial =
        &(const struct spec_device_rule){
            .type = 'a', .major = -1, .minor = -1, .access = SPEC_MKNOD | SPEC_READ | SPEC_WRITE},
};
