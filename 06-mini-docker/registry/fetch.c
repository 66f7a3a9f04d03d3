// SPDX-License-Identifier: MIT
/* fetch: one file, for the ADD of a Dockerfile. */
#include "commands.h"

#include "engine/images/image_blob.h"

#include <errno.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct fetched {
    const char *url;
    struct blob_writer writer;
    uint64_t most_bytes;
};

static int take(void *arg, const void *bytes, size_t length, struct err *err)
{
    struct fetched *file = arg;

    if (file->writer.size + length > file->most_bytes) {
        err_refuse(err, EFBIG, "%s is larger than %llu bytes", file->url,
            (unsigned long long)file->most_bytes);
        return err_hint(err, "that is the limit -> --max-size SIZE, if it is meant to be so large");
    }
    return blob_write(&file->writer, bytes, length, err);
}

static int again(void *arg, struct err *err)
{
    return blob_restart(&((struct fetched *)arg)->writer, err);
}

static int ask(struct fetched *file, struct err *err)
{
    /* who asks for https is not sent elsewhere */
    const struct http http = {.plain = strncasecmp(file->url, "http://", 7) == 0,
        .stall_sec = (unsigned)globals.stall_sec};
    const struct http_request request = {.method = "GET",
        .url = file->url,
        .take = take,
        .again = again,
        .arg = file,
        .is_first = true};
    struct http_answer answer;
    int result = http_ask(&http, &request, &answer, err);

    if (result == 0 && answer.status != 200)
        result = http_refused(&answer, file->url, err);
    if (result == 0 && answer.modified >= 0)
        futimens(file->writer.fd,
            (struct timespec[2]){{.tv_nsec = UTIME_OMIT}, {.tv_sec = answer.modified}});
    http_free(&answer);
    return result;
}

static int fetch_run(void *values, int argc, char **argv, struct err *err)
{
    const struct fetch_args *args = values;
    struct fetched file = {
        .url = argv[0], .most_bytes = args->most_bytes ? args->most_bytes : 4ull << 30};
    char path[PATH_MAX], id[STORE_ID + 1], digest[DIGEST_TEXT];

    (void)argc;
    if (store_new_id(id, err) < 0)
        return -1;
    if (snprintf(path, sizeof(path), "%s.%.12s", argv[1], id) >= (int)sizeof(path))
        return err_set(err, ERR_USAGE, "the name of the file is too long");
    if (blob_begin(path, &file.writer, err) < 0)
        return -1;
    int result = ask(&file, err);
    if (result == 0)
        result = blob_finish(&file.writer, digest, err);
    if (result == 0 && rename(path, argv[1]) < 0)
        result = err_sys(err, "cannot make %s", argv[1]);
    blob_abandon(&file.writer, true);
    if (result < 0)
        unlink(path);
    return result;
}

const struct command fetch_command = {ROW_FETCH, .run = fetch_run};
