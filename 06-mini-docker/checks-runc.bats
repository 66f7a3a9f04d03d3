#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# mini-runc's command line, as an engine or a person types it: every command with good and bad words. What a
# container is inside, and what engines do with it, is tested elsewhere.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

RUNC=${MINI_RUNC:-$LAB_DIR/mini-runc}

setup() {
    need jq
    cd "$BATS_TEST_TMPDIR"
    STATE=$BATS_TEST_TMPDIR/state
    ID=runc-check-$BATS_TEST_NUMBER-$$ # the name of its group too, which is the host's
}

teardown() {
    local id
    for id in $("$RUNC" --root "$STATE" list -q); do
        "$RUNC" --root "$STATE" delete --force "$id"
    done
}

oci() { call "$RUNC" --root "$STATE" "$@"; }

# done_by STATUS WORD...: mini-runc, and how it ended.
done_by() {
    local expected=$1
    shift
    oci "$@" </dev/null
    ends "$expected"
}
# refuse WHAT WORD...: status 1, and its error has WHAT.
refuse() {
    local what=$1
    shift
    oci "$@" </dev/null
    ends 1 "$what"
}

# bundle [FILTER]: a config.json here, changed by a filter of jq(1); it sleeps without one.
bundle() {
    local who=()
    [ "$(id -u)" -eq 0 ] || who=(--rootless)
    rm -f config.json
    "$RUNC" spec "${who[@]}"
    jq --arg root "$TOP/rootfs" '.process.terminal = false | .root.path = $root |
        .process.args = ["sleep", "1000"] | '"${1:-.}" config.json >new.json
    mv new.json config.json
}
# script CODE: the same for a shell that runs CODE.
shell() { bundle ".process.args = [\"sh\", \"-c\", $(jq -Rs . <<<"$1")]"; }

# A field of the state, or of the JSON that was printed last.
state() { "$RUNC" --root "$STATE" state "$ID" | jq -r "$1"; }
field() { jq -r "$1" <<<"$output"; }
is() { [ "$(state .status)" = "$1" ] || fail "it is $(state .status), not $1"; }
becomes() { wait_for 30 is "$1" 2>/dev/null || is "$1"; }

# How many processes it has; how often a program has said a word.
has_processes() { [ "$("$RUNC" --root "$STATE" ps -f json "$ID" | jq length)" -eq "$1" ]; }
# So many have become the sleep that they were started for: a fork of the shell is a process, too, and hears other signals.
has_sleeps() { [ "$("$RUNC" --root "$STATE" ps "$ID" | grep -c ':[0-9][0-9] sleep 100')" -eq "$1" ]; }
said() { [ "$(grep -c "$1" heard)" -eq "$2" ]; }
alive() { [ -r "/proc/$1/stat" ] && [[ $(cut -d' ' -f3 "/proc/$1/stat") != [ZX] ]]; }
running() { done_by 0 run --detach --pid-file pid "$ID"; }

@test "06 runc: --version and --help, and what is said alone" {
    call "$RUNC" --version
    ends 0
    [[ ${lines[0]} =~ ^mini-runc\ version\ [0-9.]+$ ]]
    [[ ${lines[1]} =~ ^spec:\ 1\.[0-9]+\.[0-9]+$ ]]
    [[ ${lines[2]} =~ ^libseccomp:\ [0-9.]+$ ]]
    local words=$output
    call "$RUNC" -v
    [ "$output" = "$words" ] || fail "-v is not --version"
    call "$RUNC"
    ends 0
    for command in create start run exec state list ps kill pause resume update delete spec features; do
        told "  $command "
        "$RUNC" "$command" --help | grep -q "^Usage: mini-runc $command" || fail "no help for $command"
        "$RUNC" help "$command" >/dev/null
    done
    for option in root log log-format debug cgroup-manager systemd-cgroup rootless; do
        told "--$option "
    done
    call "$RUNC" create -h
    ends 0
    told "--console-socket"
}

@test "06 runc: what it does not know is refused with status 1, and a hint" {
    refuse "'frobnicate' is not a mini-runc command" frobnicate
    complained "the commands are create, "
    refuse "unknown option '--frob'" --frob list
    refuse "unknown option '--bundel'" create --bundel . "$ID"
    complained "did you mean --bundle?"
    refuse "accepts no arguments" list x
    refuse "'mini-runc start' requires 1 argument" start
    refuse "'mini-runc state' requires 1 argument" state a b
    refuse "--preserve-fds" create --preserve-fds many "$ID"
    refuse "needs a value" create --bundle
    [ ! -e "$STATE" ] || [ -z "$(ls -A "$STATE")" ] || fail "something was made"
}

@test "06 runc: options in front of the command" {
    call "$RUNC" "--root=$STATE" list
    ends 0
    refuse "--log-format 'xml'" --log-format xml list
    complained "text and json"
    refuse "--rootless 'maybe'" --rootless maybe list
    done_by 0 --rootless auto list
    refuse "--cgroup-manager 'none'" --cgroup-manager none list
    refuse "cannot open the log ./no/such" --log ./no/such list
    # a root that is named from here is the same from elsewhere
    bundle
    call "$RUNC" --root state create "$ID" </dev/null
    ends 0
    is created
}

