#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is mounted in a container that runs: binds, volumes, tmpfs; and its files, seen from outside.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need_root "to see what is mounted"
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

teardown() { end_containers "${STORE-}"; }

# One command of the engine, on a store of this test's own.
engine() { call timeout -k 5 30 "$MINI" --root "$STORE" "$@"; }
run_in() { engine run --rm --network none "$@"; }
box() { engine run -d --network none --name box "$@" && ends 0; }

@test "06 mounts: a bind shows the host's directory or file, and read-only is all that is below it" {
    mkdir -p host/below && echo text >host/file
    unshare -m --propagation private bash -c "mount -t tmpfs below host/below &&
        exec '$MINI' --root '$STORE' run --rm --network none -v '$PWD/host:/a' -v '$PWD/host:/b:ro' -v '$PWD/host/file:/etc/f' \
        --mount 'type=bind,src=$PWD/host,dst=/c,bind-nonrecursive' busybox \
        sh -c 'cat /etc/f; echo new >/a/new; touch /b/x /b/below/x; touch /a/below/y; ls /c/below; grep -c below /proc/self/mountinfo'" \
        >printed 2>said
    [ "$(cat printed)" = "text"$'\n'"2" ] || fail "$(cat printed said)"
    grep -q "/b/x: Read-only" said && grep -q "/b/below/x: Read-only" said || fail "$(cat said)"
    [ "$(cat host/new)" = new ] || fail "it did not reach the host"
    run_in -v "$PWD/made/deep:/x" busybox stat -c '%a %u' /x
    [ "$output" = "755 0" ] && [ -d made/deep ] || fail "the source was not made"
    run_in -v ./host:/x busybox ls /x/file
    ends 0
    run_in --mount "type=bind,src=$PWD/none,dst=/x" busybox true
    ends 125 "bind source path does not exist: $PWD/none"
    run_in -v "$PWD/host:/x:shared" busybox true
    ends 125 "but it is not a shared mount"
}

@test "06 mounts: a slave sees what the host mounts later, and a private bind does not" {
    mkdir host
    unshare -m --propagation private bash -c "mount -t tmpfs host host && mount --make-shared host && mkdir host/later &&
        '$MINI' --root '$STORE' run -d --network none --name box -v '$PWD/host:/slave:rslave' -v '$PWD/host:/own' busybox sleep 60 &&
        mount -t tmpfs later host/later && touch host/later/seen &&
        '$MINI' --root '$STORE' exec box sh -c 'ls /slave/later; ls /own/later'" >printed 2>said || fail "$(cat said)"
    [ "$(tail -n +2 printed)" = seen ] || fail "$(cat printed)"
    engine rm -f box
    # shared: the other way as well, and nothing else of the container comes to the host, though all of that is shared
    unshare -m --propagation private bash -c "mount --make-rshared / && mount -t tmpfs host host && mkdir host/later &&
        grep -c . /proc/self/mountinfo && '$MINI' --root '$STORE' run --rm --network none --cap-add SYS_ADMIN --security-opt seccomp=unconfined \
            -v '$PWD/host:/shared:rshared' busybox mount -t tmpfs later /shared/later &&
        grep -c . /proc/self/mountinfo && grep -c '/host/later ' /proc/self/mountinfo" >printed 2>said || fail "$(cat said)"
    mapfile -t lines <printed
    [ "${lines[1]} ${lines[2]}" = "$((lines[0] + 1)) 1" ] || fail "$(cat printed)"
}

