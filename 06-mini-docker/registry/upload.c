// SPDX-License-Identifier: MIT
/*
 *     HEAD blobs/DIGEST                             200: it is there
 *     POST blobs/uploads/?mount=DIGEST&from=OTHER   201: it was there, under another name
 *                                                   202: the Location says where to send it
 *     PUT  LOCATION&digest=DIGEST                   with all its bytes; the registry sums them
 *
 * A registry keeps no half of a PUT, so a try that fails is made again from the POST on.
 * The Location may be of another host, which then gets the bytes, and no word on who we are.
 */
#include "upload.h"

#include <string.h>

static int is_there(struct remote *remote, const char *digest, bool *ret, struct err *err)
{
    char url[HTTP_URL];
    struct http_request request = {.method = "HEAD", .url = url};
    struct http_answer answer = {0};

    remote_url(remote, url, "blobs/%s", digest);
    int result = remote_ask(remote, &request, &answer, err);
    *ret = result == 0 && answer.status == 200;
    if (result == 0 && answer.status != 200 && answer.status != 404)
        result = http_refused(&answer, remote->path, err);
    http_free(&answer);
    return result;
}

/* 1: it was mounted; 0: `ret` says where it is to be sent. */
static int begin(struct remote *remote, const char *digest, const char *from, char ret[HTTP_URL],
    struct err *err)
{
    char url[HTTP_URL];
    struct http_request request = {
        .method = "POST", .url = url, .body = "", .type = "application/octet-stream"};
    struct http_answer answer = {0};

    if (from)
        remote_url(remote, url, "blobs/uploads/?mount=%s&from=%s", digest, from);
    else
        remote_url(remote, url, "blobs/uploads/");
    int result = remote_ask(remote, &request, &answer, err);
    if (result == 0 && answer.status == 201)
        result = 1;
    else if (result == 0 && answer.status != 202)
        result = http_refused(&answer, remote->path, err);
    else if (result == 0)
        result = remote_location(&answer, ret, err);
    http_free(&answer);
    return result;
}

static int send_blob(struct remote *remote, const struct upload *upload, const char *location,
    struct http_answer *answer, struct err *err)
{
    char url[HTTP_URL + 128];
    struct http_request request = {.method = "PUT",
        .url = url,
        .type = "application/octet-stream",
        .is_sending = true,
        .file = upload->fd,
        .file_size = upload->size,
        .sent = upload->sent,
        .arg = upload->arg,
        .once = true};

    snprintf(url, sizeof(url), "%s%sdigest=%s", location, strchr(location, '?') ? "&" : "?",
        upload->digest);
    return remote_ask(remote, &request, answer, err);
}

int upload_blob(
    struct remote *remote, const struct upload *upload, enum upload_result *ret, struct err *err)
{
    char location[HTTP_URL];
    bool there;

    if (is_there(remote, upload->digest, &there, err) < 0)
        return -1;
    *ret = UPLOAD_WAS_THERE;
    if (there)
        return 0;
    for (unsigned tries = 0;; tries++) {
        struct http_answer answer = {0};
        int begun = begin(remote, upload->digest, upload->from, location, err);
        *ret = begun == 1 ? UPLOAD_MOUNTED : UPLOAD_SENT;
        if (begun != 0)
            return begun < 0 ? -1 : 0;
        int result = send_blob(remote, upload, location, &answer, err);
        long wait_msec = http_retry_msec(&answer, tries);
        if (result == 0 && wait_msec < 0 && answer.status != 201)
            result = http_refused(&answer, remote->path, err);
        http_free(&answer);
        if (wait_msec < 0)
            return result;
        http_wait(wait_msec);
    }
}
