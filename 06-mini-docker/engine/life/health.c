// SPDX-License-Identifier: MIT
/*
 * A check is `exec` once more (runtime/enter.h), with the container's own rights. The defaults and
 * the rule are Docker's: so many failures in a row make a container unhealthy, one success makes it
 * healthy, and a failure in the first moments, before it ever was, does not count. Nor does one of
 * a paused container, where nothing can answer.
 */
#include "health.h"

#include "exec_stay.h"
#include "health_log.h"

#include "runtime/attach.h"
#include "runtime/enter.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEFAULT_MSEC = 30000, DEATH_MSEC = 1000, DEFAULT_RETRIES = 3, ARGS = 64, NSEC = 1000000 };

static int64_t msec(uint64_t nsec, int64_t otherwise)
{
    return nsec ? (int64_t)(nsec / NSEC) : otherwise;
}

static bool is_checked(const struct record_health *asked)
{
    return asked && asked->test && asked->test[0] && strcmp(asked->test[0], "NONE") != 0 &&
           asked->test[1];
}

static bool is_early(const struct health *health, int64_t now_msec)
{
    return now_msec - health->began_msec < msec(health->asked->start_period_nsec, 0);
}

/* Until the next check: while it starts, another time may have been asked for. */
static int64_t interval(const struct health *health, const struct status *status, int64_t now_msec)
{
    const struct record_health *asked = health->asked;

    if (asked->start_interval_nsec && status->health == HEALTH_STARTING &&
        is_early(health, now_msec))
        return msec(asked->start_interval_nsec, DEFAULT_MSEC);
    return msec(asked->interval_nsec, DEFAULT_MSEC);
}

void health_begin(struct health *health, const struct store *store, const struct record *record,
    int64_t now_msec, struct status *status)
{
    *health =
        (struct health){.answer = -1, .began_msec = now_msec, .frozen_file = status->frozen_file};
    status->health = HEALTH_NONE;
    status->failing_streak = 0;
    if (!is_checked(record->config.health))
        return;
    health_log_clear(store, record->id);
    health->asked = record->config.health;
    status->health = HEALTH_STARTING;
    health->due_msec = now_msec + interval(health, status, now_msec);
}

int health_wait(const struct health *health, int64_t now_msec)
{
    if (!health->asked || health->answer >= 0)
        return -1;
    return health->due_msec > now_msec ? (int)(health->due_msec - now_msec) : 0;
}

/* {"CMD", "a", "b"} or {"CMD-SHELL", "a b"}. */
static void fill_args(const struct record_health *asked, char *args[ARGS])
{
    size_t count = 0;

    if (strcmp(asked->test[0], "CMD-SHELL") == 0) {
        args[count++] = "/bin/sh";
        args[count++] = "-c";
    }
    for (const char *const *word = asked->test + 1; *word && count < ARGS - 1; word++)
        args[count++] = (char *)*word; /* execve(2) changes none */
    args[count] = NULL;
}

/*
 * We wait for its end, or it would be left to the container's first process, which may wait for
 * nobody, and stay there as a zombie. One that is frozen dies when it thaws: not for that.
 */
static void end_it(const struct enter *enter)
{
    struct pollfd end = {.fd = enter->process.pidfd, .events = POLLIN};
    struct err ignored;

    proc_pidfd_signal(enter->process.pidfd, SIGKILL);
    if (poll(&end, 1, DEATH_MSEC) > 0)
        spawn_wait(&enter->process, &ignored);
}

/* Until it ends or is too slow; what it writes is kept, as far as there is room. */
static void listen_to(
    const struct enter *enter, int output, int64_t timeout_msec, struct health_entry *ret)
{
    uint64_t end = explain_now() / 1000 + (uint64_t)timeout_msec;
    size_t used = 0;
    char rest[256];
    struct err ignored;

    for (;;) {
        struct pollfd polls[] = {
            {.fd = output, .events = POLLIN}, {.fd = enter->process.pidfd, .events = POLLIN}};
        uint64_t now = explain_now() / 1000;
        if (now >= end || poll(polls, 2, (int)(end - now)) == 0) {
            end_it(enter);
            bool whole = timeout_msec % 1000 == 0;
            snprintf(ret->output, sizeof(ret->output), "Health check exceeded timeout (%jd%s)",
                (intmax_t)(whole ? timeout_msec / 1000 : timeout_msec), whole ? "s" : "ms");
            return;
        }
        bool full = used + 1 >= sizeof(ret->output);
        ssize_t got = polls[0].revents ? read(output, full ? rest : ret->output + used,
                                             full ? sizeof(rest) : sizeof(ret->output) - used - 1)
                                       : 0;
        used += !full && got > 0 ? (size_t)got : 0;
        if (polls[1].revents && got <= 0)
            break;
        if (polls[0].revents && got <= 0)
            output = -1;
    }
    ret->output[used] = '\0';
    ret->exit_code = spawn_wait(&enter->process, &ignored);
}

