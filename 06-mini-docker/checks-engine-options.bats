#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06: the options that few use and some miss: what docker 20.10 to 28 have, done or refused by name.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need_root "to make groups, and to look into containers"
    need jq
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
    end_containers "${STORE-}"
    umount "$BATS_TEST_TMPDIR/net" 2>/dev/null || true # of a test that has failed
}

engine() { call timeout -s KILL 60 "$MINI" --root "$STORE" "$@"; }
run() { engine run --network none "$@"; }
is() { [ "$output" = "$1" ] || fail "it is not: $1"; }

# No process of an exec of this store's.
no_keeper() { ! pgrep -f -- "--root $STORE exec" >/dev/null; }

# What happened since the test began, in the words of a template.
happened() { works events --since 1h --until 0s --format "$@"; }
has_happened() { # TEXT TEMPLATE
    happened "$2"
    [[ $'\n'$output$'\n' == *$'\n'"$1"$'\n'* ]]
}

@test "06 options: exec --env-file: as -e, and -e is stronger" {
    run -d --name box -e B=box busybox sleep 60
    printf '\xef\xbb\xbfA=file\r\n# a comment\n\n  B=of a file\r\nHOME\nNOT_OURS\n' >env
    HOME=/ours engine exec --env-file env -e A=word box sh -c 'echo "$A/$B/$HOME/${NOT_OURS-none}"'
    is "word/of a file//ours/none"
    printf 'A=1\nB =2\n' >env
    engine exec --env-file env box true
    ends 125 "env, line 2: poorly formatted environment: variable 'B =2' contains whitespaces"
    engine exec --env-file nosuch box true
    ends 1 "cannot open nosuch"
}

@test "06 options: exec: events tell its begin and its end, with -d as well, and no process of ours stays" {
    run -d --name box busybox sleep 60
    engine exec box sh -c 'exit 3'
    ends 3
    happened '{{.Action}} {{.Actor.Attributes.exitCode}}' --filter event=exec_create --filter event=exec_start --filter event=exec_die
    is $'exec_create: sh -c exit 3 <no value>\nexec_start: sh -c exit 3 <no value>\nexec_die 3'
    happened '{{.Actor.Attributes.execID}}' --filter event=exec_create --filter event=exec_die
    [[ $output =~ ^([0-9a-f]{64})$'\n'([0-9a-f]{64})$ ]] && [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ] || fail "not one ID"
    mkfifo "$BATS_TEST_TMPDIR/out"
    "$MINI" --root "$STORE" exec -d box sh -c 'while [ ! -e /go ]; do sleep 0.05; done; exit 5' >out 2>&1 &
    timeout 20 cat out >said || fail "-d: its end does not end the caller's pipe"
    [ ! -s said ] || fail "it said $(cat said)"
    works exec box touch /go
    wait_for 20 has_happened 'exec_die 5' '{{.Action}} {{.Actor.Attributes.exitCode}}' || fail "no end of -d"
    engine exec -dt box sh -c 'tty >/tty; i=0; while [ $i -lt 5000 ]; do echo $i; i=$((i+1)); done; exit 6'
    wait_for 20 has_happened 'exec_die 6' '{{.Action}} {{.Actor.Attributes.exitCode}}' || fail "no end of -dt"
    prints /dev/pts/0 exec box cat /tty
    engine exec -d box nosuch
    ends 1 "not found in PATH"
    works rm -f box
    wait_for 20 no_keeper || fail "a keeper is left"
}

