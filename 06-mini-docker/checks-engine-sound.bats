#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06: the engine's store when the machine goes down, when the disk is full, when commands are killed, and when
# many work on it at once: every command answers, what was acknowledged is there, and nothing is left behind.
#
# The sweeps look at some of the moments, others each time; SWEEP=full takes all of them.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need_root "to make groups, and mounts of a namespace's own"
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
    local left
    end_containers "${STORE-}"
    [ -n "${HOLDER-}" ] || return 0
    room 20000 2>/dev/null || true
    left=$(timeout 30 "$MINI" --root "$STORE" ps -aq 2>/dev/null || true)
    # shellcheck disable=SC2086 # words
    [ -z "$left" ] || timeout 60 "$MINI" --root "$STORE" rm -f $left >/dev/null || true
    kill -KILL "$HOLDER" || true
}

state_is() { [ "$("$MINI" --root "$STORE" inspect -f "{{.State.$1}}" "$2" 2>/dev/null)" = "$3" ]; }
names() { "$MINI" --root "$STORE" ps "$@" --format '{{.Names}}' | sort | xargs; }

# From here on $MINI runs in a mount namespace of this test's own, and `inside` anything else.
own_mounts() {
    unshare -m sleep 1000 >/dev/null 2>&1 3>&- 4>&- &
    HOLDER=$!
    disown $HOLDER
    wait_for 10 eval '[ "$(readlink /proc/$HOLDER/ns/mnt)" != "$(readlink /proc/self/ns/mnt)" ]'
    printf '#!/bin/sh\nexec nsenter -t %s -m -w"$PWD" "%s" "$@"\n' $HOLDER "$MINI" >mini
    chmod +x mini
    MINI=$PWD/mini
}
inside() { nsenter -t $HOLDER -m "$@"; }

# … and the boot has the number in the file `boot`.
own_boot() {
    boots 1
    own_mounts
    inside mount --bind "$PWD/boot" /proc/sys/kernel/random/boot_id
}
boots() { printf '00000000-0000-4000-8000-%012d\n' "$1" >boot; }

