#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06, what config.json says of mounts, masks, devices, sysctls and the root: that each word does what it
# says, and that an image full of traps leads nothing out. Everything runs in a mount namespace of the test's
# own, so an attack that should succeed one day hits nothing.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

RUNC=${RUNC:-$LAB_DIR/mini-runc}

setup() {
    need_root "to mount as a runtime does"
    cd "$BATS_TEST_TMPDIR"
    root
    mkdir -p outside
    echo whole >outside/file
    PROC='{"destination": "/proc", "type": "proc", "source": "proc"}'
    DEV='{"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]}'
    PTS='{"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["newinstance", "ptmxmode=0666"]}'
    SYS='{"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro"]}'
    mounts="$PROC, $DEV, $PTS, $SYS" masked= readonly= linux= root_more= spaces=
    # Before the root is changed, a container's mounts can be seen from where the host's are seen too.
    awk '{print $5}' /proc/self/mountinfo | sort -u >before
    : >seen
    printf '#!/bin/sh\nexec awk "{print \\$5}" /proc/self/mountinfo >>%s/seen\n' "$PWD" >hook
    chmod 755 hook
    chmod 666 seen
}

# Of all that was mounted in a container's namespace, nothing may lie outside its root.
none_outside() {
    sort -u seen | comm -23 - before | grep -v "^$PWD/root\(/\|$\)" >escaped || true
    [ ! -s escaped ] || fail "mounted outside: $(head escaped)"
    [ "$(cat outside/file)" = whole ] || fail "something was written outside"
}

# bundle COMMAND: config.json of a container that runs it with sh. The variables are texts of JSON: mounts,
# masked, readonly; spaces (more namespaces), linux, root_more (further fields, each with a comma before).
bundle() {
    local command=${1//\\/\\\\} caps='["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]'
    command=${command//\"/\\\"}
    cat >config.json <<END
{"ociVersion": "1.2.0", "root": {"path": "root"$root_more},
 "process": {"args": ["sh", "-c", "$command"], "cwd": "${cwd-/}", "user": {"uid": 0, "gid": 0},
             "env": ["PATH=/bin"], "terminal": ${terminal-false},
             "capabilities": {"bounding": $caps, "effective": $caps, "permitted": $caps}},
 "mounts": [$mounts],
 "linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"}$spaces],
           "maskedPaths": [$masked], "readonlyPaths": [$readonly]$linux},
 "hooks": {"createContainer": [{"path": "$PWD/hook"}]}}
END
}

# oci COMMAND: run it in a container. $output, $stderr and $status are its own.
oci() {
    bundle "$1"
    call unshare --mount --propagation "${propagation-private}" "$RUNC" --root "$BATS_TEST_TMPDIR/state" run "mounts-$BATS_TEST_NUMBER-$$"
    none_outside
}
mounted() { oci "cat /proc/self/mountinfo"; }

# line POINT: its line of the last mountinfo.
line() { grep -E "^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ $1 " <<<"$output" || fail "nothing is mounted on $1"; }

trap_at() { # PATH TARGET: the image has a symlink there
    rm -rf "root$1"
    ln -s "$2" "root$1"
}

@test "06 mounts: flags of a new mount and of a bind, alone and for all below" {
    mkdir -p src/sub
    bind() { echo "{\"destination\": \"$1\", \"type\": \"none\", \"source\": \"$2\", \"options\": [$3]}"; }
    mounts="$mounts, $(bind /a src '"bind", "ro", "nosuid", "nodev", "noexec", "noatime", "nosymfollow"')"
    mounts="$mounts, $(bind /b "$PWD/src" '"bind", "rw"'), $(bind /c /proc '"rbind", "rro"')"
    mounts="$mounts, $(bind /d "$PWD/outside/file" '"bind", "ro"'), $(bind /e /dev '"rbind", "rnoexec", "rstrictatime"')"
    mounts="$mounts, "'{"destination": "/t", "type": "tmpfs", "source": "mine", "options": ["ro", "nodiratime", "size=1m", "noexec"]}'
    mounts="$mounts, "'{"destination": "/t/in", "type": "tmpfs", "options": ["nosuid"]}'
    mounted
    ends 0
    [[ "$(line /a)" == *" ro,nosuid,nodev,noexec,noatime"*nosymfollow* ]] || fail "/a"
    [[ "$(line /b)" == *" rw,"* ]] || fail "/b"
    [[ "$(line /c)" == *" ro,"* ]] || fail "/c"
    [[ "$(line /d)" == *" ro,"* ]] || fail "/d"
    [[ "$(line /e)" == *noexec* && "$(line /e/shm)" == *noexec* && "$(line /e/shm)" != *relatime*-* ]] || fail "/e"
    [[ "$(line /t)" == *" ro,noexec,nodiratime"*" - tmpfs mine "*size=1024k* ]] || fail "/t"
    [[ "$(line /t/in)" == *" rw,nosuid"* ]] || fail "/t/in"
}

