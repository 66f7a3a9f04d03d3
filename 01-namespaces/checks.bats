#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 01, as a student would run it.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper

setup() {
    cd "$BATS_TEST_TMPDIR"
    target= keyboard= prefix=()
}

teardown() {
    [ -z "$target" ] || kill "$target" 2>/dev/null || true
    [ -z "$keyboard" ] || exec 9>&-
}

lab_as_user() {
    run --separate-stderr "${AS_USER[@]}" "$LAB_DIR/run" "$@"
    [ "$status" -ne 77 ] || skip "${stderr%%$'\n'*}"
}

# Starts a namespace shell that runs a sleep, and sets $target to the lab and $pid to the sleep.
start_target() {
    : >target.out # the words of one before are not to be taken for this one's
    "${prefix[@]}" "$LAB_DIR/run" shell "$@" -- sleep 60 >target.out 2>&1 3>&- &
    target=$!
    wait_for 20 grep -q 'becomes sleep' target.out || fail "$(cat target.out)"
    pid=$(sed -n 's/^ *process \([0-9]*\), as we see it.*/\1/p' target.out)
}

need_root() {
    [ "$(id -u)" -eq 0 ] || skip "needs root: $1"
}

# The flags that an ordinary user adds.
user_flag() {
    [ "$(id -u)" -eq 0 ] || echo --user
}

@test "01 uts: a host name of its own" {
    lab uts
    has_control
}

@test "01 ipc: System V and POSIX objects of its own" {
    lab ipc
    has_control
}

@test "01 pid: PID 1, orphans, and its death" {
    lab pid
    has_control
}

@test "01 mount: shared, slave, private, and the leak" {
    lab mount
    has_control
}

@test "01 net: lo, and a veth pair" {
    lab net
    has_control
}

@test "01 user: maps, setgroups, and what root may not do" {
    lab user
    has_control
}

@test "01 user: root of a user namespace, where setgroups is given up already" {
    lab_as_user uts # skips where there are no user namespaces
    # another user may have been root in one, and left this
    [ "$(id -u)" -ne 0 ] || mkdir -m 700 /tmp/labs-0 2>/dev/null || true
    run --separate-stderr "${AS_USER[@]}" unshare -Ur "$LAB_DIR/run" user
    [ "$(id -u)" -ne 0 ] || rmdir --ignore-fail-on-non-empty /tmp/labs-0
    has_control
}

# bats test_tags=vm
@test "01 cgroup: its group is the root" {
    lab cgroup
    has_control
}

@test "01 time: clocks of its own" {
    lab time
    has_control
}

@test "01 clone, unshare, setns: the three calls" {
    for name in clone unshare setns; do
        lab "$name"
        has_control
    done
}

@test "01 shell: the table has the eight namespaces, and the five are new" {
    lab shell $(user_flag) -- true
    has_control
    for flag in NS UTS IPC PID NET USER CGROUP TIME; do
        grep -qE "CLONE_NEW$flag +[a-zA-Z].* [0-9]+ +[0-9]+" <<<"$output" || fail "no row for $flag"
    done
    ! grep -E '^ {6}[a-z]+ +CLONE_NEW.{62}' <<<"$output" || fail "a row does not fit into 80 columns"
    for kind in mount uts ipc pid net; do
        grep -qE "^  ok  $kind is a new one" <<<"$output" || fail "$kind"
    done
    grep -q 'control: time is shared' <<<"$output"
}

@test "01 shell: any subset; every option alone" {
    for option in uts ipc pid mount net user cgroup time; do
        lab shell --only $(user_flag) "--$option" -- true
        claims_hold
        grep -qE "^  ok  $option is a new one" <<<"$output" || fail "--$option"
    done
    lab shell --user --cgroup --time -- true
    claims_hold
    [ "$(grep -c 'is a new one' <<<"$output")" -eq 8 ] || fail "not all eight"
}

@test "01 shell: reads commands from standard input, and is PID 1 with its own /proc" {
    run --separate-stderr env SHELL=/bin/sh "$LAB_DIR/run" shell $(user_flag) \
        <<<'echo "I am $$ on $(hostname)"; ls /proc | grep -c "^[0-9]"; exit 5'
    [ "$status" -eq 5 ] || fail "status"
    grep -qE '^I am 1 on labs-[0-9a-f]+$' <<<"$output" || fail "not PID 1, or no host name"
    processes=$(grep -xE '[0-9]+' <<<"$output")
    [ "$processes" -le 5 ] || fail "its /proc shows $processes processes"
}