@test "06 runc: systemd is refused plainly, where groups are made" {
    bundle
    refuse "does not drive systemd" --systemd-cgroup create "$ID"
    complained "cgroupdriver=cgroupfs"
    refuse "does not drive systemd" --cgroup-manager=systemd run "$ID"
    refuse "does not exist" --systemd-cgroup state "$ID" # it makes none
    done_by 0 --systemd-cgroup list
}

@test "06 runc: with --cgroup-manager disabled there is no group, and what needs one says so" {
    bundle
    done_by 0 --cgroup-manager disabled run --detach --pid-file pid "$ID"
    [ "$(cat "/proc/$(cat pid)/cgroup")" = "$(cat /proc/self/cgroup)" ] || fail "it is in another group"
    [ -z "$(find /sys/fs/cgroup -name "$ID" 2>/dev/null)" ] || fail "a group was made"
    done_by 0 ps --format json "$ID" # its PID namespace knows them
    [ "$output" = "[$(cat pid)]" ] || fail "other processes"
    refuse "has no group" pause "$ID"
    refuse "has no group" update --pids-limit 5 "$ID"
    refuse "has no group" exec --cgroup x "$ID" true
    is running
    done_by 0 exec "$ID" true
    done_by 0 kill --all "$ID" KILL
    becomes stopped
}

@test "06 runc: an error is one line of the log, JSON or text, and on standard error" {
    refuse "$ID does not exist" --log json --log-format json state "$ID"
    [ "$(wc -l <json)" -eq 1 ] || fail "not one line: $(cat json)"
    jq -e --arg id "$ID" '.level == "error" and (.msg | contains($id + " does not exist; ")) and
        (.time | fromdateiso8601 > 1700000000)' json >/dev/null || fail "$(cat json)"
    refuse "does not exist" --log json --log-format=json state "$ID"
    [ "$(jq -s length json)" -eq 2 ] || fail "not added at the end: $(cat json)"

    refuse "does not exist" --log text state "$ID"
    grep -qE '^time="20[0-9-]+T[0-9:]+Z" level=error msg="container .* does not exist; .*"$' text || fail "$(cat text)"

    # what would break a line or a string does not
    local evil=$'a"b\\c\nd\te'
    refuse "is not a mini-runc command" --log json --log-format json "$evil"
    jq -es --arg evil "$evil" '.[2].msg | contains($evil)' json >/dev/null || fail "$(cat json)"
    refuse "is not a mini-runc command" --log text "$evil"
    grep -qF 'a\"b\\c\nd\x09e' text || fail "$(cat text)"
    [ "$(wc -l <text)" -eq 2 ] || fail "$(cat text)"

    # nothing is said twice; no error, no line; a wrong option is told to the log too
    call "$RUNC" --log /dev/stderr state "$ID"
    [ "$(wc -l <<<"$stderr")" -eq 1 ] || fail "not once"
    done_by 0 --log quiet list
    [ ! -s quiet ] || fail "$(cat quiet)"
    refuse "unknown option" --log early --log-format json --frob list
    jq -e '.msg | contains("--frob")' early >/dev/null
}

@test "06 runc: features is the JSON that the specification asks for" {
    done_by 0 features
    jq -e '.ociVersionMin == "1.0.0" and (.ociVersionMax | startswith("1.2")) and
        (.hooks | length == 6) and (.mountOptions | index("rro") and index("tmpcopyup") and index("idmap")) and
        .linux.cgroup.v1 and .linux.cgroup.v2 and .linux.cgroup.systemd == false and
        .linux.selinux.enabled == false and .linux.mountExtensions.idmap.enabled' <<<"$output" >/dev/null || fail "$output"
    jq -e '.linux.namespaces | sort == ["cgroup","ipc","mount","network","pid","time","user","uts"]' <<<"$output" >/dev/null
    jq -e '.linux.capabilities | index("CAP_CHOWN") and index("CAP_CHECKPOINT_RESTORE")' <<<"$output" >/dev/null
    jq -e '.linux.seccomp | .enabled and (.actions | index("SCMP_ACT_NOTIFY")) and
        (.operators | length == 7) and (.archs | index("SCMP_ARCH_X86_64")) and
        (.knownFlags | index("SECCOMP_FILTER_FLAG_LOG"))' <<<"$output" >/dev/null
    refuse "accepts no arguments" features x
}

@test "06 runc: spec writes a config that runs, and never over another" {
    done_by 0 spec
    jq -e '.process.args == ["sh"] and .process.noNewPrivileges and .root.readonly' config.json >/dev/null
    echo mine >config.json
    refuse "File exists" spec
    [ "$(cat config.json)" = mine ] || fail "it was written over"
    mkdir other
    done_by 0 spec --bundle other --rootless
    jq -e --argjson uid "$(id -u)" '.linux.uidMappings[0] == {"containerID":0,"hostID":$uid,"size":1} and
        (.linux.namespaces | map(.type) | index("user") and (index("network") | not)) and
        (.linux | has("resources") | not) and
        (.mounts | map(.type) | index("cgroup") | not)' other/config.json >/dev/null || fail "$(cat other/config.json)"
    refuse "No such file or directory" spec -b nowhere
}

