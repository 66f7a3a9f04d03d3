# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # bats sets status and stderr; the tests use the variables
# Bundles for mini-runc, and mini-runc with a state directory of this test's own.
#
#     bundle NAME [JQ...]   the bundle $BATS_TEST_TMPDIR/NAME: what `spec` writes, for a program that sleeps,
#                           with the course's root (read-only); each JQ is a jq filter that changes it
#     oci ARG...            mini-runc, as `call` of checks.bash; a container inherits no descriptor of bats
#     starts ID [BUNDLE]    create and start; its pid, as the host sees it, is in $container
#     ends_with_test PID    a process in the background that teardown ends, whatever becomes of the test
#     remove_containers     for teardown

RUNC=${MINI_RUNC:-$LAB_DIR/mini-runc}

oci() { call "$RUNC" --root "$BATS_TEST_TMPDIR/state" "$@" 3>&- 4>&-; }

bundle() {
    local dir=$BATS_TEST_TMPDIR/$1 rootless='' filter
    need jq
    [ "$(id -u)" -eq 0 ] || rootless=--rootless
    mkdir -p "$dir"
    rm -f "$dir/config.json"
    "$RUNC" spec $rootless --bundle "$dir"
    change "$1" '.process.terminal = false | .process.args = ["sleep", "1000"] | del(.linux.resources)'
    change "$1" ".root.path = \"$TOP/rootfs\" | .linux.cgroupsPath = \"/mini-runc-$BASHPID/$1\""
    [ -z "$rootless" ] || change "$1" 'del(.linux.cgroupsPath)'
    shift
    for filter in "$@"; do change "${dir##*/}" "$filter"; done
}
change() {
    local file=$BATS_TEST_TMPDIR/$1/config.json
    jq "$2" "$file" >"$file.new" && mv "$file.new" "$file"
}

# A root of the bundle's own, in $ROOT, for tests that write into it; every user can reach it.
own_root() {
    ROOT=$(mktemp -d /tmp/mini-runc-root.XXXXXX)
    echo "$ROOT" >>"$BATS_TEST_TMPDIR/roots"
    cp -a "$TOP/rootfs/." "$ROOT"
    chmod 755 "$ROOT"
    change "$1" ".root = {path: \"$ROOT\"}"
}

starts() {
    oci create --bundle "$BATS_TEST_TMPDIR/${2-$1}" "$1"
    [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
    ends 0
    oci start "$1"
    ends 0
    container=$(pid_of "$1")
}
# It has ended; whoever inherited it may not have waited for it yet.
gone() { ! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null; }
pid_of() { jq .pid "$BATS_TEST_TMPDIR/state/$1/state.json"; }

ends_with_test() { echo "$1" >>"$BATS_TEST_TMPDIR/background"; }

remove_containers() {
    local dir pid
    while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done < <(cat "$BATS_TEST_TMPDIR/background" 2>/dev/null)
    for dir in "$BATS_TEST_TMPDIR"/state/*/; do
        [ -d "$dir" ] || continue
        "$RUNC" --root "$BATS_TEST_TMPDIR/state" delete --force "$(basename "$dir")" 3>&- 4>&-
    done
    [ ! -e "$BATS_TEST_TMPDIR/roots" ] || xargs rm -rf <"$BATS_TEST_TMPDIR/roots"
    find /sys/fs/cgroup -depth -type d -path "*/mini-runc-$BASHPID*" -exec rmdir {} + 2>/dev/null || true
}

# The jq filters of namespaces: without some, with one joined by a path, with a user namespace for root.
without() { printf '.linux.namespaces |= map(select(.type | IN(%s) | not))' "$(quoted "$@")"; }
joining() { printf '.linux.namespaces |= map(select(.type != "%s")) + [{type: "%s", path: "%s"}]' "$1" "$1" "$2"; }
quoted() { printf '"%s",' "$@" | sed 's/,$//'; }
USER_NAMESPACE='.linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