@test "01 shell: the host's name does not move" {
    before=$(hostname)
    lab shell $(user_flag) -- true
    [ "$(hostname)" = "$before" ]
}

@test "01 shell: --time is a clock that is ahead" {
    lab shell --only $(user_flag) --time --clock-offset 1000000000 -- cut -d. -f1 /proc/uptime
    grep -qxE '1[0-9]{9}' <<<"$output" || fail "no such uptime"
}

@test "01 shell: the command's status is the status of ./run" {
    user=$(user_flag)
    lab shell $user -- sh -c 'exit 3'
    [ "$status" -eq 3 ] || fail "exit 3"
    lab shell --only $user --uts -- sh -c 'kill -TERM $$'
    [ "$status" -eq 143 ] || fail "SIGTERM"
    run -127 --separate-stderr "$LAB_DIR/run" shell $user -- /no/such/command
    [[ "$stderr" == *"/no/such/command"* ]]
    lab shell $user -- /etc
    [ "$status" -eq 126 ] || fail "not executable"
}

@test "01 shell: an ordinary user who forgets --user is told so" {
    lab_as_user shell -- true
    [ "$status" -eq 1 ] || fail "status"
    [[ "$stderr" == *"Operation not permitted"*"--user"* ]] || fail "no hint"
}

@test "01 shell: an ordinary user with --user is root in there" {
    lab_as_user shell --user -- id -u
    claims_hold
    grep -qx 0 <<<"$output" || fail "not root"
}

@test "01 all: as an ordinary user nothing fails" {
    lab_as_user all
    [ "$status" -eq 0 ] || fail "status"
    [[ "$output" == *" 0 failed, "* ]]
}

@test "01 shell: job control in a terminal" {
    command -v script >/dev/null || skip "no script(1)"
    local job="sleep 1000.$BASHPID"
    SHELL=/bin/sh PS1='in> ' on_terminal "$LAB_DIR/run shell $(user_flag)"
    target=$terminal keyboard=open
    type_and_see '' 'becomes your shell'
    type_and_see 'echo pid $$\n' 'pid 1'
    type_and_see "$job\n" "$job"
    wait_for 20 in_front "$job" || fail "it does not run"
    type_and_see '\032' 'Stopped'
    type_and_see 'fg\n' 'fg'
    wait_for 20 in_front "$job" || fail "it does not go on"
    type_and_see '\003' '\^C'
    type_and_see 'echo status $?\n' 'status 130' # Ctrl-C ended the job, and nothing else
    type_and_see 'echo still $$\n' 'still 1'
    type_and_see 'exit 6\n' 'control: namespaces that we left'
    wait "$target" && got=0 || got=$?
    target=
    [ "$got" -eq 6 ] || fail "status $got"
}

@test "01 enter: in the namespaces of a running process" {
    start_target $(user_flag)
    lab enter "$pid" -- sh -c 'echo "I am $$ on $(hostname)"; exit 9'
    [ "$status" -eq 9 ] || fail "status"
    grep -qE '^I am [2-9] on labs-' <<<"$output" || fail "not in there"
    grep -q 'ok  control: ' <<<"$output"
    lab enter "$pid" readlink /proc/self/ns/net
    grep -qxF "$(readlink "/proc/$pid/ns/net")" <<<"$output" || fail "another network"
    run -127 --separate-stderr "$LAB_DIR/run" enter "$pid" -- /no/such/command
}

@test "01 enter: into a user namespace, as its root" {
    lab_as_user uts # skips where there are no user namespaces
    prefix=("${AS_USER[@]}")
    start_target --user --time
    lab enter "$pid" -- id -u
    [ "$status" -eq 0 ] && grep -qx 0 <<<"$output" || fail "not root in there"
}

@test "01 enter: fails closed, no command runs when a namespace cannot be entered" {
    need_root "takes a capability away"
    start_target
    run --separate-stderr setpriv --bounding-set=-sys_admin "$LAB_DIR/run" enter "$pid" -- touch "$PWD/ran"
    [ "$status" -eq 1 ] || fail "status"
    [[ "$stderr" == *"no command was run"* ]] || fail "no word of it"
    [ ! -e ran ] || fail "the command ran"
    # only a namespace too many: the user namespace cannot be seen, let alone entered
    chmod 777 .
    lab_as_user enter "$pid" -- touch "$PWD/ran"
    [ "$status" -eq 1 ] && [ ! -e ran ] || fail "the command ran"
    # the control: with the right to enter, the same line does run it
    lab enter "$pid" -- touch "$PWD/ran"
    [ "$status" -eq 0 ] && [ -e ran ] || fail "the control failed"
}

