#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 05, as a student would run it.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper

# A root in $ROOT with programs in it that cannot be run, each for a reason of its own.
setup_file() {
    export ROOT=$BATS_FILE_TMPDIR/root
    cp -a "$TOP/rootfs" "$ROOT"
    chmod a+rx "$BATS_FILE_TMPDIR"
    printf '#!/bin/sh\r\necho hi\r\n' >"$ROOT/crlf"
    printf '#!/bin/bash -e\necho hi\n' >"$ROOT/missing"
    printf 'echo hi\n' >"$ROOT/plain"
    printf '\377ELF' >"$ROOT/rubbish"
    printf '#!/bin/sh\necho hi\n' >"$ROOT/noexec"
    ln -sf /gone "$ROOT/dangling"
    cp "$(readlink -f /bin/cat)" "$ROOT/dynamic"
    chmod a+rx "$ROOT"/{crlf,missing,plain,rubbish,dynamic}
    chmod a-x "$ROOT/noexec"
}

# ends STATUS TEXT: how the last `lab` ended, and a part of what it said on standard error.
ends() {
    [ "$status" -eq "$1" ] || fail "status is not $1"
    [[ "$stderr" == *"$2"* ]] || fail "it did not say: $2"
}

mounts() {
    sed 's/^[0-9]* [0-9]* //' /proc/self/mountinfo | sort
}

@test "05 pivot: a command in the busybox root, alone, with a control" {
    lab -- sh -c 'echo pid $$; hostname; ls -d /proc/[0-9]*'
    has_control
    says $'pid 1\nlab-05\n/proc/1\n'
}

@test "05 pivot: --rootfs DIR CMD ARG, arguments as they were given" {
    lab --rootfs "$ROOT" --hostname box printf '<%s>\n' 'a b' '' '*' "--x"
    claims_hold
    says $'<a b>\n<>\n<*>\n<--x>\n'
    lab pivot --rootfs="$ROOT" hostname --help
    [ "$status" -eq 0 ] || fail "its own --help should go to the command"
}

@test "05 pivot: nothing of the host is in sight" {
    secret=$BATS_TEST_TMPDIR/secret
    echo secret >"$secret"
    lab --rootfs "$ROOT" cat "$secret"
    [ "$status" -eq 1 ] || fail "the host's file was read"
    lab --rootfs "$ROOT" env
    ! grep -q BATS <<<"$output" || fail "the host's environment is in there"
}

@test "05 pivot: commands from standard input, and the shell's status" {
    run --separate-stderr bash -c "printf 'echo one two | wc -w\nexit 7\n' | '$LAB_DIR/run'"
    [ "$status" -ne 77 ] || skip "${stderr%%$'\n'*}"
    [ "$status" -eq 7 ] || fail "status is not 7"
    says $'\n2\n'
}

@test "05 pivot: rm -rf / inside breaks nothing, neither now nor next time" {
    before=$(find "$TOP/rootfs" | sort | cksum)
    lab -- sh -c 'rm -rf /bin /etc /usr /home /root 2>/dev/null; echo done'
    says "done"
    lab -- ls /bin/sh
    claims_hold
    [ "$before" = "$(find "$TOP/rootfs" | sort | cksum)" ] || fail "the built root changed"
}

@test "05 pivot: the command's exit status is ours" {
    for code in 0 1 42 255; do
        lab --rootfs "$ROOT" sh -c "exit $code"
        [ "$status" -eq "$code" ] || fail "status is not $code"
    done
    lab --rootfs "$ROOT" sh -c 'sh -c "kill -9 \$\$"; exit $?'
    [ "$status" -eq 137 ] || fail "status is not 137"
}

@test "05 pivot: a shell in a terminal has job control" {
    command -v script >/dev/null || skip "script(1) is not installed"
    lab list
    grep -q 'pivot  *yes' <<<"$output" || skip "pivot cannot run here"
    cd "$BATS_TEST_TMPDIR"
    local job="sleep 50.$BASHPID"
    on_terminal "timeout 120 $LAB_DIR/run --rootfs $ROOT"
    type_and_see '' 'lab-05:/# '
    type_and_see "$job\n" "$job"
    wait_for 60 in_front "$job" || fail "it does not run"
    type_and_see '\032' Stopped
    printf 'kill -9 %%1\nexit 5\nexit 5\n' >&9
    code=0
    wait "$terminal" || code=$?
    exec 9>&-
    [ "$code" -eq 5 ] || fail "status $code is not 5: $(cat screen)"
}

# Directories of other runs come and go while grep looks.
find_journal() {
    own=$(grep -rls --include=journal "^process $(pgrep -P "$1") " "${RUN_DIRS[@]}" || true)
    [ -n "$own" ]
}

