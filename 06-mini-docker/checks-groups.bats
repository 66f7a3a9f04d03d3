#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A container's groups: where they are, whose they are, what limits they have, and what of them the
# container sees. Each is read from the kernel's files, outside or inside.
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load bundle

setup() {
    cd "$BATS_TEST_TMPDIR"
    chmod a+rx .
    need_groups
    LEVEL=mini-runc-$BASHPID
}
teardown() {
    [ -z "${victim-}" ] || kill -9 "$victim" 2>/dev/null || true
    remove_containers
}

# dir CONTROLLER NAME: where the container's group with this controller is.
dir() {
    if [ "$(version)" = v1 ]; then echo "/sys/fs/cgroup/$1/$LEVEL/$2"; else echo "/sys/fs/cgroup/$LEVEL/$2"; fi
}
# holds CONTROLLER V1_FILE V1_TEXT V2_FILE V2_TEXT: of the container `box`.
holds() {
    local file=$2 text=$3
    [ "$(version)" = v1 ] || { file=$4 text=$5; }
    [ -n "$file" ] || return 0
    [ "$(cat "$(dir "$1" box)/$file")" = "$text" ] || fail "$file: $(cat "$(dir "$1" box)/$file"), and not $text"
}
left() { find /sys/fs/cgroup -type d -path "*/$LEVEL*" 2>/dev/null; }
shell() { printf '.process.args = ["sh", "-c", "%s"]' "$1"; }
SEES='.linux.namespaces += []' # for a list of filters that may be empty
ASKED='(.mounts[] | select(.destination == "/sys/fs/cgroup"))'

@test "06 groups: what config.json asks for is in the kernel's files, and update changes it" {
    bundle box '.linux.resources = {
        cpu: {shares: 2000, quota: 20000, period: 50000, cpus: "0"}, pids: {limit: 17},
        memory: {limit: 67108864, swap: 134217728, reservation: 33554432}}'
    starts box
    holds cpu cpu.shares 2000 cpu.weight 170
    holds cpu cpu.cfs_quota_us 20000 cpu.max "20000 50000"
    holds cpuset cpuset.cpus 0 cpuset.cpus 0
    holds memory memory.limit_in_bytes 67108864 memory.max 67108864
    holds memory memory.soft_limit_in_bytes 33554432 memory.low 33554432
    holds pids pids.max 17 pids.max 17
    oci update --resources - box <<<'{"memory": {"limit": 268435456, "swap": 268435456}, "pids": {"limit": 5}}'
    ends 0
    holds memory memory.limit_in_bytes 268435456 memory.max 268435456
    holds pids pids.max 5 pids.max 5
    holds cpu cpu.shares 2000 cpu.weight 170
}

@test "06 groups: a limit that cannot be had is an error with the file and the cause, and nothing is left" {
    bundle box '.linux.resources = {cpu: {cpus: "999"}}'
    oci create --bundle "$PWD/box" box
    ends 1 "cpuset.cpus"
    complained "'999'"
    [ ! -e state/box ] || fail "the state directory is there"
    [ -z "$(left)" ] || fail "left: $(left)"
}

@test "06 groups: two containers below one level, and the maker of the level goes first" {
    bundle one ".linux.cgroupsPath = \"//$LEVEL//one/\""
    bundle two ".linux.cgroupsPath = \"/$LEVEL/two\""
    starts one
    starts two
    oci delete --force one
    ends 0
    [ ! -e "$(dir memory one)" ] || fail "its group is there"
    grep -qx "$container" "$(dir memory two)/cgroup.procs" || fail "the other's process is gone"
    oci delete --force two
    ends 0
    [ ! -e "$(dir memory two)" ] || fail "its group is there"
}

@test "06 groups: a level that it made goes with the last container, one that was there stays" {
    bundle box ".linux.cgroupsPath = \"/$LEVEL/a/box\""
    starts box
    oci delete --force box
    [ -z "$(left)" ] || fail "left: $(left)"
    mkdir "$(dirname "$(dir memory x)")"
    starts box
    oci delete --force box
    [ "$(left)" = "$(dirname "$(dir memory x)")" ] || fail "left: $(left)"
}

@test "06 groups: an empty level that cannot be removed is a warning at the end of run" {
    local level
    bundle box ".linux.cgroupsPath = \"$LEVEL/box\""
    level=$(dirname "$(dir pids box)")
    # while it runs, what the level is in becomes read-only, and the level itself does not
    cat >alone <<'END'
mount --make-rprivate /
"$@" run --bundle "$PWD/box" box &
until "$@" state box 2>/dev/null | grep -q running; do :; done
mount --bind "$ABOVE" "$ABOVE" && mount --bind "$LEVEL" "$LEVEL" && mount -o remount,bind,ro "$ABOVE"
"$@" kill box KILL
wait $!
END
    ABOVE=$(dirname "$level") LEVEL=$level call unshare -m sh alone "$RUNC" --root "$PWD/state" </dev/null 3>&- 4>&-
    ends 137 "mini-runc: warning: cannot remove the group $level: Read-only file system"
    [ "$(left)" = "$level" ] || fail "left: $(left)"
    rmdir "$level"
}

@test "06 groups: one that is there is not taken over, and who is in it lives" {
    bundle box ".linux.cgroupsPath = \"/$LEVEL/box\""
    mkdir -p "$(dir pids box)"
    sleep 100 3>&- 4>&- &
    victim=$!
    echo "$victim" >"$(dir pids box)/cgroup.procs"
    oci create --bundle "$PWD/box" box
    ends 1 "File exists"
    complained "hint: it was there before"
    oci delete --force box
    kill -0 "$victim" || fail "it was killed"
    grep -qx "$victim" "$(dir pids box)/cgroup.procs" || fail "it is not in the group"
    kill -9 "$victim"
    wait_for 30 rmdir "$(dir pids box)"
}

