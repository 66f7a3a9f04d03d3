# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # work, rounds, root and the functions are those of tests/bench/run
# The part `engine` of tests/bench/run: all that lies between the words of a command line and the container, in turn with
# podman, and with docker and a daemon of its own. A part of what it says is no table of `bench`, for
# what it measures cannot be repeated at once: a load wants the image gone before the next one.

# NAME -> its command line, of those that are here; and why not, of the others.
declare -A engines missing_engine

# Its images in a store of its own. As root it has a bridge.
begin_podman() {
    command -v podman >/dev/null || { missing_engine[podman]="it is not installed" && return; }
    cat >"$work/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
END
    mkdir -p "$work/podman" "$work/cni" /var/lib/cni
    mount --bind "$work/cni" /var/lib/cni # the addresses it gives out
    export CONTAINERS_CONF=$work/containers.conf
    engines[podman]="$(command -v podman) --root $work/podman --runroot /run/podman --storage-driver overlay"
    tar -C "$root" -c . | ${engines[podman]} import -q - busybox >"$work/podman.log" 2>&1 && return
    missing_engine[podman]="it cannot import an image: $(tail -n 1 "$work/podman.log")"
    unset 'engines[podman]'
}

# The host's daemon is none of our business; ours has its bridge and rules where the others have theirs, in this network
# namespace, and its groups below one with the run's tag. It is to drive groups without systemd, as the others
# are, and with `container` in its environment it loads no AppArmor profile, which would be the host's.
begin_docker() {
    local docker dockerd pid tries=300
    # dockerd may be where no user looks
    if ! dockerd=$(PATH=$PATH:/usr/sbin:/sbin command -v dockerd) || ! command -v docker >/dev/null; then
        missing_engine[docker]="docker and dockerd are not both installed -> common/deps.sh bench"
        return
    fi
    export DOCKER_BUILDKIT=0 # what needs no plug-in
    docker="$(command -v docker) --config $work/docker --host unix:///run/docker.sock"
    mkdir "$work/docker"
    echo '{}' >"$work/docker/daemon.json" # not the host's
    container=bench "$dockerd" --config-file "$work/docker/daemon.json" --host unix:///run/docker.sock \
        --data-root "$work/docker/data" --exec-root /run/docker --pidfile /run/docker.pid \
        --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/bench-docker-$tag" >"$work/docker/log" 2>&1 &
    pid=$!
    until $docker version >"$work/docker/version" 2>&1; do
        if [ $((tries -= 1)) = 0 ] || ! kill -0 $pid 2>/dev/null; then
            missing_engine[docker]="dockerd does not start: $(tail -n 1 "$work/docker/log")"
            kill -KILL $pid 2>/dev/null || true
            return
        fi
        sleep 0.1
    done
    engines[docker]=$docker
    tar -C "$root" -c . | $docker import - busybox >/dev/null
    $docker version --format 'docker    {{.Client.Version}}, its daemon {{.Server.Version}} in these namespaces'
}

# each WORD...: the command line of every engine, with these words, goes to `programs`.
each() {
    local name
    for name in mini-docker podman docker; do
        [ -z "${engines[$name]-}" ] || programs+=("$name${label-}" "${engines[$name]} $*")
    done
}
# all WORD...: all of them do it now.
all() {
    local name
    for name in "${!engines[@]}"; do ${engines[$name]} "$@" >/dev/null 2>"$work/said" || { cat "$work/said" >&2 && return 1; }; done
}

engine_run() {
    local programs=("the runtime alone, with seccomp" "$(runtime mini-runc) run --bundle $work/filtered bench-$tag")
    each run --rm busybox true
    label=", no network" each run --rm --network none busybox true
    table 50 "run --rm busybox true" "${programs[@]}"
}

engine_exec() {
    local programs=("the runtime alone, with seccomp" "$(runtime mini-runc) exec bench-$tag /bin/true")
    $(runtime mini-runc) run --detach --bundle "$work/filtered-sleeper" "bench-$tag" </dev/null >/dev/null 2>&1
    all run -d --name bench busybox sleep 10000
    each exec bench true
    table 50 "exec: true in one that runs" "${programs[@]}"
    $(runtime mini-runc) delete --force "bench-$tag"
    all rm -f bench
}

# Each step is one that the cache has: how long it takes to see that.
engine_build() {
    local programs=()
    mkdir "$work/context"
    cp "$here/run" "$work/context/file"
    printf '%s\n' 'FROM busybox' 'ENV a=b' 'WORKDIR /w' 'COPY file .' 'RUN ["true"]' >"$work/context/Dockerfile"
    all build -q --network none -t bench-built "$work/context"
    each build -q --network none -t bench-built "$work/context"
    # docker says each time that there is a newer builder
    table 50 "build: 4 steps, all in the cache" "${programs[@]}" 2>"$work/said" || { cat "$work/said" >&2 && return 1; }
}

