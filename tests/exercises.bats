#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Both ways: every starter compiles and fails just the claims that it should, and every solution holds them all;
# and the verbs, from the first copy to the solution, as a student types them.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$TOP" || return
    export WORK=$BATS_TEST_TMPDIR/work
}

# built FOLDER: every program of NN-*/FOLDER, with every warning an error, in $PRACTICE.
built() {
    export PRACTICE=$BATS_TEST_TMPDIR/$1
    rm -rf "$PRACTICE"
    mkdir -p "$PRACTICE"
    for source in "$folder/$1"/[0-9]-*.c; do
        "${CC:-cc}" -std=gnu17 -Wall -Wextra -Werror -o "$PRACTICE/$(basename "$source" .c)" "$source" || fail "$source"
    done
}

# judged NAME: what the grader says of the program in $PRACTICE: the claims that fail, in $fails.
judged() {
    run --separate-stderr "$BUILD/$folder/exercises/grade" "$1" </dev/null
    [ "$status" != 77 ] || skip "${stderr%%$'\n'*}"
    fails=$(sed -nE 's/^FAIL  (.{42}) .*/\1/p' <<<"$output" | sed 's/ *$//')
}

# exercises LAB <<TABLE: NAME, and below it, indented, the claims that its starter fails. None may be missing.
exercises() {
    local name='' claim
    declare -A expected
    folder=$(echo "$1"-*) BUILD=${BUILD:-$TOP/build}
    while IFS= read -r claim; do
        if [[ $claim != ' '* ]]; then
            name=$claim
            expected[$name]=
        else
            expected[$name]+=${claim#"${claim%%[! ]*}"}$'\n'
        fi
    done
    [ "${!expected[*]}" != "" ] || fail "no exercise"
    diff <(printf '%s\n' "${!expected[@]}" | sort) <(cd "$folder/exercises" && ls [0-9]-*.c | sed 's/\.c$//') ||
        fail "the table is of other exercises"
    for name in "${!expected[@]}"; do
        [ -s "$folder/exercises/$name.hints" ] && [ -s "$folder/solutions/$name.c" ] || fail "$name has no hints or no solution"
        grep -q "^ \* $name: ." "$folder/exercises/$name.c" || fail "$name does not say what it is"
    done
    for kind in exercises solutions; do
        built $kind
        for name in "${!expected[@]}"; do
            judged "$name"
            [ $kind = exercises ] || expected[$name]=
            diff <(printf %s "${expected[$name]}") <(printf %s "${fails:+$fails$'\n'}") ||
                fail "$kind/$name fails other claims"
            grep -q '^  ok  control: ' <<<"$output" || fail "$kind/$name: no control"
            [ "$status" = $([ $kind = exercises ] && echo 1 || echo 0) ] || fail "$kind/$name: status"
        done
    done
}

# bats test_tags=native
@test "exercises: 01, starters and solutions" {
    exercises 01 <<'END'
1-hostname
    the command sees the name it was given
    it is in a UTS namespace of its own
2-pid
    the command is process 1
    in a PID namespace of its own
    and a mount namespace of its own
    its /proc shows one process
3-enter
    the command is in the target's net
    the command is in the target's pid
    it runs in all of them or not at all
END
}

# bats test_tags=native
@test "exercises: 02, starters and solutions" {
    exercises 02 <<'END'
1-limit
    COMMAND is in a group of its own
    its group has the limit
    the group is gone afterwards
    COMMAND's memory is counted at once
2-late
    COMMAND's memory is counted at once
    BYTES with a slip: it is refused
    no such COMMAND: and no group is left
END
}

# bats test_tags=vm
@test "exercises: 03, starters and solutions" {
    exercises 03 <<'END'
1-cpu-max
    COMMAND is in a group of its own
    its group has the quota
    it is stopped where the quota ends
    control: with max it never is
    the group is gone afterwards
2-pod
    COMMAND's own group has its limit
    COMMAND's memory is counted at once
    BYTES with a slip: it is refused
    both groups are gone afterwards
END
}

# bats test_tags=vm
@test "exercises: 04, starters and solutions" {
    exercises 04 <<'END'
1-handshake
    COMMAND finds what PREPARE has written
    until PREPARE is done the child waits
    PREPARE fails: COMMAND never runs
    the program is killed: nor does it then
2-words
    a word with spaces stays one
    ... and one with a line break (here: /)
    an empty word is a word
    ... and 128 + n where signal n ended it
END
}

# bats test_tags=native
@test "exercises: 05, starters and solutions" {
    exercises 05 <<'END'
1-pivot
    ROOT is its /
    and the / of its mount namespace
    with nothing beneath it
    it reaches two mounts, no old root
    its /proc shows one process
    its exit status comes back
    without its /proc it does not run
    control: its / is not the host's
2-leak
    and the / of its mount namespace
    with nothing beneath it
    without its /proc it does not run
    control: no mount reaches the host
    and none stays there
3-overlay
    its / is an overlay
    and it is in its upper
    what it deletes is a device 0:0 there
    the image is as it was
    control: the other sees the image's file
    control: its upper has only its own
END
}

verb() { run --separate-stderr make --silent --no-print-directory "$@" WORK="$WORK"; }

# bats test_tags=native
@test "exercises: an ordinary user's are looked at in a user namespace" {
    "${AS_USER[@]}" unshare -Ur true || skip "no user namespaces for an ordinary user"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    for folder in $(cd "$TOP" && ls -d 0[145]-*/exercises | cut -d/ -f1); do
        built solutions
        for name in "$PRACTICE"/*; do
            run "${AS_USER[@]}" env PRACTICE="$PRACTICE" "build/$folder/exercises/grade" "${name##*/}" </dev/null
            [ "$status" = 0 ] || fail "$folder, ${name##*/}"
            grep -q '^  ok  control' <<<"$output" || fail "$folder, ${name##*/}: nothing was claimed"
        done
    done
}

