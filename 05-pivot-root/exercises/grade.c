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

/*
 * Two containers of one image: a writes and deletes, b does not. Each says that it is ready by a
 * file of its own, which also shows where it writes; all else is read through /proc/PID/root.
 */
static const char OVERLAY_SCRIPT[] =
    "busybox=$1 old=$2 new=$3 status=$4 host=$PWD/host\n"
    "mkdir host; mount -t tmpfs tmpfs host; mount --make-rshared /\n"
    "mkdir -p host/image/bin host/image/proc host/a host/b; cp $busybox host/image/bin/busybox\n"
    "for tool in sh rm sleep; do ln -s busybox host/image/bin/$tool; done\n"
    "echo $old | tee host/image/changed >host/image/kept; : >host/image/gone\n"
    "cat >host/image/main <<'END'\n"
    "[ $1 != a ] || { echo $2 >/changed; rm /gone; }\n"
    "echo >/ready-$1; until [ -e /go ]; do sleep 0.1; done; exit $3\n"
    "END\n"
    "cd /proc; echo before $(grep -c . self/mountinfo)\n"
    "begin() {\n"
    "    \"$program\" $host/image $host/$1 /bin/sh /main $1 $new $status >&2 &\n"
    "    n=0; while [ $((n += 1)) -lt 30 ]; do\n"
    "        for p in [0-9]*; do\n"
    "            case $(tr '\\0' ' ' <$p/cmdline) in \"/bin/sh /main $1 \"*)\n"
    "                [ ! -e $p/root/ready-$1 ] || return 0;; esac\n"
    "        done 2>/dev/null; sleep 0.1\n"
    "    done; p=none\n"
    "}\n"
    "get() { cat $1 2>/dev/null; }\n"
    "begin a; a=$p first=$!; begin b; b=$p\n"
    "echo sees $(get $a/root/kept)\n"
    "echo type $(sed -nE 's|^([^ ]* ){4}/ .* - ([a-z]*) .*|\\2|p' $a/mountinfo 2>/dev/null)\n"
    "echo changed $(get $a/root/changed); echo upper $(get $host/a/upper/changed)\n"
    "echo image $(get $host/image/changed); echo other $(get $b/root/changed)\n"
    "echo others-upper $(ls $host/b/upper 2>/dev/null)\n"
    "[ ! -c $host/a/upper/gone ] || echo whiteout $(stat -c %t:%T $host/a/upper/gone)\n"
    "echo during $(grep -c . self/mountinfo)\n"
    "echo >$a/root/go; wait $first; echo status $?";

static int overlay_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char old[PRACTICE_WORD], new[PRACTICE_WORD + 4], status[8], busybox[PATH_MAX];
    struct seen seen;

    if (rootfs_find_busybox(busybox, err) < 0)
        return -1;
    practice_word(old);
    snprintf(new, sizeof(new), "new-%s", old);
    snprintf(status, sizeof(status), "%u", practice_number(3, 99));
    step(r, NULL, "3-overlay IMAGE a ..., which writes %s; 3-overlay IMAGE b ...", new);
    struct practice practice = {
        .program = "3-overlay",
        .args = (const char *const[]){busybox, old, new, status, NULL},
        .script = OVERLAY_SCRIPT,
    };
    if (practice_run(run, &practice, &seen, err) < 0)
        return -1;
    claim_text(r, "it sees the files of the image", practice_says(&seen, "sees"), EQ, old,
        "/proc/PID/root");
    claim_text(r, "its / is an overlay", practice_says(&seen, "type"), EQ, "overlay",
        "/proc/PID/mountinfo");
    claim_text(
        r, "what it writes it sees", practice_says(&seen, "changed"), EQ, new, "/proc/PID/root");
    claim_text(r, "and it is in its upper", practice_says(&seen, "upper"), EQ, new, "a/upper");
    claim_text(r, "what it deletes is a device 0:0 there", practice_says(&seen, "whiteout"), EQ,
        "0:0", "a/upper");
    claim_text(r, "the image is as it was", practice_says(&seen, "image"), EQ, old, "IMAGE");
    claim_text(r, "its exit status comes back", practice_says(&seen, "status"), EQ, status, "$?");
    claim_text(r, "control: the other sees the image's file", practice_says(&seen, "other"), EQ,
        old, "/proc/PID/root");
    claim_text(r, "control: its upper has only its own", practice_says(&seen, "others-upper"), EQ,
        "ready-b", "b/upper");
    claim_text(r, "control: no mount reaches the host", practice_says(&seen, "during"), EQ,
        practice_says(&seen, "before"), "/proc/self/mountinfo");
    return 0;
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

static const struct experiment overlay_exercise = {
    .name = "3-overlay",
    .summary = "a root that shares an image, and keeps its own changes",
    .needs = "root|userns ns:mnt ns:pid fs:overlay",
    .steps = 1,
    .run = overlay_run,
};

int main(int argc, char **argv)
{
    static const struct experiment *const exercises[] = {
        &pivot_exercise, &leak_exercise, &overlay_exercise, NULL};
    static const struct lab lab = {
        .number = "05",
        .title = "exercises",
        .cure = "make vm-grade-05",
        .experiments = exercises,
    };

    return lab_main(&lab, argc, argv);
}
