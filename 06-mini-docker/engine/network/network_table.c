// SPDX-License-Identifier: MIT
/*
 * A network's JSON, field by field, in Docker's order. What we have nothing of (IPv6, swarm) is
 * there with the value that says so, since programs look for it; the file on the disk leaves it
 * out.
 */
#include "network_store.h"

#include "engine/store/record_fields.h"

static const struct json_field CONFIG[] = {
    {JSON_AT("Subnet", JSON_STRING, struct network_ipam, subnet), .required = true},
    {JSON_AT("IPRange", JSON_STRING, struct network_ipam, range), .optional = true},
    JSON_FIELD("Gateway", JSON_STRING, struct network_ipam, gateway),
    {0},
};
static const struct json_table config_table = {
    .size = sizeof(struct network_ipam), .fields = CONFIG};

/* What is always so: Docker has these, we do not. */
#define NEVER(name)   JSON_FIELD(name, JSON_BOOL, struct network, never)
#define NOTHING(name) JSON_FIELD(name, JSON_STRING, struct network, nothing)

static const struct json_field IPAM[] = {
    JSON_FIELD("Driver", JSON_STRING, struct network, ipam_driver),
    JSON_FIELD("Options", JSON_STRINGS, struct network, ipam_options),
    JSON_ITEMS("Config", JSON_LIST, struct network, ipam, ipam_count, &config_table),
    {0},
};
static const struct json_table ipam_table = {.fields = IPAM};

static const struct json_field FROM[] = {NOTHING("Network"), {0}};
static const struct json_table from_table = {.fields = FROM};

static const struct json_field MEMBER[] = {
    JSON_FIELD("Name", JSON_TEXT, struct network_member, name),
    JSON_FIELD("EndpointID", JSON_TEXT, struct network_member, endpoint),
    JSON_FIELD("MacAddress", JSON_TEXT, struct network_member, mac),
    JSON_FIELD("IPv4Address", JSON_TEXT, struct network_member, ipv4),
    JSON_FIELD("IPv6Address", JSON_STRING, struct network_member, ipv6),
    {0},
};
static const struct json_table member_table = {
    .size = sizeof(struct network_member), .fields = MEMBER};

static const struct json_field NETWORK[] = {
    {JSON_AT("Name", JSON_STRING, struct network, name), .required = true},
    {JSON_AT("Id", JSON_STRING, struct network, id), .required = true},
    JSON_FIELD("Created", JSON_STRING, struct network, created),
    JSON_FIELD("Scope", JSON_STRING, struct network, scope),
    {JSON_AT("Driver", JSON_STRING, struct network, driver), .required = true},
    NEVER("EnableIPv6"),
    JSON_PART("IPAM", &ipam_table),
    JSON_FIELD("Internal", JSON_BOOL, struct network, internal),
    NEVER("Attachable"),
    NEVER("Ingress"),
    JSON_PART("ConfigFrom", &from_table),
    NEVER("ConfigOnly"),
    JSON_ITEMS("Containers", JSON_MAP, struct network, members, members_count, &member_table),
    JSON_ITEMS("Options", JSON_MAP, struct network, options, options_count, &record_pair_table),
    JSON_ITEMS("Labels", JSON_MAP, struct network, labels, labels_count, &record_pair_table),
    {0},
};
const struct json_table NETWORK_TABLE = {.size = sizeof(struct network), .fields = NETWORK};
