#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06, what HostConfig asks for: seen in the kernel's files and from inside, each with its control.
# And the two commands that change or end what is there: update and rm.
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need_root "to be limited, and to have devices"
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
    "$LAB_DIR/mini-docker" --root "$STORE" ps -aq 2>/dev/null |
        xargs -r "$LAB_DIR/mini-docker" --root "$STORE" rm -f >/dev/null 2>&1 || true
}

# This name hides the real one.
docker() { run --separate-stderr "$LAB_DIR/mini-docker" --root "$STORE" "$@"; }
inside() { docker run --rm --network none "$@"; }

# has TEXT LINE: the last output has this line.
has() { grep -qxF -- "$1" <<<"$output" || fail "no line '$1'"; }

# starts NAME OPTION...: a container that stays, and its first process in $pid
starts() {
    local name=$1
    shift
    docker run -d --network none --name "$name" "$@" busybox sleep 1000
    [ "$status" -eq 0 ] || fail "run -d"
    docker inspect -f '{{.State.Pid}}' "$name"
    pid=$output
}

# limit CONTROLLER V1_FILE V2_FILE: of the group of $pid
limit() {
    local path
    path=$(sed -n "s/^[0-9]*:\([^:]*,\)*$1\(,[^:]*\)*://p" "/proc/$pid/cgroup")
    if [ "$(version)" = v1 ]; then
        cat "$(sed -n "s/^\([^ ]* \)\{4\}\([^ ]*\) .* - cgroup .*\b$1\b.*/\2/p" /proc/self/mountinfo | head -n 1)$path/$2"
    else
        path=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
        cat "/sys/fs/cgroup$path/$3"
    fi
}

# bats test_tags=native
@test "06 host: ulimits, groups, oom score, /dev/shm, tmpfs, sysctls and a device are as asked" {
    # shellcheck disable=SC2016 # for the shell inside
    look='ulimit -n; ulimit -Hn; id; cat /proc/self/oom_score_adj; df -k /dev/shm /x | awk "{print \$2}"
          cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_unprivileged_port_start
          touch /new 2>&1; (: </dev/lc) && echo can be read; (: >/dev/lc) || echo cannot be written'
    device=$(ls -d /dev/loop-control /dev/fuse /dev/kmsg 2>/dev/null | head -n 1)
    inside --ulimit nofile=100:200 -u 0:10 --group-add 5 --group-add nogroup --oom-score-adj 100 \
        --shm-size 1m --tmpfs /x:size=2m --read-only --device "$device:/dev/lc:r" \
        --sysctl net.ipv4.ip_forward=1 busybox sh -c "$look"
    [ "$status" -eq 0 ] || fail "run"
    has 100
    has 200
    has "uid=0(root) gid=10 groups=5(tty),10,65534(nogroup)"
    has 1024
    has 2048
    has "touch: /new: Read-only file system"
    has 1
    has 0
    has "can be read"
    has "cannot be written"
    inside busybox sh -c 'cat /proc/self/oom_score_adj; df -k /dev/shm | awk "{print \$2}"; touch /new && echo made
        cat /proc/sys/net/ipv4/ip_forward; ls /dev/lc 2>&1'
    has "$(cat /proc/self/oom_score_adj)"
    has 65536
    has made
    has 0
    has "ls: /dev/lc: No such file or directory"
    inside --device /dev/nosuch busybox true
    [ "$status" -eq 125 ] && [[ $stderr == *'adding custom device "/dev/nosuch"'* ]] || fail "no such device"
    inside --device /etc/passwd busybox true
    [ "$status" -eq 125 ] && [[ $stderr == *"not a device node"* ]] || fail "no device"
}

# bats test_tags=native
@test "06 host: --privileged takes the fences away; without it they are there" {
    # shellcheck disable=SC2016
    look='grep -E "^(CapEff|Seccomp):" /proc/self/status; (: >>/proc/sys/kernel/printk) 2>/dev/null && echo sys
          mount | grep -c "^sysfs on /sys type sysfs (rw"; mknod /x c 10 254; (: </x) 2>&1'
    inside --privileged busybox sh -c "$look"
    has "Seccomp:	0"
    has "CapEff:	$(sed -n 's/^CapBnd:\t//p' /proc/self/status)"
    has sys
    has 1
    has "sh: can't open /x: No such device"
    inside busybox sh -c "$look"
    has "Seccomp:	2"
    has "CapEff:	00000000a80425fb"
    has 0
    has "sh: can't open /x: Operation not permitted"
    [[ $output != *sys$'\n'* ]] || fail "/proc/sys can be written to"
    inside --security-opt systempaths=unconfined busybox sh -c "$look"
    has sys
}

