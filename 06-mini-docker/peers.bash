# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # bats sets status and stderr; the tests use the variables
# A world for the engines of others: podman, containerd and dockerd, driving a runtime of our choice.
#
#     world                 make it: mount and network namespaces of its own, held by a process that sleeps
#     world_ends            stop all that runs in it, by pid, and remove its groups
#     inside CMD...         run a command in it (tell and ends of checks.bash see how it ended)
#     podman_starts, containerd_starts, dockerd_starts; pod, ctr_, dock ARG...: their command lines
#
# Three things keep the host out of reach. What the engines mount is in a mount namespace that goes with its last
# process. What they would write below /run, /dev/shm and /var/lib is on a tmpfs there. Links and
# firewall rules are those of an empty network namespace. Groups are all below one, $GROUP.
#
# In there / is shared, as on nearly every host: podman gives conmon a mount namespace of its own, and what the
# clean-up unmounts in that has to go in podman's as well. Else `podman rm` may find userdata/shm busy, of runc too.

# Where the engines keep all they have: sockets too, so the path is short (108 bytes is the most).
world() {
    WORLD=$BATS_FILE_TMPDIR GROUP=peers-$BASHPID
    unshare --mount --net --propagation private sh -c '
        mount --make-rshared / && for dir in /run /dev/shm /var/lib; do mount -t tmpfs tmpfs $dir; done
        ip link set lo up
        echo 1 >/proc/sys/net/ipv4/ip_forward # else as on the host, and 0 is worth a warning to dockerd and to us
        : >"$0/ready"
        exec sleep 100000' "$WORLD" 3>&- 4>&- &
    echo $! >"$WORLD/holder"
    disown # no word of its end
    echo "$GROUP" >"$WORLD/group"
    wait_for 30 test -e "$WORLD/ready"
    mkdir -p "$WORLD/image"
    cp -a "$TOP/rootfs" "$WORLD/root"
}

# setup_file's variables do not reach the tests: what a test needs of the world.
enter_world() {
    WORLD=$BATS_FILE_TMPDIR
    [ -e "$WORLD/ready" ] || skip "$(cat "$WORLD/skip" 2>/dev/null || echo 'needs root: no world for engines')"
    HOLDER=$(<"$WORLD/holder") GROUP=$(<"$WORLD/group")
}
inside() { nsenter --target "$HOLDER" --mount --net --wd="$PWD" -- "$@"; }

# The pids of what runs in the world: in its mount namespace, or in its groups.
inhabitants() {
    local here
    here=$(readlink "/proc/$HOLDER/ns/mnt")
    {
        find /proc/[0-9]*/ns/mnt -printf '%p/%l\n' 2>/dev/null | awk -F/ -v here="$here" '$NF == here { print $3 }'
        group_folders | while read -r group; do cat "$group/cgroup.procs" 2>/dev/null || true; done
    } | sort -un
}
group_folders() { find /sys/fs/cgroup -depth -type d -path "*/$GROUP*" 2>/dev/null || true; }

world_ends() {
    [ -e "$BATS_FILE_TMPDIR/holder" ] || return 0
    HOLDER=$(<"$BATS_FILE_TMPDIR/holder") GROUP=$(<"$BATS_FILE_TMPDIR/group")
    local pid group _
    for _ in 1 2 3 4 5; do # a monitor may start a clean-up when its container dies
        for pid in $(inhabitants); do
            [ "$pid" = "$HOLDER" ] || kill -KILL "$pid" 2>/dev/null || true
        done
        sleep 0.1
    done
    kill -KILL "$HOLDER" 2>/dev/null || true
    for group in $(group_folders); do
        wait_for 5 rmdir "$group" 2>/dev/null || true
    done
}

# The image: the course's busybox root. Nothing can be pulled in a test.
image() { tar -C "$WORLD/root" -c .; }

# As `docker save` makes it, for engines that import no plain root.
image_archive() {
    local sum dir=$WORLD/image
    image >"$dir/layer.tar"
    sum=$(sha256sum "$dir/layer.tar" | cut -d' ' -f1)
    cat >"$dir/config.json" <<END
{"architecture":"amd64","os":"linux","config":{"Cmd":["sh"],"Env":["PATH=/bin"]},
 "rootfs":{"type":"layers","diff_ids":["sha256:$sum"]}}
END
    echo '[{"Config":"config.json","RepoTags":["docker.io/library/box:latest"],"Layers":["layer.tar"]}]' \
        >"$dir/manifest.json"
    tar -C "$dir" -cf "$WORLD/image.tar" manifest.json config.json layer.tar
}