engine_ps() {
    local programs=() i
    for ((i = 0; i < 20; i++)); do all run -d --network none busybox sleep 10000; done
    each ps
    table 50 "ps, of 20 that run" "${programs[@]}"
    for i in "${!engines[@]}"; do ${engines[$i]} ps -q | xargs -r ${engines[$i]} rm -f >/dev/null 2>&1; done
}

# Private memory of the monitors, KiB each: what a process has alone, files that it read and may lose included.
monitors() {
    local process here
    here=$(readlink /proc/self/ns/mnt)
    for process in /proc/[0-9]*; do
        [ "$(cat "$process/comm" 2>/dev/null)" != mini-monitor ] || [ "$(readlink "$process/ns/mnt")" != "$here" ] ||
            cat "$process/smaps_rollup" 2>/dev/null
    done | awk '/^Rss/ { n++ } /^Private/ { kib += $2 } END { printf "%d monitors: %d KiB each\n", n, n ? kib / n : 0 }'
}

engine_many() {
    local number=${ALIVE:-1000} begin
    "$work/mini-docker" run -d --network none busybox sleep 10000 >/dev/null
    sleep 1
    printf '\n%s of memory that nobody shares; ' "$(monitors)"
    begin=$EPOCHREALTIME
    for ((i = 1; i < number; i++)); do "$work/mini-docker" run -d --network none busybox sleep 10000; done >/dev/null
    awk -v a="$begin" -v b="$EPOCHREALTIME" -v n="$number" 'BEGIN { printf "%d were started in %.1f s; ", n, b - a }'
    sleep 1
    monitors
    table 50 "ps, of $number that run" "ps" "$work/mini-docker ps" "ps -q" "$work/mini-docker ps -q"
    "$work/mini-docker" ps -a -q | xargs "$work/mini-docker" rm -f >/dev/null
}

# 100 MB in 2,000 files, half of which do not get smaller. As an OCI archive, with gzip, and as Docker's.
big_archives() {
    mkdir "$work/big"
    for ((i = 0; i < 1000; i++)); do
        head -c 50000 /dev/urandom >"$work/big/random-$i"
        seq -f "$i %g" 7000 | head -c 50000 >"$work/big/text-$i"
    done
    tar -C "$work/big" -c . | "$work/mini-docker" import - big >/dev/null
    "$work/mini-docker" save -o "$work/big.docker" big
    "$work/mini-docker" rmi big >/dev/null
    skopeo copy -q "docker-archive:$work/big.docker" "oci-archive:$work/big.oci:big"
    rm -rf "$work/big"
}

# loaded WITH FORM: a load by one of them, whose store is as it was when it ends.
loaded() {
    if [ "$1" = skopeo ]; then
        skopeo copy -q "$2-archive:$work/big.$2" "oci:$work/layout:big"
        umoci unpack --image "$work/layout:big" "$work/unpacked" >/dev/null 2>&1
    else
        ${engines[$1]} load -q -i "$work/big.$2" >/dev/null 2>&1
    fi
}
unload() {
    rm -rf "$work/layout" "$work/unpacked"
    [ "$1" = skopeo ] || ${engines[$1]} rmi -f big >/dev/null
}
# The median of its times, or that there are none.
took() { sort -n "$work/took-$1" 2>/dev/null | awk '{ v[NR] = $1 " s" } END { print NR ? v[int((NR + 1) / 2)] : "-" }'; }

engine_load() {
    local form name begin loads=$((rounds < 5 ? rounds : 5)) i
    command -v skopeo >/dev/null && command -v umoci >/dev/null || { echo "no skopeo or umoci: load is not measured" && return; }
    big_archives
    printf '\n%-13s %-34s %11s %14s %9s %9s\n' "" "100 MB, 2,000 files, $loads rounds" mini-docker "skopeo, umoci" podman docker
    for form in oci docker; do
        rm -f "$work"/took-*
        for ((i = 0; i < loads; i++)); do
            for name in skopeo "${!engines[@]}"; do
                [ "$name$form" != dockeroci ] || continue # this daemon reads its own form only
                begin=$EPOCHREALTIME
                loaded "$name" "$form"
                awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", b - a }' >>"$work/took-$name"
                unload "$name"
            done
        done
        printf '%-13s %-34s %11s %14s %9s %9s\n' load "from the $form archive" "$(took mini-docker)" \
            "$(took skopeo)" "$(took podman)" "$(took docker)"
    done
}

part_engine() {
    local name
    engines=([mini-docker]=$work/mini-docker)
    begin_podman
    begin_docker
    for name in "${!missing_engine[@]}"; do echo "$name is not measured: ${missing_engine[$name]}"; done
    engine_run
    engine_exec
    engine_build
    engine_ps
    engine_many
    engine_load
}