@test "06 options: exec --detach-keys leaves the program running, with a terminal that is read" {
    need script
    run -d --name box busybox sleep 60
    (
        wait_for 20 grep -q ready seen
        printf 'a\001c\n' # ctrl-a alone is a key like any other
        wait_for 20 grep -q 'got' seen
        printf '\001b'
    ) | terminal "'$MINI' --root '$STORE' exec --detach-keys ctrl-a,b -it box sh -c 'echo \$\$ >/pid; stty -echo; echo ready; read -r x; echo got \$x; i=0; while [ \$i -lt 5000 ]; do echo \$i; i=\$((i+1)); done; echo whole >/whole; exec sleep 60'; echo status \$?"
    shown | grep -q 'status 1' && shown | grep -q 'read escape sequence' || fail "$(shown | tail -3)"
    wait_for 20 "$MINI" --root "$STORE" exec box test -e /whole || fail "its output stopped it"
    has_happened exec_detach '{{.Action}}' || fail "no event"
    works exec box sh -c 'kill $(cat /pid)'
    wait_for 20 has_happened 'exec_die 143' '{{.Action}} {{.Actor.Attributes.exitCode}}' || fail "nobody tells its end"
    engine exec --detach-keys ctrl-1 box true
    ends 1 "invalid detach keys (ctrl-1) provided"
    works exec --detach-keys '' box true
    engine exec -it box true </dev/null
    ends 1 "the input device is not a TTY"
    works rm -f box
    wait_for 20 no_keeper || fail "a keeper is left"
}

@test "06 options: --volumes-from: volumes, binds and anonymous ones at the same places, also when the other is gone" {
    mkdir ours
    works create --name first -v named:/data -v "$PWD/ours:/ours" -v /anonymous --tmpfs /tmpfs busybox true
    run --rm --volumes-from first busybox sh -c 'echo kept >/data/a; echo kept >/ours/a; echo kept >/anonymous/a; ls -d /tmpfs 2>&1'
    ends 1
    [ "$(cat ours/a)" = kept ] || fail "the bind is another"
    engine run --network none --volumes-from first:ro busybox sh -c 'for f in /data /ours /anonymous; do cat $f/a; touch $f/b; done'
    [ "$output" = $'kept\nkept\nkept' ] && [ "$(grep -c 'Read-only file system' <<<"$stderr")" -eq 3 ] || fail "not read-only"
    # one's own at the same place is stronger; and what came from a third comes along
    works create --name second --volumes-from first -v other:/data busybox true
    works inspect -f '{{json .Mounts}}' second
    output=$(jq -c '[.[] | [.Type, (if .Type == "bind" then .Source else .Name end | if length == 64 then null else . end), .Destination]]' <<<"$output")
    is "$(jq -cn --arg ours "$PWD/ours" '[["volume",null,"/anonymous"],["volume","other","/data"],["bind",$ours,"/ours"]]')"
    prints '["first"]' inspect -f '{{json .HostConfig.VolumesFrom}}' second
    works rm first
    run --rm --volumes-from second:rw,z busybox cat /anonymous/a /ours/a
    is $'kept\nkept'
    # with the last container's -v the anonymous one goes, and no other
    works rm -v second
    works volume ls -q
    [ "$(wc -l <<<"$output")" -eq 3 ] || fail "a run that is left has it, too"
    engine rm -v "$("$MINI" --root "$STORE" ps -aq)"
    prints $'named\nother' volume ls -q
    engine create --volumes-from nosuch busybox
    ends 1 "No such container: nosuch"
    engine create --volumes-from second:rx busybox
    ends 125 "invalid mode: rx"
    engine create --volumes-from '' busybox
    ends 125 "it cannot be an empty string"
}

