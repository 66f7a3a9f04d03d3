// SPDX-License-Identifier: MIT
/*
 * Two stages that give the container's first process its name and its place: what it is told about
 * the machine it is on, and then who it is (identity.h).
 */
#include "names.h"

#include "identity.h"
#include "stages.h"

#include "cleanup.h"
#include "ns.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <unistd.h>

/* In a UTS namespace that is the caller's too, it would be the host that gets another name. */
static int check_uts(const struct container *container, const char *name, struct err *err)
{
    if (container->namespaces.own & CLONE_NEWUTS)
        return 0;
    err_set(err, ERR_USAGE, "cannot set the host or domain name %s", name);
    return err_hint(err, "the container has no UTS namespace of its own, so the name would be the "
                         "host's -> add \"uts\" to linux.namespaces, or leave the name out");
}

static int set_host_name(struct container *container, struct err *err)
{
    const char *name = container->spec->hostname;

    if (!name)
        return 0;
    if (check_uts(container, name, err) < 0)
        return -1;
    explain_step(&container->explain, "sethostname(2); lab 01", "sethostname(\"%s\")", name);
    if (sethostname(name, strlen(name)) < 0)
        return err_sys(err, "cannot set the host name %s", name);
    return 0;
}

static int set_domain_name(struct container *container, struct err *err)
{
    const char *name = container->spec->domainname;

    if (!name)
        return 0;
    if (check_uts(container, name, err) < 0)
        return -1;
    explain_step(&container->explain, "setdomainname(2)", "setdomainname(\"%s\")", name);
    if (setdomainname(name, strlen(name)) < 0)
        return err_sys(err, "cannot set the domain name %s", name);
    return 0;
}

int names_set_personality(const struct spec_linux *spec, struct err *err)
{
    if (spec->personality_given && personality(spec->personality) < 0)
        return err_sys(err, "cannot set the personality %#lx", spec->personality);
    return 0;
}

/* In a network namespace that was joined, lo is the business of who made it. */
int stage_names(struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;

    if (set_host_name(container, err) < 0 || set_domain_name(container, err) < 0 ||
        names_set_personality(l, err) < 0)
        return -1;
    if (!(l->namespaces & CLONE_NEWNET))
        return 0;
    explain_step(&container->explain, "netdevice(7); lab 01", "set lo up");
    return ns_loopback_up(err);
}

/*
 * A change of user has taken the death signal away (prctl(2)), so it is set again. The parent may
 * have died in between; then its end of the pipe is closed.
 */
static int die_with_parent(const struct container *container, struct err *err)
{
    struct pollfd parent = {.fd = container->sync.in, .events = POLLIN};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return poll(&parent, 1, 0) == 0 ? 0 : err_set(err, ERR_SYS, "the parent is gone");
}

/* For who answers the calls that the filter reports; NULL where nobody does. */
static char *describe(const struct container *container)
{
    if (container->seccomp_socket < 0)
        return NULL;
    return hooks_process_state(&container->hooks_state, container->proc_fd,
        container->spec->linux_.seccomp->listener_metadata);
}

int stage_identity(struct container *container, struct err *err)
{
    cleanup_free char *described = describe(container);
    const struct spec_process *process = &container->spec->process;
    const struct spec_linux *l = &container->spec->linux_;
    struct identity identity = {
        .process = process,
        .seccomp = container->seccomp,
        .seccomp_state = described,
        .seccomp_socket = container->seccomp_socket,
        .single_gid = l->mappings && l->mappings->gids == 1,
        .new_keyring = !container->keep_keyring,
        .makes_directory = true,
        .proc_fd = container->proc_fd,
    };

    explain_step(&container->explain, "capabilities(7)",
        "keep capabilities %#jx, drop all others; user %u:%u",
        (uintmax_t)process->capabilities.bounding, process->user.uid, process->user.gid);
    if (identity_take(&identity, err) < 0 || die_with_parent(container, err) < 0)
        return -1;
    /* one that is killed up to here would look like one whose exec closed the pipe; not later,
     * since the filter may know of no write(2) */
    if (container->hold.in < 0 && sync_signal(&container->sync, err) < 0)
        return -1;
    return identity_seal(&identity, err);
}
