#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 03, as a student would run it: io, io-weight, io-latency, pids, freeze, kill, threaded, psi.
# bats file_tags=v2
bats_require_minimum_version 1.5.0
load ../tests/helper

# What a run may have changed on a disk: schedulers, and the devices that iocost rules.
disks() {
    losetup --find >/dev/null 2>&1 # loads the module, so that the devices are there before and after
    grep -ho '\[.*\]' /sys/block/loop*/queue/scheduler | sort -u
    grep -s enable=1 /sys/fs/cgroup/io.cost.qos
    cat /sys/module/blk_cgroup/parameters/blkcg_debug_stats
    losetup --noheadings --output NAME,BACK-FILE
    return 0
}

# Starts ./run ARG... in the background, presses Enter so many times, and then no more for a while.
# Its output goes to $BATS_TEST_TMPDIR/out, its pid to $pid.
start() { # ENTERS ARG...
    local enters=$1
    shift
    : >"$BATS_TEST_TMPDIR/out" # the words of one before are not this one's
    env --default-signal=INT "$LAB_DIR/run" "$@" < <(for ((i = 0; i < enters; i++)); do echo; done; exec sleep 30 3>&-) \
        >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    pid=$!
}

# Until the background run has printed this; skips where the run could not be done.
reaches() { # SECONDS TEXT
    wait_for "$1" grep -qE "$2|^hint: " "$BATS_TEST_TMPDIR/out" || fail "no '$2'" "$(<"$BATS_TEST_TMPDIR/out")"
    ! grep -q '^hint: ' "$BATS_TEST_TMPDIR/out" || skip "$(grep -m1 '^lab 03' "$BATS_TEST_TMPDIR/out")"
}

# No group is left of the runs whose names the text has; others may be running.
no_group_of() { # TEXT
    local id
    for id in $(grep -oE 'labs-[0-9a-f]{4}' <<<"$1" | sort -u); do
        [ -z "$(find /sys/fs/cgroup -maxdepth 2 -name "$id*")" ] || fail "a group $id is left"
    done
}

needs_root() {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
}

@test "03 io: direct and buffered writes keep to io.max, and io.stat is drawn" {
    local before
    before=$(disks)
    lab io
    has_control
    says "/io.max <- "
    says "sync --file-system"
    for series in direct buffered; do
        [ "$(grep -c " s  $series  *\[.*|.*\]" <<<"$output")" -ge 2 ] || fail "$series is not drawn each second"
    done
    [ "$(disks)" = "$before" ] || fail "the disks are not as before" "$(disks)"
}

@test "03 io: several limits stand in one line; what it shows of v1 is said to be a stored run" {
    lab io --mib 1
    claims_hold
    grep -qE 'io.max: [0-9:]+ rbps=max wbps=[0-9]+ riops=[0-9]+ wiops=[0-9]+$' <<<"$output" || fail "no such line"
    says "not measured now: a stored run of lab 02"
    grep -qE 'v1, direct: .* [12]\.[0-9] MiB/s' <<<"$output" || fail "v1's direct writes are not throttled"
    grep -qE 'v1, buffered: .* [0-9]{2,}\.[0-9] MiB/s; the group is charged 0' <<<"$output" || fail "v1 has no escape"
}

@test "03 io: another limit, kept as CSV" {
    local csv=$BATS_TEST_TMPDIR/io.csv
    lab io --wbps 1m --mib 4 --csv "$csv"
    claims_hold
    head -1 "$csv" | grep -qx 'seconds,series,value'
    for series in free direct buffered writes reads; do
        grep -q ",$series,[0-9]" "$csv" || fail "the file has no $series" "$(<"$csv")"
    done
    # no second of a direct write was faster than the limit, but for the first slice
    awk -F, '$2 == "direct" && $3 > 1.4 { exit 1 }' "$csv" || fail "too fast" "$(<"$csv")"
}

@test "03 io: wrong limits are refused, with what is accepted" {
    lab_anywhere io --wbps 1
    refused "256"
    lab_anywhere io --wbps 2mm
    refused "2mm"
    lab_anywhere io --mib 99
    refused "16"
    lab_anywhere io --mib
    refused "--mib"
    lab_anywhere pids --limit
    refused "--limit"
}

@test "03 io-weight: 1 to 3 by BFQ and by iocost, and the disk as before" {
    local before
    before=$(disks)
    lab io-weight
    has_control
    says "queue/scheduler <- bfq"
    says "io.cost.qos <- "
    [ "$(disks)" = "$before" ] || fail "the disks are not as before" "$(disks)"
}

