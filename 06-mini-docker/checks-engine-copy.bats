#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Files between a container and the host: cp, diff, export and commit.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need_root "to look into containers"
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
    mkdir -p host/sub
    echo one >host/file
    echo two >host/sub/deep
    chown -R 12:13 host
}

teardown() { end_containers "$STORE"; }

box() { "$MINI" --root "$STORE" create --network none --name box "$@" >/dev/null; }
inside() { "$MINI" --root "$STORE" cp "box:$1" - | tar xO; }
listed() { "$MINI" --root "$STORE" cp "box:$1" - | tar tv --numeric-owner | sort -k6; }

@test "06 cp: what goes where, and what is refused, is as with Docker" {
    box busybox
    for line in "host/file box:/tmp/" "host box:/tmp/copy" "host/. box:/tmp/merged" "host box:/tmp" \
        "host/file box:/tmp/merged/sub" "host/file box:/tmp/merged/file"; do
        engine cp $line # two words
        ends 0
    done
    [ "$(listed /tmp/. | awk '{ print $6 }')" = "$(printf '%s\n' ./ ./copy/ ./copy/file ./copy/sub/ \
        ./copy/sub/deep ./file ./host/ ./host/file ./host/sub/ ./host/sub/deep ./merged/ ./merged/file \
        ./merged/sub/ ./merged/sub/deep ./merged/sub/file)" ] || fail "$(listed /tmp/.)"
    while read -r from to said; do
        engine cp "$from" "$to"
        ends 1 "$said"
    done <<'END'
host/file box:/none/x Could not find the file /none in container box
host/file box:/none/ no such directory
host/file box:/tmp/new/ no such directory
host box:/none/x Could not find the file /none in container box
host box:/tmp/file cannot copy directory
host/file box:/tmp/file/ stat /tmp/file/: not a directory
box:/etc/passwd host/file/ stat host/file/: not a directory
none box:/tmp lstat none: no such file or directory
box:/none . Could not find the file /none in container box
box:/etc/passwd none/x invalid output path: directory "none" does not exist
box:/etc/passwd none/ no such directory
box:/etc host/file cannot copy directory
box:/etc box:/x copying between containers is not supported
host/file host/x must specify at least one container source
other:/x . No such container: other
box: . path cannot be empty
END
}

@test "06 cp: copied in, files keep their owners' numbers; copied out, they are the caller's, without -a" {
    box busybox
    chmod 4755 host/file
    ln host/file host/linked
    mkfifo host/pipe
    ln -s /nowhere host/link
    touch -d '2001-02-03 04:05:06' host/file
    engine cp host box:/x
    ends 0
    listed /x | grep -q '^-rwsr-xr-x 12/13 .* 2001-02-03 04:05 x/file$' || fail "$(listed /x)"
    listed /x | grep -q '^hrwsr-xr-x .*x/linked link to x/file$' || fail "$(listed /x)"
    engine cp box:/x out
    ends 0
    [ "$(stat -c '%u:%g %a %h' out/file)" = "0:0 755 2" ] || fail "$(stat out/file)"
    [ -p out/pipe ] && [ "$(readlink out/link)" = /nowhere ] || fail "$(ls -l out)"
    engine cp -a box:/x kept
    [ "$(stat -c '%u:%g %a %Y' kept/file)" = "12:13 4755 $(stat -c %Y host/file)" ] || fail "$(stat kept/file)"
    engine cp box:/x/link out/again
    [ -L out/again ] || fail "the link was followed"
    engine cp -L box:/bin/sh shell
    [ -x shell ] && [ ! -L shell ] || fail "the link was not followed"
    chmod 711 host
    call env -C host "$MINI" --root "$STORE" cp . box:/dot
    ends 0
    listed /dot | grep -q '^drwx--x--x .* dot/$' || fail "a source without a name: $(listed /dot)"
}

@test "06 cp: what a symlink leads to arrives under the symlink's name, and /. is what is in there" {
    box busybox
    mkdir -p links/data into
    echo inside >links/data/file
    echo other >links/dat
    ln -s data links/dir
    ln -s data/file links/one
    ln -s . links/dot
    engine cp links box:/
    ends 0
    engine cp -L box:/links/one into
    engine cp -L box:/links/dir into
    engine cp box:/links/dir/. into
    ends 0
    engine cp -L box:/links/dot/data/file into/last
    [ "$(cd into && find . | sort | xargs)" = ". ./dir ./dir/file ./file ./last ./one" ] || fail "$(ls -lR into)"
    [ ! -L into/one ] && [ "$(cat into/one into/file)" = $'inside\ninside' ] || fail "not what they lead to"
    engine cp links/data box:/to # a directory to copy into
    engine cp -L links/one box:/to
    engine cp links/dir/ box:/to
    engine cp -L links/dot box:/to/
    engine cp links/dir/. box:/to/new
    ends 0
    [ "$(listed /to | sed 's/.* to/to/' | grep -v dot/ | sort | xargs)" = "to/ to/dir/ to/dir/file to/file to/new/ to/new/file to/one" ] ||
        fail "$(listed /to)"
    listed /to | grep -q ' to/dot/dat$' || fail "$(listed /to)"
}