@test "06 runc: an ID is a name and no path" {
    local long
    long=$(printf 'a%.0s' {1..256})
    bundle
    for id in ../x a/b "" . .. "a b" "$long" /x $'a\nb'; do
        refuse "" create "$id"
        [[ $stderr == *"ID"* ]] || fail "no word of the ID '$id'"
    done
    [ ! -e x ] && [ -z "$(ls -A "$STATE" 2>/dev/null)" ] || fail "something was made"
    refuse "does not exist" state "${long:1}" # 255 are right
    refuse "" state ../x
    refuse "" delete --force ../x
}

@test "06 runc: create without a bundle, or with a broken one, names what is wrong and leaves nothing" {
    refuse "cannot find the bundle ./nowhere" create -b ./nowhere "$ID"
    refuse "config.json" create "$ID"
    echo '{"process":' >config.json
    refuse "config.json" create "$ID"
    bundle '.process.args[1] = 7'
    refuse "process.args[1]" create "$ID"
    bundle '.root.path = "/nowhere"'
    refuse "/nowhere" create "$ID"
    bundle 'del(.process)'
    refuse "process" create "$ID"
    bundle
    refuse "no/pid" create --pid-file no/pid "$ID"
    refuse "cannot pass descriptor" create --preserve-fds 900 "$ID"
    done_by 0 list -q
    [ -z "$output" ] || fail "left: $output"
    [ -z "$(find /sys/fs/cgroup -name "$ID" 2>/dev/null)" ] || fail "a group is left"
}

@test "06 runc: create, start, kill, delete, and the state in between" {
    local pid
    bundle '.annotations = {"a.b": "c"}'
    done_by 0 create --pid-file pid "$ID"
    pid=$(cat pid)
    done_by 0 state "$ID"
    jq -e --arg id "$ID" --argjson pid "$pid" --arg here "$PWD" --arg root "$TOP/rootfs" '.id == $id and
        .pid == $pid and .status == "created" and .bundle == $here and .rootfs == $root and
        .annotations == {"a.b": "c"} and (.ociVersion | startswith("1.")) and
        (.created | test("^20[0-9-]+T[0-9:.]+Z$"))' <<<"$output" >/dev/null || fail "$output"
    [ "$(cat "/proc/$pid/comm")" != sleep ] || fail "it runs already"
    done_by 0 start "$ID"
    is running
    [ "$(cat "/proc/$pid/comm")" = sleep ] || fail "it is $(cat "/proc/$pid/comm")"
    done_by 0 kill "$ID" KILL
    becomes stopped
    [ "$(state .pid)" = 0 ] || fail "pid of a stopped one: $(state .pid)"
    done_by 0 delete "$ID"
    refuse "$ID does not exist" state "$ID"
    [ -z "$(find /sys/fs/cgroup -name "$ID" 2>/dev/null)" ] || fail "a group is left"
}

@test "06 runc: what is not its turn is refused" {
    bundle
    done_by 0 create "$ID"
    refuse "File exists" create "$ID"
    is created # the first is as it was
    done_by 0 start "$ID"
    refuse "it is running" start "$ID"
    refuse "not stopped: running" delete "$ID"
    is running
    done_by 0 kill "$ID" 9
    becomes stopped
    refuse "it is stopped" start "$ID"
    refuse "is not running" kill "$ID"
    [[ $stderr == *"No such process"* ]] || fail "containerd looks for these words"
    done_by 0 delete "$ID"
    for command in start kill delete state pause resume ps; do
        refuse "$ID does not exist" "$command" "$ID" # containerd and podman look for these words
    done
    refuse "$ID does not exist" exec "$ID" true
    refuse "$ID does not exist" update --pids-limit 5 "$ID"
}

@test "06 runc: delete --force ends what runs; one that is not there is no error; several are tried" {
    bundle
    running
    done_by 0 create "$ID-2"
    done_by 0 delete --force "$ID"
    ! alive "$(cat pid)" || fail "it still runs"
    done_by 0 delete --force "$ID"
    refuse "$ID does not exist" delete "$ID" "$ID-2"
    done_by 0 list -q
    [ -z "$output" ] || fail "the second stayed"
}

@test "06 runc: kill takes a signal's name or number, with or without SIG" {
    shell 'trap "echo USR1" USR1; trap "echo TERM" TERM; trap "echo 35" 35
        echo ready; while :; do sleep 0.05; done'
    "$RUNC" --root "$STATE" run "$ID" </dev/null >heard 2>err 3>&- 4>&- &
    engine=$!
    wait_for 30 grep -q ready heard || fail "$(cat err)"
    local count=0
    for signal in USR1 SIGUSR1 usr1 sigusr1 10; do
        done_by 0 kill "$ID" "$signal"
        count=$((count + 1))
        wait_for 30 said USR1 "$count" || fail "$signal did not arrive"
    done
    done_by 0 kill "$ID"
    wait_for 30 grep -q TERM heard || fail "TERM is not what it sends"
    done_by 0 kill "$ID" 0
    for signal in FOO SIG 99 -1 "" KILLX RTMIN+99 1.5; do
        oci kill "$ID" -- "$signal"
        ends 1 "invalid signal: $signal"
    done
    done_by 0 kill "$ID" SIGRTMIN+1
    wait_for 30 grep -q 35 heard || fail "a real-time signal by its name"
    done_by 0 kill "$ID" KILL
    wait "$engine" && status=0 || status=$?
    ends 137
}

