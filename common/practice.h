/* SPDX-License-Identifier: MIT */
/*
 * practice: how a grader looks at a student's program: from outside, and where its mistakes hurt
 * nobody. A script of the grader's runs it in namespaces of its own, in a group that limits how
 * many processes there can be, and under a clock; what the script prints is what there is to claim.
 */
#ifndef COMMON_PRACTICE_H
#define COMMON_PRACTICE_H

#include "err.h"
#include "lab.h"

enum { PRACTICE_LINES = 32, PRACTICE_WORD = 16 };

struct practice {
    const char *program; /* its file's name: "1-hostname" */
    /*
     * For sh(1). $program is the student's, built; $group, where `controller` is named, a group
     * that is empty and in which it may make others; $1 and so on are `args`. It begins in an empty
     * directory. What it writes to standard error the student sees.
     */
    const char *script;
    const char *const *args; /* ends with NULL; NULL: none */
    const char *controller;  /* "memory"; NULL: no $group */
    unsigned seconds;        /* after so many it is ended; 0: 10 */
};

/*
 * For the beginning of a script that looks at a COMMAND while it runs. `run ARG...` starts the
 * student's program in the background, where what it prints is no answer of the script's; $said is
 * then the first line that COMMAND wrote into the file told, its pid maybe, or "gone": the program
 * ended without one. COMMAND waits where it reads the file go; `release` lets it go on, and waits
 * for the program's end: its status is in $ended.
 */
#define PRACTICE_MEETS                                                                             \
    "mkfifo told go && exec 3<>told; out=2\n"                                                      \
    "run() {\n"                                                                                    \
    "    { \"$program\" \"$@\" >&$out; echo $? >ended; echo gone >told; } & read said <&3\n"       \
    "}\n"                                                                                          \
    "release() {\n"                                                                                \
    "    [ \"$said\" = gone ] || : >go\n"                                                          \
    "    until [ \"$said\" = gone ]; do read said <&3; done\n"                                     \
    "    wait; ended=$(cat ended)\n"                                                               \
    "}\n"

/* What it printed, line by line, each "WORD VALUE": what a program does not say moves no other. */
struct seen {
    int count;
    char line[PRACTICE_LINES][128];
};

/*
 * Run it, in the order that lab 04 explains. An ordinary user gets a user namespace of his own, and
 * no $group. One that does not end in time is ended, which is noted; what it said until then is
 * there. Errors: ERR_USAGE, the program is not built (make grade-NN does that); what spawn.h and
 * cgroup.h have.
 */
int practice_run(
    struct run *run, const struct practice *practice, struct seen *ret, struct err *err);

/* The value behind this word, of the first line that has it; "nothing" where there is none. */
const char *practice_says(const struct seen *seen, const char *word);

/* Claim that both values are there, and differ: "nothing" alone would differ from everything. */
void practice_claim_differs(struct report *r, const char *text, const struct seen *seen,
    const char *word, const char *other, const char *source);

/* A word or a number that nobody can have written into a program: "heron-4f". */
void practice_word(char ret[PRACTICE_WORD]);
unsigned practice_number(unsigned least, unsigned most);

#endif
