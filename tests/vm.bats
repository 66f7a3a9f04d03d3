#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # what stands in single quotes is for the shell in the machine
# The throwaway machine, from outside: what goes in, what comes out, what stays behind.
bats_require_minimum_version 1.5.0
load helper

CACHE=${LABS_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labs-vm}

# What the first run on a host says while it fetches a kernel is none of the command's output.
setup_file() { "$TOP/vm/kernel" >/dev/null; }

setup() {
    cd "$TOP" || return
    mine=$BATS_TEST_TMPDIR
}

vm() { vm/run --timeout 120 "$@"; }

# machines PARENT: the QEMU processes that vm/run with this process id has started.
machines() { pgrep -P "$1" -x 'qemu-system-x86' || true; }

# stops_on SIGNAL STATUS: vm/run ends with STATUS when a machine gets SIGNAL, and its qemu with it.
stops_on() {
    # A shell starts what it puts in the background with SIGINT ignored, nohup with SIGHUP; env undoes that.
    env --default-signal=INT,HUP vm/run -- sleep 1000 </dev/null >"$mine/log" 2>&1 3>&- &
    local pid=$! status=0
    wait_for 60 has_machine $pid
    local qemu
    qemu=$(machines $pid)
    folder=$(tr '\0' '\n' <"/proc/$qemu/cmdline" | sed -n 's|^file:\(.*\)/console$|\1|p')
    [ -d "$folder" ]
    sleep "0.$((RANDOM % 900 + 100))" # any moment of the boot
    kill "-$1" $pid
    wait $pid || status=$?
    [ "$status" = "$2" ]
    wait_for 30 gone "$qemu"
}
has_machine() { [ -n "$(machines "$1")" ]; }
gone() { ! kill -0 "$1" 2>/dev/null; }

@test "vm: input, both outputs and the exit status pass through byte for byte" {
    head -c 1000000 /dev/urandom >"$mine/in"
    local status=0 start=$SECONDS accel
    accel=$(vm/accel - -)
    vm -- sh -c 'cat; echo "to stderr" >&2; exit 37' <"$mine/in" >"$mine/out" 2>"$mine/err" || status=$?
    echo "# a command in the machine took $((SECONDS - start)) s, boot and all, by ${accel%%,*}" >&3
    [ "$status" = 37 ]
    cmp "$mine/in" "$mine/out"
    [ "$(cat "$mine/err")" = "to stderr" ]
}

