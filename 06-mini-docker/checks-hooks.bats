#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The programs that a client has run at points of a container's life: when, where, with what, and
# what becomes of a container whose hook fails, hangs or does not listen.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load bundle

setup() {
    cd "$BATS_TEST_TMPDIR"
    cat >hook <<'END'
#!/bin/sh
# a line: the point, the mount namespace, the directory, and the state from standard input
{ printf '%s %s %s ' "$1" "$(readlink /proc/self/ns/mnt)" "$(pwd)"; cat; echo; } >>"$2"
END
    chmod +x hook
    chmod a+rx .
    bundle box
}

teardown() { remove_containers; }

# hook POINT PATH [ARG...]: one more hook, with a time of 10 s.
hook() {
    local point=$1 path=$2 args
    shift
    args=$(printf '%s\n' "$@" | jq -R . | jq -cs .)
    change box ".hooks.$point += [{path: \"$path\", args: $args, timeout: 10, env: [\"PATH=$PATH\"]}]"
}
# shell POINT SCRIPT: one that is a shell script.
shell() { hook "$1" /bin/sh -c "$2"; }
create() { oci create --bundle "$PWD/box" box; }
points() { cut -d' ' -f1 seen | tr '\n' ' '; }
# field POINT JQ: of the state that the hook was given.
field() { grep "^$1 " seen | cut -d' ' -f4- | jq -r "$2"; }
nothing_made() {
    [ ! -e state/box ] || fail "the state directory is there"
    ! pgrep -f "$PWD/box" || fail "a process is there"
}

@test "06 hooks: each runs at its point, in its namespaces, with the state on its input" {
    local point mine
    own_root box
    cp hook "$ROOT/hook"
    change box '.annotations = {"org.example/a": "b \"c\""}'
    for point in prestart createRuntime createContainer poststart poststop; do
        hook $point "$PWD/hook" $point "$PWD/seen"
    done
    hook startContainer /hook startContainer /seen
    create
    ends 0
    [ "$(points)" = "prestart createRuntime createContainer " ] || fail "$(points)"
    oci start box
    ends 0
    [ "$(points)" = "prestart createRuntime createContainer poststart " ] || fail "$(points)"
    cat "$ROOT/seen" >>seen
    mine=$(readlink /proc/self/ns/mnt) container=$(pid_of box)
    theirs=$(readlink "/proc/$container/ns/mnt")
    oci delete --force box
    ends 0
    [ "$(points)" = "prestart createRuntime createContainer poststart startContainer poststop " ] || fail "$(points)"

    for point in prestart createRuntime poststart poststop; do
        grep -qF "$point $mine $PWD/box {" seen || fail "$point is not in our mount namespace, or in the bundle: $(cat seen)"
    done
    grep -qF " $ROOT {" <(grep "^createContainer" seen) || fail "createContainer does not start in the root: $(cat seen)"
    for point in createContainer startContainer; do
        grep -qF "$point $theirs" seen || fail "$point is not in the container's: $(cat seen)"
    done
    [ "$(field prestart '[.id, .status, .pid, .bundle] | @csv')" = "\"box\",\"creating\",$container,\"$PWD/box\"" ] ||
        fail "$(cat seen)"
    [ "$(field prestart '.annotations["org.example/a"]')" = 'b "c"' ] || fail "$(cat seen)"
    [[ $(field prestart .ociVersion) == 1.* ]]
    [ "$(field createContainer '[.status, .pid] | @csv')" = '"creating",1' ] || fail "$(cat seen)"
    [ "$(field startContainer '[.status, .pid] | @csv')" = '"created",1' ] || fail "$(cat seen)"
    [ "$(field poststart '[.status, .pid] | @csv')" = "\"running\",$container" ] || fail "$(cat seen)"
    [ "$(field poststop '[.status, .pid] | @csv')" = '"stopped",' ] || fail "$(cat seen)"
}

@test "06 hooks: those before the program find its network namespace, not ours" {
    need_root "to look into a process that hides itself"
    shell prestart "readlink /proc/\$(jq .pid)/ns/net >$PWD/net"
    create
    ends 0
    [ "$(cat net)" = "$(readlink "/proc/$(pid_of box)/ns/net")" ] || fail "$(cat net)"
    [ "$(cat net)" != "$(readlink /proc/self/ns/net)" ] || fail "it is the host's"
}

