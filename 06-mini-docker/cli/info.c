// SPDX-License-Identifier: MIT
/* info: how many of everything there is, and what the host offers, as `docker info` has it. */
#include "show_commands.h"

#include "engine/images/image_index.h"
#include "engine/show/human.h"
#include "engine/show/list.h"
#include "engine/show/show.h"

#include "version.h"

#include "runtime/json_write.h"

#include "cgroup.h"
#include "cleanup.h"
#include "fsio.h"
#include "host.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

struct info_args {
    const char *format;
};

static const struct opt OPTS[] = {
    {'f', "format", "TEMPLATE", "json, or a template: '{{.Containers}}'", OPT_TEXT,
        offsetof(struct info_args, format)},
    {0},
};

struct info {
    struct store store;
    int containers, running, paused, images;
    char system[128], file_system[24];
    struct utsname uts;
    uint64_t memory_bytes;
};

static int count(const struct list_item *item, void *arg, struct err *err)
{
    struct info *info = arg;

    (void)err;
    info->containers++;
    info->running += item->status.kind == STATUS_RUNNING;
    info->paused += item->status.kind == STATUS_PAUSED;
    return 0;
}

/* PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" of os-release(5) */
static void read_system(char *ret, size_t size)
{
    struct err ignored;
    cleanup_free char *text = fsio_read(NULL, "/etc/os-release", &ignored);
    const char *name = text ? strstr(text, "PRETTY_NAME=") : NULL;

    snprintf(ret, size, "unknown");
    if (name) {
        name += strlen("PRETTY_NAME=");
        name += strspn(name, "\"");
        snprintf(ret, size, "%.*s", (int)strcspn(name, "\"\n"), name);
    }
}

static void read_file_system(const struct store *store, char *ret, size_t size)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } known[] = {{EXT4_SUPER_MAGIC, "extfs"}, {BTRFS_SUPER_MAGIC, "btrfs"},
        {XFS_SUPER_MAGIC, "xfs"}, {TMPFS_MAGIC, "tmpfs"}, {OVERLAYFS_SUPER_MAGIC, "overlayfs"}};
    uint32_t magic = fsio_magic(store->root);

    snprintf(ret, size, "0x%x", magic);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].magic == magic)
            snprintf(ret, size, "%s", known[i].name);
    }
}

/* Images of several names count once. */
static int count_images(const struct store *store, int *ret, struct err *err)
{
    struct image_index index;
    int result = image_index_read(store, &index, err);

    for (size_t i = 0; result == 0 && i < index.count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen |= strcmp(index.rows[i].id, index.rows[j].id) == 0;
        *ret += !seen;
    }
    image_index_free(&index);
    return result;
}

static int cgroup_version(void)
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    int mounted = host_cgroup_mounts(mounts);

    return cgroup_host_is_v1(mounts, mounted > 0 ? mounted : 0) ? 1 : 2;
}

static int collect(struct info *ret, struct err *err)
{
    const struct list_options all = {.all = true};
    struct sysinfo host;

    if (cli_store(&ret->store, err) < 0 || list_each(&ret->store, &all, count, ret, err) < 0)
        return -1;
    uname(&ret->uts);
    sysinfo(&host);
    ret->memory_bytes = (uint64_t)host.totalram * host.mem_unit;
    read_system(ret->system, sizeof(ret->system));
    read_file_system(&ret->store, ret->file_system, sizeof(ret->file_system));
    return count_images(&ret->store, &ret->images, err);
}

static void print(const struct info *info)
{
    char memory[HUMAN_TEXT];

    printf("Client: " PROGRAM "\n Version:    " VERSION "\n\nServer: none; each command does its "
           "own work\n");
    printf(" Containers: %d\n  Running: %d\n  Paused: %d\n  Stopped: %d\n", info->containers,
        info->running, info->paused, info->containers - info->running - info->paused);
    printf(" Images: %d\n", info->images);
    printf(" Storage Driver: overlay2\n  Backing Filesystem: %s\n", info->file_system);
    printf(" Logging Driver: json-file\n");
    printf(" Cgroup Driver: cgroupfs\n Cgroup Version: %d\n", cgroup_version());
    printf(" Runtimes: mini-runc\n Default Runtime: mini-runc\n");
    printf(" Security Options:\n  seccomp\n   Profile: default\n%s",
        host_is_root() ? "" : "  rootless\n");
    printf(" Kernel Version: %s\n Operating System: %s\n OSType: linux\n", info->uts.release,
        info->system);
    printf(" Architecture: %s\n CPUs: %ld\n Total Memory: %s\n Name: %s\n", info->uts.machine,
        sysconf(_SC_NPROCESSORS_ONLN), human_binary_size(info->memory_bytes, memory),
        info->uts.nodename);
    printf(" Docker Root Dir: %s\n", info->store.root);
}

