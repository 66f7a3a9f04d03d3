// SPDX-License-Identifier: MIT
/*
 * Writing a tar: plain ustar, with pax headers only for what ustar cannot say (files of 8 GiB). No
 * times, no names of users: what an image is saved as depends on the image alone.
 */
#include "tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int explain_write(const struct tar_writer *writer, struct err *err)
{
    errno = archive_errno(writer->tar);
    return err_sys(err, "cannot write %s", writer->name);
}

int tar_write_begin(int fd, const char *name, struct tar_writer *ret, struct err *err)
{
    *ret = (struct tar_writer){.tar = archive_write_new(), .name = name};
    if (!ret->tar)
        return err_sys(err, "no memory to write %s", name);
    archive_write_set_format_pax_restricted(ret->tar);
    archive_write_set_bytes_in_last_block(ret->tar, 1);
    return archive_write_open_fd(ret->tar, fd) == ARCHIVE_OK ? 0 : explain_write(ret, err);
}

static int header(struct tar_writer *writer, const char *path, unsigned mode, uint64_t size,
    const char *target, struct err *err)
{
    struct archive_entry *entry = archive_entry_new();

    if (!entry)
        return err_sys(err, "no memory to write %s", writer->name);
    archive_entry_set_pathname(entry, path);
    archive_entry_set_mode(entry, (__LA_MODE_T)mode);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_mtime(entry, 0, 0);
    if (target)
        archive_entry_set_symlink(entry, target);
    int result = archive_write_header(writer->tar, entry);
    if (result != ARCHIVE_OK)
        explain_write(writer, err);
    archive_entry_free(entry);
    return result == ARCHIVE_OK ? 0 : -1;
}

int tar_write_dir(struct tar_writer *writer, const char *path, unsigned mode, struct err *err)
{
    return header(writer, path, S_IFDIR | mode, 0, NULL, err);
}

int tar_write_link(struct tar_writer *writer, const char *path, const char *target, struct err *err)
{
    return header(writer, path, S_IFLNK | 0777, 0, target, err);
}

int tar_write_text(
    struct tar_writer *writer, const char *path, const char *text, size_t length, struct err *err)
{
    if (header(writer, path, S_IFREG | 0644, length, NULL, err) < 0)
        return -1;
    return archive_write_data(writer->tar, text, length) == (la_ssize_t)length
               ? 0
               : explain_write(writer, err);
}

int tar_write_file(
    struct tar_writer *writer, const char *path, unsigned mode, int fd, struct err *err)
{
    char buffer[1 << 16];
    struct stat st;
    off_t at = 0;

    if (fstat(fd, &st) < 0)
        return err_sys(err, "cannot look at what goes into %s", writer->name);
    if (header(writer, path, S_IFREG | mode, (uint64_t)st.st_size, NULL, err) < 0)
        return -1;
    while (at < st.st_size) {
        ssize_t got = pread(fd, buffer, sizeof(buffer), at);
        if (got <= 0)
            return err_sys(err, "cannot read what goes into %s", writer->name);
        if (archive_write_data(writer->tar, buffer, (size_t)got) != got)
            return explain_write(writer, err);
        at += got;
    }
    return 0;
}

int tar_write_end(struct tar_writer *writer, struct err *err)
{
    int result = archive_write_close(writer->tar) == ARCHIVE_OK ? 0 : explain_write(writer, err);

    archive_write_free(writer->tar);
    writer->tar = NULL;
    return result;
}
