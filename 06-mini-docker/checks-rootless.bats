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