@test "06 hooks: path, arguments and environment are exactly those of the config" {
    change box ".hooks.prestart = [
        {path: \"/bin/sh\", args: [\"zero\", \"-c\", \"echo \$0 \$# \$1 >$PWD/one\", \"a\", \"b c\"]},
        {path: \"/usr/bin/env\", args: [\"env\"], env: [\"A=b\", \"EMPTY=\"]}, {path: \"/usr/bin/env\"}]"
    SECRET=x create
    ends 0
    [ "$(cat one)" = "a 1 b c" ] || fail "$(cat one)"
    [ "$output" = $'A=b\nEMPTY=' ] || fail "not that environment"
}

@test "06 hooks: they get no descriptor and no signal setting of ours" {
    shell prestart 'ls -l /proc/$$/fd; grep -E "Sig(Ign|Blk)" /proc/self/status'
    trap '' PIPE INT
    create 7</dev/null
    trap - PIPE INT
    ends 0
    [ "$(grep -c -- '->' <<<"$output")" -eq 3 ] || fail "more than 0, 1 and 2"
    told $'SigBlk:\t0000000000000000'
    told $'SigIgn:\t0000000000000000'
}

@test "06 hooks: one that fails ends the create, is named, and nothing is left" {
    local point
    for point in prestart createRuntime createContainer; do
        change box 'del(.hooks)'
        shell $point 'exit 3'
        shell $point "touch $PWD/second"
        shell poststop "jq -r .status >$PWD/third" # what the hooks before it made, it takes away
        create
        ends 1 "the $point hook /bin/sh failed with status 3"
        nothing_made
        [ "$(cat third)" = stopped ] || fail "the poststop hook did not run"
        rm third
        [ ! -e second ] || fail "the next hook ran"
    done
    change box 'del(.hooks)'
    shell prestart 'kill -SEGV $$'
    create
    ends 1 "the prestart hook /bin/sh was ended by signal 11"
    change box 'del(.hooks)'
    hook prestart "$PWD/missing"
    create
    ends 1 "cannot run the prestart hook $PWD/missing"
    complained "No such file or directory"
    nothing_made
}

@test "06 hooks: startContainer's failure is start's; poststart's and poststop's are warnings" {
    shell startContainer 'exit 4'
    create
    ends 0
    oci start box
    ends 1 "the startContainer hook /bin/sh failed with status 4"
    oci delete --force box
    ends 0
    change box 'del(.hooks)'
    shell poststart 'exit 5'
    shell poststart "touch $PWD/second"
    shell poststop 'exit 6'
    shell poststop "touch $PWD/third"
    create
    oci start box
    ends 0 "the poststart hook /bin/sh failed with status 5"
    [ -e second ] || fail "the hooks after it did not run"
    kill -0 "$(pid_of box)" || fail "the container was ended"
    oci delete --force box
    ends 0 "the poststop hook /bin/sh failed with status 6"
    [ -e third ] || fail "the hooks after it did not run"
    nothing_made
}

@test "06 hooks: one that takes longer than its time is ended, with what it started" {
    change box ".hooks.prestart = [{path: \"/bin/sh\",
        args: [\"sh\", \"-c\", \"sleep 4242 & echo \$! >$PWD/child; sleep 4242\"], timeout: 1}]"
    SECONDS=0
    create
    ends 1 "did not end within 1 s and was killed"
    [ "$SECONDS" -lt 10 ] || fail "after $SECONDS s"
    wait_for 30 gone "$(cat child)" || fail "its child runs on"
    nothing_made
}

@test "06 hooks: one that does not read, or closes its input, is no error, however large the state" {
    local large
    large=$(printf '%300000s' '' | tr ' ' x)
    # by a file: an argument cannot be so long
    printf '"%s"' "$large" >large
    jq --slurpfile large large '.annotations.large = $large[0]' box/config.json >new && mv new box/config.json
    hook prestart /bin/true
    shell prestart 'exec <&-; sleep 0.2'
    shell prestart 'sleep 0.2; wc -c'
    create
    ends 0
    [ "$output" -gt 300000 ] || fail "the state was cut off"
}

@test "06 hooks: killed while a hook runs, the runtime takes it along, and delete removes the rest" {
    shell createRuntime "echo \$\$ >$PWD/hook.pid; exec sleep 4243"
    "$RUNC" --root "$PWD/state" create --bundle "$PWD/box" box >/dev/null 2>&1 3>&- 4>&- &
    ends_with_test $!
    wait_for 30 test -s hook.pid
    ends_with_test "$(cat hook.pid)"
    held=$(pid_of box)
    kill -KILL %%
    wait_for 30 gone "$(cat hook.pid)" || fail "the hook runs on"
    wait_for 30 gone "$held" || fail "the container's process runs on"
    oci delete --force box
    ends 0
    nothing_made
}
