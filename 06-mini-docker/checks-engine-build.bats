#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# build: from a Dockerfile to an image: steps and their cache, what a mistake is answered with, and what is
# left when it is killed.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    [[ $BATS_TEST_DESCRIPTION == *rootless* ]] || need_root "for files of others"
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
    mkdir context
}

teardown() {
    end_containers "$STORE"
    rm -rf "$STORE"
}

# dockerfile <<EOF: write context/Dockerfile.   build ARG...: of `context`, without a network.
dockerfile() { cat >context/Dockerfile; }
build() { engine build --network none "$@" context; }
# built ARG...: it has to work; how many steps were cached goes to $cached.
built() {
    build "$@"
    ends 0
    cached=$(grep -c ' CACHED$' <<<"$stderr") || true
}
# in_image IMAGE SCRIPT: what a shell in it prints.
in_image() { "$MINI" --root "$STORE" run --rm --network none "$1" sh -c "$2"; }
id_of() { "$MINI" --root "$STORE" images -q --no-trunc "$1"; }
# What an image is: its files, and how it is run; less what buildah adds of its own.
files_of() { # IMAGE
    local dirs
    dirs=$("$MINI" --root "$STORE" image inspect --format '{{.GraphDriver.Data.LowerDir}}' "$1")
    mkdir -p seen
    unshare --mount sh -c 'mount -t overlay -o "lowerdir=$0" overlay seen && cd seen && find . -mindepth 1 \
        \( -type d -printf "%p %m %U:%G\n" -o -printf "%p %y %m %U:%G %s %l\n" \)' "$dirs" | LC_ALL=C sort
}
config_of() {
    "$MINI" --root "$STORE" image inspect "$1" |
        jq -S '.[0].Config | del(.Hostname, .Labels["io.buildah.version"])'
}
# Nothing runs, nothing is in the making, and every layer of the image is there.
whole() {
    [ -z "$("$MINI" --root "$STORE" ps -aq)" ] || fail "a container is left"
    "$MINI" --root "$STORE" image prune -f >/dev/null # heals
    [ -z "$(ls -A "$STORE/images/partial")" ] || fail "left: $(ls "$STORE/images/partial")"
    [ -z "$(ls -A "$STORE/containers" 2>/dev/null)" ] || fail "left: $(ls -A "$STORE/containers")"
    python3 "$BATS_TEST_DIRNAME/checks-engine-images.py" whole "$STORE" || fail "the store is not whole"
}

@test "06 build: steps make layers and history, and the second time nothing is done" {
    dockerfile <<'EOF'
# a comment
FROM busybox
ENV A=1 B="two words"
RUN echo "$A $B" >/f && mkdir /d
RUN rm -r /d && \
    echo more >>/f
LABEL of=me
WORKDIR /work/dir
EXPOSE 8$A
VOLUME ["/v$A"]
USER ${A}2:34
RUN id -u; pwd
CMD ["cat", "/f"]
EOF
    built -t one
    [ "$cached" -eq 0 ] || fail "something was cached"
    complained "#2 [2/5] RUN echo"
    grep -q '^#5 [0-9.]* 12$' <<<"$stderr" || fail "USER has no effect"
    grep -q '^#5 [0-9.]* /work/dir$' <<<"$stderr" || fail "WORKDIR has no effect"
    prints $'1 two words\nmore' run --rm --network none one
    [ "$(in_image one 'ls -d /d /work/dir 2>&1')" = $'ls: /d: No such file or directory\n/work/dir' ] || fail "other files"
    engine history --no-trunc --format '{{.CreatedBy}}' one
    [ "${lines[*]:0:5}" = 'CMD ["cat", "/f"] RUN /bin/sh -c id -u; pwd USER 12:34 VOLUME [/v1] EXPOSE 81' ] || fail "another history"
    [ "${lines[9]}" = "ENV A=1 B=two words" ] || fail "another ENV: ${lines[9]}"
    local first
    first=$(id_of one)
    built -t two -t three:3
    [ "$cached" -eq 4 ] || fail "not all was cached"
    [ "$(id_of two) $(id_of three:3)" = "$first $first" ] || fail "another image"
    engine --explain build --network none context
    complained "is known: the layer is there"
    built -q --no-cache
    [ "$cached" -eq 0 ] && [ -z "$stderr" ] || fail "it is not quiet, or was cached"
    [[ $output == sha256:* ]] && [ "$output" != "$first" ] || fail "--no-cache has used the cache"
    whole
}