@test "06 options: create ends with 1 where docker's daemon would refuse it, run with 125; wrong words with 1" {
    engine create nosuch-image
    ends 1 "Unable to find image 'nosuch-image:latest' locally"
    run nosuch-image
    ends 125 "Unable to find image 'nosuch-image:latest' locally"
    engine create --cap-add FLY busybox
    ends 1 'unknown capability: "CAP_FLY"'
    run --cap-add FLY busybox
    ends 125 'unknown capability: "CAP_FLY"'
    engine create -m lots busybox
    ends 125 "--memory: 'lots'"
    works create --name taken busybox
    engine create --name taken busybox
    ends 1 'Conflict. The container name "/taken" is already in use by container'
    run --name taken busybox
    ends 125 'Conflict. The container name "/taken" is already in use by container'
    engine update -m 10m --memory-reservation 11m taken
    ends 1 "can not be less than memory reservation"
    local row
    for row in "run|'mini-docker run' requires at least 1 argument" "create|'mini-docker create' requires at least 1 argument" \
        "exec taken|'mini-docker exec' requires at least 2 arguments" "rm|'mini-docker rm' requires at least 1 argument" \
        "rename a|'mini-docker rename' requires 2 arguments" "port|'mini-docker port' requires at least 1 and at most 2 arguments" \
        "ps x|'mini-docker ps' accepts no arguments" "images a b|'mini-docker images' requires at most 1 argument" \
        "network rm|'mini-docker network rm' requires at least 1 argument" "top|'mini-docker top' requires at least 1 argument" \
        "nothing|'nothing' is not a mini-docker command" "volume nothing|'nothing' is not a mini-docker volume command"; do
        # shellcheck disable=SC2086 # words
        engine ${row%%|*}
        ends 1 "${row#*|}"
        complained "Run 'mini-docker"
    done
}

# An image of an empty file system: NAME LABEL.
import_labelled() {
    mkdir -p empty
    tar -C empty -c . | "$MINI" --root "$STORE" import --change "LABEL $2" - "$1" >/dev/null
}

@test "06 options: image prune --filter: label, label!, until, dangling" {
    works create --name keeper busybox
    works rm keeper
    import_labelled one:1 team=red
    import_labelled two:1 team=blue
    import_labelled two:1 team=green # the first two:1 has no name any more
    images() { works images --format '{{.Repository}}'; }
    engine image prune -f --filter label=team=red
    ends 0
    [ "$output" = "Total reclaimed space: 0B" ] || fail "it has a name"
    works image prune -f --filter label!=team
    images
    [ "$(wc -l <<<"$output")" -eq 4 ] || fail "label!=team has chosen one with it"
    works image prune -f --filter label=team=blue
    told "deleted: sha256:"
    images
    [ "$(sort <<<"$output")" = $'busybox\none\ntwo' ] || fail "other images"
    works image prune -af --filter until=1h
    told "untagged: busybox:latest" # the built-in one is old
    images
    [ "$(sort <<<"$output")" = $'one\ntwo' ] || fail "other images"
    works image prune -f --filter dangling=false --filter label!=team=red
    told "untagged: two:1"
    images
    is one
    engine image prune -f --filter until=1h --filter until=2h
    ends 1 "more than one until filter specified"
    engine image prune -f --filter colour=red
    ends 1 "invalid filter 'colour'"
    engine image prune -f --filter until=yesterday
    ends 1 "until: 'yesterday' is no time"
}

@test "06 options: container, network and system prune take what the filters choose, with one total" {
    works create --name red --label team=red busybox
    works create --name blue --label team=blue busybox
    works network create --label team=red red-net
    works network create blue-net
    works container prune -f --filter label!=team=red
    [[ $output == "Deleted Containers:"$'\n'[0-9a-f]*$'\n\n'"Total reclaimed space: 0B" ]] || fail "other words"
    prints red ps -a --format '{{.Names}}'
    prints "" network prune -f --filter until=1h
    prints $'Deleted Networks:\nblue-net' network prune -f --filter label!=team
    # system prune hands its filters on
    works system prune -f --filter label=team=blue
    is "Total reclaimed space: 0B"
    call "$MINI" --root "$STORE" system prune -a --filter label=team=red --filter until=0s <<<n
    told "  - all images without at least one container associated to them"
    told $'  Items to be pruned will be filtered with:\n  - label=team=red\n  - until=0s'
    engine system prune -f --volumes --filter until=1h
    ends 1 'The "until" filter is not supported with "--volumes"'
    works volume create named
    works create --name anonymous -v /data --label team=red busybox
    works rm anonymous
    works run --rm --network none -v /data --name gone busybox true
    works system prune -f --filter label=team=red
    [[ $output == "Deleted Containers:"$'\n'[0-9a-f]*$'\n\nDeleted Networks:\nred-net\n\nTotal reclaimed space: '* ]] || fail "other words"
    works system prune -af --volumes
    told "untagged: busybox:latest"
    [ "$(grep -c "Total reclaimed space" <<<"$output")" -eq 1 ] || fail "more than one total"
    prints named volume ls -q
}

