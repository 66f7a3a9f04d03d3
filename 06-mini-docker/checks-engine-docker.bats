#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Beside Docker itself, whatever version this host has: a daemon of its own in namespaces of its own (peers.bash). What
# one saves the other loads and runs; what is inspected has Docker's shape; a mistake gets Docker's words and status.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks
load peers

setup_file() {
    note_groups
    WORLD=$BATS_FILE_TMPDIR
    export PATH=$PATH:/usr/sbin:/sbin
    if [ "$(id -u)" -ne 0 ]; then
        echo "needs root: to start dockerd" >"$WORLD/skip"
    elif ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
        echo "dockerd is not installed" >"$WORLD/skip"
    else
        world
        enter_world
        echo '{}' >"$WORLD/d.json" # not the host's /etc/docker/daemon.json
        inside dockerd --config-file "$WORLD/d.json" --host "unix://$WORLD/d.sock" --data-root "$WORLD/d/root" \
            --exec-root "$WORLD/d/run" --pidfile "$WORLD/d.pid" --cgroup-parent "/$GROUP/docker" --storage-driver vfs --bridge=none \
            --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
            --exec-opt native.cgroupdriver=cgroupfs >"$WORLD/dockerd.log" 2>&1 3>&- 4>&- &
        wait_for 60 dock version >/dev/null 2>&1 || true
        dock version -f '{{.Client.Version}}' | cut -d. -f1 >"$WORLD/client"
    fi
}

teardown_file() {
    world_ends
    goes_away 20 engine_left
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
    enter_world
    dock version >/dev/null 2>&1 || fail "dockerd did not start: $(tail -n 5 "$WORLD/dockerd.log")"
}

teardown() {
    [ ! -d "$STORE" ] || end_containers "$STORE"
    rm -rf "$STORE"
}

dock() { docker --config "$WORLD/d" --host "unix://$WORLD/d.sock" "$@"; }
images() { "$MINI" --root "$STORE" images --format '{{.Repository}}:{{.Tag}} {{.ID}}' --no-trunc | sort; }

# same WORD...: both end with the same status, and with the same words on both streams, but for who says them, for
# which ID, and for what else one says. An old client has other words for many things.
same() {
    local words=$* theirs
    call dock "$@"
    theirs="$status: $(plain)"
    engine "$@"
    [ "$theirs" = "$status: $(plain)" ] || fail "$words: docker has $theirs"
}
plain() {
    [ "$(cat "$WORLD/client")" -ge 28 ] || return 0
    { cat "$BATS_TEST_TMPDIR/printed" && head -n 1 "$BATS_TEST_TMPDIR/said"; } |
        sed -E 's/^(docker|mini-docker|Error response from daemon|Error): //; s/^Error response from daemon: //; s/\b([0-9a-f]{64}|[0-9a-f]{12})\b/ID/g; s/^./\L&/'
}

@test "06 docker: its archives are loaded here, and ours there, where they run" {
    "$MINI" --root "$STORE" tag busybox team/app:1
    "$MINI" --root "$STORE" save busybox team/app:1 >ours.tar
    dock load -i ours.tar >seen || fail "docker load: $(cat seen)"
    dock images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}} {{.Size}}' | sort >theirs
    diff <("$MINI" --root "$STORE" images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}} {{.Size}}' | sort) theirs
    (cd "$TOP/rootfs" && tar c .) | dock import -c 'CMD ["sh"]' -c 'ENV A=b' - made:by-docker >/dev/null
    dock save made:by-docker busybox -o theirs.tar
    tar tf theirs.tar | grep -q '/layer.tar$' || skip "this docker saves in the new form only"
    rm -rf "$STORE"
    engine load -i theirs.tar
    ends 0
    told "Loaded image: made:by-docker"
    dock images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | grep -v team/ | sort | diff - <(images)
    keys='.[0] | [.Id, .Created, .Config.Cmd, .Config.Env, .RootFS, .Architecture, .Os, .Size]'
    diff <(dock image inspect made:by-docker | jq "$keys") \
        <("$MINI" --root "$STORE" image inspect made:by-docker | jq "$keys")
    for image in busybox made:by-docker; do
        diff <(dock history --format '{{.ID}} {{.CreatedBy}} {{.Size}} {{.Comment}}' $image) \
            <("$MINI" --root "$STORE" history --format '{{.ID}} {{.CreatedBy}} {{.Size}} {{.Comment}}' $image)
        diff <(TZ=UTC dock history -H=false $image | sed 's/  */ /g') \
            <("$MINI" --root "$STORE" history -H=false $image | sed 's/  */ /g')
    done
    dock rmi made:by-docker >/dev/null
    [ "$(dock run --rm --network none team/app:1 echo hi)" = hi ] || fail "docker does not run our image"
    for user in 0 5:6 :5 1: :; do
        dock run --rm --network none -u $user --group-add 7 team/app:1 id >theirs
        mini -u $user --group-add 7 busybox id
        [ "$output" = "$(cat theirs)" ] || fail "another user: docker has $(cat theirs)"
    done
    dock rmi team/app:1 >/dev/null
    mini made:by-docker sh -c 'echo $A'
    [ "$output" = b ] || fail "docker's image does not run here"
}