@test "06 build: what one step made a directory with stays there when another writes into it" {
    dockerfile <<'EOF'
FROM busybox
RUN mkdir /etc/again /etc/new && touch /etc/again/1 /etc/new/1 && mv /etc/new /etc/made
RUN rm -r /etc/again && mkdir /etc/again && touch /etc/again/2 /etc/made/2
RUN touch /etc/again/3 /etc/made/3
EOF
    built -t made
    [ "$(in_image made 'cd /etc && echo again/* made/*')" = "again/2 again/3 made/1 made/2 made/3" ] || fail "other files"
    works run --name more --network none made touch /etc/made/4
    prints $'C /etc\nC /etc/made\nA /etc/made/4' diff more
    works commit more more
    [ "$(in_image more 'echo /etc/made/*')" = "/etc/made/1 /etc/made/2 /etc/made/3 /etc/made/4" ] ||
        fail "commit has lost what lies below"
    works rm more
    whole
}

@test "06 build: what a step depends on makes it be done again, and what follows" {
    dockerfile <<'EOF'
ARG BASE=busybox
FROM $BASE
RUN echo a >/a; touch -d '2020-01-01 00:00:00' /a
ARG WHO=me
RUN echo "I am $WHO"
RUN echo c
EOF
    built
    complained "I am me"
    built
    [ "$cached" -eq 3 ] || fail "not all was cached"
    built --build-arg WHO=you --build-arg NOBODY=1
    complained '[Warning] One or more build-args [NOBODY] were not consumed'
    [ "$cached" -eq 1 ] || fail "ARG does not count"
    complained "I am you"
    built --build-arg HTTP_PROXY=http://proxy
    [ "$cached" -eq 3 ] || fail "a proxy counts"
    sed -i 's/echo c/echo d/' context/Dockerfile
    built
    [ "$cached" -eq 2 ] || fail "the cache was lost, or the last step not done"
    sed -i 's/echo a/echo b/' context/Dockerfile
    built
    [ "$cached" -eq 0 ] || fail "steps behind one that changed were cached"
    sed -i 's/echo b/echo "b"/' context/Dockerfile
    built
    [ "$cached" -eq 2 ] || fail "another way to the same files is another base"
}

@test "06 build: a mistake is shown with its place, and the status is 1" {
    dockerfile <<'EOF'
FROM busybox
RUN echo so far
RUN echo before && \
    # why

    exit 7
RUN echo never
EOF
    build
    ends 1 'Dockerfile:3:1: process "/bin/sh -c echo before &&'
    complained 'did not complete successfully: exit code: 7'
    complained '   6 | >>>     exit 7'
    complained '   7 |     RUN echo never'
    complained '   2 |     RUN echo so far'
    [[ $stderr != *"echo never"$'\n'"#"* ]] || fail "it went on"
    whole
    printf 'FROM busybox\nRUN ["/none"]\n' | dockerfile
    build
    ends 1 'Dockerfile:2:1: cannot run /none'
    printf 'FROM busybox\nRUM x\n' | dockerfile
    build
    ends 1 'Dockerfile:2:1: unknown instruction: RUM (did you mean RUN?)'
    printf 'FROM 127.0.0.1:1/none\n' | dockerfile
    build
    ends 1 "Dockerfile:1:1: "
    complained "Unable to find image '127.0.0.1:1/none:latest' locally"
    build --target none
    ends 1 'target stage "none" could not be found'
    printf 'FROM busybox\nENV X=c\nLABEL ${X:-a=b}\n' | dockerfile
    build
    ends 1 'Dockerfile:3:1: failed to process "${X:-a": syntax error'
    build --build-arg =x
    ends 125 'invalid argument "=x" for "--build-arg" flag'
    engine build https://example.org/x.git
    ends 125 'would have to be fetched'
    printf 'FROM --platform=$BUILDPLATFORM busybox AS a\nFROM --platform=linux/none a\n' | dockerfile
    build
    ends 1 'Dockerfile:2:1: --platform linux/none: this machine is linux/'
    build --target a
    ends 0
    engine build missing
    ends 1 'unable to prepare context: path "missing"'
    rm context/Dockerfile
    build
    ends 1 'failed to read dockerfile: open Dockerfile'
    mkfifo context/Dockerfile
    build
    ends 1 'failed to read dockerfile: open Dockerfile: Invalid argument'
    whole
}

@test "06 build: the cache keeps its layers, and prune lets them go" {
    printf 'FROM busybox\nRUN echo a >/a\nRUN echo b >/b\n' | dockerfile
    built -t x
    local layers
    layers=$(ls "$STORE/layers" | wc -l)
    works rmi x
    [ "$(ls "$STORE/layers" | wc -l)" -eq "$layers" ] || fail "layers of cached steps went with the image"
    engine system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}}'
    told 'Build Cache 2 0 4B'
    built -t x
    [ "$cached" -eq 2 ] || fail "not all was cached"
    works builder prune -f
    [ "$(ls "$STORE/layers" | wc -l)" -eq "$layers" ] || fail "layers of an image went with the cache"
    built -t x
    [ "$cached" -eq 0 ] || fail "the cache is not empty"
    works rmi x
    works system prune -f
    told "Deleted build cache objects:"
    [ "$(ls "$STORE/layers" | wc -l)" -eq 1 ] || fail "layers are left"
    [ -z "$(ls "$STORE/build")" ] || fail "the cache is left"
}

