// SPDX-License-Identifier: MIT
/*
 * The "Config" of `docker inspect`, field by field, in its order. `optional` are those that Docker
 * leaves out while they are empty. An image's configuration in the OCI's form has a part of them.
 */
#include "record_config.h"

#include "record_fields.h"

static const struct json_field HEALTH[] = {
    {JSON_AT("Test", JSON_STRINGS, struct record_health, test), .optional = true},
    {JSON_AT("Interval", JSON_NUMBER, struct record_health, interval_nsec), .most = INT64_MAX,
        .optional = true},
    {JSON_AT("Timeout", JSON_NUMBER, struct record_health, timeout_nsec), .most = INT64_MAX,
        .optional = true},
    {JSON_AT("StartPeriod", JSON_NUMBER, struct record_health, start_period_nsec),
        .most = INT64_MAX, .optional = true},
    {JSON_AT("StartInterval", JSON_NUMBER, struct record_health, start_interval_nsec),
        .most = INT64_MAX, .optional = true},
    {JSON_AT("Retries", JSON_NUMBER, struct record_health, retries), .most = INT32_MAX,
        .optional = true},
    {0},
};
static const struct json_table health_table = {
    .size = sizeof(struct record_health), .fields = HEALTH};

/* {"80/tcp": {}}: the value is an object that says nothing */
static const struct json_table nothing_table = {.fields = (const struct json_field[]){{0}}};
static const struct json_field NOTHING[] = {{.kind = JSON_OBJECT, .table = &nothing_table}};
static const struct json_table key_table = {.size = sizeof(struct spec_pair), .fields = NOTHING};

static const struct json_field CONFIG[] = {
    JSON_FIELD("Hostname", JSON_STRING, struct record_config, hostname),
    JSON_FIELD("Domainname", JSON_STRING, struct record_config, domainname),
    JSON_FIELD("User", JSON_STRING, struct record_config, user),
    JSON_FIELD("AttachStdin", JSON_BOOL, struct record_config, attach_stdin),
    JSON_FIELD("AttachStdout", JSON_BOOL, struct record_config, attach_stdout),
    JSON_FIELD("AttachStderr", JSON_BOOL, struct record_config, attach_stderr),
    {JSON_AT("ExposedPorts", JSON_MAP, struct record_config, exposed_ports), .optional = true,
        .brief = true, .extra = offsetof(struct record_config, exposed_ports_count),
        .table = &key_table},
    JSON_FIELD("Tty", JSON_BOOL, struct record_config, tty),
    JSON_FIELD("OpenStdin", JSON_BOOL, struct record_config, open_stdin),
    JSON_FIELD("StdinOnce", JSON_BOOL, struct record_config, stdin_once),
    JSON_FIELD("Env", JSON_STRINGS, struct record_config, env),
    JSON_FIELD("Cmd", JSON_STRINGS, struct record_config, cmd),
    {JSON_AT("Healthcheck", JSON_POINTER, struct record_config, health), .optional = true,
        .table = &health_table},
    {JSON_AT("Image", JSON_STRING, struct record_config, image), .brief = true},
    JSON_ITEMS("Volumes", JSON_MAP, struct record_config, volumes, volumes_count, &key_table),
    JSON_FIELD("WorkingDir", JSON_STRING, struct record_config, working_dir),
    JSON_FIELD("Entrypoint", JSON_STRINGS, struct record_config, entrypoint),
    JSON_FIELD("OnBuild", JSON_STRINGS, struct record_config, on_build),
    JSON_ITEMS("Labels", JSON_MAP, struct record_config, labels, labels_count, &record_pair_table),
    {JSON_AT("StopSignal", JSON_STRING, struct record_config, stop_signal), .optional = true},
    {JSON_AT("StopTimeout", JSON_NUMBER, struct record_config, stop_timeout_sec), .optional = true,
        .least = INT32_MIN, .most = INT32_MAX,
        .extra = offsetof(struct record_config, stop_timeout_given)},
    {JSON_AT("Shell", JSON_STRINGS, struct record_config, shell), .optional = true},
    {0},
};
const struct json_table RECORD_CONFIG_TABLE = {
    .size = sizeof(struct record_config), .fields = CONFIG};
