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

setup_file() {
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -o "$BATS_FILE_TMPDIR/at" "$BATS_TEST_DIRNAME/checks-sound-at.c" || true
}

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

# From here on $MINI runs in a mount and a network namespace of this test's own, and `inside` anything else.
own_mounts() {
    unshare -m -n sleep 1000 >/dev/null 2>&1 3>&- 4>&- &
    HOLDER=$!
    disown $HOLDER
    wait_for 30 eval '[ "$(cat /proc/$HOLDER/comm)" = sleep ]'
    printf '#!/bin/sh\nexec nsenter -t %s -m -n -w"$PWD" "%s" "$@"\n' $HOLDER "$MINI" >mini
    chmod +x mini
    REAL=$MINI MINI=$PWD/mini
    inside sh -c 'ip link set lo up; echo 1 >/proc/sys/net/ipv4/ip_forward' # where it is 0 on the host a note is due
}
inside() { nsenter -t $HOLDER -m -n -w"$PWD" "$@"; }

# … and the boot has the number in the file `boot`.
own_boot() {
    boots 1
    own_mounts
    inside mount --bind "$PWD/boot" /proc/sys/kernel/random/boot_id
}
boots() { printf '00000000-0000-4000-8000-%012d\n' "$1" >boot; }

is_dead() { ! grep -qs '^State:.*[RSDT] ' "/proc/$1/status"; } # or nobody has waited for it yet
# Without power: all of its processes end at once, and the kernel's groups are those of another boot.
power_off() {
    local name pid monitor group groups=() pids=()
    for name in $(names); do
        pid=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' "$name")
        monitor=$(awk '/^PPid/ {print $2}' "/proc/$pid/status")
        while IFS=: read -r _ _ group; do
            [[ $group != *mini-docker* ]] || groups+=("$group")
        done <"/proc/$pid/cgroup"
        kill -KILL "$monitor"
        pids+=("$pid")
    done
    for pid in "${pids[@]}"; do wait_for 20 is_dead "$pid"; done
    for group in "${groups[@]}"; do
        for group in /sys/fs/cgroup{,/*}"$group"; do
            [ ! -d "$group" ] || wait_for 30 rmdir "$group"
        done
    done
}

@test "06 sound: a lost power, after any call of what writes: all or nothing, and what was acknowledged" {
    need strace
    need python3
    local every=15 scenarios
    mapfile -t scenarios < <(printf '%s\n' create run run-d run-rm start rm rename update volume-create volume-rm \
        volume-use network-create network-rm tag rmi import load commit build prune | shuf -n 3)
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
    for left in 300 316 332; do # there is room for a part of the built-in image
        room $left
        engine create busybox
        ends 1 "No space left on device"
    done
    room 20000
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

# What is left of a store when all has been removed from it, but for what every store has.
all_gone() {
    local left
    left=$("$MINI" --root "$STORE" ps -aq)
    # shellcheck disable=SC2086 # words
    [ -z "$left" ] || works rm -f $left
    works system prune -a -f
    works volume prune -a -f
    (cd "$STORE" && find . -mindepth 2 | grep -vxE './images/(blobs|blobs/sha256|index.json|oci-layout|partial|.spare)|./networks/(bridge|host|none).json|./run/(boot|events|events/events(\.1)?|monitor|networks|networks/leases|runtime|view)') >left || true
    [ ! -s left ] || fail "$1, left: $(cat left)"
}

# killed PROCESS CHECK ARG...: kill a process of the command at some of its calls; CHECK has to hold after each.
killed() {
    local who=$1 check=$2 step n=1
    shift 2
    step=${SWEEP:+1}
    step=${step:-60}
    [ "$step" -eq 1 ] || n=$((RANDOM % step + 1))
    for (( ; ; n += step)); do
        timeout -s KILL 60 ${HOLDER:+nsenter -t $HOLDER -m -n} "$BATS_FILE_TMPDIR/at" "$PWD/log" "$who" $n kill "${REAL:-$MINI}" --root "$STORE" "$@" </dev/null >/dev/null 2>&1 3>&- 4>&- || true
        wait_for 30 runs_alone || fail "call $n of $*: $(names) run"
        works images
        works volume ls
        works network ls
        $check || fail "call $n of $*: $check does not hold"
        grep -q '^call ' log || break
    done
}
runs_alone() { [ "$("$MINI" --root "$STORE" ps -q | wc -l)" -eq 1 ]; }
goes_on() { works exec box true; }
has_whole_file() { works exec box sh -c 'test ! -e /file || cmp /file /big'; }
has_one_name() {
    local name
    name=$("$MINI" --root "$STORE" ps --format '{{.Names}}')
    [ "$name" = box ] || { [ "$name" = other ] && works rename other box; } || return 1
    works exec box true && works create --name other busybox && works rm other # the name is free
}
has_a_limit() {
    [[ $("$MINI" --root "$STORE" inspect -f '{{.HostConfig.PidsLimit}}' box) == @(50|60) ]] && works update --pids-limit 50 box
}
runs_or_is_paused() {
    ! state_is Status box paused || works unpause box || return 1
    goes_on
}
is_image_or_none() {
    [ -z "$("$MINI" --root "$STORE" images -q made)" ] || { works run --rm --network none made test -e /mark && works rmi made; }
}
has_used_volume() { # whatever was copied is whole, and the next use has all of it
    works run --rm --network none -v data:/old busybox sh -c 'cat /old/passwd | cmp - /etc/passwd || test ! -e /old/passwd' &&
        works run --rm --network none -v data:/etc busybox test -s /etc/passwd && works rm use && works volume rm data &&
        works create --name use -v data:/etc --network none busybox true
}
is_alone() { [ "$("$MINI" --root "$STORE" top box | wc -l)" -eq 2 ]; }

# No group, process or mount of any container that this store has had; others' may be there.
no_trace() {
    local id
    for id in $("$MINI" --root "$STORE" events --since 1h --until 0s --filter type=container --format '{{.Actor.ID}}' | sort -u); do
        ! compgen -G "/sys/fs/cgroup/mini-docker-${id:0:12}" && ! compgen -G "/sys/fs/cgroup/*/mini-docker-${id:0:12}" || return 1
    done
    ! pgrep -f -- "--root $STORE " && ! grep -F "$STORE/" /proc/self/mountinfo
}

@test "06 sound: exec, cp, commit, rename, update, pause, volumes and prune, killed at any call" {
    [ -x "$BATS_FILE_TMPDIR/at" ] || skip "no C compiler"
    local round
    cp "$MINI" big
    works run -d --network none --name box --pids-limit 50 busybox sh -c 'echo x >/mark; exec sleep 1000'
    works cp big box:/big
    while read -r round; do
        eval "$round"
    done < <(shuf -n "${SWEEP:+99}4" <<'END'
killed 0 goes_on exec box true
killed 1 goes_on exec box true
killed 0 goes_on exec -d box true
killed 0 has_whole_file cp big box:/file
killed 0 has_one_name rename box other
killed 0 has_a_limit update --pids-limit 60 box
killed 0 runs_or_is_paused pause box
works pause box && killed 0 runs_or_is_paused unpause box
killed 0 is_image_or_none commit box made
works create --name use -v data:/etc --network none busybox true && killed 0 has_used_volume start -a use
killed 0 goes_on container prune -f
killed 0 goes_on system prune -a -f
END
    )
    wait_for 30 is_alone || fail "a process of a killed exec is left: $("$MINI" --root "$STORE" top box)"
    all_gone "all that was killed"
    wait_for 30 no_trace >left || fail "left: $(cat left)"
}

# What each of the 50 does: errors are good only where another of them explains it.
one_of_many() {
    local n=$1 kind=$(($1 % 10)) i
    say() {
        "$MINI" --root "$STORE" "$@" >>"out$n" 2>>"said$n" || { echo "status $? of $*" >>"said$n" && [ $? -lt 126 ]; }
    }
    for i in 1 2; do
        case $kind in
        0) say run --rm -p "$((8000 + n)):80" busybox true ;;
        1) say run -d --network none --name "box$n" busybox true && say wait "box$n" && say rm "box$n" ;;
        2) say create --name same busybox && say rename same "was$n-$i" && say rm "was$n-$i" ;;
        3) say tag busybox "tag$n:$i" && say rmi "tag$n:$i" ;;
        4) say load -i saved && say rmi loaded ;;
        5) say create --name "made$n" busybox && say commit "made$n" "made$n" && say rm "made$n" && say rmi "made$n" ;;
        6) say volume create shared && say run --rm --network none -v shared:/etc busybox test -s /etc/passwd && say volume rm shared ;;
        7) say network create --subnet "10.99.$n.0/24" "net$n" && say run --rm --network "net$n" busybox true && say network rm "net$n" ;;
        8) say ps -a && say images && say volume ls && say network ls ;;
        9) say container prune -f && say image prune -f && say system df ;;
        esac
    done
}