@test "06 mounts: a tmpfs is as the directory that it covers, and holds its contents with tmpcopyup" {
    mkdir -p root/srv/sub root/plain
    chmod 1730 root/srv
    chown 12:34 root/srv
    echo one >root/srv/sub/file
    chown 5:6 root/srv/sub/file
    ln -s ../../../../outside/file root/srv/link
    chmod 700 root/plain
    tmp() { echo "{\"destination\": \"$1\", \"type\": \"tmpfs\", \"source\": \"tmpfs\", \"options\": [$2]}"; }
    mounts="$mounts, $(tmp /srv '"tmpcopyup", "noexec", "size=1m"'), $(tmp /plain '"nosuid"'), $(tmp /new ''), $(tmp /given/deep '"mode=711"')"
    oci 'stat -c "%a %u:%g" /srv /plain /new /given/deep; stat -c "%u:%g" /srv/sub/file; cat /srv/sub/file
        readlink /srv/link; grep " /srv " /proc/mounts; echo two >/srv/sub/file'
    ends 0
    [ "${lines[*]:0:7}" = "1730 12:34 700 0:0 1777 0:0 711 0:0 5:6 one ../../../../outside/file" ] || fail "not as it was"
    [[ "${lines[7]}" == *noexec*size=1024k* ]] || fail "its own options are lost"
    [ "$(cat root/srv/sub/file)" = one ] || fail "it was written to the image"
    mounts="$PROC, $DEV, $(tmp /srv '"tmpcopyup", "size=bad"')"
    oci true
    ends 1 "cannot make a tmpfs for /srv"
}

@test "06 mounts: what is masked and read-only is; twice is no mistake; what the kernel lacks is left out" {
    masked='"/proc/kcore", "/proc/keys", "/proc/keys", "/sys/firmware", "/sys/firmware", "/proc/none", "/etc/passwd", "/etc"'
    readonly='"/proc/sys", "/proc/bus", "/proc/none", "/sys/firmware"'
    oci 'wc -c </proc/keys; ls -A /sys/firmware /etc | grep -v :; echo x >/proc/sys/kernel/domainname
        for dir in /sys/firmware /etc; do (: >$dir/new) 2>/dev/null && echo "$dir takes files"; done; echo end'
    ends 0 "Read-only file system"
    [ "$output" = $'0\n\nend' ] || fail "something is seen"
}

@test "06 mounts: no mask on what the image put in place of the kernel's files" {
    mkdir -p root/fake/sys/kernel
    echo x >root/fake/kcore
    mounts="$DEV" masked='"/proc/kcore"' # no proc is mounted: the image's own directory is there
    rm -rf root/proc
    cp -a root/fake root/proc
    oci true
    ends 1 "what lies there is not the kernel's"
    masked= readonly='"/proc/sys"'
    oci true
    ends 1 "what lies there is not the kernel's"
    readonly='"/fake/sys"' # elsewhere it is nobody's business
    oci true
    ends 0
    trap_at /dev/null /proc/kcore # and the null device is not the image's
    mounts="$PROC" masked='"/proc/keys"' readonly=
    oci 'grep " /proc/keys " /proc/self/mountinfo; wc -c </proc/keys'
    ends 0
    [[ "${lines[0]}" == *" /null /proc/keys "* && "${lines[1]}" == 0 ]] || fail "it is covered with something else"
}

