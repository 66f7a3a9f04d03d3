# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # work, rounds, root and the functions are those of tests/bench/run
# The part `engine` of tests/bench/run: all that lies between the words of a command line and the container, beside
# podman, and beside docker where its daemon answers. A part of what it says is no table of `bench`, for
# what it measures cannot be repeated at once: a load wants the image gone before the next one.

# "podman": its command line, with an image busybox in a store of its own, or nothing. As root it has a bridge.
begin_podman() {
    command -v podman >/dev/null || return 0
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
    podman="$(command -v podman) --root $work/podman --runroot /run/podman --storage-driver overlay"
    tar -C "$root" -c . | $podman import -q - busybox >/dev/null 2>&1 || podman=
}

# The same of docker, whose socket is out of sight here.
begin_docker() {
    command -v docker >/dev/null || return 0
    export DOCKER_HOST=unix:///proc/1/root/run/docker.sock
    timeout 3 docker info >/dev/null 2>&1 || return 0
    docker=$(command -v docker)
    tar -C "$root" -c . | $docker import - mini-docker-bench >/dev/null || docker=
}

end_engines() {
    [ -z "${podman-}" ] || $podman rm -f -a -t 0 >/dev/null 2>&1 || true
    [ -z "${docker-}" ] || { $docker rm -f bench-engine && $docker rmi -f mini-docker-bench; } >/dev/null 2>&1 || true
    "$work/mini-docker" ps -a -q 2>/dev/null | xargs -r "$work/mini-docker" rm -f >/dev/null || true
}

engine_run() {
    local programs=("the runtime alone, with seccomp" "$(runtime mini-runc) run --bundle $work/filtered bench-$$"
        "mini-docker" "$work/mini-docker run --rm busybox true"
        "mini-docker, no network" "$work/mini-docker run --rm --network none busybox true")
    [ -z "$podman" ] || programs+=("podman" "$podman run --rm busybox true"
        "podman, no network" "$podman run --rm --network none busybox true")
    [ -z "$docker" ] || programs+=("docker" "$docker run --rm mini-docker-bench /bin/true")
    table 50 "run --rm busybox true" "${programs[@]}"
}

engine_exec() {
    local programs=("the runtime alone, with seccomp" "$(runtime mini-runc) exec bench-engine /bin/true"
        "mini-docker" "$work/mini-docker exec bench-engine true")
    $(runtime mini-runc) run --detach --bundle "$work/filtered-sleeper" bench-engine </dev/null >/dev/null 2>&1
    "$work/mini-docker" run -d --name bench-engine busybox sleep 10000 >/dev/null
    [ -z "$podman" ] || { $podman run -d --name bench-engine busybox sleep 10000 >/dev/null &&
        programs+=("podman" "$podman exec bench-engine true"); }
    [ -z "$docker" ] || { $docker run -d --name bench-engine mini-docker-bench /bin/sleep 10000 >/dev/null &&
        programs+=("docker" "$docker exec bench-engine /bin/true"); }
    table 50 "exec: true in one that runs" "${programs[@]}"
    $(runtime mini-runc) delete --force bench-engine
    "$work/mini-docker" rm -f bench-engine >/dev/null
    [ -z "$podman" ] || $podman rm -f -t 0 bench-engine >/dev/null
    [ -z "$docker" ] || $docker rm -f bench-engine >/dev/null
}

# Each step is one that the cache has: how long it takes to see that.
engine_build() {
    local programs=("mini-docker" "$work/mini-docker build -q -t bench-built $work/context")
    mkdir "$work/context"
    cp "$here/run" "$work/context/file"
    printf '%s\n' 'FROM busybox' 'ENV a=b' 'WORKDIR /w' 'COPY file .' 'RUN ["true"]' >"$work/context/Dockerfile"
    "$work/mini-docker" build -q -t bench-built "$work/context" >/dev/null
    [ -z "$podman" ] || { $podman build -q --network none -t bench-built "$work/context" >/dev/null 2>&1 &&
        programs+=("podman" "$podman build -q --network none -t bench-built $work/context"); }
    table 50 "build: 4 steps, all in the cache" "${programs[@]}"
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

theirs() { # FORM FILE
    skopeo copy -q "$1-archive:$2" "oci:$work/layout:big"
    umoci unpack --image "$work/layout:big" "$work/unpacked" >/dev/null 2>&1
}
seconds() { # CMD...: how long it takes
    local begin=$EPOCHREALTIME
    "$@" >/dev/null
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", b - a }'
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

engine_load() {
    local form loads=$((rounds < 5 ? rounds : 5))
    command -v skopeo >/dev/null && command -v umoci >/dev/null || { echo "no skopeo or umoci: load is not measured" && return; }
    big_archives
    printf '\n%-13s %-34s %11s %26s\n' "" "100 MB, 2,000 files, $loads rounds" mini-docker "skopeo copy, umoci unpack"
    for form in oci docker; do
        : >"$work/ours" && : >"$work/theirs"
        for ((i = 0; i < loads; i++)); do
            seconds "$work/mini-docker" load -q -i "$work/big.$form" >>"$work/ours"
            "$work/mini-docker" images -q | xargs -r "$work/mini-docker" rmi -f >/dev/null
            seconds theirs "$form" "$work/big.$form" >>"$work/theirs"
            rm -rf "$work/layout" "$work/unpacked"
        done
        printf '%-13s %-34s %9s s %24s s\n' "load" "from the $form archive" "$(median "$work/ours")" "$(median "$work/theirs")"
    done
}

part_engine() {
    podman='' docker=''
    begin_podman
    begin_docker
    [ -n "$podman" ] || printf '\npodman is not there, or cannot run: not measured\n'
    [ -n "$docker" ] || printf '\ndocker: no daemon answers: not measured\n'
    engine_run
    engine_exec
    engine_build
    engine_many
    engine_load
    end_engines
}
