// SPDX-License-Identifier: MIT
/* What the exercises of lab 01 are asked, and what a right program answers. See practice.h. */
#include "practice.h"

/*
 * The command that the programs below are given is a script, `./heron-4f STATUS`, that waits until
 * it was looked at. $p is it, found by what it runs as; all of it is in /proc as it was before,
 * which is the working directory, so that a program that covers the host's /proc is seen to do so.
 */
#define COMMAND_WAITS                                                                              \
    "here=$PWD word=$1 status=$2\n"                                                                \
    "mkfifo go; exec 3<>go\n"                                                                      \
    "echo \"echo >$here/began; read _ <$here/go; exit \\$1\" >$word\n"                             \
    "cd /proc\n"                                                                                   \
    "seek() {\n"                                                                                   \
    "    n=0; until [ -e $here/began ] || [ $((n += 1)) -gt 40 ]; do sleep 0.1; done\n"            \
    "    for p in [0-9]* none; do\n"                                                               \
    "        case $(tr '\\0' ' ' <$p/cmdline) in \"sh $here/$word \"*) break;; esac\n"             \
    "    done 2>/dev/null\n"                                                                       \
    "}\n"                                                                                          \
    "spaces() { for kind in $2; do echo $1-$kind $(readlink $3/ns/$kind); done; }\n"

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

static int pid_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char name[PRACTICE_WORD], status[8];
    struct seen seen;

    practice_word(name);
    snprintf(status, sizeof(status), "%u", practice_number(3, 99));
    step(r, NULL, "2-pid sh ./%s %s, on a host whose / is shared", name, status);
    struct practice practice = {
        .program = "2-pid",
        .args = (const char *const[]){name, status, NULL},
        .script = COMMAND_WAITS
        "mount --make-rshared /\n"
        "spaces host 'pid mnt' self; echo before $(grep -c . self/mountinfo)\n"
        "\"$program\" sh $here/$word $status >&2 &\n"
        "seek\n"
        "spaces inside 'pid mnt' $p; echo number $(sed -n 's/^NSpid.*\t//p' $p/status)\n"
        "echo shows $(ls $p/root/proc | grep -c '^[0-9]')\n"
        "echo during $(grep -c . self/mountinfo)\n"
        "echo >&3; wait $!; echo status $?",
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    claim_text(r, "the command is process 1", practice_says(&seen, "number"), EQ, "1",
        "NSpid in /proc/PID/status");
    practice_claim_differs(
        r, "in a PID namespace of its own", &seen, "inside-pid", "host-pid", "/proc/PID/ns/pid");
    practice_claim_differs(
        r, "and a mount namespace of its own", &seen, "inside-mnt", "host-mnt", "/proc/PID/ns/mnt");
    claim_text(r, "its /proc shows one process", practice_says(&seen, "shows"), EQ, "1",
        "/proc/PID/root/proc");
    claim_text(r, "its exit status comes back", practice_says(&seen, "status"), EQ, status, "$?");
    claim_text(r, "control: no mount reaches the host", practice_says(&seen, "during"), EQ,
        practice_says(&seen, "before"), "/proc/self/mountinfo");
    return 0;
}

/*
 * The target has all five, and a /proc of its own. Without CAP_SYS_CHROOT a process may enter all
 * but its mounts: then the command must not run at all. That it runs with it is told beside that.
 */
static int enter_run(struct run *run, struct err *err)
{
    static const char *const kinds[] = {"uts", "ipc", "mnt", "net", "pid"};
    struct report *r = &run->report;
    char name[PRACTICE_WORD], status[8], text[64], inside[16], target[16], source[24];
    struct seen seen;

    practice_word(name);
    snprintf(status, sizeof(status), "%u", practice_number(3, 99));
    step(r, NULL, "3-enter PID sh ./%s %s; and again, without CAP_SYS_CHROOT", name, status);
    struct practice practice = {
        .program = "3-enter",
        .args = (const char *const[]){name, status, NULL},
        .script = COMMAND_WAITS
        "unshare --uts --ipc --mount --net --pid --fork --mount-proc sh -c 'echo >&3; sleep 60' &\n"
        "read _ <&3; target=$(cat $!/task/$!/children)\n"
        "target=${target% }\n"
        "spaces target 'uts ipc mnt net pid' $target; spaces host net self\n"
        "\"$program\" $target sh $here/$word $status >&2 &\n"
        "seek; spaces inside 'uts ipc mnt net pid' $p\n"
        "echo >&3; wait $!; echo status $?\n"
        "ran() { [ -e $here/began ] && echo yes || echo no; }\n"
        "with=$(ran); rm -f $here/began; echo >&3\n"
        "without() { setpriv --bounding-set -sys_chroot --inh-caps -sys_chroot \"$@\"; }\n"
        "without \"$program\" $target sh $here/$word $status >/dev/null 2>&1\n"
        "without true && echo ran $with, then $(ran)",
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    for (int i = 0; i < 5; i++) {
        snprintf(text, sizeof(text), "the command is in the target's %s", kinds[i]);
        snprintf(inside, sizeof(inside), "inside-%s", kinds[i]);
        snprintf(target, sizeof(target), "target-%s", kinds[i]);
        snprintf(source, sizeof(source), "/proc/PID/ns/%s", kinds[i]);
        claim_text(r, text, practice_says(&seen, inside), EQ, practice_says(&seen, target), source);
    }
    claim_text(r, "its exit status comes back", practice_says(&seen, "status"), EQ, status, "$?");
    claim_text(r, "it runs in all of them or not at all", practice_says(&seen, "ran"), EQ,
        "yes, then no", "setns(2)");
    practice_claim_differs(r, "control: the host's net is another", &seen, "target-net", "host-net",
        "/proc/PID/ns/net");
    return 0;
}

static const struct experiment hostname_exercise = {
    .name = "1-hostname",
    .summary = "a command with a host name of its own",
    .needs = "root|userns ns:uts",
    .steps = 1,
    .run = hostname_run,
};

static const struct experiment pid_exercise = {
    .name = "2-pid",
    .summary = "a command that is process 1, and sees no other",
    .needs = "root|userns ns:pid",
    .steps = 1,
    .run = pid_run,
};

static const struct experiment enter_exercise = {
    .name = "3-enter",
    .summary = "mend it: a command in the namespaces of a running process",
    .needs = "root|userns ns:pid",
    .steps = 1,
    .run = enter_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {
        &hostname_exercise, &pid_exercise, &enter_exercise, NULL};
    static const struct lab lab = {
        .number = "01",
        .title = "exercises",
        .cure = "make vm-grade-01",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
