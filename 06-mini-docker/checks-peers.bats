#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# mini-runc driven by those who drive runc: podman with conmon, containerd with its shim, dockerd. Each theme is a
# function; "control" runs the same functions with runc, so a failure there is the engine's, or this host's.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load peers

setup_file() {
    export CONTROL
    WORLD=$BATS_FILE_TMPDIR
    CONTROL=$(PATH=$PATH:/usr/sbin:/sbin command -v runc) || CONTROL=
    if [ "$(id -u)" -ne 0 ]; then
        echo "needs root: engines and their mounts" >"$WORLD/skip"
        return 0
    fi
    export PATH=$PATH:/usr/sbin:/sbin
    cp "${MINI_RUNC:-$LAB_DIR/mini-runc}" "$WORLD/mini-runc"
    world
    enter_world
    ! command -v podman >/dev/null || podman_starts || true
    ! command -v ctr >/dev/null || containerd_starts || true
    [ -n "${LABS_VM-}" ] || ! command -v dockerd >/dev/null || dockerd_starts || true
}

teardown_file() { world_ends; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    export PATH=$PATH:/usr/sbin:/sbin
    enter_world
    export TMUX_TMPDIR=$BATS_TEST_TMPDIR # a server of this test's own
    RUNTIME=ours
}

teardown() {
    in_tmux kill-server 2>/dev/null || true
    [ "${BATS_TEST_COMPLETED-}" != 1 ] && [ -z "$BATS_TEST_SKIPPED" ] || return 0
    : >"$WORLD/failed"
    tail -n 5 "$WORLD"/*.log
}

needs_control() {
    [ -n "$CONTROL" ] || skip "runc is not installed"
    RUNTIME=control
}

# done_by STATUS CMD...: it ended so.
done_by() {
    local expected=$1
    shift
    call "$@"
    ends "$expected"
}
# The same for an answer on standard output. ctr of containerd 1.6 ends now and then before it has read its FIFOs,
# whatever the runtime (it was seen with runc), so an empty answer of it is asked for again.
answers() {
    local expected=$1 tries
    shift
    for tries in 1 2 3; do
        done_by 0 "$@"
        [[ -z $output && $1 == ctr_* && $tries -lt 3 ]] || break
    done
    [ "$output" = "$expected" ] || fail "not '$expected': $*"
}
# pid_of ENGINE NAME
pid_of() { "$1" inspect -f '{{.State.Pid}}' "$2"; }
is() { [ "$("$2" inspect -f '{{.State.Status}}' "$3")" = "$1" ]; }
# podman gives even rm -f ten seconds to stop in; `life` tests that, the others do not wait.
removed() {
    [ "$1" = dock ] || set -- "$@" -t 0
    done_by 0 "$1" rm -f "${@:2}"
}
gone() { ! kill -0 "$1" 2>/dev/null; }

# --- what podman and docker have the same words for: the engine's function is $1

run_and_status() {
    answers hi "$1" run --rm box echo hi
    answers in "$1" run --rm -i box cat <<<in
    done_by 7 "$1" run --rm box sh -c 'exit 7'
    done_by 127 "$1" run --rm box nosuch
    done_by 126 "$1" run --rm box /etc
    call "$1" run --rm box sh -c 'echo out; echo err >&2'
    [ "$output/$stderr" = out/err ] || fail "the streams are mixed"
}

life() {
    local pid
    "$1" run -d --name life box sh -c 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.1; done' >/dev/null
    pid=$(pid_of "$1" life)
    [ "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-6)" = "sh -c " ] || fail "pid $pid is another process"
    wait_for 30 eval "[ \"\$($1 logs life)\" = up ]" || fail "no logs"
    done_by 0 "$1" pause life
    is paused "$1" life || fail "not paused"
    frozen "$pid" || fail "the group is not frozen"
    done_by 0 "$1" unpause life
    is running "$1" life || fail "not running"
    ! frozen "$pid" || fail "the group is still frozen"
    done_by 0 "$1" stop -t 10 life
    answers 3 "$1" inspect -f '{{.State.ExitCode}}' life
    answers $'up\nbye' "$1" logs life
    gone "$pid" || fail "it runs after stop"
    done_by 0 "$1" start life
    is running "$1" life || fail "not started again"
    done_by 0 "$1" kill life
    wait_for 30 is exited "$1" life || fail "not killed"
    answers 137 "$1" inspect -f '{{.State.ExitCode}}' life
    done_by 0 "$1" start life
    pid=$(pid_of "$1" life)
    done_by 0 "$1" rm -f life
    wait_for 30 gone "$pid" || fail "it runs after rm -f"
    call "$1" inspect life
    [ "$status" -ne 0 ] || fail "it is still known"
}
frozen() {
    if [ "$(version)" = v1 ]; then
        [ "$(cat "$(group_of "$1" freezer)/freezer.state")" = FROZEN ]
    else
        grep -qx 'frozen 1' "$(group_of "$1" '')/cgroup.events"
    fi
}

exec_in() {
    "$1" run -d --name exec -e A=1 --user 5:6 box sleep 1000 >/dev/null
    answers 'uid=5 gid=6' "$1" exec exec sh -c 'echo $(id | grep -o "^uid=5\|gid=6")'
    answers 1/2 "$1" exec -e B=2 exec sh -c 'echo $A/$B'
    answers /tmp "$1" exec -w /tmp exec pwd
    answers 7 "$1" exec --user 7 exec id -u
    answers in "$1" exec -i exec cat <<<in
    done_by 7 "$1" exec exec sh -c 'exit 7'
    call "$1" exec exec nosuch
    [ "$status" = 127 ] || [ "$1$status" = dock126 ] || fail "another status" # an old docker's words
    [[ $output$stderr == *nosuch* ]] || fail "it does not say what is not there"
    answers sleep "$1" exec exec cat /proc/1/comm
    done_by 0 "$1" exec -d exec sh -c 'echo detached >/tmp/x; sleep 1000' # --user 5: /tmp is open to all
    wait_for 30 eval "$1 exec exec grep -q detached /tmp/x" || fail "exec -d did nothing"
    # it is in the container's group, and ends with it
    local pid same
    pid=$(pid_of "$1" exec)
    same=$("$1" exec exec sh -c 'cat /proc/self/cgroup /proc/1/cgroup | sort | uniq -u')
    [ -z "$same" ] || fail "exec is in other groups: $same"
    removed "$1" exec
}

terminals() {
    in_terminal "$1 run --rm -it box tty"
    [ "$status" = 0 ] && told /dev/
    in_terminal "$1 run --rm -it box sh" 'echo $((40+2)); exit 9'
    [ "$status" = 9 ] && told 42
    "$1" run -d --name term box sleep 1000 >/dev/null
    in_terminal "$1 exec -it term sh" 'tty; echo $((40+3)); exit 4'
    [ "$status" = 4 ] && told 43 && told /dev/pts/
    # an engine tells the size after the start
    in_terminal "$1 exec -it term sh -c 'for i in \$(seq 100); do stty size | grep -x \"33 77\" && break; sleep 0.1; done'"
    told "33 77"
    removed "$1" term
    # detached with a terminal: the console socket, and nobody looking
    "$1" run -d -t --name term box sh -c 'tty; sleep 1000' >/dev/null
    wait_for 30 eval "$1 logs term | grep -q /dev/" || fail "no terminal when detached"
    removed "$1" term
}

# What 512 shares are on v2: runtimes changed the conversion in 2025, so that 1024 is 100; Debian's runc has the old one.
weight_512() { if [ "$RUNTIME" = ours ]; then echo 59; else echo 20; fi; }
limits() {
    local pid
    "$1" run -d --name limits -m 100m --memory-swap 200m --pids-limit 50 --cpus 0.5 --cpu-shares 512 \
        --cpuset-cpus 0 box sleep 1000 >/dev/null
    pid=$(pid_of "$1" limits)
    [ "$(of_group "$pid" memory memory.limit_in_bytes memory.max)" = 104857600 ] || fail "memory"
    [ "$(of_group "$pid" pids pids.max pids.max)" = 50 ] || fail "pids"
    [ "$(of_group "$pid" cpuset cpuset.cpus cpuset.cpus)" = 0 ] || fail "cpuset"
    if [ "$(version)" = v1 ]; then
        [ "$(of_group "$pid" memory memory.memsw.limit_in_bytes)" = 209715200 ] || fail "swap"
        [ "$(of_group "$pid" cpu cpu.cfs_quota_us)" = 50000 ] || fail "quota"
        [ "$(of_group "$pid" cpu cpu.shares)" = 512 ] || fail "shares"
    else
        [ "$(of_group "$pid" '' '' memory.swap.max)" = 104857600 ] || fail "swap"
        [ "$(of_group "$pid" '' '' cpu.max)" = "50000 100000" ] || fail "quota"
        [ "$(of_group "$pid" '' '' cpu.weight)" = "$(weight_512)" ] || fail "shares"
    fi
    if [ "$1" = dock ]; then
        done_by 0 dock update -m 120m --memory-swap 220m --pids-limit 60 limits
        [ "$(of_group "$pid" memory memory.limit_in_bytes memory.max)" = 125829120 ] || fail "memory, updated"
        [ "$(of_group "$pid" pids pids.max pids.max)" = 60 ] || fail "pids, updated"
        [ "$(of_group "$pid" cpu cpu.shares cpu.weight)" = 512 ] ||
            [ "$(of_group "$pid" cpu cpu.shares cpu.weight)" = "$(weight_512)" ] ||
            fail "an update of memory changed shares"
        done_by 0 dock top limits
        told sleep
        done_by 0 dock stats --no-stream limits
        told /\ 120MiB
    fi
    removed "$1" limits
    # and they hold
    call "$1" run --rm -m 20m --memory-swap 20m box sh -c 'dd if=/dev/zero of=/dev/null bs=50M count=1'
    ends 137
    # device rules, and the devices that are there
    done_by 0 "$1" run --rm box sh -c 'echo >/dev/null; mknod /dev/a c 1 3 && echo >/dev/a'
    call "$1" run --rm --cap-add MKNOD box sh -c 'mknod /dev/m b 7 200 && head -c 1 /dev/m'
    [ "$status" -ne 0 ] && [[ $stderr == *"not permitted"* ]] || fail "a raw device could be opened"
    answers 1 "$1" run --rm --device /dev/loop-control:/dev/lc box sh -c 'ls /dev/lc | wc -l'
}

rights() {
    answers 1000:1001 "$1" run --rm --user 1000:1001 box sh -c 'echo $(id -u):$(id -g)'
    answers 00000000a80425fb "$1" run --rm --cap-drop all $(docker_caps) box sh -c "$(caps CapEff)"
    answers 0000000000000000 "$1" run --rm --cap-drop all box sh -c "$(caps CapEff)"
    answers 1 "$1" run --rm --security-opt no-new-privileges box sh -c "$(caps NoNewPrivs)"
    answers 2 "$1" run --rm box sh -c "$(caps Seccomp)"
    answers 0 "$1" run --rm --security-opt seccomp=unconfined box sh -c "$(caps Seccomp)"
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}' >"$WORLD/filter.json"
    done_by 1 "$1" run --rm --security-opt "seccomp=$WORLD/filter.json" box mkdir /tmp/d
    complained "not permitted"
    answers 512 "$1" run --rm --ulimit nproc=1000:1000 --ulimit nofile=512:512 box sh -c 'ulimit -n'
    answers 500 "$1" run --rm --oom-score-adj 500 box cat /proc/self/oom_score_adj
    answers box1 "$1" run --rm --hostname box1 box hostname
    answers 7 "$1" run --rm --sysctl kernel.msgmni=7 box cat /proc/sys/kernel/msgmni
    # runc under dockerd wants capabilities that a host like the tests' may not have; podman asks for what there is
    [ "$1$RUNTIME" = dockcontrol ] ||
        done_by 0 "$1" run --rm --privileged box sh -c 'mkdir /tmp/d && mount -t tmpfs x /tmp/d'
    done_by 1 "$1" run --rm box sh -c 'echo 1 >/proc/sys/kernel/core_pattern'
    answers 0 "$1" run --rm box sh -c 'wc -c </proc/keys'
}
caps() { echo "awk '\$1 == \"$1:\" {print \$2}' /proc/self/status"; }
docker_caps() {
    printf -- '--cap-add %s ' CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP \
        NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE
}

mounts() {
    mkdir -p "$WORLD/volume"
    echo host >"$WORLD/volume/file"
    done_by 1 "$1" run --rm --read-only box touch /x
    complained "Read-only"
    answers ok "$1" run --rm --read-only --tmpfs /scratch:size=1m,mode=700 box sh -c 'touch /scratch/x && echo ok'
    answers 1024 "$1" run --rm --tmpfs /scratch:size=1m box sh -c "df -k /scratch | awk 'END {print \$2}'"
    answers host "$1" run --rm -v "$WORLD/volume:/v" box cat /v/file
    done_by 0 "$1" run --rm -v "$WORLD/volume:/v" box sh -c 'echo inside >/v/new'
    [ "$(<"$WORLD/volume/new")" = inside ] || fail "the volume is not the host's directory"
    done_by 1 "$1" run --rm -v "$WORLD/volume:/v:ro" box touch /v/x
    complained "Read-only"
    answers host "$1" run --rm -v "$WORLD/volume/file:/etc/one:ro" box cat /etc/one # a file on a new file
    answers 2048 "$1" run --rm --shm-size 2m box sh -c "df -k /dev/shm | awk 'END {print \$2}'"
    done_by 1 "$1" run --rm box sh -c 'touch /sys/x || exit 1'
}

# Another container's namespaces, by path.
shared_namespaces() {
    local inode
    "$1" run -d --name shared box sleep 1234 >/dev/null
    inode=$(inside readlink "/proc/$(pid_of "$1" shared)/ns/net")
    answers "$inode" "$1" run --rm --network container:shared box readlink /proc/self/ns/net
    done_by 0 "$1" run --rm --pid container:shared box ps
    told "sleep 1234"
    removed "$1" shared
}

# The engine's last container is gone: no process but the engines', no group, no mount of a container.
clean() {
    wait_for 20 no_one || fail "processes: $(ps -o pid,args -p "$(inhabitants | paste -sd,)")"
    # groups of containers have an id of 64 digits, or a name that a test gave; empty parents are the engine's
    wait_for 30 no_groups || fail "groups: $(group_folders)"
    ! inside grep -E "/(merged|userdata|rootfs) " /proc/self/mountinfo || fail "mounts are left"
    ! inside find /run/mini-runc /run/containerd/runc "$WORLD/d/run" -name state.json 2>/dev/null | grep . ||
        fail "state is left"
}
no_one() {
    local pid
    for pid in $(inhabitants); do
        case $(cat "/proc/$pid/comm" 2>/dev/null) in
        sleep) [ "$pid" = "$HOLDER" ] || return 1 ;;
        containerd | dockerd | '') ;;
        *) return 1 ;;
        esac
    done
}
no_groups() { ! group_folders | grep -qE '[0-9a-f]{64}|/ctr-'; }

# --- podman

needs_podman() {
    need podman
    [ -e "$WORLD/containers.conf" ] || fail "podman did not start"
    export -f pod
}

podman_without_groups() {
    local mine
    mine=$(cat /proc/self/cgroup)
    "$1" run -d --name free --cgroups=disabled box sleep 1000 >/dev/null
    [ "$(cat "/proc/$(pid_of "$1" free)/cgroup")" = "$mine" ] || fail "it has groups of its own"
    answers hi "$1" exec free echo hi
    done_by 0 "$1" stop -t 0 free
    removed "$1" free
}
podman_user_namespace() {
    answers "0 100000 65536" "$1" run --rm --uidmap 0:100000:65536 --gidmap 0:100000:65536 box \
        sh -c 'echo $(cat /proc/self/uid_map)'
    "$1" run -d --name mapped --uidmap 0:100000:65536 --gidmap 0:100000:65536 box sleep 1000 >/dev/null
    [ "$(stat -c %u "/proc/$(pid_of "$1" mapped)")" = 100000 ] || fail "it has another user"
    answers 0 "$1" exec mapped id -u
    removed "$1" mapped
}

@test "06 peers: podman: run: output, streams, exit statuses" {
    needs_podman
    run_and_status pod
}
@test "06 peers: podman: run -d, logs, pause, stop, start, kill, rm -f" {
    needs_podman
    life pod
}
@test "06 peers: podman: exec" {
    needs_podman
    exec_in pod
}
@test "06 peers: podman: run -it, exec -it: a terminal" {
    needs_podman
    terminals pod
}
# bats test_tags=vm
@test "06 peers: podman: limits are in the group's files, and hold" {
    needs_podman
    limits pod
}
@test "06 peers: podman: users, capabilities, filter, sysctl" {
    needs_podman
    rights pod
}
@test "06 peers: podman: --read-only, --tmpfs, -v" {
    needs_podman
    mounts pod
}
@test "06 peers: podman: another container's namespaces; a user namespace" {
    needs_podman
    shared_namespaces pod
    podman_user_namespace pod
}
@test "06 peers: podman: --cgroups=disabled" {
    needs_podman
    podman_without_groups pod
}
@test "06 peers: podman: nothing stays" {
    needs_podman
    clean
}

# --- containerd

needs_containerd() {
    need ctr
    [ -S "$WORLD/c.sock" ] || fail "containerd did not start"
    [ "$RUNTIME" = ours ] && BINARY=$WORLD/mini-runc || BINARY=$CONTROL
}
# of ctr's own words: run [OPTION...] NAME CMD...
ctr_run() {
    local options=()
    while [[ $1 == -* ]]; do
        options+=("$1")
        shift
    done
    ctr_ run --runc-binary "$BINARY" --cgroup "/$GROUP/ctr-$1" "${options[@]}" docker.io/library/box:latest "$@"
}
task_is() { [ "$(ctr_ task ls | awk -v t="$2" '$1 == t {print $3}')" = "$1" ]; }
task_pid() { ctr_ task ls | awk -v t="$1" '$1 == t {print $2}'; }

containerd_run() {
    answers hi ctr_run --rm one echo hi
    done_by 7 ctr_run --rm two sh -c 'exit 7'
    call ctr_run --rm three nosuch
    [ "$status" -ne 0 ] && [[ $stderr == *nosuch* ]] || fail "it does not say what is not there"
    call ctr_run --rm four sh -c 'echo out; echo err >&2'
    [ "$output/$stderr" = out/err ] || fail "the streams are mixed"
    answers 5 ctr_run --rm --env=A=5 five sh -c 'echo $A'
    done_by 1 ctr_run --rm --read-only six touch /x
    complained "Read-only"
    mkdir -p "$WORLD/volume"
    echo host >"$WORLD/volume/file"
    answers host ctr_run --rm "--mount=type=bind,src=$WORLD/volume,dst=/v,options=rbind:ro" seven cat /v/file
    answers 2 ctr_run --rm --seccomp eight sh -c "$(caps Seccomp)"
}
containerd_life() {
    local pid
    ctr_run -d --memory-limit=104857600 --cpu-quota=50000 --cpu-period=100000 life sleep 1000
    pid=$(task_pid life)
    [ "$(cat "/proc/$pid/comm")" = sleep ] || fail "pid $pid is another process"
    [ "$(of_group "$pid" memory memory.limit_in_bytes memory.max)" = 104857600 ] || fail "memory"
    answers in ctr_ task exec --exec-id a life echo in
    done_by 7 ctr_ task exec --exec-id b life sh -c 'exit 7'
    answers 9 ctr_ task exec --exec-id c --user 9 life id -u
    done_by 0 ctr_ task exec --exec-id d --detach life sleep 2000
    done_by 0 ctr_ task ps life
    [ "$(grep -c '^[0-9]' <<<"$output")" = 2 ] || fail "not two processes"
    done_by 0 ctr_ task metrics life
    told memory
    done_by 0 ctr_ task pause life
    task_is PAUSED life || fail "not paused"
    frozen "$pid" || fail "the group is not frozen"
    done_by 0 ctr_ task resume life
    task_is RUNNING life || fail "not running"
    done_by 0 ctr_ task kill -s KILL life
    wait_for 30 task_is STOPPED life || fail "not killed"
    wait_for 30 gone "$pid"
    call ctr_ task rm life # its status is the task's
    told '' && done_by 0 ctr_ container rm life
}
containerd_terminal() {
    export -f ctr_run
    export BINARY
    in_terminal "ctr_run --rm -t term sh" 'tty; echo $((40+2)); exit 9'
    [ "$status" = 9 ] && told 42 && told /dev/pts/
    ctr_run -d term sleep 1000
    in_terminal "ctr_ task exec -t --exec-id t term sh" 'tty; echo $((40+3)); exit 4'
    [ "$status" = 4 ] && told 43 && told /dev/pts/
    done_by 0 ctr_ task kill -s KILL term
    wait_for 30 task_is STOPPED term
    ctr_ task rm term || true
    done_by 0 ctr_ container rm term
}

@test "06 peers: containerd: run: output, streams, exit statuses, options" {
    needs_containerd
    containerd_run
}
# bats test_tags=vm
@test "06 peers: containerd: run -d, exec, ps, metrics, pause, resume, kill, rm" {
    needs_containerd
    containerd_life
}
@test "06 peers: containerd: run -t, task exec -t: a terminal" {
    needs_containerd
    containerd_terminal
}
@test "06 peers: containerd: nothing stays" {
    needs_containerd
    clean
}

# --- dockerd

needs_dockerd() {
    need dockerd
    [ -S "$WORLD/d.sock" ] || fail "dockerd did not start"
}
@test "06 peers: dockerd: run: output, streams, exit statuses" {
    needs_dockerd
    run_and_status dock
}
@test "06 peers: dockerd: run -d, logs, pause, stop, start, kill, rm -f" {
    needs_dockerd
    life dock
}
@test "06 peers: dockerd: exec" {
    needs_dockerd
    exec_in dock
}
@test "06 peers: dockerd: run -it, exec -it: a terminal" {
    needs_dockerd
    terminals dock
}
@test "06 peers: dockerd: limits are in the group's files, change with update, and hold" {
    needs_dockerd
    limits dock
}
@test "06 peers: dockerd: users, capabilities, filter, sysctl" {
    needs_dockerd
    rights dock
}
@test "06 peers: dockerd: --read-only, --tmpfs, -v" {
    needs_dockerd
    mounts dock
}
@test "06 peers: dockerd: another container's namespaces; --init" {
    needs_dockerd
    shared_namespaces dock
    answers 0 dock run --rm --init box sh -c '[ $$ != 1 ]; echo $?'
}
@test "06 peers: dockerd: nothing stays" {
    needs_dockerd
    clean
}

# --- the same with runc: when this fails, look at the engine and the host first. One theme, another each time; all of
# them after a failure above, or with SWEEP=full.

chosen() {
    if [ -n "${SWEEP-}" ] || [ -e "$WORLD/failed" ]; then
        echo "$*"
    else
        echo "${*:RANDOM % $# + 1:1}"
    fi
}

@test "06 peers: control: podman drives runc through the same" {
    needs_podman
    needs_control
    for theme in $(chosen run_and_status life exec_in terminals limits rights mounts shared_namespaces podman_user_namespace); do
        $theme pod
    done
}
@test "06 peers: control: containerd drives runc through the same" {
    needs_control
    needs_containerd
    for theme in $(chosen containerd_run containerd_life containerd_terminal); do $theme; done
}
@test "06 peers: control: dockerd drives runc through the same" {
    needs_dockerd
    needs_control
    for theme in $(chosen run_and_status life exec_in terminals limits rights mounts shared_namespaces); do
        $theme dock
    done
}
