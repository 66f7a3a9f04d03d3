// SPDX-License-Identifier: MIT
/*
 * Docker's own list of mounts (defaults.c), less what the record puts in the same places, and
 * changed where an option changes it; and the three files that the engine writes.
 */
#include "mounts_internal.h"

#include "engine/translate/defaults.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "mount.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static bool has_target(const struct mounts_memory *memory, const char *target)
{
    for (size_t i = 0; i < memory->words_count; i++) {
        if (strcmp(memory->words[i].target, target) == 0)
            return true;
    }
    return false;
}

/* In somebody's own root only those that are there: it is not ours to make files in. */
static bool wants_file(const struct record *record, const char *target)
{
    struct err ignored;

    if (!record->host.rootfs)
        return true;
    cleanup_close int root = open(record->host.rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int file =
        root < 0 ? -1 : mount_open_in_root(root, target, MOUNT_MAKE_NOTHING, &ignored);
    return file >= 0;
}

/* The three files that the engine writes (network.h). */
void mounts_add_files(
    const struct store *store, const struct record *record, struct mounts_memory *memory)
{
    static const char *const files[] = {"hostname", "hosts", "resolv.conf"};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct mount_words *words = &memory->words[memory->words_count];
        *words = (struct mount_words){.kind = MOUNT_KIND_BIND,
            .propagation = "rprivate",
            .read_only = record->host.read_only};
        record_path(store, record->id, files[i], words->source);
        snprintf(words->target, sizeof(words->target), "/etc/%s", files[i]);
        if (!has_target(memory, words->target) && fsio_exists(NULL, words->source) &&
            wants_file(record, words->target))
            memory->words_count++;
    }
}

/* /dev/shm: --shm-size; the host's with --ipc host; another container's, which
 * translate_namespaces.c says, with --ipc container:X. */
static void change_shm(
    const struct record_host *host, struct mounts_made *made, struct spec_mount *mount)
{
    static const char *const bind[] = {"rbind", "rprivate", NULL};

    if (host->ipc_mode &&
        (strcmp(host->ipc_mode, "host") == 0 || strncmp(host->ipc_mode, "container:", 10) == 0)) {
        *mount = (struct spec_mount){
            .destination = "/dev/shm", .type = "bind", .source = "/dev/shm", .options = bind};
    } else if (host->shm_size_bytes) {
        snprintf(made->text, sizeof(made->text), "size=%ju", (uintmax_t)host->shm_size_bytes);
        memcpy(made->options, (const char *const[]){"nosuid", "noexec", "nodev", "mode=1777"},
            4 * sizeof(char *));
        made->options[4] = made->text;
        mount->options = made->options;
    }
}

/*
 * Of the host's namespaces only root makes another mount of these; an ordinary user may show the
 * one that is there. False: there is none.
 */
static bool change_foreign(const struct record_host *host, struct spec_mount *mount)
{
    static const char *const bind[] = {"rbind", "rprivate", "nosuid", "noexec", "nodev", NULL};
    const char *mode = strcmp(mount->destination, "/proc") == 0         ? host->pid_mode
                       : strcmp(mount->destination, "/dev/mqueue") == 0 ? host->ipc_mode
                                                                        : NULL;

    if (!mode || strcmp(mode, "host") != 0 || host_is_root())
        return true;
    *mount = (struct spec_mount){.destination = mount->destination,
        .type = "bind",
        .source = mount->destination,
        .options = bind};
    return fsio_exists(NULL, mount->source);
}

/* --privileged: the same, but to be written to. */
static void change_privileged(struct spec_mount *mount)
{
    static const char *const writable[] = {"nosuid", "noexec", "nodev", "rw", NULL};

    if (strcmp(mount->type, "sysfs") == 0 || strcmp(mount->type, "cgroup") == 0)
        mount->options = writable;
}

/* Docker's list, less what the record puts in the same places. */
size_t mounts_add_defaults(
    const struct record *record, struct mounts_memory *memory, struct spec_mount *items)
{
    static struct spec spec; /* for its list, which is constant */
    size_t count = 0;

    defaults_fill(&spec);
    for (size_t i = 0; i < spec.mounts_count; i++) {
        if (has_target(memory, spec.mounts[i].destination))
            continue;
        items[count] = spec.mounts[i];
        if (strcmp(items[count].destination, "/dev/shm") == 0)
            change_shm(&record->host, &memory->shm, &items[count]);
        if (!change_foreign(&record->host, &items[count]))
            continue;
        if (record->host.privileged)
            change_privileged(&items[count]);
        count++;
    }
    return count;
}