@test "06 build: killed at any moment it leaves nothing that runs, and the next build goes on" {
    printf 'FROM busybox\nRUN echo a >/a\nWORKDIR /w\nRUN echo b >/b; sleep 98765\n' | dockerfile
    local pid round delay
    works images # the built-in image is made
    for delay in 0.02 0.1 0.3; do
        for signal in KILL TERM; do
            "$MINI" --root "$STORE" build --network none context >/dev/null 2>&1 3>&- &
            pid=$!
            begun $pid
            sleep "$delay"
            kill -"$signal" "$pid" 2>/dev/null || true
            wait "$pid" || true
        done
    done
    wait_for 20 eval '[ -z "$(pgrep -f "^sleep 98765$")" ]' || fail "something runs on"
    wait_for 20 eval '[ -z "$("$MINI" --root "$STORE" ps -aq)" ]' || fail "a container is left"
    whole
    sed -i 's/; sleep 98765//' context/Dockerfile
    built -t x
    [ "$(in_image x 'cat /a /b')" = $'a\nb' ] || fail "other files"
    whole
}

@test "06 build: COPY and ADD: what changes is done again, what was only touched is not" {
    mkdir -p context/dir/sub
    echo one >context/a.txt
    echo log >context/b.log
    echo deep >context/dir/sub/x
    tar -C context -czf context/t.tgz dir
    printf '*.log\nDockerfile\n' >context/.dockerignore
    dockerfile <<'EOF'
FROM busybox
WORKDIR /w
COPY . .
COPY --chown=7:8 --chmod=640 a.txt /owned/
ADD t.tgz /unpacked
ENV WHO=me
COPY <<END /etc/hello
hello $WHO
END
RUN <<"END"
#!/bin/awk -f
BEGIN { print "by awk" }
END
RUN <<END
cat /etc/hello
stat -c '%u %g %a' /owned/a.txt
END
EOF
    umask 077 # ours is no part of an image
    built -t x
    umask 022
    [ "$(in_image x 'stat -c %a /w /owned /unpacked /etc/hello')" = $'755\n755\n755\n644' ] || fail "modes by our umask"
    complained "hello me"
    grep -q '^#7 [0-9.]* by awk$' <<<"$stderr" || fail "a script was not its own program"
    grep -q '^#8 [0-9.]* 7 8 640$' <<<"$stderr" || fail "another owner or mode"
    [ "$(in_image x 'cd /w && find . -type f | sort; cat /unpacked/dir/sub/x')" = $'./.dockerignore\n./a.txt\n./dir/sub/x\n./t.tgz\ndeep' ] ||
        fail "other files"
    touch context/a.txt
    echo more >>context/b.log # which .dockerignore leaves out
    built -t x
    [ "$cached" -eq 7 ] || fail "not all was cached"
    echo two >context/a.txt
    built -t x
    [ "$cached" -eq 1 ] || fail "a file has changed, and not all from there on was done"
    [ "$(in_image x 'cat a.txt')" = two ] || fail "the old file"
    python3 -c 'import os; os.setxattr("context/dir/sub", "user.kind", b"1")'
    built -t x
    [ "$cached" -eq 1 ] || fail "an attribute has changed, and not all from there on was done"
    whole
    printf 'FROM busybox\nCOPY none /\n' | dockerfile
    build
    ends 1 'Dockerfile:2:1: '
    complained none
    printf 'FROM busybox\nCOPY b.log /\n' | dockerfile
    build
    ends 1 '.dockerignore'
    printf 'FROM busybox\nWORKDIR /etc/passwd\n' | dockerfile
    build
    ends 1 'Dockerfile:2:1: Cannot mkdir: /etc/passwd is not a directory'
}

@test "06 build: stages: only those that are needed, each from another, scratch too" {
    echo 'int main(void) { return 42; }' >context/main.c
    dockerfile <<'EOF'
FROM busybox AS unused
RUN exit 1
FROM busybox AS made
COPY main.c /
RUN wc -c </main.c >/size
FROM made AS again
RUN echo again >>/size
FROM scratch
COPY --from=again /size /
COPY --from=2 /size /second
COPY --from=busybox /bin/busybox /bin/sh
CMD ["/bin/sh", "-c", "while read l; do echo $l; done </size"]
EOF
    built -t x
    prints $'30\nagain' run --rm --network none x
    built -t x
    [ "$cached" -eq 6 ] || fail "not all was cached: $cached"
    built --target made -t made
    [ "$cached" -eq 2 ] || fail "a target is another road"
    printf 'FROM busybox AS a\nCOPY --from=a /bin /b\n' | dockerfile
    build
    ends 1 'Dockerfile:2:1: circular dependency detected in stage: a'
    printf 'FROM busybox AS a\nCOPY --from=b /bin /b\nFROM a AS b\n' | dockerfile
    build
    ends 1 'circular dependency detected'
    printf 'FROM scratch\nRUN x\n' | dockerfile
    build
    ends 1 'FROM scratch is empty'
    printf 'FROM scratch\nCOPY --from=busybox /bin/busybox /bin/sh\nRUN echo >/f\n' | dockerfile
    built -t little
    [ "$(files_of little | cut -d' ' -f1 | tr '\n' ' ')" = './bin ./bin/sh ./f ' ] || fail "what a RUN has mounted stays"
    printf 'FROM scratch\nCOPY main.c /\nENV PATH=$PATH:/more A=b\n' | dockerfile
    built -t little
    engine image inspect --format '{{.Config.Env}}' little
    told '[PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/more A=b]'
    whole
}

