// SPDX-License-Identifier: MIT
/*
 * RUN speaks of processes, groups and links, of which nothing is left after a boot. Which boot it
 * is of is said by a symlink, RUN/boot -> the kernel's boot_id (random(4)): that is one
 * readlink(2), and a number of the last boot's process is never taken for one of today's.
 *
 * What must hold: nobody goes on while RUN is of another boot. So whoever finds that has the lock
 * of RUN until all is done, and the symlink comes last.
 *
 * Of a container with --rm nothing is on the disk for certain, since nobody waits for that: after a
 * lost power its record may be empty, or missing, as no other's can be.
 */
#include "heal.h"

#include "engine/files/volume.h"
#include "engine/images/image_remove.h"
#include "removal.h"

#include "engine/network/network_store.h"
#include "engine/store/remove_files.h"
#include "engine/store/status.h"

#include "cleanup.h"
#include "remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BOOT_ID = 36 };

/* False where there is no /proc: then it is as good as any other. */
static bool read_boot(char ret[BOOT_ID + 1])
{
    cleanup_close int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    memset(ret, 0, BOOT_ID + 1);
    return fd >= 0 && read(fd, ret, BOOT_ID) == BOOT_ID;
}

static bool is_of(const char *link, const char *boot)
{
    char text[BOOT_ID + 2] = "";

    return readlink(link, text, sizeof(text) - 1) == BOOT_ID && strcmp(text, boot) == 0;
}

static int look_for_monitor(const char *id, void *arg, struct err *err)
{
    struct status status;

    if (status_read(arg, id, &status, err) < 0)
        return 0;
    return status.monitor && status_is_watched(&status) ? 1 : 0;
}

/* Somebody has removed RUN/boot alone, as those do who tidy up /tmp. */
static bool is_running(const struct store *store)
{
    struct err ignored;

    return record_each(store, look_for_monitor, (void *)store, &ignored) == 1;
}

static void empty(const char *run)
{
    char path[PATH_MAX];
    struct err ignored;

    cleanup_closedir DIR *dir = opendir(run);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 300, run, entry->d_name);
        if (unlink(path) < 0)
            remove_tree(path, &ignored);
    }
}

/* A directory with no record in it, or an empty one. */
static void remove_unwritten(const struct store *store, const char *id)
{
    char record[PATH_MAX], dir[PATH_MAX];
    struct err ignored;
    struct stat st;

    record_path(store, id, "container.json", record);
    record_path(store, id, NULL, dir);
    if (strlen(id) == STORE_ID && (stat(record, &st) < 0 ? errno == ENOENT : st.st_size == 0))
        remove_files(dir, &ignored);
}

static int end_one(const char *id, void *arg, struct err *err)
{
    const struct store *store = arg;
    struct record record;

    if (record_load(store, id, &record, err) < 0)
        return 0; /* `ps` names it */
    if (record.host.auto_remove)
        removal(store, &record, REMOVAL_VOLUMES, err);
    else
        status_lost(store, id, err);
    record_free(&record);
    return 0;
}

static void end_all(const struct store *store)
{
    char path[PATH_MAX];
    struct err ignored;

    record_path(store, "", NULL, path);
    cleanup_closedir DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        remove_unwritten(store, entry->d_name);
    record_each(store, end_one, (void *)store, &ignored);
    heal_leftovers(store);
}

int heal_boot(const struct store *store, struct err *err)
{
    char link[PATH_MAX], boot[BOOT_ID + 1];
    struct stat st;

    if (snprintf(link, sizeof(link), "%s/boot", store->run) >= (int)sizeof(link))
        return err_set(err, ERR_USAGE, "--root is too long");
    if (!read_boot(boot) || is_of(link, boot))
        return 0;
    cleanup_close int lock = open(store->run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        return err_sys(err, "cannot lock %s", store->run);
    if (is_of(link, boot)) /* somebody was quicker */
        return 0;
    if (lstat(link, &st) == 0 || !is_running(store)) {
        empty(store->run);
        end_all(store);
    }
    if (symlink(boot, link) < 0 && errno != EROFS)
        return err_sys(err, "cannot make %s", link);
    return 0;
}

void heal_leftovers(const struct store *store)
{
    struct err ignored;

    removal_finish(store);
    record_heal(store);
    volume_heal(store);
    network_heal(store);
    image_heal(store, &ignored);
}