@test "06 sound: 50 at once on one store: nobody hurts another, and nothing is left" {
    local n pids=()
    need ip
    own_mounts
    tar -cf file -C "$BATS_TEST_DIRNAME" version.h
    works import file loaded
    works save -o saved loaded
    works rmi loaded
    works run -d -p 7999:80 --name stays busybox sleep 1000
    for ((n = 0; n < 50; n++)); do
        one_of_many $n </dev/null >/dev/null 2>&1 3>&- 4>&- &
        pids+=($!)
    done
    wait "${pids[@]}" || true
    # what was pruned, taken or removed by another meanwhile is said so, and nothing else goes wrong
    cat said* | grep -vE '^status 1(25)? of |^hint: |is already in use by container|No such (container|image)|no such volume|volume is in use|image is being used|is using its referenced image|Renaming a container' >left || true
    [ ! -s left ] || fail "$(sort left | uniq -c)"
    ! grep -E '^status (1[013][0-9]|12[0134679])' said* || fail "one of them has crashed"
    state_is Running stays true || fail "who did nothing was hurt"
    works rm -f stays
    all_gone "50 at once"
    [ ! -s store/run/networks/leases ] || fail "$(cat store/run/networks/leases)"
    [ "$(inside ip -o link | wc -l)" -eq 1 ] || fail "$(inside ip -o link)"
    ! command -v nft >/dev/null || [ -z "$(inside nft list ruleset)" ] || fail "$(inside nft list ruleset)"
    wait_for 30 no_trace >left || fail "left: $(cat left)"
}

