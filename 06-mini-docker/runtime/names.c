// SPDX-License-Identifier: MIT
/*
 * Two stages that give the container's first process its name and its place: the host name, and
 * then who it is (identity.h).
 */
#include "identity.h"
#include "stages.h"

#include "ns.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int stage_names(struct container *container, struct err *err)
{
    const struct spec *spec = container->spec;

    if (spec->hostname) {
        explain_step(
            &container->explain, "sethostname(2); lab 01", "sethostname(\"%s\")", spec->hostname);
        if (sethostname(spec->hostname, strlen(spec->hostname)) < 0)
            return err_sys(err, "cannot set the host name %s", spec->hostname);
    }
    if (!(spec->linux_.namespaces & CLONE_NEWNET))
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

int stage_identity(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;
    const struct spec_linux *l = &container->spec->linux_;
    struct identity identity = {
        .process = process,
        .seccomp = container->seccomp,
        .seccomp_socket = container->seccomp_socket,
        .single_gid = l->namespaces & CLONE_NEWUSER && l->mappings->gids == 1,
        .new_keyring = !container->keep_keyring,
        .proc_fd = container->proc_fd,
    };

    explain_step(&container->explain, "capabilities(7)",
        "keep capabilities %#jx, drop all others; user %u:%u",
        (uintmax_t)process->capabilities.bounding, process->user.uid, process->user.gid);
    if (identity_take(&identity, err) < 0 || die_with_parent(container, err) < 0)
        return -1;
    return identity_seal(&identity, err);
}
