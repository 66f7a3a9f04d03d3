#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 04, as a student would run it.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper

# A program's standard output alone: what stands between the last step before it and the next.
inside() { sed -n '/^\[3\/4\]/,/^\[4\/4\]/p' <<<"$output" | sed '1d;$d'; }

# bats test_tags=vm
@test "04 run: the program is its own init, and stress-ng is held at the limit" {
    lab
    has_control
    [ "$(grep -cE '^ +[0-9]+ +[0-9]+ +(container-init|stress-ng)' <<<"$output")" -ge 3 ] || fail "no tree"
    grep -qE '^ +[0-9]+ +1 +container-init$' <<<"$output" || fail "the init is not PID 1 in the tree"
    [ "$(grep -c 's  resident  *\[.*|.*\]' <<<"$output")" -ge 2 ] || fail "it is not drawn once a second"
    grep -qE '^  ok  the kernel stepped in' <<<"$output"
}

@test "04 run: another limit, another time, kept as CSV, also when it waited long for Enter" {
    # the fifth step, which looks for so long, begins after that time
    lab --memory 64m --seconds 2 --csv "$BATS_TEST_TMPDIR/run.csv" --step \
        < <(printf '\n\n\n\n'; sleep 2.5; printf '\n\n\n')
    has_control
    says "= 67108864"
    head -1 "$BATS_TEST_TMPDIR/run.csv" | grep -qx 'seconds,series,value'
    [ "$(grep -c ',resident,' "$BATS_TEST_TMPDIR/run.csv")" -ge 3 ]
}

@test "04 run: a limit that is more than the host's memory is not filled; a command may have it" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    # were it filled, then no further than this; a program with a sanitizer maps terabytes to begin with
    local further=(prlimit --as=4000000000)
    [ -z "${ASAN_OPTIONS-}" ] || further=()
    run --separate-stderr "${further[@]}" "$LAB_DIR/run" --memory 1t --seconds 1
    [ "$status" -eq 77 ] || fail "status is not 77"
    [[ $stderr == *"fill 1 TiB"*"a smaller --memory"* ]] || fail "no cause, or no cure"
    run --separate-stderr "$LAB_DIR/run" --memory 1t -- true
    [ "$status" -eq 0 ] || fail "a command"
}

@test "04 run: a command's status is the status of ./run" {
    for code in 0 1 7 255; do
        lab -- sh -c "exit $code"
        [ "$status" -eq "$code" ] || fail "status is not $code"
    done
    lab -- sh -c 'kill -TERM $$'
    [ "$status" -eq 143 ] || fail "status is not 128 + SIGTERM"
}

@test "04 run: a command that is not there, or cannot be run" {
    lab -- /etc/passwd
    [ "$status" -eq 126 ] || fail "status is not 126"
    run -127 --separate-stderr "$LAB_DIR/run" -- no-such-program
    grep -q "cannot run no-such-program" <<<"$stderr" || fail "it is not named"
}

@test "04 run: words arrive as they were typed" {
    lab -- printf '[%s]\n' 'two  words' '' "it's" '"quoted"' '*' '$HOME' '-- -x'
    [ "$(inside)" = "$(printf '[%s]\n' 'two  words' '' "it's" '"quoted"' '*' '$HOME' '-- -x')" ] || fail "not the same"
}

@test "04 run: standard input is the command's" {
    run --separate-stderr bash -c "echo hello | '$LAB_DIR/run' -- cat"
    [ "$status" -ne 77 ] || skip "${stderr%%$'\n'*}"
    [ "$(inside)" = hello ] || fail "cat did not get it"
}

@test "04 run: a shell has the terminal, and its status comes back" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    command -v script >/dev/null || skip "needs script(1)"
    cd "$BATS_TEST_TMPDIR"
    local job="sleep 3000.$BASHPID"
    PS1='in> ' on_terminal "$LAB_DIR/run -- sh -i"
    type_and_see '' 'in> '
    type_and_see "$job &\njobs\n" "Running +$job" # the shell has job control
    type_and_see 'kill %%1\nexit 9\n' 'ended with status 9'
    exec 9>&-
    status=0
    wait "$terminal" || status=$?
    [ "$status" -eq 9 ] || fail "status is not 9" "$(<screen)"
}

