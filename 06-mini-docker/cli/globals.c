// SPDX-License-Identifier: MIT
/* What the options in front of the command mean for the commands. */
#include "commands.h"

#include "engine/life/heal.h"

#include <fcntl.h>
#include <unistd.h>

struct explain cli_explain(void)
{
    return (struct explain){
        .fd = globals.explain ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : -1,
        .who = "host",
    };
}

int cli_store(struct store *ret, struct err *err)
{
    return store_open(globals.root, ret, err) < 0 ? -1 : heal_boot(ret, err);
}