# podman: no daemon. The limits are for a host where raising them fails; the two `supports` lists tell it
# what a runtime with a name that it does not know can do.
podman_starts() {
    cat >"$WORLD/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
netns = "none"
cgroupns = "private"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime_supports_json = ["ours", "control"]
runtime_supports_nocgroup = ["ours", "control"]
[engine.runtimes]
ours = ["$WORLD/mini-runc"]
control = ["$CONTROL"]
END
    image | pod import - box >"$WORLD/podman.log" 2>&1
}
pod() {
    inside env CONTAINERS_CONF="$WORLD/containers.conf" podman --root "$WORLD/p/root" --runroot "$WORLD/p/run" \
        --tmpdir "$WORLD/p/tmp" --storage-driver vfs --runtime "${RUNTIME-ours}" "$@"
}

containerd_starts() {
    cat >"$WORLD/containerd.toml" <<END
version = 2
root = "$WORLD/c/root"
state = "$WORLD/c/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt",
    "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
address = "$WORLD/c.sock"
[ttrpc]
address = "$WORLD/t.sock"
END
    inside containerd --config "$WORLD/containerd.toml" >"$WORLD/containerd.log" 2>&1 3>&- 4>&- &
    wait_for 60 ctr_ version >/dev/null 2>&1
    image_archive
    ctr_ image import "$WORLD/image.tar" >>"$WORLD/containerd.log" 2>&1
}
ctr_() { inside ctr --address "$WORLD/c.sock" "$@"; }

# Its own containerd would be one more; the one above serves both, in another namespace of containerd's.
dockerd_starts() {
    echo '{}' >"$WORLD/d.json" # not the host's /etc/docker/daemon.json
    inside dockerd --config-file "$WORLD/d.json" --containerd "$WORLD/c.sock" --containerd-namespace docker \
        --containerd-plugins-namespace docker-plugins --host "unix://$WORLD/d.sock" --data-root "$WORLD/d/root" \
        --exec-root "$WORLD/d/run" --pidfile "$WORLD/d.pid" --cgroup-parent "/$GROUP/docker" \
        --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
        --add-runtime "ours=$WORLD/mini-runc" --add-runtime "control=$CONTROL" \
        >"$WORLD/dockerd.log" 2>&1 3>&- 4>&- &
    wait_for 60 dock version >/dev/null 2>&1
    image | dock import - box >>"$WORLD/dockerd.log" 2>&1
}
dock() {
    [ "$1" != run ] || set -- run --runtime "${RUNTIME-ours}" "${@:2}"
    inside env DOCKER_CONFIG="$WORLD/d" docker --host "unix://$WORLD/d.sock" "$@"
}

# in_terminal COMMAND [LINE]: in a terminal of 77 columns and 33 lines, where a person waits for the shell's prompt and
# types the line. What is on the screen at the end goes to $output, the exit status to $status.
in_terminal() {
    local screen=$BATS_TEST_TMPDIR/screen
    export -f inside pod dock ctr_
    export WORLD HOLDER RUNTIME GROUP
    terminals=$((${terminals-0} + 1)) # a server each: one that is on its way out takes no session
    printf '%s\n' "$1" 'echo "ended with $?"' 'sleep 100' >in_terminal.sh
    echo 'set -g status off' >tmux.conf
    in_tmux -f tmux.conf new-session -d -x 77 -y 33 bash "$PWD/in_terminal.sh" 3>&- 4>&-
    if [ -n "${2-}" ]; then
        wait_for 60 shows '# *$' || fail "no prompt: $(cat "$screen")"
        in_tmux send-keys -l "$2"
        in_tmux send-keys Enter
    fi
    wait_for 60 shows '^ended with' || fail "it goes on: $(cat "$screen")"
    in_tmux kill-server
    output=$(<"$screen") stderr=
    status=$(sed -n 's/^ended with //p' "$screen")
}
in_tmux() { tmux -L "peers$terminals" "$@"; }
shows() { in_tmux capture-pane -p >"$screen" && grep -q "$1" "$screen"; }

# of_group PID V1CONTROLLER V1FILE V2FILE: the value of a limit, in the kernel's file of that process's group.
of_group() {
    if [ "$(version)" = v1 ]; then
        cat "$(group_of "$1" "$2")/$3"
    else
        cat "$(group_of "$1" '')/$4"
    fi
}
