#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06, as a Docker user would use it. checks-life.bats has what outlives a run, or must not.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    cd "$BATS_TEST_TMPDIR"
    export TMUX_TMPDIR=$BATS_TEST_TMPDIR # a server of this test's own
}

teardown() {
    ! command -v tmux >/dev/null || tmux kill-server 2>/dev/null || true
    end_containers store
}

@test "06 cli: alone it says what it can do, and the line to type" {
    call "$MINI"
    ends 0
    told "sudo ./run run -it"
    told "Exit status"
    call "$MINI" --help
    told "Commands:"
    call "$MINI" version
    ends 0
    told "Client: mini-docker"
    call "$MINI" --version
    ends 0
    told "mini-docker version"
    call "$MINI" run --help
    ends 0
    told "--pids-limit"
    call "$MINI" help nothing
    ends 1 "not a mini-docker command"
}

@test "06 cli: what it does not know is refused, and it says what there is" {
    call "$MINI" frobnicate
    ends 1 "'frobnicate' is not a mini-docker command"
    complained "lists all commands"
    call "$MINI" --frobnicate
    ends 125 "unknown option '--frobnicate'"
    mini --memroy 100m true
    ends 125 "unknown option '--memroy'"
    complained "did you mean --memory?"
    complained "Run 'mini-docker run --help' for more information"
    mini
    ends 1 'requires at least 1 argument'
    mini -m
    ends 125 "-m needs a value"
    mini -it true
    ends 1 "the input device is not a TTY"
    call "$MINI" init true
    ends 125 "init is for PID 1"
}

@test "06 cli: values out of range are refused with the range" {
    local cpus
    cpus=$(getconf _NPROCESSORS_ONLN)
    refuse() { # WHAT OPTION...
        local what=$1
        shift
        mini "$@" true
        ends 125 "$what"
    }
    for memory in 1 5m 6291455 -1 100q 1e9 m 99999999999g "10 m" 0x10m; do
        refuse "Minimum memory limit allowed is 6MB" -m "$memory"
    done
    for n in 0.001 -1 1.5x inf nan $((cpus + 1)) 1e1; do
        refuse "Range of CPUs is from 0.01 to $cpus.00" --cpus "$n"
    done
    for n in 4194305 1.5 99999999999999999999 10x; do
        refuse "from 1 to 4194304, or -1" --pids-limit "$n"
    done
    refuse "needs to be an absolute path" -w relative
    refuse "invalid hostname format" -h "a b"
    refuse "invalid environment variable" -e =x
    refuse "unable to find user nobodyy" -u nobodyy
    refuse "unable to find group nogroupp" -u 0:nogroupp
    refuse "accepted: no-new-privileges" --security-opt label=x
    refuse "no such directory" --rootfs "$BATS_TEST_TMPDIR/none"
    refuse "is no directory" --rootfs /etc/passwd
    refuse "the host's own /" --rootfs /
}

@test "06 run: arguments reach the program as they were given" {
    mini printf '<%s>\n' 'a b' '' '*' "it's" '"$HOME"' '--rm' $'two\nlines'
    ends 0
    [ "$output" = $'<a b>\n<>\n<*>\n<it\'s>\n<"$HOME">\n<--rm>\n<two\nlines>' ] || fail "other arguments"
    mini --rootfs "$TOP/rootfs" echo -- -m 5m
    [ "$output" = "-- -m 5m" ] || fail "an option of the program was taken"
    mini busybox # the name of the image that is built in: its shell
    ends 0
    mini busybox echo hi
    [ "$output" = hi ] || fail "busybox is the image, echo the program"
}

@test "06 run: exit codes are the program's, or 125, 126, 127 and 128+n" {
    mini true
    ends 0
    mini sh -c 'exit 7'
    ends 7
    mini --init sh -c 'kill -TERM $$'
    ends 143
    mini busybox nosuch
    ends 127 "not found in PATH"
    mini busybox /bin/nosuch
    ends 127 "no such file in this root"
    mini --init busybox nosuch
    ends 127
    mini busybox /etc
    ends 126 "it is a directory"
    mini busybox /etc/passwd
    ends 126 "its x bit is not set"
    mini busybox ''
    ends 127
    mini -w /etc/passwd/x true
    ends 125 "cannot change to the working directory"
}

