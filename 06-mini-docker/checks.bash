# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # bats sets status and stderr; the tests use the variables
# What the two bats files of lab 06 share.

MINI=$LAB_DIR/mini-docker

# As bats' `run`, which would warn of each 127 that is meant.
call() {
    "$@" >"$BATS_TEST_TMPDIR/printed" 2>"$BATS_TEST_TMPDIR/said" && status=0 || status=$?
    output=$(<"$BATS_TEST_TMPDIR/printed") stderr=$(<"$BATS_TEST_TMPDIR/said")
    mapfile -t lines <<<"$output"
}
# One command of the engine, on a store of this test's own ($STORE); it has to work; and it prints this alone.
engine() { call "$MINI" --root "$STORE" "$@"; }
works() {
    engine "$@"
    ends 0
}
prints() { # TEXT WORD...
    local text=$1
    shift
    works "$@" || return
    [ "$output" = "$text" ] || fail "$* does not print: $text"
}
# Ends what a test has left in a store, before that goes: rm waits until groups and network are gone, too.
end_containers() { # STORE
    local dir
    for dir in "$1"/containers/*/; do
        [ ! -d "$dir" ] || timeout -k 5 30 "$MINI" --root "$1" rm -f "$(basename "$dir")" >/dev/null 2>&1 || true
    done
}
# What a file's tests have left on the host, each as the kernel shows whose it is: bridges by their alias, rules
# whose bridges are gone, cables that are plugged in nowhere, processes by the mounts they see (an overlay names its
# directories), groups that nobody is in and that were not there before.
engine_groups() { find /sys/fs/cgroup -type d -name 'mini-docker-*' 2>/dev/null | sort; }
engine_left() {
    local link table name group
    for link in /sys/class/net/mdocker-*; do
        [[ $(cat "$link/ifalias" 2>/dev/null) != "$BATS_RUN_TMPDIR"/* ]] || echo "bridge ${link##*/}"
    done
    for link in /sys/class/net/mdv*; do [ ! -e "$link" ] || [ -e "$link/master" ] || echo "cable ${link##*/}"; done
    for table in $(nft list tables ip 2>/dev/null | grep -o 'mini-docker-.*'); do
        for name in $(nft list set ip "$table" links 2>/dev/null | grep -o '"[^"]*"' | tr -d '"'); do
            [ ! -e "/sys/class/net/$name" ] || continue 2
        done
        echo "rules $table"
    done
    grep -ls "$BATS_RUN_TMPDIR" /proc/[0-9]*/mountinfo 2>/dev/null | sed 's/^/process, by its mounts: /'
    [ ! -e "$BATS_FILE_TMPDIR/groups" ] || for group in $(engine_groups | comm -13 "$BATS_FILE_TMPDIR/groups" -); do
        [ -n "$(find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null)" ] || echo "group $group"
    done
}
note_groups() { engine_groups >"$BATS_FILE_TMPDIR/groups"; }
setup_file() { note_groups; }
teardown_file() { goes_away 20 engine_left; }
# A store of the test's own, without a network: what these tests ask needs none.
RUN() { echo "'$MINI' --root '$BATS_TEST_TMPDIR/store' run --rm --network none"; }
mini() { call "$MINI" --root "$BATS_TEST_TMPDIR/store" run --rm --network none "$@"; }

# ends STATUS [TEXT]: how the last run ended, and a part of what it said on standard error.
ends() {
    # by itself, for where bash forgets `set -e`: in `works A && works B`
    [ "$status" -eq "$1" ] || fail "status is not $1" || return
    [[ "$stderr" == *"${2-}"* ]] || fail "it did not say: $2"
}
told() { [[ "$output" == *"$1"* ]] || fail "it did not print: $1"; }
complained() { [[ "$stderr" == *"$1"* ]] || fail "it did not say: $1"; }

need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }
need_root() { [ "$(id -u)" -eq 0 ] || skip "needs root: $1"; }
need_groups() { need_root "to make groups"; }