@test "vm: arguments and variables arrive exactly, as root, in the repository's folder" {
    local args=("" "a b" 'q"'"'"'$x\' $'two\nlines' '*' "ümlaut" -- --cgroup)
    NO_COLOR=1 COLUMNS=77 LABS_TEST=$'a\n'"'b'" vm -- sh -c '
        printf "%s\0" "$@" "$(id -u)" "$PWD" "$(hostname)" "$LABS_VM$NO_COLOR$COLUMNS" "$LABS_TEST"' \
        sh "${args[@]}" </dev/null >"$mine/out"
    printf '%s\0' "${args[@]}" 0 "$TOP" labs-vm 1177 $'a\n'"'b'" >"$mine/expected"
    cmp "$mine/expected" "$mine/out"
}

@test "vm: what is written to out/ comes back, and nothing else does" {
    local name=vm-test-$$
    vm -- sh -c 'for d in out . /etc /usr /tmp /root; do echo "$1" >$d/$1 || exit; done; rm Makefile' \
        sh $name </dev/null
    [ "$(cat "out/$name")" = $name ]
    rm "out/$name"
    [ -e Makefile ]
    for d in . /etc /usr /tmp /root; do [ ! -e "$d/$name" ]; done
}

@test "vm: --cgroup v2 has one hierarchy, with what systemd passes down" {
    run --separate-stderr vm --cgroup v2 -- sh -c '
        stat -fc %T /sys/fs/cgroup; grep -c " cgroup " /proc/mounts
        cat /sys/fs/cgroup/cgroup.subtree_control; cat /proc/pressure/cpu >/dev/null && echo psi
        for t in "veth peer name x" bridge dummy; do ip link add type $t && echo "$t"; done
        cd /tmp; truncate -s 8M f; mkfs.ext4 -q f; mkdir m; mount -o loop f m && findmnt -no FSTYPE m
        chmod 600 f; umount m; mkswap f >/dev/null; swapon "$(losetup -f --show f)" && wc -l </proc/swaps
        mkdir l u w o; mount -t overlay -o lowerdir=l,upperdir=u,workdir=w o o && echo overlay
        mkdir o/old; unshare -m sh -c "mount --make-rprivate /; cd o; pivot_root . old" && echo pivot' \
        </dev/null
    diff - <(echo "$output") <<<"cgroup2fs
0
cpu memory pids
psi
veth peer name x
bridge
dummy
ext4
2
overlay
pivot"
}

@test "vm: --cgroup v1 has a hierarchy a controller, and no v2" {
    run --separate-stderr vm --cgroup=v1 -- sh -c '
        awk "\$3 ~ /^cgroup/ { print \$3, \$2 }" /proc/mounts | sort' </dev/null
    for c in cpu cpuacct cpuset memory devices freezer blkio pids net_cls,net_prio hugetlb perf_event systemd; do
        grep -qx "cgroup /sys/fs/cgroup/$c" <<<"$output" || fail "no $c"
    done
    ! grep cgroup2 <<<"$output"
}

@test "vm: CGROUP=hybrid has v1's controllers, and a v2 without any" {
    export CGROUP=hybrid
    run --separate-stderr vm -- sh -c '
        stat -fc %T /sys/fs/cgroup/memory /sys/fs/cgroup/unified; wc -w </sys/fs/cgroup/unified/cgroup.controllers' \
        </dev/null
    [ "$output" = $'cgroupfs\ncgroup2fs\n0' ] || fail "not hybrid"
}

@test "vm: SIGTERM, SIGINT, SIGHUP and --timeout leave no machine and no file" {
    stops_on TERM 143
    [ ! -e "$folder" ]
    stops_on INT 130
    [ ! -e "$folder" ]
    stops_on HUP 129
    [ ! -e "$folder" ]
    run -124 vm/run --timeout 1 -- sleep 1000 </dev/null
}

@test "vm: SIGKILL leaves no machine, and its folder goes with the next run" {
    stops_on KILL 137
    [ -d "$folder" ]
    vm/run --timeout 1 -- true </dev/null 2>/dev/null || true
    [ ! -e "$folder" ]
}

@test "vm: a terminal has the window's size, and Ctrl-C is for the program inside" {
    mkfifo "$mine/keys"
    # the kernel may drop what a terminal was told last when its session ends at once, hence the second
    script -qec 'stty rows 41 cols 97; vm/run --timeout 120 -- sh -c "
        trap \"echo interrupted; sleep 1; exit 9\" INT; stty size; tty; echo ready; while :; do sleep 0.1; done"' \
        /dev/null <"$mine/keys" >"$mine/out" 2>&1 3>&- &
    local pid=$! status=0
    exec 7>"$mine/keys"
    wait_for 110 grep -q ready "$mine/out" || fail "it is not ready: $(cat "$mine/out"; ps -ef --forest | grep -A12 "[s]cript -qec")"
    printf '\003' >&7
    wait $pid || status=$?
    exec 7>&-
    [ "$status" = 9 ]
    diff - <(tr -d '\r' <"$mine/out" | head -n 3) <<<$'41 97\n/dev/ttyS0\nready'
    grep -q interrupted "$mine/out"
}

@test "vm: an ordinary user, a repository below /tmp, odd names" {
    local copy="$mine/my, labs" as=()
    mkdir -p "$copy" "$mine/cache"
    cp -r vm "$copy/"
    vm/kernel >/dev/null
    [ ! -d "$CACHE/kernel" ] || cp -r "$CACHE/kernel" "$mine/cache/"
    if [ "$(id -u)" = 0 ]; then
        chown -R 65534:65534 "$mine/cache" "$copy"
        chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$mine"
        as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    fi
    cd "$copy"
    run --separate-stderr "${as[@]}" env HOME="$mine" LABS_VM_CACHE="$mine/cache" \
        vm/run --timeout 120 -- sh -c 'id -u; pwd; echo kept >out/file' </dev/null
    [ "$status" = 0 ] || fail "the machine"
    [ "$output" = $'0\n'"$copy" ]
    [ "$(cat out/file)" = kept ]
    [ -z "$(ls "$mine/cache/run")" ]
}

@test "vm: KVM that hangs is found out, and KVM that works is used" {
    printf '#!/bin/sh\nexec sleep 100\n' >"$mine/qemu-system-x86_64"
    chmod +x "$mine/qemu-system-x86_64"
    export PATH=$mine:$PATH LABS_VM_CACHE=$mine/cache
    run -0 vm/accel kernel initramfs
    [[ $output == tcg,* ]]
    printf '#!/bin/sh\nexit 1\n' >"$mine/qemu-system-x86_64"
    run -0 vm/accel kernel initramfs
    [[ $output == tcg,* ]]
    [ -w /dev/kvm ] || return 0
    rm "$mine/cache/accel"
    printf '#!/bin/sh\nexit 0\n' >"$mine/qemu-system-x86_64"
    run -0 vm/accel kernel initramfs
    [ "$output" = kvm ]
    rm "$mine/qemu-system-x86_64"
    run -0 vm/accel kernel initramfs # from the cache
    [ "$output" = kvm ]
}

@test "vm: wrong usage is status 2, a host without QEMU 77, each with the reason" {
    run -2 vm/run --cgroup v3
    [[ $output == *"v1, v2 or hybrid"* ]]
    run -2 vm/run --timeout soon
    run -2 vm/run --timeout 0 true
    run -2 vm/run --nonsense
    [[ $output == *"--nonsense"* ]]
    run -2 vm/run --cgroup
    run -0 vm/run --help
    mkdir "$mine/bin"
    ln -s /usr/bin/* /bin/* /usr/sbin/* "$mine/bin/" 2>/dev/null || true
    rm "$mine"/bin/qemu*
    PATH=$mine/bin run -77 vm/run true
    [[ $output == *"not installed"*"common/deps.sh vm"* ]]
}