@test "06 run: scripts with a missing interpreter or Windows line ends: 126 and why" {
    root
    printf '#!/bin/bash\necho hi\n' >"$ROOT/missing"
    printf '#!/bin/sh\r\necho hi\r\n' >"$ROOT/crlf"
    printf 'echo hi\n' >"$ROOT/plain"
    chmod a+x "$ROOT"/{missing,crlf,plain}
    mini --rootfs "$ROOT" /missing
    ends 126 "its interpreter /bin/bash is not"
    mini --rootfs "$ROOT" /crlf
    ends 126 "Windows line ends"
    mini --rootfs "$ROOT" /plain
    ends 126 "no #! line"
}

@test "06 run: environment, directory, host name, as Docker gives them" {
    mini -e A=1 -e A=2 -e "B=x y" --env C= sh -c 'echo "$PATH|$HOME|$A|$B|$C|${TERM-none}|$PWD"'
    ends 0
    [ "$output" = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|/root|2|x y||none|/" ] ||
        fail "another environment"
    FROM_HOST=yes HIDDEN=yes mini -e FROM_HOST -e UNSET_HERE sh -c 'echo "$FROM_HOST|${HIDDEN-none}|${UNSET_HERE-none}"'
    [ "$output" = "yes|none|none" ] || fail "-e KEY, or the host's environment came along"
    mini sh -c 'hostname; echo $HOSTNAME'
    [[ $output =~ ^([0-9a-f]{12})$'\n'([0-9a-f]{12})$ ]] && [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ] ||
        fail "the host name is not 12 hex digits"
    mini -h box hostname
    [ "$output" = box ] || fail "-h"
    mini --hostname=box.example hostname
    [ "$output" = box.example ] || fail "--hostname"
    mini -w /a/new/one pwd
    [ "$output" = /a/new/one ] || fail "-w"
}

@test "06 run: -u takes names and numbers of the container, not of the host" {
    need_root "to be another user inside"
    root
    echo "web:x:1234:5678::/srv:/bin/sh" >>"$ROOT/etc/passwd"
    printf 'web:x:5678:\nextra:x:99:root,web\n' >>"$ROOT/etc/group"
    who() { mini --rootfs "$ROOT" -u "$1" sh -c 'id -u; id -g; id -G; echo $HOME; grep CapEff /proc/self/status'; }
    who web
    [ "$output" = $'1234\n5678\n5678 99\n/srv\nCapEff:\t0000000000000000' ] || fail "web"
    who 1234
    [[ $output == $'1234\n5678\n'* ]] || fail "a number that has a name"
    who 4321:99
    [[ $output == $'4321\n99\n99\n/\n'* ]] || fail "a number without one"
    who web:extra
    [[ $output == $'1234\n99\n'* ]] || fail "web:extra"
}

# bats test_tags=vm
@test "06 run: limits are in the kernel's files before the program runs" {
    need_groups
    start -m 100m --cpus 0.5 --pids-limit 20 sleep 60
    case $(version) in
    v2)
        dir=$(group_of "$container" '')
        [ "$(cat "$dir/memory.max")" = 104857600 ] && [ "$(cat "$dir/cpu.max")" = "50000 100000" ] &&
            [ "$(cat "$dir/pids.max")" = 20 ]
        ;;
    v1)
        [ "$(cat "$(group_of "$container" memory)/memory.limit_in_bytes")" = 104857600 ] &&
            [ "$(cat "$(group_of "$container" cpu)/cpu.cfs_quota_us")" = 50000 ] &&
            [ "$(cat "$(group_of "$container" cpu)/cpu.cfs_period_us")" = 100000 ] &&
            [ "$(cat "$(group_of "$container" pids)/pids.max")" = 20 ]
        ;;
    esac || fail "a limit is not there"
    stop
}

# bats test_tags=vm
@test "06 run: --pids-limit stops a fork storm; without it the same fits" {
    need_groups
    mini --pids-limit 10 sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1 & done; wait'
    [ "$status" -ne 0 ] || fail "12 processes under a limit of 10"
    complained "can't fork"
    mini --pids-limit -1 sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0 & done; wait'
    ends 0
}

# bats test_tags=vm
@test "06 run: --cpus throttles, and without it nothing is throttled" {
    need_groups
    throttled() { mini "$@" sh -c 'timeout 1 sh -c "while :; do :; done"; cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.stat /sys/fs/cgroup/cpu,cpuacct/cpu.stat 2>/dev/null'; }
    throttled --cpus 0.2
    [ "$(awk '/nr_throttled/ {print $2}' <<<"$output")" -ge 3 ] || fail "not throttled"
    throttled
    [ "$(awk '/nr_throttled/ {n = $2} END {print n + 0}' <<<"$output")" -eq 0 ] || fail "throttled without a limit"
}

