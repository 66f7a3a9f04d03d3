// SPDX-License-Identifier: MIT
/*
 * The layers of an image, five at once, as docker sends them: each in a child, which compresses its
 * layer where that is to be done, asks for it and sends it, one after the other as the text in
 * upload.c has it. It tells by a pipe how far it is, and in its last message what came of it. So
 * the loop here has nothing to do but to listen.
 *
 * What must hold: two processes must not use one connection; so a child begins with new ones
 * (http_forked). A child that ends without its last message was ended by somebody.
 */
#include "push_internal.h"

#include "compress.h"
#include "engine/images/image_blob.h"
#include "upload.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

enum { AT_ONCE = 5, EVERY_MSEC = 100 };

struct job {
    const struct push *push;
    const char *diff_id, *room;
    struct image_layer *layer; /* what is to be sent; in the child what was sent */
    size_t row;
    pid_t child;
    int fd; /* what it tells; in the child where */
    struct timespec told;
    uint64_t total;
    const char *state;
};

/* Below PIPE_BUF: each comes whole. */
struct message {
    enum { MOVED, DONE, FAILED } kind;
    const char *state; /* a text of the program, which is at the same place in both */
    uint64_t done, total;
    enum upload_result how;
    struct image_layer layer; /* its path is told by `is_new` */
    bool is_new;
    char from[IMAGE_REPOSITORY]; /* UPLOAD_MOUNTED */
    struct err err;
};

static void tell(const struct job *job, const struct message *message)
{
    if (write(job->fd, message, sizeof(*message)) < 0)
        _exit(1); /* nobody listens any more */
}

static void moved(void *arg, uint64_t bytes)
{
    struct job *job = arg;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((now.tv_sec - job->told.tv_sec) * 1000 + (now.tv_nsec - job->told.tv_nsec) / 1000000 <
        EVERY_MSEC)
        return;
    job->told = now;
    tell(job,
        &(struct message){.kind = MOVED, .state = job->state, .done = bytes, .total = job->total});
}

static void layer_path(const struct job *job, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%.*s/%.12s", PATH_MAX - 16, job->room, digest_hex(job->diff_id));
}

/* The layer as it is to be sent: what was pulled goes as it came. Returns it, open. */
static int prepare(struct job *job, struct err *err)
{
    cleanup_close int fd = blob_open(job->push->store, job->layer->digest, err);
    const char *compression;
    char path[PATH_MAX];

    job->state = "Preparing";
    job->total = job->layer->size;
    if (fd < 0 || tar_compression(fd, &compression, err) < 0)
        return -1;
    if (compression[0])
        return steal_fd(&fd);
    if (push_find_compressed(job->push, job->diff_id, job->layer))
        return blob_open(job->push->store, job->layer->digest, err);
    layer_path(job, path);
    return compress_layer(fd, path, moved, job, job->layer, err) < 0
               ? -1
               : image_layer_open(job->push->store, job->layer, err);
}

static int push_layer(struct job *job, struct message *ret, struct err *err)
{
    cleanup_close int fd = prepare(job, err);

    if (fd < 0)
        return -1;
    job->state = "Pushing";
    job->total = job->layer->size;
    const struct upload upload = {.digest = job->layer->digest,
        .fd = fd,
        .size = job->layer->size,
        .from = push_mount_from(job->push, job->layer->digest, ret->from),
        .sent = moved,
        .arg = job};
    return upload_blob(job->push->remote, &upload, &ret->how, err);
}

/* Nothing of the parent's but the pipe: a lock that a child has inherited would outlive it. */
_Noreturn static void be_child(struct job *job, int fd)
{
    enum { TELLS = 3 };
    struct message message = {.kind = DONE};

    signal(SIGINT, SIG_IGN); /* the parent ends us */
    if (fd != TELLS)
        dup2(fd, TELLS);
    syscall(SYS_close_range, TELLS + 1, ~0U, 0);
    http_forked();
    job->fd = TELLS;
    if (push_layer(job, &message, &message.err) < 0)
        message.kind = FAILED;
    message.layer = *job->layer;
    message.is_new = job->layer->path;
    tell(job, &message);
    _exit(0);
}

static int start(struct job *job, struct err *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int reads = ends[0], writes = ends[1];
    job->child = proc_fork(err);
    if (job->child == 0)
        be_child(job, writes);
    if (job->child < 0)
        return -1;
    job->fd = steal_fd(&reads);
    return 0;
}

static void end(struct job *job)
{
    if (job->child > 0)
        proc_end(job->child);
    close_fd(&job->fd);
    job->child = 0;
}

