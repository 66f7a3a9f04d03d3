#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Images: from archives of others and back to them, names, layers as overlayfs wants them, and archives
# that nobody should have made (checks-engine-images.py).
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup_file() {
    note_groups
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra -o "$BATS_FILE_TMPDIR/at" \
        "$BATS_TEST_DIRNAME/checks-sound-at.c"
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
    rm -rf "$STORE" b scratch
}

# archives CASE...: CASE.tar for each, of which some would reach the directory `outside`.
archives() { python3 "$BATS_TEST_DIRNAME/checks-engine-images.py" "$PWD/outside" . "$@"; }
whole() { python3 "$BATS_TEST_DIRNAME/checks-engine-images.py" whole "$STORE" || fail "the store is not whole"; }
images() { "$MINI" --root "$STORE" images --format '{{.Repository}}:{{.Tag}} {{.ID}}' --no-trunc | sort; }

# What the store holds; and that nothing is in the making.
holds() {
    [ -z "$(ls "$STORE/images/partial")" ] || fail "left: $(ls "$STORE/images/partial")"
    [ -z "$(find "$STORE/layers" -mindepth 1 -maxdepth 1 -name '.*')" ] || fail "left: $(ls -A "$STORE/layers")"
    (cd "$STORE" && find images/blobs layers | sort)
}
id_of() { "$MINI" --root "$STORE" images -q --no-trunc "$1"; }

# layer N: the directory of the N-th layer of the image `evil`, the lowest is 1.
layer() {
    local dirs
    IFS=: read -ra dirs <<<"$("$MINI" --root "$STORE" image inspect --format '{{.GraphDriver.Data.LowerDir}}' evil)"
    echo "${dirs[-$1]}"
}

# An OCI layout `lay`, image `t`, of two layers, made by umoci.
made_by_umoci() {
    need umoci
    {
        umoci init --layout lay
        umoci new --image lay:t
        umoci unpack --rootless --image lay:t b
        mkdir b/rootfs/data
        echo one >b/rootfs/data/one
        echo two >b/rootfs/data/two
        umoci repack --image lay:t b
        rm -r b
        umoci unpack --rootless --image lay:t b
        rm b/rootfs/data/one
        echo ae >b/rootfs/data/größe
        umoci repack --image lay:t b
        umoci config --image lay:t --config.cmd sh --config.env A=b --config.label k=v
        rm -r b
    } >umoci.log 2>&1 || fail "$(cat umoci.log)"
}

@test "06 images: busybox is built in, the same everywhere, and skopeo reads the store" {
    engine history busybox
    ends 0
    told "from this machine's busybox"
    engine images
    [ "${lines[0]}" = "REPOSITORY   TAG       IMAGE ID       CREATED        SIZE" ] || fail "other headings"
    local first
    first=$(images)
    holds >before
    rm -rf "$STORE"
    sleep 1.1 # files made now are of another second
    engine tag busybox again
    ends 0
    [ "$(images | grep busybox)" = "$first" ] || fail "another busybox: $(images), not $first"
    holds | diff before - || fail "other blobs"
    need skopeo
    skopeo inspect "oci:$STORE/images:docker.io/library/busybox:latest" >seen
    [ "$(jq -r .Architecture seen)" = "$(skopeo inspect --format '{{.Architecture}}' \
        "oci:$STORE/images:docker.io/library/again:latest")" ]
}