@test "06 cp: symlinks in the container lead nowhere but into the container" {
    box busybox
    mkdir traps victim
    echo safe >victim/file
    ln -s "$PWD/victim" traps/abs
    ln -s ../../../../../../../../../../../../../../../..$PWD/victim traps/up
    ln -s "$PWD/victim/file" traps/over
    ln -s loop traps/loop
    engine cp traps box:/
    ends 0
    for way in abs/file up/file; do
        engine cp "box:/traps/$way" stolen
        ends 1 "Could not find the file"
    done
    [ ! -e stolen ] || fail "a file of the host came out"
    engine cp box:/traps/loop stolen -L
    ends 1
    # the link leads to a place in the container that is not there, or is made there
    for way in abs/new up/new; do
        engine cp host/file "box:/traps/$way"
        ends 1 "Could not find the file"
    done
    engine cp host/file box:/traps/over
    ends 1 "Could not find the file"
    [ "$(ls victim)$(cat victim/file)" = filesafe ] || fail "the host's files were changed"
    # in the way of a copy they are replaced, and not followed
    mkdir with && echo mine >with/over && mkdir with/abs
    engine cp with/over box:/traps/.
    engine cp with/. box:/traps
    ends 1 'cannot overwrite non-directory "abs" with directory'
    tar c -C with over | "$MINI" --root "$STORE" cp - box:/traps
    [ "$(inside /traps/over)" = mine ] || fail "not replaced"
    [ "$(cat victim/file)" = safe ] || fail "the link was followed"
}

@test "06 cp: an archive on standard input goes in whole or not at all" {
    box busybox
    tar c host | "$MINI" --root "$STORE" cp - box:/tmp
    [ "$(inside /tmp/host/sub/deep)" = two ] || fail "not there"
    tar cz host | "$MINI" --root "$STORE" cp - box:/root
    [ "$(inside /root/host/file)" = one ] || fail "not there"
    tar c host | "$MINI" --root "$STORE" cp - box:/none 2>said && fail "it went nowhere"
    grep -qF 'destination "box:/none" must be a directory' said || fail "$(cat said)"
    mkdir many
    for i in {1..20}; do head -c 3000 /dev/urandom >"many/$i"; done
    tar c many | head -c 40000 | "$MINI" --root "$STORE" cp - box:/tmp 2>said && fail "it took half of it"
    engine cp box:/tmp/many .
    ends 1 "Could not find the file"
    tar cP --transform 's|^host/file|../../../../escaped|' host/file |
        "$MINI" --root "$STORE" cp - box:/tmp 2>said && fail "it was taken"
    grep -q "leads out of it" said || fail "$(cat said)"
    echo no archive | "$MINI" --root "$STORE" cp - box:/tmp 2>said && fail "it was taken"
    grep -q "no tar archive" said || fail "$(cat said)"
    # a name that would be a mark in a layer is a name like any other
    : >.wh.file
    tar c .wh.file | "$MINI" --root "$STORE" cp - box:/tmp/host
    listed /tmp/host | grep -q 'host/.wh.file$' || fail "the name was taken for a mark"
    listed /tmp/host | grep -q 'host/file$' || fail "it took a file away"
    [ -z "$(ls -A "$STORE/images/partial")" ] || fail "something is left: $(ls -A "$STORE/images/partial")"
}

@test "06 cp: volumes and binds are in their places, and read-only is read-only" {
    mkdir bound
    box -v data:/data -v "$PWD/bound:/bound:ro" --read-only busybox
    engine cp host/file box:/data/
    ends 0
    [ "$(cat "$STORE/volumes/data/_data/file")" = one ] || fail "it is not in the volume"
    [ "$(inside /data/file)" = one ] || fail "it is not seen"
    engine cp host/file box:/bound/
    ends 1 "mounted volume is marked read-only"
    engine cp host/file box:/tmp/
    ends 1 "container rootfs is marked read-only"
    [ -z "$(ls bound)" ] || fail "it is there"
    # a start would mount these, and they are no part of the view
    engine cp box:/proc/version .
    ends 1 "Could not find the file"
    engine export box -o all.tar
    ends 0
    ! tar tf all.tar | grep -q data/file || fail "a volume was exported"
}

