// SPDX-License-Identifier: MIT
/*
 * container.json from its top, with the names that `docker inspect` has. Docker shows a name with a
 * slash in front of it, and networks where the container has been given its place in them; both
 * are so here, too.
 */
#include "record.h"

#include "record_fields.h"

#include <json-c/json_object.h>
#include <stdlib.h>

static const struct json_field PAIR[] = {
    {JSON_AT(NULL, JSON_TEXT, struct spec_pair, value), .required = true},
};
const struct json_table record_pair_table = {.size = sizeof(struct spec_pair), .fields = PAIR};

static int read_name(struct json_reader *reader, struct json_object *value, void *field)
{
    if (json_expect(reader, value, json_type_string) < 0)
        return -1;
    const char *text = json_object_get_string(value);
    *(const char **)field = text[0] == '/' ? text + 1 : text;
    return 0;
}

static int write_name(const void *field, struct json_object **ret)
{
    const char *name = *(const char *const *)field;
    char *slashed;

    if (asprintf(&slashed, "/%s", name ?: "") < 0)
        return -1;
    *ret = json_write_string(slashed);
    free(slashed);
    return *ret ? 0 : -1;
}

/* What was asked for: what became of it is in status.json. */
static const struct json_field IPAM[] = {
    JSON_FIELD("IPv4Address", JSON_STRING, struct record_network, ip),
    {0},
};
static const struct json_table ipam_table = {.fields = IPAM};

static const struct json_field NETWORK[] = {
    JSON_PART("IPAMConfig", &ipam_table),
    JSON_FIELD("Aliases", JSON_STRINGS, struct record_network, aliases),
    {0},
};
static const struct json_table network_table = {
    .size = sizeof(struct record_network), .fields = NETWORK};

static const struct json_field NETWORKS[] = {
    JSON_ITEMS("Networks", JSON_MAP, struct record, networks, networks_count, &network_table),
    {0},
};
static const struct json_table networks_table = {.fields = NETWORKS};

static const struct json_field RECORD[] = {
    {JSON_AT("Id", JSON_STRING, struct record, id), .required = true, .brief = true},
    {JSON_AT("Created", JSON_STRING, struct record, created), .required = true, .brief = true},
    {JSON_AT("Path", JSON_STRING, struct record, path), .required = true, .brief = true},
    {JSON_AT("Args", JSON_STRINGS, struct record, args), .required = true, .brief = true},
    JSON_FIELD("Image", JSON_STRING, struct record, image_id),
    {JSON_AT("Name", JSON_CUSTOM, struct record, name), .required = true, .brief = true,
        .custom = read_name, .write = write_name},
    {JSON_AT("HostConfig", JSON_OBJECT, struct record, host), .table = &record_host_table},
    {JSON_AT("Config", JSON_OBJECT, struct record, config), .brief = true,
        .table = &RECORD_CONFIG_TABLE},
    JSON_PART("NetworkSettings", &networks_table),
    {0},
};
const struct json_table RECORD_TABLE = {.size = sizeof(struct record), .fields = RECORD};
