// SPDX-License-Identifier: MIT
/* What the exercises of lab 01 are asked, and what a right program answers. See practice.h. */
#include "practice.h"

static int hostname_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char name[PRACTICE_WORD], status[8];
    struct seen seen;

    practice_word(name);
    snprintf(status, sizeof(status), "%u", practice_number(1, 99));
    step(r, NULL, "1-hostname %s sh -c 'uname -n; exit %s'", name, status);
    struct practice practice = {
        .program = "1-hostname",
        .args = (const char *const[]){name, status, NULL},
        .script = "look() { echo $1 $(uname -n); echo $1-uts $(readlink /proc/self/ns/uts); }\n"
                  "look before\n"
                  "\"$program\" \"$1\" sh -c 'echo inside $(uname -n)\n"
                  "    echo inside-uts $(readlink /proc/self/ns/uts); exit '$2\n"
                  "echo status $?\n"
                  "look after",
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    claim_text(r, "the command sees the name it was given", practice_says(&seen, "inside"), EQ,
        name, "uname -n");
    practice_claim_differs(r, "it is in a UTS namespace of its own", &seen, "inside-uts",
        "before-uts", "/proc/self/ns/uts");
    claim_text(r, "its exit status comes back", practice_says(&seen, "status"), EQ, status, "$?");
    claim_text(r, "control: the host keeps its name", practice_says(&seen, "after"), EQ,
        practice_says(&seen, "before"), "uname -n");
    return 0;
}

static const struct experiment hostname_exercise = {
    .name = "1-hostname",
    .summary = "a command with a host name of its own",
    .needs = "root|userns ns:uts",
    .steps = 1,
    .run = hostname_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {&hostname_exercise, NULL};
    static const struct lab lab = {
        .number = "01",
        .title = "exercises",
        .cure = "make vm-grade-01",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
