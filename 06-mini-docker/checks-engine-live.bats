#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06, what shows, of containers that run: ps, inspect, top, stats, port, events, tree. The words,
# columns and keys are those of docker 20.10 to 28, looked at side by side.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need jq
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

# What still runs is ended, whatever the test came to.
teardown() {
    [ -z "${FOLLOWER-}" ] || kill "$FOLLOWER" 2>/dev/null || true
    end_containers "${STORE-}"
}
all_ended() { [ -z "$("$MINI" --root "$STORE" ps -q)" ]; }

# The container `web` runs until it is told to end, in a network that is not the host's.
web() {
    need_root "to make groups"
    call unshare --net sh -c 'ip link set lo up; exec "$@"' sh "$MINI" --root "$STORE" run -d --name web "$@" \
        busybox sh -c 'sleep 1000 & exec sleep 2000'
    ends 0
    ID=$output
    PID=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' web)
}

@test "06 show: what runs: ps, inspect, top and port" {
    web -p 127.0.0.1::80 -m 100m
    works ps
    [[ ${lines[1]} =~ ^${ID:0:12}.*" Up ".*127\.0\.0\.1:[0-9]+"->80/tcp"\ +web$ ]] || fail "another row"
    [ "$(cat "/proc/$PID/comm")" = sleep ] || fail "State.Pid is not its process"
    works top web
    [[ ${lines[0]} == "UID                 PID                 PPID                C "* ]] || fail "other headings"
    told "sleep 2000"
    told "sleep 1000"
    ! grep -qF "checks-engine-show" <<<"$output" || fail "it shows the host's processes"
    works top web -o pid,comm
    [ "${lines[1]}" = "$(printf '%-20s%s' "$PID" sleep)" ] || fail "another row"
    works port web
    [[ $output =~ ^80/tcp\ -\>\ 127\.0\.0\.1:([0-9]+)$ ]] || fail "other ports"
    prints "127.0.0.1:${BASH_REMATCH[1]}" port web 80
    engine port web 81/udp
    ends 1 "No public port '81/udp' published for web"
    engine port web 81
    ends 1 "No public port '81' published for web"
    engine port web eighty
    ends 1 "'eighty' is no port"
    works create --name idle busybox
    engine top idle
    ends 1 "is not running"
    engine top nobody
    ends 1 "No such container: nobody"
}

@test "06 show: stats is what the groups count" {
    web --network none -m 64m --pids-limit 50
    works stats --no-stream
    [[ ${lines[0]} == "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O "* ]] || fail "other headings"
    [[ ${lines[1]} =~ ^${ID:0:12}\ +web\ +[0-9.]+%\ +[0-9.]+[KM]?i?B\ /\ 64MiB\ .*\ 2$ ]] || fail "another row"
    works stats --no-stream --format json web
    [ "$(jq -rc keys <<<"$output")" = \
        '["BlockIO","CPUPerc","Container","ID","MemPerc","MemUsage","Name","NetIO","PIDs"]' ] || fail "other keys"
    # half a processor, kept busy: what it says is what the group counted meanwhile
    works run -d --network none --name busy --cpus 0.5 busybox sh -c 'while :; do :; done'
    works stats --no-stream --format '{{.CPUPerc}}' busy
    awk -v said="${output%\%}" 'BEGIN { exit !(said > 20 && said < 80) }' || fail "not about 50 %"
    works create --name idle busybox
    prints "idle 0.00% 0B / 0B 0" stats --no-stream --format '{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.PIDs}}' idle
    engine stats --no-stream nobody
    ends 1 "No such container: nobody"
}