# bats test_tags=vm
@test "06 run: 137 says out of memory only where the kernel counted it" {
    need_groups
    mini -m 20m tail /dev/zero
    ends 137 "out of memory: the kernel ended 1 process of the container at its limit of 20m"
    start -m 20m sleep 60
    kill -KILL "$container"
    ended
    [ "$status" -eq 137 ] || fail "not 137"
    ! grep -q memory "$BATS_TEST_TMPDIR/said" || fail "it blamed memory"
}

@test "06 posture: capabilities, no_new_privs, user" {
    mini sh -c 'grep -E "Cap|NoNew|Seccomp:" /proc/self/status; id -u'
    ends 0
    [ "$(awk '/CapEff|CapPrm|CapBnd/ {print $2}' <<<"$output" | uniq)" = 00000000a80425fb ] || fail "not Docker's set"
    [ "$(awk '/CapInh|CapAmb/ {print $2}' <<<"$output" | uniq)" = 0000000000000000 ] || fail "inheritable or ambient"
    [ "$(awk '/NoNewPrivs/ {print $2}' <<<"$output")" = 0 ] || fail "no_new_privs is on by itself"
    bounding() { mini "$@" awk '/CapBnd/ {print $2}' /proc/self/status; }
    bounding --cap-drop all --cap-add chown
    [ "$output" = 0000000000000001 ] || fail "--cap-drop all --cap-add chown"
    bounding --cap-add SYS_TIME --cap-drop CAP_MKNOD
    [ "$output" = 00000000a20425fb ] || fail "--cap-add SYS_TIME --cap-drop CAP_MKNOD"
    mini --cap-add FLY true
    ends 125 'unknown capability: "CAP_FLY"'
    mini --security-opt no-new-privileges grep NoNewPrivs /proc/self/status
    [ "${output##*$'\t'}" = 1 ] || fail "no-new-privileges"
}

@test "06 posture: what is masked and what is read-only" {
    mini sh -c 'for f in /proc/kcore /proc/keys /proc/timer_list /proc/interrupts; do [ ! -e $f ] || wc -c <$f; done
        ls /proc/acpi /sys/firmware /proc/scsi 2>/dev/null | grep -v :
        for f in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq/x /sys/kernel/x /sys/fs/cgroup/x; do
            (echo x >$f) 2>/dev/null && echo "could write $f"; done; true'
    ends 0
    [ -z "$(grep -v '^0*$' <<<"$output")" ] || fail "not masked"
    mini grep -c ' \(/sys\|/sys/fs/cgroup\|/proc/sys\) .* ro,' /proc/mounts
    [ "$output" -eq 3 ] || { [ "$output" -eq 2 ] && [ "$(id -u)" -ne 0 ]; } || fail "not mounted read-only"
}

# bats test_tags=vm
@test "06 posture: /dev has what Docker's has, and no other device can be opened" {
    mini sh -c 'ls /dev; dd if=/dev/zero of=/dev/null count=1 2>/dev/null && echo works; head -c1 /dev/urandom | wc -c'
    [ "$output" = $'fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\nworks\n1' ] ||
        fail "another /dev"
    # 7:0 is the first loop device: without a rule it would open, or not be there (ENXIO)
    mini sh -c 'mknod /disk b 7 0 && head -c1 /disk'
    complained "not permitted"
    [ "$(id -u)" -ne 0 ] || mini sh -c 'mknod /n c 1 3 && echo x >/n && echo null works'
    [ "$(id -u)" -ne 0 ] || told "null works"
}

@test "06 posture: namespaces of its own, and only lo, which is up" {
    host=$(cd /proc/self/ns && readlink mnt pid ipc uts net cgroup)
    mini sh -c 'cd /proc/self/ns; for ns in mnt pid ipc uts net cgroup; do readlink $ns; done; ls /sys/class/net; ip link show lo | head -1; ls -d /proc/[0-9]* | head -1'
    ends 0
    [ "$(grep -c ':\[[0-9]*\]$' <<<"$output")" -eq 6 ] || fail "not six namespaces"
    for ns in $host; do
        [[ $output != *"$ns"* ]] || fail "$ns is the host's"
    done
    told $'lo\n1: lo: <LOOPBACK,UP'
}

@test "06 posture: no descriptor of the caller is inside" {
    exec 7</etc/passwd 9<"$TOP"
    mini ls -l /proc/self/fd
    exec 7<&- 9<&-
    [ "$(grep -c ' [0-9]* -> ' <<<"$output")" -eq 3 ] || fail "more than 0, 1 and 2" # 3 is ls's own, gone by then
    [[ $output != *passwd* ]] || fail "the host's file is there"
}

