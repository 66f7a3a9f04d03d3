// SPDX-License-Identifier: MIT
/*
 * What `docker inspect` shows and nobody can ask for here: it has one value always, and programs
 * look it up all the same. It is not in the record; it is added where it is shown.
 */
#include "inspect.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <json-c/linkhash.h>
#include <stddef.h>

static const char HOST_CONFIG[] =
    "{\"Cgroup\": \"\", \"CgroupParent\": \"\", \"Runtime\": \"mini-runc\", \"Isolation\": \"\","
    " \"ConsoleSize\": [0, 0], \"ContainerIDFile\": \"\", \"VolumeDriver\": \"\", \"Links\": null,"
    " \"BlkioWeightDevice\": [], \"CpuRealtimePeriod\": 0, \"CpuRealtimeRuntime\": 0,"
    " \"CpuCount\": 0, \"CpuPercent\": 0, \"IOMaximumIOps\": 0, \"IOMaximumBandwidth\": 0,"
    " \"DeviceCgroupRules\": null, \"DeviceRequests\": null, \"MemorySwappiness\": null,"
    " \"OomKillDisable\": false}";
static const char NETWORK_SETTINGS[] =
    "{\"SandboxID\": \"\", \"HairpinMode\": false,"
    " \"LinkLocalIPv6Address\": \"\", \"LinkLocalIPv6PrefixLen\": 0,"
    " \"SecondaryIPAddresses\": null, \"SecondaryIPv6Addresses\": null}";

/* Lists that are [] there, and not null, when they are empty. */
static const char *const LISTS[] = {"BlkioDeviceReadBps", "BlkioDeviceReadIOps",
    "BlkioDeviceWriteBps", "BlkioDeviceWriteIOps", "Dns", "DnsOptions", "DnsSearch", "Ulimits"};

static void add_constants(struct json_object *object, const char *text)
{
    struct json_object *rest = json_tokener_parse(text);

    json_object_object_foreach(rest, key, value)
    {
        if (!json_object_object_get_ex(object, key, NULL))
            json_object_object_add(object, key, json_object_get(value));
    }
    json_object_put(rest);
}

void inspect_rest(struct json_object *host, struct json_object *network)
{
    add_constants(host, HOST_CONFIG);
    add_constants(network, NETWORK_SETTINGS);
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        if (!json_object_object_get(host, LISTS[i]))
            json_object_object_add(host, LISTS[i], json_object_new_array());
    }
    /* no limit */
    if (json_object_get_int64(json_object_object_get(host, "PidsLimit")) == 0)
        json_object_object_add(host, "PidsLimit", NULL);
}