@test "06 images: what umoci and skopeo made is loaded, from a directory, a file and a pipe, and once only" {
    need skopeo
    made_by_umoci
    engine load -i lay
    ends 0
    [ "$output" = "Loaded image: t:latest" ] || fail "other words"
    skopeo copy -q oci:lay:t oci-archive:o.tar:demo:v1
    engine load -i o.tar
    [ "$output" = "Loaded image: demo:v1" ] || fail "other words"
    skopeo copy -q oci:lay:t docker-archive:d.tar:foo/bar:2
    gzip -k d.tar
    zstd -q o.tar
    engine load <d.tar.gz
    [ "$output" = "Loaded image: foo/bar:2" ] || fail "other words"
    engine load -q -i o.tar.zst
    [ "$output" = "Loaded image: demo:v1" ] || fail "-q prints no names"
    [ "$(images | cut -d' ' -f2 | sort -u | wc -l)" -eq 1 ] || fail "other IDs for the same: $(images)"
    [ "$(ls "$STORE/layers" | wc -l)" -eq 2 ] || fail "layers were unpacked twice"
    holds >/dev/null && whole
    [ -c "$(echo "$STORE"/layers/*/diff/data/one | tr ' ' '\n' | xargs stat -c '%F %n' | sed -n 's/character special file //p')" ] ||
        fail "no whiteout"
    [ "$(cat "$STORE"/layers/*/diff/data/größe)" = ae ] || fail "a name that is not ASCII"
    # skopeo reads as root what root wrote
    [ "$("$MINI" --root "$STORE" image inspect t --format '{{.Config.Env}} {{.Config.Labels.k}} {{.Architecture}}')" = \
        "[A=b] v $(skopeo inspect --format '{{.Architecture}}' oci:lay:t)" ] || fail "another configuration"
    # an image without layers, as programs in Go write it; and a text that is cut is no mistake in our words
    echo '{"os": "linux", "rootfs": {"type": "layers"}}' >config.json
    echo '[{"Config": "config.json", "RepoTags": ["none:1"], "Layers": null}]' >manifest.json
    tar -cf none.tar manifest.json config.json
    engine load -i none.tar
    ends 0
    echo '[{' >manifest.json
    tar -cf none.tar manifest.json
    engine load -i none.tar
    ends 1 "manifest.json: line "
}

@test "06 images: what is saved, others read back with equal digests" {
    need skopeo
    made_by_umoci
    "$MINI" --root "$STORE" load -q -i lay
    "$MINI" --root "$STORE" tag busybox b:1
    engine save -o s.tar t busybox b:1
    ends 0
    manifest=$(jq -r '.manifests[0].digest' lay/index.json)
    [ "$(skopeo inspect --format '{{.Digest}}' oci-archive:s.tar:t:latest)" = "$manifest" ] || fail "another digest"
    skopeo copy -q docker-archive:s.tar:b:1 oci:x:b
    [ "$(skopeo inspect --raw docker-archive:s.tar:t:latest | jq -r .config.digest)" = "$(id_of t)" ] || fail "another ID"
    umoci unpack --rootless --image x:b b >umoci.log 2>&1
    cmp b/rootfs/bin/busybox "$(layer_of_busybox)" || fail "another busybox"
    engine save --format oci t busybox b:1
    cmp <("$MINI" --root "$STORE" save --format oci t busybox b:1) "$BATS_TEST_TMPDIR/printed" || fail "not the same twice"
    ! tar tf "$BATS_TEST_TMPDIR/printed" | grep -q manifest.json || fail "an OCI archive has Docker's file"
    "$MINI" --root other load -q <s.tar
    diff <(STORE=other images) <(images) || fail "not all came back"
    engine save t nothing -o no.tar
    ends 1 "No such image: nothing:latest"
    [ ! -e no.tar ] && [ -z "$(compgen -G 'no.tar*')" ] || fail "half an archive"
    # ended at any call, it leaves the old one or a whole one
    mkdir out
    local N file
    for ((N = 40; ; N += 40)); do
        echo old >out/o.tar
        "$BATS_FILE_TMPDIR/at" log 0 "$N" kill "$MINI" --root "$STORE" save -o out/o.tar busybox >/dev/null 2>&1 || true
        grep -q '^call ' log || break
        for file in out/*; do
            grep -qsx old "$file" || tar -tf "$file" >/dev/null 2>&1 || fail "ended at call $N: $(ls out)"
        done
    done
    [ "$N" -gt 40 ] || fail "it makes few calls"
}
layer_of_busybox() { echo "$STORE"/layers/*/diff/bin/busybox; }

