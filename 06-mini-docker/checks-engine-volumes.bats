#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Volumes as a Docker user knows them, and what is mounted in a container.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

# One command of the engine, on a store of this test's own.
engine() { call "$MINI" --root "$STORE" "$@"; }
volumes() { "$MINI" --root "$STORE" volume "$@"; }

@test "06 volume: create, ls, inspect and rm, in Docker's words and columns" {
    engine volume create --label team=a --label plain data
    ends 0
    [ "$output" = data ] || fail "it did not print the name"
    engine volume create data
    ends 0
    engine volume create
    ends 0
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "no name of 64 hex digits"
    engine volume ls
    [ "${lines[0]}" = "DRIVER    VOLUME NAME" ] || fail "other headings"
    told "local     data"
    [ "${#lines[@]}" -eq 3 ] || fail "not two volumes"
    engine volume ls -q --filter label=team=a
    [ "$output" = data ] || fail "the filter let others pass"
    engine volume ls --format '{{.Name}} {{.Label "team"}}' --filter name=dat
    [ "$output" = "data a" ] || fail "another row"
    engine volume inspect data
    [ "$(jq -r '.[0] | .Name, .Driver, .Scope, .Mountpoint, .Labels.team' <<<"$output")" = \
        "data"$'\n'"local"$'\n'"local"$'\n'"$STORE/volumes/data/_data"$'\n'"a" ] || fail "another volume"
    [ -d "$STORE/volumes/data/_data" ] || fail "no directory"
    engine volume rm data
    ends 0
    [ ! -e "$STORE/volumes/data" ] || fail "it is still there"
}

@test "06 volume: what there is not, and names that cannot be one, are refused in Docker's words" {
    engine volume inspect --format '{{.Name}}' none
    ends 1 "get none: no such volume"
    engine volume inspect none
    [ "$output" = "[]" ] || fail "no empty array"
    engine volume rm none
    ends 1 "get none: no such volume"
    engine volume rm -f none
    ends 0
    engine volume create ../x
    ends 1 'create ../x: "../x" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path'
    engine volume create x
    ends 1 "volume name is too short, names should be at least two alphanumeric characters"
    engine volume rm ../../etc
    ends 1
    [ ! -e "$STORE/x" ] || fail "it was made outside"
    engine volume create --label =x y1
    ends 125 "invalid label"
    engine volume ls --filter colour=red
    ends 125 "colour"
}

@test "06 volume: prune asks, and takes those that nobody has named; -a takes all" {
    volumes create keep && volumes create >/dev/null
    call "$MINI" --root "$STORE" volume prune <<<n
    told "WARNING! This will remove anonymous local volumes"
    told "Are you sure you want to continue? [y/N]"
    [ "$(volumes ls -q | wc -l)" -eq 2 ] || fail "it did not wait for the answer"
    head -c 2000 /dev/zero >"$(echo "$STORE"/volumes/[0-9a-f]*/_data)/file"
    engine volume prune -f
    told "Deleted Volumes:"
    told "Total reclaimed space: 2kB"
    [ "$(volumes ls -q)" = keep ] || fail "not the right ones"
    engine volume prune -a -f
    told keep
    [ -z "$(volumes ls -q)" ] || fail "one is left"
    engine volume prune -f
    [ "$output" = "Total reclaimed space: 0B" ] || fail "another sum"
}

@test "06 volume: a create or rm that is killed leaves a volume or none" {
    need strace
    volumes create gone
    for call in mkdir openat write rename; do
        strace -f -qq -o /dev/null -e "inject=$call:signal=KILL:when=1" \
            "$MINI" --root "$STORE" volume create "by-$call" >/dev/null 2>&1 || true
    done
    for call in rename unlinkat; do
        strace -f -qq -o /dev/null -e "inject=$call:signal=KILL:when=1" \
            "$MINI" --root "$STORE" volume rm gone >/dev/null 2>&1 || true
    done
    volumes create last
    # what is left is whole, and nothing else is left
    for dir in "$STORE"/volumes/*; do
        [ -d "$dir/_data" ] && jq -e .Name "$dir/volume.json" >/dev/null || fail "half a volume: $dir"
    done
    [ -z "$(find "$STORE/volumes" -maxdepth 1 -name '.?*')" ] || fail "$(ls -A "$STORE/volumes")"
    for name in $(volumes ls -q); do
        volumes rm "$name" >/dev/null || fail "$name cannot be removed"
    done
}

@test "06 volume: one whose description is damaged is still a volume" {
    volumes create data
    echo precious >"$STORE/volumes/data/_data/file"
    : >"$STORE/volumes/data/volume.json"
    engine volume inspect data
    ends 0
    [ "$(jq -r '.[0].Name' <<<"$output")" = data ] || fail "another volume"
    engine volume ls -q
    [ "$output" = data ] || fail "it is not listed"
    [ "$(cat "$STORE/volumes/data/_data/file")" = precious ]
}

@test "06 volume: twenty creates of the same volume at once make one" {
    for i in {1..20}; do
        "$MINI" --root "$STORE" volume create same >>said 2>&1 3>&- 4>&- &
    done
    wait
    [ "$(sort -u said)" = same ] || fail "$(sort -u said)"
    [ "$(volumes ls -q)" = same ] || fail "not one volume"
}
