// SPDX-License-Identifier: MIT
/*
 * Joining by setns(2), one namespace after another, and the time namespace: unshare(2) makes one
 * for the children to come, and it takes offsets until it has a member. The caller becomes that
 * member itself, so that the program sees them.
 */
#include "namespaces_internal.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static int explain_setns(int index, const struct namespaces *namespaces, struct err *err)
{
    const struct ns_kind *kind = &ns_table[index];
    int code = errno;

    err_sys(err, "cannot join the %s namespace %s", kind->option,
        namespaces->spec->namespace_paths[index]);
    if (code == EPERM)
        return err_hint(err, "no CAP_SYS_ADMIN in the user namespace that owns it -> join that one "
                             "too, or sudo");
    return -1;
}

static int setns_one(struct namespaces *namespaces, int index, struct err *err)
{
    if (setns(namespaces->join[index], ns_table[index].flag) < 0)
        return explain_setns(index, namespaces, err);
    close_fd(&namespaces->join[index]);
    return 0;
}

/* From the table's end: mnt is its first and so comes last, since /proc goes with it. */
int namespaces_join_flags(struct namespaces *namespaces, int flags, bool may_wait, struct err *err)
{
    for (int i = NS_KINDS - 1; i >= 0; i--) {
        if (namespaces->join[i] < 0 || !(ns_table[i].flag & flags))
            continue;
        if (setns_one(namespaces, i, err) < 0 && (!may_wait || err->code != EPERM))
            return -1;
    }
    return 0;
}

/*
 * The file is root's where the process is not dumpable (proc(5), "/proc/[pid]"), so that an
 * ordinary user must be dumpable to open it. Only who has made a user namespace comes here so, and
 * then nobody else is in there who could look.
 */
static int open_offsets(struct err *err)
{
    static const char path[] = "/proc/self/timens_offsets";
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 && errno == EACCES) {
        prctl(PR_SET_DUMPABLE, 1);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        int code = errno;
        prctl(PR_SET_DUMPABLE, 0);
        errno = code;
    }
    return fd < 0 ? err_sys(err, "cannot open %s", path) : fd;
}

/* One write(2) for both: the kernel takes none but the first. */
static int write_offsets(const struct spec_linux *spec, struct err *err)
{
    const struct spec_time_offset *monotonic = &spec->monotonic, *boottime = &spec->boottime;
    char text[160];
    int used = 0;

    if (monotonic->given)
        used += snprintf(text, sizeof(text), "monotonic %" PRIi64 " %" PRIu32 "\n", monotonic->secs,
            monotonic->nanosecs);
    if (boottime->given)
        used += snprintf(text + used, sizeof(text) - (size_t)used,
            "boottime %" PRIi64 " %" PRIu32 "\n", boottime->secs, boottime->nanosecs);
    if (!used)
        return 0;
    cleanup_close int fd = open_offsets(err);
    if (fd < 0)
        return -1;
    if (write(fd, text, (size_t)used) == used)
        return 0;
    err_sys(err, "cannot set linux.timeOffsets: monotonic %" PRIi64 " s, boottime %" PRIi64 " s",
        monotonic->secs, boottime->secs);
    if (err->code == ERANGE)
        return err_hint(err, "a clock would be below 0 or beyond 146 years -> compare with "
                             "/proc/uptime");
    if (err->code == EPERM)
        return err_hint(err, "no CAP_SYS_TIME in the user namespace -> sudo, or leave it out");
    return -1;
}

int namespaces_make_time(struct namespaces *namespaces, struct err *err)
{
    if (!namespaces->time_wanted)
        return 0;
    namespaces->time_wanted = false;
    if (unshare(CLONE_NEWTIME) < 0) {
        err_sys(err, "cannot make a time namespace");
        if (errno == EINVAL)
            return err_hint(err,
                "this kernel has none (CONFIG_TIME_NS, Linux 5.6) -> leave \"time\" "
                "out of linux.namespaces");
        return -1;
    }
    if (write_offsets(namespaces->spec, err) < 0)
        return -1;
    cleanup_close int made = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
    if (made < 0 || setns(made, CLONE_NEWTIME) < 0)
        return err_sys(err, "cannot enter the new time namespace");
    return 0;
}

/* The groups go first: one who is not root may not. In a map of one's own he must not at all. */
void namespaces_become_root(void)
{
    int ignored = setgroups(0, NULL);

    (void)ignored;
    if (setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 0); /* namespaces_spawn or fs.suid_dumpable may have made it 1 */
}

static int make_postponed(const struct namespaces *namespaces, struct err *err)
{
    char names[NS_FLAGS_TEXT];

    if (!namespaces->later || unshare(namespaces->later) == 0)
        return 0;
    err_sys(err, "cannot make new namespaces: %s", ns_flags_text(namespaces->later, names));
    if (err->code == ENOSPC)
        return err_hint(err, "too many of them -> compare user.max_*_namespaces (sysctl)");
    return -1;
}

int namespaces_join(struct namespaces *namespaces, struct err *err)
{
    if (namespaces_make_time(namespaces, err) < 0)
        return -1;
    if (namespaces->own & CLONE_NEWUSER)
        namespaces_become_root();
    /* PID and user: the child was born in them */
    if (namespaces_join_flags(
            namespaces, ~(CLONE_NEWCGROUP | CLONE_NEWPID | CLONE_NEWUSER), false, err) < 0)
        return -1;
    return make_postponed(namespaces, err);
}

int namespaces_join_group(struct namespaces *namespaces, struct err *err)
{
    if (namespaces_join_flags(namespaces, CLONE_NEWCGROUP, false, err) < 0)
        return -1;
    if (!(namespaces->spec->namespaces & CLONE_NEWCGROUP))
        return 0;
    if (unshare(CLONE_NEWCGROUP) < 0)
        return err_sys(err, "cannot make a cgroup namespace");
    return 0;
}