@test "06 sound: on a read-only store what looks works, and the rest says so with a cure" {
    local command
    own_mounts
    mkdir -m 700 store
    inside mount -t tmpfs -o mode=0700 tmpfs "$STORE"
    works run --network none --name box busybox echo hello
    works volume create unused
    works network create --subnet 10.98.0.0/24 unused
    inside mount -o remount,ro "$STORE"
    while read -r -a command; do
        engine "${command[@]}"
        [[ $status -ne 0 && $stderr == *"Read-only file system"*"hint: the file system of $STORE is mounted read-only -> "* ]] ||
            fail "${command[*]}"
    done <<'END'
create busybox
run --rm busybox true
start box
rm box
rename box other
commit box image
cp box:/etc/passwd -
tag busybox other
volume create new
volume rm unused
network create --subnet 10.97.0.0/24 new
network rm unused
container prune -f
END
    for command in "ps -a" "logs box" "inspect box" "images" "volume ls" "network ls" "system df" "info" "events --since 1h --until 0s" "stop box"; do
        # shellcheck disable=SC2086 # words
        works $command
    done
    prints hello logs box
    inside mount -o remount,rw "$STORE"
    works rm box
}

@test "06 sound: without descriptors, or a helper, a command says so, and takes nobody for dead" {
    local n command
    need prlimit
    need ip
    own_mounts
    works run -d --name up -p 7999:80 busybox sleep 1000
    for n in $(shuf -i 4-24 -n "${SWEEP:+9}6"); do
        while read -r -a command; do
            call inside timeout -s KILL 60 prlimit --nofile="$n" "$REAL" --root "$STORE" "${command[@]}"
            [[ $status -lt 126 && ($status -eq 0 || -n $stderr) ]] || fail "$n, ${command[*]}: it has crashed"
            [[ ! $stderr =~ "is not whole"|"is stopped"|"has stopped"|"not running" ]] || fail "$n, ${command[*]}: it is wrong"
            [ "${command[0]}" != run ] || engine rm -f new
            [ "$(grep -c . store/run/networks/leases)" -eq 2 ] || fail "$n, ${command[*]}: $(cat store/run/networks/leases)"
        done <<'END'
run -d --name new busybox sleep 1000
exec up true
cp up:/etc/passwd copied
network create --subnet 10.98.0.0/24 new
network rm new
network prune -f
container prune -f
END
    done
    works exec up true
    # shellcheck disable=SC2016 # for the other shell
    printf '#!/bin/sh\necho half\nkill -KILL $$\n' >nft
    chmod +x nft
    works network create --subnet 10.97.0.0/24 new
    PATH=$PWD:$PATH engine run --rm --network new busybox true
    ends 125 "nft was ended by signal 9"
}