@test "06 options: images --filter: before, since, until, reference, label, dangling; RepoDigests" {
    works image inspect busybox # the built-in one is old
    import_labelled one:1 team=red
    import_labelled two:1 team=blue
    shows() { # NAMES FILTER...
        local wanted=$1 word words=()
        shift
        for word; do words+=(--filter "$word"); done
        prints "$wanted" images --format '{{.Repository}}' "${words[@]}"
    }
    shows $'two\none\nbusybox'
    shows $'one\nbusybox' before=two:1
    shows busybox before=two:1 before=one:1
    shows two since=one:1
    shows one since=busybox before=two:1
    shows "" before=busybox
    shows busybox until=1h
    shows "" until=1h label=team
    shows $'two\none' label=team
    shows one label=team=red reference='o*'
    shows "" dangling=true
    shows $'two\none\nbusybox' dangling=false
    engine images --filter before=nosuch
    ends 1 "No such image: nosuch"
    engine images --filter size=1
    ends 1 "invalid filter 'size'"
    works tag one:1 localhost:5000/team/one:2
    works tag one:1 one:3
    works images --digests --format '{{.Digest}}' one:1
    digest=$output
    works image inspect -f '{{json .RepoDigests}}' one:1
    [ "$(jq -c sort <<<"$output")" = "[\"localhost:5000/team/one@$digest\",\"one@$digest\"]" ] || fail "other digests"
    prints one image inspect -f '{{index (split (index .RepoTags 0) ":") 0}}' "one@$digest"
}

@test "06 options: system df -v: each image, container and volume, what is shared and what is not" {
    run --name changed -v data:/data busybox sh -c 'head -c 3000 /dev/zero >/data/x; head -c 5000 /dev/zero >/y'
    ends 0
    works commit changed more
    works tag more again
    works volume create nobodys
    works system df -v
    [ "$(grep -A2 space <<<"$output" | grep -v '^$\|^--' | sed 's/  */ /g')" = "$(printf '%s\n' \
        "Images space usage:" "REPOSITORY TAG IMAGE ID CREATED SIZE SHARED SIZE UNIQUE SIZE CONTAINERS" \
        "Containers space usage:" "CONTAINER ID IMAGE COMMAND LOCAL VOLUMES SIZE CREATED STATUS NAMES" \
        "Local Volumes space usage:" "VOLUME NAME LINKS SIZE")" ] || fail "other headings"
    [[ $(sed 's/  */ /g' <<<"$output") == *$'\nBuild cache usage: 0B\n\nCACHE ID CACHE TYPE SIZE CREATED LAST USED USAGE SHARED'* ]] || fail "build cache"
    base=$("$MINI" --root "$STORE" images --format '{{.Size}}' busybox)
    works system df -v --format json
    [ "$(jq -c '[.Images[] | [.Repository, .SharedSize, .UniqueSize, .Containers]] | sort' <<<"$output")" = \
        "[[\"again\",\"$base\",\"5kB\",\"0\"],[\"busybox\",\"$base\",\"0B\",\"1\"],[\"more\",\"$base\",\"5kB\",\"0\"]]" ] || fail "other images"
    [ "$(jq -c '[.Containers[] | [.Names, .Size, .LocalVolumes]], [.Volumes[] | [.Name, .Links, .Size]]' <<<"$output")" = \
        $'[["changed","5kB","1"]]\n[["data","1","3kB"],["nobodys","0","0B"]]' ] || fail "other sizes"
    prints "nobodys 0" system df -v --format '{{range .Volumes}}{{if eq .Links "0"}}{{.Name}} {{.Links}}{{end}}{{end}}'
    works system df --format '{{.Type}} {{.TotalCount}} {{.Active}}'
    is $'Images 2 1\nContainers 1 0\nLocal Volumes 2 1\nBuild Cache 0 0'
}