@test "06 traps: proc and sysfs are mounted on directories alone" {
    for target in /etc ../outside "$PWD/outside" /dev; do
        trap_at /proc "$target"
        oci true
        ends 1 "cannot mount on /proc: it is, or lies behind, a symlink"
    done
    rm root/proc && mkdir root/proc
    trap_at /sys /etc
    oci true
    ends 1 "cannot mount on /sys"
}

@test "06 traps: a target that is the root itself, or leads to it" {
    trap_at /dev ..
    oci true
    ends 1 "cannot mount on /dev: it is the root itself"
    trap_at /dev /
    oci true
    ends 1 "it is the root itself"
    rm root/dev && mkdir root/dev
    mounts="$mounts, "'{"destination": "/../..", "type": "tmpfs"}'
    oci true
    ends 1 "it is the root itself"
}

@test "06 traps: symlinks and dots in a destination stay inside" {
    trap_at /out "$PWD/outside"
    trap_at /up ../../../../../../../../..$PWD/outside
    mkdir root/real && ln -s /real root/linked
    mkdir -p "root$PWD/outside" # what they lead to, seen from inside, is elsewhere
    bind() { echo "{\"destination\": \"$1\", \"type\": \"bind\", \"source\": \"$PWD/outside\", \"options\": [\"bind\"]}"; }
    mounts="$mounts, $(bind /../../../../../../dotted), $(bind /linked/x), "'{"destination": "/out/t", "type": "tmpfs"}'
    mounts="$mounts, "'{"destination": "/up/t", "type": "tmpfs"}'
    mounted
    ends 0
    line /dotted && line /real/x && line "$PWD/outside/t"
    [ -d root/dotted ] && [ -d root/real/x ] && [ ! -e outside/t ] && [ ! -e ../dotted ] || fail "made elsewhere"
    trap_at /nowhere /none
    mounts="$PROC, "'{"destination": "/nowhere", "type": "tmpfs"}'
    oci true
    ends 1 "a symlink there leads to nothing"
}

@test "06 traps: /dev of an image: devices, the console and the terminal" {
    for name in null zero console ptmx; do trap_at "/dev/$name" "$PWD/outside/file"; done
    echo file >root/dev/full
    mkfifo root/dev/tty
    mounts="$PROC"
    oci 'stat -c "%F %t:%T %a" /dev/null /dev/zero /dev/full /dev/tty | sort -u'
    ends 0
    [ "$output" = $'character special file 1:3 666\ncharacter special file 1:5 666\ncharacter special file 1:7 666\ncharacter special file 5:0 666' ] ||
        fail "not the devices"
    need script
    terminal=true
    mkdir root/fake && : >root/fake/ptmx
    for target in "$PWD/outside" /fake; do
        trap_at /dev/pts "$target"
        oci_tty true
        [[ "$output" == *"/dev/pts below the new root is no devpts"* ]] || fail "it took another file for a terminal"
    done
    mounts="$PROC, $PTS"
    rm root/dev/pts && mkdir root/dev/pts
    oci_tty 'stat -c "%F %t" /dev/console; tty'
    [[ "$output" == *"character special file 88"*/dev/pts/0* ]] || fail "no console"
}
oci_tty() {
    bundle "$1"
    call script -qec "unshare --mount '$RUNC' --root '$BATS_TEST_TMPDIR/state' run tty-$$" /dev/null </dev/null
    none_outside
}

# bats test_tags=vm
@test "06 traps: /sys/fs/cgroup of an image" {
    rm -rf root/sys && mkdir -p root/sys/fs "root$PWD/outside"
    ln -s "$PWD/outside" root/sys/fs/cgroup
    mounts="$PROC, "'{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["ro"]}'
    oci true
    ends 0
    grep -q "^$PWD/root$PWD/outside" seen || fail "nothing was mounted inside"
    mounts="$PROC, $SYS, "'{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup"}'
    masked='"/sys/fs/cgroup"' # on v1 a tmpfs, and not the kernel's
    oci 'ls -A /sys/fs/cgroup'
    ends 0
    [ -z "$output" ] || fail "the groups are seen"
    readonly=$masked masked=
    oci 'ls -A /sys/fs/cgroup | head -n 1; mkdir /sys/fs/cgroup/memory/new /sys/fs/cgroup/new'
    ends 1 "Read-only file system"
    [ -n "$output" ] || fail "no groups are seen"
}