@test "06 mounts: tmpfs, --shm-size, and what Docker's own list has else" {
    run_in --tmpfs /t:size=1m,exec --tmpfs /run --mount type=tmpfs,dst=/m,tmpfs-size=2m,tmpfs-mode=1770,ro --shm-size 3m busybox \
        grep -E ' (/t|/run|/m|/dev/shm) ' /proc/self/mountinfo
    ends 0
    [ "$(awk '{ print $5, $6, $NF }' <<<"$output" | sort)" = "/dev/shm rw,nosuid,nodev,noexec,relatime rw,size=3072k
/m ro,nosuid,nodev,noexec,relatime rw,size=2048k,mode=1770
/run rw,nosuid,nodev,noexec,relatime rw,mode=755
/t rw,nosuid,nodev,relatime rw,size=1024k" ] || fail "other mounts"
    run_in --privileged busybox sh -c 'grep -E " /sys " /proc/self/mountinfo'
    told "/sys rw,"
    run_in busybox sh -c 'grep -E " /sys " /proc/self/mountinfo'
    told "/sys ro,"
    mkdir shm && echo text >shm/mine
    run_in -v "$PWD/shm:/dev/shm" busybox cat /dev/shm/mine
    [ "$output" = text ] || fail "Docker's list won"
}

@test "06 mounts: --rm takes the volumes that nobody has named, and leaves the others" {
    run_in -v named:/named -v /nameless busybox sh -c 'touch /named/x /nameless/x'
    ends 0
    engine volume ls -q
    [ "$output" = named ] || fail "others"
    [ -e "$STORE/volumes/named/_data/x" ] || fail "it is empty"
    run_in -v named:/a:ro busybox sh -c 'ls /a; touch /a/y'
    [ "$output" = x ] || fail "not the same volume"
    complained "Read-only file system"
    # a start that fails leaves neither the container nor what it was given
    mkdir host
    run_in -v /nameless -v "$PWD/host:/x:shared" busybox true
    ends 125 "not a shared mount"
    engine volume ls -q
    [ "$output" = named ] || fail "a volume is left"
    [ -z "$(ls "$STORE/containers")" ] || fail "a container is left"
}

@test "06 cp: of a container that runs: its files and volumes, but not its /proc" {
    box -v data:/data busybox sh -c 'rm /etc/profile; echo made >/tmp/made; exec sleep 60'
    wait_for 30 eval '[ -e "$STORE"/containers/*/upper/tmp/made ]'
    echo one >file
    for place in /tmp /data; do
        engine cp file "box:$place"
        ends 0
    done
    engine exec box cat /tmp/file /data/file
    [ "$output" = "one"$'\n'"one" ] || fail "it does not see them"
    engine cp box:/tmp/made .
    [ "$(cat made)" = made ] || fail "another file"
    engine cp box:/proc/1/comm .
    ends 1 "Could not find the file"
    [ "$("$MINI" --root "$STORE" cp box:/etc/hostname - | tar xO)" = "$(basename "$STORE"/containers/* | cut -c 1-12)" ] ||
        fail "another host name"
    engine diff box
    [ "$output" = "A /data
C /etc
D /etc/profile
C /tmp
A /tmp/file
A /tmp/made" ] || fail "other changes"
    engine export box -o all.tar
    ends 0
    ! tar tf all.tar | grep -E '^(data|proc)/.' || fail "what is mounted was exported"
}

@test "06 commit: pauses the container meanwhile, and it goes on even where commit is killed" {
    need_groups
    box busybox sh -c 'head -c 30000000 /dev/urandom >/large; exec sleep 60'
    wait_for 30 eval '[ "$(stat -c %s "$STORE"/containers/*/upper/large 2>/dev/null)" = 30000000 ]'
    is() { [ "$("$MINI" --root "$STORE" inspect -f '{{.State.Status}}' box)" = "$1" ]; }
    caught() { while kill -0 "$commit" 2>/dev/null; do ! is paused || return 0; done; false; }
    for _ in {1..20}; do # we may look too late
        "$MINI" --root "$STORE" commit box large >/dev/null 2>&1 3>&- 4>&- &
        commit=$!
        ! caught || break
    done
    kill -KILL "$commit" || fail "it was never seen to pause"
    wait_for 30 is running
    engine commit box large
    ends 0
    is running || fail "it does not go on"
    engine pause box
    engine commit box large
    ends 0
    is paused || fail "it was woken, though somebody else had paused it"
}

@test "06 mounts: an ordinary user has volumes with what is in the image, and cp, diff and commit" {
    chmod a+x "$BATS_RUN_TMPDIR" .. .
    mkdir "$STORE" && chown 65534:65534 "$STORE"
    echo one >file
    user() {
        call "${AS_USER[@]}" timeout -k 5 30 "$MINI" --root "$STORE" "$@"
        [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
        ends 0
    }
    user run -d --network none --name box -v data:/etc -v /nameless busybox sh -c 'echo made >/tmp/made; exec sleep 60'
    wait_for 30 eval '[ -e "$STORE"/containers/*/upper/tmp/made ]'
    user cp file box:/etc/
    user exec box cat /etc/file /etc/passwd
    told one
    told root:
    user cp box:/tmp/made -
    user diff box
    [ "$output" = "A /nameless"$'\n'"C /tmp"$'\n'"A /tmp/made" ] || fail "other changes"
    user commit --pause=false box mine
    user rm -f -v box
    user run --rm --network none mine cat /tmp/made
    [ "$output" = made ] || fail "not in the image"
    user volume ls -q
    [ "$output" = data ] || fail "other volumes"
}
