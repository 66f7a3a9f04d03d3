#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh [--check] GROUP...: see that the programs a group of tasks needs are here, or install them.
#
#     build   a compiler and make            vm      the throwaway machine
#     labs    what the labs start            test    what the tests use
#     lab06   the libraries of lab 06        bench   what the benchmarks compare with
#
# It only looks for files, so it costs nothing when all is there. When something is missing it shows the
# one line that installs it, and asks in a terminal. With no one to ask, root's machine gets it installed
# and anyone else is told the line. --check never installs. LABS_DEPS=skip goes on with what is there.
set -eu
PATH=$PATH:/usr/sbin:/sbin # where mkfs.ext4 is, and a plain user does not look

# What is looked for, and the package that has it. A name is a command, a path (with *) is a file,
# static:NAME is a command without shared libraries, pc:NAME is a library that pkg-config finds.
table() {
    cat <<'END'
#       looked for              apt                     dnf                     pacman          apk
build   gcc                     gcc                     gcc                     gcc             gcc
build   make                    make                    make                    make            make
build   /usr/include/stdio.h    libc6-dev               glibc-devel             glibc           musl-dev
build   /usr/include/linux/fs.h linux-libc-dev          kernel-headers          linux-api-headers linux-headers
labs    stress-ng               stress-ng               stress-ng               stress-ng       stress-ng
labs    static:busybox          busybox-static          busybox                 busybox         busybox-static
labs    ip                      iproute2                iproute                 iproute2        iproute2
labs    mkfs.ext4               e2fsprogs               e2fsprogs               e2fsprogs       e2fsprogs
labs    losetup                 mount                   util-linux              util-linux      losetup
labs    unshare                 util-linux              util-linux              util-linux      util-linux-misc
labs    ps                      procps                  procps-ng               procps-ng       procps
lab06   nft                     nftables                nftables                nftables        nftables
lab06   pkg-config              pkg-config              pkgconf-pkg-config      pkgconf         pkgconf
lab06   pc:json-c               libjson-c-dev           json-c-devel            json-c          json-c-dev
lab06   pc:libseccomp           libseccomp-dev          libseccomp-devel        libseccomp      libseccomp-dev
lab06   pc:libarchive           libarchive-dev          libarchive-devel        libarchive      libarchive-dev
lab06   pc:nettle               nettle-dev              nettle-devel            nettle          nettle-dev
lab06   pc:libzstd              libzstd-dev             libzstd-devel           zstd            zstd-dev
lab06   pc:liblzma              liblzma-dev             xz-devel                xz              xz-dev
lab06   /usr/include/bzlib.h    libbz2-dev              bzip2-devel             bzip2           bzip2-dev
lab06   pc:zlib                 zlib1g-dev              zlib-devel              zlib            zlib-dev
lab06   pc:libcurl              libcurl4-openssl-dev    libcurl-devel           curl            curl-dev
vm      qemu-system-x86_64      qemu-system-x86         qemu-system-x86-core    qemu-system-x86 qemu-system-x86_64
vm      static:busybox          busybox-static          busybox                 busybox         busybox-static
vm      bash                    bash                    bash                    bash            bash
vm      flock                   util-linux              util-linux              util-linux      flock
vm      setpriv                 util-linux              util-linux              util-linux      setpriv
vm      xz                      xz-utils                xz                      xz              xz
vm      readelf                 binutils                binutils                binutils        binutils
test    bats                    bats                    bats                    bats            bats
test    /usr/include/cmocka.h   libcmocka-dev           libcmocka-devel         cmocka          cmocka-dev
test    clang                   clang                   clang                   clang           clang
test    clang-format            clang-format            clang-tools-extra       clang           clang-extra-tools
test    /usr/lib*/*/lib/clang/*/lib/linux/libclang_rt.asan-x86_64.a libclang-rt-dev compiler-rt compiler-rt compiler-rt
test    strace                  strace                  strace                  strace          strace
test    zsh                     zsh                     zsh                     zsh             zsh
test    fish                    fish                    fish                    fish            fish
test    tmux                    tmux                    tmux                    tmux            tmux
test    jq                      jq                      jq                      jq              jq
test    man                     man-db                  man-db                  man-db          man-db
test    newuidmap               uidmap                  shadow-utils            shadow          shadow-uidmap
test    shellcheck              shellcheck              ShellCheck              shellcheck      shellcheck
test    debootstrap             debootstrap             debootstrap             debootstrap     debootstrap
test    git                     git                     git                     git             git
test    ctags                   universal-ctags         ctags                   ctags           ctags
test    python3                 python3                 python3                 python          python3
test    iptables-legacy         iptables                iptables-legacy         iptables        iptables-legacy
test    pasta                   passt                   passt                   passt           passt
test    slirp4netns             slirp4netns             slirp4netns             slirp4netns     slirp4netns
test    podman                  podman                  podman                  podman          podman
test    conmon                  conmon                  conmon                  conmon          conmon
test    ctr                     containerd              containerd              containerd      containerd-ctr
test    dockerd                 docker.io               moby-engine             docker          docker-engine
test    runc                    runc                    runc                    runc            runc
test    skopeo                  skopeo                  skopeo                  skopeo          skopeo
test    docker-registry         docker-registry         docker-distribution -           docker-registry
test    umoci                   umoci                   umoci                   umoci           umoci
test    buildah                 buildah                 buildah                 buildah         buildah
test    xz                      xz-utils                xz                      xz              xz
test    zstd                    zstd                    zstd                    zstd            zstd
test    bzip2                   bzip2                   bzip2                   bzip2           bzip2
bench   crun                    crun                    crun                    crun            crun
bench   runc                    runc                    runc                    runc            runc
bench   bwrap                   bubblewrap              bubblewrap              bubblewrap      bubblewrap
bench   podman                  podman                  podman                  podman          podman
bench   dockerd                 docker.io               moby-engine             docker          docker-engine
bench   skopeo                  skopeo                  skopeo                  skopeo          skopeo
bench   umoci                   umoci                   umoci                   umoci           umoci
bench   jq                      jq                      jq                      jq              jq
bench   hyperfine               hyperfine               hyperfine               hyperfine       hyperfine
END
}

