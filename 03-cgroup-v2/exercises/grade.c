// SPDX-License-Identifier: MIT
/*
 * What the exercises of lab 03 are asked, and what a right program answers. See practice.h.
 *
 * Where a process was when it began is asked of its memory: the words of its command line are
 * copied by execve(2), charged to the group that it is in at that time, and stay there. And no
 * clock is asked whether a quota holds, but the kernel's count of how often it stopped the group.
 */
#include "practice.h"

#include <stdlib.h>

enum { WORDS_BYTES = 12 * 100000, PAGE = 4096 };

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

/* $1 the pod's bytes, $2 those of COMMAND's group, $3 a status. */
static const char pod_script[] =
    LOOKS "x=$(head -c 100000 /dev/zero | tr '\\0' x); echo begun >ready\n"
          "run \"$group\" $1 $2 sh -c 'echo $$ >told; read word <go; exit '$3\n"
          "[ \"$said\" = gone ] || {\n"
          "    at $said\n"
          "    echo levels $(echo $rest | tr -cd / | wc -c)\n"
          "    echo limit $(cat \"$at/memory.max\"); echo pod $(cat \"${at%/*}/memory.max\")\n"
          "    inside=$(grep -c . \"${at%/*}/cgroup.procs\")\n"
          "    echo processes $(grep -c . \"$group/cgroup.procs\") $inside\n"
          "}\n"
          "release; echo status $ended; gone\n"
          "old=$(beside)\n"
          "words=\"$x $x $x $x $x $x $x $x $x $x $x $x\"\n"
          "out=3; run \"$group\" $1 $2 cat ready go $words 2>ignored; out=2\n"
          "until [ \"$said\" = begun ] || [ \"$said\" = gone ]; do read said <&3; done\n"
          "[ \"$said\" = gone ] || for pod in $(beside); do\n"
          "    case $old in *$pod*) ;; *) echo counted $(cat $pod*/memory.current) ;; esac\n"
          "done\n"
          "release\n"
          "\"$program\" \"$group\" $1 ${2}x sh -c ': >began' >&2 2>refusal; ended=$?\n"
          "if [ -e began ]; then echo wrong it ran\n"
          "elif [ $ended != 0 -a $ended -lt 126 ] && grep -q . refusal; then echo wrong refused\n"
          "else echo wrong $ended, said $(cat refusal); fi";

static int pod_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char pod[24], bytes[24], status[8];
    struct seen seen;

    snprintf(pod, sizeof(pod), "%u", practice_number(16384, 32768) * PAGE);
    snprintf(bytes, sizeof(bytes), "%u", practice_number(8192, 16383) * PAGE);
    snprintf(status, sizeof(status), "%u", practice_number(1, 99));
    step(r, NULL, "2-pod GROUP %s %s sh -c '... exit %s'", pod, bytes, status);
    struct practice practice = {
        .program = "2-pod",
        .args = (const char *const[]){pod, bytes, status, NULL},
        .controller = "memory",
        .seconds = 30,
        .script = pod_script,
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    claim_text(r, "COMMAND is two levels below GROUP", practice_says(&seen, "levels"), EQ, "2",
        "/proc/PID/cgroup");
    claim_text(r, "the pod has its limit", practice_says(&seen, "pod"), EQ, pod, "memory.max");
    claim_text(r, "COMMAND's own group has its limit", practice_says(&seen, "limit"), EQ, bytes,
        "memory.max");
    claim_u64(r, "COMMAND's memory is counted at once",
        strtoull(practice_says(&seen, "counted"), NULL, 10), GE, WORDS_BYTES, "memory.current");
    claim_text(r, "BYTES with a slip: it is refused", practice_says(&seen, "wrong"), EQ, "refused",
        "$?, stderr");
    claim_text(r, "its exit status comes back", practice_says(&seen, "status"), EQ, status, "$?");
    claim_text(r, "both groups are gone afterwards", practice_says(&seen, "after"), EQ, "0 left",
        "readdir(3)");
    claim_text(r, "control: nobody in GROUP or the pod", practice_says(&seen, "processes"), EQ,
        "0 0", "cgroup.procs");
    return 0;
}

static const struct experiment pod_exercise = {
    .name = "2-pod",
    .summary = "mend it: a container's limit inside of its pod's",
    .needs = "root v2:memory",
    .steps = 1,
    .run = pod_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {&cpu_max_exercise, &pod_exercise, NULL};
    static const struct lab lab = {
        .number = "03",
        .title = "exercises",
        .cure = "make vm-grade-03",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
