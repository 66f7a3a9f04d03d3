#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Registries: Debian's docker-registry on a port of its own, filled and read by skopeo; and one that behaves
# badly, which stands before it (checks-engine-registry.py).
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

REGISTRY=$LAB_DIR/mini-docker-registry

have_all() { [ -x "$REGISTRY" ] && command -v docker-registry >/dev/null && command -v skopeo >/dev/null; }

setup_file() {
    have_all || return 0
    export WORLD=$BATS_FILE_TMPDIR
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -o "$WORLD/at" "$BATS_TEST_DIRNAME/checks-sound-at.c"
    export DOCKER_CONFIG=$WORLD/config
    echo '{}' >"$WORLD/skopeo.json"
    PORT=$(free_port)
    export PORT
    export HOST=localhost:$PORT
    registry good "$PORT"
    "$BATS_TEST_DIRNAME/checks-engine-registry.py" "$PORT" "$WORLD" >"$WORLD/port" 2>"$WORLD/between.log" 3>&- 4>&- &
    echo $! >"$WORLD/between.pid"
    wait_for 20 test -s "$WORLD/port"
    EVIL=localhost:$(<"$WORLD/port")
    export EVIL
    # user, secret
    echo 'user:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a' >"$WORLD/htpasswd"
    PORT=$(free_port)
    registry locked "$PORT" "auth: {htpasswd: {realm: locked, path: $WORLD/htpasswd}}"
    export LOCKED=localhost:$PORT
    wait_for 20 answers "http://$LOCKED/v2/" || fail "no registry: $(cat "$WORLD/locked.log")"
    wait_for 20 answers "http://$HOST/v2/" || fail "no registry: $(cat "$WORLD/good.log")"
    fill
}

