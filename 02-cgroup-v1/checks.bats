#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 02, as a student would run it.
# bats file_tags=v1
bats_require_minimum_version 1.5.0
load ../tests/helper

EXPERIMENTS="memory hierarchy rules subsystems cpu cpuset pids freezer devices blkio docker"

# The line of a claim, by its text.
claim() {
    grep -F "  ok  $1" <<<"$output" || fail "no claim '$1' that holds"
}

@test "02 memory: the kernel steps in at 100 MiB, and 90 MiB fit" {
    lab
    has_control
    grep -q 'memory.limit_in_bytes <- 104857600' <<<"$output"
    claim "bytes above the limit, at its peak" | grep -q "memory.max_usage_in_bytes"
    claim "the kernel stepped in" | grep -q 'memory.oom_control'
    claim "control: nine tenths of it fit"
    claim "control: and nobody is killed"
}

@test "02 memory: a stress-ng that says it succeeded proves nothing" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\nkill -CONT 0\n' >"$BATS_TEST_TMPDIR/bin/stress-ng" # as `fg` after Ctrl-Z does
    chmod +x "$BATS_TEST_TMPDIR/bin/stress-ng"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH lab memory --csv /dev/full
    [ "$status" -eq 1 ]
    grep -q '^FAIL  the kernel stepped in' <<<"$output"
    [[ $stderr == *"/dev/full does not have all of the series: No space left"* ]] || fail "a full disk is not said"
    [[ $stderr == *"stopped for a while"* ]] || fail "what failed because it stood still does not say so"
}

@test "02 memory: another limit, and the series as CSV" {
    lab memory --limit 64m --load 128m --seconds 1 --csv "$BATS_TEST_TMPDIR/m.csv"
    has_control
    claim "and its peak is at the limit" | grep -q '>= 66060288'
    [ "$(head -1 "$BATS_TEST_TMPDIR/m.csv")" = seconds,series,value ]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/m.csv")" -gt 10 ]
    [ "$(tail -n +2 "$BATS_TEST_TMPDIR/m.csv" | cut -d, -f2 | uniq | tr '\n' ' ')" = "memory control " ]
}

@test "02 hierarchy: a tree of groups, and nothing of it stays" {
    lab hierarchy
    has_control
    grep -q 'release_agent ' <<<"$output"
    ! grep -q labs- /proc/self/cgroup
}

@test "02 rules: all five hold" {
    lab rules
    has_control
    for rule in 1 2 3 4 5; do
        claim "$rule "
    done
    claim "2 no second hierarchy can have it" | grep -q EBUSY
}

@test "02 subsystems: every one that the kernel has is shown and explained" {
    lab subsystems
    has_control
    for name in $(awk '!/^#/ { print $1 }' /proc/cgroups); do
        grep -Eq "^ +$name +[0-9]+ +[^ ]+.* [a-z]" <<<"$output" || fail "$name is not shown"
        ! grep -E "^ +$name .*does not know" <<<"$output" || fail "$name is not explained"
    done
}

@test "02 cpu: a quota, and shares of one to three" {
    lab cpu
    has_control
    claim "1024:3072 is a quarter to three"
}

@test "02 cpu: a quota of a fifth" {
    lab cpu --percent 20
    has_control
    grep -q 'cpu.cfs_quota_us <- 20000' <<<"$output"
}

@test "02 cpuset: ENOSPC until cpus and mems are set" {
    lab cpuset
    has_control
    claim "an empty cpuset takes nobody" | grep -q ENOSPC
}

@test "02 pids: a fork bomb stays at its limit" {
    lab pids
    has_control
    claim "nothing of it is left"
}

@test "02 freezer: not even SIGKILL moves what is frozen" {
    lab freezer
    has_control
}

@test "02 devices: denied, and allowed by number" {
    lab devices
    has_control
}

@test "02 blkio: direct writes are throttled, buffered ones are not" {
    # the most that it takes; the emulated machine has no disk that is so much faster
    "$LAB_DIR/run" blkio --limit "$([ -n "${LABS_VM-}" ] && echo 2m || echo 8m)" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    local pid=$! copy
    wait_for 60 grep -qE '^(\[4/7\]|lab 02)' "$BATS_TEST_TMPDIR/out"
    # who copies all mounts now is not to hold the disk
    [ "$(id -u)" -ne 0 ] || { unshare -m sleep 600 3>&- & }
    copy=$!
    status=0
    wait "$pid" || status=$?
    [ "$copy" = "$pid" ] || kill "$copy"
    output=$(cat "$BATS_TEST_TMPDIR/out")
    [ "$status" -ne 77 ] || skip "$(grep '^lab 02' <<<"$output")"
    has_control
    claim "control: a buffered write does not"
}

# bats test_tags=native
@test "02 blkio: a container without the device that it is given gets 77" {
    [ "$(id -u)" -eq 0 ] && [ -e /dev/loop-control ] || skip "needs root and loop devices"
    local number
    number=$(stat -c '%Hr %Lr' /dev/loop-control)
    run unshare -m sh -c "mount -t tmpfs none /dev && mknod /dev/loop-control c $number &&
        mknod /dev/null c 1 3 && exec '$LAB_DIR/run' blkio" 3>&-
    [ "$status" -eq 77 ] || fail "status is not 77"
    grep -qE 'inside a container|needs cgroup v1' <<<"$output" || fail "no cause"
}