@test "04 run: Ctrl-Z does not leave a command standing that nobody can wake" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    command -v script >/dev/null || skip "needs script(1)"
    cd "$BATS_TEST_TMPDIR"
    local command="sleep 4098.$BASHPID"
    on_terminal "$LAB_DIR/run -- $command"
    wait_for 20 in_front "$command" || fail "it does not run" "$(<screen)"
    type_and_see '\032' '\^Z'
    type_and_see '\003' 'ended with status 130'
    exec 9>&-
    status=0
    wait "$terminal" || status=$?
    [ "$status" -eq 130 ] || fail "status is not 130" "$(<screen)"
}

@test "04 run: inside it is PID 2, with its own /proc and host name" {
    # shellcheck disable=SC2016 # the shell inside shall read these
    lab -- sh -c 'echo $$; cat /proc/1/comm; ls -d /proc/[0-9]* | wc -l; hostname'
    [ "$(inside | sed -n 1p)" = 2 ] || fail "not PID 2"
    [ "$(inside | sed -n 2p)" = container-init ] || fail "PID 1 is not the init"
    [ "$(inside | sed -n 3p)" -le 4 ] || fail "the host's processes are there"
    [[ $(inside | sed -n 4p) == labs-* ]] || fail "the host name is the host's"
}

# bats test_tags=vm
@test "04 run: what needs more memory than the limit is killed" {
    lab --memory 32m -- sh -c 'head -c 200m /dev/zero | tail >/dev/null; exit $?'
    [ "$status" -eq 137 ] || fail "status is not 128 + SIGKILL"
    ! grep -q '^FAIL' <<<"$output" || fail "a claim failed"
}

@test "04 run: an orphan inside does not outlive the container" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    local orphan="sleep 4096.$BASHPID"
    # The last step waits for Enter: by then the command has ended, and ./run has not cleaned up yet.
    "$LAB_DIR/run" --step -- sh -c "setsid $orphan </dev/null & echo an orphan" \
        < <(printf '\n\n\n'; exec sleep 20 3>&-) >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    pid=$!
    waits() { [ "$(grep -c 'press Enter' "$BATS_TEST_TMPDIR/out")" -eq 4 ]; }
    wait_for 15 waits || fail "it does not wait for the fourth time" "$(<"$BATS_TEST_TMPDIR/out")"
    grep -qx 'an orphan' "$BATS_TEST_TMPDIR/out" || fail "the command did not run" "$(<"$BATS_TEST_TMPDIR/out")"
    ! pgrep -fx "$orphan" || fail "it lives"
    kill -TERM "$pid"
    wait "$pid" || true
}

# bats test_tags=vm
@test "04 race: too late, and two ways to be in time" {
    lab race
    has_control
}

# bats test_tags=vm
@test "04 recursion: two mistakes reach the pids limit, the mended program does not" {
    lab recursion
    has_control
}

@test "04 argv: split at spaces, and whole" {
    lab argv
    has_control
    says "[two] [words]"
    says "[two words] []"
}

@test "04 argv: an ordinary user can run it" {
    [ "$(id -u)" -eq 0 ] || skip "this test changes the user"
    run "${AS_USER[@]}" "$LAB_DIR/run" argv
    claims_hold
}

# bats test_tags=vm
@test "04 cost: attaching is dear, being born inside is not" {
    lab cost
    has_control
}