@test "06 options: system df -v: the build cache, a step a line, and whether an image has it, too" {
    mkdir context
    printf 'FROM busybox\nRUN head -c 3000 /dev/zero >/x\nENV A=b\n' >context/Dockerfile
    works build --network none -q -t built context
    cache() { works system df -v --format json && jq -c '[.BuildCache[] | [.CacheType, .Size, .Shared]] | sort' <<<"$output"; }
    [[ $(cache) == *'["regular","3kB","true"]'* ]] || fail "$(cache)"
    works system df -v
    told $'\nBuild cache usage: 0B\n'
    works rmi built
    [[ $(cache) == *'["regular","3kB","false"]'* ]] || fail "$(cache)"
    works system df -v
    told $'\nBuild cache usage: 3kB\n'
}

@test "06 options: events: networks, volumes, terminals, prunes, saves, and the filters of each" {
    need script
    # the test's own network namespace: a bridge of its own
    inside() { nsenter --net="$BATS_TEST_TMPDIR/net" "$@"; }
    : >net && unshare --net="$BATS_TEST_TMPDIR/net" true
    call inside "$MINI" --root "$STORE" run --name web -v data:/data:ro -v "$PWD:/bind" --label team=red busybox true
    inside "$MINI" --root "$STORE" rm web >/dev/null
    works events --since 1h --until 0s --format '{{.Type}} {{.Action}} {{.Actor.Attributes.destination}} {{index .Actor.Attributes "read/write"}}'
    output=$(sed 's/ *$//' <<<"$output")
    is "container create <no value>
container attach <no value>
volume create <no value>
network connect <no value>
volume mount /data false
container start <no value>
container die <no value>
network disconnect <no value>
volume unmount <no value>
container destroy <no value>"
    umount net
    chooses() { # ACTIONS FILTER...
        local wanted=$1 word words=()
        shift
        for word; do words+=(--filter "$word"); done
        works events --since 1h --until 0s --format '{{.Action}}' "${words[@]}"
        [ "$(xargs <<<"$output")" = "$wanted" ] || fail "$*: other events"
    }
    chooses "connect disconnect" type=network
    chooses "connect disconnect" network=bri
    chooses "mount unmount" volume=data event=mount event=unmount
    chooses "create attach start die destroy" label=team=red
    chooses "create attach start die destroy" image=busybox container=we
    chooses "" image=busybox:1
    chooses "" plugin=x
    chooses "" daemon=x
    chooses "start die" type=container event=start event=die scope=local
    engine events --filter shape=round
    ends 1 "invalid filter 'shape'"
    run --name tty -dit busybox sleep 60
    terminal "stty rows 30 cols 90; '$MINI' --root '$STORE' attach --detach-keys x tty" <<<x
    wait_for 30 has_happened 'resize 30 90' '{{.Action}} {{.Actor.Attributes.height}} {{.Actor.Attributes.width}}' || fail "no resize"
    has_happened 'detach <no value> <no value>' '{{.Action}} {{.Actor.Attributes.height}} {{.Actor.Attributes.width}}' || fail "no detach"
    works save -o busybox.tar busybox
    chooses save event=save image=busybox
    works volume prune -af
    works container prune -f
    chooses "prune prune" event=prune
    has_happened "volume 0" '{{.Type}} {{.Actor.Attributes.reclaimed}}' || fail "volume prune"
    works run -d --name gone --network none busybox sleep 60
    works rm -f gone
    chooses "create start kill die destroy" container=gone
}

@test "06 options: events: a monitor that was killed has its container's end told by whoever finds it" {
    run -d --name box -v data:/data busybox sleep 60
    monitor=$(awk '/^PPid/ {print $2}' "/proc/$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' box)/status")
    kill -KILL "$monitor"
    exited() { [[ $("$MINI" --root "$STORE" ps -a --format '{{.Status}}') == Exited* ]]; }
    wait_for 20 exited
    has_happened "die 137" '{{.Action}} {{.Actor.Attributes.exitCode}}' || fail "no end"
    has_happened "unmount <no value>" '{{.Action}} {{.Actor.Attributes.exitCode}}' || fail "no unmount"
}