@test "05 pivot: Ctrl-C ends a command that is process 1, and nothing is left" {
    lab list
    grep -q 'pivot  *yes' <<<"$output" || skip "pivot cannot run here"
    local command="sleep 51.$BASHPID"
    for signal in INT=130 TERM=143; do
        : >"$BATS_TEST_TMPDIR/out" # the words of the one before are not this one's
        # a shell starts what is in the background with SIGINT ignored
        env --default-signal=INT "$LAB_DIR/run" --rootfs "$ROOT" $command >"$BATS_TEST_TMPDIR/out" 2>&1 &
        child=$!
        wait_for 20 grep -q 'exec sleep' "$BATS_TEST_TMPDIR/out"
        own=
        wait_for 30 find_journal $child || fail "its journal was not found, so nothing can be shown"
        kill "-${signal%=*}" $child
        code=0
        wait $child || code=$?
        [ "$code" -eq "${signal#*=}" ] || fail "status $code is not ${signal#*=}"
        ! pgrep -fx "$command" || fail "the command still runs"
        [ ! -e "${own%/*}" ] || fail "its directory is left"
    done
}

@test "05 pivot: kill -9 ends the command too, and clean-host takes what is left" {
    lab list
    grep -q 'pivot  *yes' <<<"$output" || skip "pivot cannot run here"
    local command="sleep 52.$BASHPID"
    "$LAB_DIR/run" --rootfs "$ROOT" $command >"$BATS_TEST_TMPDIR/out" 2>&1 &
    child=$!
    wait_for 20 grep -q 'exec sleep' "$BATS_TEST_TMPDIR/out"
    own=
    wait_for 30 find_journal $child || fail "its journal was not found, so nothing can be shown"
    kill -KILL $child
    wait $child || true
    gone() { ! pgrep -fx "$command" >/dev/null; }
    wait_for 30 gone
    [ -e "${own%/*}" ] || fail "its directory is gone already"
    "$TOP/build/clean-host"
    [ ! -e "${own%/*}" ] || fail "its directory is left"
}

@test "05 pivot: a --rootfs that is none: status 2 and the cause" {
    lab --rootfs "$BATS_TEST_TMPDIR/none" ls
    ends 2 "no such directory"
    lab --rootfs /etc/passwd ls
    ends 2 "is no directory"
    lab --rootfs / ls
    ends 2 "the host's own /"
    lab --rootfs /proc/self/root ls
    ends 2 "the host's own /"
    lab --rootfs
    ends 2 "--rootfs needs a value"
    lab --hostname "$(printf 'h%.0s' {1..65})" -- ls
    ends 2 "1 to 64"
}

@test "05 pivot: a command that is not there: 127" {
    lab --rootfs "$ROOT" no-such-program
    ends 127 "not found in PATH"
    lab --rootfs "$ROOT" /no/such
    ends 127 "no such file in this root"
    lab --rootfs "$ROOT" /dangling
    ends 127 "a symlink to /gone"
    lab --rootfs "$ROOT" ''
    ends 127 "not found"
}

@test "05 pivot: a command that cannot be run: 126, and why" {
    lab --rootfs "$ROOT" /crlf
    ends 126 "Windows line ends"
    lab --rootfs "$ROOT" /missing
    ends 126 "its interpreter /bin/bash is not"
    lab --rootfs "$ROOT" /plain
    ends 126 "no #! line"
    lab --rootfs "$ROOT" /rubbish
    ends 126 "no ELF program"
    lab --rootfs "$ROOT" /noexec
    ends 126 "x bit"
    lab --rootfs "$ROOT" /etc
    ends 126 "a directory"
    lab --rootfs "$ROOT" /dynamic
    ends 126 "its interpreter /lib"
}

@test "05 pivot: a root without /proc and /dev says so, and nothing is made in it" {
    bare=$BATS_TEST_TMPDIR/bare
    mkdir -p "$bare/bin"
    cp "$TOP/rootfs/bin/busybox" "$bare/bin/sh"
    chmod -R a+rX "$BATS_TEST_TMPDIR"
    lab --rootfs "$bare" sh -c 'exit 3'
    [ "$status" -eq 3 ] || fail "status is not 3"
    says "no directory for /proc"
    [ "$(ls "$bare")" = bin ] || fail "something was made in the root"
}

@test "05 pivot: a symlink for /proc or /dev does not lead out" {
    evil=$BATS_TEST_TMPDIR/evil
    mkdir -p "$evil/etc"
    cp -a "$TOP/rootfs/bin" "$evil/bin"
    chmod -R a+rX "$BATS_TEST_TMPDIR"
    echo x >"$evil/etc/passwd"
    ln -s /proc "$evil/proc"
    ln -s /etc "$evil/dev"
    lab --rootfs "$evil" ls /etc/passwd
    claims_hold
}