teardown_file() {
    local file
    for file in "$BATS_FILE_TMPDIR"/*.pid; do
        [ ! -e "$file" ] || kill "$(<"$file")" 2>/dev/null || true
    done
}

setup() {
    have_all || skip "mini-docker-registry is not built, or docker-registry or skopeo is not installed"
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
    rm -f "$WORLD/mode" "$WORLD/log" "$WORLD/hangs" "$DOCKER_CONFIG/config.json"
}

teardown() { rm -rf "$STORE"; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
answers() { curl -so /dev/null "$1"; }

# registry NAME PORT [LINE...]: Debian's, with these lines more in its configuration.
registry() {
    local name=$1 port=$2
    shift 2
    printf '%s\n' 'version: 0.1' 'log: {level: error, accesslog: {disabled: true}}' \
        "storage: {filesystem: {rootdirectory: $WORLD/$name}, delete: {enabled: true}}" \
        "http: {addr: '127.0.0.1:$port'}" "$@" >"$WORLD/$name.yml"
    docker-registry serve "$WORLD/$name.yml" >"$WORLD/$name.log" 2>&1 3>&- 4>&- &
    echo $! >"$WORLD/$name.pid"
}

# An image of three layers, two of them small; as docker has it, as the OCI, and for two machines.
fill() {
    local i layers='' ids=''
    for i in 1 2 3; do
        mkdir -p "$WORLD/l$i/data"
        echo "$i" >"$WORLD/l$i/data/$i"
    done
    mkdir "$WORLD/l1/bin"
    cp "$(command -v busybox)" "$WORLD/l1/bin/busybox"
    ln -s busybox "$WORLD/l1/bin/sh"
    head -c 3000000 /dev/urandom >"$WORLD/l2/data/big"
    for i in 1 2 3; do
        tar -C "$WORLD/l$i" -cf "$WORLD/$i.tar" .
        ids+="\"sha256:$(sha256sum <"$WORLD/$i.tar" | cut -c-64)\","
        layers+="\"$i.tar\","
    done
    for arch in "$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')" s390x; do
        echo "{\"os\":\"linux\",\"architecture\":\"$arch\",\"config\":{\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[${ids%,}]}}" >"$WORLD/c.json"
        echo "[{\"Config\":\"c.json\",\"RepoTags\":[\"x:1\"],\"Layers\":[${layers%,}]}]" >"$WORLD/manifest.json"
        tar -C "$WORLD" -cf "$WORLD/$arch.tar" manifest.json c.json 1.tar 2.tar 3.tar
        copy "docker-archive:$WORLD/$arch.tar" "docker://$HOST/team/x:$arch"
        copy --format oci "docker-archive:$WORLD/$arch.tar" "docker://$HOST/team/x:oci-$arch"
        eval "${arch}_digest=$(digest "$arch")"
    done
    ARCH=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
    export ARCH
    raw "$ARCH" >"$WORLD/a"
    raw s390x >"$WORLD/b"
    jq -n --arg a "$(digest "$ARCH")" --arg b "$(digest s390x)" --arg arch "$ARCH" \
        --argjson an "$(stat -c %s "$WORLD/a")" --argjson bn "$(stat -c %s "$WORLD/b")" '{schemaVersion: 2,
        mediaType: "application/vnd.docker.distribution.manifest.list.v2+json", manifests: [
        {mediaType: "application/vnd.docker.distribution.manifest.v2+json", digest: $b, size: $bn, platform: {os: "linux", architecture: "s390x"}},
        {mediaType: "application/vnd.docker.distribution.manifest.v2+json", digest: $a, size: $an, platform: {os: "linux", architecture: $arch}}]}' >"$WORLD/list"
    curl -sfX PUT -H 'Content-Type: application/vnd.docker.distribution.manifest.list.v2+json' --data-binary "@$WORLD/list" \
        "http://$HOST/v2/team/x/manifests/both"
}
# known HOST PASSWORD: who we are there, as docker keeps it.
known() {
    mkdir -p "$DOCKER_CONFIG"
    jq -n --arg host "$1" --arg auth "$(printf 'user:%s' "$2" | base64)" '{auths: {($host): {auth: $auth}}}' >"$DOCKER_CONFIG/config.json"
}
# Else it looks for a file where another user may have made one. (For docker-registry the variable means something else.)
skopeo() { REGISTRY_AUTH_FILE=$WORLD/skopeo.json command skopeo "$@"; }
copy() { skopeo copy -q --dest-tls-verify=false --src-tls-verify=false "$@"; }
raw() { skopeo inspect --raw --tls-verify=false "docker://$HOST/team/x:$1"; }
digest() { raw "$1" | sha256sum | sed 's/ .*//; s/^/sha256:/'; }

# made TAG LAYER...: an image of these layers of `fill`, on the good registry.
made() {
    local tag=$1 layer
    shift
    for layer in "$@"; do sha256sum <"$WORLD/$layer.tar" | sed 's/ .*//; s/^/sha256:/'; done |
        jq -R . | jq -sc '{os: "linux", rootfs: {type: "layers", diff_ids: .}}' >"$WORLD/c.json"
    printf '%s.tar\n' "$@" | jq -R . | jq -sc '[{Config: "c.json", RepoTags: ["x:1"], Layers: .}]' >"$WORLD/manifest.json"
    tar -C "$WORLD" -cf made.tar manifest.json c.json $(printf '%s.tar\n' "$@" | sort -u)
    copy docker-archive:made.tar "docker://$HOST/made:$tag"
}

behaves() { echo "$*" >"$WORLD/mode"; }
asked() { grep -cE -- "$1" "$WORLD/log" || true; }
whole() { python3 "$BATS_TEST_DIRNAME/checks-engine-images.py" whole "$STORE" || fail "the store is not whole"; }
# Nothing has come, and nothing is in the making.
nothing() {
    [ -z "$("$MINI" --root "$STORE" images -q)" ] || fail "an image came"
    [ -z "$(find "$STORE/images/blobs" "$STORE/layers" -type f 2>/dev/null)" ] || fail "something stayed"
    whole
}
refuses() { # TEXT WORD...: pull says no
    local text=$1
    shift
    engine pull "$@"
    [ "$status" -ne 0 ] || fail "it came"
    complained "$text"
    complained "hint: "
}

@test "06 registry: pull takes what skopeo pushed, in docker's and in the OCI's form, says so as docker, and it runs" {
    works pull "$HOST/team/x:$ARCH"
    [ "${lines[0]}" = "$ARCH: Pulling from team/x" ] || fail "another first line"
    [ "$(grep -c ': Pulling fs layer$' <<<"$output")" -eq 3 ] || fail "not three layers"
    [ "$(grep -c ': Pull complete$' <<<"$output")" -eq 3 ] || fail "not three times complete"
    [ "$(tail -n 3 <<<"$output")" = "Digest: $(digest "$ARCH")
Status: Downloaded newer image for $HOST/team/x:$ARCH
$HOST/team/x:$ARCH" ] || fail "other last lines"
    whole
    works pull "$HOST/team/x:$ARCH"
    [ "$output" = "$ARCH: Pulling from team/x
Digest: $(digest "$ARCH")
Status: Image is up to date for $HOST/team/x:$ARCH
$HOST/team/x:$ARCH" ] || fail "other lines the second time"
    works pull "$HOST/team/x:oci-$ARCH"
    [ "$(grep -c ': Already exists$' <<<"$output")" -eq 0 ] || [ "$(grep -c ': Already exists$' <<<"$output")" -eq 3 ] || fail "some layers twice"
    prints "$HOST/team/x:$ARCH" pull -q "$HOST/team/x:$ARCH"
    prints 1-2-3 run --rm --network none "$HOST/team/x:oci-$ARCH" sh -c 'cd data; read a <1; read b <2; read c <3; echo $a-$b-$c'
    # what others read in the store is what the registry has
    # skopeo takes only the OCI's manifests out of an OCI layout
    [ "$(skopeo inspect --raw "oci:$STORE/images:$HOST/team/x:oci-$ARCH" | sha256sum)" = "$(raw "oci-$ARCH" | sha256sum)" ] ||
        fail "another manifest"
    raw "$ARCH" | cmp - "$STORE/images/blobs/sha256/$(digest "$ARCH" | cut -c8-)" || fail "docker's was changed"
}

@test "06 registry: of an index the manifest for this machine comes, or that of --platform, or a word which there are" {
    works pull "$HOST/team/x:both"
    told "Digest: sha256:$(sha256sum <"$WORLD/list" | cut -c-64)"
    prints "$ARCH" image inspect --format '{{.Architecture}}' "$HOST/team/x:both"
    works pull --platform linux/s390x "$HOST/team/x:both"
    prints s390x image inspect --format '{{.Architecture}}' "$HOST/team/x:both"
    refuses "no matching manifest for linux/mips/v9" --platform linux/mips/v9 "$HOST/team/x:both"
    complained "linux/s390x, linux/$ARCH"
    refuses "does not match the specified platform: wanted linux/s390x, actual: linux/$ARCH" \
        --platform linux/s390x "$HOST/team/x:$ARCH"
    refuses "is no kind of machine" --platform 'linux/../x' "$HOST/team/x:$ARCH"
    # by digest: that of the list, and of one manifest
    works pull "$HOST/team/x@$(digest both)"
    prints "$ARCH" image inspect --format '{{.Architecture}}' "$HOST/team/x@$(digest both)"
    works pull "$HOST/team/x:ignored@$(digest s390x)"
    [ "$(tail -n 1 <<<"$output")" = "$HOST/team/x@$(digest s390x)" ] || fail "another last line"
    whole
}

@test "06 registry: an image that has a layer twice, and one that has none" {
    made twice 3 1 3 3
    works pull "$HOST/made:twice"
    [ "$(grep -c ': Pull complete$' <<<"$output")" -eq 4 ] || fail "not four layers"
    [ "$(grep -c ': Pulling fs layer$' <<<"$output")" -eq 2 ] || fail "one was fetched twice"
    prints 3 run --rm --network none "$HOST/made:twice" sh -c 'read a </data/3; echo $a'
    whole
    # an image of nothing but a configuration
    echo '{"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}' >c.json
    echo '[{"Config":"c.json","RepoTags":["x:1"],"Layers":[]}]' >manifest.json
    tar -cf none.tar manifest.json c.json
    copy docker-archive:none.tar "docker://$HOST/made:none"
    works pull "$HOST/made:none"
    whole
}

@test "06 registry: -a takes all tags; what is not there is said in docker's words" {
    works pull -a -q "$HOST/team/x"
    [ "$output" = "$HOST/team/x" ] || fail "other words"
    [ "$("$MINI" --root "$STORE" images --format '{{.Tag}}' | sort | paste -sd' ')" = "$(printf '%s\n' both "$ARCH" s390x "oci-$ARCH" oci-s390x | sort | paste -sd' ')" ] || fail "not all tags"
    refuses "manifest for $HOST/team/x:none not found: manifest unknown" "$HOST/team/x:none"
    refuses "manifest for $HOST/none:latest not found" "$HOST/none"
    refuses "Failed to connect to localhost port 1 " localhost:1/x
    refuses "tag can't be used with --all-tags/-a" -a "$HOST/team/x:both" || [[ $stderr != *hint:* ]]
    refuses "invalid reference format" "$HOST/../../x"
    refuses "repository name must be lowercase" "$HOST/Team/x"
}

@test "06 registry: run and create fetch what is missing, --pull always looks again, --pull never does not" {
    works run --rm --network none "$HOST/team/x:$ARCH" sh -c 'echo ran'
    [ "$output" = ran ] || fail "what pull says is on standard output"
    [ "${stderr%%$'\n'*}" = "Unable to find image '$HOST/team/x:$ARCH' locally" ] || fail "another first line"
    complained "Status: Downloaded newer image for $HOST/team/x:$ARCH"
    works run --rm --network none "$HOST/team/x:$ARCH" sh -c :
    [ -z "$stderr" ] || fail "it is fetched again"
    works run --pull always --rm --network none "$HOST/team/x:$ARCH" sh -c :
    complained "Status: Image is up to date for $HOST/team/x:$ARCH"
    works create -q --network none "$HOST/team/x:oci-$ARCH"
    [ -z "$stderr" ] || fail "-q is not quiet"
    works create --pull always --platform linux/s390x "$HOST/team/x:both"
    prints s390x image inspect --format '{{.Architecture}}' "$HOST/team/x:both"
    works image rm -f "$HOST/team/x:both"
    engine run --pull never --rm "$HOST/team/x:both" true
    ends 125 "Unable to find image '$HOST/team/x:both' locally"
    engine run --rm "$HOST/team/x:none" true
    ends 125 "manifest for $HOST/team/x:none not found"
    [ "$(grep -c none: <<<"$stderr")" -le 2 ] || fail "the error is said twice"
    works pull busybox 2>/dev/null || true # no network: that the built-in one is not lost
    prints kept run --rm --network none busybox echo kept
    # called by its name alone, it finds its other half as well
    PATH=$LAB_DIR:$PATH call mini-docker --root "$STORE" run --rm --network none "$HOST/team/x:both" sh -c :
    ends 0 "Status: Downloaded newer image"
    # and where there is none, it says what to do
    cp "$MINI" alone
    call ./alone --root "$STORE" pull "$HOST/team/x:both"
    ends 1 "mini-docker-registry is not there"
    complained "make deps"
}

@test "06 registry: fetch brings a file whole or not at all, with its time" {
    mkdir web
    head -c 100000 /dev/urandom >web/f
    touch -d '2020-02-02 02:02:02Z' web/f
    python3 -u -m http.server -d web --bind 127.0.0.1 0 >web.log 2>&1 3>&- 4>&- &
    echo $! >"$WORLD/web.pid"
    wait_for 20 grep -q 'port [0-9]' web.log
    local at
    at=http://127.0.0.1:$(sed -n 's/.*port \([0-9]*\).*/\1/p' web.log)
    call "$REGISTRY" fetch "$at/f" out
    ends 0
    cmp web/f out
    [ "$(stat -c %Y out)" -eq "$(stat -c %Y web/f)" ] || fail "another time"
    call "$REGISTRY" fetch "$at/none" none
    ends 1 "$at/none: not found"
    call "$REGISTRY" fetch --max-size 99999 "$at/f" large
    ends 1 "is larger than 99999 bytes"
    call "$REGISTRY" fetch "file://$PWD/out" file
    ends 1 'Protocol "file" not supported'
    [ "$(echo out web* && ls)" = "out web web.log
out
printed
said
web
web.log" ] || fail "left: $(ls)"
    kill "$(<"$WORLD/web.pid")"
}

@test "06 registry: what is cut is gone on with, in one command and in the next; a server without ranges begins again" {
    behaves cut
    works pull "$EVIL/team/x:$ARCH"
    [ "$(asked '/blobs/.* bytes=[1-9][0-9]*- ')" -ge 4 ] || fail "nothing was gone on with: $(cat "$WORLD/log")"
    whole
    rm -rf "$STORE" "$WORLD/log"
    behaves cut norange # for ever the first half: it must come to an end
    refuses "" "$EVIL/team/x:$ARCH"
    [ "$(ls "$STORE/images/partial" | wc -l)" -ge 1 ] || fail "what came was not kept"
    nothing
    behaves norange
    works pull "$EVIL/team/x:$ARCH"
    [ "$(asked '/blobs/.* bytes=[1-9][0-9]*- ')" -ge 1 ] || fail "it did not ask for the rest"
    whole
    # a part of something else, or more than all
    rm -rf "$STORE"
    works tag busybox b # makes a store
    mkdir -p "$STORE/images/partial"
    local digest
    for digest in $(raw "$ARCH" | jq -r '.layers[].digest[7:]'); do
        head -c 10 /dev/zero >"$STORE/images/partial/$digest"
    done
    works pull "$EVIL/team/x:$ARCH"
    whole
}

@test "06 registry: killed at any moment, or ended by Ctrl-C, pull leaves the store whole and goes on where it was" {
    made mixed 3 1 2 # the first one, small, is unpacked while the second one hangs
    local signal pid
    for signal in INT KILL; do
        rm -rf "$STORE" "$WORLD/hangs" "$WORLD/log"
        behaves hang
        "$MINI" --root "$STORE" pull "$EVIL/made:mixed" >pulled 2>said 3>&- 4>&- &
        pid=$!
        wait_for 20 test -e "$WORLD/hangs" || fail "it does not begin: $(cat said)"
        wait_for 20 arrived
        wait_for 20 compgen -G "$STORE/layers/[!.]*" >/dev/null
        kill -"$signal" "$pid"
        wait "$pid" && status=0 || status=$?
        case $signal in
        INT) [ "$status" -eq 130 ] && grep -q "stopped" said || fail "status $status: $(cat said)" ;;
        KILL) [ "$status" -eq 137 ] ;;
        esac
        [ -z "$("$MINI" --root "$STORE" images -q)" ] || fail "an image came"
        [ -z "$(compgen -G "$STORE/layers/.*-*")" ] || fail "half a layer was left"
        whole
        behaves
        works pull "$EVIL/made:mixed"
        [ "$(grep -c ': Pull complete$' <<<"$output")" -eq 3 ] || fail "not three layers"
        [ "$(asked '/blobs/.* bytes=[1-9][0-9]*- ')" -ge 1 ] || fail "it began again: $(cat "$WORLD/log")"
        whole
    done
}

@test "06 registry: Ctrl-C ends a run that still pulls, and SIGKILL leaves nothing that goes on pulling" {
    behaves hang
    mkfifo keys
    script -qefc "'$MINI' --root '$STORE' run --rm --network none '$EVIL/team/x:$ARCH' true" /dev/null <keys >seen 2>&1 3>&- 4>&- &
    local run=$! child
    exec 5>keys
    wait_for 20 test -e "$WORLD/hangs" || fail "it does not begin: $(cat seen)"
    printf '\003' >&5
    wait "$run" && status=0 || status=$?
    exec 5>&-
    [ "$status" -eq 125 ] && shown | grep -q 'mini-docker: stopped' || fail "status $status: $(cat seen)"
    rm "$WORLD/hangs"
    "$MINI" --root "$STORE" run -d --network none "$EVIL/team/x:$ARCH" true >seen 2>&1 3>&- 4>&- &
    run=$!
    wait_for 20 test -e "$WORLD/hangs" || fail "it does not begin: $(cat seen)"
    child=$(pgrep -P "$run")
    kill -KILL "$run"
    wait "$run" || true
    wait_for 20 gone "$child" || fail "it goes on"
    [ -z "$("$MINI" --root "$STORE" ps -aq)" ] || fail "a container was made"
}
gone() { ! kill -0 "$1" 2>/dev/null; }
arrived() { [ -n "$(find "$STORE/images/partial" -size +0 -type f 2>/dev/null)" ]; }

# What images there are, and what is there for them.
holds() { "$MINI" --root "$STORE" images --no-trunc --format '{{.Repository}} {{.ID}}' && (cd "$STORE" && find images/blobs layers | sort); }

@test "06 registry: pull, killed at any of its calls, leaves the old store or the new one" {
    works tag busybox kept
    cp -a "$STORE" before
    holds >held
    local n step=${SWEEP:+1}
    step=${step:-400}
    for ((n = RANDOM % step + 1; ; n += step)); do
        rm -rf "$STORE"
        cp -a before "$STORE"
        timeout -s KILL 60 "$WORLD/at" log 0 "$n" kill "$REGISTRY" --root "$STORE" pull -q "$HOST/team/x:$ARCH" >out 2>&1 || true
        whole
        [ "$("$MINI" --root "$STORE" images -q kept | wc -l)" -eq 1 ] || fail "killed at call $n: an image is lost"
        works pull -q "$HOST/team/x:$ARCH"
        works rmi "$HOST/team/x:$ARCH"
        holds | diff held - || fail "killed at call $n: something is left"
        [ -z "$(ls "$STORE/images/partial")" ] || fail "killed at call $n: left: $(ls "$STORE/images/partial")"
        grep -q '^call ' log || break
    done
    [ "$n" -gt 1000 ] || fail "it makes only $n calls"
}

@test "06 registry: a server that goes silent is given up, and one that is busy asked again" {
    behaves hang norange
    call "$REGISTRY" --root "$STORE" --stall 1 pull "$EVIL/team/x:$ARCH" # two times a second
    ends 1 "nothing comes any more"
    nothing
    behaves flaky
    works pull "$EVIL/team/x:$ARCH"
    whole
}

@test "06 registry: a registry that lies or means ill is refused, and the store stays as it was" {
    local big
    big=$(raw "$ARCH" | jq -r '[.layers[] | .size] | max')
    behaves swap
    refuses "what came as sha256:" "$EVIL/team/x:$ARCH"
    complained "damaged or changed on its way"
    nothing
    behaves other
    refuses "what came as $(digest "$ARCH") is sha256:" "$EVIL/team/x@$(digest "$ARCH")"
    nothing
    behaves huge
    refuses "the answer is longer than 4096 KiB" "$EVIL/team/x:$ARCH"
    behaves bomb
    refuses "its headers have more than 256 KiB" "$EVIL/team/x:$ARCH"
    behaves set:size:17
    refuses "is longer than the 17 bytes" "$EVIL/team/x:$ARCH"
    behaves "set:size:$((big + 5000000))"
    refuses "is shorter than the $((big + 5000000)) bytes" "$EVIL/team/x:$ARCH"
    behaves set:size:99999999999999
    refuses "a layer says that it has 99999999999999 bytes" "$EVIL/team/x:$ARCH"
    behaves set:digest:sha256:../../../../etc/passwd
    refuses "is no digest" "$EVIL/team/x:$ARCH"
    nothing
    behaves to:file:///etc/passwd#
    refuses 'Protocol "file"' "$EVIL/team/x:$ARCH"
    nothing
    behaves type:application/vnd.docker.distribution.manifest.v1+prettyjws
    refuses "is no image, but application/vnd.docker.distribution.manifest.v1+prettyjws" "$EVIL/team/x:$ARCH"
    behaves escape # what it says is shown, and moves no cursor
    refuses "is no image, but \x1b]0;owned\x07\u009b2J" "$EVIL/team/x:$ARCH"
    ! grep -q "$(printf '\302\233')" <<<"$stderr" || fail "it moves the cursor"
    behaves
    [ ! -e "$STORE/images/index.json" ] || fail "there is a list of images"
    works pull "$EVIL/team/x:$ARCH"
    whole
}

@test "06 registry: name and password, or a token that they buy, as config.json or its helper has them" {
    copy --dest-creds user:secret "docker-archive:$WORLD/$ARCH.tar" "docker://$LOCKED/x:1"
    refuses "no basic auth credentials" "$LOCKED/x:1"
    complained "mini-docker login $LOCKED"
    known "$LOCKED" wrong
    refuses "pull access denied for $LOCKED/x:1" "$LOCKED/x:1"
    ! grep -q wrong <<<"$stderr" || fail "the password is shown"
    known "https://$LOCKED/v1/" secret
    works pull -q "$LOCKED/x:1"
    whole
    # a helper
    mkdir bin
    cat >bin/docker-credential-box <<'END'
#!/bin/sh
echo "$1 $(cat)" >>"$BOX"
[ "$1" = get ] && echo '{"Username": "user", "Secret": "secret"}'
END
    chmod +x bin/docker-credential-box
    echo "{\"credHelpers\": {\"$LOCKED\": \"box\"}}" >"$DOCKER_CONFIG/config.json"
    BOX=$PWD/asked PATH=$PWD/bin:$PATH works pull -q "$LOCKED/x:1"
    [ "$(cat asked)" = "get $LOCKED" ] || fail "it was asked: $(cat asked)"
    engine pull -q "$LOCKED/x:1"
    ends 1 "docker-credential-box"
    echo '{"credsStore": "../x"}' >"$DOCKER_CONFIG/config.json"
    refuses "names a credential helper '../x'" "$LOCKED/x:1"
    echo '{' >"$DOCKER_CONFIG/config.json"
    refuses "config.json is no JSON object" "$LOCKED/x:1"
}

@test "06 registry: a token is bought once, anew when it is too old, and nobody else sees who we are" {
    behaves token
    works pull "$EVIL/team/x:$ARCH"
    [ "$(asked '^GET /token.*service=test%2C%20of%20tokens.*scope=repository%3Ateam%2Fx%3Apull -')" -eq 1 ] || fail "$(cat "$WORLD/log")"
    [ "$(asked '^GET /v2/team.* Bearer ')" -eq 5 ] || fail "$(cat "$WORLD/log")"
    whole
    rm -rf "$STORE" "$WORLD/log"
    behaves token short
    known "$EVIL" secret
    works pull "$EVIL/team/x:$ARCH"
    [ "$(asked '^GET /token.*account=user Basic')" -ge 2 ] || fail "$(cat "$WORLD/log")"
    ! grep -q '/v2/.* Basic' "$WORLD/log" || fail "the registry has seen the password"
    whole
    known "$EVIL" wrong
    refuses "a token: unauthorized: wrong" "$EVIL/team/x:both"
    # to another host: without the token; and that host may not ask who we are
    rm -rf "$STORE" "$WORLD/log"
    known "$EVIL" secret
    behaves "to:http://127.0.0.1:${EVIL#*:}"
    works pull "$EVIL/team/x:$ARCH"
    rm -rf "$STORE" "$WORLD/log"
    behaves token "to:http://127.0.0.1:${EVIL#*:}"
    refuses "unauthorized" "$EVIL/team/x:$ARCH"
    [ "$(asked '/blobs/.* - - 127.0.0.1:')" -ge 1 ] || fail "it did not go there: $(cat "$WORLD/log")"
    ! grep -E '(Basic|Bearer|/token).* 127.0.0.1:' "$WORLD/log" || fail "another host has seen who we are"
    nothing
    # nor the one that a list of tags, or a place for an upload, leads to
    behaves token away
    works pull -a "$EVIL/team/x"
    [ "$(asked '/tags/list.* 127.0.0.1:')" -ge 1 ] || fail "it did not go there: $(cat "$WORLD/log")"
    works tag "$EVIL/team/x:$ARCH" "$EVIL/away:1"
    works push "$EVIL/away:1"
    skopeo inspect --raw --tls-verify=false "docker://$HOST/away:1" | cmp - <(raw "$ARCH") || fail "another manifest"
    [ "$(asked '^PUT .* 127.0.0.1:')" -ge 1 ] || fail "nothing went there: $(cat "$WORLD/log")"
    ! grep -E '(Basic|Bearer|/token).* 127.0.0.1:' "$WORLD/log" || fail "another host has seen who we are"
}

# No process has a file of this store open.
unused() { ! fuser -s "$1"/images/blobs/sha256/* 2>/dev/null; }
# pushes NAME LINE...: push NAME works; its lines besides "Preparing" are these, those of layers in any order.
pushes() {
    local name=$1
    shift
    works push "$name"
    diff <(printf '%s\n' "$@" | sort) <(grep -v ': Preparing$' <<<"$output" | sort) || fail "other lines"
}

@test "06 registry: what is pushed, others read with equal digests; what is there is not sent, or is mounted" {
    works pull -q "$HOST/team/x:oci-$ARCH"
    works tag "$HOST/team/x:oci-$ARCH" "$HOST/mine:1"
    local layers size
    mapfile -t layers < <("$MINI" --root "$STORE" image inspect --format '{{json .RootFS.Layers}}' "$HOST/mine:1" | jq -r '.[][7:19]')
    size=$(raw "oci-$ARCH" | wc -c)
    pushes "$HOST/mine:1" "The push refers to repository [$HOST/mine]" "${layers[@]/%/: Mounted from team/x}" \
        "1: digest: $(digest "oci-$ARCH") size: $size"
    pushes "$HOST/mine:1" "The push refers to repository [$HOST/mine]" "${layers[@]/%/: Layer already exists}" \
        "1: digest: $(digest "oci-$ARCH") size: $size"
    # With no other file open, a connection that a child has from its parent has the number of a file of curl's
    # own: were it used, nothing would ever answer (http_forked).
    call python3 -c 'import os, sys; os.closerange(3, 256); os.execvp(sys.argv[1], sys.argv[1:])' \
        timeout 30 "$MINI" --root "$STORE" push -q "$HOST/mine:1"
    ends 0
    # to another registry, as somebody; docker's form too
    works tag "$HOST/mine:1" "$LOCKED/y/z:1"
    works pull -q "$HOST/team/x:$ARCH"
    works tag "$HOST/team/x:$ARCH" "$LOCKED/y/z:2"
    engine push "$LOCKED/y/z:1"
    ends 1 "no basic auth credentials"
    known "$LOCKED" secret
    pushes "$LOCKED/y/z:1" "The push refers to repository [$LOCKED/y/z]" "${layers[@]/%/: Pushed}" \
        "1: digest: $(digest "oci-$ARCH") size: $size"
    prints "$LOCKED/y/z" push -q -a "$LOCKED/y/z"
    local tag
    for tag in 1:oci-$ARCH 2:$ARCH; do
        skopeo inspect --raw --creds user:secret --tls-verify=false "docker://$LOCKED/y/z:${tag%%:*}" | cmp - <(raw "${tag#*:}") ||
            fail "another manifest: $tag"
    done
    skopeo copy -q --src-creds user:secret --src-tls-verify=false "docker://$LOCKED/y/z:2" oci:back:x
    engine push "$HOST/none:1"
    ends 1 "An image does not exist locally with the tag: $HOST/none:1"
    engine push "$HOST/mine@$(digest "$ARCH")"
    complained "cannot push a digest reference"
    whole
}

@test "06 registry: layers of our own are pushed compressed, always to the same bytes, and once" {
    # the first layer twice, and a big one; random, so that no other check has pushed it
    mkdir context
    head -c 3000000 /dev/urandom | base64 >context/big
    printf 'FROM busybox\nCOPY big /\nRUN true\nRUN true\n' >context/Dockerfile
    works build -q --network none -t "$EVIL/ours:1" context
    local id=$output digest layers
    works tag "$EVIL/ours:1" kept:1
    behaves
    works push "$EVIL/ours:1"
    digest=$(grep -o 'sha256:[0-9a-f]*' <<<"$output")
    [ "$(asked '^PUT .*blobs/uploads')" -eq 4 ] || fail "not three layers and a configuration: $(cat "$WORLD/log")"
    skopeo copy -q --preserve-digests --src-tls-verify=false "docker://$HOST/ours:1" oci:ours:x
    [ "$(jq -r '.manifests[0].digest' ours/index.json)" = "$digest" ] || fail "another digest"
    layers=$(jq -r '.layers[] | select(.mediaType | endswith("+gzip")) | .digest[7:]' "ours/blobs/sha256/${digest#*:}")
    [ "$(wc -l <<<"$layers")" -eq 4 ] || fail "not all layers are compressed: $(cat "ours/blobs/sha256/${digest#*:}")"
    diff <(for layer in $layers; do zcat "ours/blobs/sha256/$layer" | sha256sum | sed 's/ .*//; s/^/sha256:/'; done) \
        <(jq -r '.rootfs.diff_ids[]' "ours/blobs/sha256/${id#*:}") || fail "other layers"
    [ "$(stat -c %s ours/blobs/sha256/* | sort -n | tail -1)" -lt 3500000 ] || fail "it is not smaller"
    # the name has it now, the image is what it was, and a pull finds all of it here
    works images -q --no-trunc "$EVIL/ours:1"
    [ "$output" = "$id" ] || fail "another image"
    works image inspect --format '{{json .RepoDigests}}' "$EVIL/ours:1"
    grep -qF "$EVIL/ours@$digest" <<<"$output" || fail "it does not know what it is called there"
    works pull "$EVIL/ours:1"
    grep -q 'Image is up to date' <<<"$output" || fail "it was pulled anew"
    # the same again, by the other name, and made anew elsewhere: nothing is sent
    rm "$WORLD/log"
    works push -q "$EVIL/ours:1"
    works tag kept:1 "$EVIL/ours:2"
    works push -q "$EVIL/ours:2"
    works save -o kept.tar kept:1
    "$MINI" --root "$STORE/other" load -qi kept.tar
    "$MINI" --root "$STORE/other" tag kept:1 "$EVIL/ours:3"
    "$MINI" --root "$STORE/other" push -q "$EVIL/ours:3"
    [ "$(asked '^POST')" -eq 0 ] || fail "sent again: $(cat "$WORLD/log")"
    for tag in 2 3; do
        skopeo inspect --raw --tls-verify=false "docker://$HOST/ours:$tag" | cmp - "ours/blobs/sha256/${digest#*:}" || fail "another manifest: $tag"
    done
    # what only says that it is this layer is not sent in its place
    local other=$STORE/liar bad lie
    "$MINI" --root "$other" load -qi kept.tar
    "$MINI" --root "$other" tag kept:1 "$EVIL/ours:4"
    printf not-this | gzip >blob
    bad=$(sha256sum <blob | cut -d' ' -f1)
    cp blob "$other/images/blobs/sha256/$bad"
    jq -c --arg bad "sha256:$bad" --argjson size "$(stat -c %s blob)" '.layers |= map({digest: $bad, size: $size})' \
        "ours/blobs/sha256/${digest#*:}" >manifest
    lie=$(sha256sum <manifest | cut -d' ' -f1)
    cp manifest "$other/images/blobs/sha256/$lie"
    jq -c --arg lie "sha256:$lie" --argjson size "$(stat -c %s manifest)" '.manifests |= [(.[0] | .digest = $lie | .size = $size |
        .annotations["org.opencontainers.image.ref.name"] = "docker.io/library/a:1")] + .' "$other/images/index.json" >index
    cp index "$other/images/index.json"
    "$MINI" --root "$other" images -q a:1 | grep -q . || fail "the lie is not there"
    "$MINI" --root "$other" push -q "$EVIL/ours:4"
    skopeo inspect --raw --tls-verify=false "docker://$HOST/ours:4" | cmp - "ours/blobs/sha256/${digest#*:}" || fail "the lie was believed"
    # to another repository it is mounted
    works tag "$EVIL/ours:1" "$EVIL/theirs:1"
    works push "$EVIL/theirs:1"
    [ "$(grep -c ': Mounted from ours$' <<<"$output")" -eq 3 ] || fail "$output"
    whole
}

