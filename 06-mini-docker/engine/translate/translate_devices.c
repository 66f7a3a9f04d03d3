// SPDX-License-Identifier: MIT
/*
 * --device and --privileged. A device is a file in the container's /dev and a rule that lets it be
 * opened. In a user namespace no device file can be made, and the host's is bound instead, as far
 * as the user may open it anyway.
 */
#include "translate_internal.h"

#include "cleanup.h"
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { ALL = SPEC_MKNOD | SPEC_READ | SPEC_WRITE, DEPTH = 4 };

struct devices {
    struct translating *translating;
    bool user; /* in a user namespace, of its own or ours */
    struct spec_device *items;
    struct spec_device_rule *rules;
    struct spec_mount *binds;
    size_t count, rules_count, binds_count, room;
};

static void *larger(struct devices *devices, const void *items, size_t count, size_t size)
{
    void *more = translate_alloc(devices->translating, devices->room, size);

    if (more && count > 0)
        memcpy(more, items, count * size);
    return more;
}

/* Room for one more of each. */
static int reserve(struct devices *devices)
{
    size_t most = devices->rules_count > devices->count ? devices->rules_count : devices->count;

    if (most + 1 < devices->room)
        return 0;
    devices->room = 2 * (most + 8);
    devices->items = larger(devices, devices->items, devices->count, sizeof(*devices->items));
    devices->rules = larger(devices, devices->rules, devices->rules_count, sizeof(*devices->rules));
    devices->binds = larger(devices, devices->binds, devices->binds_count, sizeof(*devices->binds));
    return devices->items && devices->rules && devices->binds ? 0 : -1;
}

static int add(struct devices *devices, const char *on_host, const char *inside,
    const struct stat *st, unsigned access)
{
    static const char *const options[] = {"bind", "private", NULL};
    const char *path = json_print(&devices->translating->reader, "%s", inside);
    const char *source = json_print(&devices->translating->reader, "%s", on_host);

    if (!path || !source || reserve(devices) < 0)
        return -1;
    devices->rules[devices->rules_count++] = (struct spec_device_rule){
        .allow = true,
        .type = S_ISBLK(st->st_mode) ? 'b' : 'c',
        .major = (int)major(st->st_rdev),
        .minor = (int)minor(st->st_rdev),
        .access = access,
    };
    if (devices->user)
        devices->binds[devices->binds_count++] =
            (struct spec_mount){path, "bind", source, options, NULL};
    else
        devices->items[devices->count++] = (struct spec_device){
            .path = path,
            .type_and_mode = st->st_mode,
            .major = major(st->st_rdev),
            .minor = minor(st->st_rdev),
            .uid = st->st_uid,
            .gid = st->st_gid,
        };
    return 0;
}

/* What is not for a container, or it has its own of. */
static bool is_skipped(const char *name)
{
    static const char *const names[] = {
        ".", "..", "pts", "shm", "fd", "mqueue", "console", "ptmx", ".lxc", ".udev", NULL};
    const char *const *skipped = names;

    while (*skipped && strcmp(*skipped, name) != 0)
        skipped++;
    return *skipped != NULL;
}

/* All devices of a directory and those below. */
static int add_tree(
    struct devices *devices, const char *on_host, const char *inside, unsigned access, int depth)
{
    char host_path[PATH_MAX], path[PATH_MAX];
    struct stat st;

    cleanup_closedir DIR *dir = depth > 0 ? opendir(on_host) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        snprintf(host_path, sizeof(host_path), "%s/%s", on_host, entry->d_name);
        snprintf(path, sizeof(path), "%s/%s", inside, entry->d_name);
        if (is_skipped(entry->d_name) || lstat(host_path, &st) < 0)
            continue;
        int result = S_ISDIR(st.st_mode) ? add_tree(devices, host_path, path, access, depth - 1)
                     : S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)
                         ? add(devices, host_path, path, &st, access)
                         : 0;
        if (result < 0)
            return -1;
    }
    return 0;
}

static unsigned access_of(const char *permissions)
{
    return (strchr(permissions, 'r') ? SPEC_READ : 0) |
           (strchr(permissions, 'w') ? SPEC_WRITE : 0) |
           (strchr(permissions, 'm') ? SPEC_MKNOD : 0);
}

static int add_wanted(struct devices *devices, const struct record_device *device)
{
    struct err *err = devices->translating->err;
    unsigned access = access_of(device->permissions ?: "rwm");
    size_t before = devices->rules_count;
    struct stat st;

    if (stat(device->on_host, &st) < 0) {
        err_sys(err, "error gathering device information while adding custom device \"%s\"",
            device->on_host);
        return -1;
    }
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        return add(devices, device->on_host, device->in_container, &st, access);
    if (S_ISDIR(st.st_mode) &&
        add_tree(devices, device->on_host, device->in_container, access, DEPTH) < 0)
        return -1;
    if (devices->rules_count > before)
        return 0;
    return err_refuse(err, ENODEV,
        "error gathering device information while adding custom device \"%s\": not a device node",
        device->on_host);
}

/* The mounts of the container, and after them the devices that are bound. */
static int append_binds(struct devices *devices)
{
    struct spec *spec = &devices->translating->ret->spec;
    size_t count = spec->mounts_count + devices->binds_count;

    if (devices->binds_count == 0)
        return 0;
    struct spec_mount *mounts = translate_alloc(devices->translating, count, sizeof(*mounts));
    if (!mounts)
        return -1;
    memcpy(mounts, spec->mounts, spec->mounts_count * sizeof(*mounts));
    memcpy(mounts + spec->mounts_count, devices->binds, devices->binds_count * sizeof(*mounts));
    spec->mounts = mounts;
    spec->mounts_count = count;
    return 0;
}

int translate_devices(struct translating *translating)
{
    static const struct spec_device_rule every = {true, 'a', -1, -1, ALL};
    const struct record_host *host = &translating->record->host;
    struct spec_linux *linux_ = &translating->ret->spec.linux_;
    struct devices devices = {.translating = translating};

    if (host->devices_count == 0 && !host->privileged)
        return 0;
    devices.user = linux_->mappings || host_in_userns();
    if (reserve(&devices) < 0)
        return -1;
    for (size_t i = 0; i < linux_->device_rules_count; i++) {
        if (reserve(&devices) < 0)
            return -1;
        devices.rules[devices.rules_count++] = linux_->device_rules[i];
    }
    if (host->privileged && add_tree(&devices, "/dev", "/dev", ALL, DEPTH) < 0)
        return -1;
    for (size_t i = 0; i < host->devices_count; i++) {
        if (add_wanted(&devices, &host->devices[i]) < 0)
            return -1;
    }
    linux_->devices = devices.items;
    linux_->devices_count = devices.count;
    linux_->device_rules = host->privileged ? &every : devices.rules;
    linux_->device_rules_count = host->privileged ? 1 : devices.rules_count;
    return append_binds(&devices);
}