@test "06 show: events tells a life in order, chooses, and goes on as things happen" {
    need_root "to make groups"
    "$MINI" --root "$STORE" events --format '{{.Action}} {{.Actor.Attributes.name}}' --filter type=container >live 2>&1 3>&- &
    FOLLOWER=$!
    wait_for 30 test -d "$STORE/run/events"
    watches() { grep -qs '^inotify wd' "/proc/$FOLLOWER/fdinfo/"*; }
    wait_for 30 watches || fail "it does not watch"
    engine run --network none --name one --label team=red busybox sh -c 'exit 3'
    ends 3
    works rm one
    wait_for 30 grep -q destroy live || fail "it did not follow: $(cat live)"
    kill "$FOLLOWER"
    [ "$(xargs <live)" = "create one attach one start one die one destroy one" ] || fail "another order: $(cat live)"
    works events --since 10m --until 0s --filter event=die
    [[ $output =~ ^20[0-9-]+T[0-9:.]+Z\ container\ die\ [0-9a-f]{64}\ \(execDuration=[0-9]+,\ exitCode=3,\ image=busybox,\ name=one,\ team=red\)$ ]] ||
        fail "another line"
    works events --since 10m --until 0s --filter container=one --filter event=start --format json
    jq -e '.Type == "container" and .Action == "start" and .status == "start" and .Actor.Attributes.image == "busybox"' \
        <<<"$output" >/dev/null || fail "other JSON"
    prints "" events --since 10m --until 0s --filter container=two
    prints "" events --since 10m --until 0s --filter label=team=blue
    prints "" events --since 2030-01-01 --until 0s
    engine events --since soon
    ends 1 "--since: 'soon' is no time"
}

@test "06 show: tree draws what the kernel says, and plainly where there is no terminal" {
    web --network none -m 100m --pids-limit 60 --cpus 0.5
    LC_ALL=C.UTF-8 works tree web
    [[ $(readlink "/proc/$PID/ns/mnt") =~ [0-9]+ ]] && told "mnt     ${BASH_REMATCH[0]}"
    [[ $(readlink "/proc/self/ns/user") =~ [0-9]+ ]] && told "user    ${BASH_REMATCH[0]}  the host's"
    told "process 1 in it is $PID on the host"
    told "of 100MiB"
    told "of 0.50 CPUs"
    told "2 of 60 processes and threads"
    told "/proc                    proc"
    told "14 of the kernel's"
    told "a filter looks at each system call"
    [[ $output =~ $PID\ +1\ +[0-9.]+.?i?B\ +sleep\ 2000 ]] || fail "not its first process"
    [[ $output == *"└─ sleep 1000"* ]] || fail "no tree of processes"
    [[ $output != *$'\033'* ]] || fail "colours in a pipe"
    LC_ALL=C works tree web
    [[ $output != *├* ]] && told "|- processes" || told '`- processes'
    TERM=xterm terminal "$MINI --root $STORE tree web"
    grep -q $'\033\\[1mnamespaces' seen || fail "no colours in a terminal"
    TERM=xterm NO_COLOR=1 terminal "$MINI --root $STORE tree web"
    ! grep -q $'\033' seen || fail "colours in spite of NO_COLOR"
    works create --name idle busybox
    works tree idle
    told "it does not run"
}

@test "06 show: container prune and system prune ask, and leave what runs" {
    web --network none
    works create --name idle --label keep busybox
    works volume create data
    call "$MINI" --root "$STORE" container prune <<<n
    ends 0
    told "WARNING! This will remove all stopped containers."
    prints $'idle\nweb' ps -a --format '{{.Names}}'
    works container prune -f --filter label=other
    works container prune -f --filter until=1h
    works container inspect idle
    call "$MINI" --root "$STORE" container prune <<<y
    ends 0
    told $'Deleted Containers:\n'
    prints web ps -a --format '{{.Names}}'
    works create --name idle busybox
    works system prune -f -a
    told "Total reclaimed space"
    prints web ps -a --format '{{.Names}}'
    works inspect busybox # the one that runs has it
    works kill web
    wait_for 30 all_ended
    works system prune -f -a --volumes
    prints "" ps -aq
    prints "" images -q
    find "$STORE/containers" "$STORE/layers" -mindepth 1 >left
    [ ! -s left ] || fail "something is left: $(cat left)"
}