@test "06 cp: killed, it leaves no half file" {
    need strace
    box busybox
    head -c 300000 /dev/urandom >host/large
    for call in write linkat fchown; do
        strace -f -qq -o /dev/null -e "inject=$call:signal=KILL:when=2" \
            "$MINI" --root "$STORE" cp host/large "box:/tmp/by-$call" 2>/dev/null || true
        strace -f -qq -o /dev/null -e "inject=$call:signal=KILL:when=2" \
            "$MINI" --root "$STORE" cp box:/bin/busybox "out-$call" 2>/dev/null || true
        [ ! -e "out-$call" ] || cmp -s "out-$call" "$STORE"/layers/*/diff/bin/busybox || fail "half a file: out-$call"
    done
    for name in $("$MINI" --root "$STORE" cp box:/tmp/. - | tar t | sed 's|^./||'); do
        inside "/tmp/$name" | cmp -s - host/large || fail "half a file: $name"
    done
    ! grep -q "$STORE" /proc/self/mountinfo || fail "a mount is left"
}

@test "06 diff: added, changed and deleted, a directory before what is in it" {
    box busybox
    engine diff box
    ends 0
    [ -z "$output" ] || fail "nothing was changed"
    engine cp host box:/tmp/new
    echo changed >passwd
    engine cp passwd box:/etc/passwd
    upper=$(echo "$STORE"/containers/*/upper)
    mknod "$upper/home" c 0 0 # what overlayfs makes of `rm -r /home`
    # a file that is written in place leaves the time of its directory as it was
    touch -r "$(echo "$STORE"/layers/*/diff/etc)" "$upper/etc"
    engine diff box
    [ "$output" = "C /etc
C /etc/passwd
C /tmp
A /tmp/new
A /tmp/new/file
A /tmp/new/sub
A /tmp/new/sub/deep" ] || fail "other changes"
    rm "$upper/home"
    mknod "$upper/bin" c 0 0
    engine diff box
    told "D /bin"
    engine diff none
    ends 1 "No such container: none"
}

@test "06 export: the whole root as one archive, with owners" {
    box busybox
    engine cp host box:/srv
    engine export box -o root.tar
    ends 0
    tar tvf root.tar --numeric-owner | grep -q '12/13 .* srv/sub/deep$' || fail "another owner"
    mkdir root && tar xf root.tar -C root
    cmp root/bin/busybox "$STORE"/layers/*/diff/bin/busybox || fail "another file"
    "$MINI" --root "$STORE" export box | cmp - root.tar || fail "not the same on standard output"
    call script -qec "$MINI --root $STORE export box" /dev/null
    ends 1
    told "cowardly refusing to save to a terminal"
    engine export none
    ends 1 "No such container: none"
}

@test "06 commit: an image of the changes, which a new container has" {
    box -e KEEP=1 busybox sleep 5
    engine cp host box:/srv
    echo changed >passwd && "$MINI" --root "$STORE" cp passwd box:/etc/passwd
    upper=$(echo "$STORE"/containers/*/upper)
    mknod "$upper/root" c 0 0 # what overlayfs makes of `rm -r /root`
    engine commit -m words -a somebody -c 'ENV NEW=2' -c 'CMD ["sh", "-c", "id"]' box made:1
    ends 0
    [[ $output =~ ^sha256:[0-9a-f]{64}$ ]] || fail "no ID"
    config=$STORE/images/blobs/sha256/${output#sha256:}
    [ "$(jq -r '.author, .history[-1].comment, (.config.Cmd | join(" ")), (.rootfs.diff_ids | length), .config.Hostname' "$config")" = \
        "somebody
words
sh -c id
2
null" ] || fail "another configuration: $(cat "$config")"
    # the layer that was made last, in the OCI's form
    tar tf "$(ls -t "$STORE"/images/blobs/sha256/* | while read -r blob; do tar tf "$blob" >/dev/null 2>&1 && echo "$blob" && break; done)" >layer
    grep -qx .wh.root layer && ! grep -qx root layer || fail "another form: $(cat layer)"
    jq -e '.config.Env | contains(["KEEP=1", "NEW=2"])' "$config" >/dev/null || fail "another environment"
    "$MINI" --root "$STORE" rm -f box >/dev/null 2>&1 || true
    "$MINI" --root "$STORE" create --name again made:1 >/dev/null
    engine diff again
    [ -z "$output" ] || fail "it differs from its own image"
    engine export again -o all.tar
    ends 0
    tar tvf all.tar --numeric-owner | grep -q '12/13 .* srv/sub/deep$' || fail "not there, or another owner"
    [ "$(tar xOf all.tar etc/passwd)" = changed ] || fail "not changed"
    ! tar tf all.tar | grep -q '^root/' || fail "what was deleted is there"
    engine commit -c 'FROM x' again
    ends 1 "FROM"
    engine commit none
    ends 1 "No such container: none"
}