@test "06 images: buildah's and podman's archives" {
    need_root "buildah keeps what it builds as root"
    need buildah
    B=(buildah --root "$PWD/scratch" --runroot "$PWD/scratch-run" --storage-driver vfs)
    container=$("${B[@]}" from scratch)
    "${B[@]}" copy -q "$container" "$TOP/rootfs" / >/dev/null
    "${B[@]}" config --cmd '["sh"]' --label made=buildah "$container"
    "${B[@]}" commit -q "$container" oci-archive:b.tar:localhost/built:1 >/dev/null
    "${B[@]}" commit -q "$container" docker-archive:c.tar:localhost/built:2 >/dev/null
    engine load -i b.tar
    ends 0
    [ "$output" = "Loaded image: localhost/built:1" ] || fail "another name"
    engine load -i c.tar
    ends 0
    [ "$output" = "Loaded image: localhost/built:2" ] || fail "another name"
    engine images --filter label=made=buildah -q
    [ "${#lines[@]}" -eq 2 ] || fail "the labels are lost"
    "$MINI" --root "$STORE" save -o back.tar localhost/built:1
    "${B[@]}" pull -q docker-archive:back.tar >pulled
    [ "sha256:$(cat pulled)" = "$(id_of localhost/built:1)" ] || fail "buildah gives it another ID: $(cat pulled)"
    rm -rf scratch scratch-run
}

@test "06 images: layers as overlayfs wants them" {
    archives layers
    umask 077 # ours is no part of an image
    engine load -i layers.tar
    umask 022
    ends 0
    [ "$(cat "$(layer 1)/größe")" = ae ] || fail "a name that is not ASCII"
    [ "$(stat -c %Y "$(layer 1)/tool")" = 1234567890 ] || fail "another time"
    [ "$(stat -c %h "$(layer 1)/tool2")" = 2 ] || fail "no hard link"
    [ "$(stat -c '%a %Y' "$(layer 1)/var")" = "700 1000" ] || fail "another mode: $(stat "$(layer 1)/var")"
    # a directory that the second layer only passes through is as the first has it
    [ "$(stat -c %a "$(layer 2)/var")" = 700 ] || fail "the directory below lost its mode"
    # but not as one that was taken away in between
    [ "$(stat -c '%a %u' "$(layer 3)/old/sub")" = "755 $(id -u)" ] || fail "another's mode: $(stat "$(layer 3)/old/sub")"
    [ "$(stat -c '%F %t,%T' "$(layer 2)/etc/motd")" = "character special file 0,0" ] || fail "no whiteout"
    attribute() { python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], sys.argv[2]).decode())' "$@"; }
    if [ "$(id -u)" -eq 0 ]; then
        [ "$(attribute "$(layer 2)/old" trusted.overlay.opaque)" = y ] || fail "not opaque"
        [ "$(attribute "$(layer 3)/etc" trusted.overlay.opaque)" = y ] || fail "taken away and made again: not opaque"
        mkdir mnt
        unshare --mount sh -c 'mount -t overlay overlay -o "lowerdir=$1" mnt && cd mnt && find . | sort' sh \
            "$(layer 3):$(layer 2):$(layer 1)" >seen
        [ "$(tr '\n' ' ' <seen)" = ". ./etc ./etc/only ./good ./größe ./old ./old/b ./old/sub ./old/sub/c ./tool ./tool2 ./var ./var/new " ] ||
            fail "overlayfs shows: $(cat seen)"
    else
        [ "$(attribute "$(layer 2)/old" user.overlay.opaque)" = y ] || fail "not opaque"
    fi
}

