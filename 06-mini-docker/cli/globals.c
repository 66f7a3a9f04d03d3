// SPDX-License-Identifier: MIT
/* What the options in front of the command mean for the commands. */
#include "commands.h"

int cli_store(struct store *ret, struct err *err)
{
    return store_open(globals.root, ret, err);
}
