# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # bats sets status and stderr; the tests use the variables
# Harm at each system call of a command (checks-sound-at.c), and the look whether anything is left of a container.
#
#     sweep WHO HARM PREPARE ARG...  run PREPARE, then mini-runc ARG..., and at its N-th call do HARM; then
#                                    `delete --force` must succeed and leave nothing; N from 1 to the last call
#     faults WHO ERRNO               create, with an error from each call: a clear error and nothing left, or a
#                                    container in which everything is as it should be
#     takes_terminals                a listener for --console-socket; a line in `taken` for each that came
#     nothing_of_it                  no process, group, mount, state or pid file
#
# A run takes one of STEP calls, and begins at a random one of the first; SWEEP=full takes all of them.

AT=$BATS_FILE_TMPDIR/at
ID=box

step() {
    STEP=${SWEEP:+1}
    STEP=${STEP:-$1} N=1
    [ "$STEP" -eq 1 ] || N=$((RANDOM % STEP + 1))
}

# Hundreds of rounds ask the next few questions: a process for each would be half of their time.
seen_pids() {
    local word pid
    SEEN=()
    while read -r word pid; do [[ $word != pid || -z $pid ]] || SEEN+=("$pid"); done <log
}
was_hit() { [[ $'\n'$(<log) == *$'\ncall '* ]]; }

