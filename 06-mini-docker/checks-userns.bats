#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Root of a user namespace that somebody else made, as in an unprivileged LXC container, in rootless podman's, or after
# `unshare -Ur`: ID 0 and every capability, and for all that no device file, no trusted.* attribute, no group, and no
# ID outside of the map.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load bundle

setup() {
    need_root "to map IDs of others"
    cd "$BATS_TEST_TMPDIR"
    for dir in . .. "$BATS_RUN_TMPDIR"; do chmod a+rx "$dir"; done
    mkdir store
    export TOP
    tar -C "$TOP/rootfs" --owner=0 --group=0 -cf base.tar .
    # what every script begins with
    cat >profile <<END
cd $BATS_TEST_TMPDIR
for dir in /run /var/tmp; do mount -t tmpfs tmpfs \$dir; done
mini() { "$MINI" --root "$BATS_TEST_TMPDIR/store" "\$@"; }
RUNC='$RUNC --root /run/state'
END
}

teardown() {
    [ -z "${holder-}" ] || kill "$holder"
    [ -z "${DELEGATED-}" ] || goes_away 20 remove_delegated
}
remove_delegated() { [ ! -e "$DELEGATED" ] || find "$DELEGATED" -depth -type d -exec rmdir {} + 2>/dev/null || echo "$DELEGATED"; }

# A user namespace in which 0 to 65535 are 100000 and so on; $holder keeps it.
hold() {
    chown 100000:100000 store
    unshare --user sleep 1000 3>&- 4>&- &
    holder=$!
    begun "$holder"
    wait_for 20 eval '[ "$(readlink /proc/$holder/ns/user)" != "$(readlink /proc/self/ns/user)" ]'
    echo 0 100000 65536 >"/proc/$holder/uid_map"
    echo 0 100000 65536 >"/proc/$holder/gid_map"
}
# inside SCRIPT: as its root, who owns the other namespaces as well. All that it starts ends with it.
OWN=(--mount --net --ipc --uts --pid --fork --kill-child --mount-proc)
inside() {
    [ -n "${holder-}" ] || hold
    # shellcheck disable=SC2016 # for the shell inside
    call unshare --mount --propagation private bash -euc "${FIRST:-}"'
        exec "$@"' bash nsenter --user --target "$holder" --setuid 0 --setgid 0 unshare "${OWN[@]}" bash -euc ". ./profile; $1" 3>&- 4>&-
}
# The same where there is one ID only, as anybody may make it.
inside_one() {
    chown 65534:65534 store
    call setpriv --reuid=65534 --regid=65534 --clear-groups unshare --user --map-root-user "${OWN[@]}" \
        bash -euc ". ./profile; $1" 3>&- 4>&-
    [[ $stderr != *"unshare failed"* && $stderr != *"write failed"* ]] || skip "${stderr%%$'\n'*}"
}

@test "06 userns: its root runs, builds and looks into containers whose files have many owners" {
    mkdir context
    echo text >context/file
    cat >context/Dockerfile <<'END'
FROM base
RUN mkdir /again && touch /again/1 && chown 7:8 /again/1
RUN rm -r /again && mkdir /again && touch /again/2
COPY --chown=5:6 file /file
END
    inside 'mini run --rm --network none --rootfs $TOP/rootfs busybox id -u
        mini import base.tar base >/dev/null
        mini build -q --network none -t x context >/dev/null
        mini run --network none --name box -v kept:/data x sh -c "
            ls /again; stat -c %u:%g /file; echo x >/dev/null; touch /data/f; chown 9:9 /data/f; rm -r /again; mkdir /again"
        mini diff box
        mini commit box y >/dev/null
        mini run --rm --network none --user 1000:1000 -v kept:/data y sh -c "id -u; ls /again; stat -c %u:%g /data/f"
        mini cp box:/file /run/got && stat -c %u:%g /run/got
        mini save -o /run/y.tar y && mini rm box >/dev/null && mini rmi -f y >/dev/null && mini load -i /run/y.tar
        mini run -d --name bb --network none y sh -c "echo log; exec sleep 1000" >/dev/null
        mini exec -u 5 bb id -u; mini logs bb; mini stop -t 0 bb'
    ends 0
    [ "$output" = $'0\n2\n5:6\nC /again\nD /again/2\nA /data\n1000\n9:9\n0:0\nLoaded image: y:latest\n5\nlog\nbb' ] || fail "other lines"
}

@test "06 userns: devices are the host's, bound, with --device and --privileged too" {
    inside 'mini run --rm --network none --device /dev/null:/dev/other --rootfs $TOP/rootfs busybox stat -c %t:%T /dev/zero /dev/other
        mini run --rm --network none --privileged --rootfs $TOP/rootfs busybox stat -c %t:%T /dev/full'
    ends 0
    [ "$output" = $'1:5\n1:3\n1:7' ] || fail "other devices"
}

