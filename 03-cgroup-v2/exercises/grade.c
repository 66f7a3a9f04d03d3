// SPDX-License-Identifier: MIT
/*
 * What the exercises of lab 03 are asked, and what a right program answers. See practice.h.
 *
 * No clock is asked whether a quota holds, but the kernel's count of how often it stopped the
 * group.
 */
#include "practice.h"

#include <stdlib.h>

/*
 * where PID: its group. beside: the groups that are beside the script's own. at PID: sets $rest,
 * COMMAND's group as it is called below $group ("/script": the one that it was born in), and $at,
 * its directory.
 */
#define LOOKS                                                                                      \
    PRACTICE_MEETS                                                                                 \
    "where() { sed -n 's/^0:://p' /proc/$1/cgroup; }\n"                                            \
    "beside() {\n"                                                                                 \
    "    for d in \"$group\"/*/; do [ \"$d\" = \"$group/script/\" ] || echo \"$d\"; done\n"        \
    "}\n"                                                                                          \
    "own=$(where $$) rest=/script; echo own $own\n"                                                \
    "at() {\n"                                                                                     \
    "    rest=$(where $1); echo group $rest\n"                                                     \
    "    rest=${rest#\"${own%/script}\"} at=$group$rest\n"                                         \
    "}\n"                                                                                          \
    "gone() { [ $rest = /script ] || [ -d \"$at\" ] || echo after $(beside | wc -l) left; }\n"

/* turns QUOTA PERIOD STATUS WORD LEAST: COMMAND computes until cpu.stat says so much of WORD. */
#define TURNS                                                                                      \
    "count() { sed -n \"s/^$1 //p\" \"$at/cpu.stat\"; }\n"                                         \
    "turns() {\n"                                                                                  \
    "    run \"$group\" $1 $2 \\\n"                                                                \
    "        sh -c 'trap \"exit '$3'\" TERM; echo $$ >told; while :; do :; done'\n"                \
    "    [ \"$said\" != gone ] || return\n"                                                        \
    "    at $said; n=0\n"                                                                          \
    "    until [ $rest = /script ] || [ $(count $4) -ge $5 ] || [ $((n += 1)) = 150 ]; do\n"       \
    "        sleep 0.1\n"                                                                          \
    "    done\n"                                                                                   \
    "    [ $rest = /script ] || [ $(count $4) -lt $5 ] || echo $1-stopped $(count nr_throttled)\n" \
    "    echo max $(cat \"$at/cpu.max\"); echo outer $(cat \"$group/cpu.max\")\n"                  \
    "    kill $said; read said <&3\n"                                                              \
    "    wait; echo status $(cat ended); gone\n"                                                   \
    "}\n"

static int cpu_max_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char quota[16], period[16], max[40], status[8], stopped[32];
    struct seen seen;

    snprintf(quota, sizeof(quota), "%u", practice_number(5, 20) * 1000);
    snprintf(period, sizeof(period), "%u", practice_number(50, 99) * 1000);
    snprintf(max, sizeof(max), "%s %s", quota, period);
    snprintf(status, sizeof(status), "%u", practice_number(1, 99));
    snprintf(stopped, sizeof(stopped), "%s-stopped", quota);
    step(r, NULL, "1-cpu-max GROUP %s sh -c '... exit %s'", max, status);
    struct practice practice = {
        .program = "1-cpu-max",
        .args = (const char *const[]){quota, period, status, NULL},
        .controller = "cpu",
        .seconds = 60,
        .script = LOOKS TURNS "echo outer-before $(cat \"$group/cpu.max\")\n"
                              "turns $1 $2 $3 nr_throttled 3\n"
                              "turns max $2 $3 usage_usec 300000",
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    practice_claim_differs(
        r, "COMMAND is in a group of its own", &seen, "group", "own", "/proc/PID/cgroup");
    claim_text(r, "its group has the quota", practice_says(&seen, "max"), EQ, max, "cpu.max");
    claim_u64(r, "it is stopped where the quota ends",
        strtoull(practice_says(&seen, stopped), NULL, 10), GE, 3, "cpu.stat nr_throttled");
    claim_text(r, "control: with max it never is", practice_says(&seen, "max-stopped"), EQ, "0",
        "cpu.stat nr_throttled");
    claim_text(r, "its exit status comes back", practice_says(&seen, "status"), EQ, status, "$?");
    claim_text(r, "the group is gone afterwards", practice_says(&seen, "after"), EQ, "0 left",
        "readdir(3)");
    claim_text(r, "control: GROUP itself is as it was", practice_says(&seen, "outer"), EQ,
        practice_says(&seen, "outer-before"), "cpu.max");
    return 0;
}

static const struct experiment cpu_max_exercise = {
    .name = "1-cpu-max",
    .summary = "a command in a group with a part of a CPU",
    .needs = "root v2:cpu",
    .steps = 1,
    .run = cpu_max_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {&cpu_max_exercise, NULL};
    static const struct lab lab = {
        .number = "03",
        .title = "exercises",
        .cure = "make vm-grade-03",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