@test "06 root: the built-in root is the same for every run, whatever one writes" {
    before=$(find "$TOP/rootfs" -printf '%p %s %T@\n' | sort | sha256sum)
    mini sh -c 'echo changed >/etc/passwd && rm /bin/ls && mkdir /new && cat /etc/passwd'
    ends 0
    [ "$output" = changed ] || fail "it could not write"
    mini sh -c 'ls / /etc/passwd && grep -c root /etc/passwd'
    ends 0
    [[ $output != *new* ]] || fail "the write of another container is there"
    [ "$(find "$TOP/rootfs" -printf '%p %s %T@\n' | sort | sha256sum)" = "$before" ] || fail "the root has changed"
}

@test "06 root: --rootfs DIR is written to, --read-only is not" {
    root
    [ "$(id -u)" -ne 0 ] || chown -R 0:0 "$ROOT"
    mini --rootfs "$ROOT" sh -c 'echo here >/file'
    ends 0
    [ "$(cat "$ROOT/file")" = here ] || fail "nothing was written"
    mini --read-only --rootfs "$ROOT" sh -c 'echo x >/file2'
    complained "Read-only"
    mini --read-only sh -c 'echo x >/file2; touch /dev/shm/ok && ls /dev/shm'
    complained "Read-only"
    told ok
}

@test "06 root: symlinks in a root lead nowhere on the host" {
    root
    rm -rf "$ROOT/proc" "$ROOT/dev" "$ROOT/etc/passwd"
    ln -s "$BATS_TEST_TMPDIR/outside" "$ROOT/proc"
    ln -s ../../../../../../../../dev "$ROOT/dev"
    ln -s /etc/shadow "$ROOT/etc/passwd"
    mkdir "$BATS_TEST_TMPDIR/outside"
    traces >before
    mini --rootfs "$ROOT" sh -c 'ls /proc >/dev/null'
    [ -z "$(ls "$BATS_TEST_TMPDIR/outside")" ] || fail "it mounted on the host's directory"
    nothing_left
}

@test "06 io: standard input only with -i; output and error apart" {
    mini -i cat < <(printf 'a\0b\n\n' | tr '\0' 'x')
    [ "$output" = axb ] || fail "-i"
    mini cat < <(echo hidden)
    [ -z "$output" ] || fail "it got our input without -i"
    mini sh -c 'echo out; echo err >&2'
    [ "$output" = out ] && [ "$stderr" = err ] || fail "mixed"
    head -c 1000000 /dev/urandom >big
    "$MINI" --root "$BATS_TEST_TMPDIR/store" run --rm --network none -i cat <big | cmp - big
    # what is closed here is nobody else's file, and no reason to wait for ever
    call timeout -s KILL 60 sh -c 'exec "$@" 2>&-' sh "$MINI" --root "$BATS_TEST_TMPDIR/store" run --rm --network none \
        busybox sh -c 'echo out; echo err >&2; exit 4'
    ends 4
    [ "$output$stderr" = out ] || fail "not its output"
}

@test "06 tty: -t gives a terminal of its own, of our size, and gives ours back" {
    need script
    cat >session <<END
stty rows 31 cols 97
stty -a >before
$(RUN) -it sh -c 'tty; stty size; echo \$TERM; ls -l /dev/console | cut -c1; exit 5'
echo "status \$?"
stty -a >after
END
    terminal "bash session"
    [ "$(shown)" = $'/dev/pts/0\n31 97\nxterm\nc\nstatus 5' ] || fail "$(cat seen)"
    diff before after
}

@test "06 tty: a container without -t never gets our terminal" {
    need script
    terminal "$(RUN) -i sh -c 'tty; [ -t 1 ] || echo pipe; [ -t 2 ] || echo pipe'"
    [ "$(shown)" = $'not a tty\npipe\npipe' ] || fail "$(cat seen)"
}

@test "06 tty: job control: Ctrl-C and Ctrl-Z are for what runs inside" {
    need script
    (
        sees() { wait_for 20 grep -q "$1" seen; }
        runs() { wait_for 20 pgrep -fx "$1" >pids; }
        sees ready && printf 'sleep 77\n' && runs 'sleep 77' && printf '\003'
        wait_for 20 eval '! pgrep -fx "sleep 77" >pids' && printf 'echo after-$((1+1))-c\n'
        sees after-2-c && printf 'sleep 88\n' && runs 'sleep 88' && printf '\032'
        sees 'Stopped.*sleep 88' && printf 'kill %%1; exit 3\n' && sees 'You have stopped\|status' && printf 'exit 3\n'
        sees 'status 3'
    ) | terminal "$(RUN) -it sh -c 'echo ready; exec sh'; echo status \$?"
    grep -q 'after-2-c' seen && grep -q 'Stopped.*sleep 88' seen && grep -q 'status 3' seen || fail "$(cat seen)"
}

