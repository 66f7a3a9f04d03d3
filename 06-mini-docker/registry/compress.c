// SPDX-License-Identifier: MIT
/*
 * A layer of our own lies in the store as it is: it was made a moment ago, and a build that is done
 * again should not wait for a compressor. On a wire it is worth the time.
 *
 * What must hold: who pushes the same layer twice must send the same bytes, or the registry would
 * keep both. So there is no time and no name in the header (zlib writes none), and the level is
 * fixed. Another version of zlib may find a shorter form; then that is sent once more.
 */
#include "compress.h"

#include "engine/images/image_blob.h"
#include "http.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* gzip's own level is 6: twice the time for programs, to save 3 % more */
enum { PIECE = 1 << 18, LEVEL = 4, GZIP = 16 + MAX_WBITS, MEMORY = 8 };

struct squeeze {
    z_stream stream;
    struct blob_writer writer;
    unsigned char in[PIECE], out[PIECE];
};

/* All that is in `in`; with Z_FINISH also what zlib still keeps. */
static int squeeze(struct squeeze *to, size_t length, int flush, struct err *err)
{
    to->stream.next_in = to->in;
    to->stream.avail_in = (unsigned)length;
    do {
        to->stream.next_out = to->out;
        to->stream.avail_out = PIECE;
        deflate(&to->stream, flush);
        if (blob_write(&to->writer, to->out, PIECE - to->stream.avail_out, err) < 0)
            return -1;
    } while (to->stream.avail_out == 0);
    return 0;
}

static int squeeze_all(struct squeeze *to, int fd, void (*moved)(void *arg, uint64_t bytes),
    void *arg, struct err *err)
{
    ssize_t got;
    uint64_t done = 0;

    while ((got = read(fd, to->in, PIECE)) > 0) {
        if (http_stopped)
            return err_refuse(err, ECANCELED, "stopped");
        if (squeeze(to, (size_t)got, Z_NO_FLUSH, err) < 0)
            return -1;
        done += (uint64_t)got;
        moved(arg, done);
    }
    return got < 0 ? err_sys(err, "cannot read a layer") : squeeze(to, 0, Z_FINISH, err);
}

int compress_layer(int fd, const char *path, void (*moved)(void *arg, uint64_t bytes), void *arg,
    struct image_layer *ret, struct err *err)
{
    cleanup_free struct squeeze *to = calloc(1, sizeof(*to));

    if (!to || !(ret->path = strdup(path)) ||
        deflateInit2(&to->stream, LEVEL, Z_DEFLATED, GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return err_sys(err, "no memory to compress a layer");
    int result = blob_begin(path, &to->writer, err);
    if (result == 0 && squeeze_all(to, fd, moved, arg, err) < 0) {
        blob_abandon(&to->writer, false);
        result = -1;
    }
    deflateEnd(&to->stream);
    ret->size = to->writer.size;
    return result < 0 ? -1 : blob_finish(&to->writer, ret->digest, err);
}

bool compress_is_of(int fd, const char *diff_id)
{
    cleanup_free unsigned char *buffer = malloc(PIECE);
    gzFile from = gzdopen(dup(fd), "rb");
    char digest[DIGEST_TEXT];
    struct sha256_ctx sum;
    int got = -1;

    sha256_init(&sum);
    while (from && buffer && !http_stopped && (got = gzread(from, buffer, PIECE)) > 0)
        sha256_update(&sum, (size_t)got, buffer);
    bool whole = from && gzclose(from) == Z_OK && got == 0;
    digest_end(&sum, digest);
    return whole && strcmp(digest, diff_id) == 0;
}
