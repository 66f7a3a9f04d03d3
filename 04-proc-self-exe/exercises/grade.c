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

/* $1 and $2 words, $3 a status, $4 a signal, $5 a length. */
static const char words_script[] =
    "printf '%s\\n' 'tr \"\\0\\n\" \"|/\" </proc/$$/cmdline >words' >look\n"
    "echo 'wc -c </proc/$$/cmdline >words' >count\n"
    "echo '[ $1 = exit ] && exit $2; kill -$2 $$' >end\n"
    "words() {\n" /* NAME HOW WORD... */
    "    name=$1 how=$2; shift 2; echo >words\n"
    "    \"$program\" sh ./$how \"$@\" >&2\n"
    "    printf '%s %s\\n' $name \"$(sed 's/.*look|//' words)\"\n"
    "}\n"
    "words plain look $1 $2\n"
    "words space look \"$1  $2\"\n"
    "words break look \"$1\n$2\"\n"
    "words empty look $1 '' $2\n"
    "words long count $(head -c $5 /dev/zero | tr '\\0' x)\n"
    "\"$program\" sh ./end exit $3 >&2; echo status $?\n"
    "\"$program\" sh ./end signal $4 >&2; echo signal $?\n"
    "\"$program\" ./no-such-command >&2 2>ignored; echo missing $?";

struct words {
    char one[PRACTICE_WORD], two[PRACTICE_WORD], status[8], signal[8], length[16];
};

static void claim_words(struct report *r, const struct words *asked, const struct seen *seen)
{
    static const char source[] = "/proc/PID/cmdline";
    char text[64];

    snprintf(text, sizeof(text), "%s|%s|", asked->one, asked->two);
    claim_text(
        r, "control: plain words come as they are", practice_says(seen, "plain"), EQ, text, source);
    snprintf(text, sizeof(text), "%s  %s|", asked->one, asked->two);
    claim_text(r, "a word with spaces stays one", practice_says(seen, "space"), EQ, text, source);
    snprintf(text, sizeof(text), "%s/%s|", asked->one, asked->two);
    claim_text(r, "... and one with a line break (here: /)", practice_says(seen, "break"), EQ, text,
        source);
    snprintf(text, sizeof(text), "%s||%s|", asked->one, asked->two);
    claim_text(r, "an empty word is a word", practice_says(seen, "empty"), EQ, text, source);
    claim_u64(r, "control: a long word comes whole",
        strtoull(practice_says(seen, "long"), NULL, 10), EQ,
        sizeof("sh") + sizeof("./count") + strtoull(asked->length, NULL, 10) + 1, source);
}

static int words_run(struct run *run, struct err *err)
{
    static const unsigned signals[] = {9, 10, 12, 15};
    struct report *r = &run->report;
    struct words asked;
    struct seen seen;
    unsigned signal = signals[practice_number(0, 3)];
    char ended[8];

    practice_word(asked.one);
    practice_word(asked.two);
    snprintf(asked.status, sizeof(asked.status), "%u", practice_number(1, 99));
    snprintf(asked.signal, sizeof(asked.signal), "%u", signal);
    snprintf(asked.length, sizeof(asked.length), "%u", practice_number(70000, 120000));
    snprintf(ended, sizeof(ended), "%u", 128 + signal);
    step(r, NULL, "2-words sh ./look '%s  %s', and other words", asked.one, asked.two);
    struct practice practice = {
        .program = "2-words",
        .args = (const char *const[]){asked.one, asked.two, asked.status, asked.signal,
            asked.length, NULL},
        .seconds = 30,
        .script = words_script,
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    claim_words(r, &asked, &seen);
    claim_text(
        r, "its exit status comes back", practice_says(&seen, "status"), EQ, asked.status, "$?");
    claim_text(r, "... and 128 + n where signal n ended it", practice_says(&seen, "signal"), EQ,
        ended, "$?");
    claim_text(r, "no such COMMAND: 127", practice_says(&seen, "missing"), EQ, "127", "$?");
    return 0;
}

static const struct experiment words_exercise = {
    .name = "2-words",
    .summary = "mend it: a command that crosses a pipe",
    .needs = "root|userns",
    .steps = 1,
    .run = words_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {
        &handshake_exercise, &words_exercise, NULL};
    static const struct lab lab = {
        .number = "04",
        .title = "exercises",
        .cure = "make vm-grade-04",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