# A root of this test's own, in $ROOT.
root() {
    ROOT=$BATS_TEST_TMPDIR/root
    cp -a "$TOP/rootfs" "$ROOT"
    chmod a+rx "$BATS_TEST_TMPDIR"
}

# The same as an ordinary user, from a place that such a user can reach.
as_user() {
    local store=$BATS_TEST_TMPDIR/user-store
    mkdir -p "$store"
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR/.." "$BATS_TEST_TMPDIR"
    [ "$(id -u)" -ne 0 ] || chown 65534:65534 "$store"
    call "${AS_USER[@]}" "$MINI" --root "$store" run --rm --network none "$@"
    [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
}

# Which cgroup version limits are made in here.
version() {
    if grep -q ' - cgroup cgroup .*memory' /proc/self/mountinfo; then echo v1; else echo v2; fi
}

# start ARG...: a container in the background; the command's pid is in $engine, its monitor's in
# $monitor, PID 1's in $container.
start() {
    "$MINI" --root "$BATS_TEST_TMPDIR/store" run --rm --network none "$@" </dev/null >"$BATS_TEST_TMPDIR/printed" 2>"$BATS_TEST_TMPDIR/said" 3>&- 4>&- &
    engine=$!
    # it runs once it has stopped being mini-docker
    wait_for 30 runs || fail "no container: $(cat "$BATS_TEST_TMPDIR/said")"
}
runs() {
    monitor=$(pgrep -P "$engine") && container=$(pgrep -P "$monitor") || return 1
    case $(cat "/proc/$container/comm" 2>/dev/null) in
    '' | mini-monitor) false ;;
    mini-docker) pgrep -P "$container" >/dev/null ;; # --init
    esac
}
stop() {
    kill -KILL "$container"
    wait "$engine" || true
}
# Wait for it to end; its exit status goes to $status, what it said to $stderr.
ended() {
    wait "$engine" && status=0 || status=$?
    output=$(<"$BATS_TEST_TMPDIR/printed") stderr=$(<"$BATS_TEST_TMPDIR/said")
}

# What a container could leave behind: mounts, groups, processes, journals, controllers passed down.
# Loop devices are other labs': they may run at the same time.
traces() {
    sed 's/^[0-9]* [0-9]* //' /proc/self/mountinfo | grep -v /dev/loop | sort
    find /sys/fs/cgroup -name 'mini-docker-*' 2>/dev/null || true
    cat /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
    pgrep -x mini-docker || true
    pgrep -x mini-monitor || true
    grep -ls mini-docker /run/labs/*/journal "/tmp/labs-$(id -u)"/*/journal || true
}

# goes_away SECONDS CMD: of what CMD lists, nothing stays. Others may make the like meanwhile, but theirs go again.
goes_away() {
    local deadline=$((SECONDS + $1)) left
    left=$("$2" | sort)
    while [ -n "$left" ]; do
        # in a teardown_file bash does not end by that alone, and the run would never end
        [ "$SECONDS" -lt "$deadline" ] || fail "left behind: $left" || return 1
        sleep 0.2
        left=$(comm -12 <(echo "$left") <("$2" | sort))
    done
}

# Is anything there that was not in `before`, and that stays?
new_traces() { comm -13 <(sort before) <(traces | sort); }
nothing_left() { goes_away 15 new_traces; }

# group_of PID CONTROLLER: the directory of its group; CONTROLLER is '' for v2.
group_of() {
    local path
    path=$(awk -F: -v c="$2" '$2 == c {print $3}' "/proc/$1/cgroup")
    if [ -n "$2" ]; then echo "/sys/fs/cgroup/$2$path"; else echo "/sys/fs/cgroup$path"; fi
}

# terminal COMMAND: run it in a terminal (script(1)); what the terminal showed goes to the file `seen`. Keys that come
# from a pipe must not wait for a word that an earlier terminal left there. It is over after two minutes.
terminal() {
    : >seen
    timeout --foreground 120 script -qefc "$1" /dev/null >seen 2>&1 || true
}

# What it showed, without what a terminal adds (and the ^@ that script(1) types at the end of its input).
shown() { tr -d '\r' <seen | sed 's/\^@//'; }
