// SPDX-License-Identifier: MIT
/* What the exercises of lab 05 are asked, and what a right program answers. See practice.h. */
#include "practice.h"
#include "rootfs.h"

/*
 * A host with a shared / and, on another mount, two roots: in `bare` /proc is a file, so that no
 * proc can be mounted. The command is a script in the root that waits until it was looked at. $p is
 * it, found by what it runs as; all of it is in /proc, from outside. Who enters its mount namespace
 * is in the root of that, and not in the command's, and may take it off to see what lies beneath:
 * the host after a chroot or an MS_MOVE (an ordinary user may not, and sees the same again).
 */
static const char ROOT_SCRIPT[] =
    "busybox=$1 word=$2 status=$3 host=$PWD/host\n"
    "mkdir host; mount -t tmpfs tmpfs host; mount --make-rshared /\n"
    "mkdir -p host/root/bin host/root/proc host/bare/bin; : >host/bare/proc\n"
    "cp $busybox host/root/bin/busybox; ln host/root/bin/busybox host/bare/bin/sh\n"
    "ln -s busybox host/root/bin/sh; ln -s busybox host/root/bin/cat\n"
    "echo $word >host/root/name; mkfifo host/root/go; exec 3<>host/root/go\n"
    "echo 'echo >/began; read _ </go; exit $1' >host/root/$word\n"
    "cd /proc; echo before $(grep -c . self/mountinfo)\n"
    "echo root $(stat -Lc %d:%i $host/root); echo host $(stat -Lc %d:%i /)\n"
    "\"$program\" $host/root /bin/sh /$word $status >&2 &\n"
    "n=0; until [ -e $host/root/began ] || [ $((n += 1)) -gt 40 ]; do sleep 0.1; done\n"
    "for p in [0-9]* none; do\n"
    "    case $(tr '\\0' ' ' <$p/cmdline) in \"/bin/sh /$word \"*) break;; esac\n"
    "done 2>/dev/null\n"
    "echo inside $(stat -Lc %d:%i $p/root 2>/dev/null)\n"
    "echo mounts $(cut -d' ' -f5 $p/mountinfo 2>/dev/null)\n"
    "echo shows $(ls $p/root/proc 2>/dev/null | grep -c '^[0-9]')\n"
    "echo during $(grep -c . self/mountinfo)\n"
    "enter() { nsenter --mount=$p/ns/mnt \"$@\" 2>/dev/null; }\n"
    "look() { [ ! -e $p ] || enter cat /name || enter sh -c 'echo host' || echo empty; }\n"
    "first=$(look); [ \"$first\" != $word ] || enter /bin/busybox umount -l /\n"
    "echo entered $first; echo beneath $(look); echo its host\n"
    "echo >&3; wait $!; echo status $?; echo after $(grep -c . self/mountinfo)\n"
    "ran() { [ -e $host/$1/began ] && echo yes || echo no; }\n"
    "\"$program\" $host/bare /bin/sh -c 'echo >/began' >/dev/null 2>&1\n"
    "echo ran $(ran root), then $(ran bare)";

/* The same is asked of a program that is to be written and of one that is to be mended. */
static int root_run(struct run *run, const char *program, struct err *err)
{
    struct report *r = &run->report;
    char name[PRACTICE_WORD], status[8], busybox[PATH_MAX];
    struct seen seen;

    if (rootfs_find_busybox(busybox, err) < 0)
        return -1;
    practice_word(name);
    snprintf(status, sizeof(status), "%u", practice_number(3, 99));
    step(r, NULL, "%s ROOT /bin/sh /%s %s; and again, ROOT's proc a file", program, name, status);
    struct practice practice = {
        .program = program,
        .args = (const char *const[]){busybox, name, status, NULL},
        .script = ROOT_SCRIPT,
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    claim_text(r, "ROOT is its /", practice_says(&seen, "inside"), EQ, practice_says(&seen, "root"),
        "/proc/PID/root");
    claim_text(r, "and the / of its mount namespace", practice_says(&seen, "entered"), EQ, name,
        "/proc/PID/ns/mnt");
    practice_claim_differs(
        r, "with nothing beneath it", &seen, "beneath", "its", "umount2(2), /proc/PID/ns/mnt");
    claim_text(r, "it reaches two mounts, no old root", practice_says(&seen, "mounts"), EQ,
        "/ /proc", "/proc/PID/mountinfo");
    claim_text(r, "its /proc shows one process", practice_says(&seen, "shows"), EQ, "1",
        "/proc/PID/root/proc");
    claim_text(r, "its exit status comes back", practice_says(&seen, "status"), EQ, status, "$?");
    claim_text(r, "without its /proc it does not run", practice_says(&seen, "ran"), EQ,
        "yes, then no", "ROOT");
    claim_text(r, "control: no mount reaches the host", practice_says(&seen, "during"), EQ,
        practice_says(&seen, "before"), "/proc/self/mountinfo");
    claim_text(r, "and none stays there", practice_says(&seen, "after"), EQ,
        practice_says(&seen, "before"), "/proc/self/mountinfo");
    practice_claim_differs(
        r, "control: its / is not the host's", &seen, "inside", "host", "/proc/PID/root");
    return 0;
}

static int pivot_run(struct run *run, struct err *err)
{
    return root_run(run, "1-pivot", err);
}

static int leak_run(struct run *run, struct err *err)
{
    return root_run(run, "2-leak", err);
}

static const struct experiment pivot_exercise = {
    .name = "1-pivot",
    .summary = "a command with a root of its own, out of which no way leads",
    .needs = "root|userns ns:mnt ns:pid",
    .steps = 1,
    .run = pivot_run,
};

static const struct experiment leak_exercise = {
    .name = "2-leak",
    .summary = "mend it: a container that leaves mounts on the host",
    .needs = "root|userns ns:mnt ns:pid",
    .steps = 1,
    .run = leak_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {&pivot_exercise, &leak_exercise, NULL};
    static const struct lab lab = {
        .number = "05",
        .title = "exercises",
        .cure = "make vm-grade-05",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