@test "06 registry: a push that is stopped or refused in its middle leaves the image as it was" {
    mkdir context
    head -c 3000000 /dev/urandom >context/big
    head -c 3000000 /dev/urandom >context/more
    printf 'FROM busybox\nCOPY big /\nCOPY more /\n' >context/Dockerfile
    works build -q --network none -t "$EVIL/half:1" context
    both_hang() { [ -e "$WORLD/log" ] && [ "$(asked '^PUT .*blobs/uploads')" -ge 2 ]; }
    holds() { "$MINI" --root "$STORE" image inspect "$EVIL/half:1" && ls -A "$STORE/images/partial" "$STORE/images/blobs/sha256"; }
    holds >before
    behaves refuses
    engine push "$EVIL/half:1"
    ends 1 "half: denied: not today"
    holds | diff before - || fail "something has changed"
    for signal in INT KILL; do
        behaves hangs
        rm -f "$WORLD/log"
        "$MINI" --root "$STORE" push "$EVIL/half:1" >out 2>&1 &
        local pid=$!
        wait_for 20 both_hang || fail "not both at once: $(cat out "$WORLD/log")"
        kill -$signal "$pid"
        wait "$pid" || true
        wait_for 20 unused "$STORE" || fail "somebody goes on"
        works image prune -f
        holds | diff before - || fail "something has changed after $signal"
    done
    behaves
    works push -q "$EVIL/half:1"
    whole
}

