// SPDX-License-Identifier: MIT
/*
 * build -o: the files of the target alone, into a directory or a tar, and no image. That is how a
 * compiler in a stage gives its program to whoever built it:
 *
 *     FROM scratch
 *     COPY --from=make /src/program /
 *
 * In a directory they are the builder's own, as everything is that he makes there.
 */
#include "build_internal.h"
#include "build_view.h"

#include "engine/files/export.h"

#include "cleanup.h"
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(const char *text, struct err *err)
{
    err_set(err, ERR_USAGE, "invalid value for --output: %.200s", text);
    return err_hint(err, "accepted: DIR, - (a tar), type=local,dest=DIR, type=tar,dest=FILE");
}

int build_output_parse(const char *text, struct build_output *ret, struct err *err)
{
    cleanup_free char *copy = strdup(text);
    const char *type = strchr(text, '=') ? "" : strcmp(text, "-") == 0 ? "tar" : "local";
    const char *dest = strchr(text, '=') ? "" : text;

    if (!copy)
        return err_sys(err, "no memory for --output");
    for (char *rest = strchr(text, '=') ? copy : NULL, *word; (word = strsep(&rest, ","));) {
        char *value = word + strcspn(word, "=");
        if (*value)
            *value++ = '\0';
        if (strcmp(word, "type") == 0)
            type = value;
        else if (strcmp(word, "dest") == 0)
            dest = value;
        else
            return refuse(text, err);
    }
    ret->tar = strcmp(type, "tar") == 0;
    if (strcmp(type, "docker") == 0 || strcmp(type, "image") == 0)
        return dest[0] ? refuse(text, err) : 0;
    if ((!ret->tar && strcmp(type, "local") != 0) || !dest[0] || strlen(dest) >= PATH_MAX)
        return refuse(text, err);
    strcpy(ret->dest, dest);
    return 0;
}

struct writing {
    bool tar;
    int fd;
};

static int write_files(int root_fd, void *arg, struct err *err)
{
    const struct writing *writing = arg;

    return writing->tar
               ? export_tree(root_fd, writing->fd, err)
               : rootfs_copy_inside(root_fd, writing->fd, ROOTFS_ALL | ROOTFS_REPLACE, err);
}

static int open_dest(const struct build_output *output, struct err *err)
{
    int fd;

    if (strcmp(output->dest, "-") == 0 && isatty(STDOUT_FILENO)) {
        err_refuse(err, 0, "dest file is required for tar exporter. refusing to write to console");
        return err_hint(err, "an archive is no text -> -o type=tar,dest=FILE, or > FILE");
    }
    if (strcmp(output->dest, "-") == 0)
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (!output->tar && mkdir(output->dest, 0755) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make %s", output->dest);
    fd = output->tar ? open(output->dest, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)
                     : open(output->dest, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? err_sys(err, "cannot open %s", output->dest) : fd;
}

int build_output_write(struct build *build, const struct build_stage *stage,
    const struct build_output *output, struct err *err)
{
    cleanup_free char *lower = image_draft_lower(build->store, &stage->draft, err);

    if (!lower)
        return -1;
    build_progress_begin(
        &build->progress, "exporting to %s %s", output->tar ? "tar" : "directory", output->dest);
    cleanup_close int fd = open_dest(output, err);
    struct writing writing = {output->tar, fd};
    if (fd < 0 || build_view(build->store, lower, NULL, write_files, &writing, err) < 0)
        return -1;
    build_progress_done(&build->progress);
    return 0;
}