static int run_check(const struct health *health, const struct store *store,
    const struct record *record, const struct translation *translation, struct health_entry *ret,
    struct err *err)
{
    struct spec spec = translation->spec;
    struct state state;
    struct enter enter = {
        .state = &state,
        .spec = &spec,
        .seccomp = &translation->seccomp,
        .console_socket = -1,
        .explain = {.fd = -1},
        .process = {.pidfd = -1},
    };
    char *args[ARGS], root[PATH_MAX];
    struct exec_events events = {.store = store, .record = record, .argv = args};
    int output[2];

    fill_args(health->asked, args);
    spec.process.args = args;
    spec.process.terminal = false;
    if (pipe2(output, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    enter.stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    enter.stdio[1] = enter.stdio[2] = output[1];
    if (store_run_dir(store, "runtime", root, err) < 0 ||
        state_load(root, record->id, false, &state, err) < 0 ||
        exec_events_begin(&events, err) < 0 || enter_start(&enter, err) < 0)
        return -1;
    exec_events_started(&events);
    close(output[1]);
    listen_to(&enter, output[0], msec(health->asked->timeout_nsec, DEFAULT_MSEC), ret);
    exec_events_ended(&events, ret->exit_code < 0 ? 128 + SIGKILL : ret->exit_code);
    return 0;
}

/* In a process of its own. */
static _Noreturn void check(const struct health *health, const struct store *store,
    const struct record *record, const struct translation *translation, int answer)
{
    struct health_entry entry = {.exit_code = -1};
    struct err err;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    store_now(entry.start);
    if (run_check(health, store, record, translation, &entry, &err) < 0)
        snprintf(entry.output, sizeof(entry.output), "%s", err.what);
    store_now(entry.end);
    if (!cgroup_file_is_frozen(health->frozen_file))
        health_log_add(store, record->id, &entry);
    _exit(write(answer, &entry.exit_code, sizeof(entry.exit_code)) < 0);
}

void health_check(struct health *health, const struct store *store, const struct record *record,
    const struct translation *translation, int64_t now_msec)
{
    int ends[2];

    health->due_msec = now_msec + msec(health->asked->interval_nsec, DEFAULT_MSEC);
    if (cgroup_file_is_frozen(health->frozen_file) || pipe2(ends, O_CLOEXEC) < 0)
        return;
    pid_t pid = fork();
    if (pid == 0)
        check(health, store, record, translation, ends[1]);
    close(ends[1]);
    health->answer = pid < 0 ? -1 : ends[0];
    health->helper = pid;
    if (pid < 0)
        close(ends[0]);
}

bool health_take(struct health *health, int64_t now_msec, struct status *status)
{
    const struct record_health *asked = health->asked;
    unsigned retries = asked->retries ? asked->retries : DEFAULT_RETRIES;
    enum status_health before = status->health;
    int exit_code = -1;
    bool early = is_early(health, now_msec);

    if (read(health->answer, &exit_code, sizeof(exit_code)) < 0 && errno == EINTR)
        return false;
    health_end(health);
    bool counts = !cgroup_file_is_frozen(health->frozen_file);
    if (counts && exit_code == 0) {
        status->failing_streak = 0;
        status->health = HEALTH_HEALTHY;
    } else if (counts && (!early || before != HEALTH_STARTING)) {
        if (++status->failing_streak >= retries)
            status->health = HEALTH_UNHEALTHY;
    }
    health->due_msec = now_msec + interval(health, status, now_msec);
    return counts;
}

void health_end(struct health *health)
{
    if (health->helper > 0) {
        kill(health->helper, SIGKILL); /* our child, not waited for: no other has its number */
        waitpid(health->helper, NULL, 0);
    }
    close_fd(&health->answer);
    health->helper = 0;
}
