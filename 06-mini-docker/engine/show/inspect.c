// SPDX-License-Identifier: MIT
/*
 * A container's record is in the shape of `docker inspect` already (record_table.c); here it is
 * put in Docker's order together with what only the status or the store knows.
 */
#include "inspect.h"

#include "engine/images/image.h"
#include "usage.h"

#include "runtime/json_write.h"

#include <json-c/json_object.h>
#include <string.h>

/* A member of the record, which both objects then own. */
static void move(struct json_object *object, const char *key, struct json_object *from)
{
    json_object_object_add(object, key, json_object_get(json_object_object_get(from, key)));
}

static void set_path(struct json_object *object, const char *key, const struct store *store,
    const char *id, const char *file)
{
    char path[PATH_MAX];

    record_path(store, id, file, path);
    json_add_string(object, key, path);
}

/* {"Name": "overlay2", "Data": {"LowerDir": …, "UpperDir": …, "WorkDir": …}} */
static struct json_object *graph(
    const struct store *store, const struct record *record, const struct image *image)
{
    struct json_object *object = json_object_new_object(), *data = json_object_new_object();

    if (record->host.rootfs) {
        json_add_string(data, "RootDir", record->host.rootfs);
    } else {
        json_add_string(data, "LowerDir", image->lower);
        set_path(data, "UpperDir", store, record->id, "upper");
        set_path(data, "WorkDir", store, record->id, "work");
    }
    json_object_object_add(object, "Data", data);
    json_add_string(object, "Name", record->host.rootfs ? "rootfs" : "overlay2");
    return object;
}

static void add_sizes(struct json_object *object, const struct store *store,
    const struct record *record, const struct image *image)
{
    char path[PATH_MAX];

    record_path(store, record->id, "upper", path);
    uint64_t own = usage_tree(path);
    uint64_t below =
        record->host.rootfs ? usage_tree(record->host.rootfs) : usage_trees(image->lower);
    json_object_object_add(object, "SizeRw", json_object_new_uint64(own));
    json_object_object_add(object, "SizeRootFs", json_object_new_uint64(own + below));
}

struct json_object *inspect_container(
    const struct store *store, const struct record *record, const struct status *status, bool sizes)
{
    struct json_object *from = json_write(&RECORD_TABLE, record, JSON_WRITE_ALL);
    struct json_object *object = json_object_new_object();
    struct image image = {0};
    struct err ignored;

    if (record->image_id)
        image_find(store, record->image_id, &image, &ignored);
    for (const char *const *key = (const char *const[]){"Id", "Created", "Path", "Args", NULL};
         *key; key++)
        move(object, *key, from);
    json_object_object_add(object, "State", inspect_state(store, record, status));
    move(object, "Image", from);
    set_path(object, "ResolvConfPath", store, record->id, "resolv.conf");
    set_path(object, "HostnamePath", store, record->id, "hostname");
    set_path(object, "HostsPath", store, record->id, "hosts");
    if (record->host.log_none)
        json_add_string(object, "LogPath", "");
    else
        set_path(object, "LogPath", store, record->id, "log.json");
    move(object, "Name", from);
    json_object_object_add(object, "RestartCount", json_object_new_int((int)status->restart_count));
    json_add_string(object, "Driver", record->host.rootfs ? "rootfs" : "overlay2");
    json_add_string(object, "Platform", "linux");
    json_add_string(object, "MountLabel", "");
    json_add_string(object, "ProcessLabel", "");
    json_add_string(object, "AppArmorProfile", "");
    json_object_object_add(object, "ExecIDs", NULL);
    move(object, "HostConfig", from);
    json_object_object_add(object, "GraphDriver", graph(store, record, &image));
    if (sizes)
        add_sizes(object, store, record, &image);
    json_object_object_add(object, "Mounts", inspect_mounts(store, record));
    move(object, "Config", from);
    json_object_object_add(object, "NetworkSettings", inspect_networks(store, record, status));
    inspect_rest(json_object_object_get(object, "HostConfig"),
        json_object_object_get(object, "NetworkSettings"));
    json_object_put(from);
    image_free(&image);
    return object;
}
