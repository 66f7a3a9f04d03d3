#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# An ordinary user with a range of IDs of his own: newuidmap(1) writes the maps, as far as /etc/subuid and
# /etc/subgid allow. The test's own lists lie over those of the host, in a mount namespace that only it sees.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load bundle

setup() {
    need_root "to lay files over /etc/subuid and /etc/subgid"
    need newuidmap
    need jq
    getent passwd 65534 >/dev/null || skip "there is no user 65534"
    cd "$BATS_TEST_TMPDIR"
    for dir in . .. "$BATS_RUN_TMPDIR"; do chmod a+x "$dir"; done
    mkdir box
    chown 65534:65534 box
    as_other spec --rootless --bundle box
    change box '.process.terminal = false | .process.args = ["sh", "-c", "
            cat /proc/self/uid_map /proc/self/gid_map
            cd /dev/shm && touch file && chown 5:6 file && stat -c %u:%g file"] |
        .process.capabilities |= map_values(["CAP_CHOWN"]) |
        .linux.uidMappings += [{containerID: 1, hostID: 100000, size: 65535}] |
        .linux.gidMappings += [{containerID: 1, hostID: 100000, size: 65535}]'
    change box ".root.path = \"$TOP/rootfs\""
}

teardown() { [ -z "${DELEGATED-}" ] || find "$DELEGATED" -depth -type d -exec rmdir {} +; }