# bats test_tags=vm
@test "06 runc: kill --all reaches every process; options may stand behind the ID" {
    need_groups
    shell 'trap : USR1; sleep 1000 & sleep 1000'
    running
    wait_for 30 has_sleeps 2
    done_by 0 kill "$ID" USR1 --all # the sleeps die of it
    becomes stopped
    done_by 0 delete "$ID"
}

# bats test_tags=vm
@test "06 runc: kill --all reaches those that fork meanwhile; a paused container stays paused" {
    need_groups
    # each of the last twenty reads until the first one dies, and then leaves a child that is in no list yet
    shell '(trap "" USR1; : >/dev/deaf; exec sleep 1000) & while [ ! -e /dev/deaf ]; do :; done
        mkfifo /dev/end; sleep 1000 >/dev/end &
        for i in $(seq 20); do sleep 1000 & done
        for i in $(seq 20); do { read x; sleep 1001 & } </dev/end & done; wait'
    running
    wait_for 30 has_processes 43
    done_by 0 kill --all "$ID" USR1
    is running
    wait_for 30 has_processes 2 || fail "some got away: $("$RUNC" --root "$STATE" ps "$ID")"

    done_by 0 exec --detach "$ID" sleep 1001
    done_by 0 pause "$ID"
    done_by 0 kill --all "$ID" USR1
    is paused
    done_by 0 resume "$ID"
    wait_for 30 has_processes 2
    done_by 0 pause "$ID"
    done_by 0 kill --all "$ID" KILL
    becomes stopped
}

@test "06 runc: list prints a table, JSON or the IDs, in order" {
    bundle
    done_by 0 list
    [ "$output" = "ID          PID         STATUS      BUNDLE      CREATED     OWNER" ] || fail "$output"
    done_by 0 list -f json
    [ "$(field length)" -eq 0 ] || fail "$output"
    for n in 2 1; do done_by 0 create --pid-file "pid$n" "$ID-$n"; done
    done_by 0 list -q
    [ "$output" = "$ID-1"$'\n'"$ID-2" ] || fail "$output"
    done_by 0 list
    [ "${#lines[@]}" -eq 3 ] || fail "$output"
    [[ ${lines[1]} =~ ^$ID-1\ +$(cat pid1)\ +created\ +$PWD\ +20[0-9TZ:.-]+\ +[^\ ]+$ ]] || fail "${lines[1]}"
    done_by 0 list --format=json
    jq -e --argjson pid "$(cat pid2)" '.[1].pid == $pid and .[1].status == "created" and
        (.[1] | has("owner") and has("rootfs"))' <<<"$output" >/dev/null || fail "$output"
    refuse "--format 'yaml'" list --format yaml
    # what is no container is none
    mkdir -p "$STATE/.seccomp"
    done_by 0 list -q
    [ "${#lines[@]}" -eq 2 ] || fail "$output"
}

# bats test_tags=vm
@test "06 runc: ps shows the container's processes and no other" {
    need_groups
    shell 'sleep 1000 & sleep 1001'
    running
    wait_for 30 has_sleeps 2
    done_by 0 ps --format json "$ID"
    jq -e --argjson pid "$(cat pid)" 'index($pid)' <<<"$output" >/dev/null || fail "$output"
    done_by 0 ps "$ID"
    [ "${#lines[@]}" -eq 4 ] && [[ ${lines[0]} == *PID* ]] && told "sleep 1001" || fail "$output"
    done_by 0 ps "$ID" -eo pid,args
    [ "${#lines[@]}" -eq 4 ] && [[ ${lines[0]} =~ ^\ *PID\ COMMAND ]] || fail "$output"
    refuse "no column PID" ps "$ID" -eo args
    refuse "ps(1) ended" ps "$ID" --frob
    refuse "ps needs ID" ps
    refuse "--format" ps -f xml "$ID"
}

# The container's clock: how often its loop has turned.
turns() { wc -l <heard; }
turned() { [ "$(turns)" -gt "$1" ]; }

# bats test_tags=vm
@test "06 runc: pause stops it where it is, and resume lets it go on" {
    need_groups
    local before
    shell 'while :; do echo x; sleep 0.02; done'
    "$RUNC" --root "$STATE" run "$ID" </dev/null >heard 2>err 3>&- 4>&- &
    engine=$!
    wait_for 30 test -s heard || fail "$(cat err)"
    refuse "it is running" resume "$ID"
    done_by 0 pause "$ID"
    is paused
    before=$(turns)
    sleep 0.3
    [ "$(turns)" -eq "$before" ] || fail "it goes on"
    refuse "it is paused" pause "$ID"
    refuse "not stopped: paused" delete "$ID"
    done_by 0 resume "$ID"
    is running
    wait_for 30 turned "$before" || fail "it stays"
    done_by 0 pause "$ID"
    done_by 0 delete --force "$ID" # a frozen process must thaw to die
    wait "$engine" || true
    bundle
    done_by 0 create "$ID"
    done_by 0 pause "$ID"
    is paused
    refuse "it is paused" start "$ID" # and does not wait for a process that cannot answer
    done_by 0 resume "$ID"
    is created
    done_by 0 pause "$ID"
    done_by 0 kill "$ID" KILL # which also lets it go on, or it would not die on v1
    becomes stopped
    refuse "it is stopped" pause "$ID"
}