# bats test_tags=native
@test "06 host: namespaces are its own, the host's, or another container's" {
    kinds="pid ipc uts net cgroup"
    # shellcheck disable=SC2016
    look='for k in '"$kinds"'; do readlink /proc/self/ns/$k; done'
    of() { for k in $kinds; do readlink "/proc/$1/ns/$k"; done; }
    inside busybox sh -c "$look"
    [ -z "$(comm -12 <(sort <<<"$output") <(of self | sort))" ] || fail "some are the host's"
    docker run --rm --pid host --ipc host --uts host --network host --cgroupns host busybox sh -c "$look; hostname"
    [ "$output" = "$(of self; hostname)" ] || fail "not the host's: $(of self)"
    starts box -h inner --ipc shareable
    docker run --rm --pid container:box --ipc container:box --network container:box busybox sh -c "$look; hostname"
    [ "$(grep -E '^(pid|ipc|net)' <<<"$output")" = "$(of "$pid" | grep -E '^(pid|ipc|net)')" ] || fail "not box's"
    has inner
    docker stop -t 0 box
    docker run --rm --network none --pid container:box busybox true
    [ "$status" -eq 125 ] && [[ $stderr == *"cannot join PID of a non running container"* ]] || fail "box is stopped"
}

@test "06 host: limits are in the group's files, update changes them, and one that is refused changes nothing" {
    need_groups
    starts box -m 64m --cpus 0.5 -c 512 --pids-limit 50 --cpuset-cpus 0
    [ "$(limit memory memory.limit_in_bytes memory.max)" = $((64 << 20)) ] || fail "memory"
    [ "$(limit pids pids.max pids.max)" = 50 ] || fail "pids"
    [ "$(limit cpuset cpuset.cpus cpuset.cpus)" = 0 ] || fail "cpuset"
    case $(version) in
    v1) [ "$(limit cpu cpu.cfs_quota_us -)" = 50000 ] && [ "$(limit cpu cpu.shares -)" = 512 ] || fail "cpu" ;;
    v2) [ "$(limit cpu - cpu.max)" = "50000 100000" ] || fail "cpu" ;;
    esac
    docker update -m 32m --pids-limit -1 --cpus 1 box
    [ "$output" = box ] || fail "update"
    [ "$(limit memory memory.limit_in_bytes memory.max)" = $((32 << 20)) ] || fail "memory"
    [ "$(limit pids pids.max pids.max)" = max ] || fail "pids"
    [ "$(limit cpuset cpuset.cpus cpuset.cpus)" = 0 ] || fail "what was not given changed"
    docker update --cpuset-mems 9 box
    [ "$status" -eq 1 ] || fail "a node that there is not"
    docker inspect -f '{{.HostConfig.CpusetMems}}|{{.HostConfig.Memory}}' box
    [ "$output" = "|$((32 << 20))" ] || fail "the record has what the kernel refused"
}

# bats test_tags=native
@test "06 rm: what runs goes only by force, several at once, and nothing of them stays" {
    starts box
    docker rm box
    [ "$status" -eq 1 ] || fail "it runs"
    [[ $stderr == *"You cannot remove a running container "*". Stop the container before attempting removal or force remove"* ]] ||
        fail "another message"
    docker create --name other -v /data busybox
    docker create --name third busybox
    docker rm other nosuch third
    [ "$status" -eq 1 ] && [ "$output" = $'other\nthird' ] || fail "several"
    [[ $stderr == *"No such container: nosuch"* ]] || fail "which is not there"
    docker rm -f box nosuch
    [ "$status" -eq 0 ] && [ "$output" = box ] || fail "by force"
    [ ! -e "/proc/$pid" ] || [[ $(cat "/proc/$pid/stat") == *") Z "* ]] || fail "it still runs"
    [ -z "$(find "$STORE/containers" "$STORE/names" "$STORE/run/runtime" "$STORE/run/monitor" -mindepth 1)" ] ||
        fail "left: $(find "$STORE/containers" "$STORE/names" "$STORE/run" -mindepth 1)"
}

