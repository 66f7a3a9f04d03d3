#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06: which system calls a container may make. The filters themselves are tried call by call in
# tests/unit/test_seccomp*.c; here it is what mini-docker makes of Docker's words.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load bundle

setup_file() {
    command -v cc >/dev/null || return 0
    export CALLER=$BATS_FILE_TMPDIR/caller # prints the errno of a call that is given by number
    cc -O2 -static -D_GNU_SOURCE -x c -o "$CALLER" - <<'END'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        long result = syscall(atol(argv[i]), 0, 0, 0, 0, 0, 0);
        printf("%s%s", i > 1 ? " " : "", result < 0 ? strerrorname_np(errno) : "ok");
    }
    return puts("") == EOF;
}
END
}

teardown() { remove_containers; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    [ "$(uname -m)" = x86_64 ] || skip "the numbers of calls are x86-64's"
    [ "$(awk '/^Seccomp:/ {print $2}' /proc/self/status)" = 0 ] || skip "a filter is here already"
}

# with_caller OPTION... -- NUMBER...: $output is what each call said in a container.
with_caller() {
    [ -x "$CALLER" ] || skip "no static program can be built here"
    root
    cp "$CALLER" "$ROOT/caller"
    mini --rootfs "$ROOT" "${@:1:$#-1}" /caller ${@: -1}
    ends 0
}
is() { [ "$output" = "$1" ] || fail "it is not: $1"; }

@test "06 seccomp: a container has Docker's filter, and none when it is unconfined" {
    mini grep ^Seccomp: /proc/self/status
    is $'Seccomp:\t2'
    mini --init grep ^Seccomp: /proc/1/status
    is $'Seccomp:\t2'
    mini --security-opt seccomp=unconfined grep ^Seccomp: /proc/self/status
    is $'Seccomp:\t0'
    mini --security-opt no-new-privileges grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status
    is $'NoNewPrivs:\t1\nSeccomp:\t2'
    as_user grep ^Seccomp: /proc/self/status
    is $'Seccomp:\t2'
}

# keyctl 250, io_uring_setup 425, add_key 248, userfaultfd 323, getpid 39, clone3 435, and two numbers
# that are newer than the profile.
@test "06 seccomp: what Docker refuses is refused, io_uring too; a call that is newer is no call" {
    with_caller "39 250 248 425 323 435 462 2000"
    is "ok EPERM EPERM EPERM EPERM ENOSYS ENOSYS ENOSYS"
    with_caller --security-opt seccomp=unconfined "39 435"
    is "ok EINVAL"
}

# The right in the user namespace that would be made is not needed to make it: the filter decides.
@test "06 seccomp: capabilities bring the calls that they are for, as with Docker" {
    mini unshare -U true
    ends 1 "Operation not permitted"
    mini --security-opt seccomp=unconfined unshare -U true
    ends 0
    mini --cap-add SYS_ADMIN unshare -m true
    ends 0
    mini --cap-add ALL unshare -m true
    ends 0
    with_caller --cap-add SYS_ADMIN "435" # clone3 is a call again, and misses its arguments
    is EINVAL
    with_caller "161 103 237" # chroot, syslog, mbind
    is "EFAULT EPERM EPERM"
    with_caller --cap-drop SYS_CHROOT "161"
    is EPERM
    # the filter lets syslog through for both; the kernel wants the capability over the host's own namespace
    with_caller --cap-add SYSLOG --cap-add SYS_NICE "103 237"
    if [ "$(id -u)" -eq 0 ]; then is "ok ok"; else is "EPERM ok"; fi
}

@test "06 seccomp: a profile of one's own, in Docker's form" {
    cat >mine.json <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
 "syscalls": [
  {"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33},
  {"names": ["getpgrp"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_KILL", "CAP_NET_ADMIN"]}},
  {"names": ["getuid"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_TIME", "CAP_SYSLOG"]}},
  {"names": ["getgid"], "action": "SCMP_ACT_ERRNO", "includes": {"arches": ["arm64"]}},
  {"names": ["geteuid"], "action": "SCMP_ACT_ERRNO", "excludes": {"arches": ["amd64"]}},
  {"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "includes": {"minKernel": "99.0"}},
  {"names": ["sched_yield"], "action": "SCMP_ACT_ERRNO", "includes": {"minKernel": "4.8"}}
]}
END
    local calls="110 111 102 104 107 140 24"
    with_caller --security-opt seccomp=mine.json "$calls"
    is "EDOM ok EPERM ok ok ok EPERM"
    with_caller --security-opt seccomp:mine.json --cap-add NET_ADMIN --cap-add SYSLOG "$calls"
    is "EDOM EPERM ok ok ok ok EPERM"
}

@test "06 seccomp: a profile that is wrong is refused with its place" {
    mini --security-opt seccomp=none.json true
    ends 125 "none.json"
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": 5}]}' >wrong.json
    mini --security-opt seccomp=wrong.json true
    ends 125 "syscalls[0].action"
    echo '{"defaultAction": "SCMP_ACT_ALOW"}' >wrong.json
    mini --security-opt seccomp=wrong.json true
    ends 125 "SCMP_ACT_ALOW"
    echo '{"defaultAction": ' >wrong.json
    mini --security-opt seccomp=wrong.json true
    ends 125 "wrong.json"
    mini --security-opt seccomp= true
    ends 125 "Invalid --security-opt"
}

# The files of the cache of this user: one that is written anew is another.
kept() { find "${RUN_DIRS[@]}" -path '*/.cache-seccomp/*.bpf' -printf '%i\n' 2>/dev/null | sort; }

@test "06 seccomp: a filter is compiled once, whatever the state directory, and clean-host takes it away" {
    local before after
    bundle box '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: '$((BASHPID % 4000))'}]}' '.process.args = ["true"]'
    before=$(kept)
    oci --root "$PWD/one" run --bundle "$PWD/box" box
    [[ $stderr != *"blocks user namespaces"* ]] || skip "${stderr%%$'\n'*}"
    ends 0
    after=$(kept)
    [ "$after" != "$before" ] || fail "it is not kept"
    oci --root "$PWD/two" run --bundle "$PWD/box" box
    ends 0
    [ "$(kept)" = "$after" ] || fail "it was compiled once more"
    [ -x "$TOP/build/clean-host" ] || skip "build/clean-host is not built"
    "$TOP/build/clean-host"
    [ -z "$(kept)" ] || fail "clean-host left it"
    oci --root "$PWD/two" run --bundle "$PWD/box" box
    ends 0
}