@test "05 pivot: what was put into the built root is there" {
    [ -w "$TOP/rootfs" ] || return 0 # built by root, who tests this too
    echo put >"$TOP/rootfs/mnt/put.$$"
    lab -- cat "/mnt/put.$$"
    rm "$TOP/rootfs/mnt/put.$$"
    says $'\nput\n'
}

@test "05 chroot-escape: a chroot is left, a pivot_root is not" {
    lab chroot-escape
    has_control
}

@test "05 causes: each is provoked and named" {
    lab causes
    has_control
    for text in "no CAP_SYS_ADMIN" "one of the two is no directory" "is shared" "is no mount point" \
        "lies on the mount that is / now" "is not below root" "sits in a chroot" "came locked"; do
        says "$text"
    done
    [ "$(id -u)" -ne 0 ] || says "/ is the initramfs" # a user namespace may not detach /
}

@test "05 propagation: the leak, and what stops it" {
    lab propagation
    has_control
}

@test "05 proc: ps shows one process" {
    lab proc
    has_control
    [ "$(grep -c '^ *[0-9][0-9]* root ' <<<"$output")" -eq 1 ] || fail "ps did not show one process"
}

@test "05 dev: six devices and a terminal" {
    lab dev
    has_control
}

@test "05 overlay: copy-up and whiteout" {
    lab overlay
    has_control
}

@test "05 readonly: two calls" {
    lab readonly
    has_control
}

@test "05 no-pivot: second best" {
    lab no-pivot
    has_control
}

@test "05 all: every experiment, and the host's mounts are as they were" {
    before=$(mounts)
    lab all
    [ "$status" -eq 0 ] || fail "status is not 0"
    says "9 passed, 0 failed, 0 skipped"
    [ "$(mounts)" = "$before" ] || fail "$(diff <(echo "$before") <(mounts))"
}

# Where / is private, as on a host without systemd, a mount could not come out: nothing would be shown.
@test "05 all: the same where / is shared, as systemd makes it" {
    [ "$(id -u)" -eq 0 ] || skip "this needs root, to share /"
    # shellcheck disable=SC2016 # the inner shell's
    run --separate-stderr unshare --mount sh -c '
        mounts() { sed "s/^[0-9]* [0-9]* //" /proc/self/mountinfo | sort; }
        mount --make-rshared / && before=$(mounts) && "$1" all || exit
        [ "$(mounts)" = "$before" ] || { mounts; exit 99; }' sh "$LAB_DIR/run" </dev/null
    [ "$status" -eq 0 ] || fail "a failure, or (99) a mount that came out"
    says "9 passed, 0 failed, 0 skipped"
}

@test "05: two runs at once do not disturb each other" {
    lab list
    grep -q 'overlay  *yes' <<<"$output" || skip "overlay cannot run here"
    "$LAB_DIR/run" all </dev/null >"$BATS_TEST_TMPDIR/1" 2>&1 &
    one=$!
    "$LAB_DIR/run" all </dev/null >"$BATS_TEST_TMPDIR/2" 2>&1 &
    two=$!
    wait $one || fail "$(cat "$BATS_TEST_TMPDIR/1")"
    wait $two || fail "$(cat "$BATS_TEST_TMPDIR/2")"
}

@test "05: without a busybox and a built root, the list says no, and why" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to hide them"
    mkdir "$BATS_TEST_TMPDIR/empty"
    echo >"$BATS_TEST_TMPDIR/none"
    # shellcheck disable=SC2016 # the inner shell's
    run unshare --mount sh -c '
        mount --bind "$1/empty" "$2/rootfs" || exit
        for b in /bin /usr/bin /sbin /usr/sbin /usr/local/bin; do
            for b in "$b"/busybox*; do [ ! -x "$b" ] || mount --bind "$1/none" "$b" || exit; done
        done
        "$3" list' sh "$BATS_TEST_TMPDIR" "$TOP" "$LAB_DIR/run"
    [ "$status" -eq 0 ] || fail "no list"
    says "no: pivot chroot-escape causes"
    says "there is no static busybox here"
    ! grep -q '^  [a-z-]*  *yes ' <<<"$output" || fail "one would run"
}

@test "05: unknown experiment, option, operand: status 2" {
    lab_anywhere nothing
    ends 2 "chroot-escape"
    lab_anywhere --nothing
    ends 2 "unknown option"
    lab_anywhere overlay more
    ends 2 "takes no 'more'"
}

@test "05: --explain names the sources" {
    lab chroot-escape --explain
    says "see: pivot_root(2)"
    says "why: "
}