@test "06 images: what an archive says last of a directory counts, also where it comes after what is in it" {
    archives last_word
    engine load -i last_word.tar
    ends 0
    [ "$(stat -c '%a %Y' "$(layer 1)/late")" = "1777 1000" ] || fail "another: $(stat "$(layer 1)/late")"
    [ "$(stat -c '%a %Y' "$(layer 1)/late/sub")" = "750 2000" ] || fail "another: $(stat "$(layer 1)/late/sub")"
    [ "$(stat -c %.Y "$(layer 1)")" = 3000.500000000 ] || fail "the top has another time: $(stat "$(layer 1)")"
    [ "$(stat -c %a "$(layer 1)/fifo")" = 6711 ] || fail "the change of its owner took bits: $(stat "$(layer 1)/fifo")"
}

# Where overlayfs has nothing to merge, a whiteout is a name in a list, under which nothing is found.
@test "06 images: a whiteout of what is not there leaves nothing" {
    archives whiteouts_of_nothing
    engine load -i whiteouts_of_nothing.tar
    ends 0
    [ "$(cd "$(layer 2)" && find . -type c | sort | cut -c1-9 | xargs)" = "./old/a ./old/nnn" ] ||
        fail "marks: $(cd "$(layer 2)" && find . -type c)"
    [ -z "$(cd "$(layer 3)" && find . -type c)" ] || fail "marks in what is opaque: $(cd "$(layer 3)" && find . -type c)"
}

@test "06 images: a container of as many layers as an image may have" {
    need_root "overlayfs"
    cp "$TOP/rootfs/bin/busybox" .
    archives most
    "$MINI" --root "$STORE" load -q -i most.tar
    [ "$(ls "$STORE/layers" | wc -l)" -eq 127 ] || fail "not 127 layers"
    engine run --rm --network none evil sh -c 'set -- /layer*; echo $#'
    ends 0
    [ "$output" = 125 ] || fail "it does not see all layers"
}