# Ended, or a zombie that its parent may yet wait for.
has_ended() {
    local stat=
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
    [[ ${stat##*) } == [ZX]* ]]
}

leftovers() {
    local group pid mounts
    [ ! -e "state/$ID" ] || echo "state: $(ls "state/$ID")"
    for group in /sys/fs/cgroup{,/*}/"$GROUP"; do [ ! -e "$group" ] || echo "group $group"; done
    seen_pids
    for pid in "${SEEN[@]}"; do # what was killed just now may still be dying
        wait_for 30 has_ended "$pid" || echo "process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
    done
    mounts=$(</proc/self/mountinfo)
    [[ $mounts != *"$BUNDLE"* && $mounts != *" $TOP/rootfs"* ]] || grep -F -e "$BUNDLE" -e " $TOP/rootfs" <<<"$mounts"
    compgen -G 'pid?*' || true # beside `pid`, which is the caller's
}
nothing_of_it() {
    leftovers >left
    [ ! -s left ] || fail "$1, left: $(<left)"
}

at() { timeout -s KILL 60 "$AT" log "$@" </dev/null >out 2>said 3>&- 4>&-; }

quiet() { "$RUNC" "${GLOBALS[@]}" --root "$PWD/state" "$@" </dev/null >>prepared 2>&1 3>&- 4>&-; }
nothing_first() { :; }
created() { quiet create --bundle "$BUNDLE" $ID; }
started() { created && quiet start $ID; }
stopped() { started && quiet kill $ID KILL && wait_for 30 is_stopped; }
paused() { started && quiet pause $ID; }
is_stopped() { [ "$("$RUNC" --root "$PWD/state" state $ID | jq -r .status)" = stopped ]; }

# Takes what comes through the socket `terminals`, as conmon does, and closes it again.
takes_terminals() {
    python3 - <<'END' >taken 3>&- 4>&- &
import socket
server = socket.socket(socket.AF_UNIX)
server.bind("terminals")
server.listen(9)
while True:
    connection = server.accept()[0]
    data, fds, _, _ = socket.recv_fds(connection, 100, 1)
    socket.close(fds[0]) if fds else None
    print(*fds, flush=True) if fds else None
    connection.close()
END
    ends_with_test $!
    wait_for 30 test -S terminals
}

sweep() {
    local who=$1 harm=$2 prepare=$3 code what
    shift 3
    step ${EVERY:-11}
    for (( ; ; N += STEP)); do
        rm -f pid
        $prepare || fail "$prepare: $(cat prepared)"
        at "$who" "$N" "$harm" "$RUNC" "${GLOBALS[@]}" --root "$PWD/state" "$@" && code=0 || code=$?
        what="$harm at call $N of process $who of $*: status $code"
        [ "$code" -ne 124 ] || fail "$what: it hangs"
        quiet delete --force $ID || fail "$what: $(tail -n 3 prepared)"
        nothing_of_it "$what"
        was_hit || break
    done
}

# A program that prints what it finds of itself and around it: two runs must print the same.
posture() {
    cat <<'END_OF_PROGRAM'
exec 2>&1
grep -E '^(Umask|Uid|Gid|Groups|Sig[BIC]..:|Cap|NoNewPrivs|Seccomp)' /proc/self/status
cat /proc/self/limits /proc/self/oom_score_adj
cut -d: -f2,3 /proc/self/cgroup | grep -v '^name=' # others come and go
cut -d' ' -f3- /proc/self/mountinfo | sed 's/^[0-9:]* //; s/master:[0-9]*//' | sort
ls -l /dev /dev/pts | sed 's/ [A-Z][a-z][a-z] .*[0-9] / /'
ls /proc/1/fd
cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname /proc/sys/kernel/msgmax /sys/class/net/lo/flags
for file in memory.limit_in_bytes memory.max pids.max cpu.cfs_quota_us cpu.max devices.list; do
    cat /sys/fs/cgroup/$file /sys/fs/cgroup/${file%%.*}/$file 2>/dev/null
done
wc -c </proc/keys
ls /sys/firmware
for kind in mnt pid net uts ipc; do
    case $OUTSIDE in *"$(readlink /proc/self/ns/$kind)"*) echo "$kind is the host's" ;; esac
done
cut -d' ' -f5-8 /proc/1/stat
mkdir /tmp/refused
echo 1 >/proc/sys/kernel/domainname
exit 0
END_OF_PROGRAM
}
posture_bundle() {
    posture >program
    bundle $ID ".process.args = [\"sh\", \"-c\", $(jq -Rs . <program)] |
        .process.env += [\"OUTSIDE=$(readlink /proc/self/ns/* | tr '\n' ' ')\"] | .root.readonly = true |
        .process.rlimits = [{type: \"RLIMIT_NOFILE\", soft: 100, hard: 200}, {type: \"RLIMIT_CORE\", soft: 0, hard: 0}] |
        .process.oomScoreAdj = 321 | .process.noNewPrivileges = true | .hostname = \"sound\" | .domainname = \"box\" |
        .process.user = {uid: 1000, gid: 1001, umask: 63, additionalGids: [5, 6]} |
        .linux.resources.memory.limit = 67108864 | .linux.resources.pids.limit = 77 |
        .linux.resources.cpu = {quota: 50000, period: 100000} |
        .linux.resources.devices = [{allow: false, access: \"rwm\"}] | .linux.sysctl = {\"kernel.msgmax\": \"9000\"} |
        .mounts += [{destination: \"/tmp\", type: \"tmpfs\", source: \"tmpfs\", options: [\"nosuid\", \"size=64m\"]}] |
        .linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", syscalls:
            [{names: [\"mkdir\", \"mkdirat\"], action: \"SCMP_ACT_ERRNO\", errnoRet: 19}]}"
}

# Start what was created, wait for its end and remove it; what it has printed is in `out`.
play() { quiet start $ID && wait_for 30 is_stopped && quiet delete $ID; }

faults() {
    local who=$1 error=$2 code what
    posture_bundle
    at 0 999999 kill "$RUNC" --root "$PWD/state" create --bundle "$BUNDLE" $ID && play || fail "$(cat said prepared)"
    cp out reference
    [ "$(wc -l <reference)" -gt 60 ] && grep -q '^CapEff:' reference || fail "$(cat reference)"
    step 25
    for (( ; ; N += STEP)); do
        at "$who" "$N" "$error" "$RUNC" --root "$PWD/state" create --bundle "$BUNDLE" --pid-file "$PWD/pid" $ID &&
            code=0 || code=$?
        what="error $error at call $(sed -n 's/^call //p' log) of process $who: status $code, $(head -c 300 said)"
        if [ "$code" -eq 0 ]; then
            play || fail "$what: $(tail -n 3 prepared)"
            cmp -s out reference || fail "$what, and inside: $(diff reference out)"
            rm pid
        else
            [ "$code" -ne 124 ] && [ -s said ] || fail "$what: it hangs, or does not say why"
        fi
        [ ! -e pid ] || fail "$what: its pid file is there"
        nothing_of_it "$what"
        was_hit || break
    done
}