# While it flips, a directory and a symlink change places in the image, as fast as they can.
@test "06 traps: 200 containers while the image changes, and nothing is mounted outside" {
    need python3
    mkdir -p root/spot
    ln -s "$PWD/outside" root/trap
    python3 -c '
import ctypes, sys
libc = ctypes.CDLL(None)
while True:
    libc.renameat2(-100, b"root/spot", -100, b"root/trap", 2)' 3>&- 4>&- &
    local flipper=$!
    mounts="$mounts, "'{"destination": "/spot", "type": "tmpfs"}, {"destination": "/spot/in", "type": "bind", "source": "/etc", "options": ["bind"]}'
    bundle true
    unshare --mount --propagation private sh -c '
        for n in $(seq 200); do "$0" --root state run "race-$n-$$" && echo started; done 2>said | wc -l >good
        awk "{print \$5}" /proc/self/mountinfo | sort -u >after' "$RUNC" || true
    kill "$flipper"
    [ "$(cat good)" -gt 0 ] || fail "none started: $(sort said | uniq -c | head)"
    cmp before after || fail "the host has other mounts than before"
    [ "$(grep -c "^$PWD/root$" seen)" -gt 0 ] || fail "the hook saw nothing"
    none_outside
}

@test "06 devices: those of the configuration, past the umask, with their owners" {
    umask 077
    # below a tmpfs of its own: the host's /tmp, where the root is, may be nodev
    # and a bind, "-v /dev/urandom:/dev/random", is not taken away
    mounts="$mounts, "'{"destination": "/dev/random", "type": "bind", "source": "/dev/urandom", "options": ["bind"]},
        {"destination": "/elsewhere", "type": "tmpfs", "source": "tmpfs"}'
    linux=', "devices": [{"path": "/dev/net/tun", "type": "c", "major": 10, "minor": 200, "fileMode": 438, "uid": 7, "gid": 8},
        {"path": "/dev/pipe", "type": "p", "fileMode": 402}, {"path": "/dev/disk", "type": "b", "major": 7, "minor": 0, "fileMode": 384},
        {"path": "/elsewhere/new/u", "type": "u", "major": 1, "minor": 5, "fileMode": 292}, {"path": "/dev/null", "type": "c", "major": 1, "minor": 3, "fileMode": 416, "gid": 3}]'
    oci 'stat -c "%F %t:%T %a %u:%g" /dev/net/tun /dev/pipe /dev/disk /elsewhere/new/u /dev/null /dev/full /dev/random; readlink /dev/fd; readlink /dev/ptmx; umask'
    ends 0
    diff - <(echo "$output") <<'END' || fail "other devices"
character special file a:c8 666 7:8
fifo 0:0 622 0:0
block special file 7:0 600 0:0
character special file 1:5 444 0:0
character special file 1:3 640 0:3
character special file 1:7 666 0:0
character special file 1:9 666 0:0
/proc/self/fd
pts/ptmx
0022
END
    mounts="$PROC, "'{"destination": "/dev", "type": "bind", "source": "'"$PWD"'/outside", "options": ["bind"]}' linux=
    oci 'ls /dev'
    ends 0
    [ "$output" = file ] || fail "devices were made in a /dev that is the host's"
    mounts="$PROC, ${DEV/nosuid/ro}"
    oci 'test -c /dev/null && ! touch /dev/x'
    ends 0 "Read-only file system"
}