@test "06 registry: a push through bad weather, with tokens" {
    works pull -q "$HOST/team/x:$ARCH"
    works tag "$HOST/team/x:$ARCH" "$EVIL/storm/x:1"
    behaves token flaky
    engine push "$EVIL/storm/x:1" # nobody may only pull
    ends 1 "unauthorized"
    known "$EVIL" secret
    works push "$EVIL/storm/x:1"
    [ "$(asked '^GET /token.*scope=repository%3Astorm%2Fx%3Apull%2Cpush')" -ge 1 ] || fail "$(cat "$WORLD/log")"
    ! grep -q '/v2/.* Basic' "$WORLD/log" || fail "the registry has seen the password"
    skopeo inspect --raw --tls-verify=false "docker://$HOST/storm/x:1" | cmp - <(raw "$ARCH") || fail "another manifest"
}

@test "06 registry: login tries who we are and keeps it for its owner alone; logout forgets" {
    call "$MINI" login -u user --password-stdin "$LOCKED" <<<wrong
    ends 1 "unauthorized"
    [ ! -e "$DOCKER_CONFIG/config.json" ] || fail "it was kept"
    mkdir -p "$DOCKER_CONFIG"
    echo '{"psFormat": "x", "auths": {"other:1": {"auth": "eDp5"}}}' >"$DOCKER_CONFIG/config.json"
    call "$MINI" login -u user --password-stdin "$LOCKED" <<<secret
    ends 0 "stored unencrypted in $DOCKER_CONFIG/config.json"
    [ "$output" = "Login Succeeded" ] || fail "other words"
    [ "$(stat -c %a "$DOCKER_CONFIG/config.json")" = 600 ] || fail "others may read it"
    [ "$(jq -c . "$DOCKER_CONFIG/config.json")" = "{\"psFormat\":\"x\",\"auths\":{\"other:1\":{\"auth\":\"eDp5\"},\"$LOCKED\":{\"auth\":\"$(printf user:secret | base64)\"}}}" ] ||
        fail "$(cat "$DOCKER_CONFIG/config.json")"
    call "$MINI" login "$LOCKED"
    [ "$output" = $'Authenticating with existing credentials...\nLogin Succeeded' ] || fail "other words"
    # skopeo reads what we keep
    copy --dest-authfile "$DOCKER_CONFIG/config.json" "docker-archive:$WORLD/$ARCH.tar" "docker://$LOCKED/by/skopeo:1"
    call "$MINI" logout "https://$LOCKED/"
    [ "$output" = "Removing login credentials for $LOCKED" ] || fail "other words"
    [ "$(jq -c .auths "$DOCKER_CONFIG/config.json")" = '{"other:1":{"auth":"eDp5"}}' ] || fail "it is still there"
    call "$MINI" logout "$LOCKED"
    [ "$output" = "Not logged in to $LOCKED" ] || fail "other words"
    call "$MINI" login -u user -p secret "$LOCKED"
    ends 0 "WARNING! Using --password via the CLI is insecure. Use --password-stdin."
    call "$MINI" logout "$LOCKED"
    printf '{\n"many": "lines"\n}\n' | call "$MINI" login -u user --password-stdin "$HOST" # who wants nothing takes it
    [ "$(jq -r ".auths[\"$HOST\"].auth" "$DOCKER_CONFIG/config.json" | base64 -d)" = $'user:{\n"many": "lines"\n}' ] || fail "not all of it"
    call "$MINI" logout "$HOST"
    # a terminal asks, and shows no password
    mkfifo keys
    script -qefc "'$MINI' login $LOCKED" /dev/null <keys >seen 2>&1 3>&- 4>&- &
    exec 5>keys
    wait_for 20 grep -q 'Username: ' seen && echo user >&5
    wait_for 20 grep -q 'Password: ' seen && echo secret >&5
    wait $! || fail "$(cat seen)"
    exec 5>&-
    grep -q 'Login Succeeded' seen && grep -q '^Username: user' seen || fail "$(cat seen)"
    ! grep -q secret seen || fail "the password is shown"
    call "$MINI" login "$HOST" </dev/null
    complained "Cannot perform an interactive login from a non TTY device"
    call "$MINI" login --password-stdin "$HOST" </dev/null
    complained "Must provide --username with --password-stdin"
    call "$MINI" login -u u -p p not-a-host
    complained "'not-a-host' is no registry"
    # a helper keeps it instead
    mkdir bin
    printf '#!/bin/sh\necho "$1 $(cat)" >>"$BOX"\n[ "$1" = store ] || { echo "credentials not found"; exit 1; }\n' >bin/docker-credential-box
    chmod +x bin/docker-credential-box
    echo '{"credsStore": "box"}' >"$DOCKER_CONFIG/config.json"
    BOX=$PWD/kept PATH=$PWD/bin:$PATH call "$REGISTRY" login -u user --password-stdin "$LOCKED" <<<secret
    [ -z "$stderr" ] || fail "it warns"
    grep -qF "store {\"ServerURL\":\"$LOCKED\",\"Username\":\"user\",\"Secret\":\"secret\"}" kept || fail "$(cat kept)"
    [ "$(cat "$DOCKER_CONFIG/config.json")" = '{"credsStore": "box"}' ] || fail "the file was changed"
}

# In a network of its own, so that the registry is no loopback address; and with a /etc/docker of its own.
# shellcheck disable=SC2016 # the variables are for the inner shell
@test "06 registry: https is what is spoken, and only with a certificate of somebody trusted" {
    need_root "a network and an /etc/docker of the test's own"
    need openssl
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -keyout key -out request -subj /CN=registry 2>/dev/null
    openssl x509 -req -in request -CA ca.crt -CAkey ca.key -days 2 -out crt -extfile <(echo subjectAltName=IP:192.0.2.1) 2>/dev/null
    printf '%s\n' 'version: 0.1' 'log: {level: error, accesslog: {disabled: true}}' \
        "storage: {filesystem: {rootdirectory: $WORLD/good}}" >tls.yml
    cp tls.yml plain.yml
    echo "http: {addr: '192.0.2.1:443', tls: {certificate: $PWD/crt, key: $PWD/key}}" >>tls.yml
    echo "http: {addr: '192.0.2.1:80'}" >>plain.yml
    cat >inside <<'END'
set -e
ip link set lo up
ip address add 192.0.2.1/32 dev lo
mkdir -p /etc/docker
mount -t tmpfs tmpfs /etc/docker
docker-registry serve tls.yml >tls.log 2>&1 &
docker-registry serve plain.yml >plain.log 2>&1 &
trap 'kill $(jobs -p)' EXIT
for _ in $(seq 1000); do
    curl -sko /dev/null https://192.0.2.1/v2/ && curl -so /dev/null http://192.0.2.1/v2/ && break
    sleep 0.05
done
pull() { "$MINI" --root "$STORE" pull -q "$@" 2>&1 || echo "status $?"; }
echo "1 $(pull "192.0.2.1/team/x:$ARCH" | tr '\n' ' ')"
echo "2 $(pull --insecure 192.0.2.1:443 "192.0.2.1/team/x:$ARCH" | tr '\n' ' ')"
mkdir -p /etc/docker/certs.d/192.0.2.1
cp ca.crt /etc/docker/certs.d/192.0.2.1/ca.crt
echo "3 $(pull "192.0.2.1/team/x:$ARCH")"
echo "4 $(pull "192.0.2.1:80/team/x:$ARCH" | tr '\n' ' ')"
echo "5 $(pull --insecure 192.0.2.1:80 "192.0.2.1:80/team/x:$ARCH")"
rm -r /etc/docker/certs.d
echo '{"insecure-registries": ["192.0.2.2", "192.0.2.1:80"]}' >/etc/docker/daemon.json
echo "7 $(pull "192.0.2.1:80/team/x:$ARCH")"
echo "8 $(pull "192.0.2.1/team/x:$ARCH" | tr '\n' ' ')"
echo "6 $(pull --insecure 192.0.2.1 "192.0.2.1/team/x:$ARCH")"
END
    export MINI STORE
    call unshare --net --mount bash inside
    ends 0
    grep -q '^1 .*certificate.*status 1' <<<"$output" || fail "a certificate of nobody is taken"
    grep -q '^2 .*certificate.*status 1' <<<"$output" || fail "--insecure is of one host and port"
    grep -qx "3 192.0.2.1/team/x:$ARCH" <<<"$output" || fail "not with the authority's certificate"
    grep -q '^4 .*plain http.*status 1' <<<"$output" || fail "plain http is spoken"
    grep -qx "5 192.0.2.1:80/team/x:$ARCH" <<<"$output" || fail "not with --insecure: plain http"
    grep -qx "6 192.0.2.1/team/x:$ARCH" <<<"$output" || fail "not with --insecure: a certificate of nobody"
    grep -qx "7 192.0.2.1:80/team/x:$ARCH" <<<"$output" || fail "not with docker's list"
    grep -q '^8 .*certificate.*status 1' <<<"$output" || fail "the list is of one host and port"
}

@test "06 registry: in a terminal each layer has its line, which is drawn again" {
    terminal "stty rows 40 columns 120; '$MINI' --root '$STORE' pull '$HOST/team/x:$ARCH'"
    grep -q $'\033\\[3A' seen || fail "nothing is drawn again: $(cat -v seen)"
    [ "$(shown | grep -c ': Pull complete')" -ge 3 ] || fail "$(cat -v seen)"
    shown | grep -q "^Status: Downloaded newer image" || fail "$(cat -v seen)"
    made again 3 1 2 # in another order, so that they are unpacked again
    terminal "stty rows 40 columns 120; '$MINI' --root '$STORE' pull '$HOST/made:again'"
    [ "$(shown | grep -c ': Already exists')" -ge 3 ] && ! shown | grep -q Extracting || fail "a line stops in its middle: $(cat -v seen)"
    rm -rf "$STORE" # with too few lines: as without a terminal
    terminal "stty rows 3 columns 120; '$MINI' --root '$STORE' pull '$HOST/team/x:$ARCH'"
    ! grep -q $'\033' seen || fail "it is drawn again: $(cat -v seen)"
}

@test "06 registry: many pulls at once of the same image hurt nobody, and fetch each layer once" {
    behaves
    local i pids=()
    for i in 1 2 3 4 5 6; do
        "$MINI" --root "$STORE" pull -q "$EVIL/team/x:$ARCH" >"out$i" 2>&1 3>&- 4>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" || fail "one failed: $(cat out*)"
    done
    whole
    local digest
    for digest in $(raw "$ARCH" | jq -r '.layers[].digest'); do
        [ "$(asked "^GET .*/blobs/$digest ")" -eq 1 ] || fail "$(cat "$WORLD/log")"
    done
    prints "$ARCH" image inspect --format '{{.Architecture}}' "$EVIL/team/x:$ARCH"
}
