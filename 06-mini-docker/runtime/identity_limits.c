// SPDX-License-Identifier: MIT
/*
 * The part of a process's identity that a user namespace has no say in: the kernel asks for
 * CAP_SYS_RESOURCE over the whole host before a limit is raised or a score lowered, and a process
 * that is not dumpable does not own its own score. So the parent prepares both (identity.h), and
 * the child has only to lower what is too high.
 */
#include "host_proc.h"
#include "identity.h"
#include "identity_internal.h"
#include "words.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

const struct json_word rlimit_words[] = {
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
    {0},
};

static const char *word_of(int type)
{
    const struct json_word *limit = rlimit_words;

    while (limit->word && limit->value != (unsigned long)type)
        limit++;
    return limit->word;
}

static int limit_refused(
    const struct spec_rlimit *wanted, const struct rlimit *now, struct err *err)
{
    err_sys(err, "cannot set %s to %ju (soft) and %ju (hard)", word_of(wanted->type),
        (uintmax_t)wanted->limit.rlim_cur, (uintmax_t)wanted->limit.rlim_max);
    if (err->code == EPERM)
        return err_hint(err,
            "the hard limit is %ju, and only CAP_SYS_RESOURCE may raise it -> "
            "%ju at most, or raise it where this command is started",
            (uintmax_t)now->rlim_max, (uintmax_t)now->rlim_max);
    if (err->code == EINVAL)
        return err_hint(err, "the soft limit is above the hard one -> soft <= hard");
    return -1;
}

int identity_set_limits(const struct spec_process *process, struct err *err)
{
    for (size_t i = 0; i < process->rlimits_count; i++) {
        const struct spec_rlimit *wanted = &process->rlimits[i];
        struct rlimit now = {0};
        if (prlimit(0, (__rlimit_resource_t)wanted->type, &wanted->limit, NULL) == 0)
            continue;
        int code = errno;
        prlimit(0, (__rlimit_resource_t)wanted->type, NULL, &now);
        errno = code;
        return limit_refused(wanted, &now, err);
    }
    return 0;
}

int identity_raise_limits(pid_t pid, const struct spec_process *process, struct err *err)
{
    for (size_t i = 0; i < process->rlimits_count; i++) {
        const struct spec_rlimit *wanted = &process->rlimits[i];
        __rlimit_resource_t type = (__rlimit_resource_t)wanted->type;
        struct rlimit now;
        if (prlimit(pid, type, NULL, &now) < 0)
            return err_sys(err, "cannot read %s of process %d", word_of(wanted->type), pid);
        struct rlimit higher = {.rlim_cur = now.rlim_cur, .rlim_max = wanted->limit.rlim_max};
        if (now.rlim_max < higher.rlim_max && prlimit(pid, type, &higher, NULL) < 0)
            return limit_refused(wanted, &now, err);
    }
    return 0;
}

int identity_read_score(int proc_fd, int *ret, struct err *err)
{
    cleanup_close int fd = host_proc_file(proc_fd, "self/oom_score_adj", O_RDONLY, err);
    char text[16] = "";

    if (fd < 0)
        return -1;
    if (read(fd, text, sizeof(text) - 1) <= 0)
        return err_sys(err, "cannot read /proc/self/oom_score_adj");
    *ret = atoi(text);
    return 0;
}

int identity_write_score(int proc_fd, int score, struct err *err)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", score);
    if (host_proc_write(proc_fd, "self/oom_score_adj", text, err) == 0)
        return 0;
    if (err->code == EACCES)
        err_hint(err, "only CAP_SYS_RESOURCE may set it lower than it was -> a higher "
                      "oomScoreAdj, or start this command as root of the host");
    return -1;
}

/* Set our own score, from one that we may have been given to another. */
static int change_score(int score, int *ret_before, struct err *err)
{
    cleanup_close int proc_fd = -1;
    int dumpable = prctl(PR_GET_DUMPABLE);

    if (host_proc_open(&proc_fd, err) < 0 || identity_read_score(proc_fd, ret_before, err) < 0)
        return -1;
    if (*ret_before == score)
        return 0;
    prctl(PR_SET_DUMPABLE, 1);
    int result = identity_write_score(proc_fd, score, err);
    prctl(PR_SET_DUMPABLE, dumpable == 1);
    return result;
}

int identity_score_lend(const struct spec_process *process, int *ret_before, struct err *err)
{
    return process->oom_score_adj_given ? change_score(process->oom_score_adj, ret_before, err) : 0;
}

int identity_score_back(const struct spec_process *process, int before, struct err *err)
{
    int lent;

    return process->oom_score_adj_given ? change_score(before, &lent, err) : 0;
}
