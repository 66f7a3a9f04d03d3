#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# mini-runc is killed, runs out of something, meets itself, or finds half of what it wrote: whatever happens, a
# container is either right or gone, and `delete --force` leaves nothing.
#
# The sweeps take one of a few system calls, others each time; SWEEP=full takes all of them, some 20 minutes.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load bundle
load sound

setup_file() {
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra -o "$BATS_FILE_TMPDIR/at" \
        "$BATS_TEST_DIRNAME/checks-sound-at.c"
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    GLOBALS=() BUNDLE=$PWD/$ID GROUP=mini-runc-$BASHPID
    mkdir state
    bundle $ID '.process.args = ["sleep", "1000"]'
}

teardown() {
    remove_containers
    ! mountpoint -q state || umount state
}

# What the sweeps need that not every host has.
sweeps() {
    [ "$(uname -m)" = x86_64 ] || [[ $BATS_TEST_DESCRIPTION != *error* ]] || skip "the tool sets registers of x86-64"
    created || skip "$(tail -n 1 prepared)"
    quiet delete --force $ID
}

create() { printf '%s\n' create --bundle "$BUNDLE" --pid-file "$PWD/pid" $ID; }
sweep_create() {
    local words
    mapfile -t words < <(create)
    sweep "$1" "$2" nothing_first "${words[@]}"
}

@test "06 sound: create, killed at any of its calls, leaves nothing after delete --force" {
    sweeps
    sweep_create 0 kill
}

@test "06 sound: a parent that is killed takes its child along, wherever that is" {
    sweeps
    sweep_create 1 kill:0
    EVERY=25
    sweep 1 kill:0 started exec -d $ID sleep 1001
    [ "$(id -u)" -eq 0 ] || sweep 2 kill:0 started exec -d $ID sleep 1001 # an ordinary user's: 1 is the one that joins first
}

@test "06 sound: a child that is killed is an error of create, which cleans up" {
    sweeps
    cleaned() { at 1 "$N" kill "$RUNC" --root "$PWD/state" create --bundle "$BUNDLE" $ID && status=0 || status=$?; }
    step 9
    for (( ; ; N += STEP)); do
        cleaned
        was_hit || break
        if [ "$status" -eq 0 ]; then # it had said already that it waits for start
            wait_for 30 is_stopped && quiet delete $ID || fail "call $N: create ended well, and no container has stopped"
        fi
        [ "$status" -eq 0 ] || { [ "$status" -eq 1 ] && [ -s said ]; } || fail "call $N: status $status, $(cat said)"
        nothing_of_it "killed at call $N"
    done
    [ "$N" -gt 100 ] || fail "only $N calls were seen"
}

@test "06 sound: run, start, exec, delete, pause, resume, update and kill, killed at any of their calls" {
    sweeps
    sweep 0 kill nothing_first run -d --bundle "$BUNDLE" --pid-file "$PWD/pid" $ID
    sweep 0 kill created start $ID
    sweep 0 kill started exec -d --pid-file "$PWD/pid" $ID sleep 1002
    sweep 0 kill stopped delete $ID
    sweep 0 kill started delete --force $ID
    sweep 0 kill started kill $ID TERM
    [ "$(id -u)" -eq 0 ] || return 0
    sweep 0 kill started pause $ID
    sweep 0 kill paused resume $ID
    sweep 0 kill started update --memory 64M --pids-limit 99 $ID
}

@test "06 sound: create with a user namespace, without groups, with hooks, killed at any call" {
    sweeps
    need_root "an ordinary user's has a user namespace and no groups anyway"
    EVERY=25 # most calls are those of the sweeps above
    GLOBALS=(--cgroup-manager disabled)
    sweep_create 0 kill
    GLOBALS=()
    change $ID "$USER_NAMESPACE"
    sweep_create 0 kill
    sweep_create 1 kill:0
    bundle $ID '.hooks = {prestart: [{path: "/bin/true"}], createContainer: [{path: "/bin/true"}]}'
    sweep_create 0 kill
    sweep_create 1 kill:0
}

@test "06 sound: create and exec with a terminal that goes to a socket, killed at any call" {
    sweeps
    need python3
    takes_terminals
    EVERY=25
    bundle $ID '.process.terminal = true'
    sweep 0 kill nothing_first create --bundle "$BUNDLE" --console-socket terminals $ID
    sweep 1 kill:0 nothing_first create --bundle "$BUNDLE" --console-socket terminals $ID
    bundle $ID
    sweep 0 kill started exec -d --tty --console-socket terminals $ID sleep 1003
    sweep 1 kill:0 started exec -d --tty --console-socket terminals $ID sleep 1003
    [ "$(wc -l <taken)" -gt 3 ] || fail "$(wc -l <taken) terminals came: too few to have tried anything"
}

