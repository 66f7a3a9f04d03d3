#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# One more process in a container, and namespaces that a container joins by their paths.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load bundle

setup() {
    cd "$BATS_TEST_TMPDIR"
    chmod a+rx .
}

teardown() { remove_containers; }

namespaces() { for kind in mnt uts ipc pid net user cgroup time; do readlink "/proc/$1/ns/$kind"; done; }
# said_inside ARG...: what a program in the container box prints.
said_inside() { oci exec box "$@" && ends 0 && printf '%s' "$output"; }

# A process in the container, by its host pid in $process.
exec_detached() {
    oci exec --detach --pid-file "$PWD/pid" "$@"
    ends 0
    process=$(<pid)
}

# bats test_tags=vm
@test "06 exec: it is in all namespaces and groups of the container, with the rights of its config" {
    bundle box
    starts box
    exec_detached box sleep 1001
    [ "$(namespaces "$process")" = "$(namespaces "$container")" ] || fail "other namespaces"
    cmp "/proc/$process/cgroup" "/proc/$container/cgroup" || fail "other groups"
    for field in Uid Gid CapBnd CapEff CapPrm NoNewPrivs Seccomp; do
        [ "$(grep "^$field:" "/proc/$process/status")" = "$(grep "^$field:" "/proc/$container/status")" ] ||
            fail "another $field"
    done
    [ "$(ps -o sid= -p "$process" | tr -d ' ')" = "$process" ] || fail "no session of its own"
    oci exec box sh -c 'exit 7'
    ends 7
    oci exec box sh -c 'kill -9 $$'
    ends 137
    oci exec box no-such-program
    ends 1 "executable file not found"
    oci exec --cwd /no/such box true # the root is read-only
    ends 1 "cannot change to the working directory"
    oci delete --force box
    ends 0
    gone "$process" || fail "it outlived its container"
}

# bats test_tags=vm
@test "06 exec: into a created container, not into a paused or stopped one" {
    bundle box
    starts box
    oci exec box true
    ends 0
    kill -KILL "$container"
    wait_for 30 gone "$container"
    oci exec box true
    ends 1 "it is stopped"
    oci delete --force box
    oci create --bundle "$PWD/box" box
    oci exec box true
    if [ "$(id -u)" -eq 0 ]; then ends 0; else ends 1 "none but root may look at that -> start box first"; fi
    oci start box
    ends 0 # what ran in it before has not released it
    need_groups
    oci pause box
    ends 0
    oci exec box true
    ends 1 "it is paused"
    oci resume box
    oci exec box true
    ends 0
}

@test "06 exec: the process is the runtime's own child, and outlives it" {
    bundle box
    starts box
    "$RUNC" --root "$PWD/state" exec box sleep 1002 </dev/null >out 2>&1 3>&- 4>&- &
    runtime=$!
    ends_with_test "$runtime"
    wait_for 30 pgrep -P "$runtime" -x sleep || fail "no child of the runtime: $(cat out)"
    process=$(pgrep -P "$runtime")
    kill -KILL "$runtime"
    wait_for 30 orphan || fail "its parent is still the runtime"
    ! wait_for 1 gone "$process" || fail "it ended with the runtime"
}
orphan() { [ "$(awk '/^PPid/ {print $2}' "/proc/$process/status")" != "$runtime" ]; }

@test "06 exec: it gets the descriptors that it was promised, and no other" {
    bundle box
    starts box
    : >three
    list='ls -l /proc/$$/fd; true' # the shell's, which stays
    call "$RUNC" --root "$PWD/state" exec box sh -c "$list" 3<three 5</dev/null 4>&-
    ends 0
    [ "$(grep -c -- '->' <<<"$output")" -eq 3 ] || fail "more than 0, 1 and 2"
    call "$RUNC" --root "$PWD/state" exec --preserve-fds 1 box sh -c "$list" 3<three 5</dev/null 4>&-
    ends 0
    told " 3 -> $PWD/three"
    [ "$(grep -c -- '->' <<<"$output")" -eq 4 ] || fail "more than 0, 1, 2 and 3"
}

@test "06 exec: a terminal is the container's own, and /dev/console stays as it is" {
    need script
    bundle box
    starts box
    console=$(oci exec box ls -l /dev/console; echo "$output$stderr")
    terminal "$RUNC --root $PWD/state exec -t box sh -c 'tty; ls -l /dev/pts/0; readlink /proc/self/fd/*; exit 3'"
    shown | grep -qx /dev/pts/0 || fail "$(shown)"
    shown | grep -q '^crw--w----.*root' || fail "$(shown)"
    [ "$console" = "$(oci exec box ls -l /dev/console; echo "$output$stderr")" ] || fail "console has changed"
}