@test "04 overwrite: the bare runtime is lost, the guarded ones are not" {
    before=$(sha256sum <"$LAB_DIR/run")
    lab overwrite
    has_control
    says "then EPERM"
    says "then EROFS"
    [ "$(sha256sum <"$LAB_DIR/run")" = "$before" ] || fail "the real program has changed"
}

@test "04: root of a user namespace: what needs a group is skipped with its cause, the rest runs" {
    "${AS_USER[@]}" unshare -Ur true || return 0
    run --separate-stderr "${AS_USER[@]}" unshare -Ur "$LAB_DIR/run" all </dev/null
    [ "$status" -eq 0 ] || fail "status"
    says "2 passed, 0 failed, 4 skipped"
    [ "$(grep -c '^hint: .*user namespace.*make vm-04' <<<"$stderr")" -eq 4 ] || fail "no cause, or no cure"
    run "${AS_USER[@]}" unshare -Ur "$LAB_DIR/run" list
    says "no: run race recursion cost"
}

@test "04: an ordinary user is told what is missing" {
    [ "$(id -u)" -eq 0 ] || skip "this test changes the user"
    for name in run race recursion cost overwrite; do
        run --separate-stderr "${AS_USER[@]}" "$LAB_DIR/run" "$name"
        [ "$status" -eq 77 ] || fail "$name: status is not 77"
        grep -q 'needs root' <<<"$stderr" || fail "$name: no cause"
        grep -q 'make vm-04' <<<"$stderr" || fail "$name: no cure"
    done
}

@test "04: the inner entries refuse to be started by hand" {
    before=$(cat /proc/self/mountinfo | wc -l)
    for name in container-init /proc/self/exe private-runtime; do
        run --separate-stderr bash -c "exec -a $name '$LAB_DIR/run'"
        refused "only ./run"
    done
    # with as many words as they expect, too
    run --separate-stderr bash -c "exec -a container-init '$LAB_DIR/run' 0 1 name terminal"
    refused "only ./run"
    # one that did not refuse would start itself for ever: root may pass every limit on processes, nobody not
    run --separate-stderr timeout -s KILL 10 "${AS_USER[@]}" prlimit --nproc=50 \
        bash -c "exec -a /proc/self/exe '$LAB_DIR/run' slash /proc"
    refused "below a pids limit"
    [ "$(cat /proc/self/mountinfo | wc -l)" = "$before" ] || fail "a mount was made"
}

@test "04: bad input is refused with what is possible" {
    lab_anywhere nonsense
    refused "run race recursion argv cost overwrite"
    lab_anywhere --memory 1m
    refused "--memory"
    lab_anywhere --memory 200x
    refused "--memory"
    lab_anywhere --seconds 0
    refused "--seconds"
    lab_anywhere --nonsense
    refused "--nonsense"
    lab_anywhere race nonsense
    refused "race"
}

@test "04: --explain says where each step is from" {
    lab race --explain
    says "see: clone(2)"
    says "why: memory stays charged"
}

# bats test_tags=vm
@test "04: ended half-way, it leaves nothing" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    local command="sleep 4097.$BASHPID"
    for signal in TERM INT; do
        "$LAB_DIR/run" run -- $command >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
        pid=$!
        wait_for 20 pgrep -fx "$command" >/dev/null || fail "it did not start" "$(<"$BATS_TEST_TMPDIR/out")"
        group=$(grep -oE 'labs-[0-9a-f]{4}' "$BATS_TEST_TMPDIR/out" | head -1)
        kill -"$signal" "$pid"
        wait "$pid" || true
        ! pgrep -fx "$command" || fail "the command lives"
        [ -z "$(find /sys/fs/cgroup -name "$group*")" ] || fail "a group is left"
    done
}

@test "04: two at once do not disturb each other" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    pids=()
    for number in 1 2 3; do
        "$LAB_DIR/run" recursion >"$BATS_TEST_TMPDIR/$number" 2>&1 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || fail "one run failed" "$(cat "$BATS_TEST_TMPDIR"/[0-9])"
    done
}
