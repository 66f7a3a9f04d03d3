#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06: the runtime's own file cannot be written by who has a way to it (CVE-2019-5736). The two ways of
# protecting it, and the control, are in tests/unit/test_self.c; this is the program itself.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

@test "06 self: what runs before the C library calls nothing of it" {
    command -v cc >/dev/null && command -v nm >/dev/null || skip "cc or nm is not installed"
    for level in -O0 -O2 -O3; do
        cc "$level" -fstack-protector-all -std=gnu17 -D_GNU_SOURCE -c -o "$BATS_TEST_TMPDIR/x.o" \
            "$LAB_DIR/runtime/self_execute.c"
        output=$(nm -u "$BATS_TEST_TMPDIR/x.o" | grep -vw -e _start -e _GLOBAL_OFFSET_TABLE_ || true)
        [ -z "$output" ] || fail "with $level it needs: $output"
    done
}

@test "06 self: mini-runc runs from a file that cannot be written, even when it has ended" {
    cd "$BATS_TEST_TMPDIR"
    cp "$LAB_DIR/mini-runc" .
    before=$(sha256sum <mini-runc)
    mkfifo log
    ./mini-runc --log log run --bundle . none 3>&- 4>&- & # it waits for who reads its log
    pid=$!
    sees() { [ "$(stat -Lc %i "/proc/$pid/exe" 2>/dev/null)" = "$(stat -c %i mini-runc)" ] || grep -q memfd <(readlink "/proc/$pid/exe"); }
    wait_for 30 sees
    if ! exec 9<"/proc/$pid/exe"; then # an ordinary user may not even look
        [ "$(id -u)" -ne 0 ]
    fi
    cat log >/dev/null
    wait "$pid" || true
    [ ! -e /proc/self/fd/9 ] || ! (echo '#!/bin/true' >/proc/self/fd/9) 2>said || fail "it was written"
    [ "$(id -u)" -ne 0 ] || grep -q 'Read-only file system' said || fail "$(cat said)"
    exec 9<&-
    [ "$(sha256sum <mini-runc)" = "$before" ]
}
