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
    ends 1 "colour"
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
    for call in mkdir chmod openat write rename; do
        for n in {1..6}; do
            strace -f -qq -o /dev/null -e "inject=$call:signal=KILL:when=$n" \
                "$MINI" --root "$STORE" volume create "by-$call-$n" >/dev/null 2>&1 || true
            half=$(find "$STORE/volumes" -mindepth 1 -maxdepth 1 ! -name '.*' ! -execdir test -s '{}/volume.json' ';' -print)
            [ -z "$half" ] || fail "half a volume: $half"
        done
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
    wait_all || true
    [ "$(sort -u said)" = same ] || fail "$(sort -u said)"
    [ "$(volumes ls -q)" = same ] || fail "not one volume"
}

# with_data: an image of two layers with a /data, and which calls /data and /own volumes.
with_data() {
    need_root "to give files to others"
    mkdir -p image/data/sub
    echo text >image/data/file
    chown 33:34 image/data/file image/data
    chmod 4750 image/data/file
    chmod 1775 image/data
    ln image/data/file image/data/sub/again
    ln -s /etc image/data/link
    setfattr -n user.note -v yes image/data/file 2>/dev/null || true
    touch -d '2001-02-03 04:05:06' image/data/file
    "$MINI" --root "$STORE" create --name first busybox >/dev/null
    "$MINI" --root "$STORE" cp image/. first:/
    "$MINI" --root "$STORE" commit -c 'VOLUME /data /own' first with-data >/dev/null
}
# looked CONTAINER PATH: make its volumes as a start would, and list what it has there.
looked() { "$MINI" --root "$STORE" cp "$1:$2" - | tar tv --numeric-owner; }

@test "06 volume: a start waits for who is about to remove its volume, and makes it again" {
    need_root "to make groups"
    works volume create data
    exec 9<"$STORE/volumes"
    flock 9 # as volume rm, which has looked for users already
    "$MINI" --root "$STORE" run --rm --network none -v data:/d busybox touch /d/x 3>&- 9<&- &
    pid=$!
    waits() { grep -q -- "-> FLOCK  ADVISORY  WRITE $pid " /proc/locks; }
    wait_for 20 waits || fail "it does not wait"
    mv "$STORE/volumes/data" "$STORE/volumes/.old-data"
    exec 9<&-
    wait "$pid" || fail "status $?"
    [ -e "$STORE/volumes/data/_data/x" ] || fail "another volume"
}

@test "06 volume: at its first use it begins with what the image has, owners, modes and all" {
    with_data
    "$MINI" --root "$STORE" create --name box -v named:/data with-data >/dev/null
    looked box /data >list
    grep -q '^drwxrwxr-t 33/34 .* data/$' list || fail "$(cat list)"
    grep -q '^-rwsr-x--- 33/34 .* 2001-02-03 04:05 data/file$' list || fail "$(cat list)"
    grep -q 'data/sub/again link to data/file$' list || fail "$(cat list)"
    grep -q 'data/link -> /etc$' list || fail "$(cat list)"
    data=$STORE/volumes/named/_data
    [ -f "$data/file" ] || fail "not in the volume"
    [ -z "$(getfattr -h --absolute-names -n user.note image/data/file 2>/dev/null)" ] ||
        [ "$(getfattr --absolute-names --only-values -n user.note "$data/file")" = yes ] || fail "no attribute"
    # the second use finds what the first has left, even where the image has more
    rm "$data/file"
    "$MINI" --root "$STORE" create --name other -v named:/data with-data >/dev/null
    ! looked other /data | grep -q 'data/file$' || fail "it was copied again"
    # nocopy: it stays empty
    "$MINI" --root "$STORE" create --name bare -v empty:/data:nocopy with-data >/dev/null
    [ "$(looked bare /data | wc -l)" -eq 1 ] || fail "it was copied"
}

@test "06 volume: a first use that is killed is finished by the next" {
    need strace
    with_data
    for call in openat linkat unlink; do
        "$MINI" --root "$STORE" create --name "box-$call" -v "vol-$call:/data" with-data >/dev/null
        for n in 1 2 4; do
            strace -f -qq -o /dev/null -e "inject=$call:signal=KILL:when=$n" \
                "$MINI" --root "$STORE" cp "box-$call:/data" - >/dev/null 2>&1 || true
        done
        [ "$(looked "box-$call" /data | wc -l)" -eq 5 ] || fail "$call: $(looked "box-$call" /data)"
        [ ! -e "$STORE/volumes/vol-$call/copying" ] || fail "the mark is left"
    done
}

@test "06 volume: anonymous ones are the container's, and are told from those with a name" {
    with_data
    "$MINI" --root "$STORE" create --name box -v /more --mount type=volume,dst=/third with-data >/dev/null
    looked box /data >/dev/null
    [ "$(volumes ls -q | grep -cE '^[0-9a-f]{64}$')" -eq 4 ] || fail "$(volumes ls -q)"
    name=$(volumes ls -q | head -n 1)
    [ "$(volumes inspect -f '{{json .Labels}}' "$name")" = '{"com.docker.volume.anonymous":""}' ] || fail "no label"
    engine volume rm "$name"
    ends 1 "remove $name: volume is in use - [$(basename "$(dirname "$(grep -l '"/more"' "$STORE"/containers/*/container.json)")")]"
    [ -z "$(volumes ls -q --filter dangling=true)" ] || fail "they are in use"
    engine volume prune -f
    [ "$output" = "Total reclaimed space: 0B" ] || fail "it took one that is in use"
}

@test "06 mounts: words that are refused, in Docker's words, before there is a container" {
    while read -r -a words; do
        read -r said
        engine create "${words[@]}" busybox
        [ "$status" -ne 0 ] || fail "it was taken"
        complained "$said"
    done <<'END'
-v a:b:c:d
invalid volume specification: 'a:b:c:d'
-v /a:/b:sideways
invalid mode: sideways
-v /a:/
invalid volume specification: '/a:/': invalid mount config for type "bind": invalid specification: destination can't be '/'
-v data:relative
invalid volume specification: 'data:relative': invalid mount config for type "volume": invalid mount path: 'relative' mount path must be absolute
-v x/y:/z
"x/y" includes invalid characters for a local volume name
-v aa:/x -v bb:/x/
Duplicate mount point: /x
--mount type=bind,src=/none/there,dst=/x
invalid mount config for type "bind": bind source path does not exist: /none/there
--mount type=bind,src=/tmp
invalid argument "type=bind,src=/tmp" for "--mount" flag: target is required
--mount type=tmpfs,dst=/x,volume-nocopy
cannot mix 'volume-*' options with mount type 'tmpfs'
--tmpfs /x:sideways
invalid tmpfs option ["sideways"]
END
    [ -z "$(ls "$STORE/containers" 2>/dev/null)" ] || fail "a container was made"
}
