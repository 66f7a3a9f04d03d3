// SPDX-License-Identifier: MIT
/*
 * Two of libarchive's readers, one above the other: the lower decompresses, the upper knows tar.
 * What passes between them is summed and counted here, since a layer's diff ID is the digest of the
 * tar before it was compressed, and a bomb shows only after it was decompressed. Where nothing is
 * compressed, the lower is read(2).
 *
 * What must hold: an error is said once, by whoever saw it first. The upper reader only knows that
 * the lower one failed; so the lower fills in *err and sets `failed`.
 */
#include "tar.h"

#include "size.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct tar_limits TAR_LIMITS = {.bytes = 64ull << 30, .entries = 4 << 20};

static const struct {
    const char *magic, *name;
} COMPRESSIONS[] = {
    /* with a "-": not in a layer's media type */
    {"\x1f\x8b", "+gzip"},
    {"\x28\xb5\x2f\xfd", "+zstd"},
    {"\xfd\x37zXZ", "-xz"},
    {"BZh", "-bzip2"},
};

static const char *compression_of(const char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof(COMPRESSIONS) / sizeof(COMPRESSIONS[0]); i++) {
        size_t magic = strlen(COMPRESSIONS[i].magic);
        if (length >= magic && memcmp(bytes, COMPRESSIONS[i].magic, magic) == 0)
            return COMPRESSIONS[i].name;
    }
    return "";
}

int tar_compression(int fd, const char **ret, struct err *err)
{
    char bytes[4];
    ssize_t got = pread(fd, bytes, sizeof(bytes), 0);

    *ret = compression_of(bytes, got > 0 ? (size_t)got : 0);
    if ((*ret)[0] != '-')
        return 0;
    err_refuse(err, 0, "no image's layer may be compressed by %s", *ret + 1);
    return err_hint(
        err, "other engines cannot read it -> %s -dc FILE | mini-docker import -", *ret + 1);
}

int tar_refuse(struct tar_reader *reader, const char *fmt, ...)
{
    char why[300];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    reader->failed = true;
    return err_refuse(reader->err, 0, "%s: %s", reader->name, why);
}

/* libarchive's word for it, unless it is a consequence of what we have said already. */
static int explain_read(struct tar_reader *reader, struct archive *from)
{
    const char *why = archive_error_string(from);

    if (reader->failed)
        return -1;
    tar_refuse(reader, "%s", why ? why : "it cannot be read");
    return err_hint(reader->err,
        "it ends too early, or it is no tar archive (plain, gzip, bzip2, xz, zstd) "
        "-> fetch or save it again");
}

static ssize_t read_all(int fd, char *buffer, size_t length)
{
    size_t used = 0;

    while (used < length) {
        ssize_t got = read(fd, buffer + used, length - used);
        if (got < 0 && errno != EINTR)
            return -1;
        if (got == 0)
            break;
        used += got < 0 ? 0 : (size_t)got;
    }
    return (ssize_t)used;
}

/* A piece as it is in the file. */
static la_ssize_t read_file(struct archive *archive, void *data, const void **ret)
{
    struct tar_reader *reader = data;
    ssize_t got = (ssize_t)reader->peeked;

    (void)archive;
    *ret = reader->buffer;
    reader->peeked = 0;
    if (got == 0)
        got = read_all(reader->fd, reader->buffer, TAR_PIECE);
    if (got >= 0)
        return got;
    reader->failed = true;
    return err_sys(reader->err, "cannot read %s", reader->name);
}

int tar_too_large(struct tar_reader *reader)
{
    char size[SIZE_TEXT];

    tar_refuse(reader, "it unpacks to more than %s", size_format(reader->limits.bytes, size));
    return err_hint(reader->err,
        "it is very large, or made to fill the disk -> if you trust it: --max-size SIZE");
}

/* A piece of the tar, decompressed. */
static la_ssize_t read_plain(struct archive *archive, void *data, const void **ret)
{
    struct tar_reader *reader = data;
    la_ssize_t length;

    if (!reader->plain) {
        length = read_file(archive, data, ret);
    } else {
        size_t got = 0;
        la_int64_t offset;
        int result = archive_read_data_block(reader->plain, ret, &got, &offset);
        if (result != ARCHIVE_OK && result != ARCHIVE_EOF)
            return explain_read(reader, reader->plain);
        length = result == ARCHIVE_EOF ? 0 : (la_ssize_t)got;
    }
    if (length <= 0)
        return length;
    reader->bytes += (uint64_t)length;
    if (reader->bytes > reader->limits.bytes)
        return tar_too_large(reader);
    sha256_update(&reader->sum, (size_t)length, *ret);
    return length;
}