@test "06 sound: create, killed at random moments, leaves nothing" {
    sweeps
    local i pid
    for ((i = 0; i < ${SWEEP:+300}0 + 30; i++)); do
        "$RUNC" --root "$PWD/state" create --bundle "$BUNDLE" --pid-file "$PWD/pid" $ID </dev/null >out 2>&1 3>&- 4>&- &
        pid=$!
        sleep "0.0$(printf %04d $((RANDOM % 300)))"
        kill -KILL $pid 2>/dev/null || true
        wait $pid || true
        echo "pid $(pid_of $ID 2>/dev/null)" >log
        quiet delete --force $ID || fail "$(cat prepared)"
        nothing_of_it "killed at a random moment"
        rm -f pid
    done
}

@test "06 sound: an error of any call of create is said, or does no harm: ENOMEM, EINTR" {
    sweeps
    need_root "the limits and the user of the program"
    faults 0 12
    faults 1 12
    faults 0 4
}

@test "06 sound: without descriptors, or a byte on the disk, create fails and leaves nothing" {
    need_root "to mount a small file system"
    local n
    : >log
    for n in 4 5 6 7 8 10 12 13; do
        # shellcheck disable=SC2016 # for the other shell
        bash -c 'ulimit -n "$1" && shift && exec "$@"' limited $n "$RUNC" --root "$PWD/state" create \
            --bundle "$BUNDLE" $ID </dev/null >out 2>said 3>&- 4>&- && fail "it could do with $n descriptors"
        [ -s said ] || fail "no word with $n descriptors"
        nothing_of_it "$n descriptors"
    done
    for n in size=4k size=8k nr_inodes=3 nr_inodes=4 nr_inodes=5 nr_inodes=6; do
        mount -t tmpfs -o "mode=0700,$n" small state
        oci create --bundle "$BUNDLE" $ID
        ends 1 "No space left on device"
        nothing_of_it "$n"
        umount state
    done
}

@test "06 sound: of 20 creates with one ID exactly one makes the container" {
    local i pid pids=() good=0
    for ((i = 0; i < 20; i++)); do
        "$RUNC" --root "$PWD/state" create --bundle "$BUNDLE" $ID </dev/null >"out$i" 2>&1 3>&- 4>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do ! wait "$pid" || good=$((good + 1)); done
    [ $good -eq 1 ] || fail "$good of them: $(cat out*)"
    [ "$(grep -lE 'the ID is in use' out* | wc -l)" -eq 19 ] || fail "$(cat out*)"
    echo "pid $(pid_of $ID)" >log
    quiet start $ID && quiet delete --force $ID || fail "$(cat prepared)"
    nothing_of_it "20 creates"
}

# again ROUNDS FILE ARG...: mini-runc again and again, in the background; what it says goes to FILE.
again() {
    local rounds=$1 file=$2
    shift 2
    # shellcheck disable=SC2016 # for the other shell
    bash -c 'rounds=$1 && shift
        for ((i = 0; i < rounds; i++)); do timeout 30 "$@"; echo "status $?"; done' \
        again "$rounds" "$RUNC" --root "$PWD/state" "$@" </dev/null >"$file" 2>&1 3>&- 4>&- &
}

@test "06 sound: create, start, exec and delete --force of one ID at once; list is right all the time" {
    local rounds=${SWEEP:+200}
    : ${rounds:=25}
    again $rounds created create --bundle "$BUNDLE" $ID
    again $rounds started start $ID
    again $rounds entered exec $ID true
    again $rounds deleted delete --force $ID
    again $rounds deleted2 delete --force $ID
    again $rounds listed list --format json
    again $rounds asked state $ID
    wait_all || true
    ! grep -h 'status 124' created started entered deleted deleted2 listed asked || fail "one hangs"
    [ "$(sort -u deleted deleted2)" = "status 0" ] || fail "$(cat deleted deleted2)"
    [ "$(grep -c '^status 0' listed)" -eq $rounds ] || fail "$(cat listed)"
    grep -v '^status' listed | jq -e 'all(.[]; (.id == "box") and (.status | IN("creating", "created", "running", "stopped")))' \
        >/dev/null || fail "$(cat listed)"
    grep -q '^status 0' created || fail "$(cat created)"
    ! grep -vE '^status|^hint|cannot create container|was deleted meanwhile' created || fail "$(cat created)"
    : >log
    quiet delete --force $ID || fail "$(cat prepared)"
    nothing_of_it "all at once"
}