# limit V1-CONTROLLER V1-FILE V2-FILE: what the kernel has.
limit() {
    if [ "$(version)" = v1 ]; then cat "/sys/fs/cgroup/$1/$ID/$2"; else cat "/sys/fs/cgroup/$ID/$3"; fi
}
pids_max() { limit pids pids.max pids.max; }
memory_max() { limit memory memory.limit_in_bytes memory.max; }

# bats test_tags=vm
@test "06 runc: update changes limits of a container that runs" {
    need_groups
    bundle '.linux.resources.pids.limit = 40 | .linux.resources.memory.limit = 67108864'
    running
    [ "$(pids_max) $(memory_max)" = "40 67108864" ] || fail "$(pids_max) $(memory_max)"
    done_by 0 update --pids-limit 50 "$ID"
    [ "$(pids_max) $(memory_max)" = "50 67108864" ] || fail "$(pids_max) $(memory_max)"
    done_by 0 update "$ID" --memory=100m --cpu-quota 50000 --cpu-period 100000
    [ "$(pids_max) $(memory_max)" = "50 104857600" ] || fail "$(pids_max) $(memory_max)"
    if [ "$(version)" = v1 ]; then
        [ "$(limit cpu cpu.cfs_quota_us -)" = 50000 ]
    else
        [ "$(limit - - cpu.max)" = "50000 100000" ]
    fi
    done_by 0 update --pids-limit -1 "$ID"
    [ "$(pids_max)" = max ] || fail "$(pids_max)"
    echo '{"pids": {"limit": 60}}' >limits.json
    done_by 0 update --resources limits.json "$ID"
    [ "$(pids_max)" = 60 ] || fail "$(pids_max)"
    oci update -r - "$ID" <<<'{"pids": {"limit": 61}, "devices": [{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "r"}]}'
    ends 0
    [ "$(pids_max)" = 61 ] || fail "$(pids_max)"
    [ "$(version)" = v2 ] || limit devices devices.list - | grep -qx 'c 1:11 r' || fail "no device rule"
}

# bats test_tags=vm
@test "06 runc: update takes back what is on or off: an idle group, a v1 group without OOM killer" {
    need_groups
    bundle '.linux.resources = {cpu: {shares: 512, idle: 1}, memory: {disableOOMKiller: true}}'
    running
    [ -z "$(limit cpu cpu.idle cpu.idle 2>&1 | grep -v '^1$')" ] || skip "$(limit cpu cpu.idle cpu.idle 2>&1)"
    done_by 0 update --pids-limit 50 "$ID"
    [ "$(limit cpu cpu.idle cpu.idle)" = 1 ] || fail "what was not named is not as it was"
    [ "$(version)" = v2 ] || limit memory memory.oom_control - | grep -qx 'oom_kill_disable 1'
    echo '{"cpu": {"shares": 2000, "idle": 0}, "memory": {"disableOOMKiller": false}}' >limits.json
    done_by 0 update --resources limits.json "$ID"
    [ "$(limit cpu cpu.idle cpu.idle)" = 0 ] || fail "it is idle still"
    [ "$(limit cpu cpu.shares cpu.weight)" = "$([ "$(version)" = v1 ] && echo 2000 || echo 170)" ] ||
        fail "$(limit cpu cpu.shares cpu.weight)"
    [ "$(version)" = v2 ] || limit memory memory.oom_control - | grep -qx 'oom_kill_disable 0' || fail "no OOM killer"
    done_by 0 update --cpu-idle 1 "$ID"
    [ "$(limit cpu cpu.idle cpu.idle)" = 1 ] || fail "it is not idle"
    refuse "--cpu-idle" update --cpu-idle 2 "$ID"
}

@test "06 runc: update refuses what it cannot do, and changes nothing then" {
    need_groups
    bundle '.linux.resources.pids.limit = 40'
    running
    refuse "needs a limit" update "$ID"
    refuse "--memory: '1x'" update --memory 1x "$ID"
    refuse "--pids-limit" update --pids-limit 0 "$ID"
    refuse "--cpu-share" update --cpu-share 1 "$ID"
    refuse "--blkio-weight" update --blkio-weight 9 "$ID"
    refuse "--cpu-period" update --cpu-period -1 "$ID"
    refuse "unknown option '--l3-cache-schema'" update --l3-cache-schema x "$ID"
    echo '{"pids": {"limit": "many"}}' >limits.json
    refuse "pids.limit" update --resources limits.json "$ID"
    echo '{"pids": {"limit": 5}}' >limits.json
    refuse "both" update --resources limits.json --pids-limit 5 "$ID"
    refuse "nowhere" update --resources ./nowhere "$ID"
    [ "$(pids_max)" = 40 ] || fail "$(pids_max)"
    done_by 0 kill "$ID" KILL
    becomes stopped
    refuse "it is stopped" update --pids-limit 5 "$ID"
}

