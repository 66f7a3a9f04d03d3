#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 03, as a student would run it: cpu, controllers, files, weight, cpuset, memory, swap, events, limits.
# checks-io.bats has the other experiments.
# bats file_tags=v2
bats_require_minimum_version 1.5.0
load ../tests/helper

# The v2 tree's root, and what it passes down.
v2() { findmnt -n -o TARGET -t cgroup2 | head -1; }
passed_down() { cat "$(v2)/cgroup.subtree_control"; }

@test "03 cpu: half a CPU for a busy loop, drawn against its quota" {
    lab
    has_control
    says "cpu.max <- 50000 100000"
    says "cpu.stat before"
    says "cpu.stat after"
    [ "$(grep -c 's  cpu  *\[.*|.*\]' <<<"$output")" -ge 2 ] || fail "it is not drawn once a second"
}

@test "03 cpu: another quota, kept as CSV" {
    lab cpu --quota 20000 --seconds 1 --csv "$BATS_TEST_TMPDIR/cpu.csv"
    has_control
    says "cpu.max <- 20000 100000"
    head -1 "$BATS_TEST_TMPDIR/cpu.csv" | grep -qx 'seconds,series,value'
    [ "$(grep -c ',cpu,0\.' "$BATS_TEST_TMPDIR/cpu.csv")" -ge 3 ]
    [ "$(grep -c ',control,' "$BATS_TEST_TMPDIR/cpu.csv")" -ge 3 ]
}

@test "03 cpu: --explain says where each step is from" {
    lab cpu --seconds 1 --explain
    says "see: cgroup-v2.rst"
    says "why: "
}

@test "03 wrong usage: status 2, and what is possible" {
    lab_anywhere coffee
    refused "there are: list all cpu controllers files weight cpuset memory swap events"
    lab_anywhere limits --cofee
    refused "--cofee"
    lab_anywhere limits 7
    refused "takes no '7'"
    lab_anywhere cpu --quota
    refused "--quota"
    lab_anywhere cpu --quota 50ms
    refused "50ms"
    lab_anywhere cpu --quota 999
    refused "1000"
    lab_anywhere cpu --seconds 0
    refused "60"
}

@test "03 cpu: a quota that a single loop cannot show is refused" {
    lab cpu --quota 100000 --period 100000
    refused "9/10 of --period"
}

@test "03 list: what cannot run here is named once, with its reason" {
    lab_anywhere list
    [ "$status" -eq 0 ] || fail list
    for name in $(sed -n 's/^  \([a-z-]*\)  *no .*/\1/p' <<<"$output"); do
        [ "$(grep -cE "^   no:.* $name( |\$)" <<<"$output")" -eq 1 ] || fail "$name has no reason, or two"
    done
    [ "$(grep -c '^   no:' <<<"$output")" -eq "$(grep -c '^ *hint: .* -> ' <<<"$output")" ] || fail "a reason without a hint"
    [ -z "$(grep '^       needs ' <<<"$output" | sort | uniq -d)" ] || fail "a reason stands there twice"
}

@test "03 controllers: they come down one level at a time, and never past a process" {
    lab controllers
    has_control
    grep -q 'cgroup.subtree_control <- +[a-z]*: EBUSY' <<<"$output" || fail "no EBUSY"
    grep -qE 'in the way: [0-9]+ \(run\)' <<<"$output" || fail "the process in the way is not named"
}

@test "03 files: every file of a group is listed" {
    local group listed
    [ "$(id -u)" -eq 0 ] || skip "needs root to make a group to compare with"
    lab files
    has_control
    group=$(v2)/labs-checks.$BASHPID
    mkdir "$group"
    for file in "$group"/*; do
        grep -q "^      ${file##*/} " <<<"$output" || listed="$listed ${file##*/}"
    done
    rmdir "$group"
    [ -z "$listed" ] || fail "not listed:$listed"
    ! grep -q 'not in this table' <<<"$output" || fail "the table does not know them all"
}

