# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# cache.sh: read by the other scripts of this folder with `. cache.sh`.
#
# What is slow to make (an unpacked kernel, an initramfs, the answer to "does KVM work here?") is made
# once and kept in one folder. Several machines may start at the same moment, so whoever fills the cache
# holds its lock, builds beside the final name and renames: a reader sees all of a thing or nothing.

cache=${LABS_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp/labs-vm-$(id -u)}/.cache}/labs-vm}

# skip CAUSE CURE: this host cannot run the machine. 77 is how every lab says so.
skip() {
    echo "vm: $1" >&2
    [ -z "${2:-}" ] || echo "hint: $2" >&2
    exit 77
}

# cache_lock: wait for the cache's lock and hold it until the calling script ends (descriptor 9).
cache_lock() {
    mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] ||
        skip "the cache folder $cache cannot be written" "set LABS_VM_CACHE to a folder of your own"
    command -v flock >/dev/null || skip "flock is not installed" "common/deps.sh vm"
    exec 9>"$cache/lock"
    flock 9
}

# static_busybox: print the path of a busybox that needs no shared library. The initramfs has none.
static_busybox() {
    for name in busybox.static busybox-static busybox /usr/lib/initramfs-tools/bin/busybox; do
        path=$(command -v "$name") || continue
        if ! ldd "$path" 2>/dev/null | grep -q '/ld\|=>'; then
            echo "$path"
            return
        fi
    done
    skip "no static busybox here: the machine's first program is one" "common/deps.sh vm"
}