@test "01 enter: bad operands" {
    lab enter
    [ "$status" -eq 2 ] && [[ "$stderr" == *"PID -- CMD"* ]] || fail "no operands"
    lab enter 1
    [ "$status" -eq 2 ] && [[ "$stderr" == *"needs a command"* ]] || fail "no command"
    for pid in abc -1x 0 99999999999999999999 1.5; do
        lab enter "$pid" -- true
        [ "$status" -eq 2 ] || fail "$pid"
    done
    lab enter 4194304 -- true
    [ "$status" -eq 1 ] && [[ "$stderr" == *"no process 4194304"* ]] || fail "no such process"
}

@test "01: an experiment without a series says that it writes no CSV" {
    lab uts --csv "$BATS_TEST_TMPDIR/uts.csv"
    claims_hold
    [[ "$stderr" == *"no series"*"uts.csv"* ]] || fail "nothing is said"
}

@test "01: bad input says what is possible" {
    lab nosuch
    [ "$status" -eq 2 ] && [[ "$stderr" == *"there are: list all shell uts"* ]] || fail "experiment"
    lab uts --nosuch
    [ "$status" -eq 2 ] && [[ "$stderr" == *"--help"* ]] || fail "option"
    lab shell --clock-offset
    [ "$status" -eq 2 ] || fail "missing value"
    for value in -1 0 9999999999999 12x ''; do
        lab shell --time --clock-offset "$value" -- true
        [ "$status" -eq 2 ] && [[ "$stderr" == *"accepted"* ]] || fail "offset '$value'"
    done
    lab uts extra
    [ "$status" -eq 2 ] || fail "operand"
}

@test "01: a closed standard output is an error, and nobody else's pipe" {
    run --separate-stderr sh -c "exec '$LAB_DIR/run' uts >&-"
    [ "$status" -ne 77 ] || skip "${stderr%%$'\n'*}"
    [ "$status" -eq 1 ] && [[ "$stderr" == *"not all of it could be printed: Bad file"* ]] || fail "status"
}

@test "01: list, --help and --explain name what they should" {
    lab list
    for name in shell uts ipc pid mount net user cgroup time clone unshare setns enter; do
        grep -qE "^  $name " <<<"$output" || fail "$name"
    done
    lab shell --help
    [[ "$output" == *"--cgroup"* ]] || fail "no options in --help"
    lab pid --explain
    [[ "$output" == *"see: kill(2), pid_namespaces(7)"*"why: "* ]] || fail "nothing explained"
}

# True when nothing of the run is left: no process in its PID namespace, none with its words.
nothing_runs() {
    ! pgrep -f "^sleep 7$1$" >/dev/null
}

@test "01: nothing is left, whatever signal ends the shell" {
    user=$(user_flag)
    for signal in INT TERM HUP KILL; do
        mark=$RANDOM
        env --default-signal=HUP "$LAB_DIR/run" shell $user -- sh -c "sleep 7$mark & sleep 7$mark; true" \
            >target.out 2>&1 3>&- &
        target=$!
        wait_for 20 pgrep -f "^sleep 7$mark$" >/dev/null || fail "it does not run: $(cat target.out)"
        kill "-$signal" "$target"
        wait_for 20 nothing_runs "$mark" || fail "SIG$signal left a process"
        wait "$target" 2>/dev/null || true
        target=
    done
}

@test "01 shell: a hang-up does not end what nohup(1) started" {
    prefix=(env --default-signal=HUP) # the control: without nohup
    start_target $(user_flag)
    kill -HUP "$target"
    wait "$target" && got=0 || got=$?
    [ "$got" -eq 129 ] || fail "status $got"
    prefix=(nohup)
    start_target $(user_flag)
    kill -HUP "$target"
    kill -TERM "$pid"
    kill -KILL "$pid"
    wait "$target" && got=0 || got=$?
    target=
    [ "$got" -eq 137 ] || fail "status $got: $(cat target.out)"
}

@test "01: the host is as it was after all experiments" {
    before=$(snapshot)
    lab all
    [ "$status" -eq 0 ] || fail "status"
    diff <(echo "$before") <(snapshot)
}

# What uses names: a group, a queue, a directory.
run_often() {
    for round in 1 2 3 4 5 6; do
        for name in cgroup ipc mount; do
            "$LAB_DIR/run" "$name" || [ $? -eq 77 ] || return 1
        done
    done
}

@test "01: two runs at once do not disturb each other" {
    run_often >other.out 2>&1 3>&- &
    other=$!
    run run_often
    [ "$status" -eq 0 ] || fail "this one"
    wait "$other" || fail "the other one: $(cat other.out)"
}
