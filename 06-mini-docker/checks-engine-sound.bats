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
    end_containers "${STORE-}"
    [ -z "${HOLDER-}" ] || kill -KILL "$HOLDER" 2>/dev/null || true
}

state_is() { [ "$("$MINI" --root "$STORE" inspect -f "{{.State.$1}}" "$2" 2>/dev/null)" = "$3" ]; }
names() { "$MINI" --root "$STORE" ps "$@" --format '{{.Names}}' | sort | xargs; }

# From here on $MINI runs in a mount namespace of this test's own, in which the boot has the number in the file `boot`.
own_boot() {
    boots 1
    unshare -m sleep 1000 3>&- 4>&- &
    HOLDER=$!
    wait_for 10 eval '[ "$(readlink /proc/$HOLDER/ns/mnt)" != "$(readlink /proc/self/ns/mnt)" ]'
    nsenter -t $HOLDER -m mount --bind "$PWD/boot" /proc/sys/kernel/random/boot_id
    printf '#!/bin/sh\nexec nsenter -t %s -m -w"$PWD" "%s" "$@"\n' $HOLDER "$MINI" >mini
    chmod +x mini
    MINI=$PWD/mini
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