# bats test_tags=native
@test "02 blkio: where the disk below is full, it says so" {
    [ "$(id -u)" -eq 0 ] && [ -e /dev/loop-control ] || skip "needs root and loop devices"
    mkdir -p /run/labs
    run unshare -m sh -c "mount -t tmpfs -o size=1m,mode=700 none /run/labs && exec '$LAB_DIR/run' blkio" 3>&-
    [ "$status" -ne 77 ] || skip "$(sed -n 's/^lab 02 blkio: //p' <<<"$output")"
    [ "$status" -eq 1 ] && [[ $output == *"/disk.img is full -> "* ]] || fail "status"
}

@test "02 docker: run -m 128m is 134217728 in memory.limit_in_bytes" {
    lab docker
    has_control
    claim "the limit is the one asked for" | grep -q '= 134217728 *134217728'
    claim "device rules: those it was given"
    lab docker -m 256m
    claim "the limit is the one asked for" | grep -q '= 268435456 *268435456'
    lab docker -m 134217729 # no whole page
    claim "the limit is the one asked for" | grep -q '= 134217728 *134217728'
}

# bats test_tags=native
@test "02: three runs at once do not disturb each other, and leave the host as it was" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    snapshot >"$BATS_TEST_TMPDIR/before"
    for name in rules docker hierarchy; do
        "$LAB_DIR/run" "$name" >"$BATS_TEST_TMPDIR/$name" 2>&1 3>&- &
        echo $! >>"$BATS_TEST_TMPDIR/pids"
    done
    while read -r pid; do
        local ended=0
        wait "$pid" || ended=$?
        [ "$ended" -eq 0 ] || [ "$ended" -eq 77 ] || fail "$(cat "$BATS_TEST_TMPDIR"/{rules,docker,hierarchy})"
    done <"$BATS_TEST_TMPDIR/pids"
    same() {
        snapshot >"$BATS_TEST_TMPDIR/after"
        cmp -s "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
    }
    wait_for 30 same || fail "$(diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after")"
}

@test "02: a host without v1 gets status 77 and the command that helps" {
    [ "$(id -u)" -eq 0 ] || skip "needs root to hide the v1 hierarchies"
    for name in $EXPERIMENTS; do
        [ "$name" != hierarchy ] || continue
        run unshare -m sh -c "umount -a -t cgroup; exec '$LAB_DIR/run' $name" 3>&-
        [ "$status" -eq 77 ] || fail "$name"
        grep -q 'needs cgroup v1' <<<"$output" || fail "$name: no cause"
        grep -q 'CGROUP=v1 make vm-02' <<<"$output" || fail "$name: no cure"
    done
}

# bats test_tags=native
@test "02: an ordinary user gets status 77 and the command that helps" {
    [ "$(id -u)" -eq 0 ] || skip "is one, and so every other test shows it"
    for name in $EXPERIMENTS; do
        run "${AS_USER[@]}" "$LAB_DIR/run" "$name"
        [ "$status" -eq 77 ] || fail "$name"
        grep -q 'sudo ./run, or make vm-02' <<<"$output" || fail "$name: no cure"
    done
    run setpriv --bounding-set=-sys_admin "$LAB_DIR/run" memory # root as Docker has it
    [ "$status" -eq 77 ] && [[ $output == *"root of a container"*"make vm-02"* ]] || fail "root without CAP_SYS_ADMIN"
    "${AS_USER[@]}" unshare -Ur true || return 0
    run "${AS_USER[@]}" unshare -Ur "$LAB_DIR/run" hierarchy # root, but not of the host
    [ "$status" -eq 77 ] && grep -q 'user namespace.*make vm-02' <<<"$output" || fail "root of a user namespace"
}

# bats test_tags=native
@test "02: bad input is status 2, and says what is possible" {
    local words expected
    while IFS='|' read -r words expected; do
        # shellcheck disable=SC2086 # words of a command line
        run --separate-stderr "$LAB_DIR/run" $words
        [ "$status" -eq 2 ] || fail "'$words'"
        grep -q -- "$expected" <<<"$stderr" || fail "'$words' does not say '$expected'"
    done <<'END'
nosuch|there are: list all memory hierarchy
memory --limit|limit
memory --limit 1m|accepted: a size from 64 MiB
memory --limit 100mx|accepted: a size
memory --limit 99999999999999999999|accepted: a size
memory --seconds 0|accepted: a whole number from 1
cpu --percent 51|accepted: a whole number from 5 to 50
cpu --percent -5|accepted
docker -m 5m|accepted: a size from 6 MiB
pids 40|takes no '40'
freezer --limit 3|limit
END
    run --separate-stderr "$LAB_DIR/run" memory --limit 100m --load 80m
    [ "$status" -eq 2 ] || [ "$status" -eq 77 ]
}