as_other() { setpriv --reuid=65534 --regid=65534 --clear-groups "$RUNC" --root "$PWD/box/state" "$@" 3>&- 4>&-; }
# with_lists SUBUID SUBGID: a run of the container, with these texts in the two files.
with_lists() {
    echo "$1" >subuid
    echo "$2" >subgid
    export -f as_other
    export RUNC
    # shellcheck disable=SC2016 # for the shell inside
    call unshare --mount --propagation private bash -euc '
        mount --bind subuid /etc/subuid
        mount --bind subgid /etc/subgid
        as_other run --bundle box box'
    [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
}

@test "06 rootless: with a range in /etc/subuid, root inside gives files to others" {
    with_lists 65534:100000:65536 65534:100000:65536
    ends 0
    map=$'0 65534 1\n1 100000 65535'
    [ "$(sed 's/^ *//; s/  */ /g' <<<"$output")" = "$map"$'\n'"$map"$'\n5:6' ] || fail "other IDs"
    # one range alone, of IDs that are not the user's own
    change box '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
    with_lists 65534:100000:65536 65534:100000:65536
    ends 0
    map='0 100000 65536'
    [ "$(sed 's/^ *//; s/  */ /g' <<<"$output")" = "$map"$'\n'"$map"$'\n5:6' ] || fail "other IDs"
    with_lists '' ''
    ends 1 "/etc/subuid has no range for user 65534"
}

@test "06 rootless: without a range, or with a smaller one, newuidmap refuses, and it says which list" {
    with_lists '' 65534:100000:65536
    ends 1 "newuidmap refused the map"
    complained "/etc/subuid has no range for user 65534"
    with_lists 65534:100000:65536 ''
    ends 1 "newgidmap refused the map"
    complained "/etc/subgid has no range for user 65534"
    with_lists 65534:100000:65534 65534:100000:65536
    ends 1 "/etc/subuid has other ranges for user 65534"
    ! pgrep -u 65534 -f "$PWD/box" >/dev/null || fail "a process is left"
    [ -z "$(as_other list -q)" ] || fail "a container is left"
}

# bats test_tags=vm
@test "06 rootless: on v2, limits hold in a group that was handed to the user" {
    [ "$(version)" = v2 ] || skip "needs cgroup v2"
    DELEGATED=/sys/fs/cgroup/mini-runc-$BASHPID
    change box '.linux.uidMappings |= .[:1] | .linux.gidMappings |= .[:1] | .linux.resources.pids.limit = 33 |
        .process.args = ["sleep", "1000"]'
    echo +pids >/sys/fs/cgroup/cgroup.subtree_control
    mkdir -p "$DELEGATED/session"
    export -f as_other
    export RUNC DELEGATED
    # shellcheck disable=SC2016 # for the shell inside
    inside() { call bash -c 'echo $$ >"$DELEGATED/session/cgroup.procs" && as_other run -d --pid-file box/pid --bundle box box </dev/null'; }
    inside
    ends 1 "cannot limit the container"
    chown -R 65534:65534 "$DELEGATED" # as systemd hands one to a user's session
    inside
    [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
    ends 0
    group=$(group_of "$(cat box/pid)" '')
    [[ $group == "$DELEGATED"/* && $(cat "$group/pids.max") = 33 ]] || fail "$group: $(cat "$group/pids.max")"
    as_other delete --force box
    [ ! -e "$group" ] || fail "its group is left"
}

# --- root of somebody else's user namespace, as rootless podman starts a runtime

as_inner_root() { call setpriv --reuid=65534 --regid=65534 --clear-groups unshare --user --map-root-user "$@" 3>&- 4>&-; }

@test "06 rootless: in a user namespace of the caller's, exec enters a container that has none of its own" {
    change box "$(without user) | del(.linux.uidMappings, .linux.gidMappings) | .process.args = [\"sleep\", \"1000\"]"
    # shellcheck disable=SC2016 # for the shell inside
    as_inner_root sh -c 'runc="$1 --root $2/box/state" && cd "$2/box" && $runc run -d --bundle . box </dev/null >&2 &&
        $runc exec box readlink /proc/self/ns/pid && $runc exec box readlink /proc/1/ns/pid; $runc delete --force box' \
        sh "$RUNC" "$PWD"
    [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
    ends 0
    [ "${#lines[@]}" -eq 2 ] && [ "${lines[0]}" = "${lines[1]}" ] || fail "it is not in the container"
    [ "${lines[0]}" != "$(readlink /proc/self/ns/pid)" ] || fail "it is on the host"
}

# podman ARG...: in a mount and network namespace of this test's own, as user 65534 with a range of IDs.
with_podman() {
    cat >podman.conf <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
netns = "none"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime_supports_json = ["ours"]
runtime_supports_nocgroup = ["ours"]
[engine.runtimes]
ours = ["$RUNC"]
END
    echo 65534:100000:65536 >subids
    mkdir home run
    cp -a "$TOP/rootfs" home/root
    chown -R 65534:65534 home run
    cat >alone <<'END'
set -e
for dir in /run /dev/shm /var/lib; do mount -t tmpfs tmpfs $dir; done
mount --bind subids /etc/subuid
mount --bind subids /etc/subgid
exec setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH="$PATH" HOME="$PWD/home" SHELL=/bin/sh \
    XDG_RUNTIME_DIR="$PWD/run" CONTAINERS_CONF="$PWD/podman.conf" sh -c "$1"
END
    call timeout -s KILL 100 unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private sh alone "cd; P='podman --storage-driver vfs --runtime ours'
        $1"
}

@test "06 rootless: podman, as an ordinary user, runs, enters and ends containers" {
    need podman
    with_podman '
        $P run --rm --rootfs $HOME/root cat /proc/self/uid_map
        $P run -d --name box --rootfs $HOME/root sleep 1000 >id
        $P exec -u 5:6 box id
        $P logs box
        script -qefc "$P exec -it box tty" /dev/null
        $P exec box sh -c "exit 7" || echo "status $?"
        $P kill box >killed
        $P wait box
        $P rm box >removed
        $P run --rm --privileged --userns=keep-id --rootfs $HOME/root stat -c "%U %t:%T" /dev/null
        $P ps -aq'
    ends 0
    [ "$(tr -d '\r' <<<"$output" | sed 's/\^@//; s/^ *//; s/  */ /g')" = "$(printf '%s\n' '0 65534 1' '1 100000 65536' \
        'uid=5 gid=6' /dev/pts/0 'status 7' 137 'nobody 1:3')" ] || fail "it went another way"
}
