// SPDX-License-Identifier: MIT
/*
 * One loop (curl_multi_perform(3)) drives three downloads, as docker does; a job is a blob, and
 * each try of it one request. What came stays in partial/HEX when the connection is cut, and the
 * next try, or the next command, asks for the rest (Range). A server that does not do ranges sends
 * all of it again, which is then begun anew.
 *
 * What must hold: a file counts as the blob only when its size and its digest are those of the
 * manifest; it may be longer at no moment.
 */
#include "download.h"

#include "engine/images/image_blob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AT_ONCE = 3, LOOK_MSEC = 200 };

enum job_state { JOB_WAITS, JOB_RUNS, JOB_DONE };

struct job {
    struct batch *batch;
    struct image_layer *layer;
    size_t row;
    enum job_state state;
    struct blob_writer writer; /* open while it runs */
    char url[HTTP_URL];
    struct http_request request;
    struct http_answer answer;
    struct err err;
    uint64_t best;         /* how far it ever came */
    unsigned tries;        /* since it came further the last time */
    int64_t next_msec;     /* not before then */
    bool logged_in, again; /* once each: a new token; from the first byte on */
};

struct batch {
    const struct download *download;
    CURLM *multi;
    struct job *jobs;
    size_t count, running, left;
};

static int64_t now_msec(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int refuse(const struct image_layer *layer, const char *what, struct err *err)
{
    err_refuse(err, EPROTO, "%.19s… %s than the %llu bytes that its manifest says", layer->digest,
        what, (unsigned long long)layer->size);
    return err_hint(err, "the registry contradicts itself -> try again; if it stays so, push the "
                         "image anew, or do not trust it");
}

static int take(void *arg, const void *bytes, size_t length, struct err *err)
{
    struct job *job = arg;
    struct blob_writer *writer = &job->writer;

    if (job->request.from > 0) { /* the first bytes that come: are they those that we asked for? */
        bool ranged = job->answer.status == 206 && job->answer.range_from == job->request.from;
        job->request.from = 0;
        if (!ranged && job->answer.status == 206)
            return err_refuse(err, EPROTO, "%s: another range than we asked for", job->url);
        if (!ranged && blob_restart(writer, err) < 0)
            return -1;
    }
    if (writer->size + length > job->layer->size) {
        job->again = true;
        blob_abandon(writer, false);
        return refuse(job->layer, "is longer", err);
    }
    if (blob_write(writer, bytes, length, err) < 0)
        return -1;
    if (writer->size > job->best) {
        job->best = writer->size;
        job->tries = 0;
    }
    progress_bytes(
        job->batch->download->progress, job->row, "Downloading", writer->size, job->layer->size);
    return 0;
}

/* All layers of this digest are here: at `path`, or for NULL in the store. */
static int done(struct job *job, const char *path, struct err *err)
{
    const struct download *download = job->batch->download;

    for (size_t i = 0; i < download->incoming->layers_count; i++) {
        struct image_layer *layer = &download->incoming->layers[i];
        if (strcmp(layer->digest, job->layer->digest) != 0)
            continue;
        if (path && !(layer->path = strdup(path)))
            return err_sys(err, "no memory for a path");
        download->is_ready[i] = true;
    }
    job->state = JOB_DONE;
    job->batch->left--;
    progress_state(download->progress, job->row, "Download complete");
    return 0;
}

/* All bytes are there. */
static int accept_blob(struct job *job, struct err *err)
{
    progress_state(job->batch->download->progress, job->row, "Verifying Checksum");
    if (blob_accept(&job->writer, job->layer->digest, err) < 0)
        return -1;
    return done(job, job->writer.path, err);
}

/* What came is not it, though it was all there: the part of an earlier try may be to blame, once.
 */
static int from_the_start(struct job *job)
{
    if (job->again || http_stopped)
        return -1;
    job->again = true;
    return 0;
}

/* 0: it runs, waits or is done. */
static int start(struct job *job, struct err *err)
{
    struct batch *batch = job->batch;
    struct image_layer *layer = job->layer;
    uint64_t size;

    if (blob_exists(batch->download->store, layer->digest, &size))
        return size == layer->size ? done(job, NULL, err)
                                   : refuse(layer, "is here, and of another size", err);
    int result = blob_resume(batch->download->store, layer->digest, &job->writer, err);
    if (result != 0) { /* another process fetches it: look again later */
        job->next_msec = now_msec() + LOOK_MSEC;
        return result < 0 ? -1 : 0;
    }
    if (job->writer.size > layer->size && blob_restart(&job->writer, err) < 0)
        return -1;
    job->again |= job->writer.size == 0;
    if (job->writer.size == layer->size)
        return accept_blob(job, err) == 0 ? 0 : from_the_start(job);
    remote_url(batch->download->remote, job->url, "blobs/%s", layer->digest);
    job->request = (struct http_request){.method = "GET",
        .url = job->url,
        .authorization = remote_authorization(batch->download->remote),
        .from = job->writer.size,
        .take = take,
        .arg = job};
    if (http_begin(&batch->download->remote->http, &job->request, &job->answer, &job->err) < 0) {
        *err = job->err;
        return -1;
    }
    curl_multi_add_handle(batch->multi, job->answer.easy);
    job->state = JOB_RUNS;
    batch->running++;
    return 0;
}

/* 0: it is done, or is tried again. */
static int judge(struct job *job, int result, struct err *err)
{
    const struct http_answer *answer = &job->answer;
    bool good = result == 0 && (answer->status == 200 || answer->status == 206);

    *err = job->err;
    if (good && job->writer.size == job->layer->size)
        return accept_blob(job, err) == 0 ? 0 : from_the_start(job);
    if (good) {
        blob_abandon(&job->writer, false);
        return refuse(job->layer, "is shorter", err);
    }
    if (result == 0 && answer->status == 416) {
        blob_abandon(&job->writer, false);
        return from_the_start(job) == 0 ? 0 : http_refused(answer, job->layer->digest, err);
    }
    if (result == 0 && !job->logged_in && remote_challenges(job->batch->download->remote, answer)) {
        job->logged_in = true;
        return remote_authorize(job->batch->download->remote, answer->challenge, err);
    }
    long wait_msec = http_retry_msec(answer, job->tries++);
    if (wait_msec >= 0) {
        progress_state(job->batch->download->progress, job->row, "Retrying");
        job->next_msec = now_msec() + wait_msec;
        return 0;
    }
    if (answer->failed && job->writer.fd < 0)
        return -1; /* it is longer than it says */
    return result == 0 ? http_refused(answer, job->layer->digest, err) : -1;
}

static int finish(struct job *job, CURLcode code, struct err *err)
{
    struct batch *batch = job->batch;
    int result = http_done(&job->answer, code);

    curl_multi_remove_handle(batch->multi, job->answer.easy);
    batch->running--;
    job->state = JOB_WAITS;
    result = judge(job, result, err);
    http_free(&job->answer);
    blob_abandon(&job->writer, true);
    return result;
}

/* 1: all is done. */
static int turn(struct batch *batch, struct err *err)
{
    int running, messages;

    for (size_t i = 0; i < batch->count && batch->running < AT_ONCE; i++) {
        struct job *job = &batch->jobs[i];
        if (job->state == JOB_WAITS && now_msec() >= job->next_msec && start(job, err) < 0)
            return -1;
    }
    curl_multi_perform(batch->multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(batch->multi, &messages));) {
        struct http_answer *answer;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &answer);
        CURLcode code = message->data.result;
        if (finish(answer->request->arg, code, err) < 0)
            return -1;
    }
    if (http_stopped) {
        err_refuse(err, ECANCELED, "stopped");
        return err_hint(err, "by a signal -> the same again goes on where it was");
    }
    int fd = -1, after = batch->download->meanwhile(batch->download->arg, &fd, err);
    if (after < 0 || (after == 1 && batch->left == 0))
        return after;
    struct curl_waitfd also = {.fd = fd, .events = CURL_WAIT_POLLIN};
    curl_multi_poll(batch->multi, &also, fd >= 0, LOOK_MSEC, NULL);
    return 0;
}