static void set_number(struct json_object *object, const char *key, int64_t number)
{
    json_object_object_add(object, key, json_object_new_int64(number));
}

static void set_text(struct json_object *object, const char *key, const char *json)
{
    json_object_object_add(object, key, json_tokener_parse(json));
}

/* The fields of Docker's API, /info, that say something of us. */
static struct json_object *describe(const struct info *info)
{
    struct json_object *object = json_object_new_object();
    char version[12];

    set_number(object, "Containers", info->containers);
    set_number(object, "ContainersRunning", info->running);
    set_number(object, "ContainersPaused", info->paused);
    set_number(object, "ContainersStopped", info->containers - info->running - info->paused);
    set_number(object, "Images", info->images);
    json_add_string(object, "Driver", "overlay2");
    json_add_string(object, "LoggingDriver", "json-file");
    json_add_string(object, "CgroupDriver", "cgroupfs");
    snprintf(version, sizeof(version), "%d", cgroup_version());
    json_add_string(object, "CgroupVersion", version);
    json_add_string(object, "DefaultRuntime", "mini-runc");
    json_add_string(object, "KernelVersion", info->uts.release);
    json_add_string(object, "OperatingSystem", info->system);
    json_add_string(object, "OSType", "linux");
    json_add_string(object, "Architecture", info->uts.machine);
    set_number(object, "NCPU", sysconf(_SC_NPROCESSORS_ONLN));
    set_number(object, "MemTotal", (int64_t)info->memory_bytes);
    json_add_string(object, "Name", info->uts.nodename);
    json_add_string(object, "DockerRootDir", info->store.root);
    json_add_string(object, "ServerVersion", VERSION);
    set_text(object, "SecurityOptions",
        host_is_root() ? "[\"name=seccomp,profile=builtin\"]"
                       : "[\"name=seccomp,profile=builtin\", \"name=rootless\"]");
    set_text(object, "Runtimes", "{\"mini-runc\": {\"path\": \"mini-runc\"}}");
    set_text(object, "Plugins",
        "{\"Volume\": [\"local\"], \"Network\": [\"bridge\", \"host\", \"null\"],"
        " \"Authorization\": null, \"Log\": [\"json-file\", \"none\"]}");
    set_text(object, "Swarm", "{\"LocalNodeState\": \"inactive\"}");
    json_add_string(object, "IndexServerAddress", "https://index.docker.io/v1/");
    set_text(object, "Labels", "[]");
    set_text(object, "Warnings", "null");
    set_text(object, "ExperimentalBuild", "false");
    set_text(object, "LiveRestoreEnabled", "true"); /* they live on, whatever happens to us */
    return object;
}

static int info_run(void *args, int argc, char **argv, struct err *err)
{
    const struct info_args *options = args;
    struct info info = {0};
    struct show show;

    (void)argc;
    (void)argv;
    if (collect(&info, err) < 0)
        return -1;
    if (!options->format) {
        print(&info);
        return 0;
    }
    const char *format = strcmp(options->format, "json") == 0 ? "{{json .}}" : options->format;
    if (show_begin(&show, format, err) < 0)
        return -1;
    struct json_object *object = describe(&info);
    int result = show_one(&show, object, err);
    json_object_put(object);
    show_end(&show);
    return result;
}

const struct command info_command = {
    .name = "info",
    .summary = "How much of everything there is, and what the host offers",
    .mixed = true,
    .opts = OPTS,
    .args_size = sizeof(struct info_args),
    .run = info_run,
};