@test "06 build: an image for others to build on: ONBUILD, once; ARG, SHELL, --label" {
    dockerfile <<'EOF'
FROM busybox
ONBUILD ARG WHO=nobody
ONBUILD RUN echo "for $WHO" >/for
ONBUILD COPY file /
EOF
    built -t base
    printf 'FROM base\nSHELL ["/bin/sh", "-ec"]\nRUN false; true\n' | dockerfile
    echo text >context/file
    build --build-arg WHO=me
    ends 1 'process "/bin/sh -ec false; true" did not complete'
    printf 'ARG V=1\nFROM base\nARG V\nLABEL v=$V a=${NONE:-else}\nENV P=$PATH:/x\nCMD echo $V\n' | dockerfile
    built --build-arg WHO=me --label own=yes -t x
    [ "$(in_image x 'cat /for /file')" = $'for me\ntext' ] || fail "the triggers were not pulled"
    engine image inspect --format '{{json .Config.OnBuild}} {{json .Config.Labels}} {{json .Config.Cmd}} {{.Config.Env}}' x
    told 'null {"v":"1","a":"else","own":"yes"} ["/bin/sh","-c","echo $V"]'
    told ':/bin:/x]'
    printf '%s\n' 'FROM busybox AS a' 'ARG V=1' 'ARG W=2' 'FROM a AS b' 'ARG W' 'FROM b' 'RUN echo got $V$W' | dockerfile
    built --build-arg W=3
    grep -q ' got 13$' <<<"$stderr" || fail "a stage has not the ARGs of the one that it is FROM"
}

@test "06 build: the context on standard input: an archive, a Dockerfile alone, and -f -" {
    echo text >context/file
    printf 'FROM busybox\nCOPY file /\n' | dockerfile
    tar -C context -czf context.tgz .
    call "$MINI" --root "$STORE" build --network none -t x - <context.tgz
    ends 0
    [ "$(in_image x 'cat /file')" = text ] || fail "other files"
    call "$MINI" --root "$STORE" build --network none -t y - <<<$'FROM busybox\nRUN echo y >/y'
    ends 0
    call "$MINI" --root "$STORE" build --network none -q -t z --iidfile id -f - context <<<$'FROM y\nCOPY file /z'
    ends 0
    [ "$output" = "$(cat id)" ] && [ "$output" = "$(id_of z)" ] || fail "another ID"
    [ "$(in_image z 'cat /y /z')" = $'y\ntext' ] || fail "other files"
    call "$MINI" --root "$STORE" build - <<<$'FROM busybox\nCOPY file /'
    ends 1 'Dockerfile:2:1: there is no context to copy from'
    whole
}

@test "06 build: two at once, of the same and of another Dockerfile, share one store" {
    local n
    printf 'FROM busybox\nRUN echo a >/a\nCOPY file /\nRUN cat /a /file >/b\n' | dockerfile
    echo text >context/file
    works images
    for n in 1 2 3; do
        "$MINI" --root "$STORE" build --network none -q -t "same:$n" context >"id$n" 2>"said$n" 3>&- &
        printf 'FROM busybox\nRUN echo a >/a\nRUN echo %s >/n\n' "$n" |
            "$MINI" --root "$STORE" build --network none -q -t "other:$n" - >/dev/null 2>>"said$n" 3>&- &
    done
    wait_all || true
    [ -z "$(cat said?)" ] || fail "$(cat said?)"
    for n in 1 2 3; do
        [ "$(in_image "same:$n" 'cat /b')" = $'a\ntext' ] || fail "same:$n has other files"
        [ "$(in_image "other:$n" 'cat /n')" = "$n" ] || fail "other:$n has other files"
    done
    built
    [ "$cached" -eq 3 ] || fail "none of them filled the cache"
    whole
}


