// SPDX-License-Identifier: MIT
/*
 * A blob is summed while it is written, and gets its name at the end, by rename: so under a digest
 * there is what the digest says, or nothing. It is on the disk before that (fdatasync), since a
 * name that outlives a lost power must not name a file of zeros.
 */
#include "image_blob.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void blob_path(const struct store *store, const char *digest, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%s/images/blobs/sha256/%s", store->root, digest_hex(digest));
}

int blob_begin(const char *path, struct blob_writer *ret, struct err *err)
{
    *ret = (struct blob_writer){.fd = -1};
    snprintf(ret->path, sizeof(ret->path), "%s", path);
    sha256_init(&ret->sum);
    ret->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    return ret->fd < 0 ? err_sys(err, "cannot make %s", path) : 0;
}

/* What an earlier try has left. */
static int sum_up(struct blob_writer *writer, struct err *err)
{
    char buffer[1 << 16];
    ssize_t got;

    while ((got = read(writer->fd, buffer, sizeof(buffer))) > 0) {
        sha256_update(&writer->sum, (size_t)got, (const uint8_t *)buffer);
        writer->size += (uint64_t)got;
    }
    return got < 0 ? err_sys(err, "cannot read %s", writer->path) : 0;
}

int blob_resume(
    const struct store *store, const char *digest, struct blob_writer *ret, struct err *err)
{
    struct stat here, there;
    char dir[PATH_MAX];

    *ret = (struct blob_writer){.fd = -1};
    if (store_dir(store, "images/partial", dir, err) < 0)
        return -1;
    snprintf(
        ret->path, sizeof(ret->path), "%.*s/%s", PATH_MAX - DIGEST_TEXT, dir, digest_hex(digest));
    sha256_init(&ret->sum);
    while (true) {
        cleanup_close int fd = open(ret->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
            return 1;
        if (fd < 0 || fstat(fd, &here) < 0)
            return err_sys(err, "cannot make %s", ret->path);
        /* whoever held the lock may have finished the file and taken it away */
        if (stat(ret->path, &there) == 0 && here.st_ino == there.st_ino) {
            ret->fd = steal_fd(&fd);
            return sum_up(ret, err);
        }
    }
}

int blob_write(struct blob_writer *writer, const void *bytes, size_t length, struct err *err)
{
    const char *at = bytes;

    sha256_update(&writer->sum, length, bytes);
    writer->size += length;
    while (length > 0) {
        ssize_t written = write(writer->fd, at, length);
        if (written < 0 && errno != EINTR)
            return err_sys(err, "cannot write %s", writer->path);
        at += written < 0 ? 0 : written;
        length -= written < 0 ? 0 : (size_t)written;
    }
    return 0;
}

int blob_finish(struct blob_writer *writer, char ret_digest[DIGEST_TEXT], struct err *err)
{
    int result = close(steal_fd(&writer->fd));

    digest_end(&writer->sum, ret_digest);
    return result < 0 ? err_sys(err, "cannot write %s", writer->path) : 0;
}

int blob_restart(struct blob_writer *writer, struct err *err)
{
    sha256_init(&writer->sum);
    writer->size = 0;
    if (ftruncate(writer->fd, 0) < 0 || lseek(writer->fd, 0, SEEK_SET) < 0)
        return err_sys(err, "cannot write %s", writer->path);
    return 0;
}

int blob_accept(struct blob_writer *writer, const char *digest, struct err *err)
{
    char found[DIGEST_TEXT];

    digest_end(&writer->sum, found);
    if (strcmp(found, digest) != 0) {
        blob_abandon(writer, false);
        err_refuse(err, EPROTO, "what came as %.19s… is %.19s…", digest, found);
        return err_hint(err, "it was damaged or changed on its way -> try again; if it stays so, "
                             "do not trust this server");
    }
    return close(steal_fd(&writer->fd)) < 0 ? err_sys(err, "cannot write %s", writer->path) : 0;
}

int blob_sum(const char *path, char ret_digest[DIGEST_TEXT], uint64_t *ret_size, struct err *err)
{
    struct blob_writer whole = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    cleanup_close int fd = whole.fd;

    snprintf(whole.path, sizeof(whole.path), "%s", path);
    if (fd < 0)
        return err_sys(err, "cannot open %s", path);
    sha256_init(&whole.sum);
    if (sum_up(&whole, err) < 0)
        return -1;
    digest_end(&whole.sum, ret_digest);
    *ret_size = whole.size;
    return 0;
}

void blob_abandon(struct blob_writer *writer, bool keep)
{
    if (writer->fd < 0)
        return;
    if (!keep)
        unlink(writer->path);
    close_fd(&writer->fd);
}

int blob_adopt(const struct store *store, const char *path, const char *digest, struct err *err)
{
    char to[PATH_MAX], dir[PATH_MAX];

    if (store_dir(store, "images/blobs/sha256", dir, err) < 0)
        return -1;
    blob_path(store, digest, to);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fdatasync(fd) == 0 && rename(path, to) == 0)
        return 0;
    return errno == ENOENT && blob_exists(store, digest, NULL) ? 0
                                                               : err_sys(err, "cannot make %s", to);
}

int blob_put(const struct store *store, const char *text, size_t length,
    char ret_digest[DIGEST_TEXT], struct err *err)
{
    struct blob_writer writer;
    char dir[PATH_MAX], path[PATH_MAX], id[STORE_ID + 1];

    digest_of(text, length, ret_digest);
    if (blob_exists(store, ret_digest, NULL))
        return 0;
    if (store_dir(store, "images/partial", dir, err) < 0 || store_new_id(id, err) < 0)
        return -1;
    snprintf(path, sizeof(path), "%.*s/put-%.16s", PATH_MAX - 32, dir, id);
    if (blob_begin(path, &writer, err) < 0)
        return -1;
    if (blob_write(&writer, text, length, err) < 0 || blob_finish(&writer, ret_digest, err) < 0) {
        blob_abandon(&writer, false);
        return -1;
    }
    return blob_adopt(store, path, ret_digest, err);
}

bool blob_exists(const struct store *store, const char *digest, uint64_t *ret_size)
{
    char path[PATH_MAX];
    struct stat st;

    blob_path(store, digest, path);
    if (stat(path, &st) < 0)
        return false;
    if (ret_size)
        *ret_size = (uint64_t)st.st_size;
    return true;
}

int blob_open(const struct store *store, const char *digest, struct err *err)
{
    char path[PATH_MAX];

    blob_path(store, digest, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    err_sys(err, "cannot open %s", path);
    if (err->code == ENOENT)
        err_hint(err, "the image is not whole -> remove it with rmi -f, and load or pull it again");
    return -1;
}

char *blob_read(const struct store *store, const char *digest, size_t *ret_length, struct err *err)
{
    cleanup_close int fd = blob_open(store, digest, err);
    cleanup_free char *text = NULL;
    char found[DIGEST_TEXT], path[PATH_MAX];

    if (fd < 0)
        return NULL;
    blob_path(store, digest, path);
    ssize_t length = fsio_read_fd(fd, BLOB_TEXT_MOST, &text);
    if (length < 0) {
        err_sys(err, "cannot read %s", path);
        return NULL;
    }
    digest_of(text, (size_t)length, found);
    if (strcmp(found, digest) != 0) {
        err_refuse(err, 0, "%s was changed: it is %s now", path, found);
        err_hint(err, "the image is damaged -> remove it with rmi -f, and load or pull it again");
        return NULL;
    }
    *ret_length = (size_t)length;
    return steal_ptr(text);
}
