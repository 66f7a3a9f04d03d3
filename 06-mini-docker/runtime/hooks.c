// SPDX-License-Identifier: MIT
/*
 * A hook is somebody else's program, and nothing it does may hang or kill the runtime: it may not
 * read its standard input, close it, fill the pipe of a state that is larger than a pipe, or never
 * end. So its input is written and its end is awaited in one poll(2), with one deadline for both.
 * This side keeps the reading end of the pipe open as well: writing into a pipe that nobody reads
 * would be SIGPIPE.
 *
 * What must hold: a hook gets no descriptor but 0, 1 and 2, and no signal setting of ours.
 */
#include "hooks.h"

#include "words.h"

#include "cleanup.h"
#include "exec.h"
#include "proc.h"
#include "spawn.h"
#include "sync.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <linux/close_range.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static const char *const POINTS[HOOK_POINTS] = {
    [HOOK_PRESTART] = "prestart",
    [HOOK_CREATE_RUNTIME] = "createRuntime",
    [HOOK_CREATE_CONTAINER] = "createContainer",
    [HOOK_START_CONTAINER] = "startContainer",
    [HOOK_POSTSTART] = "poststart",
    [HOOK_POSTSTOP] = "poststop",
};

const char *hooks_word(size_t n)
{
    return n < HOOK_POINTS ? POINTS[n] : NULL;
}

/* One hook while it runs. */
struct running {
    const struct spec_hook *hook;
    const char *point;
    const char *directory; /* where it starts, or NULL */
    int input[2];          /* a pipe: its standard input, and our end of it */
    struct sync sync;      /* tells that its exec failed */
    struct spawned process;
};

static void put_json(struct json_object **object)
{
    json_object_put(*object);
}

/* In the child. A group of its own, so that a timeout also ends what the hook itself started. */
static int become_hook(void *arg)
{
    struct running *running = arg;
    const struct spec_hook *hook = running->hook;
    char *alone[] = {(char *)hook->path, NULL}, *nothing[] = {NULL};
    struct err err;
    int ignored = running->directory ? chdir(running->directory) : 0;

    (void)ignored;
    sync_child(&running->sync);
    setpgid(0, 0);
    exec_reset_signals();
    if (dup2(running->input[0], STDIN_FILENO) < 0 ||
        syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) < 0) {
        err_sys(&err, "cannot set up its descriptors");
    } else {
        execve(hook->path, hook->args ?: alone, hook->env ?: nothing);
        exec_explain(hook->path, errno, &err);
    }
    sync_fail(&running->sync, &err);
    return 127;
}