# bats test_tags=native
@test "exercises: the verbs, from the first copy to the solution" {
    local mine=$WORK/01-namespaces
    cat 01-namespaces/*/1-hostname.* >"$BATS_TEST_TMPDIR/before"
    verb grade-01-1
    [ "$status" = 2 ] && grep -q '^FAIL  the command sees' <<<"$output" || fail "a starter's grade" # 2 is make's
    says "make hint-01-1"
    cmp 01-namespaces/exercises/1-hostname.c "$mine/1-hostname.c"
    verb progress
    grep -qE '^01-1  hostname +not begun  +a command' <<<"$output" || fail "progress"
    for n in 1 2 3 3; do
        verb hint-01-1
        says "($n of 3)"
    done
    verb solution-01-1
    [ "$status" = 2 ] && [[ $stderr == *"not begun"* ]] && [[ $output != *unshare* ]] || fail "the solution comes too early"
    sed 's|/\* TODO 1.*|return unshare(0);|' 01-namespaces/exercises/1-hostname.c >"$mine/1-hostname.c"
    verb progress
    says "changed since it was graded"
    verb grade-01-1
    says "FAIL  its exit status comes back"
    verb progress
    says "fails 3 of 4"
    cp 01-namespaces/solutions/1-hostname.c "$mine/"
    verb grade-01-1
    [ "$status" = 0 ] || fail "a right program"
    verb progress
    grep -qE '^01-1  hostname +done ' <<<"$output" || fail "progress"
    verb solution-01-1
    [ "$output" = "$(cat 01-namespaces/solutions/1-hostname.c)" ] || fail "no solution"
    verb reset-01
    cmp 01-namespaces/exercises/1-hostname.c "$mine/1-hostname.c"
    cmp 01-namespaces/solutions/1-hostname.c "$mine.1/1-hostname.c"
    echo nonsense >>"$mine/1-hostname.c"
    verb grade-01-1
    [ "$status" = 2 ] && [[ $stderr == *"1-hostname: it does not compile"* ]] || fail "what does not compile"
    cat 01-namespaces/*/1-hostname.* | cmp - "$BATS_TEST_TMPDIR/before" || fail "the repository was changed"
}

# bats test_tags=native
@test "exercises: wrong words are refused, with what there is" {
    for words in grade-07 grade-01-9 grade-x hint-01-9 solution-01 reset-05; do
        verb $words
        [ "$status" = 2 ] || fail "$words"
        [[ $stderr == *"exercises: "* ]] || fail "$words: no cause"
    done
    verb hint-01-9
    [[ $stderr == *"there are: 01-1 (1-hostname)"* ]] || fail "no cure"
    run -2 --separate-stderr 01-namespaces/exercises/../../build/01-namespaces/exercises/grade 1-hostname
    [[ $stderr == *"make grade-NN"* ]] || fail "the grader alone"
}

# bats test_tags=native
@test "exercises: what a program does wrong hurts no host, and one without an end is ended" {
    [ "$(id -u)" -eq 0 ] || skip "needs root to make a group"
    local before id
    before=$(hostname; grep ' /mnt ' /proc/self/mountinfo || true)
    mkdir -p "$WORK/01-namespaces"
    cat >"$WORK/01-namespaces/1-hostname.c" <<'END'
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>
int main(void)
{
    signal(SIGTERM, SIG_IGN);
    system("cat /proc/self/cgroup >&2");
    if (sethostname("hurt", 4) < 0 || mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0)
        return 1;
    int forks = 0, child;
    for (int i = 0; i < 300; i++) {
        if ((child = fork()) == 0)
            pause();
        forks += child > 0;
    }
    dprintf(2, "forks %d\n", forks);
    pause();
}
END
    verb grade-01-1
    [ "$status" = 2 ] || fail "status"
    says "it was ended: not done after 10 s"
    grep -q '^FAIL  control: the host keeps its name' <<<"$output" || fail "it changed its own host, and nobody says so"
    [ "$before" = "$(hostname; grep ' /mnt ' /proc/self/mountinfo || true)" ] || fail "it changed our host"
    id=$(grep -o 'labs-[0-9a-f]*' <<<"$stderr" | head -1)
    [ -n "$id" ] || fail "it was in no group"
    [ -z "$(find /sys/fs/cgroup -name "$id")" ] || fail "its group is left"
    [ "$(sed -n 's/^forks //p' <<<"$stderr")" -lt 100 ] || fail "nothing limits how many there are"
    ! pgrep -fx "$TOP/build/work/01-namespaces/1-hostname .*" || fail "it lives on"
}
