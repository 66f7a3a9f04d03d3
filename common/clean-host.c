// SPDX-License-Identifier: MIT
/*
 * clean-host: removes what runs that were killed with SIGKILL left on the host, and nothing else:
 * only what their journals name (common/undo.h). Run by `make clean-host`.
 */
#include "undo.h"

int main(void)
{
    int failed = undo_dead_runs(stdout);

    if (failed)
        fprintf(stderr, "clean-host: %d things could not be removed\n", failed);
    return failed ? 1 : 0;
}
