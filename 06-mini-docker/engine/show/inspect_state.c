// SPDX-License-Identifier: MIT
/* The parts of `docker inspect` that are about now: State and NetworkSettings; and Mounts. */
#include "inspect.h"

#include "engine/files/mount_words.h"
#include "engine/life/health_log.h"
#include "engine/network/network_store.h"

#include "runtime/json_write.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

/* Go's time.Time that was never set. */
#define NEVER "0001-01-01T00:00:00Z"

static void set_bool(struct json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

static void set_number(struct json_object *object, const char *key, int64_t value)
{
    json_object_object_add(object, key, json_object_new_int64(value));
}

static struct json_object *health(
    const struct store *store, const struct record *record, const struct status *status)
{
    static const char *const names[] = {"none", "starting", "healthy", "unhealthy"};
    struct json_object *object = json_object_new_object();

    json_add_string(object, "Status", names[status->health]);
    set_number(object, "FailingStreak", status->failing_streak);
    json_object_object_add(object, "Log", health_log(store, record->id));
    return object;
}

struct json_object *inspect_state(
    const struct store *store, const struct record *record, const struct status *status)
{
    struct json_object *object = json_object_new_object();
    enum status_kind kind = status->kind;

    json_add_string(object, "Status", status_name(kind));
    /* as Docker has it: what is paused or waits to be started again counts as running */
    set_bool(object, "Running",
        kind == STATUS_RUNNING || kind == STATUS_PAUSED || kind == STATUS_RESTARTING);
    set_bool(object, "Paused", kind == STATUS_PAUSED);
    set_bool(object, "Restarting", kind == STATUS_RESTARTING);
    set_bool(object, "OOMKilled", status->oom_killed);
    set_bool(object, "Dead", kind == STATUS_DEAD);
    set_number(object, "Pid", status->pid);
    set_number(object, "ExitCode", status->exit_code);
    json_add_string(object, "Error", status->error);
    json_add_string(object, "StartedAt", status->started_at[0] ? status->started_at : NEVER);
    json_add_string(object, "FinishedAt", status->finished_at[0] ? status->finished_at : NEVER);
    if (status->health != HEALTH_NONE)
        json_object_object_add(object, "Health", health(store, record, status));
    return object;
}

/* {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "443/tcp": null} */
static struct json_object *ports(const struct record *record, const struct status *status)
{
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; status->pid && i < record->config.exposed_ports_count; i++)
        json_object_object_add(object, record->config.exposed_ports[i].key, NULL);
    for (size_t i = 0; i < status->ports_count; i++) {
        const struct status_port *port = &status->ports[i];
        struct json_object *binding = json_object_new_object();
        char key[24], number[12];
        snprintf(key, sizeof(key), "%u/%s", port->port, port->protocol);
        snprintf(number, sizeof(number), "%u", port->host_port);
        json_add_string(binding, "HostIp", port->host_ip);
        json_add_string(binding, "HostPort", number);
        struct json_object *list = json_object_object_get(object, key);
        if (!list) {
            list = json_object_new_array();
            json_object_object_add(object, key, list);
        }
        json_object_array_add(list, binding);
    }
    return object;
}

static const struct status_endpoint *endpoint_of(const struct status *status, const char *network)
{
    static const struct status_endpoint none;

    /* who does not run has no address */
    for (size_t i = 0; status->pid > 0 && i < status->endpoints_count; i++) {
        if (strcmp(status->endpoints[i].network, network) == 0)
            return &status->endpoints[i];
    }
    return &none;
}

static void set_place(struct json_object *object, const struct status_endpoint *endpoint)
{
    json_add_string(object, "Gateway", endpoint->gateway);
    json_add_string(object, "IPAddress", endpoint->ip);
    set_number(object, "IPPrefixLen", endpoint->prefix);
    json_add_string(object, "IPv6Gateway", "");
    json_add_string(object, "GlobalIPv6Address", "");
    set_number(object, "GlobalIPv6PrefixLen", 0);
    json_add_string(object, "MacAddress", endpoint->mac);
}

/* The ID of a network that is still there, or "", and that of the container's place in it, which
 * there is as long as it has an address. */
