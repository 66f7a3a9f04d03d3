// SPDX-License-Identifier: MIT
/*
 * A context is a directory, which is read in place: without a daemon nothing has to be sent to one.
 * On standard input it is an archive, or a Dockerfile alone; which of them, its first bytes say, so
 * it is kept in a file first. An archive is unpacked as a stranger's (layer_unpack.c), and what is
 * opened in it is opened as if it were /.
 */
#include "build_context.h"

#include "dockerfile.h"
#include "engine/images/layer.h"
#include "engine/images/tar.h"

#include "cleanup.h"
#include "fsio.h"
#include "idmap.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STANDARD "Dockerfile"

static bool is_stdin(const char *word)
{
    return word && strcmp(word, "-") == 0;
}

static int check_words(const struct build_options *options, struct err *err)
{
    static const char *const fetched[] = {
        "http://", "https://", "git://", "git@", "ssh://", "github.com/", NULL};

    if (is_stdin(options->context) && is_stdin(options->file)) {
        err_set(err, ERR_USAGE,
            "invalid argument: can't use stdin for both build context and dockerfile");
        return err_hint(err, "one of the two is standard input -> name the other's file");
    }
    for (const char *const *word = fetched; *word; word++) {
        if (strncmp(options->context, *word, strlen(*word)) != 0)
            continue;
        err_set(err, ERR_USAGE, "the context %.200s would have to be fetched", options->context);
        return err_hint(err,
            "mini-docker builds from files that are here -> git clone it, or curl it and "
            "`build - < FILE.tar`; then name the directory");
    }
    return 0;
}

/* All that is left of it, at most DOCKERFILE_MOST and some. */
static int read_text(struct build_context *context, int fd, struct err *err)
{
    ssize_t length = fsio_read_fd(fd, 2 * DOCKERFILE_MOST, &context->text);

    if (length < 0)
        return err_sys(err, "failed to read dockerfile %s", context->name);
    context->length = (size_t)length;
    return 0;
}

/* A file of the context, which may be a stranger's: a device of his is not opened, and no pipe
 * waited for. -1 with errno. */
static int open_inside(const struct build_context *context, const char *path)
{
    struct err ignored;
    struct stat st;
    char self[32];
    cleanup_close int found = mount_open_in_root(context->fd, path, MOUNT_MAKE_NOTHING, &ignored);

    if (found < 0 || fstat(found, &st) < 0) {
        errno = found < 0 ? ignored.code : errno;
        return -1;
    }
    if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    snprintf(self, sizeof(self), "/proc/self/fd/%d", found);
    return open(self, O_RDONLY | O_CLOEXEC);
}

static int missing(const char *path, struct err *err)
{
    err_sys(err, "failed to read dockerfile: open %.200s", path);
    if (err->code == EINVAL)
        return err_hint(err, "it is a device, a pipe or a socket -> a Dockerfile is a file");
    if (err->code != ENOENT)
        return -1;
    return err_hint(err, "a build follows the Dockerfile in its context -> -f names another file");
}

/* -f: as we see it where the context is a directory of ours; else in the archive. */
static int read_dockerfile(struct build_context *context, const struct build_options *options,
    bool archive, struct err *err)
{
    const char *file = options->file ?: STANDARD;

    snprintf(context->name, sizeof(context->name), "%s", is_stdin(file) ? STANDARD : file);
    if (is_stdin(file))
        return read_text(context, STDIN_FILENO, err);
    cleanup_close int fd =
        options->file && !archive ? open(file, O_RDONLY | O_CLOEXEC) : open_inside(context, file);
    if (fd < 0 && errno == ENOENT && !options->file) {
        fd = open_inside(context, "dockerfile"); /* as docker */
        strcpy(context->name, fd < 0 ? STANDARD : "dockerfile");
    }
    return fd < 0 ? missing(file, err) : read_text(context, fd, err);
}

/* FILE.dockerignore beside a Dockerfile that was named is stronger than .dockerignore. */
static int read_ignore(
    struct build_context *context, const struct build_options *options, struct err *err)
{
    char own[PATH_MAX];
    const char *name = own;
    cleanup_free char *text = NULL;

