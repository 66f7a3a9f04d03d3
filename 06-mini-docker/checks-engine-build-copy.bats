#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# build's COPY and ADD beside buildah's: one Dockerfile, two trees, which are to be equal.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need_root "to make layers"
    need buildah
    cd "$BATS_TEST_TMPDIR"
    STORE=$PWD/store
    B=(buildah --root "$PWD/scratch" --runroot "$PWD/scratch-run" --storage-driver vfs)
    mkdir -p context/dir/sub/deep context/a/b/c context/empty "context/sp ace"
    cd context
    for file in f1 f2.txt f3.txt dir/x dir/sub/y dir/sub/deep/z.txt a/b/c/c.txt "sp ace/f" .hidden; do
        echo "$file" >"$file"
    done
    chmod 750 dir/sub
    chmod 640 dir/x
    ln -s f1 link
    ln -s dir dirlink
    ln -s /etc/passwd dir/absolute
    ln -s nowhere dir/dangling
    ln dir/x dir/hard
    mkfifo dir/pipe
    tar cf t.tar -C dir x sub
    for by in gzip bzip2 xz zstd; do "$by" -c t.tar >"t.$by"; done
    gzip -c f1 >f1.gz
    find . -exec touch -hd @1000000000 {} +
    cd ..
}

teardown() {
    end_containers "$STORE"
    rm -rf "$STORE" scratch scratch-run
}

# all_of DIR: every name with kind, mode, owner, links, size and time of files; and the files' sums.
all_of() {
    (cd "$1" && find . -mindepth 1 -printf '%P %y %m %U:%G %n %l' \( -type f -printf ' %s %Ts' -o -true \) -printf '\n' |
        grep -vE '^(dev|proc|sys|run|etc)(/| )' | sort && find . -type f -exec sha256sum {} + | sort -k 2)
}

# same: both build context/Dockerfile, and the trees are equal.
same() {
    touch -d @1000000000 context/Dockerfile context/.dockerignore context
    "$MINI" --root "$STORE" build -q -t x context >/dev/null
    rm -rf ours && mkdir ours
    "$MINI" --root "$STORE" create --name one x /none >/dev/null
    "$MINI" --root "$STORE" export one | tar xpf - -C ours
    "$MINI" --root "$STORE" rm one >/dev/null
    "${B[@]}" bud -q --layers=false --isolation chroot -t x context >/dev/null
    container=$("${B[@]}" from -q x)
    all_of "$("${B[@]}" mount "$container")" >theirs.list
    all_of ours >ours.list
    diff ours.list theirs.list || fail "other trees"
    [ "$(wc -l <ours.list)" -ge "$1" ] || fail "nearly nothing was built"
}

@test "06 build: COPY and ADD make the tree that buildah's make" {
    cat >context/Dockerfile <<'EOF'
FROM scratch
COPY f1 /
COPY f1 /a/file
COPY f1 f2.txt /b/dir/
COPY f?.txt nothing* /c/
COPY */sub /d/
COPY dir/ /e
COPY . /all
COPY link /f/
COPY dirlink /g
COPY --chown=5:6 dir /h/made
COPY --chmod=711 dir /i
COPY ["sp ace", "/x y/"]
COPY f1 /e/x
COPY dir /e
COPY empty /j
COPY dirlink/../f1 /../k
ADD t.tar /l
ADD t.gzip t.bzip2 /m/
ADD t.xz /n
ADD t.zstd f1.gz f1 /o/
EOF
    : >context/.dockerignore
    same 120
}

@test "06 build: ADD unpacks over what is there as buildah's does, symlinks and directories, and not out of the root" {
    mkdir -p context/tree/lib/sub context/tree/etc context/base/usr/lib/old context/base/etc/old outside
    echo new >context/tree/lib/sub/new
    echo new >context/tree/etc/new
    ln -s usr/lib context/base/lib
    tar cf context/dirs.tar -C context/tree lib etc
    tar cf context/files.tar -C context/tree lib/sub/new etc/new
    echo file >context/usr
    tar cf context/file.tar -C context usr
    (cd context/base && tar cf ../base.tar .)
    cat >context/Dockerfile <<'EOF'
FROM scratch AS base
ADD base.tar /into/
ADD base.tar /over/
ADD base.tar /gone/
FROM base
ADD files.tar /into
ADD dirs.tar /over
ADD file.tar /gone
EOF
    : >context/.dockerignore
    same 20
    [ -f ours/into/usr/lib/sub/new ] && [ ! -L ours/over/lib ] && [ -f ours/gone/usr ] || fail "all wrong alike"
    ln -sfn "../../../../../../../..$PWD/outside" context/base/lib
    (cd context/base && tar cf ../base.tar .)
    printf 'FROM scratch\nADD base.tar /\nADD files.tar /\n' >context/Dockerfile
    engine build context
    ends 1 'files.tar: lib'
    [ -z "$(ls outside)" ] || fail "it wrote outside"
}

@test "06 build: .dockerignore leaves out what buildah's leaves out" {
    printf 'FROM scratch\nCOPY . /all\nCOPY d* /d/\n' >context/Dockerfile
    printf '# not these\n*.txt\n!f2.txt\n/a/b/\n**/deep\n./dir/../t.*\n[f-h]1*\n.hidden\n' >context/.dockerignore
    same 20
}