@test "06 userns: an ID outside of the map is refused with its cause" {
    mkdir root
    touch root/file
    chown 70000:5 root/file
    tar -C root -cf other.tar .
    inside 'mini import base.tar base >/dev/null
        ! mini import other.tar other
        ! mini run --rm --network none --user 70000 base id'
    ends 0
    complained "cannot give file to 70000:5"
    complained "this user namespace has no such ID"
    complained "cannot become user 70000"
}

@test "06 userns: with one ID alone, all files of an image are its root's, and containers run" {
    mkdir root
    touch root/file
    chown 70000:5 root/file
    tar -C root -rf base.tar ./file
    inside_one 'mini import base.tar base >/dev/null
        mini run --rm --network none --tmpfs /tmp base stat -c %u:%g /file
        printf "FROM base\nRUN rm -r /var && mkdir /var\nCOPY --chown=5 file /\n" >/run/Dockerfile && touch /run/file
        mini build -q --network none -t x /run >/dev/null
        mini run --rm --network none x ls -A /var'
    ends 0
    [ "$output" = 0:0 ] || fail "other owners"
}

@test "06 userns: its own network namespace gets bridges; the network of others is told from it" {
    need nft
    inside 'mini import base.tar base >/dev/null
        mini run --rm -p 8080:80 base ip -4 -o addr show eth0
        mini network create --subnet 10.77.0.0/24 other >/dev/null
        mini run --rm --network other base ip -4 -o addr show eth0'
    ends 0
    [[ $output == *"inet 172."*"inet 10.77.0.2/24"* ]] || fail "other addresses"
    OWN=(--mount --ipc --uts --pid --fork --kill-child --mount-proc)
    inside 'mini run --rm base true
        ! mini run --rm --network other base true'
    ends 0
    complained "the network namespace"
}

@test "06 userns: in the network of others slirp4netns is the way out" {
    need slirp4netns
    mknod -m 666 tun c 10 200
    # its user may open the device; all that is bound goes with the shell
    FIRST='mount --bind tun /dev/net/tun'
    OWN=(--mount --ipc --uts --pid --fork --kill-child --mount-proc)
    inside 'mini import base.tar base >/dev/null
        mini run --rm base sh -c "ip -4 -o addr show eth0; cat /etc/resolv.conf"'
    [[ $stderr != *"/dev/net/tun"* ]] || skip "needs /dev/net/tun"
    ends 0
    told "inet 10.0.2.100/24"
}

@test "06 userns: the doctor tells its root from the host's" {
    inside '"$TOP/build/doctor"'
    told "of a user namespace"
}

@test "06 userns: limits that nobody handed over are refused with the cause" {
    inside '! mini run --rm --network none -m 50m --rootfs $TOP/rootfs busybox true'
    ends 0
    complained "cannot limit the container"
    complained "this root is one of a user namespace"
}

@test "06 userns: mini-runc runs the plain config" {
    script='mkdir /run/box && cd /run/box && cp -r $TOP/rootfs rootfs
        $RUNC spec && sed -i "s/\"terminal\": true/\"terminal\": false/; s/\"sh\"/\"id\", \"-u\"/" config.json
        $RUNC run box </dev/null'
    inside "$script"
    ends 0
    [ "$output" = 0 ] || fail "another user"
    inside_one "$script"
    ends 0
}

# bats test_tags=vm
@test "06 userns: on v2, limits hold below a group that was handed to it" {
    [ "$(version)" = v2 ] || skip "needs cgroup v2"
    DELEGATED=/sys/fs/cgroup/mini-userns-$BASHPID
    echo "+memory +pids" >/sys/fs/cgroup/cgroup.subtree_control
    mkdir "$DELEGATED"
    chown -R 100000:100000 "$DELEGATED"
    # not in a PID namespace: it could not move whom it does not see
    OWN=(--mount --net --ipc --uts --cgroup)
    FIRST="echo \$\$ >$DELEGATED/cgroup.procs"
    inside 'mount -t sysfs sysfs /sys && mount -t cgroup2 cgroup2 /sys/fs/cgroup
        cat /proc/self/cgroup
        limited() { mini run --rm --network none -m 50m --pids-limit 33 --rootfs $TOP/rootfs busybox "$@"; }
        ! limited true
        mkdir /sys/fs/cgroup/init && echo $$ >/sys/fs/cgroup/init/cgroup.procs
        limited cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max'
    ends 0 "processes sit in /sys/fs/cgroup itself"
    [ "$output" = $'0::/\n52428800\n33' ] || fail "other limits"
}