# Both have busybox, and a container `made` that never ran.
made() {
    "$MINI" --root "$STORE" save busybox | dock load -q >/dev/null
    dock rm -f made >/dev/null 2>&1 || true
    for it in dock "$MINI --root $STORE"; do
        $it volume create vol >/dev/null
        $it create --name made --network none -v vol:/v -v /tmp:/host --label a=b --device /dev/null:/dev/zip \
            --ulimit nofile=5:6 --health-cmd true busybox sleep 1 >/dev/null
    done
}

# Every member that an object has there, with its type; not those below the members named.
shape() {
    jq -r 'def t: if type == "boolean" then "bool" else type end;
        [paths as $p | ($p | map(if type == "number" then "[]" else . end) | join(".")) + " " + (getpath($p) | t)] | unique[]' |
        grep -vE '\.(GraphDriver|LowerDir|MaskedPaths|ReadonlyPaths|ContainerConfig|Metadata|KernelMemory|KernelMemoryTCP)\b'
}

@test "06 docker: inspect has every member that docker's has" {
    made
    for words in "inspect made" "volume inspect vol" "network inspect none"; do
        # shellcheck disable=SC2086 # words
        dock $words | shape | sort >theirs
        # shellcheck disable=SC2086
        "$MINI" --root "$STORE" $words | shape | sort >ours
        # what is empty may be null, [] or {}, as the client likes
        comm -23 <(sed -E 's/ (null|array)$/ object/' theirs | sort -u) <(sed -E 's/ (null|array)$/ object/' ours | sort -u) >missing
        [ ! -s missing ] || fail "$words lacks: $(cat missing)"
    done
    while read -r template; do
        same inspect -f "$template" made
    done <<'END'
{{.State.Status}} {{if .State.Health}}yes{{end}} {{.State.Pid}} {{.RestartCount}} {{.SizeRw}}
{{range .Mounts}}{{if eq .Type "bind"}}{{.Name}},{{.Driver}},{{.Destination}},{{.RW}}{{end}}{{end}}
{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}},{{.Driver}},{{.Destination}},{{.RW}}{{end}}{{end}}
{{.Config.Entrypoint}} {{.Config.Cmd}} {{.Config.StopSignal}} {{.Config.StopTimeout}} {{.Config.Shell}} {{.Config.ExposedPorts}}
{{len .HostConfig.Binds}} {{.HostConfig.Tmpfs}} {{.HostConfig.Sysctls}} {{.HostConfig.Init}} {{.HostConfig.PidsLimit}} {{.HostConfig.CapAdd}}
{{range $name, $network := .NetworkSettings.Networks}}{{$name}}={{$network.IPAddress}}{{end}}{{.NetworkSettings.Ports}}
{{index .Config.Labels "a"}}{{index .Config.Labels "b"}}{{len .HostConfig.Devices}}{{json .HostConfig.Ulimits}}
{{.Nope}}
END
}

@test "06 docker: mistakes have its words and its status" {
    made
    while read -r words; do
        # shellcheck disable=SC2086 # words
        same $words
    done <<'END'
inspect nope
container inspect nope
logs nope
stop nope
rm nope
rm -f nope
exec nope true
exec made true
top made
pause made
unpause made
attach made
kill made
kill -s NOPE made
cp made:/nope .
cp made:/etc/passwd /no/where
cp made:/etc/passwd /etc/group/
cp a b
diff nope
export nope
wait nope
update -m 10m nope
commit nope
rmi nope
rmi -f nope
rmi busybox
tag nope a
tag busybox sha256:a
history nope
create --name made busybox
create --name /// busybox
create -p 80:x busybox
create -p 99999:80 busybox
create -v /a:/b:zz busybox
create --memory-swap 5m busybox
create -m 10m --memory-swap 6m busybox
create --cpuset-cpus 999 busybox
create --rm --restart always busybox
create --network container:nope --hostname a busybox
create --cap-add NOPE busybox
create --pull never --platform linux/s390x busybox
create --device x busybox
create --mount type=bind,source=/nope,target=/a busybox
create --mount type=x,target=/a busybox
create --stop-signal NOPE busybox
network inspect nope
network create bridge
volume inspect nope
volume rm nope
volume rm vol
volume rm -f nope
END
}

# Its words for these are Go's, or another version's; but a script looks at the status.
@test "06 docker: what its client refuses, and what its daemon does, ends with its status" {
    [ "$(cat "$WORLD/client")" -ge 28 ] || skip "an old client has other statuses"
    made
    while read -r words; do
        # shellcheck disable=SC2086 # words
        call dock $words
        theirs=$status
        # shellcheck disable=SC2086
        engine $words
        [ "$status" -eq "$theirs" ] || fail "$words: docker ends with $theirs"
    done <<'END'
create --cpus x busybox
create --cpus -1 busybox
create --cpu-period 1 busybox
create --cpu-quota x busybox
create --pids-limit -5 busybox
create --oom-score-adj x busybox
create --health-interval 1us busybox
create --health-interval -1s busybox
create --no-healthcheck --health-interval 0s busybox
create --restart on-failure:-1 busybox
create --sysctl x busybox
create --security-opt x busybox
create --env-file /nope busybox
create --ip x busybox
create --network none --network host busybox
create --platform a/b/c/d busybox
run --cpus -1 busybox
update --cpu-quota 1 made
update --blkio-weight x made
exec -it made true
ps -n -1
ps --filter publish=x
volume ls --filter dangling=x
inspect -f {{ made
version -f {{
ps --format {{
END
}
