// SPDX-License-Identifier: MIT
/*
 * Unpacking takes about as long as a download by a good line, so it goes on beside the downloads,
 * in a child: one at a time and in order, since each layer may change what those below it say. What
 * is still unpacked when the pull ends early is ended with it, and swept by whoever comes next, as
 * after SIGKILL (engine/images/layer.c).
 */
#include "unpack.h"

#include "engine/images/layer.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int unpack_begin(struct unpack *unpack, struct err *err)
{
    const struct image_incoming *incoming = unpack->incoming;

    unpack->errors = -1;
    if (image_config_parse("the image's configuration", incoming->config, incoming->config_length,
            &unpack->memory, &unpack->config, err) < 0)
        return -1;
    if (unpack->config.diff_ids_count == incoming->layers_count)
        return 0;
    err_refuse(err, 0, "the image has %zu layers, and its configuration speaks of %zu",
        incoming->layers_count, unpack->config.diff_ids_count);
    return err_hint(err, "it was put together wrongly -> have it made again");
}

/* Nothing of the parent's but these two: a lock that a child has inherited would outlive it. */
_Noreturn static void be_child(const struct unpack *unpack, int blob, int errors)
{
    enum { BLOB = 3, ERRORS = 4 };
    struct err err;

    signal(SIGINT, SIG_IGN); /* the parent ends us */
    int high_blob = fcntl(blob, F_DUPFD, 5), high_errors = fcntl(errors, F_DUPFD, 5);
    dup2(high_blob, BLOB);
    dup2(high_errors, ERRORS);
    syscall(SYS_close_range, 5, ~0U, 0);
    int result =
        layer_add(unpack->store, BLOB, unpack->config.diff_ids, unpack->next, &TAR_LIMITS, &err);
    if (result < 0 && write(ERRORS, &err, sizeof(err)) < 0)
        _exit(2);
    _exit(result < 0);
}

static int start(struct unpack *unpack, struct err *err)
{
    cleanup_close int blob =
        image_layer_open(unpack->store, &unpack->incoming->layers[unpack->next], err);
    int ends[2];

    if (blob < 0)
        return -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int reads = ends[0], writes = ends[1];
    pid_t child = proc_fork(err);
    if (child < 0)
        return -1;
    if (child == 0)
        be_child(unpack, blob, writes);
    unpack->child = child;
    unpack->errors = steal_fd(&reads);
    if (unpack->incoming->layers[unpack->next].path) /* else it "Already exists", and stays so */
        progress_bytes(unpack->progress, unpack->rows[unpack->next], "Extracting", 0, 0);
    return 0;
}

/* 0: it is still at it; 1: it is done. */
static int look(struct unpack *unpack, struct err *err)
{
    int status;
    pid_t ended = waitpid(unpack->child, &status, WNOHANG);

    if (ended == 0 || (ended < 0 && errno == EINTR))
        return 0;
    unpack->child = 0;
    cleanup_close int errors = steal_fd(&unpack->errors);
    if (ended < 0)
        return err_sys(err, "cannot wait for the unpacking of a layer");
    if (status == 0)
        return 1;
    if (read(errors, err, sizeof(*err)) == sizeof(*err))
        return -1;
    return err_refuse(err, 0, "the unpacking of a layer was ended by somebody");
}

int unpack_turn(void *arg, int *ret_fd, struct err *err)
{
    struct unpack *unpack = arg;

    while (unpack->next < unpack->config.diff_ids_count) {
        if (unpack->child == 0) {
            if (!unpack->is_ready[unpack->next])
                return 0;
            if (start(unpack, err) < 0)
                return -1;
        }
        int result = look(unpack, err);
        *ret_fd = unpack->errors; /* its end of the pipe is closed with it */
        if (result <= 0)
            return result;
        if (unpack->incoming->layers[unpack->next].path)
            progress_state(unpack->progress, unpack->rows[unpack->next], "Pull complete");
        unpack->next++;
    }
    *ret_fd = -1;
    return 1;
}

void unpack_end(struct unpack *unpack)
{
    if (unpack->child > 0)
        proc_end(unpack->child);
    close_fd(&unpack->errors);
    unpack->child = 0;
    json_memory_free(&unpack->memory);
}
