#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Attacks from a hostile image or bundle, each explained in ATTACKS.md. Each is first seen to work, on
# naive/naive-runc; then to fail on mini-runc. Both read the same bundle. What an attack reaches for on "the host"
# is a file that the test made.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup_file() {
    [ "$(id -u)" -eq 0 ] || return 0
    local source flags
    read -ra flags <<<"$(pkg-config --static --cflags --libs json-c)"
    for source in naive/naive-runc attacks/lurk attacks/keys attacks/typist attacks/swap; do
        "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra -static \
            -o "$BATS_FILE_TMPDIR/${source##*/}" "$BATS_TEST_DIRNAME/$source.c" "${flags[@]}"
    done
}

setup() {
    need_root "to be a runtime that keeps all rights"
    cd "$BATS_TEST_TMPDIR"
    HOST=$BATS_TEST_TMPDIR/host BUNDLE=$BATS_TEST_TMPDIR/bundle
    mkdir -p "$HOST" "$BUNDLE/rootfs" state
    echo "host secret" >"$HOST/secret"
    cp -a "$TOP/rootfs/." "$BUNDLE/rootfs"
    cp --remove-destination "$BATS_FILE_TMPDIR"/{lurk,keys,typist} "$BUNDLE/rootfs/bin"
    ID=attack-$BASHPID
}

