// SPDX-License-Identifier: MIT
/*
 * config.json's "linux.seccomp". The words for actions, architectures and comparisons stay words:
 * seccomp.c knows them. The text that its cache compares is the object written anew, so that two
 * clients that put their spaces in other places share a filter.
 */
#include "config_tables.h"

static const struct json_field ARG[] = {
    {JSON_AT("index", JSON_NUMBER, struct spec_seccomp_arg, index), .required = true, .most = 5},
    JSON_NUMBER_IN("value", struct spec_seccomp_arg, value, 0, UINT64_MAX),
    JSON_NUMBER_IN("valueTwo", struct spec_seccomp_arg, value_two, 0, UINT64_MAX),
    {JSON_AT("op", JSON_STRING, struct spec_seccomp_arg, op), .required = true},
    {0},
};
static const struct json_table arg_table = {.size = sizeof(struct spec_seccomp_arg), .fields = ARG};

static int check_rule(struct json_reader *reader, void *item)
{
    const struct spec_seccomp_rule *rule = item;

    return rule->names[0] ? 0 : json_fail(reader, "names", "is an empty list");
}

/* The kernel keeps 16 bits: an errno, or what a tracer is told (seccomp(2), SECCOMP_RET_DATA). */
static const struct json_field RULE[] = {
    {JSON_AT("names", JSON_STRINGS, struct spec_seccomp_rule, names), .required = true},
    {JSON_AT("action", JSON_STRING, struct spec_seccomp_rule, action), .required = true},
    {JSON_AT("errnoRet", JSON_NUMBER, struct spec_seccomp_rule, errno_ret), .most = UINT16_MAX,
        .extra = offsetof(struct spec_seccomp_rule, errno_given)},
    JSON_ITEMS("args", JSON_LIST, struct spec_seccomp_rule, args, args_count, &arg_table),
    {0},
};
static const struct json_table rule_table = {
    sizeof(struct spec_seccomp_rule), RULE, NULL, check_rule};

static const struct json_field SECCOMP[] = {
    {JSON_AT("defaultAction", JSON_STRING, struct spec_seccomp, default_action), .required = true},
    {JSON_AT("defaultErrnoRet", JSON_NUMBER, struct spec_seccomp, default_errno),
        .most = UINT16_MAX, .extra = offsetof(struct spec_seccomp, default_errno_given)},
    JSON_FIELD("architectures", JSON_STRINGS, struct spec_seccomp, architectures),
    JSON_FIELD("flags", JSON_STRINGS, struct spec_seccomp, flags),
    JSON_FIELD("listenerPath", JSON_STRING, struct spec_seccomp, listener_path),
    JSON_FIELD("listenerMetadata", JSON_STRING, struct spec_seccomp, listener_metadata),
    JSON_ITEMS("syscalls", JSON_LIST, struct spec_seccomp, rules, rules_count, &rule_table),
    {0},
};
const struct json_table config_seccomp = {.size = sizeof(struct spec_seccomp), .fields = SECCOMP};