@test "06 exec: a terminal is not made of what somebody put at /dev/pts" {
    need script
    bundle box
    change box 'del(.mounts[] | select(.destination | startswith("/dev")))'
    own_root box
    mkdir -p "$ROOT/dev/pts"
    mkfifo "$ROOT/dev/pts/ptmx"
    starts box
    terminal "timeout 20 $RUNC --root $PWD/state exec -t box tty"
    shown | grep -q 'no devpts' || fail "$(shown)"
    rm -r "$ROOT/dev/pts"
    ln -s /proc/1/root/dev/pts "$ROOT/dev/pts"
    terminal "timeout 20 $RUNC --root $PWD/state exec -t box tty"
    ! shown | grep -q '^/dev/pts' || fail "$(shown)"
}

# While 200 processes come in, one in there tries to look at them.
spied_on() {
    need cc
    cc -O2 -static -o "$ROOT/spy" "$LAB_DIR/checks-exec-spy.c" || skip "no static libc"
    starts box
    mkfifo told
    "$RUNC" --root "$PWD/state" exec box /spy /bin/busybox <told >spied 2>&1 3>&- 4>&- &
    spy=$!
    ends_with_test "$spy"
    exec 5>told # it looks until its input ends
    for _ in $(seq 200); do
        oci exec box true 5>&-
        ends 0
    done
    exec 5>&-
    wait "$spy"
    grep -q '^guarded [1-9]' spied || fail "it never looked in time: $(cat spied)"
    grep -q 'leaked 0' spied || fail "$(cat spied)"
}

@test "06 exec: a process that comes in cannot be looked at from inside" {
    bundle box
    own_root box
    spied_on
}

@test "06 exec: neither by one with every right over the container's user namespace" {
    need_root "to map users"
    all='["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_SYS_ADMIN", "CAP_KILL"]'
    bundle box "$USER_NAMESPACE" ".process.capabilities = {bounding: $all, effective: $all, permitted: $all}"
    own_root box
    spied_on
}

@test "06 exec: the first process ends meanwhile: said so, and nothing is left" {
    bundle box
    for i in $(seq 30); do
        starts box
        (
            sleep "0.00$((i % 6))"
            kill -KILL "$container"
        ) 3>&- 4>&- &
        oci exec box sleep 0.02
        case $status in
        0 | 137) ;; # it was earlier than the end, or came to it inside
        *) ends 1 "stopped" ;;
        esac
        wait $!
        oci delete --force box
        ends 0
    done
    none() { ! pgrep -f "$PWD/state"; }
    wait_for 30 none || fail "left behind"
}

@test "06 exec: the runtime is killed at any moment: delete removes all" {
    bundle box
    starts box
    for i in $(seq 60); do
        "$RUNC" --root "$PWD/state" exec box sleep 4321 </dev/null >out 2>&1 3>&- 4>&- &
        sleep "0.00$((i % 10))"
        kill -KILL $! 2>/dev/null || true
        wait $! 2>/dev/null || true
    done
    oci exec box true
    ends 0
    inside=$(pgrep -f 'sleep 4321' | wc -l)
    oci delete --force box
    ends 0
    none() { ! left=$(pgrep -f "$PWD/state|sleep 4321"); } # who dies with the runtime may take a moment
    ! wait_for 30 none || return 0
    for process in $left; do ends_with_test "$process"; done
    fail "left behind: $left, of $inside"
}

@test "06 exec: without a group and without a PID namespace, delete still finds it" {
    need_root "to use the host's PID namespace"
    bundle box "$(without pid cgroup)" 'del(.mounts[] | select(.type == "cgroup"))'
    oci --cgroup-manager disabled create --bundle "$PWD/box" box
    ends 0
    oci start box
    exec_detached box sleep 4322
    ends_with_test "$process"
    [ "$(readlink /proc/self/ns/pid)" = "$(readlink "/proc/$process/ns/pid")" ] || fail "not the host's PID namespace"
    oci delete --force box
    ends 0
    wait_for 30 gone "$process" || fail "it was left behind"
}

@test "06 exec: a directory that leads out of the container is refused" {
    bundle box
    starts box
    for fd in 7 8 9; do
        oci exec --cwd "/proc/self/fd/$fd" box true 7</ 8</etc 9<"$PWD"
        ends 1 "is outside of the container"
    done
}

@test "06 namespaces: a container that joins another's user namespace can mount and be root in it" {
    need_root "to map users"
    bundle pod "$USER_NAMESPACE"
    starts pod
    pod=$container
    bundle box "$(joining user "/proc/$pod/ns/user")" "$(joining network "/proc/$pod/ns/net")" \
        "$(joining uts "/proc/$pod/ns/uts")" "$(joining ipc "/proc/$pod/ns/ipc")" '.hostname = "worker"'
    starts box
    for kind in user net uts ipc; do
        [ "$(readlink "/proc/$container/ns/$kind")" = "$(readlink "/proc/$pod/ns/$kind")" ] || fail "another $kind"
    done
    for kind in mnt pid; do
        [ "$(readlink "/proc/$container/ns/$kind")" != "$(readlink "/proc/$pod/ns/$kind")" ] || fail "the same $kind"
    done
    grep -q '^Uid:.100000' "/proc/$container/status" || fail "not root of the map"
    [ "$(said_inside hostname)" = worker ]
    [ "$(said_inside id -u)" = 0 ]
    oci exec pod hostname
    told worker
}