@test "06 sound: what somebody has damaged is named, with a cure that works, and the rest goes on" {
    local digest
    works run --name box --network none busybox sh -c 'echo one; echo two'
    works create --name other busybox
    works network create --subnet 10.98.0.0/24 net
    tar -cf file -C "$BATS_TEST_DIRNAME" version.h
    works import file small
    # half a line of the log is lost, and not the next one with it
    truncate -s -20 "$(echo store/containers/*/log.json)"
    works start -a box
    works logs box
    [ "$output" = $'one\none\ntwo' ] || [ "$output" = $'one\ntwo\none\ntwo' ] || fail "a line is lost"
    # a layer is unpacked again from its blob
    rm -r store/layers/*
    works start -a other
    # a container, an image, a network, the index
    truncate -s 30 "$(grep -l '"Name":"/\?other"' store/containers/*/container.json)"
    engine ps -a --format '{{.Names}}'
    ends 1 "-> rm -f "
    [ "$output" = box ] || fail "the others are not shown"
    works rm -f "${stderr##*-> rm -f }"
    works ps -a
    digest=$("$MINI" --root "$STORE" images -q --no-trunc small)
    truncate -s 10 "store/images/blobs/sha256/${digest#*:}"
    works images --format '{{.Repository}} {{.Size}}'
    told "small damaged"
    works rmi -f small
    truncate -s 30 store/networks/net.json
    engine network ls
    ends 1 "net.json: line 3"
    complained "-> remove the file"
    rm store/networks/net.json
    works network ls
    truncate -s 30 store/images/index.json
    engine images
    ends 1 "-> mend it; or remove the file"
    rm store/images/index.json
    works run --rm --network none busybox true # which brings the built-in image back
    works start -a box
}

end_monitor() {
    local pid
    pid=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' "$1")
    kill -KILL "$(awk '/^PPid/ {print $2}' "/proc/$pid/status")"
    wait_for 30 is_dead "$pid"
}
is_in_one_or_two() {
    works exec box true && [ "$("$MINI" --root "$STORE" ps -q | wc -l)" -eq 1 ] || return 1
    engine network disconnect net box
    works network connect net box && works network disconnect net box
}

@test "06 sound: network connect and disconnect, and who has a published port, killed at any call" {
    [ -x "$BATS_FILE_TMPDIR/at" ] || skip "no C compiler"
    need ip
    own_mounts
    works network create --subnet 10.98.0.0/24 net
    works run -d -p 7999:80 --name box busybox sh -c 'while :; do nc -l -p 80 </dev/null; done'
    killed 0 is_in_one_or_two network connect net box
    works network connect net box
    killed 0 is_in_one_or_two network disconnect net box
    # its monitor goes, and the port with it; so does one with --rm
    end_monitor box
    prints "137 its monitor was killed" inspect -f '{{.State.ExitCode}} {{.State.Error}}' box
    works run -d --rm -p 7999:80 --name again busybox sleep 1000
    end_monitor again
    [ "$(names -a)" = box ] || fail "$(names -a): --rm was forgotten"
    works start box
    works rm -f box
    works network rm net
    all_gone "the network"
    [ ! -s store/run/networks/leases ] || fail "$(cat store/run/networks/leases)"
    [ "$(inside ip -o link | wc -l)" -eq 1 ] || fail "$(inside ip -o link)"
    wait_for 30 no_trace >left || fail "left: $(cat left)"
}

@test "06 sound: a log that may have no new file grows on, and turns over when there is room" {
    small_store
    inside mkdir -p "$PWD/go"
    works run -d --network none --name box -v "$PWD/go:/go" --log-opt max-size=20k --log-opt max-file=2 busybox sh -c '
        upto() { while [ $((i += 1)) -le $1 ]; do echo $i; done; while [ ! -e /go/$1 ]; do sleep 0.05; done; i=$1; }
        i=0; upto 100; upto 1000; upto 1500'
    has_line() { "$MINI" --root "$STORE" logs --tail 1 box | grep -qx "$1"; }
    wait_for 20 has_line 100
    room 0 0
    touch go/100
    wait_for 20 has_line 1000 || fail "it is cut off"
    prints "$(seq 1000)" logs box
    room 20000
    touch go/1000
    wait_for 20 has_line 1500 || fail "it is cut off"
    works logs box
    [ "${lines[0]}" -gt 500 ] || fail "it did not turn over"
    touch go/1500
    prints 0 wait box
}