static int done(struct job *job, const struct message *message, struct err *err)
{
    char path[PATH_MAX], mounted[IMAGE_REPOSITORY + 16];
    struct progress *progress = job->push->progress;

    *job->layer = message->layer;
    job->layer->path = NULL;
    layer_path(job, path);
    if (message->is_new && !(job->layer->path = strdup(path)))
        return err_sys(err, "no memory for a path");
    /* its line in a terminal is drawn again, and must be one line */
    snprintf(mounted, sizeof(mounted), "Mounted from %s", message->from);
    const char *const states[] = {[UPLOAD_SENT] = "Pushed",
        [UPLOAD_WAS_THERE] = "Layer already exists",
        [UPLOAD_MOUNTED] = progress->live ? "Mounted" : mounted};
    progress_state(progress, job->row, states[message->how]);
    return 0;
}

/* 0: it goes on; 1: it is done. */
static int listen_to(struct job *job, struct err *err)
{
    struct message message;
    ssize_t got = read(job->fd, &message, sizeof(message));

    if (got < 0 && errno == EINTR)
        return 0;
    if (got != sizeof(message))
        return err_refuse(err, 0, "the push of a layer was ended by somebody");
    if (message.kind == MOVED) {
        progress_bytes(job->push->progress, job->row, message.state, message.done, message.total);
        return 0;
    }
    end(job);
    if (message.kind == DONE)
        return done(job, &message, err) < 0 ? -1 : 1;
    *err = message.err;
    return -1;
}

/* Wait for one that has something to tell. */
static int turn(struct job *jobs, size_t count, size_t *left, struct err *err)
{
    struct pollfd polls[AT_ONCE];
    struct job *who[AT_ONCE];
    nfds_t running = 0;

    for (size_t i = 0; i < count && running < AT_ONCE; i++) {
        if (jobs[i].fd < 0 && jobs[i].child == 0)
            continue;
        if (jobs[i].fd < 0 && start(&jobs[i], err) < 0)
            return -1;
        who[running] = &jobs[i];
        polls[running++] = (struct pollfd){.fd = jobs[i].fd, .events = POLLIN};
    }
    if (poll(polls, running, EVERY_MSEC * 2) < 0 && errno != EINTR)
        return err_sys(err, "cannot wait for an upload");
    if (http_stopped) {
        err_refuse(err, ECANCELED, "stopped");
        return err_hint(err, "by a signal -> the same again; what was sent whole is there");
    }
    for (nfds_t i = 0; i < running; i++) {
        int result = polls[i].revents ? listen_to(who[i], err) : 0;
        if (result < 0)
            return -1;
        *left -= (size_t)result;
    }
    return 0;
}

/* A layer that an image has twice is sent once. */
static size_t make_jobs(const struct push *push, const struct image_parts *parts, const char *room,
    struct image_layer carried[IMAGE_LAYERS], struct job *jobs)
{
    size_t count = 0;

    for (size_t i = 0; i < parts->manifest.layers_count; i++) {
        const struct image_descriptor *layer = &parts->manifest.layers[i];
        const char *diff_id = parts->config.diff_ids[i];
        bool known = false;
        carried[i] = (struct image_layer){.size = layer->size};
        strcpy(carried[i].digest, layer->digest);
        for (size_t j = 0; j < count; j++)
            known |= strcmp(jobs[j].layer->digest, layer->digest) == 0;
        if (!known)
            jobs[count++] = (struct job){.push = push,
                .diff_id = diff_id,
                .room = room,
                .layer = &carried[i],
                .row = progress_add(push->progress, diff_id, "Preparing"),
                .child = -1,
                .fd = -1};
    }
    return count;
}

/* What became of its first one became of each. */
static void copy_twins(const struct image_parts *parts, struct image_layer carried[IMAGE_LAYERS])
{
    for (size_t i = 0; i < parts->manifest.layers_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(parts->manifest.layers[i].digest, parts->manifest.layers[j].digest) != 0)
                continue;
            carried[i] = carried[j];
            carried[i].path = NULL;
            break;
        }
    }
}

int push_layers(const struct push *push, const struct image_parts *parts, const char *room,
    struct image_layer carried[IMAGE_LAYERS], struct err *err)
{
    struct job jobs[IMAGE_LAYERS];
    size_t count = make_jobs(push, parts, room, carried, jobs), left = count;
    int result = 0;

    while (result == 0 && left > 0)
        result = turn(jobs, count, &left, err);
    for (size_t i = 0; i < count; i++)
        end(&jobs[i]);
    copy_twins(parts, carried);
    return result;
}