die() {
    printf 'deps: %s\n' "$@" >&2
    exit 1
}

# is_here THING: one entry of the table's second column.
is_here() {
    case $1 in
    static:*)
        for name in "${1#*:}" "${1#*:}.static"; do
            path=$(command -v "$name") || continue
            ! ldd "$path" 2>/dev/null | grep -q '/ld\|=>' && return
        done
        return 1
        ;;
    pc:*)
        for path in /usr/lib/pkgconfig /usr/share/pkgconfig /usr/lib64/pkgconfig /usr/lib/*-linux-*/pkgconfig; do
            [ ! -e "$path/${1#*:}.pc" ] || return 0
        done
        return 1
        ;;
    /*)
        # shellcheck disable=SC2086 # the * is to be expanded
        set -- $1
        [ -e "$1" ]
        ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

check=no groups=
for word in "$@"; do
    case $word in
    --check) check=yes ;;
    build | labs | lab06 | vm | test | bench) groups="$groups $word " ;;
    *) echo "deps: '$word' is not one of: build labs lab06 vm test bench" >&2 && exit 2 ;;
    esac
done
[ -n "$groups" ] || { echo "usage: deps.sh [--check] GROUP..." >&2 && exit 2; }
[ "${LABS_DEPS:-}" != skip ] || exit 0

manager=
for m in apt-get dnf pacman apk; do
    [ -n "$manager" ] || ! command -v $m >/dev/null || manager=$m
done

missing='' things='' packages=''
while read -r group thing apt dnf pacman apk; do
    case $groups in *" $group "*) ;; *) continue ;; esac
    ! is_here "$thing" || continue
    case $manager in apt-get) p=$apt ;; dnf) p=$dnf ;; pacman) p=$pacman ;; *) p=$apk ;; esac
    [ "$p" != - ] || continue # not packaged there
    things="$things $thing"
    missing="$missing ${thing#static:}"
    case "$packages " in *" $p "*) ;; *) packages="$packages $p" ;; esac
done <<END
$(table)
END
[ -n "$missing" ] || exit 0

case $manager in
apt-get) install="apt-get install -y --no-install-recommends$packages" ;;
dnf) install="dnf install -y$packages" ;;
pacman) install="pacman -S --needed --noconfirm$packages" ;;
apk) install="apk add$packages" ;;
*) die "missing:$missing" "no package manager that this script knows (apt, dnf, pacman, apk): please install them" ;;
esac
sudo=
[ "$(id -u)" = 0 ] || sudo="sudo "
if [ $check = yes ]; then
    die "missing:$missing" "to install: $sudo$install"
elif [ -t 0 ] && [ -t 2 ]; then
    printf 'Missing:%s\nInstall with: %s%s\nNow? [Y/n] ' "$missing" "$sudo" "$install" >&2
    read -r answer || answer=n
    case $answer in
    [nN]*) die "not installed; LABS_DEPS=skip before the command goes on without" ;;
    esac
elif [ -n "$sudo" ]; then
    die "missing:$missing" "type: $sudo$install" "(or put LABS_DEPS=skip before the command, to go on without)"
fi

# shellcheck disable=SC2086 # $sudo is a word or nothing, $install a line
update() { [ $manager != apt-get ] || ${sudo}env DEBIAN_FRONTEND=noninteractive apt-get -q update >&2; }
# shellcheck disable=SC2086
run_install() { ${sudo}env DEBIAN_FRONTEND=noninteractive $install >&2; }
# What a test starts by itself is to lie there, not to run: Debian starts a service when it installs it, unless
# this file forbids it (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ $manager = apt-get ] && [ ! -e $policy ]; then
    # shellcheck disable=SC2064
    trap "${sudo}rm -f $policy" EXIT
    # a signal ends a shell without that, unless it has a trap of its own: Ctrl-C, a closed terminal
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    # shellcheck disable=SC2086
    printf '#!/bin/sh\nexit 101\n' | ${sudo}sh -c "cat >$policy && chmod 755 $policy"
fi
# A fresh system has no package lists; old ones name packages that the mirrors no longer have.
set -- /var/lib/apt/lists/*Packages*
[ -e "$1" ] || update
run_install || { update && run_install; } || die "the installation failed: $install"
for thing in $things; do
    is_here "$thing" || die "$thing is still not here after: $install"
done

# Nor is it to run from the next boot on, unless somebody had it before.
for thing in $things; do
    case $thing in
    dockerd) units="docker.service docker.socket" ;;
    ctr) units=containerd.service ;;
    docker-registry) units=docker-registry.service ;;
    *) continue ;;
    esac
    # shellcheck disable=SC2086
    ! command -v systemctl >/dev/null || ${sudo}systemctl --quiet disable $units >&2 || true
done
