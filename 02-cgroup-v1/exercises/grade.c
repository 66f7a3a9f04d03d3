// SPDX-License-Identifier: MIT
/*
 * What the exercises of lab 02 are asked, and what a right program answers. See practice.h.
 *
 * Where a process was when it began is asked of its memory: the words of its command line are
 * copied by execve(2), charged to the group that it is in at that time, and stay there. So with a
 * mebibyte of words it does not matter how fast who was.
 */
#include "practice.h"

#include <stdlib.h>

enum { WORDS_BYTES = 12 * 100000, PAGE = 4096 };

/*
 * where PID: its group of the memory hierarchy. beside: the group that is beside the script's own.
 * counted BYTES: how much is charged to it while COMMAND, with all those words, does nothing.
 * watched BYTES STATUS: COMMAND's group while it waits. One who comes late has three seconds.
 */
#define LOOKS                                                                                      \
    PRACTICE_MEETS                                                                                 \
    "where() { sed -n 's/^[0-9]*:[a-z_,]*memory[a-z_,]*://p' /proc/$1/cgroup; }\n"                 \
    "beside() {\n"                                                                                 \
    "    for d in \"$group\"/*/; do [ \"$d\" = \"$group/script/\" ] || echo \"$d\"; done\n"        \
    "}\n"                                                                                          \
    "late() { n=$((n + 1)); sleep 0.1; [ $n = 30 ]; }\n"                                           \
    "x=$(head -c 100000 /dev/zero | tr '\\0' x); echo begun >ready\n"                              \
    "counted() {\n"                                                                                \
    "    words=\"$x $x $x $x $x $x $x $x $x $x $x $x\"\n"                                          \
    "    out=3; run \"$group\" $1 cat ready go $words 2>ignored; out=2\n"                          \
    "    until [ \"$said\" = begun ] || [ \"$said\" = gone ]; do read said <&3; done\n"            \
    "    at=$(beside) n=0\n"                                                                       \
    "    until [ ! -d \"$at\" ] || grep -q . \"$at/tasks\" || late; do :; done\n"                  \
    "    [ ! -d \"$at\" ] || echo counted $(cat \"$at/memory.usage_in_bytes\")\n"                  \
    "    release\n"                                                                                \
    "}\n"                                                                                          \
    "look() {\n"                                                                                   \
    "    n=0\n"                                                                                    \
    "    until [ \"$(where $said)\" != \"$(where $$)\" ] || late; do :; done\n"                    \
    "    at=$(where $said); echo group $at; at=$group/${at##*/}\n"                                 \
    "    echo limit $(cat \"$at/memory.limit_in_bytes\")\n"                                        \
    "    echo outer $(cat \"$group/memory.limit_in_bytes\"), \\\n"                                 \
    "        $(grep -c . \"$group/cgroup.procs\") processes\n"                                     \
    "}\n"                                                                                          \
    "watched() {\n"                                                                                \
    "    echo own $(where $$); echo outer-before $(cat \"$group/memory.limit_in_bytes\")\n"        \
    "    at=$group/script\n"                                                                       \
    "    run \"$group\" $1 sh -c 'echo $$ >told; read word <go; exit '$2\n"                        \
    "    [ \"$said\" = gone ] || look\n"                                                           \
    "    release; echo status $ended\n"                                                            \
    "    [ \"$at\" = \"$group/script\" ] || [ -d \"$at\" ] || echo after gone\n"                   \
    "}\n"

struct asked {
    char bytes[24], status[8], outer[64];
    struct seen seen;
};

static int ask(
    struct run *run, const char *program, const char *script, struct asked *ret, struct err *err)
{
    snprintf(ret->bytes, sizeof(ret->bytes), "%u", practice_number(8192, 16384) * PAGE);
    snprintf(ret->status, sizeof(ret->status), "%u", practice_number(1, 99));
    step(&run->report, NULL, "%s GROUP %s sh -c '... exit %s'", program, ret->bytes, ret->status);
    struct practice practice = {
        .program = program,
        .args = (const char *const[]){ret->bytes, ret->status, NULL},
        .controller = "memory",
        .seconds = 30,
        .script = script,
    };
    if (practice_run(run, &practice, &ret->seen, err) < 0)
        return -1;
    snprintf(ret->outer, sizeof(ret->outer), "%s, 0 processes",
        practice_says(&ret->seen, "outer-before"));
    return 0;
}

static void claim_counted(struct report *r, const struct seen *seen)
{
    claim_u64(r, "COMMAND's memory is counted at once",
        strtoull(practice_says(seen, "counted"), NULL, 10), GE, WORDS_BYTES,
        "memory.usage_in_bytes");
}

static void claim_watched(struct report *r, const struct asked *asked)
{
    const struct seen *seen = &asked->seen;

    practice_claim_differs(
        r, "COMMAND is in a group of its own", seen, "group", "own", "/proc/PID/cgroup");
    claim_text(r, "its group has the limit", practice_says(seen, "limit"), EQ, asked->bytes,
        "memory.limit_in_bytes");
    claim_text(
        r, "its exit status comes back", practice_says(seen, "status"), EQ, asked->status, "$?");
    claim_text(
        r, "the group is gone afterwards", practice_says(seen, "after"), EQ, "gone", "readdir(3)");
    claim_text(r, "control: GROUP itself is as it was", practice_says(seen, "outer"), EQ,
        asked->outer, "limit_in_bytes, cgroup.procs");
}

static int limit_run(struct run *run, struct err *err)
{
    struct asked asked;

    if (ask(run, "1-limit", LOOKS "watched $1 $2; counted $1", &asked, err) < 0)
        return -1;
    claim_watched(&run->report, &asked);
    claim_counted(&run->report, &asked.seen);
    return 0;
}

static const struct experiment limit_exercise = {
    .name = "1-limit",
    .summary = "a command in a group with a limit of memory",
    .needs = "root v1:memory",
    .steps = 1,
    .run = limit_run,
};

static int late_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct asked asked;
    static const char script[] = LOOKS
        "watched $1 $2; counted $1\n"
        "\"$program\" \"$group\" ${1}x sh -c ': >began' >&2 2>refusal; ended=$?\n"
        "if [ -e began ]; then echo wrong it ran\n"
        "elif [ $ended != 0 -a $ended -lt 126 ] && grep -q . refusal; then echo wrong refused\n"
        "else echo wrong $ended, said $(cat refusal); fi\n"
        "left=$(beside | wc -l)\n"
        "\"$program\" \"$group\" $1 ./no-such-command >&2 2>ignored\n"
        "echo missing $?, $(($(beside | wc -l) - left)) left";

    if (ask(run, "2-late", script, &asked, err) < 0)
        return -1;
    claim_watched(r, &asked);
    claim_counted(r, &asked.seen);
    claim_text(r, "BYTES with a slip: it is refused", practice_says(&asked.seen, "wrong"), EQ,
        "refused", "$?, stderr");
    claim_text(r, "no such COMMAND: and no group is left", practice_says(&asked.seen, "missing"),
        EQ, "127, 0 left", "$?, readdir(3)");
    return 0;
}

static const struct experiment late_exercise = {
    .name = "2-late",
    .summary = "mend it: a limit that is not kept",
    .needs = "root v1:memory",
    .steps = 1,
    .run = late_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {&limit_exercise, &late_exercise, NULL};
    static const struct lab lab = {
        .number = "02",
        .title = "exercises",
        .cure = "make vm-grade-02",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