@test "06 runc: run in the foreground carries input, output and status, and leaves nothing" {
    shell 'cat; echo oops >&2; exit 7'
    oci run "$ID" <<<hello
    ends 7
    [ "$output $stderr" = "hello oops" ] || fail "not carried"
    refuse "does not exist" state "$ID"
    oci run --keep "$ID" <<<again
    ends 7
    is stopped
    done_by 0 delete "$ID"
    refuse "--console-socket without --detach" run --console-socket x "$ID"
    bundle '.process.args = ["sh", "-c", "kill -9 $$"]' # PID 1 cannot kill itself
    done_by 0 run "$ID"
}

@test "06 runc: signals to a run in the foreground reach the program" {
    shell 'trap "echo got; exit 5" TERM; echo ready; while :; do sleep 0.05; done'
    "$RUNC" --root "$STATE" run "$ID" </dev/null >heard 2>err 3>&- 4>&- &
    engine=$!
    wait_for 30 grep -q ready heard || fail "$(cat err)"
    kill -TERM "$engine"
    wait "$engine" && status=0 || status=$?
    ends 5
    grep -q got heard
}

@test "06 runc: a program that is not there is said in the words that engines look for" {
    bundle '.process.args = ["nosuch"]'
    refuse "executable file not found in" --log log --log-format json run "$ID"
    jq -e '.msg | contains("nosuch") and contains("executable file not found in")' log >/dev/null
    bundle '.process.args = ["/bin/nosuch"]'
    refuse "/bin/nosuch: No such file or directory" run "$ID"
    bundle '.process.args = ["/etc"]'
    refuse "Permission denied" run "$ID"
    done_by 0 list -q
    [ -z "$output" ] || fail "left: $output"
    bundle
    running
    refuse "executable file not found in" exec "$ID" nosuch
    refuse "/nosuch: No such file or directory" exec "$ID" /nosuch
    refuse "Permission denied" exec "$ID" /etc
}

@test "06 runc: run --detach leaves at once, with the PID in its file, whole" {
    bundle
    running
    is running
    [ "$(cat pid)" = "$(state .pid)" ] || fail "$(cat pid) is not $(state .pid)"
    [ "$(ls)" = "$(printf '%s\n' config.json pid printed said state)" ] || fail "left: $(ls)"
}

# Somebody who takes a terminal: prints what comes out of it.
receive_terminal() {
    python3 - "$1" <<'END' >terminal 3>&- 4>&- &
import os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.settimeout(20)
server.bind(sys.argv[1])
server.listen()
_, fds, _, _ = socket.recv_fds(server.accept()[0], 100, 1)
try:
    while fds and (data := os.read(fds[0], 1000)):
        os.write(1, data)
except OSError: # the other end is closed
    pass
END
    receiver=$!
    wait_for 30 test -S "$1"
}

@test "06 runc: a terminal goes to the console socket" {
    need python3
    bundle '.process.terminal = true | .process.args = ["sh", "-c", "tty; sleep 1000"] |
        .process.consoleSize = {"height": 20, "width": 70}'
    refuse "give --console-socket" create "$ID"
    refuse "give --console-socket" run --detach "$ID"
    refuse "cannot connect to nobody" create --console-socket nobody "$ID"
    complained "nobody listens"
    refuse "too long" create --console-socket "$(printf '/a%.0s' {1..60})" "$ID"
    receive_terminal socket
    done_by 0 run --detach --console-socket socket "$ID"
    wait_for 30 grep -q /dev/pts/0 terminal || fail "$(cat terminal)"
    receive_terminal second
    done_by 0 exec --detach --tty --console-socket second "$ID" sh -c 'echo I am $(tty); sleep 1000'
    wait_for 30 grep -q "I am /dev/pts/1" terminal || fail "$(cat terminal)"
    refuse "give --console-socket" exec --detach --tty "$ID" true
    refuse "--console-socket without --detach" exec --tty --console-socket second "$ID" true
    refuse "without a terminal" exec --detach --console-socket second "$ID" true
    done_by 0 delete --force "$ID"
    bundle
    receive_terminal third
    refuse "process.terminal" create --console-socket third "$ID"
    wait "$receiver" # nothing came
}

@test "06 runc: a terminal in the foreground is carried to ours" {
    bundle '.process.terminal = true | .process.args = ["sh", "-c", "tty; stty size; exit 3"]'
    terminal "stty cols 71 rows 21; '$RUNC' --root '$STATE' run '$ID'; echo status \$?"
    shown | grep -qx /dev/pts/0 || fail "$(shown)"
    shown | grep -qx '21 71' || fail "$(shown)"
    shown | grep -qx 'status 3' || fail "$(shown)"
    refuse "not a TTY" run "$ID"
    bundle
    running
    terminal "stty cols 72 rows 22; '$RUNC' --root '$STATE' exec -t '$ID' sh -c 'tty; stty size; exit 4'; echo status \$?"
    shown | grep -qx '22 72' || fail "$(shown)"
    shown | grep -qx 'status 4' || fail "$(shown)"
}