@test "06 options: --ipc: shareable shares its /dev/shm, private and none do not" {
    run -d --name pod --ipc shareable --shm-size 1m busybox sh -c 'echo pod >/dev/shm/x; exec sleep 60'
    wait_for 20 "$MINI" --root "$STORE" exec pod test -s /dev/shm/x
    run -d --name side --ipc container:pod --read-only busybox sh -c 'echo side >/dev/shm/y; exec sleep 60'
    ends 0
    wait_for 20 "$MINI" --root "$STORE" exec pod test -s /dev/shm/y
    prints side exec pod cat /dev/shm/y
    works exec side sh -c 'grep " /dev/shm " /proc/self/mounts'
    told "tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k"
    # who shares with one that shares, shares with both
    run --rm --ipc container:side busybox cat /dev/shm/x /dev/shm/y
    is $'pod\nside'
    same=$(readlink "/proc/$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' pod)/ns/ipc")
    prints "$same" exec side readlink /proc/self/ns/ipc
    run -d --name closed busybox sleep 60
    run -d --name without --ipc none busybox sleep 60
    ends 0
    for other in closed without; do
        run --ipc container:$other busybox true
        ends 125 "non-shareable IPC"
    done
    engine exec without ls /dev/shm
    ends 1 "No such file"
    works kill pod side
    works rm -f pod side
    # what is not shared is one's own
    run --rm busybox ls /dev/shm
    is ""
}

@test "06 options: -a chooses the streams that a run shows; output that cannot be written is an error" {
    shows() { # STDOUT STDERR OPTION...
        local out=$1 said=$2
        shift 2
        run --rm "$@" busybox sh -c 'cat; echo out; echo err >&2' <<<in
        ends 0
        [ "$output" = "$out" ] && [ "$stderr" = "$said" ] || fail "$*: other streams"
    }
    shows "" err -a stderr
    shows out "" -a STDOUT
    shows out err -a stdout -a stderr
    shows "" "" -i -a stdin
    shows $'in\nout' "" -i -a stdin -a stdout
    shows $'in\nout' err -i
    "$MINI" --root "$STORE" run --rm --network none busybox echo hi >/dev/full 2>said && fail "its output is lost, and it does not say so"
    grep -q "cannot write the output of container .*: No space left" said || fail "$(cat said)"
}

@test "06 options: what only docker has is refused by name, with a cause and a way round" {
    local option refused=(blkio-weight-device cgroup-parent cpu-count cpu-percent cpu-rt-period cpu-rt-runtime
        device-cgroup-rule gpus io-maxbandwidth io-maxiops ip6 kernel-memory link link-local-ip mac-address
        memory-swappiness storage-opt)
    for option in "${refused[@]}"; do
        engine create "--$option" 1 busybox
        ends 125 "--$option: mini-docker does not have this option of docker's"
        complained " -> "
    done
    for option in oom-kill-disable use-api-socket; do
        engine create "--$option" busybox
        ends 125 "--$option: mini-docker does not have this option of docker's"
    done
    engine rm --link a/b
    ends 125 "--link: mini-docker does not have this option of docker's"
    engine create --runtime kata busybox
    ends 1 "unknown or invalid runtime name: kata"
    engine create --isolation hyperv busybox
    ends 1 "invalid isolation 'hyperv'"
    engine create --volume-driver nfs busybox
    ends 1 "error looking up volume plugin nfs"
    engine volume create -d nfs data
    ends 1 "create data: Error looking up volume plugin nfs"
    # what means what is here anyway
    run --rm --runtime runc --isolation default --volume-driver local --disable-content-trust=false busybox true
    ends 0
    # no option of docker's is unknown: its own --help, where it is here
    if command -v docker >/dev/null; then
        {
            "$MINI" complete -- create -- | cut -f 1
            printf -- '--%s\n' help oom-kill-disable use-api-socket "${refused[@]}"
        } | sort -u >known
        docker create --help | grep -oE '^ +(-., )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+' | sort >dockers
        [ -s dockers ] && [ -z "$(comm -13 known dockers)" ] || fail "unknown: $(comm -13 known dockers)"
    fi
}