@test "06 build: buildah makes the same files and the same configuration of it, and skopeo reads ours" {
    need buildah
    need skopeo
    local buildah=(buildah --root "$PWD/cs" --runroot "$PWD/cr" --storage-driver vfs)
    mkdir -p context/dir
    echo hi >context/f
    echo x >context/dir/y
    ln -s f context/l
    chmod 751 context/dir
    dockerfile <<'EOF'
FROM busybox AS b
ENV A=1 B="two words" C=$A-x
ARG V=7
WORKDIR /w/deep
RUN echo $V > v && mkdir -p /opt/x && rm -r /mnt && ln -s /etc/passwd pw
COPY . /ctx/
COPY dir sub/
ADD f /f2
FROM busybox
RUN mkdir /etc/new && touch /etc/new/1 && mv /etc/new /etc/made
RUN touch /etc/made/2
COPY --from=b --chown=3:4 /w /w
COPY --from=b /opt /
ENV PATH=$PATH:/more
EXPOSE 80 53/udp
VOLUME /data
LABEL one=1 two="2 3"
HEALTHCHECK --interval=5s --retries=2 CMD true
STOPSIGNAL SIGINT
USER 7:8
WORKDIR own
ENTRYPOINT ["/bin/sh", "-c"]
CMD echo hi
ONBUILD RUN echo later
SHELL ["/bin/sh", "-ec"]
EOF
    works save -o busybox.tar busybox
    {
        "${buildah[@]}" pull "docker-archive:$PWD/busybox.tar"
        "${buildah[@]}" bud --isolation chroot --format docker -t theirs context
        "${buildah[@]}" push theirs "docker-archive:$PWD/theirs.tar:theirs:1"
    } >buildah.log 2>&1 || fail "$(tail -5 buildah.log)"
    works load -i theirs.tar
    built -t ours
    diff <(files_of ours) <(files_of theirs:1) || fail "other files"
    diff <(config_of ours) <(config_of theirs:1) || fail "another configuration"
    works save -o ours.tar ours
    [ "$(skopeo inspect --config docker-archive:ours.tar | jq -c '[.config.Cmd[2], (.rootfs.diff_ids | length)]')" = '["echo hi",6]' ] ||
        fail "skopeo reads something else"
}