/* The lower reader, for what is compressed: one file that has no name. */
static int open_plain(struct tar_reader *reader)
{
    struct archive_entry *entry;

    reader->plain = archive_read_new();
    if (!reader->plain)
        return err_sys(reader->err, "no memory to read %s", reader->name);
    archive_read_support_filter_gzip(reader->plain);
    archive_read_support_filter_zstd(reader->plain);
    archive_read_support_filter_xz(reader->plain);
    archive_read_support_filter_bzip2(reader->plain);
    archive_read_support_format_raw(reader->plain);
    if (archive_read_open(reader->plain, reader, NULL, read_file, NULL) != ARCHIVE_OK ||
        archive_read_next_header(reader->plain, &entry) != ARCHIVE_OK)
        return explain_read(reader, reader->plain);
    return 0;
}

int tar_open(int fd, const char *name, const struct tar_limits *limits, struct tar_reader *ret,
    struct err *err)
{
    *ret = (struct tar_reader){.fd = fd, .name = name, .limits = *limits, .err = err};
    sha256_init(&ret->sum);
    ret->buffer = malloc(TAR_PIECE);
    ret->tar = archive_read_new();
    if (!ret->tar || !ret->buffer)
        return err_sys(err, "no memory to read %s", name);
    ssize_t got = read_all(fd, ret->buffer, TAR_PIECE);
    if (got < 0)
        return err_sys(err, "cannot read %s", name);
    ret->peeked = (size_t)got;
    if (compression_of(ret->buffer, ret->peeked)[0] && open_plain(ret) < 0)
        return -1;
    archive_read_support_format_tar(ret->tar);
    return archive_read_open(ret->tar, ret, NULL, read_plain, NULL) == ARCHIVE_OK
               ? 0
               : explain_read(ret, ret->tar);
}

int tar_next(struct tar_reader *reader, struct archive_entry **ret)
{
    int result = archive_read_next_header(reader->tar, ret);

    if (result == ARCHIVE_EOF)
        return 0;
    /* ARCHIVE_WARN: an attribute or a letter that it does not know; the entry is good */
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
        return explain_read(reader, reader->tar);
    if (++reader->entries > reader->limits.entries) {
        tar_refuse(
            reader, "it has more than %llu entries", (unsigned long long)reader->limits.entries);
        return err_hint(reader->err, "it was made to use up the disk -> do not load it");
    }
    return 1;
}

bool tar_is(int fd)
{
    struct archive_entry *entry;
    struct tar_reader reader;
    struct err ignored;
    bool is =
        tar_open(fd, "it", &TAR_LIMITS, &reader, &ignored) == 0 && tar_next(&reader, &entry) == 1;

    tar_close(&reader);
    lseek(fd, 0, SEEK_SET);
    return is;
}

int tar_data(struct tar_reader *reader,
    int (*put)(void *arg, const void *bytes, size_t length, int64_t offset, struct err *err),
    void *arg)
{
    const void *bytes;
    la_int64_t offset;
    size_t length;

    while (true) {
        int result = archive_read_data_block(reader->tar, &bytes, &length, &offset);
        if (result == ARCHIVE_EOF)
            return 0;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return explain_read(reader, reader->tar);
        if ((uint64_t)offset + length > reader->limits.bytes) /* holes are not in the stream */
            return tar_too_large(reader);
        if (put(arg, bytes, length, offset, reader->err) < 0) {
            reader->failed = true;
            return -1;
        }
    }
}

int tar_end(struct tar_reader *reader, char ret_digest[DIGEST_TEXT])
{
    const void *bytes;
    la_ssize_t got;

    /* what libarchive has read ahead went through read_plain too; only the rest is missing */
    while ((got = read_plain(NULL, reader, &bytes)) > 0)
        ;
    if (got < 0)
        return -1;
    digest_end(&reader->sum, ret_digest);
    return 0;
}

void tar_close(struct tar_reader *reader)
{
    archive_read_free(reader->tar);
    archive_read_free(reader->plain);
    free(reader->buffer);
    *reader = (struct tar_reader){.fd = -1};
}