@test "06 runc: exec runs one more program, which is the container's but for what is said" {
    bundle '.process.env += ["COLOUR=red"]'
    running
    oci exec "$ID" sh -c 'cat; echo $COLOUR; hostname; exit 9' <<<hello
    ends 9
    [ "$output" = $'hello\nred\nmini-runc' ] || fail "$output"
    done_by 0 exec -e COLOUR=blue --env MORE=x=y --cwd /bin "$ID" sh -c 'echo $COLOUR $MORE $PWD'
    [ "$output" = 'blue x=y /bin' ] || fail "$output"
    done_by 0 exec -e COLOUR=blue -e COLOUR=green "$ID" env
    [ "$(grep COLOUR <<<"$output")" = COLOUR=green ] || fail "$output"
    done_by 0 exec "$ID" grep NoNewPrivs /proc/self/status # its options are its own
    told 1
    done_by 0 exec --pid-file pid2 --detach "$ID" sleep 1002
    [ "$(cat "/proc/$(cat pid2)/comm")" = sleep ] || fail "not its PID: $(cat pid2)"
    [ "$(readlink "/proc/$(cat pid2)/ns/pid")" = "$(readlink "/proc/$(cat pid)/ns/pid")" ] || fail "not in the container"
    done_by 0 exec "$ID" sh -c 'kill -9 $$' && fail "its status is lost" || ends 137
    # what pause and update hold is no sign that it is still being created
    call flock "$STATE/$ID" "$RUNC" --root "$STATE" exec "$ID" echo in
    ends 0
    [ "$output" = in ] || fail "$output"
}

@test "06 runc: exec is refused while run still makes the container" {
    bundle ".hooks.createRuntime = [{path: \"/bin/sh\", args: [\"sh\", \"-c\",
        \"'$RUNC' --root '$STATE' exec $ID true 2>early; true\"]}]"
    running
    grep -q 'it is creating' early || fail "$(cat early)"
}