@test "06 groups: on v2, below one with processes of its own: no limits, and the error names them" {
    [ "$(version)" = v2 ] || skip "needs cgroup v2"
    local level=/sys/fs/cgroup/$LEVEL
    bundle limited ".linux.cgroupsPath = \"/$LEVEL/box\"" '.linux.resources.pids.limit = 5'
    mkdir "$level"
    sleep 100 3>&- 4>&- &
    victim=$!
    echo "$victim" >"$level/cgroup.procs"
    oci create --bundle "$PWD/limited" limited
    ends 1 "$level/cgroup.subtree_control"
    complained "hint: processes sit in $level itself ($victim sleep)"
    [ ! -e state/limited ] || fail "the state directory is there"
    [ "$(left)" = "$level" ] || fail "left: $(left)"
    bundle box ".linux.cgroupsPath = \"/$LEVEL/box\""
    starts box
    [ "$(cat "$level/cgroup.type" "$level/cgroup.subtree_control")" = domain ] || fail "the level was changed"
    grep -qx "$container" "$level/box/cgroup.procs" || fail "it is elsewhere"
    oci delete --force box
    kill -9 "$victim"
    wait_for 30 rmdir "$level"
}

# bats test_tags=native
@test "06 groups: a name that leads elsewhere is refused" {
    local name
    for name in /../x "/$LEVEL/../../x" "/$LEVEL/./x" / //; do
        bundle box ".linux.cgroupsPath = \"$name\""
        oci create --bundle "$PWD/box" box
        ends 1 "cannot be the name of a group"
    done
    [ -z "$(left)" ] || fail "left: $(left)"
}

@test "06 groups: the container sees its own, with a cgroup namespace and without" {
    local filter
    for filter in "$SEES" "$(without cgroup)"; do
        bundle box ".linux.cgroupsPath = \"/$LEVEL/box\"" ".linux.resources.pids.limit = 23" "$filter" \
            "$(shell 'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; mkdir /sys/fs/cgroup/new; echo x >/sys/fs/cgroup/pids/tasks')"
        oci run --bundle "$PWD/box" box
        told 23
        complained "Read-only file system"
    done
    [ -z "$(left)" ] || fail "left: $(left)"
}

@test "06 groups: mounted without ro they can be written, and what is made inside goes, too" {
    bundle box ".linux.cgroupsPath = \"/$LEVEL/box\"" "$ASKED.options -= [\"ro\"]" \
        "$(shell 'cd /sys/fs/cgroup/pids || cd /sys/fs/cgroup; mkdir inner; echo 0 >inner/cgroup.procs; sleep 1000')"
    starts box
    wait_for 30 grep -q . "$(dir pids box)/inner/cgroup.procs" || fail "no group was made inside"
    oci delete --force box
    ends 0
    [ -z "$(left)" ] || fail "left: $(left)"
}

@test "06 groups: an entry of type cgroup2 shows version 2's, and no more than the container's where it has one" {
    grep -q ' - cgroup2 ' /proc/self/mountinfo || skip "this host has no cgroup v2 mount"
    bundle box ".linux.cgroupsPath = \"/$LEVEL/box\"" "$ASKED.type = \"cgroup2\"" \
        "$(shell 'cat /sys/fs/cgroup/cgroup.type; grep -c . /sys/fs/cgroup/cgroup.procs; mkdir /sys/fs/cgroup/new')"
    oci run --bundle "$PWD/box" box
    complained "Read-only file system"
    [ "$(version)" = v1 ] || told domain
}

@test "06 groups: when the client keeps them, none is made, and the container is in its caller's" {
    local filter
    for filter in "$SEES" "$(without cgroup)"; do
        bundle box "$filter" "$(shell 'cat /proc/self/cgroup; ls -d /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs')"
        oci --cgroup-manager disabled run --bundle "$PWD/box" box
        told cgroup.procs
        [[ $output != *"$LEVEL"* ]] || fail "it has a group"
        [ "$filter" = "$SEES" ] || [ "$(grep -o '^[0-9]*:.*' <<<"$output")" = "$(cat /proc/self/cgroup)" ] ||
            fail "it is not in its caller's"
    done
    [ -z "$(left)" ] || fail "left: $(left)"
}

@test "06 groups: only the devices of its rules can be opened, and every container has null" {
    # 10:237 is loop-control, 1:11 kmsg: EPERM is the rules' no, ENXIO the driver's
    local probe='for d in \"c 1 3\" \"c 1 11\" \"b 250 1\" \"c 250 1\"; do rm -f /tmp/d; mknod /tmp/d $d; (: </tmp/d) 2>&1; done'
    bundle box ".linux.resources.devices = [{allow: false, access: \"rwm\"},
        {allow: true, type: \"b\", major: 250, access: \"r\"}]" "$(shell "$probe")" \
        '.process.capabilities[] += ["CAP_MKNOD"]' \
        '.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs", options: []}]'
    oci run --bundle "$PWD/box" box
    [ "$(grep -c 'not permitted' <<<"$output$stderr")" -eq 2 ] || fail "two are not allowed"
    [ "$(grep -c 'No such device' <<<"$output$stderr")" -eq 1 ] || fail "one is allowed, and has no driver"
}
