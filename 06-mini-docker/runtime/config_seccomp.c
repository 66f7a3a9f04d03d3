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
const struct json_table config_seccomp_arg = {
    .size = sizeof(struct spec_seccomp_arg), .fields = ARG};

int config_seccomp_check_rule(struct json_reader *reader, void *item)
{
    const struct spec_seccomp_rule *rule = item;

    return rule->names[0] ? 0 : json_fail(reader, "names", "is an empty list");
}

static const struct json_field RULE[] = {
    CONFIG_SECCOMP_RULE,
    {0},
};
static const struct json_table rule_table = {
    sizeof(struct spec_seccomp_rule), RULE, NULL, config_seccomp_check_rule};

static const struct json_field SECCOMP[] = {
    CONFIG_SECCOMP_WHOLE,
    JSON_FIELD("listenerPath", JSON_STRING, struct spec_seccomp, listener_path),
    JSON_FIELD("listenerMetadata", JSON_STRING, struct spec_seccomp, listener_metadata),
    JSON_ITEMS("syscalls", JSON_LIST, struct spec_seccomp, rules, rules_count, &rule_table),
    {0},
};
const struct json_table config_seccomp = {.size = sizeof(struct spec_seccomp), .fields = SECCOMP};
