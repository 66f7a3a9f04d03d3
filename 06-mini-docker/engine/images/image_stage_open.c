// SPDX-License-Identifier: MIT
/* Reading what was staged: an archive's files from the list, a directory's with openat2(2), which
 * lets no link of it lead out. */
#include "image_stage.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct staged *find(struct image_stage *stage, const char *name)
{
    for (int links = 0; links < 8; links++) {
        struct staged *file = NULL;
        for (size_t i = 0; i < stage->count && !file; i++) {
            if (strcmp(stage->files[i].name, name) == 0)
                file = &stage->files[i];
        }
        if (!file || !file->target)
            return file;
        name = file->target;
    }
    return NULL;
}

/* A file of the directory, which may lie anywhere below it and nowhere else. */
static int open_from(const struct image_stage *stage, const char *name)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int fd = (int)syscall(SYS_openat2, stage->from, name, &how, sizeof(how));
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        errno = ENOENT;
        return -1;
    }
    return fd;
}

static int open_file(struct image_stage *stage, const char *name, struct err *err)
{
    char path[PATH_MAX];
    int fd = -1;

    errno = ENOENT;
    if (stage->from >= 0) {
        fd = open_from(stage, name);
    } else if (find(stage, name)) {
        image_stage_path(stage, (size_t)(find(stage, name) - stage->files), path);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd >= 0)
        return fd;
    err_refuse(err, errno, "%.200s is missing", name);
    return err_hint(err, "what was given is not a whole image -> save it again");
}

bool image_stage_has(struct image_stage *stage, const char *name)
{
    struct err ignored;
    cleanup_close int fd = open_file(stage, name, &ignored);

    return fd >= 0;
}

char *image_stage_read(
    struct image_stage *stage, const char *name, size_t *ret_length, struct err *err)
{
    cleanup_close int fd = open_file(stage, name, err);
    cleanup_free char *text = NULL;

    if (fd < 0)
        return NULL;
    ssize_t length = fsio_read_fd(fd, BLOB_TEXT_MOST, &text);
    if (length < 0) {
        err_sys(err, "cannot read %.200s", name);
        return NULL;
    }
    *ret_length = (size_t)length;
    return steal_ptr(text);
}

/* Copy a file of the directory. */
static struct staged *copy_from(struct image_stage *stage, const char *name, struct err *err)
{
    cleanup_close int fd = open_file(stage, name, err);
    static char buffer[1 << 16];
    struct blob_writer writer;
    char path[PATH_MAX];
    ssize_t got = 0;

    struct staged *file = fd < 0 ? NULL : image_stage_new(stage, name, err);
    if (!file)
        return NULL;
    image_stage_path(stage, stage->count - 1, path);
    if (blob_begin(path, &writer, err) < 0)
        return NULL;
    while (got >= 0 && (got = read(fd, buffer, sizeof(buffer))) > 0) {
        if (blob_write(&writer, buffer, (size_t)got, err) < 0)
            got = -1;
    }
    file->size = writer.size;
    if (got == 0 && blob_finish(&writer, file->digest, err) == 0)
        return file;
    blob_abandon(&writer, false);
    return NULL;
}

int image_stage_take(struct image_stage *stage, const char *name, const char *digest,
    struct staged *ret, char **ret_path, struct err *err)
{
    struct staged *file = find(stage, name);
    char path[PATH_MAX];

    if (!file && stage->from >= 0)
        file = copy_from(stage, name, err);
    if (!file) {
        cleanup_close int none = open_file(stage, name, err); /* says what is missing */
        return -1;
    }
    if (digest && strcmp(digest, file->digest) != 0) {
        err_refuse(err, 0, "%.200s is not what it should be: it is %.19s…", name, file->digest);
        return err_hint(err, "it was damaged or changed -> save or fetch it again");
    }
    image_stage_path(stage, (size_t)(file - stage->files), path);
    *ret_path = strdup(path);
    *ret = *file;
    return *ret_path ? 0 : err_sys(err, "no memory for a path");
}
