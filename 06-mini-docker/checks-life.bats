#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06: signals, and that nothing is left behind on any road out.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    cd "$BATS_TEST_TMPDIR"
    traces >before
}

teardown() { end_containers store; }

@test "06 signals: TERM, INT, HUP and USR1 reach a PID 1 that handles them" {
    for signal in TERM INT HUP USR1; do
        start sh -c "trap 'echo got $signal; exit 9' $signal; echo ready; while :; do sleep 0.05; done"
        wait_for 20 grep -q ready printed
        kill "-$signal" "$engine"
        ended
        ends 9
        told "got $signal"
    done
    nothing_left
}

@test "06 signals: PID 1 without a handler hears nothing; the third INT or TERM is a KILL" {
    start sleep 60
    kill -TERM "$engine"
    sleep 0.5
    kill -0 "$container" || fail "one SIGTERM ended a PID 1 that has no handler"
    kill -INT "$engine"
    sleep 0.2
    kill -TERM "$engine"
    ended
    ends 137
    [[ $stderr != *memory* ]] || fail "it blamed memory"
    nothing_left
}

# bats test_tags=vm
@test "06 life: a start that fails at any point leaves nothing" {
    root
    for why in "nosuch" "/etc" "-w /etc/passwd/x true" "-u 0:nogroupp true" "--init nosuch"; do
        # shellcheck disable=SC2086 # words
        mini --rootfs "$ROOT" $why
        [ "$status" -ge 125 ] || fail "$why should fail"
        nothing_left
    done
    rmdir "$ROOT/proc"
    touch "$ROOT/proc" # a mount fails, half-way through
    mini --rootfs "$ROOT" true
    ends 125 "/proc"
    nothing_left
}

# sweep ROUNDS SIGNALS ARG...: start a container and send the signals after a time that no two rounds
# share. A shell of its own, since a signal may come before the exec of mini-docker. Prints the statuses.
sweep() {
    # shellcheck disable=SC2016 # for the other shell
    bash -c 'rounds=$1 signals=$2 && shift 2
        for ((i = 0; i < rounds; i++)); do
            "$@" </dev/null >/dev/null 2>&1 &
            sleep "0.0$(printf %02d $((RANDOM % 40)))"
            for signal in $signals; do kill "-$signal" $! && [ $signal != KILL ] && sleep 0.05; done 2>/dev/null
            wait $! 2>/dev/null
            echo $?
        done' sweep "$1" "$2" "$MINI" --root "$BATS_TEST_TMPDIR/store" run --rm --network none "${@:3}" 3>&- | sort | uniq -c
}

limits() { [ "$(id -u)" -ne 0 ] || echo -m 50m --pids-limit 10; }

@test "06 life: SIGINT and SIGTERM at random moments leave nothing" {
    # whatever moment the first one hits, three end it
    # shellcheck disable=SC2046 # words
    sweep 30 "TERM INT TERM" $(limits) --init sleep 60 | tee statuses
    [ -z "$(grep -vE ' (130|137|143)$' statuses)" ] || fail "$(cat statuses)"
    nothing_left
}

@test "06 life: with --init a TERM ends the program, at whatever moment it comes" {
    sweep 20 TERM --init sleep 5 | tee statuses
    [ -z "$(grep -v ' 143$' statuses)" ] || fail "$(cat statuses)"
}

# The processes of this test's store: a name or number of `kill` for each.
kill_ours() { pgrep -f -- "--root $BATS_TEST_TMPDIR/store" | while read -r pid; do kill "-$1" "$pid"; done 2>/dev/null || true; }
engine() { call "$MINI" --root "$BATS_TEST_TMPDIR/store" "$@"; }

# bats test_tags=vm
@test "06 life: SIGKILL at random moments, of commands and monitors: the next commands leave nothing" {
    # shellcheck disable=SC2046 # words
    sweep 30 KILL $(limits) sh -c 'sleep 61 & sleep 62'
    kill_ours KILL # what lived on, as it should
    wait_for 30 eval '! pgrep -fx "sleep 6[12]"' || fail "a container outlived its monitor"
    engine ps -aq
    ends 0
    # shellcheck disable=SC2086 # words
    [ -z "$output" ] || engine rm -f $output
    nothing_left
}

@test "06 life: clean-host leaves a live container alone, and PID 1 dies with its monitor" {
    [ -x "$TOP/build/clean-host" ] || skip "build/clean-host is not built"
    start sleep 63
    "$TOP/build/clean-host"
    kill -0 "$container" || fail "clean-host ended a live container"
    kill -KILL "$monitor"
    wait_for 30 eval "! kill -0 $container 2>/dev/null" || fail "PID 1 outlived its monitor"
    ended
    ends 137
    engine ps -aq
    [ -z "$output" ] || fail "it is still there"
    for _ in 1 2 3 4 5 6 7 8; do # our connection ends a moment before the monitor has
        start sleep 63
        kill -KILL "$monitor"
        ended
        ends 137
    done
    nothing_left
}

@test "06 life: two at once, and then eight, do not disturb each other" {
    pids=()
    for ((i = 0; i < 8; i++)); do
        "$MINI" --root "$BATS_TEST_TMPDIR/store" run --rm --network none -h "box$i" sh -c "echo $i >/file; sleep 0.3; cat /file; hostname; ps | grep -c sleep" </dev/null >"out$i" 2>&1 3>&- &
        pids+=($!)
    done
    for ((i = 0; i < 8; i++)); do
        wait "${pids[$i]}" || fail "$(cat "out$i")"
        [ "$(head -2 "out$i")" = "$i"$'\n'"box$i" ] || fail "$(cat "out$i")"
    done
    nothing_left
}

@test "06 life: nohup is respected; a lost terminal leaves the container, and ends what exec has begun" {
    need script
    STORE=$BATS_TEST_TMPDIR/store
    start sh -c 'trap "exit 4" HUP; echo ready; while :; do sleep 0.05; done'
    wait_for 20 grep -q ready printed
    kill -HUP "$engine"
    ended
    ends 4
    # whoever runs the checks may ignore SIGHUP, and it would be inherited
    lost() { # COMMAND: in a terminal that goes when the program says ready
        rm -f seen
        env --default-signal=HUP script -qefc "$1" /dev/null >seen 2>&1 </dev/zero &
        wait_for 20 grep -qs ready seen
        kill -KILL $!
    }
    lost "$(RUN) -it --name box sh -c 'echo ready; while :; do echo still; sleep 0.05; done'"
    commands() { pgrep -fc -- "^$MINI --root $STORE $1 " || true; }
    wait_for 20 eval '[ "$(commands run)" = 1 ]' || fail "the command stays" # its monitor is called so, too
    prints running inspect -f '{{.State.Status}}' box
    lost "'$MINI' --root '$STORE' attach box | sed s/still/ready/"
    wait_for 20 eval '[ "$(commands attach)" = 0 ]' || fail "attach stays"
    lost "'$MINI' --root '$STORE' exec -it box sh -c 'echo ready; exec sleep 64'"
    wait_for 20 eval '! pgrep -fx "sleep 64"' || fail "it lives on without a terminal"
    prints running inspect -f '{{.State.Status}}' box
    works rm -f box
    nothing_left
}
