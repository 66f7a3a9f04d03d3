// SPDX-License-Identifier: MIT
/*
 * Lab 04: the program that starts itself.
 *
 * A container's first process has work to do inside before the user's command may run: its own
 * /proc, its host name. That work is code, and the code is in this program; but a clone of this
 * process is not a clean start, it has its parent's memory, and in a language whose runtime starts
 * threads (Go) nothing may run between fork and exec at all. So the program executes a second
 * copy of itself in the new namespaces, by the name that every process has for its own program:
 * /proc/self/exe (proc_pid_exe(5)).
 *
 * The same file is then two programs, and the first thing that main() does is to find out which.
 * Two rules, and breaking either makes it start itself for ever (./run recursion shows it):
 *
 *   1. the question comes before everything else, so that no code of the outside runs inside;
 *   2. the inside returns from main(): it must never fall through to what comes below.
 *
 * argv[0] answers it. Whoever calls exec chooses argv[0] freely and it is no proof of anything, so
 * every entry also checks that it is where it should be, and refuses otherwise.
 */
#include "experiments.h"

#include <string.h>

static const struct experiment *const EXPERIMENTS[] = {
    &run_experiment,
    &race_experiment,
    &recursion_experiment,
    &argv_experiment,
    &cost_experiment,
    &overwrite_experiment,
    NULL,
};

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} ENTRIES[] = {
    {INIT_ENTRY, init_main},
    {RECURSION_ENTRY, recursion_main},
    {WITNESS_ENTRY, witness_main},
    {RUNTIME_ENTRY, runtime_main},
};

int main(int argc, char **argv)
{
    static const struct lab lab = {
        .number = "04",
        .title = "/proc/self/exe",
        .cure = "make vm-04",
        .experiments = EXPERIMENTS,
    };

    for (size_t i = 0; argc > 0 && i < sizeof(ENTRIES) / sizeof(ENTRIES[0]); i++) {
        if (strcmp(argv[0], ENTRIES[i].name) == 0)
            return ENTRIES[i].main(argc, argv);
    }
    return lab_main(&lab, argc, argv);
}
