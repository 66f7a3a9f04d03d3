// SPDX-License-Identifier: MIT
/* What the options in front of the command mean for the commands. */
#include "commands.h"

#include "engine/life/heal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct explain cli_explain(void)
{
    struct explain explain = {.fd = -1, .who = "host"};
    struct winsize size;

    if (!globals.explain)
        return explain;
    explain.fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    explain.columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    return explain;
}

int cli_store(struct store *ret, struct err *err)
{
    return store_open(globals.root, ret, err) < 0 ? -1 : heal_boot(ret, err);
}