@test "06 sound: who cannot get the lock gives up after 10 s" {
    [ -n "${SWEEP-}" ] || skip "it takes 10 s (SWEEP=full)"
    created
    flock state/$ID sleep 14 3>&- 4>&- &
    sleep 0.2
    SECONDS=0
    oci delete --force $ID
    ends 1 "in use by another command"
    [ $SECONDS -ge 9 ] && [ $SECONDS -lt 14 ] || fail "after $SECONDS s"
    wait_all || true
}

@test "06 sound: whatever a crash has cut off, delete --force removes the rest and the ID is free" {
    local cut length
    created
    echo "pid $(pid_of $ID)" >log
    cp -a state/$ID whole # FIFOs and all
    quiet delete --force $ID
    length=$(stat -c %s whole/journal)
    for cut in 'rm state/box/state.json' 'rm state/box/config.json' 'rm state/box/start state/box/result' \
        'rm state/box/*' 'truncate -s 0 state/box/*.json' 'truncate -s 100 state/box/*.json' \
        'truncate -s 0 state/box/journal' 'rm state/box/journal' "truncate -s $((length - 1)) state/box/journal" \
        "truncate -s $((length - 3)) state/box/journal" "truncate -s $((length / 2)) state/box/journal" \
        'echo rubbish >state/box/state.json' 'mv state/box/state.json state/box/state.new'; do
        cp -a whole state/$ID
        eval "$cut"
        oci list --format json
        ends 0
        [ "$(jq -r '.[] | .id + " " + .status' <<<"$output")" = "box stopped" ] || fail "$cut: $output"
        oci state $ID
        [ "$status" -eq 0 ] || complained "delete --force"
        oci create --bundle "$BUNDLE" $ID
        ends 1 "the ID is in use"
        quiet delete --force $ID || fail "$cut: $(cat prepared)"
        nothing_of_it "$cut"
        created || fail "$cut: $(cat prepared)"
        quiet delete --force $ID
    done
}

@test "06 sound: half a line of a journal harms nobody whose group has the beginning of its name" {
    need_groups
    bundle "${ID}er" # /mini-runc-1/boxer beside /mini-runc-1/box
    starts "${ID}er"
    created
    echo "pid $(pid_of $ID)" >log
    cp -a state/$ID whole
    quiet delete --force $ID
    sed -i "s:/$ID\$:/${ID}er-long-one:" whole/journal
    # each line ends the file once, cut where the other's name is whole; and where the level above is
    for cut in "s:-long-one.*::" "s:/${ID}er.*::"; do
        for number in $(grep -n er-long-one whole/journal | cut -d: -f1); do
            cp -a whole state/$ID
            head -n "$number" whole/journal | sed "\$$cut" | head -c -1 >state/$ID/journal
            quiet delete --force $ID || fail "$(cat prepared)"
            ! gone "$container" || fail "$cut in line $number ended another container"
        done
    done
}

@test "06 sound: 100 started and removed, then 100 alive at once, and nothing is left" {
    local i
    created || skip "$(tail -n 1 prepared)"
    quiet delete --force $ID
    for ((i = 0; i < ${SWEEP:+9}100; i++)); do
        quiet run -d --bundle "$BUNDLE" $ID && quiet delete --force $ID || fail "$(tail -n 3 prepared)"
    done
    cp "$BUNDLE/config.json" whole.json
    for ((i = 0; i < 100; i++)); do
        sed "s:\"/$GROUP/.*\":\"$GROUP/$i\":" whole.json >"$BUNDLE/config.json" # goes when the last one goes
        quiet create --bundle "$BUNDLE" "many$i" && quiet start "many$i" || fail "$(tail -n 3 prepared)"
        echo "pid $(pid_of "many$i")"
    done >log
    [ "$("$RUNC" --root "$PWD/state" list | grep -c ' running ')" -eq 100 ] || fail "$("$RUNC" --root "$PWD/state" list)"
    for ((i = 0; i < 100; i++)); do quiet delete --force "many$i" || fail "$(tail -n 3 prepared)"; done
    nothing_of_it "100 alive"
    [ -z "$(ls state)" ] || fail "$(ls state)"
}