@test "06 tty: a changed window reaches the program" {
    need tmux
    tmux -f /dev/null new-session -d -x 80 -y 24 -s box "$(RUN) -it sh -c 'trap \"stty size\" WINCH; echo ready; while :; do sleep 0.1; done'" 3>&-
    shows() { tmux capture-pane -p -t box | grep -q "$1"; }
    wait_for 20 shows ready
    tmux resize-window -t box -x 100 -y 40
    wait_for 20 shows '40 100' || fail "$(tmux capture-pane -p -t box)"
}

@test "06 init: --init reaps orphans and passes signals on, and PID 1 is not the program" {
    # the program goes on until the look around, however late, is over
    orphan='mkfifo /over; (sleep 0.8; cat /proc/[0-9]*/stat | grep -c " Z "; : >/over) & (sleep 0.2 &); exec cat /over'
    mini --init sh -c "$orphan"
    [ "$output" = 0 ] || fail "an orphan was not reaped"
    mini sh -c "$orphan"
    [ "$output" = 1 ] || fail "without --init it should stay a zombie"
    mini --init sh -c 'echo $$'
    [ "$output" -gt 1 ] || fail "the program is PID 1"
    mini sh -c 'echo $$'
    [ "$output" = 1 ] || fail "without --init the program is PID 1"
    start --init sleep 60
    kill -TERM "$engine"
    ended
    [ "$status" -eq 143 ] || fail "sleep did not get the signal"
}

@test "06 explain: in a terminal no man page is broken over two lines" {
    for columns in 80 120; do
        script -qec "stty cols $columns; $MINI --root $BATS_TEST_TMPDIR/store run --rm --network none --explain true" \
            /dev/null >"$BATS_TEST_TMPDIR/$columns" </dev/null || fail "it ended with $?"
        ! tr -d '\r' <"$BATS_TEST_TMPDIR/$columns" | grep -E "^.{$((columns + 1))}" | grep -E '  [^ ].*\(|lab 0' ||
            fail "a line with a source is wider than $columns"
    done
    grep -qE '^ {8}mount\(2\); lab 05' "$BATS_TEST_TMPDIR/80" || fail "no source stands below its step"
    grep -qE '^\[pid 1\] mount proc on /proc  +mount\(2\); lab 05' "$BATS_TEST_TMPDIR/80" || fail "none stands behind"
}

@test "06 explain: each step with its man page and its lab; without it, nothing" {
    mini --explain true
    ends 0
    for what in 'clone3(' 'clone(2)' 'pivot_root(2); lab 05' 'lab 01' 'mount proc on /proc' 'execve true'; do
        complained "$what"
    done
    [ -z "$output" ] || fail "it wrote to standard output"
    mini true
    [ -z "$stderr" ] || fail "it said something"
}

# bats test_tags=vm
@test "06 groups: born in the group on v2, joined through tasks on v1" {
    need_groups
    mini --explain -m 50m cat /proc/self/cgroup
    ends 0
    case $(version) in
    v2) complained "CLONE_INTO_CGROUP" ;;
    v1) complained "/tasks" ;;
    esac
    ! grep -v ':/$' <<<"$output" || fail "the host's groups show"
}

@test "06 rootless: an ordinary user is root inside, or the user that --user names" {
    as_user sh -c 'id -u; id -g; cat /proc/self/uid_map; touch /root/x && ls /root'
    ends 0
    [[ $output =~ ^0$'\n'0$'\n'\ +0\ +65534\ +1$'\n'x$ ]] || [ "$(id -u)" -ne 0 ] || fail "not root inside"
    as_user --user 1000:100 sh -c 'id -u; id -g'
    [ "$output" = $'1000\n100' ] || fail "--user"
    as_user busybox nosuch
    ends 127
    as_user sh -c 'grep CapEff /proc/self/status; (echo x >/proc/sys/kernel/panic) 2>/dev/null || echo refused'
    told 00000000a80425fb
    told refused
}

# bats test_tags=vm
@test "06 rootless: a limit without a delegated group is refused, and it says so" {
    as_user -m 100m true
    ends 125 "cannot limit the container"
    complained "hint:"
    as_user true
    ends 0
}