    snprintf(own, sizeof(own), "%.*s.dockerignore", PATH_MAX - 16, options->file ?: STANDARD);
    cleanup_close int beside = options->file && !is_stdin(options->context)
                                   ? open(own, O_RDONLY | O_CLOEXEC)
                                   : open_inside(context, own);
    cleanup_close int usual = beside < 0 ? open_inside(context, name = ".dockerignore") : -1;
    if (beside < 0 && usual < 0)
        return errno == ENOENT ? 0 : err_sys(err, "cannot read %s", name);
    ssize_t length = fsio_read_fd(beside >= 0 ? beside : usual, DOCKERFILE_MOST, &text);
    if (length < 0)
        return err_sys(err, "cannot read %s", name);
    return build_ignore_parse(text, (size_t)length, name, &context->ignore, err);
}

/* All of standard input, in a file of the room. */
static int keep_stdin(const struct build_context *context, struct err *err)
{
    static char buffer[1 << 16];
    struct blob_writer writer;
    char path[PATH_MAX];
    ssize_t got;

    snprintf(path, sizeof(path), "%.*s/stdin", PATH_MAX - 16, context->room.path);
    if (blob_begin(path, &writer, err) < 0)
        return -1;
    cleanup_close int fd = writer.fd;
    while ((got = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0) {
        if (blob_write(&writer, buffer, (size_t)got, err) < 0)
            return -1;
    }
    if (got < 0)
        return err_sys(err, "cannot read the context from standard input");
    fd = -1;
    close(writer.fd);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    return file < 0 ? err_sys(err, "cannot open %s", path) : file;
}

static int make_room(const struct build_context *context, const char *name, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 16, context->room.path, name);
    int dir = mkdir(path, 0755) < 0 ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir < 0 ? err_sys(err, "cannot make %s", path) : dir;
}

/* 1: it is no archive. */
static int unpack_context(struct build_context *context, int file, struct err *err)
{
    cleanup_close int into = make_room(context, "context", err);
    cleanup_close int trash = into < 0 ? -1 : make_room(context, "trash", err);
    struct archive_entry *entry;
    struct tar_reader reader;
    struct err ignored;

    if (trash < 0)
        return -1;
    int first = tar_open(file, "the context", &TAR_LIMITS, &reader, &ignored);
    if (first == 0)
        first = tar_next(&reader, &entry);
    tar_close(&reader);
    if (lseek(file, 0, SEEK_SET) < 0)
        return err_sys(err, "cannot read the context");
    if (first < 0)
        return 1;
    int result = tar_open(file, "the context", &TAR_LIMITS, &reader, err);
    if (result == 0)
        result = layer_unpack_plain(&reader, into, trash, idmap_has_others(), err);
    tar_close(&reader);
    context->fd = steal_fd(&into);
    return result;
}

static int open_stdin(
    struct build_context *context, const struct build_options *options, struct err *err)
{
    if (image_stage_room(context->room.store, &context->room, err) < 0)
        return -1;
    cleanup_close int file = keep_stdin(context, err);
    int result = file < 0 ? -1 : unpack_context(context, file, err);
    if (result < 0)
        return -1;
    if (result == 0)
        return read_dockerfile(context, options, true, err) < 0
                   ? -1
                   : read_ignore(context, options, err);
    snprintf(context->name, sizeof(context->name), STANDARD);
    return read_text(context, file, err);
}

int build_context_open(const struct store *store, const struct build_options *options,
    struct build_context *ret, struct err *err)
{
    *ret = (struct build_context){.fd = -1, .room = {.store = store, .lock = -1, .from = -1}};
    if (check_words(options, err) < 0)
        return -1;
    if (is_stdin(options->context))
        return open_stdin(ret, options, err);
    ret->fd = open(options->context, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ret->fd < 0) {
        err_sys(err, "unable to prepare context: path \"%.200s\"", options->context);
        return err_hint(err, "the context is the directory that COPY copies from -> name one, "
                             "as in `build -t NAME .`");
    }
    return read_dockerfile(ret, options, false, err) < 0 ? -1 : read_ignore(ret, options, err);
}

void build_context_close(struct build_context *context)
{
    close_fd(&context->fd);
    build_ignore_free(&context->ignore);
    free(context->text);
    if (context->room.path[0])
        image_stage_end(&context->room);
    context->fd = -1;
    context->text = NULL;
}
