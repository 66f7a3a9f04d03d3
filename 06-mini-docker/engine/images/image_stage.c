// SPDX-License-Identifier: MIT
/*
 * Every file of the archive is written to a file of ours that has a number for a name, and summed
 * on the way; the archive's own names are only looked up in a list and never reach the file system.
 * So there is nothing to traverse, and no link to follow but in the list. A directory is not copied
 * before somebody asks for a file of it.
 *
 * What must hold: the directory is ours alone while its lock is held; one without a lock is what a
 * killed load left, and goes with the next sweep.
 */
#include "image_stage.h"

#include "cleanup.h"
#include "remove.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

/* Three a layer, in Docker's old form; each is compared with those before it. */
enum { FILES_MOST = 20000 };

void image_stage_path(const struct image_stage *stage, size_t number, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%.*s/%zu", PATH_MAX - 32, stage->path, number);
}

int image_stage_room(const struct store *store, struct image_stage *ret, struct err *err)
{
    char partial[PATH_MAX];

    *ret = (struct image_stage){.store = store, .lock = -1, .from = -1};
    if (store_dir(store, "images/partial", partial, err) < 0)
        return -1;
    snprintf(ret->path, sizeof(ret->path), "%.*s/take-XXXXXX", PATH_MAX - 32, partial);
    if (!mkdtemp(ret->path)) {
        err_sys(err, "cannot make %s", ret->path);
        ret->path[0] = '\0';
        return -1;
    }
    ret->lock = open(ret->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ret->lock < 0 || flock(ret->lock, LOCK_EX) < 0)
        return err_sys(err, "cannot lock %s", ret->path);
    return 0;
}

struct staged *image_stage_new(struct image_stage *stage, const char *name, struct err *err)
{
    if (stage->count == stage->room) {
        size_t room = stage->room ? stage->room * 2 : 64;
        struct staged *larger = reallocarray(stage->files, room, sizeof(*larger));
        if (!larger) {
            err_sys(err, "no memory for the list of files");
            return NULL;
        }
        stage->files = larger;
        stage->room = room;
    }
    struct staged *file = &stage->files[stage->count];
    *file = (struct staged){.name = strdup(name)};
    if (!file->name) {
        err_sys(err, "no memory for the list of files");
        return NULL;
    }
    stage->count++;
    return file;
}

static int put_in_stage(
    void *writer, const void *bytes, size_t length, int64_t offset, struct err *err)
{
    (void)offset; /* holes have been filled by the reader of an archive without them */
    return blob_write(writer, bytes, length, err);
}

/* The list's name for what a link, `name` in the archive, leads to. */
static int resolve(const char *name, const char *target, bool hard, char ret[TAR_PATH])
{
    char joined[2 * TAR_PATH];
    const char *slash = strrchr(name, '/');
    int dir = slash && !hard && target[0] != '/' ? (int)(slash - name) : 0;

    /* Docker's old form: "ID/layer.tar" -> "../OTHER/layer.tar" */
    while (strncmp(target, "../", 3) == 0 && dir > 0) {
        target += 3;
        while (dir > 0 && name[--dir] != '/')
            ;
    }
    snprintf(joined, sizeof(joined), "%.*s/%s", dir, name, target);
    return tar_clean_path(joined, ret);
}

static int stage_link(struct image_stage *stage, struct tar_reader *reader, const char *name,
    const char *target, bool hard)
{
    char path[TAR_PATH];

    if (resolve(name, target, hard, path) < 0)
        return tar_refuse(reader, "%s is a link that leads out of it: %s", name, target);
    struct staged *file = image_stage_new(stage, name, reader->err);
    if (!file)
        return -1;
    file->target = strdup(path);
    return file->target ? 0 : err_sys(reader->err, "no memory for the list of files");
}

static int stage_file(struct image_stage *stage, struct tar_reader *reader, const char *name)
{
    struct blob_writer writer;
    char path[PATH_MAX];
    struct staged *file = image_stage_new(stage, name, reader->err);

    if (!file)
        return -1;
    image_stage_path(stage, stage->count - 1, path);
    if (blob_begin(path, &writer, reader->err) < 0)
        return -1;
    int result = tar_data(reader, put_in_stage, &writer);
    if (result == 0) {
        file->size = writer.size;
        result = blob_finish(&writer, file->digest, reader->err);
    }
    blob_abandon(&writer, false);
    return result;
}

static int stage_entry(
    struct image_stage *stage, struct tar_reader *reader, struct archive_entry *entry)
{
    const char *hard = tar_hard_link(entry), *name = tar_name(entry);
    char path[TAR_PATH];

    if (tar_clean_path(name, path) < 0)
        return tar_refuse(reader, "a name leads out of it, or is too long: %s", name);
    if (archive_entry_filetype(entry) == AE_IFDIR && !hard[0])
        return 0;
    for (size_t i = 0; i < stage->count; i++) {
        if (strcmp(stage->files[i].name, path) == 0)
            return tar_refuse(reader, "it has %s twice", path);
    }
    if (hard[0])
        return stage_link(stage, reader, path, hard, true);
    if (archive_entry_filetype(entry) == AE_IFLNK)
        return stage_link(stage, reader, path, tar_symlink(entry), false);
    if (archive_entry_filetype(entry) != AE_IFREG)
        return tar_refuse(reader, "%s is neither a file nor a directory", path);
    if (archive_entry_sparse_count(entry) > 0)
        return tar_refuse(reader, "%s has holes, which no archive of images has", path);
    return stage_file(stage, reader, path);
}

int image_stage_begin(const struct store *store, int fd, const char *name,
    const struct tar_limits *limits, struct image_stage *ret, struct err *err)
{
    struct tar_limits few = {.bytes = limits->bytes, .entries = FILES_MOST};
    struct tar_reader reader;
    struct archive_entry *entry;
    struct stat st;
    char digest[DIGEST_TEXT];

    if (image_stage_room(store, ret, err) < 0)
        return -1;
    if (fstat(fd, &st) < 0)
        return err_sys(err, "cannot look at %s", name);
    if (S_ISDIR(st.st_mode)) {
        ret->from = fd;
        return 0;
    }
    int result = tar_open(fd, name, &few, &reader, err);
    while (result == 0 && (result = tar_next(&reader, &entry)) == 1)
        result = stage_entry(ret, &reader, entry);
    if (result == 0)
        result = tar_end(&reader, digest); /* whoever writes into the pipe is not cut off */
    tar_close(&reader);
    return result;
}

void image_stage_end(struct image_stage *stage)
{
    struct err ignored;

    if (stage->path[0])
        remove_tree(stage->path, &ignored);
    close_fd(&stage->lock);
    for (size_t i = 0; i < stage->count; i++) {
        free(stage->files[i].name);
        free(stage->files[i].target);
    }
    free(stage->files);
    *stage = (struct image_stage){.lock = -1, .from = -1};
}
