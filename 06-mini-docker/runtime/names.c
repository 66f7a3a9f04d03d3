// SPDX-License-Identifier: MIT
/* What the container is told of the machine that it is on: host name, personality, loopback. */
#include "names.h"

#include "stages.h"

#include "ns.h"

#include <sched.h>
#include <string.h>
#include <sys/personality.h>
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

/* In a network namespace that was joined, lo is left as its maker has it. */
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