@test "03 io-weight: killed with -9, clean-host puts the scheduler and iocost back" {
    local before
    needs_root
    before=$(disks)
    start 0 io-weight
    reaches 60 ' s  iocost '
    kill -KILL "$pid"
    [ "$(disks)" != "$before" ] || fail "nothing was changed, so nothing is shown"
    make -s -C "$TOP" clean-host
    [ "$(disks)" = "$before" ] || fail "the disks are not as before" "$(disks)"
    no_group_of "$(<"$BATS_TEST_TMPDIR/out")"
}

@test "03 io-latency: microseconds, where the kernel has it" {
    lab io-latency
    has_control
    says "target=1"
}

@test "03 io-latency: without it, skipped with the reason" {
    run --separate-stderr "$LAB_DIR/run" io-latency
    [ "$status" -ne 0 ] || skip "this kernel has io.latency"
    [ "$status" -eq 77 ] || fail "status is not 77"
    grep -qE '^lab 03 io-latency: needs ' <<<"$stderr" || fail "no reason"
    grep -qE '^hint: .* -> ' <<<"$stderr" || fail "no hint"
    no_group_of "$output"
}

@test "03 pids: a fork bomb that stays a firecracker" {
    lab pids
    has_control
    says "pids.max <- 20"
    grep -qE 'pids.current 20, pids.events max [1-9]' <<<"$output" || fail "it was not held at 20"
    no_group_of "$output"
}

@test "03 pids: Ctrl-C ends the bomb too" {
    needs_root
    start 0 pids
    reaches 20 ' s  fork bomb'
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ] || fail "Ctrl-C is not its status" "$(<"$BATS_TEST_TMPDIR/out")"
    no_group_of "$(<"$BATS_TEST_TMPDIR/out")"
}

@test "03 freeze: no CPU while frozen, and SIGKILL works all the same" {
    lab freeze
    has_control
    says "cgroup.freeze <- 1"
    says "frozen 1"
    says "it ended with status 137"
}

@test "03 freeze: killed with -9 while frozen, clean-host removes it" {
    local group
    needs_root
    start 3 freeze --step
    reaches 20 'thawed'
    group=$(grep -om1 '/sys.*/labs-[0-9a-f]\{4\}$' "$BATS_TEST_TMPDIR/out")
    echo 1 >"$group/cgroup.freeze"
    kill -KILL "$pid"
    make -s -C "$TOP" clean-host
    [ ! -e "$group" ] || fail "$group is left"
}

@test "03 kill: cgroup.kill ends what a list misses" {
    lab kill
    has_control
    says "cgroup.kill <- 1"
    no_group_of "$output"
}

@test "03 kill: killed with -9 amid the forking, clean-host ends it" {
    needs_root
    start 2 kill --step
    reaches 20 'chains in them'
    sleep 0.2
    kill -KILL "$pid"
    make -s -C "$TOP" clean-host
    no_group_of "$(<"$BATS_TEST_TMPDIR/out")"
}

@test "03 threaded: threads of one process in different groups" {
    lab threaded
    has_control
    says "cgroup.type: domain threaded"
    says "cgroup.type: domain invalid"
    says "EOPNOTSUPP"
}

@test "03 threaded: cpu.weight between two threads, where v2 has cpu" {
    lab threaded
    grep -q 'so the threads are not weighed' <<<"$output" && skip "the cpu controller is not in v2 here"
    says "second/cpu.weight <- 300"
    grep -q '^  ok  second gets three times the CPU' <<<"$output" || fail "no claim"
}

@test "03 psi: pressure rises three ways, and a trigger wakes the watcher" {
    lab psi
    has_control
    for kind in cpu memory io; do
        grep -q " s  $kind  *\[" <<<"$output" || fail "$kind is not drawn"
        grep -qE "$kind.pressure: some avg10=[0-9.]+" <<<"$output" || fail "no $kind.pressure"
    done
    grep -qE 'POLLPRI from labs-[0-9a-f]{4}-cpu' <<<"$output" || fail "the trigger did not fire"
}

@test "03 as an ordinary user: a reason, no error" {
    [ "$(id -u)" -eq 0 ] || skip "another user is needed"
    for name in io io-weight io-latency pids freeze kill threaded psi; do
        run --separate-stderr "${AS_USER[@]}" "$LAB_DIR/run" "$name"
        [ "$status" -eq 77 ] || fail "$name: status is not 77"
        grep -q '^hint: ' <<<"$stderr" || fail "$name: no hint"
    done
}
