# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # bats sets status and stderr; the tests use TOP
# What every bats file loads:  load ../tests/helper
#
#     lab NAME [ARG...]     run this folder's ./run with bats' `run`; a status of 77 skips the test and
#                           says why (tests/run fails on a skip that nobody expects)
#     lab_anywhere ARG...   the same, but 77 does not skip: for what must be so on every host
#     claims_hold           the last `lab` ended with 0, printed at least one claim, and none failed
#     has_control           … and at least one of the claims is a control
#     says TEXT             the last output has it
#     refused TEXT          the last `lab` was wrong usage, status 2, and its error has the text
#     snapshot              what could be left behind on the host, as text to compare
#     wait_for SECONDS CMD  try CMD until it succeeds
#     wait_all [PID...]     wait for all that the test has started in the background, but for these
#     begun PID             wait until what was started in the background has left the shell, which
#                           between fork and exec may take a signal and forget it
#     on_terminal CMD       start a command line on a terminal of its own, in the background: its screen is
#                           the file `screen`, its process $terminal, its keyboard descriptor 9
#     type_and_see KEYS RE  type, and wait until the screen shows that
#     in_front CMD          a process with just this command line sleeps, in its terminal's foreground
#     "${AS_USER[@]}" CMD   run CMD as an ordinary user, who may be the one that runs the tests

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LAB_DIR=$BATS_TEST_DIRNAME
# Where runs have their directories (common/undo.h).
RUN_DIRS=(/run/labs "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/labs" "/tmp/labs-$(id -u)")
AS_USER=(env)
[ "$(id -u)" -ne 0 ] ||
    AS_USER=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp XDG_RUNTIME_DIR=)
# script(1) and tmux(1) start their commands through it; without it, through the user's shell of
# /etc/passwd, which for `nobody` is nologin.
export SHELL=/bin/sh

lab() {
    lab_anywhere "$@"
    if [ "$status" -eq 77 ]; then
        skip "${stderr%%$'\n'*}"
    fi
}

lab_anywhere() { run --separate-stderr "$LAB_DIR/run" "$@"; }

# Prints what the program said, for the person who reads the failure, and fails.
fail() {
    printf '%s\n' "$*" "--- status ${status-} stdout:" "${output-}" "--- stderr:" "${stderr-}" >&2
    return 1
}

# Each line returns by itself: where it is called before &&, as below, bash does not stop at what fails.
claims_hold() {
    [ "$status" -eq 0 ] || fail "status is not 0" || return
    grep -q '^  ok  ' <<<"$output" || fail "no claim was printed" || return
    ! grep -q '^FAIL' <<<"$output" || fail "a claim failed" || return
}

has_control() {
    claims_hold && { grep -q '^  ok  control: ' <<<"$output" || fail "no control among the claims"; }
}

says() {
    [[ $output == *"$1"* ]] || fail "the output has no '$1'"
}

refused() {
    [ "$status" -eq 2 ] || fail "status is not 2" || return
    grep -qF -- "$1" <<<"$stderr" || fail "the error has no '$1'"
}

# Mounts, groups (of every mounted hierarchy), links, loop devices, firewall rules, swap, run
# directories, the controllers passed down, and the programs that labs start.
snapshot() {
    sed 's/^[0-9]* [0-9]* //' /proc/self/mountinfo | sort
    find /sys/fs/cgroup -type d 2>/dev/null | sort || true # one may go while we look
    cut -d: -f2 /proc/self/cgroup | sort # a named hierarchy lives on without a mount
    cat /sys/fs/cgroup/cgroup.subtree_control /sys/fs/cgroup/unified/cgroup.subtree_control 2>/dev/null || true
    ls /sys/class/net
    for loop in /sys/block/loop*/loop/backing_file; do [ -e "$loop" ] && echo "$loop"; done
    command -v nft >/dev/null && nft list ruleset 2>/dev/null || true
    cat /proc/swaps
    find "${RUN_DIRS[@]}" -mindepth 1 -maxdepth 1 -name '[!.]*' 2>/dev/null || true # .cache-… may stay
    hostname
    for exe in /proc/[0-9]*/exe; do readlink "$exe" 2>/dev/null; done |
        grep -E '/0[1-6]-[^/]*/(run|mini-docker)|/stress-ng' | sort || true
    return 0
}

wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}

# The watchdog of BATS_TEST_TIMEOUT is a process of the test's shell, too.
wait_all() {
    local pid result=0
    for pid in $(jobs -p); do
        [[ " ${BATS_killer_pid-} $* " == *" $pid "* ]] || wait "$pid" || result=1
    done
    return $result
}

is_shell() { [ "/proc/$1/exe" -ef "/proc/$$/exe" ]; }
begun() { wait_for 20 eval "! is_shell $1"; }

# A shell that is not interactive starts what is in its background with SIGINT ignored. Whoever opens descriptor
# 9 closes it, too: until then the terminal waits for more.
on_terminal() {
    mkfifo keys
    env --default-signal=INT script -qefc "$1" screen <keys >/dev/null 2>&1 3>&- &
    terminal=$!
    exec 9>keys
}
type_and_see() {
    printf "$1" >&9
    wait_for 20 grep -aqE "$2" screen || fail "typed '$1', never saw '$2' on: $(cat screen)"
}
in_front() { [[ $(ps -o stat= -p "$(pgrep -fx "$1")" 2>/dev/null) == S*+* ]]; }