# Without power: all of its processes end at once, and the kernel's groups are those of another boot.
power_off() {
    local name pid monitor group groups=()
    for name in $(names); do
        pid=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' "$name")
        monitor=$(awk '/^PPid/ {print $2}' "/proc/$pid/status")
        while IFS=: read -r _ _ group; do
            [[ $group != *mini-docker* ]] || groups+=("$group")
        done <"/proc/$pid/cgroup"
        kill -KILL "$monitor"
        wait_for 20 eval "! kill -0 $pid 2>/dev/null"
    done
    for group in "${groups[@]}"; do
        for group in /sys/fs/cgroup{,/*}"$group"; do
            [ ! -d "$group" ] || wait_for 10 rmdir "$group"
        done
    done
}

@test "06 sound: a lost power, after any call of what writes: all or nothing, and what was acknowledged" {
    need strace
    need python3
    local every=15 scenarios
    mapfile -t scenarios < <(printf '%s\n' create run run-d run-rm start rm rename update volume-create volume-rm \
        volume-use network-create network-rm tag rmi import load commit prune | shuf -n 4)
    [ -z "${SWEEP-}" ] || scenarios=() every=1 # all
    mkdir disk
    # shellcheck disable=SC2016 # for the other shell
    unshare -m sh -c 'echo >disk/boot && mount --bind disk/boot /proc/sys/kernel/random/boot_id && exec "$@"' sh \
        python3 "$BATS_TEST_DIRNAME/checks-engine-power.py" "$MINI" "$PWD/disk/w" disk/boot $RANDOM $every \
        "${scenarios[@]}" >looked 2>&1 3>&- 4>&- || { end_containers "$PWD/disk/w/store"; fail "$(cat looked)"; }
}

@test "06 sound: after a reboot what ran has ended, and system start brings back what its policy wants" {
    own_boot
    works run -d --network none --name always --restart always busybox sleep 1000
    works run -d --network none --name by-hand --restart always busybox sleep 1000
    works run -d --network none --name unless --restart unless-stopped busybox sleep 1000
    works run -d --network none --name left --restart unless-stopped busybox sleep 1000
    works run -d --network none --name failure --restart on-failure busybox sleep 1000
    works run -d --network none --name none busybox sleep 1000
    works run -d --network none --name gone --rm busybox sleep 1000
    works create --name made --restart always busybox sleep 1000
    works stop -t 0 by-hand left
    power_off
    boots 2
    prints "" ps -q
    [ "$(names -a)" = "always by-hand failure left made none unless" ] || fail "others: $(names -a)"
    prints "exited 255 false" inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.Running}}' none
    state_is ExitCode by-hand 137 || fail "what had ended before has another status"
    state_is Status made created || fail "what was never started has ended"
    prints $'always\nby-hand\nunless' system start
    [ "$(names)" = "always by-hand unless" ] || fail "others run: $(names)"
    prints "" system start # nothing is left to do
    works start none
    works stop -t 0 always by-hand unless none
}

@test "06 sound: after a reboot no number of the last boot is believed, and before it every one" {
    own_boot
    works run -d --network none --name box busybox sleep 1000
    rm store/run/boot # as those do who tidy up /tmp
    state_is Running box true || fail "it is not believed to run"
    power_off
    # another process has the number of its monitor, and began at the same time
    jq -c ".monitor = $$ | .monitorStartTime = $(awk '{print $22}' /proc/$$/stat)" store/containers/*/status.json >status
    cp status store/containers/*/status.json
    boots 2
    state_is Status box exited || fail "another's process is taken for its monitor"
    kill -0 $$
    [ "$(ls store/run)" = boot ] || fail "left in RUN: $(ls store/run)"
}

# The store has a file system of its own; `room KIBIBYTES` or `room 0 FILES` leaves it that much.
small_store() {
    own_mounts
    mkdir -m 700 store
    inside mount -t tmpfs -o size=40m,mode=0700 tmpfs "$STORE"
    [ $((RANDOM % 2)) -eq 0 ] || return 0 # RUN is elsewhere, as it is without --root: its end makes no room
    inside mkdir -m 700 "$STORE/run"
    inside mount -t tmpfs tmpfs -o mode=0700 "$STORE/run"
}
room() {
    local used files
    read -r used files < <(inside df -k --output=used,iused "$STORE" | tail -n 1)
    if [ $# -eq 1 ]; then files=20000 used=$((used + $1)); else files=$((files + $2)) used=40000; fi
    inside mount -o "remount,size=${used}k,nr_inodes=$files" "$STORE"
}
seen() {
    "$MINI" --root "$STORE" ps -a --format '{{.Names}} {{.Image}}' | grep -v '^new ' | sort
    "$MINI" --root "$STORE" inspect -f '{{.HostConfig.Memory}}' idle
    "$MINI" --root "$STORE" images --format '{{.Repository}} {{.Size}}' | sort
    "$MINI" --root "$STORE" volume ls -q | grep -v ^used$ || true
    "$MINI" --root "$STORE" network ls --format '{{.Name}}'
}

@test "06 sound: on a full disk what makes room works, and the rest says so and changes nothing" {
    small_store
    local left command back
    tar -cf file -C "$BATS_TEST_DIRNAME" version.h
    works import file loaded
    works save -o saved loaded
    works rmi loaded
    works run -d --network none --name up busybox sh -c 'trap "exit 7" TERM; while :; do sleep 0.05; done'
    works create --network none --name idle -m 32m busybox true
    works create --network none --name old -v used:/etc busybox true
    works import file victim
    works volume create unused
    works network create --subnet 10.98.0.0/24 unused
    seen >before
    for left in "$((RANDOM % 12 * 4))" "0 $((RANDOM % 6))" ${SWEEP:+0 4 8 12 16 20 24 28 32 "0 0" "0 1" "0 2" "0 3" "0 4" "0 5" "0 6" "0 7"}; do
        while IFS='|' read -r command back; do # back: how the store comes to be as before
            read -r -a command <<<"$command"
            read -r -a back <<<"$back"
            # shellcheck disable=SC2086 # words
            room $left
            engine "${command[@]}"
            if [ "$status" -ne 0 ]; then
                [[ $stderr == *"No space left on device"*"hint: $STORE has room for "* ]] || fail "$left, ${command[*]}"
                [[ " ps images logs stop rm rmi volume network " != *" ${command[0]} "* ]] ||
                    [ "${command[1]}" = create ] || fail "$left, ${command[*]}: it takes no room, or makes some"
                seen >after 2>&1
                cmp before after || fail "$left, ${command[*]}: $(diff before after)"
                room 20000
                [ "${command[0]}" != run ] || engine rm new
                works "${command[@]}"
            fi
            [ "${command[0]}" != stop ] || prints "exited 7" inspect -f '{{.State.Status}} {{.State.ExitCode}}' up
            room 20000
            [ ${#back[@]} -eq 0 ] || works "${back[@]}"
        done < <(shuf -n "${SWEEP:+99}9" <<'END'
create --network none --name new busybox true | rm new
run --rm --network none busybox true
run -d --network none --name new busybox sleep 1000 | rm -f new
start -a idle
start -a old
exec up true
import file new | rmi new
load -i saved | rmi loaded
commit old new | rmi new
cp file idle:/file
volume create new | volume rm new
network create --subnet 10.97.0.0/24 new | network rm new
tag busybox new | rmi new
rename idle other | rename other idle
update -m 64m --memory-swap 64m idle | update -m 32m --memory-swap 64m idle
ps -a
images
logs up
stop up | start up
rm old | create --network none --name old -v used:/etc busybox true
rmi victim | import file victim
volume rm unused | volume create unused
network rm unused | network create --subnet 10.98.0.0/24 unused
END
        )
    done
    room 0
    works rm -f up idle old
    works system prune -a -f --volumes
    works volume prune -a -f
    [ -z "$("$MINI" --root "$STORE" images -q)" ] || fail "images are left"
}