@test "06 sysctl: in either form, only of its own namespaces, and the errors name it" {
    sysctl() { linux=", \"sysctl\": {$1}"; }
    sysctl '"net.ipv4.ip_forward": "1", "net/ipv4/conf/lo/forwarding": "1", "kernel.shmmax": "4096", "net.ipv4.conf.lo.log_martians": "1"'
    trap_at /proc/x /etc 2>/dev/null || true
    local before
    before=$(cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax)
    oci 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/lo/forwarding /proc/sys/kernel/shmmax'
    ends 0
    [ "$output" = $'1\n1\n4096' ] || fail "not set"
    [ "$(cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax)" = "$before" ] || fail "the host's were set"
    sysctl '"net.ipv4.ip_forward": "many"'
    oci true
    ends 1 'net.ipv4.ip_forward to "many": Invalid argument'
    sysctl '"net.ipv4.none": "1"'
    oci true
    ends 1 "this kernel has no /proc/sys/net/ipv4/none"
    for key in kernel.core_pattern vm.swappiness net/../kernel/core_pattern net..x net. / "" .net net/ipv4/; do
        sysctl "\"$key\": \"1\""
        oci true
        ends 1 "linux.sysctl"
    done
    sysctl "\"net.ipv4.ip_forward\": \"$(cat /proc/sys/net/ipv4/ip_forward)\"" # the host's: it must not come to that
    bundle true
    sed -i 's/{"type": "network"}, //' config.json
    call unshare --mount "$RUNC" --root "$BATS_TEST_TMPDIR/state" run host-net
    ends 1 "would change the host's"
    sed -i 's|{"type": "pid"}|&, {"type": "network", "path": "/proc/self/ns/net"}|' config.json
    call unshare --mount "$RUNC" --root "$BATS_TEST_TMPDIR/state" run own-net
    ends 1 "would be set on the host"
}

@test "06 root: read-only, by chroot, and each propagation" {
    root_more=', "readonly": true'
    cwd=/made/before oci 'pwd; touch /x; grep -c " / " /proc/mounts'
    told $'/made/before\n1'
    complained "Read-only file system"
    [ ! -e root/x ] || fail "written"
    root_more=
    for kind in shared slave private unbindable; do
        linux=", \"rootfsPropagation\": \"$kind\""
        propagation=shared oci 'grep " / / \| [^ ]*/root / " /proc/self/mountinfo'
        ends 0
        case $kind in
        shared) [[ "$output" == *shared:* ]] ;;
        unbindable) [[ "$output" == *unbindable* ]] ;;
        *) [[ "$output" != *shared:* ]] ;;
        esac || fail "not $kind"
    done
    linux=
    bundle 'ls /; grep -c . /proc/mounts; ls /proc/1/root'
    call unshare --mount "$RUNC" --root "$BATS_TEST_TMPDIR/state" run --no-pivot moved
    ends 0
    told etc
    sed -i 's/{"type": "mount"}, //' config.json
    call unshare --mount "$RUNC" --root "$BATS_TEST_TMPDIR/state" run host-mounts
    ends 1 "no mount namespace of its own"
}

# The host's side is a mount namespace of the test's own, whose mounts are shared.
@test "06 propagation: a volume hears of the host's mounts or tells of its own, and else nothing passes" {
    mkdir -p vol
    volume() { echo "{\"destination\": \"/vol\", \"type\": \"none\", \"source\": \"$PWD/vol\", \"options\": [\"rbind\", \"$1\"]}"; }
    local user=', "uidMappings": [{"containerID": 0, "hostID": 0, "size": 65536}], "gidMappings": [{"containerID": 0, "hostID": 0, "size": 65536}]'
    # "rw" says nothing of propagation: then it hears, with a user namespace, too
    for kind in rprivate rslave rshared rw user; do
        mounts="$PROC, $DEV, $(volume ${kind/user/rw})"
        linux= spaces=
        [ $kind != rshared ] || linux=', "rootfsPropagation": "rshared"'
        [ $kind != user ] || linux=$user spaces=', {"type": "user"}'
        bundle 'mount -t tmpfs inside /vol/inside; mkdir -p /vol/ready; until [ -e /vol/go ]; do sleep 0.05; done; grep -c "^host" /proc/mounts'
        call unshare --mount --propagation shared sh -c '
            mount -t tmpfs vol vol && mkdir vol/host vol/inside
            "$0" --root state run vol >count 2>&1 &
            for _ in $(seq 100); do [ -e vol/ready ] && break; sleep 0.05; done
            mount -t tmpfs host vol/host
            grep -c "^inside" /proc/mounts
            awk "\$2 != \"/vol\" && \$2 ~ /root/" /proc/mounts | grep -v " ext\| overlay\| /vol" | wc -l
            touch vol/go; wait; cat count' "$RUNC"
        case $kind in
        rprivate) [ "${lines[*]}" = "0 0 0" ] ;;
        rslave | rw | user) [ "${lines[*]}" = "0 0 1" ] ;;
        rshared) [ "${lines[*]}" = "1 0 1" ] ;;
        esac || fail "$kind"
    done
}