@test "06 runc: exec with another user, groups and rights" {
    need_root "to become another user"
    bundle '.process.user.additionalGids = [7]'
    running
    done_by 0 exec --user 12:34 -g 5 --additional-gids 6 "$ID" id
    told "uid=12 gid=34"
    [[ $output =~ groups=5.*,6.*,7 ]] || fail "$output"
    done_by 0 exec -u 12 "$ID" id
    told "uid=12 gid=0"
    done_by 0 exec "$ID" grep CapEff /proc/self/status
    local before=$output
    done_by 0 exec --cap CAP_NET_ADMIN "$ID" grep CapEff /proc/self/status
    [ $((0x${output##*$'\t'})) -eq $((0x${before##*$'\t'} | 1 << 12)) ] || fail "$before -> $output"
}

@test "06 runc: HOME is what the container's passwd file says, where the config says nothing" {
    need_root "to become another user"
    root
    mkdir -p "$ROOT/etc"
    printf '%s\n' root:x:0:0::/root:/bin/sh other:x:12:34::/home/other:/bin/sh >"$ROOT/etc/passwd"
    is_home() { [ "$(grep ^HOME= <<<"$output")" = "HOME=$1" ] || fail "not $1"; }
    bundle ".root.path = \"$ROOT\" | .process.env += [\"HOME=\"]"
    running
    done_by 0 exec "$ID" env
    is_home /root
    done_by 0 exec -u 12 "$ID" env
    is_home /home/other
    done_by 0 exec -e HOME=/elsewhere "$ID" env
    is_home /elsewhere
    done_by 0 delete --force "$ID"
    rm "$ROOT/etc/passwd"
    mkfifo "$ROOT/etc/passwd" # of an image that would hold us
    bundle ".root.path = \"$ROOT\" | .process.args = [\"env\"]"
    done_by 0 run "$ID"
    is_home /
}

@test "06 runc: exec takes the process from a file, and bounds that it leaves out from the container" {
    bundle '.process.oomScoreAdj = 7 | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 77}]'
    running
    echo '{"args": ["sh", "-c", "ulimit -n; cat /proc/self/oom_score_adj; grep CapBnd /proc/self/status"],
        "cwd": "/", "env": ["PATH=/bin"]}' >short.json
    done_by 0 exec -p short.json "$ID"
    [ "$output" = $'77\n7\nCapBnd:\t0000000020000420' ] || fail "$output"
    jq '.capabilities = {}' short.json >none.json
    done_by 0 exec -p none.json "$ID"
    told $'CapBnd:\t0000000000000000'
    jq '.process | .args = ["sh", "-c", "echo $X; pwd; exit 8"] | .env = ["X=1"] | .cwd = "/bin"' config.json >process.json
    done_by 8 exec --process process.json "$ID"
    [ "$output" = $'1\n/bin' ] || fail "$output"
    done_by 8 exec -p process.json "$ID"
    refuse "--process and words" exec -p process.json "$ID" true
    refuse "--process and words" exec -p process.json --cwd / "$ID"
    jq '.args = 5' process.json >wrong.json
    refuse "args" exec -p wrong.json "$ID"
    refuse "nowhere" exec -p ./nowhere "$ID"
}

@test "06 runc: exec refuses what it does not understand" {
    bundle
    running
    refuse "exec needs ID CMD" exec
    refuse "exec needs ID CMD" exec "$ID"
    refuse "unknown capability 'NET'" exec --cap NET "$ID" true
    refuse "--env 'x'" exec --env x "$ID" true
    refuse "--env '=x'" exec --env =x "$ID" true
    for user in x 1:x : 1: 4294967295 -1 ""; do
        refuse "--user" exec "--user=$user" "$ID" true
        complained "UID or UID:GID"
    done
    refuse "--additional-gids" exec -g users "$ID" true
    refuse "--cwd 'bin'" exec --cwd bin "$ID" true
    refuse "unknown option '--frob'" exec --frob "$ID" true
    refuse "no/pid" exec --pid-file no/pid "$ID" sleep "1003$$"
    ! pgrep -f "sleep 1003$$" || fail "it runs although nobody knows its PID"
    done_by 0 kill "$ID" KILL
    becomes stopped
    refuse "it is stopped" exec "$ID" true
}

# bats test_tags=vm
@test "06 runc: exec in a paused container waits for nobody, unless it is asked to" {
    need_groups
    bundle
    running
    done_by 0 pause "$ID"
    refuse "it is paused" exec "$ID" true
    "$RUNC" --root "$STATE" exec --ignore-paused "$ID" echo thawed </dev/null >late 2>&1 3>&- 4>&- &
    local waiting=$!
    sleep 0.3
    [ ! -s late ] || fail "it ran: $(cat late)"
    done_by 0 resume "$ID"
    wait "$waiting"
    [ "$(cat late)" = thawed ] || fail "$(cat late)"
}

# bats test_tags=vm
@test "06 runc: exec --cgroup puts it into a group below the container's" {
    need_groups
    local controller=pids group
    bundle
    running
    [ "$(version)" = v1 ] || controller=
    group=$(group_of "$(cat pid)" "$controller")
    mkdir "$group/sub"
    done_by 0 exec --detach --pid-file pid2 --cgroup "${controller:+pids:}sub" "$ID" sleep 1004
    [ "$(group_of "$(cat pid2)" "$controller")" = "$group/sub" ] || fail "$(group_of "$(cat pid2)" "$controller")"
    refuse "no group below" exec --cgroup ../other "$ID" true
    refuse "no group below" exec --cgroup / "$ID" true
    refuse "none" exec --cgroup none "$ID" true
    [ "$(version)" = v2 ] || refuse "no such controller" exec --cgroup frob:sub "$ID" true
    done_by 0 delete --force "$ID"
    [ ! -d "$group" ] || fail "the group is left"
}

# bats test_tags=vm
@test "06 runc: exec into a group that hands controllers on lands where the first process went" {
    need_groups
    [ "$(version)" = v2 ] || skip "needs cgroup v2"
    local group
    bundle '.linux.resources.pids.limit = 40'
    running
    group=$(group_of "$(cat pid)" '')
    mkdir "$group/init"
    cat pid >"$group/init/cgroup.procs"
    echo +pids >"$group/cgroup.subtree_control"
    done_by 0 exec --detach --pid-file pid2 "$ID" sleep 1004
    [ "$(group_of "$(cat pid2)" '')" = "$group/init" ] || fail "$(group_of "$(cat pid2)" '')"
    done_by 0 delete --force "$ID"
    [ ! -d "$group" ] || fail "the group is left"
}

@test "06 runc: --preserve-fds and LISTEN_FDS pass descriptors on, and no others" {
    shell 'cat <&3; ls -l /proc/self/fd | grep -c /kept; echo $LISTEN_FDS $LISTEN_PID'
    echo kept >kept
    oci run --preserve-fds 1 "$ID" 3<kept 4<kept
    ends 0
    [ "$output" = $'kept\n1' ] || fail "$output"
    LISTEN_FDS=2 oci run "$ID" 3<kept 4<kept
    [ "$output" = $'kept\n2\n2 1' ] || fail "$output"
    LISTEN_PID=1 LISTEN_FDS=2 oci run --preserve-fds 1 "$ID" 3<kept 4<kept # another's
    [ "$output" = $'kept\n1' ] || fail "$output"
    LISTEN_FDS=x refuse "LISTEN_FDS" run "$ID"
    LISTEN_FDS=7 refuse "--preserve-fds 0 and LISTEN_FDS 7" run "$ID" 3<&- 4<&-
    bundle
    running
    oci exec --preserve-fds 1 "$ID" cat /proc/self/fd/3 3<kept 4<kept
    ends 0
    told kept
}

@test "06 runc: the words after -- and behind the ID" {
    bundle
    done_by 0 create "$ID" --pid-file pid
    [ -s pid ] || fail "an option behind the ID was lost"
    refuse "unknown option '--frob'" kill "$ID" --frob
    done_by 0 delete -- "$ID"
    refuse "container --force does not exist" delete -- --force # it could be an ID
}

@test "06 runc: --debug prints the steps" {
    bundle '.process.args = ["true"]'
    done_by 0 --debug run "$ID"
    complained "clone3("
    complained "pivot_root(2)"
    done_by 0 run "$ID"
    [ -z "$stderr" ] || fail "steps without --debug"
}
