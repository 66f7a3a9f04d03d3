#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06: a container's life under its monitor: what start, stop, kill, wait, restart, logs, attach, pause and
# exec make of it, and that whatever is killed, the next command heals.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup_file() {
    note_groups
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -o "$BATS_FILE_TMPDIR/at" "$BATS_TEST_DIRNAME/checks-sound-at.c" || true
}

setup() {
    need_root "to make groups, and to look into containers"
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
    traces >before
}

teardown() {
    end_containers "${STORE-}"
    [ -z "${stopped-}" ] || kill -KILL "$stopped"
    ! mountpoint -q small || umount -l small
}

engine() { call timeout -s KILL 60 "$MINI" --root "$STORE" "$@"; }
run() { engine run --network none "$@"; }
is() { [ "$output" = "$1" ] || fail "it is not: $1"; }
state_is() { [ "$("$MINI" --root "$STORE" inspect -f "{{.State.$1}}" "$2" 2>/dev/null)" = "$3" ]; }
# log_has WORD: the log of the only container; the file is there from its first line on.
log_has() { grep -qs "$1" "$STORE"/containers/*/log.json; }
# monitor_of NAME: the pid of its monitor, which is the parent of its first process.
monitor_of() { awk '/^PPid/ {print $2}' "/proc/$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' "$1")/status"; }

@test "06 engine: run -d leaves at once; wait, logs and inspect have the rest" {
    run -d --name box busybox sh -c 'echo out; echo err >&2; exit 7'
    ends 0
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "no ID"
    engine wait box
    is 7
    state_is Status box exited && state_is ExitCode box 7 || fail "inspect says otherwise"
    engine logs box
    [ "$output" = out ] && [ "$stderr" = err ] || fail "logs"
    engine start -a box
    ends 7
    [ "$output" = out ] || fail "start -a does not show its output"
    engine logs --tail 1 box
    [ -z "$output" ] && [ "$stderr" = err ] || [ "$output" = out ] || fail "--tail 1"
    engine logs -t box
    [[ $output =~ ^20[0-9-]+T[0-9:.]+Z\ out$'\n'20[0-9-]+T[0-9:.]+Z\ out$ ]] || fail "-t"
}

@test "06 engine: without --rm a run keeps its container, with it nothing is left" {
    run --name kept busybox sh -c 'echo x >/file; grep "^overlay / " /proc/mounts; exit 3'
    ends 3
    [[ $output != *volatile* ]] || fail "a lost power may take what it wrote"
    state_is ExitCode kept 3 || fail "it was not kept"
    run --rm busybox sh -c 'grep "^overlay / " /proc/mounts; exit 4'
    ends 4
    [[ -z $output || $output == *volatile* ]] || fail "its end syncs the host's whole file system"
    [ "$(ls "$STORE/containers")" = "$("$MINI" --root "$STORE" ps -aq --no-trunc)" ] || fail "more than one is left"
    engine rm kept
    [ -z "$(ls -A "$STORE/containers" "$STORE/run/runtime" "$STORE/run/monitor" | grep -v :)" ] || fail "something is left"
    nothing_left
}

@test "06 engine: stop asks, waits and kills; kill sends what it is told; neither works twice" {
    run -d --name deaf busybox sleep 60
    start_usec=${EPOCHREALTIME/./}
    engine stop -t 1 deaf
    ends 0
    is deaf
    [ $((${EPOCHREALTIME/./} - start_usec)) -ge 1000000 ] || fail "it was not waited for"
    state_is ExitCode deaf 137 || fail "not killed"
    # as milliseconds it has more than 32 bits
    run -d --name later --stop-timeout 4294968 busybox sh -c 'trap "sleep 1; exit 5" TERM; echo ready; while :; do sleep 0.05; done'
    wait_for 20 log_has ready
    engine stop later
    state_is ExitCode later 5 || fail "it was killed before its time"
    engine rm later
    run -d --name hears busybox sh -c 'trap "echo term; exit 5" TERM; trap "echo usr1" USR1; echo ready; while :; do sleep 0.05; done'
    wait_for 20 log_has ready
    engine kill -s USR1 hears
    wait_for 20 log_has usr1 || fail "USR1 did not come"
    engine stop hears
    state_is ExitCode hears 5 || fail "TERM did not come"
    engine stop hears
    ends 0
    engine kill hears
    ends 1 "is not running"
    engine kill -s NOSUCH hears
    ends 1 "invalid signal: NOSUCH"
    engine kill -s 0 hears
    ends 1 "invalid signal: 0"
    engine create --stop-signal 0 busybox
    ends 1 "invalid signal: 0"
}

@test "06 engine: a restart policy starts it again, until it is stopped by hand" {
    run -d --name twice --restart on-failure:2 busybox sh -c 'echo life; exit 3'
    wait_for 20 state_is Status twice exited
    engine logs twice
    is $'life\nlife\nlife'
    state_is RestartCount twice 2 || [ "$("$MINI" --root "$STORE" inspect -f '{{.RestartCount}}' twice)" = 2 ] || fail "RestartCount"
    run -d --name fine --restart on-failure busybox true
    wait_for 20 state_is Status fine exited
    run -d --name always --restart always busybox sh -c 'echo life'
    again() { [ "$("$MINI" --root "$STORE" logs always | grep -c life)" -ge 2 ]; }
    wait_for 20 again || fail "it was not started again"
    engine stop always
    state_is Status always exited || fail "it was started once more"
    engine restart -t 0 always
    ends 0
    wait_for 20 again
    wait_for 20 state_is Status always restarting || fail "it does not wait before it starts again"
    engine kill always
    ends 0
    state_is Status always exited || fail "it was started though it was killed while it waited"
}

@test "06 engine: what update and rename change counts for the monitor: the policy, the name and the next life" {
    run -d --name box --restart always --pids-limit 50 busybox sleep 60
    engine update --pids-limit 40 box
    engine rename box other
    first=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' other)
    kill -KILL "$first"
    lives_again() {
        pid=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' other)
        [ "$pid" -gt 0 ] && [ "$pid" != "$first" ]
    }
    wait_for 20 lives_again || fail "it was not started again"
    [ "$(cat "$(group_of "$pid" pids)/pids.max" 2>/dev/null || cat "$(group_of "$pid" '')/pids.max")" = 40 ] || fail "it has its first limits again"
    engine update --restart no other
    kill -KILL "$pid"
    wait_for 20 state_is Status other exited || fail "it has its first policy still"
    engine events --since 1h --until 0s --filter event=die --format '{{.Actor.Attributes.name}}'
    is $'other\nother'
}

@test "06 engine: pause holds every process, and unpause lets them go on" {
    run -d --name box busybox sh -c 'while :; do echo x; sleep 0.02; done'
    wait_for 20 log_has x
    engine pause box
    ends 0
    state_is Status box paused || fail "not paused"
    before=$(wc -c <"$(echo "$STORE"/containers/*/log.json)")
    engine pause box
    ends 1 "already paused"
    engine exec box true
    ends 1 "is paused"
    [ "$before" = "$(wc -c <"$(echo "$STORE"/containers/*/log.json)")" ] || fail "it goes on"
    engine unpause box
    state_is Status box running || fail "not running"
    engine unpause box
    ends 1 "is not paused"
    engine stop -t 0 box
    engine pause box
    ends 1 "is not running"
    run -d --name deaf busybox sh -c 'trap "exit 7" TERM; echo x; while :; do sleep 0.02; done'
    wait_for 20 grep -q x "$STORE/containers/$output/log.json"
    engine pause deaf
    engine stop -t 50 deaf
    state_is ExitCode deaf 7 || fail "what is paused cannot hear that it is to stop"
}

@test "06 engine: exec: options, statuses, input, -d; and in what does not run" {
    run -d --name box -e FROM=box busybox sleep 60
    engine exec -e A=b -w /tmp -u 1000:100 box sh -c 'echo $A $FROM $PWD $(id -u) $(id -g); exit 6'
    ends 6
    is "b box /tmp 1000 100"
    engine exec box nosuch
    ends 127 "not found in PATH"
    engine exec box /etc
    ends 126
    engine exec -u nobodyy box true
    ends 126 "unable to find user nobodyy"
    engine exec -w /no/such box true
    ends 126 "cannot change to the working directory /no/such: No such file or directory"
    engine exec box test -e /no
    ends 1
    [ "$(echo in | "$MINI" --root "$STORE" exec -i box cat)" = in ] || fail "-i"
    engine exec -d box touch /done
    ends 0
    wait_for 20 "$MINI" --root "$STORE" exec box ls /done
    caps() { engine exec "$@" box awk '/CapEff/ {print $2}' /proc/self/status; }
    caps
    is 00000000a80425fb
    caps --privileged
    [ "$output" != 00000000a80425fb ] || fail "--privileged"
    engine stop -t 0 box
    engine exec box true
    ends 1 "is not running"
    engine exec nosuch true
    ends 1 "No such container: nosuch"
}

@test "06 engine: attach sees what comes, its signals arrive, and the container goes on without it" {
    run -d -i --name box busybox sh -c 'trap "exit 9" USR1; while read -r line; do echo "got $line"; done; while :; do sleep 0.05; done'
    (echo hello; sleep 2) | timeout 10 "$MINI" --root "$STORE" attach box >seen 3>&- &
    client=$!
    wait_for 20 grep -q 'got hello' seen || fail "$(cat seen)"
    kill -KILL "$client" 2>/dev/null || true
    wait "$client" 2>/dev/null || true
    state_is Status box running || fail "it ended with its client"
    "$MINI" --root "$STORE" attach --no-stdin box >seen 3>&- &
    client=$!
    wait_for 20 eval 'ls -l /proc/$client/fd | grep -q signalfd' || fail "it listens to no signals"
    kill -USR1 "$client"
    wait "$client" && status=0 || status=$?
    [ "$status" -eq 9 ] || fail "status $status: $(cat seen)"
}

@test "06 engine: stop waits for all that are named at once, and says them in order" {
    mkdir -m 777 heard
    for name in box1 box2 box3; do
        run -d --name $name -v "$PWD/heard:/heard" busybox sh -c "trap 'touch /heard/$name; while [ \$(ls /heard | wc -l) -lt 3 ]; do sleep 0.05; done; exit 7' TERM; touch /up; while :; do sleep 0.05; done"
        wait_for 20 "$MINI" --root "$STORE" exec $name test -e /up
    done
    engine stop -t 20 box2 nosuch box3 box1
    ends 1 "No such container: nosuch"
    is $'box2\nbox3\nbox1'
    for name in box1 box2 box3; do state_is ExitCode $name 7 || fail "$name was killed"; done
}

@test "06 engine: restart keeps a container with --rm, and what it wrote; its end removes it" {
    run -d --rm --name box busybox sh -c 'echo life >>/lives; touch /up; while :; do sleep 0.05; done'
    for lives in 2 3; do
        wait_for 20 "$MINI" --root "$STORE" exec box rm /up
        engine restart -t 0 box
        is box
        wait_for 20 "$MINI" --root "$STORE" exec box test -e /up
        engine exec box sh -c 'wc -l </lives'
        is $lives
    done
    engine stop -t 0 box
    engine ps -aq
    is ""
}

@test "06 engine: detach keys leave it running; other keys reach it" {
    need script
    (
        wait_for 20 grep -q ready seen
        printf 'a\020b\n' # ctrl-p alone is a key like any other
        wait_for 20 grep -q 'got a.*b' seen
        printf '\020\021'
    ) | terminal "'$MINI' --root '$STORE' run -it --name box --network none busybox sh -c 'stty -echo; echo ready; read -r x; echo got \$x; while :; do echo tick; sleep 0.1; done'; echo status \$?"
    grep -q 'status 0' seen || fail "$(cat seen)"
    state_is Status box running || fail "it ended"
    rm seen # or the keys may be typed before attach has the terminal
    (
        wait_for 20 grep -qs tick seen
        printf '\020\021'
    ) | terminal "'$MINI' --root '$STORE' attach box; echo status \$?"
    # docker's attach says so, and its run does not
    grep -q 'read escape sequence' seen && grep -q 'status 1' seen || fail "$(cat seen)"
    state_is Status box running || fail "attach ended it"
}

@test "06 engine: output is whole and in order, whatever its reader does" {
    run --rm busybox sh -c 'i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done'
    [ "$output" = "$(seq 0 19999)" ] || fail "lines are missing"
    "$MINI" --root "$STORE" run --rm --network none busybox seq 200000 | { sleep 1 && cat >slow; } # its reader is slow
    cmp slow <(seq 200000) || fail "lines are missing where the reader is slow"
    [ "$("$MINI" --root "$STORE" run --rm --network none busybox yes 2>/dev/null | head -1)" = y ] || fail "no first line"
    wait_for 20 eval '[ -z "$("$MINI" --root "$STORE" ps -q)" ]' || fail "yes goes on without a reader"
    head -c 500000 /dev/urandom >big
    "$MINI" --root "$STORE" run --rm -i --network none busybox cat <big | cmp - big
}

@test "06 engine: who has written nothing has no log file, and logs -f waits for the first line" {
    mkfifo go
    run -d --name box -v "$PWD:/here" busybox sh -c 'read -r line </here/go; echo "$line"'
    "$MINI" --root "$STORE" logs -f box >followed 2>&1 3>&- &
    pid=$!
    watches() { grep -qs '^inotify wd' /proc/$pid/fdinfo/*; }
    wait_for 20 watches
    [ -z "$(find "$STORE/containers" -name 'log*')" ] || fail "there is a file"
    echo first >go
    wait "$pid"
    [ "$(cat followed)" = first ] || fail "logs -f: $(cat followed)"
    run -d --name quiet busybox sh -c 'echo early; sleep 60'
    wait_for 20 eval '[ -s "$STORE"/containers/"$output"/log.json ]'
    prints early logs -f --until "$(date -u -d '+1 second' +%FT%T.%NZ)" quiet
    prints "" logs -f --until 1h quiet
}

@test "06 engine: a log turns over at its limit, and a full disk does not stop the container" {
    run -d --name box --log-opt max-size=20k --log-opt max-file=3 busybox sh -c 'i=0; while [ $i -lt 1000 ]; do echo "line $i"; i=$((i+1)); done'
    engine wait box
    is 0
    [ "$(cd "$STORE"/containers/*/ && echo log.json*)" = "log.json log.json.1 log.json.2" ] || fail "not three files"
    engine logs --tail 300 box
    [ "$output" = "$(seq -f 'line %g' 700 999)" ] || fail "the last lines are not there"
    engine rm box
    run -d --name box --log-opt max-size=10k --log-opt max-file=90 busybox sh -c 'echo 0; until test -e /go; do sleep 0.02; done; seq 3000'
    "$MINI" --root "$STORE" logs -f box >followed 3>&- &
    stopped=$!
    wait_for 20 grep -q 0 followed
    kill -STOP "$stopped" # it sees nothing of all that now comes
    engine exec box touch /go
    engine wait box
    kill -CONT "$stopped"
    wait "$stopped"
    stopped=
    cmp followed <(seq 0 3000) || fail "logs -f left out what was in a file that was renamed twice"
    engine rm box
    mkdir small
    mount -t tmpfs -o size=300k tmpfs small
    "$MINI" --root "$PWD/small" run --name full --network none --rootfs "$TOP/rootfs" sh -c 'head -c 2000000 /dev/zero | tr "\0" x | fold -w 100; exit 6' >printed 2>said && status=0 || status=$?
    halves=$(grep -vc '^{.*}$' small/containers/*/log.json || true)
    "$MINI" --root "$PWD/small" rm full
    umount -l small
    ends 6
    [ "$halves" -eq 0 ] || fail "a line is in the log by half"
    [ "$(wc -c <printed)" -ge 2000000 ] || fail "output was lost"
}

@test "06 engine: OOM is said where it was one" {
    run --name box -m 20m busybox tail /dev/zero
    ends 137 "at its limit of 20m"
    state_is OOMKilled box true || fail "inspect does not say so"
}

private_kib() { awk '/^Private/ {n += $2} END {print n}' "/proc/$1/smaps_rollup"; }
is_small() { [ "$(private_kib "$1")" -lt 1024 ]; }

holds_status() {
    [ "$(find "/proc/$1/fd" -lname '*/status.json*' | wc -l)" -eq 1 ] &&
        grep -q "POSIX .* READ *$1 " /proc/locks
}

@test "06 engine: a monitor is small, keeps nothing of its caller, and holds its status" {
    run -d --name box --init --restart always --health-cmd true --health-interval 1s busybox sleep 60
    monitor=$(monitor_of box)
    wait_for 30 state_is Health.Status box healthy || fail "it is not healthy"
    wait_for 30 holds_status "$monitor" || fail "it has no lock: $(cat /proc/locks)"
    engine exec box sh -c 'ls -l /proc/[0-9]*/fd'
    [[ $output == *null* && $output != *status.json* ]] || fail "it has a file of the host"
    wait_for 30 is_small "$monitor" || fail "$(private_kib "$monitor") KiB"
    ! find "/proc/$monitor/fd" -lname "$BATS_TEST_TMPDIR/printed" | grep . || fail "it holds our file open"
    [ "$(readlink "/proc/$monitor/cwd")" = / ] || fail "it stands in our directory"
}

@test "06 engine: a killed monitor takes its container with it, and the next command heals" {
    run -d --name box busybox sleep 60
    pid=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' box)
    kill -KILL "$(monitor_of box)"
    wait_for 20 eval "! kill -0 $pid 2>/dev/null"
    engine wait box
    is 137
    state_is Error box "its monitor was killed" || fail "it does not say why"
    [ -z "$(ls "$STORE/run/runtime" "$STORE/run/monitor" | grep -v :)" ] || fail "something is left"
    engine start box
    ends 0
    state_is Status box running || fail "it cannot be started again"
    pid=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' box)
    kill -KILL "$(monitor_of box)"
    wait_for 20 eval "! kill -0 $pid 2>/dev/null"
    engine start box
    ends 0
    engine rm -f box
    ends 0
    nothing_left
}

is_forked() { command=$(pgrep -P "$1" -x mini-docker) && stopped=$(pgrep -P "$command"); }
runs_on() { kill -CONT "$1" && state_is Running box true; }
@test "06 engine: a start that is killed has begun a monitor, and the next one waits for it" {
    local command tracer
    need strace
    engine create --name box --network none busybox sleep 60
    # held where it has not yet said that it is there
    strace -f -qq -o /dev/null -e trace=signalfd4 -e inject=signalfd4:signal=STOP \
        "$MINI" --root "$STORE" start box >/dev/null 2>&1 3>&- 4>&- &
    tracer=$!
    wait_for 20 is_forked $tracer || fail "it has no monitor"
    kill -KILL "$command"
    "$MINI" --root "$STORE" start box >/dev/null 2>said 3>&- 4>&- &
    wait_for 20 grep -q -e "-> FLOCK .* $! " /proc/locks || fail "it does not wait: $(cat said)"
    wait_for 20 runs_on "$stopped" || fail "it does not go on"
    wait $! || fail "$(cat said)"
    [ "$(monitor_of box)" = "$stopped" ] || fail "two of them have begun"
    engine rm -f box
    wait $tracer || true
    stopped=
    nothing_left
}

@test "06 engine: what is changed while a start waits for the container's lock is in force in that life" {
    local dir pid
    engine create --name box --network none busybox sh -c 'echo $NEW'
    dir=$STORE/containers/$output
    exec 9<"$dir"
    flock 9 # as update has it
    "$MINI" --root "$STORE" start -a box >said 2>&1 3>&- 4>&- 9<&- &
    pid=$!
    wait_for 20 grep -q -e "-> FLOCK .* $pid " /proc/locks || fail "it does not wait: $(cat said)"
    jq -c '.Config.Env += ["NEW=changed"]' "$dir/container.json" >changed
    mv changed "$dir/container.json"
    exec 9<&-
    wait $pid || fail "$(cat said)"
    [ "$(cat said)" = changed ] || fail "it has the old record: $(cat said)"
}

@test "06 engine: exec and pause of what ends meanwhile say so in docker's words" {
    local command id tracer
    need strace
    for command in "exec box true" "exec -d box true" "pause box"; do
        run -d --name box busybox sleep 60
        id=$output
        # held where it has just looked whether the container runs
        # shellcheck disable=SC2086 # words
        strace -qq -o held -P "$STORE/run/runtime/$id" -P "$STORE/run/runtime/$id/state.json" -e inject=openat:signal=STOP:when=1 \
            "$MINI" --root "$STORE" $command >/dev/null 2>said 3>&- 4>&- &
        tracer=$!
        wait_for 20 grep -qs 'stopped by SIGSTOP' held || fail "$command: it is not held"
        engine rm -f box
        ends 0
        pkill -CONT -P $tracer
        wait $tracer && status=0 || status=$?
        rm held
        [[ $status -eq 1 && $(<said) == "mini-docker: Container $id is not running" ]] || fail "$command: $status, $(cat said)"
    done
    nothing_left
}

@test "06 engine: start waits for the monitor of the life before, also where nobody takes the last output" {
    mkfifo reader
    # so much that the last of it waits in the container's own pipe, when all others on the way are full
    "$MINI" --root "$STORE" run --name box --network none busybox head -c 300000 /dev/zero >reader 2>/dev/null 3>&- &
    exec 5<reader
    wait_for 20 state_is Status box exited || fail "it did not end"
    engine start box
    ends 0
    engine wait box
    is 0
    exec 5<&-
    wait_all
    [ "$(wc -c < <("$MINI" --root "$STORE" logs box))" -eq 600000 ] || fail "some of its output is lost"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        engine start box
        ends 0
        until state_is Status box exited; do :; done
    done
    engine rm box
    nothing_left
}

@test "06 engine: 20 at once on one store do not hurt each other" {
    pids=()
    for ((i = 0; i < 20; i++)); do
        "$MINI" --root "$STORE" run --rm --network none --name "box$i" busybox echo "$i" >"out$i" 2>&1 3>&- &
        pids+=($!)
    done
    for ((i = 0; i < 20; i++)); do
        wait "${pids[$i]}" && [ "$(cat "out$i")" = "$i" ] || fail "$(cat "out$i")"
    done
    engine ps -aq
    is ""
    nothing_left
}

@test "06 engine: health: starting, healthy, unhealthy, as its check says" {
    need jq
    run -d --name box --health-cmd 'echo looked; test -e /fine' --health-interval 0.1s --health-retries 2 busybox sh -c 'touch /fine; sleep 60'
    health_is() { state_is Health.Status box "$1"; }
    wait_for 20 health_is healthy || fail "not healthy"
    engine exec box rm /fine
    wait_for 20 health_is unhealthy || fail "not unhealthy"
    log() { "$MINI" --root "$STORE" inspect box | jq -e "$1" >/dev/null; } # the last five of them
    wait_for 20 log '[.[0].State.Health.Log[] | [.ExitCode, .Output]] == [range(5) | [1, "looked\n"]]' || fail "another log"
    log '[.[0].State.Health.Log[] | .Start, .End] | . == sort and all(test("^20..-.*Z$"))' || fail "no times"
    engine exec box touch /fine
    wait_for 20 health_is healthy || fail "not healthy again"
    run -d --name slow --health-cmd 'sleep 60' --health-timeout 0.2s --health-interval 0.1s --health-retries 1 busybox sleep 60
    wait_for 20 state_is Health.Status slow unhealthy || fail "a check that hangs is no failure"
    engine inspect -f '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}' slow
    is "-1 Health check exceeded timeout (200ms)"
    hung() { "$MINI" --root "$STORE" inspect slow | jq -e '[.[0].State.Health.Log[].ExitCode] == [range(5) | -1]' >/dev/null; }
    wait_for 20 hung || fail "not five of them"
    engine exec slow sh -c 'ps | grep -cE " (sleep 60|\[sleep\])$"' # the first process, a check, one that dies
    [ "$output" -le 3 ] || fail "checks that hung live on, or are zombies"
    run -d --name held --health-cmd true --health-timeout 0.1s --health-interval 0.1s --health-retries 1 busybox sleep 60
    wait_for 20 state_is Health.Status held healthy || fail "not healthy"
    engine pause held
    engine inspect -f '{{json .State.Health}}' held # a busy machine may have been too slow for it by now
    sleep 1
    prints "$output" inspect -f '{{json .State.Health}}' held || fail "it was asked while it was paused"
}

# What is there when all containers have been removed: nothing, whatever was killed before.
all_removed() {
    engine ps -aq
    [ "$status" -eq 0 ] || fail "$1: ps does not work"
    # shellcheck disable=SC2086 # words
    [ -z "$output" ] || engine rm -f $output
    [ "$status" -eq 0 ] || fail "$1: rm does not work"
    engine ps -aq # the names that were taken and not used, .new-ID
    left=$(ls -A "$STORE/containers" "$STORE/run/runtime" "$STORE/run/monitor" 2>/dev/null | grep -v -e : -e '^$' || true)
    [ -z "$left" ] || fail "$1: $left is left"
}
# sweep WHO PREPARE ARG...: kill process WHO of the command at one of a few of its calls, others each time.
sweep() {
    local who=$1 prepare=$2 n=$((RANDOM % ${SWEEP:-140} + 1)) # SWEEP=1: all calls
    for (( ; ; n += ${SWEEP:-140})); do
        [ "$prepare" = : ] || { run -d --name box busybox sleep 60 && [ "$prepare" = up ] || engine stop -t 0 box; }
        timeout -s KILL 60 "$BATS_FILE_TMPDIR/at" log "$who" "$n" kill "$MINI" --root "$STORE" "${@:3}" </dev/null >/dev/null 2>&1 3>&- 4>&- || true
        all_removed "call $n of $3"
        grep -q '^call ' log || break
    done
    [ "$n" -gt 50 ] || fail "only $n calls were seen"
}

@test "06 engine: run, start, stop, restart and rm, and monitors, killed at any call: the next command heals" {
    [ -x "$BATS_FILE_TMPDIR/at" ] || skip "no C compiler"
    engine images -q # the image is unpacked: the calls are those of a container
    sweep 0 : run -d --network none busybox sleep 60
    sweep 1 : run -d --network none busybox sleep 60
    sweep 1 : run --rm --network none busybox true
    sweep 0 down start box
    sweep 0 up stop -t 0 box
    sweep 0 up restart -t 0 box
    sweep 0 up rm -f box
    nothing_left
}