@test "06 user namespace: sources that its root may not pass, and ID-mapped ones" {
    mkdir -p closed/vol
    echo secret >closed/vol/file
    chown -R 1000:1000 closed/vol
    chmod 700 closed
    for dir in "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR"/.. "$BATS_RUN_TMPDIR"; do chmod a+x "$dir"; done
    chown -R 100000:100000 root
    spaces=', {"type": "user"}'
    local map='"uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}], "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}]'
    linux=", $map"
    mounts="$mounts, "'{"destination": "/vol", "type": "bind", "source": "'"$PWD"'/closed/vol", "options": ["bind", "ro"]},
        {"destination": "/dev/random", "type": "bind", "source": "/dev/urandom", "options": ["bind"]}'
    oci 'ls /vol; stat -c "%u" /vol/file; touch /vol/x; stat -c "%t:%T" /dev/null /dev/random; echo x >/dev/null && echo written'
    ends 0 "Read-only file system"
    [ "$output" = $'file\n65534\n1:3\n1:9\nwritten' ] || fail "not seen"
}

@test "06 user namespace: mounts whose IDs are mapped, both ways" {
    mkdir -p vol
    echo text >vol/file
    chown -R 1000:1000 vol
    mounts="$PROC, $DEV, "'{"destination": "/vol", "type": "bind", "source": "'"$PWD"'/vol", "options": ["bind", "idmap"],
        "uidMappings": [{"containerID": 1000, "hostID": 0, "size": 1}], "gidMappings": [{"containerID": 1000, "hostID": 0, "size": 1}]}'
    oci 'stat -c "%u:%g" /vol/file; touch /vol/new'
    [[ "$stderr" != *"cannot map IDs here"* ]] || skip "$(stat -f -c %T .) cannot map IDs here"
    ends 0
    [ "$output" = 0:0 ] || fail "not mapped"
    [ "$(stat -c %u:%g vol/new)" = 1000:1000 ] || fail "not mapped back"
    mounts="$PROC, "'{"destination": "/vol", "type": "bind", "source": "'"$PWD"'/vol", "options": ["bind", "idmap"]}'
    oci true
    ends 1 "there is no map"
    mounts="$PROC, "'{"destination": "/vol", "type": "bind", "source": "/proc", "options": ["bind", "idmap"],
        "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 1}], "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 1}]}'
    oci true
    ends 1 "cannot map IDs"
}

@test "06 mounts: what cannot be mounted says why" {
    try() { # SAYS MOUNT
        mounts="$PROC, $2"
        oci true
        ends 1 "$1"
    }
    try "no such file or directory on the host" '{"destination": "/x", "type": "bind", "source": "/none"}'
    try "this kernel has no file system nofs" '{"destination": "/x", "type": "nofs", "source": "x"}'
    try "one is a directory and the other a file" '{"destination": "/etc/passwd", "type": "bind", "source": "/etc"}'
    try "nonsense" '{"destination": "/x", "type": "tmpfs", "options": ["nonsense"]}'
    mkdir -p ro && mount_ro='mount -t tmpfs x ro && cp -a root/. ro && mount -o remount,ro ro'
    rmdir root/mnt
    bundle true
    sed -i 's/"path": "root"/"path": "ro"/; s/"mounts": \[/&{"destination": "\/mnt", "type": "tmpfs"}, /' config.json
    call unshare --mount sh -c "$mount_ro"' && exec "$0" --root state run ro' "$RUNC"
    ends 1 "the root's file system is read-only"
}
