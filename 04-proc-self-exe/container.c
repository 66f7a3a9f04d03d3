// SPDX-License-Identifier: MIT
/*
 * The outside half of starting a container, in the order that leaves no gap: the group is there and
 * has its limits (the caller made it), the child is in it before its first instruction of ours, and
 * the command is sent only when the init has said that everything inside is ready.
 *
 *     this process                         the child, later PID 1
 *     clone3(… CLONE_INTO_CGROUP) -------> (v1: writes "0" to each `tasks`)
 *                                          execve("/proc/self/exe", "container-init" …)
 *                                          host name, own /proc
 *     sync_wait <------------------------- ready, or its whole error
 *     the command's words, end of file --> fork, execvp
 *     sync_wait_exec <-------------------- the pipe closes by itself: the exec worked
 *     waitid on the pidfd <--------------- exits with the command's status
 */
#include "container.h"

#include "cleanup.h"
#include "experiments.h"
#include "live.h"
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The pipes are close-on-exec; the two ends that the second copy needs go to it by number. */
static int exec_self(const struct container *c, const struct sync *sync, struct err *err)
{
    char in[16], out[16];
    char *const argv[] = {INIT_ENTRY, in, out, (char *)c->hostname,
        c->terminal ? INIT_TERMINAL : "no-terminal", NULL};
    extern char **environ;

    snprintf(in, sizeof(in), "%d", sync->in);
    snprintf(out, sizeof(out), "%d", sync->out);
    if (fcntl(sync->in, F_SETFD, 0) < 0 || fcntl(sync->out, F_SETFD, 0) < 0)
        return err_sys(err, "cannot hand the pipes to the init");
    /*
     * We are in a new PID namespace, but /proc is still the host's: "self" in it is our number out
     * there. Once the init has mounted its own /proc, the same path goes on to work, as number 1.
     */
    execve("/proc/self/exe", argv, environ);
    return err_sys(err, "cannot run /proc/self/exe");
}

static int child_main(void *arg)
{
    struct container *c = arg;
    struct err err;

    sync_child(&c->sync);
    /* on v2 clone3 did it; on v1 the child itself joins, before it becomes anything */
    if (c->group->fd >= 0 || cgroup_join(c->group, &err) == 0)
        exec_self(c, &c->sync, &err);
    sync_fail(&c->sync, &err);
    return 1;
}

int container_start(struct container *c, struct err *err)
{
    struct spawn spawn = {
        .namespaces = CONTAINER_NAMESPACES,
        .cgroup_fd = c->group->fd,
        .child = child_main,
        .arg = c,
    };

    c->begin = live_now();
    c->terminal = c->terminal && tcgetpgrp(STDIN_FILENO) == getpgrp();
    if (sync_open(&c->sync, err) < 0)
        return -1;
    if (spawn_start(&spawn, &c->init, err) < 0) {
        sync_close(&c->sync);
        return -1;
    }
    sync_parent(&c->sync);
    if (sync_wait(&c->sync, err) == 0)
        return 0;
    struct err ignored;
    container_wait(c, &ignored);
    return -1;
}

int container_go(struct container *c, char *const argv[], struct err *err)
{
    if (words_send(c->sync.out, argv, err) < 0)
        return -1;
    /* the end of the file is the end of the list; sync.c keeps a reading end, not a writing one */
    close_fd(&c->sync.out);
    return sync_wait_exec(&c->sync, err);
}

int container_wait(struct container *c, struct err *err)
{
    sync_close(&c->sync);
    int status = spawn_wait(&c->init, err);
    close(c->init.pidfd);
    if (c->terminal)
        tty_foreground(); /* the shell left it to its own group, which is gone */
    return status;
}

int words_send(int fd, char *const words[], struct err *err)
{
    for (; *words; words++) {
        const char *next = *words;
        size_t left = strlen(next) + 1;
        while (left > 0) {
            ssize_t put = write(fd, next, left);
            if (put < 0 && errno != EINTR)
                return err_sys(err, "cannot send the command");
            next += put > 0 ? put : 0;
            left -= put > 0 ? (size_t)put : 0;
        }
    }
    return 0;
}

char **words_receive(int fd, struct err *err)
{
    cleanup_fclose FILE *file = fdopen(fd, "r");
    char **words = calloc(1, sizeof(*words)), *word = NULL;
    size_t count = 0, room = 0;

    while (file && words && getdelim(&word, &room, '\0', file) >= 0) {
        char **more = realloc(words, (count + 2) * sizeof(*words));
        if (!more)
            break;
        words = more;
        words[count++] = steal_ptr(word);
        words[count] = NULL;
        room = 0;
    }
    free(word);
    if (count > 0)
        return words;
    words_free(words);
    err_set(err, ERR_SYS, "no command came through the pipe");
    return NULL;
}

void words_free(char **words)
{
    for (char **word = words; word && *word; word++)
        free(*word);
    free(words);
}