@test "06 namespaces: a new user namespace with a network namespace that was there before" {
    need_root "to make one"
    unshare --net sleep 1003 3>&- 4>&- &
    other=$!
    ends_with_test "$other"
    wait_for 30 differs "$other" || fail "no namespace to join"
    bundle box "$USER_NAMESPACE" "$(joining network "/proc/$other/ns/net")"
    starts box
    [ "$(readlink "/proc/$container/ns/net")" = "$(readlink "/proc/$other/ns/net")" ] || fail "not joined"
    # lo there is not ours to set up
    nsenter --net="/proc/$other/ns/net" ip link show lo | grep -q '<LOOPBACK>' || fail "lo was changed"
}
differs() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }

@test "06 namespaces: another container's processes are seen in a joined PID namespace" {
    need_root "to join it"
    bundle pod
    starts pod
    bundle box "$(joining pid "/proc/$container/ns/pid")" '.process.args = ["sleep", "1004"]'
    pod=$container
    starts box
    [ "$(readlink "/proc/$container/ns/pid")" = "$(readlink "/proc/$pod/ns/pid")" ] || fail "not joined"
    [[ $(said_inside ps) == *"sleep 1000"*"sleep 1004"* ]] || fail "not all are there"
    kill -KILL "$pod"
    wait_for 30 gone "$container" || fail "it outlived the PID namespace"
    oci delete --force box
    bundle box "$(joining pid /proc/self/ns/net)"
    oci create --bundle "$PWD/box" box
    ends 1 "it is a net namespace"
}

@test "06 namespaces: a path that is none is named, with what it is" {
    need_root "to join namespaces"
    mkfifo fifo
    for path in /etc/passwd "$PWD/fifo" /dev/null; do
        bundle box "$(joining network "$path")"
        oci create --bundle "$PWD/box" box
        ends 1 "cannot join the net namespace $path"
        complained "it is not a namespace file"
    done
    bundle box "$(joining network "$PWD/none")"
    oci create --bundle "$PWD/box" box
    ends 1 "cannot join the net namespace $PWD/none: No such file"
    bundle box "$(joining ipc /proc/self/ns/net)"
    oci create --bundle "$PWD/box" box
    ends 1 "it is a net namespace"
    [ ! -e state/box ]
}

# The "host" is a UTS namespace of this test's, so that a runtime that renames it renames nothing.
@test "06 namespaces: the host keeps its name" {
    need_root "to have none of its own"
    for change in "$(without uts)" "$(joining uts /proc/self/ns/uts)"; do
        bundle box "$change" '.hostname = "stolen"'
        call unshare --uts sh -c 'hostname before; "$@"; code=$?; hostname; exit $code' sh \
            "$RUNC" --root "$PWD/state" create --bundle "$PWD/box" box 3>&- 4>&-
        [ "$status" -ne 0 ] || fail "it was created"
        [ "$output" = before ] || fail "it was renamed"
    done
    bundle box '.domainname = "example.org"'
    starts box
    [ "$(said_inside cat /proc/sys/kernel/domainname)" = example.org ]
    [ "$(said_inside hostname)" = mini-runc ]
}

@test "06 namespaces: clocks are moved in a time namespace, and the program sees it" {
    [ -e /proc/self/ns/time ] || skip "this kernel has no time namespaces"
    bundle box '.linux.namespaces += [{type: "time"}] |
        .linux.timeOffsets = {monotonic: {secs: 1000000}, boottime: {secs: 2000000, nanosecs: 5}}'
    oci create --bundle "$PWD/box" box
    ends 0
    container=$(pid_of box)
    # before its exec too, which on kernels from 6.3 on would do it
    [ "$(readlink "/proc/$container/ns/time")" != "$(readlink /proc/self/ns/time)" ] || fail "it has our clocks"
    oci start box
    ends 0
    uptime=$(cut -d. -f1 /proc/uptime)
    inside=$(said_inside cut -d. -f1 /proc/uptime)
    [ $((inside - uptime - 2000000)) -lt 60 ] && [ "$inside" -ge 2000000 ] || fail "$uptime, inside $inside"
    [[ $(cat "/proc/$container/timens_offsets") == *"1000000 "*"2000000 "*5 ]] || fail "$(cat "/proc/$container/timens_offsets")"
    bundle late '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: -1000000000}}'
    oci create --bundle "$PWD/late" late
    ends 1 "cannot set linux.timeOffsets"
}

@test "06 namespaces: a personality is the program's, and exec's" {
    bundle box '.linux.personality = {domain: "LINUX32"}'
    starts box
    [ "$(cat "/proc/$container/personality")" = 00000008 ] || fail "$(cat "/proc/$container/personality")"
    [ "$(said_inside uname -m)" != "$(uname -m)" ] || fail "exec's is another"
}