@test "06 options: --cpu-period and --cpu-quota are the group's, update changes them; --annotation is kept" {
    run -d --name box --cpu-period 50000 --cpu-quota 25000 --annotation a=b --annotation c busybox sleep 60
    ends 0
    PID=$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' box)
    quota() { # the quota and the period of its group
        case $(version) in
        v1) echo "$(cat "$(group_of "$PID" cpu)/cpu.cfs_quota_us") $(cat "$(group_of "$PID" cpu)/cpu.cfs_period_us")" ;;
        *) cat "$(group_of "$PID" '')/cpu.max" ;;
        esac
    }
    [ "$(quota)" = "25000 50000" ] || fail "$(quota)"
    prints '50000 25000 {"a":"b","c":""}' inspect -f '{{.HostConfig.CpuPeriod}} {{.HostConfig.CpuQuota}} {{json .HostConfig.Annotations}}' box
    works update --cpu-quota 40000 box
    [ "$(quota)" = "40000 50000" ] || fail "$(quota)"
    works update --cpu-quota -1 box
    [ "$(quota)" = "-1 50000" ] || [ "$(quota)" = "max 50000" ] || fail "$(quota)"
    engine update --cpus 1 box
    ends 1 "NanoCPUs cannot be updated as CPU Quota has already been set"
    engine create --cpus 1 --cpu-quota 5000 busybox
    ends 1 "Conflicting options: Nano CPUs and CPU Quota cannot both be set."
    engine create --cpu-period 999 busybox
    complained "CPU cfs period can not be less than 1ms"
    engine create --cpu-quota 999 busybox
    complained "CPU cfs quota can not be less than 1ms"
}

@test "06 options: --dns-search and --dns-option are lines of resolv.conf; --health-start-interval, until it is well" {
    run --rm --dns 192.0.2.1 --dns-search one.example --dns-search two --dns-option timeout:1 --dns-opt attempts:2 busybox cat /etc/resolv.conf
    is $'search one.example two\noptions timeout:1 attempts:2\nnameserver 192.0.2.1'
    run --rm --dns-search . busybox cat /etc/resolv.conf
    [[ $output != *search* ]] || fail "it searches"
    engine create --dns-search $'a\nnameserver 192.0.2.2' busybox
    ends 125 'for "--dns-search" flag'
    # the first checks come quickly, the next after an hour
    run -d --name box --health-cmd 'echo look >>/looks; [ $(wc -l </looks) -ge 3 ]' --health-interval 1h --health-start-period 1h \
        --health-start-interval 0.1s busybox sleep 60
    well() { [ "$("$MINI" --root "$STORE" inspect -f '{{.State.Health.Status}}' box)" = healthy ]; }
    wait_for 20 well || fail "never well"
    prints 3 exec box sh -c 'wc -l </looks'
    prints 100000000 inspect -f '{{.Config.Healthcheck.StartInterval}}' box
    # each check is an exec in the events
    happened '{{.Action}} {{.Actor.Attributes.exitCode}}' --filter event=exec_create --filter event=exec_start --filter event=exec_die \
        --filter event=health_status
    [ "$(head -3 <<<"$output" | sed 's/: .*//')" = $'exec_create\nexec_start\nexec_die 1' ] || fail "other events"
    [[ $output == *$'exec_die 0\nhealth_status: healthy <no value>'* ]] || fail "other events at last"
}