teardown() {
    [ -d state ] || return 0
    local pid group
    for pid in $(jobs -p | grep -vx "${BATS_killer_pid-}") $(cat state/*/pid 2>/dev/null); do
        kill -KILL "$pid" 2>/dev/null || true
    done
    [ ! -x ours ] || ./ours --root "$PWD/state" delete --force "$ID" 2>/dev/null || true
    while read -r group; do
        [ ! -e "$group/cgroup.procs" ] || wait_for 30 rmdir "$group" 2>/dev/null || true
    done < <(find /sys/fs/cgroup -depth -type d -path "*/$ID*" 2>/dev/null)
    wait_for 30 no_hierarchy
}
# The one that release_agent makes: a group that is on its way out when it is unmounted keeps it alive, and then
# every process of the host is in it. Mounted and unmounted once more it goes.
no_hierarchy() {
    grep -q "name=$ID" /proc/self/cgroup || return 0
    mkdir -p hierarchy
    mount -t cgroup -o "none,name=$ID" none hierarchy && rmdir hierarchy/*/ 2>/dev/null
    umount hierarchy
    return 1
}

# on naive|ours: from here on $RUNC is that runtime, in a file of this test's own, which an attack may overwrite.
on() {
    SUBJECT=$1
    case $1 in
    naive) cp "$BATS_FILE_TMPDIR/naive-runc" naive && RUNC=$PWD/naive ;;
    ours) cp "${MINI_RUNC:-$LAB_DIR/mini-runc}" ours && RUNC=$PWD/ours ;;
    esac
    rm -rf state
    mkdir state
    cp "$HOST/secret" state/secret # what lies in a directory that a runtime has open
    # what an image is like is the attack's; what an earlier run has changed is not
    PROC='{"destination": "/proc", "type": "proc", "source": "proc"},'
    DEV='{"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},'
    DETACH='' MOUNTS='' MASKED='' SYSCTL='' RESOURCES='{}' CWD=/ TERMINAL=false
    CAPS='"CAP_MKNOD", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_KILL", "CAP_SYS_CHROOT"'
}

# bundle ARG...: config.json for that command line, with Docker's rights and namespaces.
bundle() {
    local arg args=''
    for arg in "$@"; do
        arg=${arg//\\/\\\\} arg=${arg//\"/\\\"} arg=${arg//$'\n'/\\n}
        args+="${args:+, }\"$arg\""
    done
    cat >"$BUNDLE/config.json" <<END
{"ociVersion": "1.0.2", "root": {"path": "rootfs"}, "hostname": "box",
 "process": {"args": [$args], "cwd": "$CWD", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0},
    "terminal": $TERMINAL, "noNewPrivileges": true,
    "capabilities": {"bounding": [$CAPS], "effective": [$CAPS], "permitted": [$CAPS]}},
 "mounts": [$PROC $DEV $MOUNTS {"destination": "/run", "type": "tmpfs", "source": "tmpfs"},
    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
     "options": ["newinstance", "ptmxmode=0666", "mode=0620"]}],
 "linux": {"cgroupsPath": "/$ID",
    "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}, {"type": "network"}],
    "resources": $RESOURCES, "maskedPaths": [$MASKED], "sysctl": {$SYSCTL}}}
END
}
# run_it ARG...: that, run to its end. The id is another each time: what is left of one must not help the next.
run_it() {
    bundle "$@"
    call "$RUNC" --root "$PWD/state" run --bundle "$BUNDLE" "$ID" </dev/null
}
# The same in the background, until it has said $1; what it says goes to the file `out`.
start_it() {
    local word=$1
    shift
    bundle "$@"
    : >out # what the one before has said is not this one's
    "$RUNC" --root "$PWD/state" run $DETACH --bundle "$BUNDLE" "$ID" </dev/null >out 2>err 3>&- 4>&- &
    RUNNING=$!
    wait_for 20 grep -q "$word" out || fail "it did not start: $(cat out err)"
}
end_it() {
    kill -KILL "$RUNNING" 2>/dev/null || true
    if [ "$SUBJECT" = ours ]; then
        "$RUNC" --root "$PWD/state" delete --force "$ID"
    else
        kill -KILL "$(cat "state/$ID/pid")" 2>/dev/null || true
    fi
    wait "$RUNNING" 2>/dev/null || true
}

# works ATTACK / fails ATTACK: the function says by its status whether the host was reached.
works() { "$1" || fail "the attack is not one: it does nothing even here"; }
fails() { ! "$1" || fail "the attack works"; }
attack() {
    on ours # without it nothing is proved by a failure
    run_it echo alive
    [ "$output" = alive ] || fail "mini-runc runs no container here"
    on naive
    works "$1"
    on ours
    fails "$1"
}

# --- the runtime's own file and descriptors

overwrite_exe() {
    local payload i copy=$RUNC.copy
    [ "$SUBJECT" = naive ] || DETACH=--detach
    cp "$RUNC" "$copy"
    printf '#!/proc/self/exe\n' >"$BUNDLE/rootfs/bin/script"
    chmod +x "$BUNDLE/rootfs/bin/script"
    start_it watching lurk exe
    # whoever waits for the container runs the file too, and what runs cannot be written
    [ "$SUBJECT" = ours ] || { wait_for 30 [ -s "state/$ID/pid" ] && kill -KILL "$RUNNING"; }
    for payload in /proc/self/exe script true true true; do
        "$RUNC" --root "$PWD/state" exec "$ID" "$payload" >/dev/null 2>&1 || true
    done
    for ((i = 0; i < (${#DETACH} ? 4 : 40); i++)); do # a busy machine may be late with what works
        cmp -s "$RUNC" "$copy" || break
        sleep 0.25
    done
    end_it
    ! cmp -s "$RUNC" "$copy" || return 1
    rm -f "$RUNC" && mv "$copy" "$RUNC"
}
@test "06 attack: /proc/self/exe overwritten (CVE-2019-5736): works on the naive runtime, fails on mini-runc" {
    attack overwrite_exe
    # and the entry of the image itself
    on ours
    cp ours ours.copy
    run_it /proc/self/exe --version
    ends 0
    cmp ours ours.copy
}

leaked_cwd() {
    local n
    for n in 3 4 5 6 7 8 9 10 11 12; do
        CWD=/proc/self/fd/$n
        run_it cat secret
        [ "$output" != "host secret" ] || return 0
    done
    return 1
}
@test "06 attack: cwd through a leaked descriptor (CVE-2024-21626): works on the naive runtime, fails on mini-runc" {
    attack leaked_cwd
}

inherited() {
    exec 21<"$HOST"
    run_it cat /proc/self/fd/21/secret
    exec 21<&-
    [ "$output" = "host secret" ]
}
@test "06 attack: a descriptor of the caller's: works on the naive runtime, fails on mini-runc" {
    attack inherited
}

look_into_exec() {
    local found=1
    entered=0
    start_it watching lurk fd secret
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        "$RUNC" --root "$PWD/state" exec "$ID" true >/dev/null 2>>said 3>&- && entered=$((entered + 1))
    done
    ! grep -q "host secret" out || found=0
    end_it
    return $found
}
@test "06 attack: PID 1 looks into a process that joins (CVE-2016-9962): works on the naive runtime, fails on mini-runc" {
    attack look_into_exec
    [ "$entered" = 10 ] || fail "exec works $entered times of 10 here: too little was tried: $(cat said)"
}

# --- groups

release_agent() {
    rm -f "$HOST/reached"
    printf '#!/bin/sh\necho yes >%s/reached\n' "$HOST" >"$HOST/agent"
    chmod +x "$HOST/agent"
    cat >"$BUNDLE/rootfs/bin/escape" <<'END'
#!/bin/sh
try() {
    mkdir -p /run/c
    mount -t cgroup -o "none,name=$1" attack /run/c && mkdir /run/c/x || return 1
    echo "$2" >/run/c/release_agent
    echo 1 >/run/c/x/notify_on_release
    sh -c 'echo $$ >/run/c/x/cgroup.procs'
    sleep 1
    rmdir /run/c/x
    umount /run/c
}
try "$@" || unshare -Ur -m sh -c "$(sed -n '/^try/,/^}/p' /bin/escape); try $*"
END
    chmod +x "$BUNDLE/rootfs/bin/escape"
    run_it escape "$ID" "$HOST/agent"
    [ -e "$HOST/reached" ]
}
@test "06 attack: release_agent (CVE-2022-0492): works on the naive runtime, fails on mini-runc" {
    attack release_agent
}

fork_bomb() {
    RESOURCES='{"pids": {"limit": 20}}'
    run_it sh -c 'i=0; while [ $i -lt 40 ]; do sleep 2 & i=$((i + 1)); done; echo all'
    [ "$output" = all ]
}
@test "06 attack: a fork bomb: works on the naive runtime, fails on mini-runc" {
    attack fork_bomb
}

memory_hog() {
    RESOURCES='{"memory": {"limit": 33554432, "swap": 33554432}}'
    run_it sh -c 'yes | head -c 50000000 >/run/hog && echo all' # /run is a tmpfs
    [ "$output" = all ]
}
@test "06 attack: a memory hog: works on the naive runtime, fails on mini-runc" {
    attack memory_hog
}

# A device that is harmless to open, and that no container has: /dev/loop-control.
raw_device() {
    run_it sh -c 'mknod /run/d c 10 237 && echo made && : </run/d && echo opened'
    [[ $output == made* ]] || fail "not even the node was made"
    [[ $output == *opened ]]
}
@test "06 attack: a raw device by mknod: works on the naive runtime, fails on mini-runc" {
    [ -e /dev/loop-control ] || skip "this host has no /dev/loop-control"
    attack raw_device
}

# --- mounts, masks, procfs that is none

mask_is_link() {
    DEV='' MASKED='"/proc/version"' # no /dev of the engine's: the image's own
    rm -rf "$BUNDLE/rootfs/dev/null"
    ln -s /proc/sys/kernel/ostype "$BUNDLE/rootfs/dev/null"
    run_it cat /proc/version
    [ "$output" = Linux ]
}
@test "06 attack: masks by a /dev/null that is a link (CVE-2025-31133): works on the naive runtime, fails on mini-runc" {
    attack mask_is_link
    # without the link, the mask is there
    on ours
    MASKED='"/proc/version"'
    run_it cat /proc/version
    ends 0
    [ -z "$output" ] || fail "no mask"
}

# The console is mounted on a file of the link's choice. script(1) gives both runtimes a terminal.
console_is_link() {
    DEV='' TERMINAL=true
    rm -rf "$BUNDLE/rootfs/dev/console"
    ln -s ../root/target "$BUNDLE/rootfs/dev/console"
    : >"$BUNDLE/rootfs/root/target"
    bundle cat /proc/self/mountinfo
    terminal "$RUNC --root $PWD/state run --bundle $BUNDLE $ID"
    grep -q ' /root/target ' seen
}
@test "06 attack: /dev/console is a link (CVE-2025-52565): works on the naive runtime, fails on mini-runc" {
    attack console_is_link
    # without the link there is a console
    on ours
    TERMINAL=true
    bundle sh -c 'grep " /dev/console " /proc/self/mountinfo'
    terminal "$RUNC --root $PWD/state run --bundle $BUNDLE $ID"
    grep -q ' /dev/console ' seen
}

# /proc is a volume of the attacker's, with a link where the value of a sysctl is to go.
false_proc() {
    mkdir -p volume/sys/kernel
    echo unharmed >"$HOST/file"
    ln -sf "$HOST/file" volume/sys/kernel/domainname
    PROC="{\"destination\": \"/proc\", \"type\": \"bind\", \"source\": \"$PWD/volume\", \"options\": [\"rbind\"]},"
    SYSCTL='"kernel.domainname": "written"'
    run_it true
    [ "$(<"$HOST/file")" != unharmed ]
}
# The same without a link, in a procfs: what the program reads back is not what the kernel has.
false_proc_file() {
    echo unharmed >volume/file
    MOUNTS="{\"destination\": \"/proc/sys/kernel/domainname\", \"type\": \"bind\", \"source\": \"$PWD/volume/file\", \"options\": [\"rbind\"]},"
    SYSCTL='"kernel.domainname": "written"'
    run_it cat /proc/sys/kernel/domainname
    ends 0
    [ "$(<volume/file)" != unharmed ]
}
# With something else there, or a part of one, no mask has anything to cover, and none is missed.
false_proc_starts() {
    PROC="{\"destination\": \"/proc\", \"type\": \"bind\", \"source\": \"$1\", \"options\": [\"rbind\"]},"
    MASKED='"/proc/kcore"'
    run_it echo started
    [ "$output" = started ]
}
false_proc_volume() { false_proc_starts "$PWD/volume"; }
false_proc_part() { false_proc_starts /proc/sys; }
@test "06 attack: writes to a false procfs (CVE-2025-52881): works on the naive runtime, fails on mini-runc" {
    attack false_proc
    attack false_proc_file
}
@test "06 attack: a false procfs, on which no mask is needed: works on the naive runtime, fails on mini-runc" {
    mkdir -p volume
    attack false_proc_volume
    ends 1 "cannot use what is mounted on /proc"
    attack false_proc_part
    on ours # the host's own, whole, as for a container in the host's PID namespace
    false_proc_starts /proc || fail "it did not start"
}

# What is seen of a mount that went astray is the directory that was made for it.
target_is_link() {
    rm -rf "$HOST/made" "$BUNDLE/rootfs/data"
    ln -s "$HOST" "$BUNDLE/rootfs/data"
    MOUNTS='{"destination": "/data/made/deep", "type": "tmpfs", "source": "tmpfs"},'
    run_it true
    [ -e "$HOST/made" ]
}
parent_is_link() {
    rm -rf "$HOST/made" "$BUNDLE/rootfs/data"
    mkdir "$BUNDLE/rootfs/data"
    ln -s ../../../../../../../../../../../.."$HOST" "$BUNDLE/rootfs/data/up"
    MOUNTS="{\"destination\": \"/data/up/made\", \"type\": \"bind\", \"source\": \"$PWD/state\", \"options\": [\"rbind\"]},"
    run_it true
    [ -e "$HOST/made" ]
}
# procfs comes to lie where the image says, and all that is masked by its path with it.
proc_is_link() {
    rm -rf "$BUNDLE/rootfs/proc"
    ln -s root/p "$BUNDLE/rootfs/proc"
    mkdir -p "$BUNDLE/rootfs/root/p"
    run_it cat /root/p/self/mountinfo
    grep -q ' /root/p ' <<<"$output"
}
@test "06 attack: mount targets that are links out of the root: works on the naive runtime, fails on mini-runc" {
    attack target_is_link
    attack parent_is_link
}
# The image's tree is a volume that another container has too, and changes while this one starts.
target_changes() {
    local i racer found=1
    rm -rf "$HOST/made" "$BUNDLE/rootfs/vol"
    mkdir -p "$BUNDLE/rootfs/vol/a"
    ln -s "$HOST" "$BUNDLE/rootfs/vol/b"
    MOUNTS='{"destination": "/vol/a/made", "type": "tmpfs", "source": "tmpfs"},'
    "$BATS_FILE_TMPDIR/swap" "$BUNDLE/rootfs/vol/a" "$BUNDLE/rootfs/vol/b" 3>&- 4>&- &
    racer=$!
    started=0
    for ((i = 0; i < 30 && found; i++)); do
        run_it true
        [ "$status" -ne 0 ] || started=$((started + 1))
        [ ! -e "$HOST/made" ] || found=0
    done
    kill "$racer" && wait "$racer" || true
    return "$found"
}
@test "06 attack: a mount target that changes meanwhile: works on the naive runtime, fails on mini-runc" {
    attack target_changes
    [ "$started" -gt 0 ] || fail "not one of 30 starts was between the changes: nothing was tried"
}
@test "06 attack: rootfs/proc is a link: works on the naive runtime, fails on mini-runc" {
    attack proc_is_link
}

# --- names, terminals, keys, pids

id_leads_out() {
    rm -rf "$HOST/evil"
    bundle true
    call "$RUNC" --root "$PWD/state" run --bundle "$BUNDLE" ../host/evil
    [ -e "$HOST/evil" ]
}
@test "06 attack: an id that is a path: works on the naive runtime, fails on mini-runc" {
    attack id_leads_out
    on ours
    for id in .. . ../x a/b /x ''; do
        call "$RUNC" --root "$PWD/state" run --bundle "$BUNDLE" "$id"
        [ "$status" -ne 0 ] || fail "the id '$id' was taken"
    done
}

# The shell that started the container reads the next line of its terminal (and script(1)'s end of file).
type_on_terminal() {
    TERMINAL=true
    bundle typist "echo typed"
    cat >shell <<END
$RUNC --root $PWD/state run --bundle $BUNDLE $ID
for i in 1 2 3; do
    read -r -t 0.5 line && [ -n "\$line" ] && echo "the shell read: \$line"
done
END
    terminal "bash $PWD/shell"
    grep -q 'the shell read: .*echo typed' seen
}
@test "06 attack: TIOCSTI, typing on the host's terminal: works on the naive runtime, fails on mini-runc" {
    attack type_on_terminal
    # it did type, on a terminal that is its own
    on ours
    TERMINAL=true
    bundle tty
    terminal "$RUNC --root $PWD/state run --bundle $BUNDLE $ID"
    grep -q '/dev/pts/' seen || fail "$(cat -A seen)"
}

host_keyring() {
    bundle keys read
    call "$BATS_FILE_TMPDIR/keys" add "$RUNC" --root "$PWD/state" run --bundle "$BUNDLE" "$ID"
    [ "$output" = "host key" ]
}
@test "06 attack: the caller's session keyring: works on the naive runtime, fails on mini-runc" {
    attack host_keyring
}

# In a PID namespace of its own, where the next pid can be chosen: the container ends, its number becomes another's.
reused_pid() {
    bundle sleep 1000
    cat >reuse <<'END'
"$RUNC" --root "$PWD/state" run --bundle "$BUNDLE" "$ID" >said 2>&1 &
runtime=$!
for _ in $(seq 200); do
    pid=$(pgrep -x sleep) && [ -s "$1" ] && break
    sleep 0.05
done
kill -KILL $runtime $pid
wait
until ! kill -0 $pid 2>/dev/null; do sleep 0.02; done # a bash that waits for a program reaps orphans, too
/bin/sleep 100 2>/dev/null & # a bystander; again until it has the number
until [ $! = $pid ]; do
    kill -KILL $! && wait $! 2>/dev/null
    echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
    /bin/sleep 100 &
done
"$RUNC" --root "$PWD/state" kill "$ID" 9
sleep 0.2
kill -0 $pid 2>/dev/null && grep -q '^State:.[SR]' /proc/$pid/status && echo the bystander lives || echo the bystander is dead
END
    export RUNC BUNDLE ID
    local file=state/$ID/pid
    [ "$SUBJECT" = naive ] || file=state/$ID/state.json
    call timeout -s KILL 60 unshare --pid --fork --kill-child --mount-proc bash reuse "$file"
    told "the bystander"
    [[ $output == *"is dead"* ]]
}
@test "06 attack: a signal to a reused pid: works on the naive runtime, fails on mini-runc" {
    attack reused_pid
}
