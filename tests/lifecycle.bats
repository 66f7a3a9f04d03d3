#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The host is as it was, however a run ends: by itself, by a signal at a random moment, by SIGKILL and then
# `make clean-host`; and two runs at once do not disturb each other.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

setup_file() {
    [ "$(id -u)" -eq 0 ] || skip "needs root to make what must be cleaned up"
}

setup() {
    cd "$TOP" || return
    # what an earlier test ended may still be on its way out: a container whose terminal is gone has 10 s
    wait_for 20 no_run || true
    snapshot >"$BATS_TEST_TMPDIR/before"
}

no_run() { [ -z "$(ls -A /run/labs 2>/dev/null)" ]; }

same_host() {
    snapshot >"$BATS_TEST_TMPDIR/after"
    diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# shellcheck disable=SC2154 # bats sets stderr
# The experiments that make the most: groups, hierarchies, loop devices, mounts, namespaces; and LONG, one
# that takes seconds. Those of the cgroup version that this host has.
EXPERIMENTS=(
    "01-namespaces/run net" "01-namespaces/run mount" "01-namespaces/run pid"
    "04-proc-self-exe/run" "04-proc-self-exe/run race"
    "05-pivot-root/run overlay" "05-pivot-root/run proc"
)
if grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then
    LONG="03-cgroup-v2/run cpu"
    EXPERIMENTS+=("03-cgroup-v2/run io" "03-cgroup-v2/run memory" "03-cgroup-v2/run threaded")
else
    LONG="02-cgroup-v1/run memory"
    EXPERIMENTS+=("02-cgroup-v1/run hierarchy" "02-cgroup-v1/run blkio" "02-cgroup-v1/run freezer")
fi
EXPERIMENTS+=("$LONG")

# Waits for a background process; sets status.
ended() {
    status=0
    wait "$1" || status=$?
}

# Until the experiment whose output goes to this file is under way: its guard is there, and its first step.
at_work() { wait_for 60 grep -q '\[1/' "$1" || fail "$(cat "$1")"; }

# Starts an experiment in the background in a process group of its own and sends the signal to the
# guard alone, after a time that no two runs share.
interrupt() { # SIGNAL EXPERIMENT
    local signal=$1 pid delay
    # a shell starts what is in the background with SIGINT ignored
    # shellcheck disable=SC2086 # the experiment is words
    setsid env --default-signal=INT,HUP $2 </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    pid=$!
    begun $pid
    delay=$(printf '0.%03d' $((RANDOM % 900)))
    sleep "$delay"
    kill "-$signal" "$pid" 2>/dev/null || true
    wait "$pid" || true
    echo "# $2: SIG$signal after $delay s" >>"$BATS_TEST_TMPDIR/said"
}

each() { # SIGNAL...: the experiments get them in turn
    local experiment signals=("$@") turn=$RANDOM signal
    for experiment in "${EXPERIMENTS[@]}"; do
        # the machine is slow: there only the one that makes most; lab 03 has checks of others
        [[ -z ${LABS_VM-} || $experiment == *" io" || $experiment == *" blkio" ]] || continue
        signal=${signals[turn++ % ${#signals[@]}]}
        interrupt "$signal" "$experiment"
        [ "$signal" != KILL ] || build/clean-host
        wait_for 30 same_host || fail "$(tail -1 "$BATS_TEST_TMPDIR/said")" "$(same_host)"
    done
}

# bats test_tags=native
@test "lifecycle: SIGINT or SIGTERM at a random moment leaves the host as it was" {
    each INT TERM
}

@test "lifecycle: SIGKILL, then make clean-host, leaves the host as it was" {
    each KILL
}

# bats test_tags=native
@test "lifecycle: the signal is the exit status, 130 for Ctrl-C, and it says so" {
    # shellcheck disable=SC2086
    setsid env --default-signal=INT,HUP $LONG </dev/null >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    local pid=$!
    at_work "$BATS_TEST_TMPDIR/out"
    kill -INT "$pid"
    ended "$pid"
    [ "$status" -eq 130 ]
    grep -q 'ended by SIGINT' "$BATS_TEST_TMPDIR/err"
    same_host
}

# bats test_tags=native
@test "lifecycle: a reader that leaves, of both outputs, ends a run and not what cleans up" {
    # shellcheck disable=SC2086
    { $LONG || echo $? >"$BATS_TEST_TMPDIR/status"; } </dev/null 2>&1 | sed 3q >/dev/null
    [ "$(cat "$BATS_TEST_TMPDIR/status")" -eq 141 ]
    same_host
}

# bats test_tags=native
@test "lifecycle: Ctrl-C from a terminal, which signals everybody at once" {
    # script(1) gives the run a terminal; the 3 is what the terminal turns into SIGINT
    mkfifo "$BATS_TEST_TMPDIR/keys"
    script -qefc "$LONG" /dev/null <"$BATS_TEST_TMPDIR/keys" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    local pid=$!
    exec 7>"$BATS_TEST_TMPDIR/keys"
    at_work "$BATS_TEST_TMPDIR/out"
    printf '\003' >&7
    wait "$pid" || true
    exec 7>&-
    grep -q 'ended by SIGINT' "$BATS_TEST_TMPDIR/out" || fail "$(cat "$BATS_TEST_TMPDIR/out")"
    wait_for 30 same_host
}

# bats test_tags=native
@test "lifecycle: two runs at once do not disturb each other" {
    local pids=() experiment n=0
    for experiment in "$LONG" "$LONG" "03-cgroup-v2/run freeze" "03-cgroup-v2/run freeze" \
        "05-pivot-root/run overlay" "05-pivot-root/run overlay"; do
        # shellcheck disable=SC2086
        $experiment </dev/null >"$BATS_TEST_TMPDIR/out.${#pids[@]}" 2>&1 3>&- &
        pids+=($!)
    done
    for ((n = 0; n < ${#pids[@]}; n++)); do
        ended "${pids[n]}"
        [ "$status" -eq 0 ] || fail "run $n: $status" "$(cat "$BATS_TEST_TMPDIR/out.$n")"
    done
    same_host
}

# bats test_tags=native
@test "lifecycle: clean-host leaves a live run alone" {
    build/clean-host # what earlier tests left: a cache, a run that was killed
    # shellcheck disable=SC2086
    $LONG </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    local pid=$!
    at_work "$BATS_TEST_TMPDIR/out"
    run build/clean-host
    [ "$status" -eq 0 ]
    [ -z "$output" ] || fail "it touched something"
    ended "$pid"
    [ "$status" -eq 0 ] || fail "$(cat "$BATS_TEST_TMPDIR/out")"
}

# bats test_tags=native
@test "lifecycle: an installation that is interrupted leaves nothing that keeps services from starting" {
    mkdir "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/layer"
    printf '#!/bin/sh\nexec sleep 60\n' >"$BATS_TEST_TMPDIR/bin/apt-get"
    chmod +x "$BATS_TEST_TMPDIR/bin/apt-get"
    # a /usr/sbin of its own without that file, and one program too few
    # shellcheck disable=SC2016 # the inner shell's own
    run unshare -m sh -ec '
        mount -t tmpfs none "$1/layer"
        mkdir "$1/layer/up" "$1/layer/work"
        mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$1/layer/up,workdir=$1/layer/work" none /usr/sbin
        rm -f /usr/sbin/policy-rc.d
        mount --bind /dev/null "$(command -v stress-ng)"
        for signal in INT TERM HUP; do
            PATH=$1/bin:$PATH setsid env --default-signal=INT,HUP common/deps.sh labs </dev/null &
            until [ -e /usr/sbin/policy-rc.d ]; do kill -0 $!; sleep 0.05; done
            kill -$signal -$! && ! wait $!
            [ ! -e /usr/sbin/policy-rc.d ] || exit 7
        done' sh "$BATS_TEST_TMPDIR" 3>&-
    [ "$status" -eq 0 ] || fail "status"
}

# bats test_tags=native
@test "lifecycle: every lab says what it is, and refuses what it does not know" {
    for lab in 0[1-5]-*/run; do
        run --separate-stderr "$lab" --version
        [ "$status" -eq 0 ] && [[ $output == *"lab ${lab:0:2}"* ]] || fail "$lab --version"
        run --separate-stderr "$lab" --help
        [ "$status" -eq 0 ] && [[ $output == *"./run list"* ]] || fail "$lab --help"
        run --separate-stderr "$lab" no-such-experiment
        [ "$status" -eq 2 ] && [[ $stderr == *"there are: list all"* ]] || fail "$lab no-such-experiment"
        run --separate-stderr "$lab" --no-such-option
        [ "$status" -eq 2 ] && [[ $stderr == *"unknown option"* ]] || fail "$lab --no-such-option"
        run --separate-stderr "$lab" --csv
        [ "$status" -eq 2 ] || fail "$lab --csv without a value"
        run --separate-stderr sh -c "exec $lab list >/dev/full"
        [ "$status" -eq 1 ] && [[ $stderr == *"not all"*"No space left"* ]] || fail "$lab list to a full disk"
        run --separate-stderr "$lab" list extra
        [ "$status" -eq 2 ] || fail "$lab list extra"
    done
}

# bats test_tags=native
@test "lifecycle: tests/run counts a suite that was killed as failed, and a skip for want of root as root's failure" {
    local copy=$BATS_TEST_TMPDIR/copy
    mkdir -p "$copy/tests" "$copy/01-a"
    cp tests/run tests/reap.c tests/expected-skips "$copy/tests"
    printf 'all graders:\n' >"$copy/Makefile"
    printf '@test "a" { true; }\n' | tee "$copy/01-a/checks.bats" >"$copy/tests/b.bats"
    run env -i "PATH=${PATH#"$BATS_LIBEXEC:"}" "$copy/tests/run" native 3>&-
    [ "$status" -eq 0 ] && [[ $output == *"2 passed, 0 failed, 0 skipped" ]] || fail "the control"
    echo '@test "b" { kill -KILL -- "-$(ps -o pgid= $$ | tr -d " ")"; }' >"$copy/tests/b.bats"
    run env -i "PATH=${PATH#"$BATS_LIBEXEC:"}" "$copy/tests/run" native 3>&-
    [ "$status" -eq 1 ] && [[ $output == *"1 passed, 1 failed, 0 skipped" ]] || fail "the killed one"
    # and what only root can run is a skip for others, a failure for root
    echo '@test "b" { skip "needs root"; }' >"$copy/tests/b.bats"
    run env -i PATH="${PATH#"$BATS_LIBEXEC:"}" "$copy/tests/run" native 3>&-
    [ "$status" -eq 1 ] && [[ $output == *"unexpected skip in native"* ]] || fail "root's skip"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR" && chmod -R a+rwX "$copy"
    run "${AS_USER[@]}" env -i PATH="${PATH#"$BATS_LIBEXEC:"}" "$copy/tests/run" native 3>&-
    [ "$status" -eq 0 ] && [[ $output == *"1 passed, 0 failed, 1 skipped" ]] || fail "a user's skip"
}

# bats test_tags=native
@test "lifecycle: make and the tests say why they cannot: no such verb or file, a space in the path, a folder of somebody else" {
    run make lab-07
    [ "$status" -eq 2 ] && [[ $output == *"no 'lab-07': make help"* ]] || fail "make lab-07"
    run timeout 10 tests/fuzz/run soon
    [ "$status" -eq 2 ] && [[ $output == *"'soon'"* ]] || fail "make fuzz SECONDS=soon"
    run tests/transcripts README.md no-such-chapter.md
    [ "$status" -eq 2 ] && [[ $output == *"cannot read no-such-chapter.md" ]] || fail "a chapter that is not there"
    mkdir -p "$BATS_TEST_TMPDIR/a b/common"
    cp common/{*.mk,Makefile} "$BATS_TEST_TMPDIR/a b/common"
    run make -C "$BATS_TEST_TMPDIR/a b/common"
    [ "$status" -eq 2 ] && [[ $output == *"give the folder another name"* ]] || fail "a space"
    mkdir "$BATS_TEST_TMPDIR/build" && chmod 555 "$BATS_TEST_TMPDIR/build"
    run "${AS_USER[@]}" make -C common "BUILD=$BATS_TEST_TMPDIR/build"
    [ "$status" -eq 2 ] && [[ $output == *"not yours to write"*"sudo chown -R"* ]] || fail "not ours"
}

@test "lifecycle: doctor speaks of every lab, within two seconds" {
    local start=$SECONDS
    run build/doctor 0[1-5]-*/run 06-mini-docker/needs.txt
    [ "$status" -eq 0 ] || fail doctor
    for n in 01 02 03 04 05 06; do
        [[ $output == *"lab $n: "* ]] || fail "nothing about lab $n"
    done
    [[ $output != *"unknown need"* ]] || fail "it names a need that nobody can check"
    # an emulated machine may get no processor for longer than that
    [ -n "${LABS_VM-}" ] || [ $((SECONDS - start)) -le 2 ] || fail "it took $((SECONDS - start)) s"
}