@test "06 options: stop and restart --signal and --timeout; --log-driver none; logs --details" {
    run -d --name box busybox sh -c 'trap "echo usr1; exit 3" USR1; echo up; while :; do sleep 0.05; done'
    up() { [ "$("$MINI" --root "$STORE" logs box | grep -c up)" -eq "$1" ]; }
    wait_for 20 up 1
    works restart --signal USR1 --timeout 30 box
    wait_for 20 up 2
    works stop -s 10 --time 30 box
    prints 3 inspect -f '{{.State.ExitCode}}' box
    prints $'up\nusr1\nup\nusr1' logs box
    prints $' up\n usr1' logs --details --tail 2 box
    works start box
    wait_for 20 up 3
    works stop -t 0 box # without a signal it is TERM, which it does not know
    prints 137 inspect -f '{{.State.ExitCode}}' box
    engine stop -s NOSUCH box
    ends 1 "invalid signal: NOSUCH"
    engine stop --timeout soon box
    ends 125 "--timeout: 'soon'"
    run --name quiet --log-driver none busybox sh -c 'echo out; echo err >&2'
    [ "$output" = out ] && [ "$stderr" = err ] || fail "who is attached has it"
    engine logs quiet
    ends 1 "configured logging driver does not support reading"
    prints "none " inspect -f '{{.HostConfig.LogConfig.Type}} {{.LogPath}}' quiet
    [ -z "$(find "$STORE/containers" -path "*$("$MINI" --root "$STORE" inspect -f '{{.Id}}' quiet)/log*")" ] || fail "there is a log"
    engine start -a quiet
    [ "$output" = out ] || fail "start -a"
    engine create --log-driver none --log-opt max-size=1m busybox
    ends 125 "invalid logging opts for driver none"
    engine create --log-driver syslog busybox
    ends 1 "accepted: json-file, none"
}

@test "06 options: what is empty is not given, as in docker; --help stands anywhere among the options" {
    run --rm --name '' -h '' -u '' -w '' --restart '' --cidfile '' --pid '' --ipc '' --uts '' --userns '' --cgroupns '' --domainname '' \
        --stop-signal '' --log-driver '' --runtime '' --cpuset-cpus '' --ip '' --health-cmd '' --pids-limit 0 busybox sh -c 'id -u; pwd; hostname'
    ends 0
    [[ $output =~ ^0$'\n'/$'\n'[0-9a-f]{12}$ ]] || fail "not what nothing makes"
    engine create --name box busybox
    engine rename box ''
    ends 1 "Neither old nor new names may be empty"
    engine rename box 'a b'
    ends 1 "Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
    engine run -m '' busybox
    ends 125 "--memory: ''"
    works run -it --help busybox
    told "Usage: mini-docker run [OPTIONS] IMAGE"
    works rm box --help
    told "Usage: mini-docker rm [OPTIONS] CONTAINER"
    works inspect box # it was not removed
    run --rm -e --help busybox sh -c 'echo no help'
    is "no help"
    run --rm busybox echo --help
    is "--help"
    engine stop '' # as with `stop "$NAME"` of a variable that is not set
    ends 1 "invalid container name or ID: value is empty"
}

@test "06 options: exec goes into one that has joined another's namespaces, also when that is gone" {
    run -d --name first --ipc shareable -h shared busybox sleep 60
    works run -d --name second --network container:first --ipc container:first busybox sleep 60
    net=$(readlink "/proc/$("$MINI" --root "$STORE" inspect -f '{{.State.Pid}}' first)/ns/net")
    works rm -f first
    prints "$net" exec second readlink /proc/self/ns/net
    engine attach --sig-proxy=maybe second
    ends 125 "--sig-proxy: 'maybe' is not accepted"
}

@test "06 options: what is typed is shown in an error, and tells the terminal nothing" {
    engine create --name $'a\e[31mb\a' busybox
    ends 1 'Invalid container name (a\x1b[31mb\x07)'
    engine run $'\e]0;x\a'
    complained 'invalid reference format'
    [[ $stderr != *$'\e'* ]] || fail "an escape sequence came through"
    engine rm $'\e[2J'
    ends 1 'No such container: \x1b[2J'
}