@test "06 images: what began as an overlay or as a copy goes on as that, where its files are moved to" {
    need_root "overlayfs"
    mkdir lower upper work m
    cat >script <<EOF
mount -t overlay none -o lowerdir=lower,upperdir=upper,workdir=work m # on which there can be no other
mini() { "$MINI" --root "\$@"; }
mini $STORE run --name lays --network none busybox touch /mine
[ ! -d $STORE/containers/*/work/copy ] || exit 77
cp -a $STORE m/store
mini m/store start -a lays && exit 1
mini m/store run --name copies --network none busybox touch /mine
mini m/store export copies | tar -t mine
cp -a m/store moved
mini moved start -a copies && mini moved export copies | tar -t mine
mini moved start -a lays && mini moved diff lays
EOF
    call unshare --mount --propagation private bash -eu script
    [ "$status" -ne 77 ] || skip "overlayfs cannot be had here"
    ends 0
    complained "put them back on the file system that it began on"
    [ "$output" = $'mine\nmine\nA /mine' ] || fail "something is lost"
    rm -rf m moved
}

@test "06 images: names, tags, IDs, and what rmi says" {
    engine tag busybox team/app:1
    engine tag team/app:1 localhost:5000/x/y
    id=$(id_of busybox)
    short=${id:7:12}
    engine rmi "$short"
    ends 1 "conflict: unable to delete $short (must be forced) - image is referenced in multiple repositories"
    engine rmi localhost:5000/x/y
    ends 0
    [ "$output" = "Untagged: localhost:5000/x/y:latest" ] || fail "other words"
    engine images team/app -q
    [ "$output" = "$short" ] || fail "not found by its name"
    engine images -f reference='team/*' --format '{{.Tag}}'
    [ "$output" = 1 ] || fail "not found by a pattern"
    engine rmi team/app:1 docker.io/library/busybox:latest
    ends 0
    told "Untagged: busybox:latest"$'\n'"Deleted: $id"
    [ -z "$(ls "$STORE/layers" "$STORE/images/blobs/sha256" | grep -v :)" ] || fail "something is left"
    engine rmi busybox
    ends 1 "No such image: busybox:latest"
    engine rmi -f busybox
    ends 0 "No such image: busybox:latest"
    for name in UPPER a//b a: -a 'a b' "$(printf 'a%.0s' {1..300})" "$(printf '0%.0s' {1..64})" a@sha256:0 /a a/ ..; do
        engine tag -- busybox "$name"
        [ "$status" -ne 0 ] && complained "invalid reference format" || fail "accepted: $name"
    done
    for name in a a.b/c a__b/c---d:V.1_-x localhost/a example.com:80/a/b:c; do
        engine tag busybox "$name"
        ends 0
    done
}

@test "06 images: an image that a container has stays, and prune leaves what is used" {
    "$MINI" --root "$STORE" create --name box busybox true >/dev/null
    id=$(id_of busybox)
    engine rmi busybox
    ends 1 "conflict: unable to remove repository reference \"busybox\" (must force) - container"
    engine rmi -f busybox
    ends 0
    [ "$output" = "Untagged: busybox:latest" ] || fail "other words"
    engine image prune -af
    ends 0
    [ "$(images)" = "<none>:<none> $id" ] || fail "the container's image is gone: $(images)"
    [ -x "$(layer_of_busybox)" ] || fail "its layer is gone"
    archives layers
    "$MINI" --root "$STORE" load -q -i layers.tar
    sed 's/./x/' /dev/null | "$MINI" --root "$STORE" import "$(archive_of_rootfs)" evil >/dev/null # takes its name
    engine images -f dangling=true -q
    [ "${#lines[@]}" -eq 2 ] || fail "the old one has gone"
    engine image prune -f
    ends 0
    told "Deleted Images:"
    told "Total reclaimed space: "
    [ "$(images | wc -l)" -eq 2 ] || fail "$(images)"
    holds >/dev/null && whole
}
archive_of_rootfs() {
    tar cf rootfs.tar -C "$TOP/rootfs" .
    echo rootfs.tar
}

@test "06 images: import, with changes" {
    engine import -c 'CMD ["sh"]' -c 'ENV A=b C="d e"' -c 'EXPOSE 80 53/udp' -c 'LABEL k="v w"' -c 'WORKDIR /a' \
        -c 'WORKDIR b' -c 'HEALTHCHECK --interval=5s CMD true x' -c 'ENTRYPOINT echo $A' -c 'USER 1' -c 'volume /v' \
        -m hello "$(archive_of_rootfs)" made:1
    ends 0
    [ "$output" = "$(id_of made:1)" ] || fail "another ID"
    "$MINI" --root "$STORE" image inspect made:1 >seen
    [ "$(jq -c '.[0].Config | [.Cmd, .Env, .ExposedPorts, .Labels, .WorkingDir, .Healthcheck, .Entrypoint, .User, .Volumes]' seen)" = \
        '[["sh"],["A=b","C=d e"],{"80/tcp":{},"53/udp":{}},{"k":"v w"},"/a/b",{"Test":["CMD-SHELL","true x"],"Interval":5000000000},["/bin/sh","-c","echo $A"],"1",{"/v":{}}]' ] ||
        fail "$(jq -c '.[0].Config' seen)"
    engine history made:1 --format '{{.Comment}} {{.Size}}'
    [[ $output == "hello 1."* ]] || fail "another history"
    works import -m $'\e]0;x\a' rootfs.tar # what an image says does nothing to a terminal
    engine history "$output"
    told '\x1b]0;x\x07'
    works import --platform linux/arm64/v9 rootfs.tar other:1
    prints linux/arm64/v9 image inspect --format '{{.Os}}/{{.Architecture}}/{{.Variant}}' other:1
    engine import --platform windows/amd64 rootfs.tar other:2
    ends 1 "operating system is not supported: windows"
    engine import -c 'FROM x' rootfs.tar
    ends 1 "FROM is not a valid change command"
    gzip rootfs.tar
    engine import rootfs.tar.gz
    ends 0
    engine import - </dev/null
    ends 1 "standard input"
}

@test "06 images: archives that lead out are refused or kept inside" {
    mkdir outside
    echo victim >outside/victim
    "$MINI" --root "$STORE" tag busybox kept
    holds >before
    local refused=(traversal traversal_deep symlink_absolute symlink_up symlink_chain hardlink_up hardlink_absolute \
        hardlink_through hardlink_dir whiteout_dots whiteout_nothing whiteout_through opaque_through owner \
        truncated cut_at_an_entry twice outer_traversal outer_symlink outer_symlink_up outer_device \
        names_a_file_outside another_layer other_layer)
    local inside=(absolute symlink_replaced symlink_dir attributes devices twice_in_layer)
    archives "${refused[@]}" "${inside[@]}"
    for case in "${refused[@]}"; do
        engine load -i "$case.tar"
        [ "$status" -eq 1 ] && [ -n "$stderr" ] || fail "$case: accepted"
        holds | diff before - || fail "$case: the store has changed"
    done
    whole
    for case in "${inside[@]}"; do
        engine load -i "$case.tar"
        ends 0
        "check_$case"
        "$MINI" --root "$STORE" rmi -f evil >/dev/null
        holds | diff before - || fail "$case: something is left"
    done
    [ "$(ls outside)" = victim ] && [ "$(cat outside/victim)" = victim ] && [ "$(stat -c %h outside/victim)" = 1 ] ||
        fail "something reached the host"
}
check_absolute() { [ -f "$(layer 1)$PWD/outside/evil" ] || fail "not inside"; }
check_symlink_replaced() { [ ! -L "$(layer 1)/link" ] || fail "still a symlink"; }
check_symlink_dir() { [ ! -L "$(layer 1)/link" ] && [ -f "$(layer 1)/link/evil" ] || fail "no directory"; }
check_attributes() {
    python3 -c 'import os, sys; print(os.listxattr(sys.argv[1]))' "$(layer 1)/dir" >seen
    ! grep -q overlay seen || fail "overlayfs's attributes were taken: $(cat seen)"
    ! [ "$(stat -f -c %T "$STORE")" != tmpfs ] || grep -q user.good seen || fail "others were not: $(cat seen)"
}
check_devices() {
    [ -p "$(layer 1)/fifo" ] || fail "no FIFO"
    [ "$(id -u)" -ne 0 ] || [ -b "$(layer 1)/disk" ] || fail "root has no device"
}
check_twice_in_layer() {
    [ "$(cat "$(layer 1)/thing" "$(layer 1)/good")" = $'a file now\nsecond' ] || fail "not the last"
    [ "$(ls "$(layer 1)/below")" = thing ] || fail "another directory: $(ls "$(layer 1)/below")"
}

@test "06 images: bombs stop at the limit, and a tree that is too deep for its removal goes" {
    "$MINI" --root "$STORE" tag busybox kept
    holds >before
    archives bomb bomb_outside deep
    gzip -1 bomb_outside.tar
    engine load -i bomb_outside.tar.gz --max-size 20m
    ends 1 "it unpacks to more than 20 MiB"
    holds | diff before - || fail "the store has changed"
    engine load -i bomb.tar --max-size 20m
    ends 1 "it unpacks to more than 20 MiB"
    holds | diff before - || fail "the store has changed"
    truncate -s 1T hole
    tar cSf hole.tar hole
    [ "$(stat -c %s hole.tar)" -lt 100000 ]
    engine import hole.tar
    ends 1 "it unpacks to more than 64 GiB"
    holds | diff before - || fail "the store has changed"
    engine load -i deep.tar
    ends 0
    (ulimit -n 100 && "$MINI" --root "$STORE" rmi evil) >/dev/null
    holds | diff before - || fail "something is left"
}

@test "06 images: a blob that was changed, on its way or in the store, is seen" {
    need skopeo
    made_by_umoci
    for blob in $(cd lay/blobs/sha256 && ls); do
        cp lay/blobs/sha256/"$blob" saved
        printf X | dd of="lay/blobs/sha256/$blob" bs=1 seek=20 conv=notrunc status=none
        engine load -i lay
        ! grep -q "$blob" <(jq -r '.manifests[].digest, (.config.digest, .layers[].digest)?' lay/index.json \
            lay/blobs/sha256/"$(jq -r '.manifests[0].digest[7:]' lay/index.json)" 2>/dev/null) || [ "$status" -eq 1 ] ||
            fail "$blob: a changed one was loaded"
        cp saved lay/blobs/sha256/"$blob"
    done
    rm -rf "$STORE"
    engine load -i lay
    ends 0
    blob=$STORE/images/blobs/sha256/$(id_of t | cut -d: -f2)
    sed -i 's/sh/sH/' "$blob"
    engine history t
    ends 1 "was changed: it is"
    engine rmi t
    ends 0
}

@test "06 images: load, killed at any of its calls, leaves the old store or the new one" {
    archives layers
    "$MINI" --root "$STORE" tag busybox kept
    cp -a "$STORE" before
    local N STEP=${SWEEP:+1}
    STEP=${STEP:-90}
    for ((N = RANDOM % STEP + 1; ; N += STEP)); do
        rm -rf "$STORE"
        cp -a before "$STORE"
        timeout -s KILL 60 "$BATS_FILE_TMPDIR/at" log 0 "$N" kill "$MINI" --root "$STORE" load -q -i layers.tar >out 2>&1 || true
        whole || fail "killed at call $N"
        [ "$(images | grep -c -e busybox: -e kept:)" -eq 2 ] || fail "killed at call $N: $(images)"
        engine load -q -i layers.tar
        ends 0
        engine rmi evil
        ends 0
        holds | diff <(STORE=before holds) - || fail "killed at call $N: something is left"
        grep -q '^call ' log || break
    done
    [ "$N" -gt 300 ] || fail "it makes only $N calls"
}

@test "06 images: ten at once, some removing what others bring" {
    archives layers
    for i in {1..10}; do
        { "$MINI" --root "$STORE" load -q -i layers.tar >/dev/null && "$MINI" --root "$STORE" tag evil "name:$i" &&
            "$MINI" --root "$STORE" rmi "name:$i"; } >"said.$i" 2>&1 3>&- &
    done
    wait_all || true
    whole
    for i in {1..10}; do [ "$(cat "said.$i")" = "Untagged: name:$i:latest" ] || [ "$(cat "said.$i")" = "Untagged: name:$i" ] || fail "$i: $(cat "said.$i")"; done
    [ "$(images | wc -l)" -eq 1 ] || fail "$(images)"
    engine rmi evil
    ends 0
    [ -z "$(ls "$STORE/layers")" ] || fail "left: $(ls "$STORE/layers")"
}

@test "06 images: an image is not removed while a container of it is made" {
    "$MINI" --root "$STORE" tag busybox a
    mv "$STORE" first
    for i in {1..5}; do
        rm -rf "$STORE"
        cp -a first "$STORE"
        "$MINI" --root "$STORE" create a true >made 2>&1 3>&- &
        for name in busybox a busybox a; do "$MINI" --root "$STORE" rmi $name >>rmi.log 2>&1 || true; done
        wait_all || true
        for config in "$STORE"/containers/*/container.json; do
            [ ! -e "$config" ] || images | grep -q "$(jq -r .Image "$config")" || fail "a container without its image"
        done
        whole
    done
    grep -q conflict rmi.log || fail "no removal met a container: $(cat rmi.log made)"
}