static void set_ids(struct json_object *object, const struct store *store, const char *container,
    const char *name, bool here)
{
    struct network network = {0};
    char endpoint[STORE_ID + 1] = "";
    struct err ignored;

    if (network_load(store, name, &network, &ignored) == 0 && here)
        network_endpoint_id(container, network.id, endpoint);
    json_add_string(object, "NetworkID", network.id ?: "");
    json_add_string(object, "EndpointID", endpoint);
    network_free(&network);
}

static struct json_object *network(const struct store *store, const char *id, const char *name,
    const struct record_network *asked, const struct status_endpoint *endpoint)
{
    struct json_object *object = json_object_new_object(), *ipam = NULL, *aliases = NULL;

    if (asked && asked->ip) {
        ipam = json_object_new_object();
        json_add_string(ipam, "IPv4Address", asked->ip);
    }
    for (const char *const *alias = asked ? asked->aliases : NULL; alias && *alias; alias++) {
        if (!aliases)
            aliases = json_object_new_array();
        json_object_array_add(aliases, json_write_string(*alias));
    }
    json_object_object_add(object, "IPAMConfig", ipam);
    json_object_object_add(object, "Links", NULL);
    json_object_object_add(object, "Aliases", aliases);
    set_ids(object, store, id, name, endpoint->ip[0]);
    set_place(object, endpoint);
    json_object_object_add(object, "DriverOpts", NULL);
    return object;
}

struct json_object *inspect_networks(
    const struct store *store, const struct record *record, const struct status *status)
{
    struct json_object *object = json_object_new_object(), *networks = json_object_new_object();
    char path[32] = "";

    json_add_string(object, "Bridge", "");
    /* a file that leads to the namespace, for nsenter --net= */
    if (status->pid > 0)
        snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)status->pid);
    json_add_string(object, "SandboxKey", path);
    json_object_object_add(object, "Ports", ports(record, status));
    /* the address in the default network also stands here, where scripts look for it */
    set_place(object, endpoint_of(status, "bridge"));
    for (size_t i = 0; i < record->networks_count; i++) {
        const char *name = record->networks[i].name;
        json_object_object_add(networks, name,
            network(store, record->id, name, &record->networks[i], endpoint_of(status, name)));
    }
    for (size_t i = 0; i < status->endpoints_count; i++) {
        const char *name = status->endpoints[i].network;
        if (!json_object_object_get_ex(networks, name, NULL))
            json_object_object_add(
                networks, name, network(store, record->id, name, NULL, endpoint_of(status, name)));
    }
    /* and so does that place's ID */
    struct json_object *plain = json_object_object_get(networks, "bridge");
    json_add_string(object, "EndpointID",
        json_object_get_string(json_object_object_get(plain, "EndpointID")) ?: "");
    json_object_object_add(object, "Networks", networks);
    return object;
}

static struct json_object *mount(const struct store *store, const struct mount_words *words)
{
    struct json_object *object = json_object_new_object();
    char path[PATH_MAX + 32];

    json_add_string(object, "Type", mount_kind_name(words->kind));
    if (words->kind == MOUNT_KIND_VOLUME) {
        json_add_string(object, "Name", words->source);
        snprintf(path, sizeof(path), "%s/volumes/%.255s/_data", store->root, words->source);
        json_add_string(object, "Source", words->source[0] ? path : "");
    } else {
        json_add_string(object, "Source", words->source);
    }
    json_add_string(object, "Destination", words->target);
    if (words->kind == MOUNT_KIND_VOLUME)
        json_add_string(object, "Driver", "local");
    json_add_string(object, "Mode", words->mode);
    set_bool(object, "RW", !words->read_only);
    json_add_string(
        object, "Propagation", words->kind == MOUNT_KIND_BIND ? words->propagation : "");
    return object;
}

/* A tmpfs of --tmpfs is in HostConfig.Tmpfs alone, as with Docker. */
struct json_object *inspect_mounts(const struct store *store, const struct record *record)
{
    struct json_object *list = json_object_new_array();
    struct mount_words *words = NULL;
    struct err ignored;
    size_t count = 0;

    if (mount_words_all(record, &words, &count, &ignored) < 0)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        bool tmpfs_option = false;
        for (size_t j = 0; j < record->host.tmpfs_count; j++)
            tmpfs_option |= strcmp(record->host.tmpfs[j].key, words[i].target) == 0;
        if (!tmpfs_option)
            json_object_array_add(list, mount(store, &words[i]));
    }
    free(words);
    return list;
}