# bats test_tags=native
@test "06 rm: a removal that was ended halfway is finished by the next, and one whose record is damaged goes by its ID" {
    starts box
    docker inspect -f '{{.Id}}' box
    id=$output
    # as a remover leaves it that was killed after its first step
    mv "$STORE/containers/$id" "$STORE/containers/.removing-$id"
    docker create --name box busybox # the name is free
    [ "$status" -eq 0 ] || fail "the name"
    docker rm box
    [ -z "$(find "$STORE/containers" "$STORE/names" "$STORE/run/runtime" -mindepth 1)" ] || fail "not finished"
    [ ! -e "/proc/$pid" ] || [[ $(cat "/proc/$pid/stat") == *") Z "* ]] || fail "it still runs"
    docker create --name bad busybox
    echo '{' >"$STORE/containers/$output/container.json"
    docker rm "$output"
    [ "$status" -eq 1 ] && [[ $stderr == *"container.json: line"* ]] || fail "damaged"
    docker rm -f bad
    [ "$status" -eq 0 ] && [ -z "$(ls -A "$STORE/containers")" ] || fail "by force"
}

# bats test_tags=native
@test "06 rm: of ten that remove one container at once one does" {
    for round in 1 2 3; do
        starts "box$round"
        for _ in {1..10}; do "$LAB_DIR/mini-docker" --root "$STORE" rm -f "box$round" >>removed 2>>errors & done
        wait_all || true
        [ "$(grep -cx "box$round" removed)" -eq 1 ] || fail "removed: $(cat removed) $(cat errors)"
        [ -z "$(ls -A "$STORE/containers" "$STORE/run/runtime" | grep -v :)" ] || fail "left"
    done
    [ "$(grep -vc 'No such container' errors)" -eq 0 ] || fail "$(cat errors)"
}

# bats test_tags=native
@test "06 host: an ordinary user's container joins another of the same user, and its user namespace" {
    as_user busybox true # makes the store, and skips where there is no user namespace
    theirs() { call "${AS_USER[@]}" "$MINI" --root "$BATS_TEST_TMPDIR/user-store" "$@"; }
    theirs run -d --network none --name box busybox sleep 1000
    [ "$status" -eq 0 ] || fail "run -d"
    theirs run --rm --network container:box --pid container:box busybox sh -c 'ps; touch /made && ls /made'
    [ "$status" -eq 0 ] && [[ $output == *"sleep 1000"*/made ]] || fail "not box's processes"
    theirs run --rm --network none busybox ps
    [[ $output != *"sleep 1000"* ]] || fail "without a word it sees them, too"
    theirs rm -f box
    [ -z "$(ls -A user-store/containers)" ] || fail "left"
}

# bats test_tags=native
@test "06 host: an ordinary user's container in the host's namespaces has the host's /sys and /proc, and each hierarchy once" {
    as_user busybox true
    call "${AS_USER[@]}" "$MINI" --root "$BATS_TEST_TMPDIR/user-store" run --rm --network host busybox \
        sh -c 'readlink /proc/self/ns/net; [ -e /sys/class/net/lo ] || exit 9; ls /sys/fs/cgroup >/tmp/all; sort -u /tmp/all | cmp - /tmp/all; [ -s /tmp/all ]'
    ends 0
    [ "$output" = "$(readlink /proc/self/ns/net)" ] || fail "another network"
    call "${AS_USER[@]}" "$MINI" --root "$BATS_TEST_TMPDIR/user-store" run --rm --network none --pid host --ipc host busybox \
        sh -c "readlink /proc/self/ns/pid; readlink /proc/self/ns/ipc; cat /proc/$$/comm; echo 1 >/proc/sys/vm/swappiness"
    ends 1 "can't create /proc/sys/vm/swappiness: Read-only file system"
    [ "$output" = "$(readlink /proc/self/ns/pid /proc/self/ns/ipc; cat /proc/$$/comm)" ] || fail "other namespaces"
}