@test "06 build: an ordinary user's build is rootless" {
    local store=$BATS_TEST_TMPDIR/user
    mkdir -p "$store/context"
    chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR/.." "$BATS_TEST_TMPDIR"
    echo text >"$store/context/file"
    printf '%s\n' 'FROM busybox AS a' 'WORKDIR /w' 'COPY file .' 'RUN id -u >id' \
        'RUN mkdir /again && touch /again/1' 'RUN rm -r /again && mkdir /again && touch /again/2' \
        'RUN touch /again/3 && echo /again/* >names' 'FROM scratch' 'COPY --from=a /w /bin/busybox /' >"$store/context/Dockerfile"
    [ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$store"
    call "${AS_USER[@]}" "$MINI" --root "$store/store" build --network none -t x "$store/context"
    [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
    ends 0
    call "${AS_USER[@]}" "$MINI" --root "$store/store" run --rm --network none x /busybox cat /id /file /names
    ends 0
    [ "$output" = $'0\ntext\n/again/2 /again/3' ] || fail "other files"
    "${AS_USER[@]}" rm -rf "$store/store"
}

@test "06 build: with ranges in /etc/subuid an ordinary user's images and volumes have files of many users: rootless" {
    need_root "to lay files over /etc/subuid and /etc/subgid"
    need newuidmap
    local store=$BATS_TEST_TMPDIR/user
    mkdir -p "$store/context"
    chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR/.." "$BATS_TEST_TMPDIR"
    echo text >"$store/context/file"
    cat >"$store/context/Dockerfile" <<'EOF'
FROM busybox
RUN mkdir -m 700 /data && touch /data/1 && chown -R 33:44 /data
COPY --chown=5:6 file /file
USER 33:44
RUN touch /data/2
VOLUME /data
EOF
    chown -R 65534:65534 "$store"
    echo 65534:100000:65536 >ranges
    cat >script <<EOF
mount --bind ranges /etc/subuid && mount --bind ranges /etc/subgid
mini() { ${AS_USER[*]} $MINI --root $store/store "\$@"; }
mini build -q --network none -t x $store/context
mini run --network none -v kept:/data x touch /data/3
mini run --rm --network none -v kept:/data x sh -c "stat -c '%a %u:%g %n' /data /data/* /file"
mini system prune -af
mini volume rm kept
EOF
    call unshare --mount --propagation private bash -eu script
    [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
    ends 0
    told $'700 33:44 /data\n644 33:44 /data/1\n644 33:44 /data/2\n644 33:44 /data/3\n644 5:6 /file\n'
    local left
    left=$(find "$store"/store/{layers,containers,volumes} -mindepth 1)
    [ -z "$left" ] || fail "left: $left"
    rm -rf "$store"
}

@test "06 build: a compiler works in it, and only what it made is in the image" {
    need gcc
    local file
    mkdir -p root/{tmp,usr/bin,usr/include}
    : >root/usr/include/stdc-predef.h
    for file in "$(command -v gcc)" "$(gcc -print-prog-name=cc1)" "$(gcc -print-prog-name=collect2)" "$(command -v as)" "$(command -v ld)" /bin/sh; do
        cp --parents -L "$file" root/
        ldd "$file" 2>/dev/null | grep -o '/[^ ]*' | xargs -rI{} cp --parents -Ln {} root/ || true
    done
    tar -C root -cf root.tar .
    works import root.tar compiler
    cat >context/hello.c <<'EOF'
static long call(long n, long a, const void *b, long c)
{
    long ret;
    __asm__ volatile("syscall" : "=a"(ret) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return ret;
}
void _start(void)
{
    call(1, 1, "hello from C\n", 13);
    call(60, 7, 0, 0);
}
EOF
    printf '%s\n' 'FROM compiler AS make' 'COPY hello.c /src/' 'WORKDIR /src' \
        'RUN gcc -O1 -static -nostdlib -fno-use-linker-plugin -fno-stack-protector -o hello hello.c' 'FROM scratch' \
        'COPY --from=make /src/hello /hello' 'CMD ["/hello"]' | dockerfile
    built -t hello
    engine run --rm --network none hello
    ends 7
    [ "$output" = "hello from C" ] || fail "it says something else"
}

# Processes as they are born: 0 is build itself, the others its children and the monitor.
@test "06 build: killed at one system call after the other, in each of its processes" {
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra -o at "$BATS_TEST_DIRNAME/checks-sound-at.c"
    printf 'FROM busybox\nCOPY file /\nRUN cat /file >/a\n' | dockerfile
    echo text >context/file
    works images -a
    works tag busybox kept
    cp -a "$STORE" before
    local who n step=${STEP:-263} calls=0
    for who in 0 1 2 3 4; do
        for ((n = RANDOM % step + 1; ; n += step)); do
            rm -rf "$STORE"
            cp -a before "$STORE"
            timeout -s KILL 60 ./at log "$who" "$n" kill "$MINI" --root "$STORE" build --network none -t x context \
                >out 2>&1 3>&- || true
            wait_for 20 eval '[ -z "$("$MINI" --root "$STORE" ps -aq)" ]' || fail "killed $who at call $n: a container is left"
            built -t x
            [ "$(in_image x 'cat /a')" = text ] || fail "killed $who at call $n: other files"
            [ -n "$(id_of kept)" ] || fail "killed $who at call $n: another image is gone"
            whole
            grep -q '^call ' log || break
            calls=$((calls + 1))
        done
    done
    [ "$calls" -ge 4 ] || fail "it makes only few calls: $calls"
}

@test "06 build: COPY --chmod takes what chmod takes, and its step is done again when that changes" {
    mkdir -p context/tree/dir theirs
    echo x >context/tree/file
    install -m 4751 /dev/null context/tree/program
    chmod 600 context/tree/file
    chmod 750 context/tree/dir
    local words=(640 04711 u=rwX,go=rX +x a-x,g+s u+r-w,o=t go= =r o+w,u-s ug+rw-x)
    {
        echo FROM busybox
        for i in "${!words[@]}"; do echo "COPY --chmod=${words[i]} tree /t$i"; done
        printf 'ARG MODE=go-rwx\nCOPY --chmod=$MODE <<EOF /here\ntext\nEOF\n'
    } | dockerfile
    built -t x
    for i in "${!words[@]}"; do
        rm -rf theirs/t
        cp -a context/tree theirs/t
        (umask 0 && chmod "${words[i]}" theirs/t/*)
        (cd theirs/t && stat -c "/t$i/%n %a" -- *)
    done >want
    echo '/here 600' >>want
    diff want <(in_image x 'stat -c "%n %a" /t?/* /here') || fail "other modes"
    sed -i 's/u=rwX,go=rX/u=rwX,go=/' context/Dockerfile
    built -t x
    [ "$cached" -eq 2 ] || fail "another mode, and the step stays: $cached"
    for word in 8 u u+y +x, 17777 ''; do
        printf 'FROM busybox\nCOPY --chmod=%s tree /t\n' "$word" | dockerfile
        build
        ends 1 "invalid chmod parameter: '$word'"
    done
}

@test "06 build: -o gives the files, as a directory or a tar, and makes no image" {
    dockerfile <<'EOF'
FROM busybox AS make
RUN mkdir -p /out/dir && echo program >/out/program && chmod 4751 /out/program && ln -s program /out/link && \
    echo x >/out/dir/x && chown 5:6 /out/dir/x
FROM scratch
COPY --from=make /out /
EOF
    list() { (cd "$1" && find . -mindepth 1 -printf '%P %y %m %U:%G %l\n' | sort); }
    built -t never -o out
    [ "$(list out)" = $'dir d 755 0:0 \ndir/x f 644 0:0 \nlink l 777 0:0 program\nprogram f 751 0:0 ' ] || fail "$(list out)"
    echo mine >out/mine
    echo old >out/program
    built --output type=local,dest=out
    [ "$(cat out/program out/mine)" = $'program\nmine' ] || fail "not over what is there"
    built --output type=tar,dest=out.tar
    engine build --network none -q -o - context
    ends 0
    "$MINI" --root "$STORE" build --network none -q -o - context | cmp - out.tar || fail "another tar"
    mkdir tar
    tar xpf out.tar -C tar
    [ "$(list tar)" = $'dir d 755 0:0 \ndir/x f 644 5:6 \nlink l 777 0:0 program\nprogram f 4751 0:0 ' ] || fail "$(list tar)"
    [ "$("$MINI" --root "$STORE" images -q | wc -l)" -eq 1 ] || fail "an image was made: $("$MINI" --root "$STORE" images)"
    for word in type=oci,dest=x type=local x=y ''; do
        build -o "$word"
        ends 125 "invalid value for --output: $word"
    done
    whole
}

@test "06 build: a file dockerfile is taken where there is no Dockerfile" {
    printf 'FROM busybox\nRUM x\n' >context/dockerfile
    build
    ends 1 'dockerfile:2:1: unknown instruction: RUM'
    echo 'FROM busybox' >context/Dockerfile
    built
    rm context/[dD]ockerfile
    build
    ends 1 'failed to read dockerfile: open Dockerfile'
}

@test "06 build: ADD fetches a file, and is done again when that has changed" {
    local port sum
    mkdir web
    echo v1 >web/file.txt
    python3 -u -m http.server --bind 127.0.0.1 --directory web 0 >http.log 2>&1 3>&- &
    echo $! >http.pid
    wait_for 20 grep -q 'port [0-9]' http.log || fail "no server: $(cat http.log)"
    port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' http.log)
    sum=$(sha256sum <web/file.txt | cut -d' ' -f1)
    printf 'FROM busybox\nADD --checksum=sha256:%s --chown=7 http://127.0.0.1:%s/file.txt?x=/y /got/\n' "$sum" "$port" |
        dockerfile
    build -t x
    kill "$(cat http.pid)" || true
    ends 0
    [ "$(in_image x 'cat /got/file.txt; stat -c "%u %g %a" /got/file.txt')" = $'v1\n7 7 600' ] || fail "another file"
    : >http.log # the first one's words are not the second's
    python3 -u -m http.server --bind 127.0.0.1 --directory web "$port" >http.log 2>&1 3>&- &
    echo $! >http.pid
    wait_for 20 grep -q 'port [0-9]' http.log || fail "no server: $(cat http.log)"
    build -t x
    grep -q CACHED <<<"$stderr" || fail "the same file is another step"
    tar -C web -cf web/t.tar file.txt
    printf 'FROM busybox\nADD --unpack http://127.0.0.1:%s/t.tar /a/\nADD http://127.0.0.1:%s/t.tar /b/\n' "$port" "$port" >Dockerfile
    built -t y -f Dockerfile
    [ "$(in_image y 'ls /a /b')" = $'/a:\nfile.txt\n\n/b:\nt.tar' ] || fail "what is fetched is unpacked when it is asked for"
    echo v2 >web/file.txt
    build -t x
    kill "$(cat http.pid)" || true
    ends 1 '--checksum says'
    printf 'FROM busybox\nADD https://127.0.0.1/ /\n' | dockerfile
    build
    ends 1 'cannot determine filename for source: https://127.0.0.1/'
    for word in "http://127.0.0.1:$port/x.git" "https://127.0.0.1/x.git#main:sub" git@host:a/b.git git://host/a ssh://git@host/a; do
        printf 'FROM busybox\nADD %s /\n' "$word" | dockerfile
        build
        ends 1 "ADD $word: Git is not known here"
    done
    whole
}

@test "06 build: RUN --mount: a cache that stays, files that are only seen, a secret that is in no layer" {
    echo seen >context/file
    echo pst-93551 >secret
    dockerfile <<'EOF'
FROM busybox
RUN --mount=type=cache,target=/var/cache/x --mount=type=tmpfs,target=/scratch --mount=target=/ctx \
    --mount=type=secret,id=key,required cat /ctx/file /run/secrets/key; echo run >>/var/cache/x/runs; \
    wc -l </var/cache/x/runs; echo no >/scratch/no; echo yes >/yes
EOF
    built --secret id=key,src=secret -t x
    grep -q '^#2 [0-9.]* seen$' <<<"$stderr" && grep -q '^#2 [0-9.]* pst-93551$' <<<"$stderr" || fail "nothing is mounted"
    in_image x 'ls -d /yes /ctx /run/secrets /scratch /var/cache 2>/dev/null' >seen.txt || true
    [ "$(cat seen.txt)" = /yes ] || fail "a place of a mount stays: $(cat seen.txt)"
    ! grep -rq pst-93551 "$STORE" || fail "the secret is in the store"
    built --secret id=key,src=secret
    [ "$cached" -eq 1 ] || fail "it was done again"
    echo other >context/file
    built --secret id=key,src=secret
    grep -q '^#2 [0-9.]* 2$' <<<"$stderr" || fail "the cache was not kept"
    echo another >secret
    built --secret id=key,src=secret
    [ "$cached" -eq 1 ] || fail "a secret is in the key"
    build
    ends 1 'secret key: not found'
    # a prune that is at it: the step waits for its end, and has a new directory
    local dir inode held
    dir=$(compgen -G "$STORE/build/cache-*")
    inode=$(stat -c %i "$dir")
    exec {held}<"$dir"
    flock --exclusive "$held"
    "$MINI" --root "$STORE" build --no-cache --network none --secret id=key,src=secret context >log 2>&1 {held}>&- 3>&- &
    wait_for 20 grep -q -e "-> FLOCK.*:$inode 0" /proc/locks || fail "it does not wait: $(cat log)"
    rm -r "$dir"
    exec {held}>&-
    wait $! || fail "$(cat log)"
    works builder prune -f
    [ -z "$(ls "$STORE/build")" ] || fail "left: $(ls "$STORE/build")"
    mkdir 'a,"b'
    printf '%s\n' 'FROM busybox' 'WORKDIR /w,x' 'RUN --mount=target=c ls c' >'a,"b/Dockerfile'
    engine build --network none 'a,"b'
    ends 0
    # one more of them than a step can have, and files of a stage
    { echo 'FROM busybox AS a'; echo FROM busybox; printf 'RUN --mount=from=a,target=/a'
        printf ' --mount=type=cache,target=/%s' {1..32}; echo ' true'; } | dockerfile
    build
    ends 1 'Dockerfile:3:1: at most 32 --mount'
    works builder prune -f
    printf 'FROM busybox\nRUN --mount=type=ssh true\n' | dockerfile
    build
    ends 1 'RUN --mount=type=ssh is not known here'
    printf 'FROM busybox\nRUN --mount=type=cache,from=busybox,target=/x true\n' | dockerfile
    build
    ends 1 'RUN --mount=type=cache: from is not known here'
    whole
}

@test "06 build: RUN --mount=type=bind: of a stage, of an image, of the context without what is ignored; what is written goes" {
    mkdir context/dir
    echo 1 >context/package.json
    touch context/hidden
    echo hidden >context/.dockerignore
    dockerfile <<'EOF'
FROM busybox
WORKDIR /app
RUN --mount=type=bind,from=made,source=/out,target=/seen cat /seen/program && ! touch /seen/program && \
    [ "$(stat -c %u:%g:%a /seen/program)" = 5:6:700 ] && [ -L /seen/out ]
RUN --mount=type=bind,from=made,source=/out,target=/seen,rw echo not here >/seen/program; rm -r /seen/out
RUN --mount=from=1,source=/out/program,target=program --mount=from=busybox,source=bin,target=/bin2 cat program && [ -x /bin2/busybox ]
RUN --mount=target=/only cat /only/package.json && [ ! -e /only/hidden ]
RUN --mount=source=package.json,target=package.json --mount=target=/all,rw cat package.json && [ ! -e /all/hidden ] && \
    echo 2 >/all/package.json && [ "$(cat package.json)" = 1 ]
RUN --mount=type=cache,target=c,uid=7,gid=8,mode=0710 [ "$(stat -c %u:%g:%a c)" = 7:8:710 ]
FROM busybox AS made
RUN mkdir /out && echo program >/out/program && chown 5:6 /out/program && chmod 700 /out/program && ln -s "$PWD" /out/out
EOF
    sed -i "s|\$PWD|$PWD|" context/Dockerfile
    built -t x --target 0 --load --force-rm --provenance=false --sbom=false --cache-from x
    [ "$(grep -c ' program$' <<<"$stderr")" -eq 2 ] || fail "not both saw it"
    in_image x 'ls -d /seen /bin2 /all /app/* 2>/dev/null' >seen.txt || true
    [ ! -s seen.txt ] || fail "a place of a mount stays: $(cat seen.txt)"
    [ "$(cat context/package.json)" = 1 ] || fail "the context was written to"
    built -t x --target 0
    [ "$cached" -eq 8 ] || fail "it was done again: $cached"
    sed -i 's/echo program/echo other program/' context/Dockerfile
    built -t x --target 0
    grep -c " other program$" <<<"$stderr" | grep -qx 2 || fail "another stage, and the step stays: $cached"
    printf 'FROM busybox AS a\nRUN --mount=from=a,target=/x true\n' | dockerfile
    build
    ends 1 'circular dependency'
    printf 'FROM scratch AS a\nFROM busybox\nRUN --mount=from=a,source=no,target=/x true\n' | dockerfile
    build
    ends 1 'it is empty'
    whole
}