static int start(struct running *running, struct err *err)
{
    struct spawn spawn = {.cgroup_fd = -1, .child = become_hook, .arg = running};

    if (pipe2(running->input, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    fcntl(running->input[1], F_SETFL, O_NONBLOCK);
    if (sync_open(&running->sync, err) < 0 || spawn_start(&spawn, &running->process, err) < 0)
        return -1;
    sync_parent(&running->sync);
    return sync_wait_exec(&running->sync, err);
}

static void close_input(struct running *running)
{
    close_fd(&running->input[0]);
    close_fd(&running->input[1]);
}

/* Milliseconds until the deadline for poll(2): -1 where there is none. */
static int time_left(const struct timespec *deadline)
{
    struct timespec now;

    if (!deadline->tv_sec)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = (int64_t)(deadline->tv_sec - now.tv_sec) * 1000 +
                   (deadline->tv_nsec - now.tv_nsec) / 1000000;
    return left < 0 ? 0 : left > 1000000 ? 1000000 : (int)left;
}

/* Write what the pipe takes. True while there is more. */
static bool feed(struct running *running, const char **text, size_t *length)
{
    ssize_t done = write(running->input[1], *text, *length);

    if (done > 0) {
        *text += done;
        *length -= (size_t)done;
    }
    return *length > 0 && (done >= 0 || errno == EAGAIN || errno == EINTR);
}

/* Returns 1 when the hook has ended, 0 when its time is over. */
static int talk(struct running *running, const char *text)
{
    size_t length = strlen(text);
    struct timespec deadline = {0};

    if (running->hook->timeout_sec > 0) {
        clock_gettime(CLOCK_MONOTONIC, &deadline);
        deadline.tv_sec += running->hook->timeout_sec;
    }
    for (;;) {
        struct pollfd wait[] = {
            {.fd = running->process.pidfd, .events = POLLIN},
            {.fd = running->input[1], .events = POLLOUT},
        };
        int timeout_ms = time_left(&deadline);
        int ready = poll(wait, 2, timeout_ms);
        if (ready > 0 && wait[0].revents)
            return 1;
        if (ready > 0 && wait[1].revents && !feed(running, &text, &length))
            close_input(running);
        if (ready == 0 && time_left(&deadline) == 0)
            return 0;
    }
}

/* Until it is waited for, its pid is its own, and so is the group of that number. */
static void end(struct running *running)
{
    if (running->process.pidfd < 0)
        return;
    kill(-running->process.pid, SIGKILL);
    proc_pidfd_signal(running->process.pidfd, SIGKILL);
}

static int reap(const struct running *running, bool timed_out, struct err *err)
{
    const struct spec_hook *hook = running->hook;
    siginfo_t info = {0};

    while (waitid(P_PIDFD, (id_t)running->process.pidfd, &info, WEXITED) < 0) {
        if (errno != EINTR)
            return err_sys(err, "cannot wait for the %s hook %s", running->point, hook->path);
    }
    if (timed_out)
        err_set(err, ERR_SYS, "the %s hook %s did not end within %d s and was killed",
            running->point, hook->path, hook->timeout_sec);
    else if (info.si_code != CLD_EXITED)
        err_set(err, ERR_SYS, "the %s hook %s was ended by signal %d (%s)", running->point,
            hook->path, info.si_status, strsignal(info.si_status));
    else if (info.si_status != 0)
        err_set(err, ERR_SYS, "the %s hook %s failed with status %d", running->point, hook->path,
            info.si_status);
    else
        return 0;
    return err_hint(err,
        "config.json names it in hooks.%s -> run it by hand with the container's "
        "state on its standard input",
        running->point);
}

static int explain_start(const struct running *running, struct err *err)
{
    struct err cause = *err;

    err_set(err, ERR_SYS, "cannot run the %s hook %s: %s", running->point, running->hook->path,
        cause.what);
    err->code = cause.code;
    return cause.hint[0] ? err_hint(err, "%s", cause.hint) : -1;
}

static int run_one(struct running *running, const char *text, struct err *err)
{
    struct err ignored;
    int result = start(running, err);

    if (result < 0) {
        explain_start(running, err);
        end(running);
        if (running->process.pidfd >= 0)
            spawn_wait(&running->process, &ignored);
    } else {
        bool ended = talk(running, text);
        if (!ended)
            end(running);
        result = reap(running, !ended, err);
    }
    close_input(running);
    sync_close(&running->sync);
    close_fd(&running->process.pidfd);
    return result;
}

/*
 * The specification leaves it open. createContainer is for work on the mounts of the root, and runc
 * starts it there (crun in the bundle, as the others).
 */
static const char *directory_of(
    const struct spec *spec, enum spec_hook_point point, const struct hooks_state *state)
{
    return point == HOOK_CREATE_CONTAINER  ? spec->root.path
           : point == HOOK_START_CONTAINER ? NULL
                                           : state->bundle;
}

int hooks_run(const struct spec *spec, enum spec_hook_point point, const struct hooks_state *state,
    struct err *err)
{
    const struct spec_hooks *hooks = &spec->hooks[point];
    bool all = point == HOOK_POSTSTART || point == HOOK_POSTSTOP;
    int result = 0;

    if (hooks->count == 0)
        return 0;
    __attribute__((cleanup(put_json))) struct json_object *json = hooks_state_json(state);
    const char *text = json ? json_object_to_json_string_ext(
                                  json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
                            : NULL;
    if (!text) {
        errno = ENOMEM;
        return err_sys(err, "cannot write the container's state for a hook");
    }
    for (size_t i = 0; i < hooks->count && (result == 0 || all); i++) {
        struct err later;
        struct running running = {
            .hook = &hooks->hooks[i],
            .point = POINTS[point],
            .directory = directory_of(spec, point, state),
            .input = {-1, -1},
            .sync = SYNC_NONE,
            .process = {.pidfd = -1},
        };
        if (run_one(&running, text, result == 0 ? err : &later) < 0)
            result = -1;
    }
    return result;
}