static void make_jobs(struct batch *batch)
{
    const struct download *download = batch->download;

    for (size_t i = 0; i < download->incoming->layers_count; i++) {
        struct image_layer *layer = &download->incoming->layers[i];
        bool known = false;
        for (size_t j = 0; j < i && !known; j++)
            known = strcmp(download->incoming->layers[j].digest, layer->digest) == 0;
        download->is_ready[i] = blob_exists(download->store, layer->digest, NULL);
        if (!known && !download->is_ready[i])
            batch->jobs[batch->count++] = (struct job){
                .batch = batch, .layer = layer, .row = download->rows[i], .writer.fd = -1};
    }
    batch->left = batch->count;
}

int download_layers(const struct download *download, struct err *err)
{
    struct batch batch = {.download = download};
    int result = 0;

    batch.jobs = calloc(download->incoming->layers_count + 1, sizeof(*batch.jobs));
    batch.multi = curl_multi_init();
    if (!batch.jobs || !batch.multi)
        result = err_sys(err, "no memory for downloads");
    else
        make_jobs(&batch);
    while (result == 0)
        result = turn(&batch, err);
    for (size_t i = 0; i < batch.count; i++) {
        struct job *job = &batch.jobs[i];
        if (job->state != JOB_RUNS)
            continue;
        curl_multi_remove_handle(batch.multi, job->answer.easy);
        http_free(&job->answer);
        blob_abandon(&job->writer, true);
    }
    curl_multi_cleanup(batch.multi);
    free(batch.jobs);
    return result < 0 ? -1 : 0;
}
