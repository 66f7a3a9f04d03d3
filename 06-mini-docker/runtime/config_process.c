// SPDX-License-Identifier: MIT
/*
 * config.json's "process": what runs, as whom, and what it may do.
 *
 * A capability that this program has no number for is left out, as runc does: the config may come
 * from a client that is newer than the kernel, and a right that nobody can have is none.
 */
#include "config_tables.h"
#include "words.h"

#include <json-c/json_object.h>
#include <stddef.h>
#include <sys/ioctl.h>

static int read_capabilities(struct json_reader *reader, struct json_object *value, void *field)
{
    uint64_t *set = field;

    if (json_expect(reader, value, json_type_array) < 0)
        return -1;
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        struct json_object *item = json_object_array_get_idx(value, i);
        json_enter(reader, NULL, i);
        if (json_expect(reader, item, json_type_string) < 0)
            return -1;
        json_leave(reader);
        int number = caps_number(json_object_get_string(item));
        *set |= number < 0 ? 0 : CAPS_BIT(number);
    }
    return 0;
}

#define CAPS_AT(name, member)                                                                      \
    {                                                                                              \
        JSON_AT(name, JSON_CUSTOM, struct caps, member), .custom = read_capabilities               \
    }
static const struct json_field CAPABILITIES[] = {
    CAPS_AT("bounding", bounding),
    CAPS_AT("effective", effective),
    CAPS_AT("permitted", permitted),
    CAPS_AT("inheritable", inheritable),
    CAPS_AT("ambient", ambient),
    {0},
};
static const struct json_table capabilities_table = {
    .size = sizeof(struct caps), .fields = CAPABILITIES};

static int check_rlimit(struct json_reader *reader, void *item)
{
    const struct spec_rlimit *rlimit = item;

    if (rlimit->limit.rlim_cur <= rlimit->limit.rlim_max)
        return 0;
    json_fail(reader, "soft", "%llu is more than the hard limit",
        (unsigned long long)rlimit->limit.rlim_cur);
    return err_hint(reader->err, "accepted: at most %llu, as in hard",
        (unsigned long long)rlimit->limit.rlim_max);
}

static const struct json_field RLIMIT[] = {
    {JSON_AT("type", JSON_WORD, struct spec_rlimit, type), .required = true, .words = rlimit_words},
    JSON_NUMBER_IN("soft", struct spec_rlimit, limit.rlim_cur, 0, UINT64_MAX),
    JSON_NUMBER_IN("hard", struct spec_rlimit, limit.rlim_max, 0, UINT64_MAX),
    {0},
};
static const struct json_table rlimit_table = {
    sizeof(struct spec_rlimit), RLIMIT, NULL, check_rlimit};

/* The last number is none: setresuid(2) takes it as "leave this one". */
static const struct json_field GROUP[] = {
    {.kind = JSON_NUMBER, .size = sizeof(gid_t), .most = UINT32_MAX - 1},
};
static const struct json_table group_table = {.size = sizeof(gid_t), .fields = GROUP};

static const struct json_field USER[] = {
    JSON_NUMBER_IN("uid", struct spec_user, uid, 0, UINT32_MAX - 1),
    JSON_NUMBER_IN("gid", struct spec_user, gid, 0, UINT32_MAX - 1),
    {JSON_AT("umask", JSON_NUMBER, struct spec_user, umask), .most = 0777,
        .extra = offsetof(struct spec_user, umask_given)},
    JSON_ITEMS("additionalGids", JSON_LIST, struct spec_user, additional_gids,
        additional_gids_count, &group_table),
    {0},
};
static const struct json_table user_table = {.size = sizeof(struct spec_user), .fields = USER};

static const struct json_field CONSOLE_SIZE[] = {
    JSON_NUMBER_IN("height", struct winsize, ws_row, 0, UINT16_MAX),
    JSON_NUMBER_IN("width", struct winsize, ws_col, 0, UINT16_MAX),
    {0},
};
static const struct json_table console_table = {
    .size = sizeof(struct winsize), .fields = CONSOLE_SIZE};

static int check_process(struct json_reader *reader, void *item)
{
    const struct spec_process *process = item;

    if (!process->args[0]) {
        json_fail(reader, "args", "is an empty list");
        return err_hint(reader->err, "there is nothing to run -> name the program");
    }
    for (size_t i = 0; i < process->rlimits_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (process->rlimits[i].type == process->rlimits[j].type)
                return json_fail(reader, "rlimits", "[%zu] and [%zu] have the same type", j, i);
        }
    }
    if (process->cwd[0] == '/')
        return 0;
    json_fail(reader, "cwd", "'%.60s' is not absolute", process->cwd);
    return err_hint(reader->err, "there is nothing it could be relative to -> begin it with /");
}

static const struct json_field PROCESS[] = {
    JSON_FIELD("terminal", JSON_BOOL, struct spec_process, terminal),
    {JSON_AT("consoleSize", JSON_POINTER, struct spec_process, console_size),
        .table = &console_table},
    {JSON_AT("user", JSON_OBJECT, struct spec_process, user), .table = &user_table},
    {JSON_AT("args", JSON_STRINGS, struct spec_process, args), .required = true},
    JSON_FIELD("env", JSON_STRINGS, struct spec_process, env),
    {JSON_AT("cwd", JSON_STRING, struct spec_process, cwd), .required = true},
    {JSON_AT("capabilities", JSON_OBJECT, struct spec_process, capabilities),
        .table = &capabilities_table, .extra = offsetof(struct spec_process, capabilities_given)},
    JSON_FIELD("noNewPrivileges", JSON_BOOL, struct spec_process, no_new_privileges),
    {JSON_AT("oomScoreAdj", JSON_NUMBER, struct spec_process, oom_score_adj), .least = -1000,
        .most = 1000, .extra = offsetof(struct spec_process, oom_score_adj_given)},
    JSON_FIELD("apparmorProfile", JSON_STRING, struct spec_process, apparmor_profile),
    JSON_ITEMS("rlimits", JSON_LIST, struct spec_process, rlimits, rlimits_count, &rlimit_table),
    CONFIG_REFUSE("selinuxLabel"),
    CONFIG_REFUSE("scheduler"),
    CONFIG_REFUSE("ioPriority"),
    {0},
};
const struct json_table config_process = {
    sizeof(struct spec_process), PROCESS, NULL, check_process};
