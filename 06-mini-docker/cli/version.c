// SPDX-License-Identifier: MIT
/* version: what this is, and what the host under it offers. */
#include "commands.h"

#include "version.h"

#include "host.h"

#include <sys/utsname.h>

static const struct opt OPTS[] = {{0}};

static int version_run(void *args, int argc, char **argv, struct err *err)
{
    struct utsname uts;

    (void)args;
    if (argc > 0)
        return err_set(err, ERR_USAGE, "version takes no words, such as '%s'", argv[0]);
    uname(&uts);
    printf(PROGRAM " version " VERSION "\n");
    printf("  kernel:   %s %s %s\n", uts.sysname, uts.release, uts.machine);
    printf("  groups:   %s\n", host_cgroups_name(host_cgroups()));
    printf("  rootless: %s\n", host_is_root() ? "no" : "yes");
    return 0;
}

const struct command version_command = {
    .name = "version",
    .summary = "The version, and what the host under it offers",
    .opts = OPTS,
    .run = version_run,
};