@test "03 files: the chapter's table has the same files, with the same words" {
    lab files
    printed=$(sed 's/hugetlb\.[0-9]*[KMG]B\./hugetlb.SIZE./; s/hugetlb\.\*/hugetlb.SIZE/g' <<<"$output")
    all=$(sed -n '/^\[2/,/^\[4/{/^      /p}' <<<"$printed" | sed -E 's/^ *([^ ]+) +[r-][w-] .*/\1/' | tr -s ' ' '\n' |
        sed '/^$/d' | sort -u)
    chapter=$(sed -n 's/^| `\([a-z]*\.[^`]*\)` | [rw]* | .*/\1/p' "$LAB_DIR/README.md" | sort)
    diff <(echo "$chapter") <(echo "$all") || fail "these files are in one of the two only"
    while IFS='|' read -r _ name _ meaning _; do
        name=${name//[\` ]/} meaning=$(sed -E 's/( \[1\])? *$//; s/^ *//; s/ \(Linux [0-9.]+\)$//' <<<"$meaning")
        row=$(grep -E "^ {6}$name +[r-][w-] " <<<"$printed" | head -1)
        [[ -z $row || $row == *" $meaning" ]] || fail "$name: the chapter says '$meaning'"
    done < <(grep -E '^\| `[a-z]+\.[^`]*` \| [rw]+ ' "$LAB_DIR/README.md")
}

@test "03 weight: 100 to 300 on one CPU" {
    lab weight
    has_control
    says "cpu.weight.nice <- -5"
}

@test "03 cpuset: cpus, mems, effective and the four conditions of a partition" {
    lab cpuset
    has_control
    for condition in 1 2 3 4; do
        grep -q "^  ok  $condition: " <<<"$output" || fail "condition $condition is not shown"
    done
}

@test "03 memory: max, high, min, low, oom.group, stat, events and peak" {
    lab memory
    has_control
    for file in memory.max memory.high memory.low memory.min memory.oom.group; do
        says "$file <- "
    done
    says "memory.stat: anon"
    says "memory.peak"
}

@test "03 swap: a limit on swap alone, on a swap area of the lab's own" {
    lab swap
    has_control
    [ "$(wc -l </proc/swaps)" -eq 1 ] || fail "there is swap left" "$(cat /proc/swaps)"
}

@test "03 swap: outside of the throwaway machine it is skipped, and says so" {
    [ "$(id -u)" -eq 0 ] || skip "needs root to come as far as that"
    LABS_VM='' run --separate-stderr env -u LABS_VM "$LAB_DIR/run" swap
    [ "$status" -eq 77 ] || fail "status is not 77"
    grep -q '^hint: .*make vm-03' <<<"$stderr" || fail "no command that helps"
}

@test "03 events: poll(2) wakes a watcher" {
    lab events
    has_control
    says "poll(cgroup.events) woke us: populated 1"
    says "poll(cgroup.events) woke us: populated 0"
    says "poll(memory.events) woke us: oom_kill"
}

@test "03 limits: how deep and how wide a tree may grow" {
    lab limits
    has_control
    says "a/b/c: EAGAIN"
}

# Makes a group the root of a tree that it sees alone, as a container's is, and stays in it.
in_container() { # GROUP CMD...
    # shellcheck disable=SC2016 # the inner shell's own
    sh -c 'echo 0 >"$1"/cgroup.procs && shift && exec unshare -Cm sh -c '"'"'
        umount -l "$0" && mount -t cgroup2 none "$0" && exec "$@"'"'"' "$@"' sh "$1" "$(v2)" "${@:2}"
}

# bats test_tags=native
@test "03 in a container: 77 where its root group is in the way, and another cure than sudo" {
    local group on controller
    [ "$(id -u)" -eq 0 ] || skip "needs root to make such a container"
    group=$(v2)/labs-checks.$BASHPID
    on=$(passed_down)
    controller=$(cut -d' ' -f1 "$(v2)/cgroup.controllers")
    mkdir "$group"
    echo "+$controller" >"$(v2)/cgroup.subtree_control"
    run --separate-stderr in_container "$group" "$LAB_DIR/run" files
    local files=$status said=$stderr
    run --separate-stderr in_container "$group" "$LAB_DIR/run" cpuset
    wait_for 30 rmdir "$group"
    [[ " $on " == *" $controller "* ]] || echo "-$controller" >"$(v2)/cgroup.subtree_control"
    [ "$status" -eq 77 ] || fail "cpuset: status is not 77"
    [[ $controller != cpuset || $stderr == *"root of a partition"*"make vm-03"* ]] || fail "cpuset: no cause"
    run --separate-stderr unshare -m sh -c "mount -o remount,bind,ro '$(v2)' && exec '$LAB_DIR/run' limits"
    [ "$status" -eq 77 ] && [[ $stderr == *"read-only"* && $stderr != *sudo* ]] || fail "read-only"
    [ "$files" -eq 77 ] && [[ $said == *" holds "*"make vm-03"* ]] || fail "files: $files" "$said"
}

@test "03 a controller that was off is off again, also after Ctrl-C" {
    local before pid
    [ "$(id -u)" -eq 0 ] || skip "needs root to switch controllers"
    before=$(passed_down)
    lab files
    [ "$(passed_down)" = "$before" ]
    setsid env --default-signal=INT "$LAB_DIR/run" files --step < <(sleep 20) >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    pid=$!
    wait_for 30 grep -q 'press Enter' "$BATS_TEST_TMPDIR/out"
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ] || fail "Ctrl-C is not its status" "$(<"$BATS_TEST_TMPDIR/out")"
    [ "$(passed_down)" = "$before" ]
}

@test "03 two runs at once do not disturb each other" {
    local before name number=0 pids=() pid
    [ "$(id -u)" -eq 0 ] || skip "needs root to switch controllers"
    before=$(passed_down)
    for name in limits controllers files limits controllers files; do
        number=$((number + 1))
        "$LAB_DIR/run" "$name" >"$BATS_TEST_TMPDIR/$number" 2>&1 3>&- &
        pids+=($!)
    done
    status=0
    for pid in "${pids[@]}"; do
        wait "$pid" || status=$?
    done
    [ "$status" -eq 0 ] || fail "one run failed" "$(grep -hvE '^ ' "$BATS_TEST_TMPDIR"/[0-9])"
    [ "$(passed_down)" = "$before" ] || fail "passed down before: $before, and after: $(passed_down)"
    for name in $(grep -ohE 'mkdir /.*/labs-[0-9a-f]{4}[^/]*$' "$BATS_TEST_TMPDIR"/[0-9] | cut -d' ' -f2); do
        [ ! -e "$name" ] || fail "$name is left"
    done
}
