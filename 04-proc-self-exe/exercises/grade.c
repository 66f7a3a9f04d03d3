// SPDX-License-Identifier: MIT
/*
 * What the exercises of lab 04 are asked, and what a right program answers. See practice.h.
 *
 * They need no group and no root. Who comes too early is caught by a PREPARE that takes a second;
 * who waits as he should loses nothing by it, however slow the machine is.
 */
#include "practice.h"

#include <stdlib.h>
#include <string.h>

/* $1 a word, $2 a status that is not 0. */
static const char handshake_script[] =
    "fds='$(ls /proc/self/fd | wc -l)'; : >prepared >command >child\n"
    "sh -c \"echo fds $fds\" >outside; cat outside\n"
    "\"$program\" \"exec >prepared; sleep 1; echo told \\$1\n"
    "    [ /proc/\\$1/exe -ef \\\"\\$program\\\" ] && echo early waits || echo early does not\n"
    "    echo fds-prepare $fds; echo $1 >limit\" sh -c \"exec >command\n"
    "    echo limit \\$(cat limit 2>&1); echo pid \\$\\$; echo fds-command $fds; exit $2\" >&2\n"
    "echo status $?; cat prepared command\n"
    "\"$program\" 'echo $1 >child; kill -9 $PPID' sh -c ': >began' >&2 2>ignored; ended=$?\n"
    "child=$(cat child) n=0\n"
    "state() { sed 's/.*) \\(.\\).*/\\1/' /proc/${child:-none}/stat 2>ignored || echo Z; }\n"
    "until [ $(state) = Z ] || [ $((n += 1)) = 50 ]; do sleep 0.1; done\n"
    "if [ -e began ]; then echo killed it ran\n"
    "elif [ $n = 50 ]; then echo killed $ended, it still waits\n"
    "else echo killed $ended, it ended; fi\n"
    "\"$program\" \": >failing; exit $2\" sh -c ': >ran' >&2; ended=$?\n"
    "if [ -e ran ]; then echo failed it ran\n"
    "elif [ -e failing ]; then echo failed $ended, it ended; fi";

static void claim_handshake(struct report *r, const struct seen *seen)
{
    const char *pid = practice_says(seen, "pid");

    claim_text(r, "until PREPARE is done the child waits", practice_says(seen, "early"), EQ,
        "waits", "/proc/PID/exe");
    claim_text(r, "PREPARE is told COMMAND's pid", practice_says(seen, "told"), EQ,
        atoi(pid) > 0 ? pid : "COMMAND's", "$1, $$");
    claim_text(r, "PREPARE fails: COMMAND never runs", practice_says(seen, "failed"), EQ,
        "1, it ended", "$?");
    claim_text(r, "the program is killed: nor does it then", practice_says(seen, "killed"), EQ,
        "137, it ended", "$?, /proc/PID/stat");
    claim_text(r, "control: PREPARE gets no descriptor", practice_says(seen, "fds-prepare"), EQ,
        practice_says(seen, "fds"), "/proc/self/fd");
    claim_text(r, "control: COMMAND gets no descriptor", practice_says(seen, "fds-command"), EQ,
        practice_says(seen, "fds"), "/proc/self/fd");
}

static int handshake_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char word[PRACTICE_WORD], status[8];
    struct seen seen;

    practice_word(word);
    snprintf(status, sizeof(status), "%u", practice_number(2, 99));
    step(r, NULL, "1-handshake 'sleep 1; echo %s >limit' sh -c 'cat limit; exit %s'", word, status);
    struct practice practice = {
        .program = "1-handshake",
        .args = (const char *const[]){word, status, NULL},
        .seconds = 30,
        .script = handshake_script,
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    claim_text(r, "COMMAND finds what PREPARE has written", practice_says(&seen, "limit"), EQ, word,
        "cat limit");
    claim_text(r, "its exit status comes back", practice_says(&seen, "status"), EQ, status, "$?");
    claim_handshake(r, &seen);
    return 0;
}

static const struct experiment handshake_exercise = {
    .name = "1-handshake",
    .summary = "a command that begins when all is prepared for it",
    .needs = "root|userns",
    .steps = 1,
    .run = handshake_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {&handshake_exercise, NULL};
    static const struct lab lab = {
        .number = "04",
        .title = "exercises",
        .cure = "make vm-grade-04",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
