#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06, create: Docker's words become a container's record, or are refused in Docker's words.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need jq
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

# This name hides the real one.
docker() { run --separate-stderr "$LAB_DIR/mini-docker" --root "$STORE" "$@"; }

# create with these words, to look at the record afterwards
creates() {
    docker create "$@"
    [ "$status" -eq 0 ] || fail "create $*"
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "it does not print an ID alone"
    ID=$output
}

# a field of the last record, by jq
field() { jq -cr "$1" "$STORE/containers/$ID/container.json"; }

# FIELD VALUE OPTION...: what the options make of the field
makes() {
    local path=$1 wanted=$2
    shift 2
    creates "$@" busybox true
    [ "$(field "$path")" = "$wanted" ] || fail "$*: $path is $(field "$path"), not $wanted"
}

# TEXT WORD...: create refuses the words so, and leaves nothing: with 125 what docker's command line refuses
# itself, with 1 what its daemon does
refuses() { ends_with 125 "$@"; }
denies() { ends_with 1 "$@"; }
ends_with() {
    local wanted=$1 text=$2
    shift 2
    docker create "$@"
    [ "$status" -eq "$wanted" ] || fail "create $*: not $wanted"
    grep -qF -- "$text" <<<"$stderr" || fail "create $*: the error has no '$text'"
    [ -z "$(ls -A "$STORE/containers" 2>/dev/null)" ] || fail "create $*: something was made"
}

@test "06 create: which program it is, by image, entrypoint and command" {
    program() { # PATH ARGS WORD...
        local path=$1 args=$2
        shift 2
        creates "$@"
        [ "$(field .Path)" = "$path" ] && [ "$(field .Args)" = "$args" ] ||
            fail "$*: $(field .Path) $(field .Args)"
    }
    program sh '[]' busybox
    program echo '["a b",""]' busybox echo "a b" ""
    program echo '["--rm"]' busybox echo --rm
    program true '[]' true # a program of the built-in image
    program /bin/x '[]' --entrypoint /bin/x busybox
    program /bin/x '["y"]' --entrypoint=/bin/x busybox y
    program y '[]' --entrypoint "" busybox y
    mkdir root && cp "$(command -v busybox)" root/
    program /busybox '["id"]' --rootfs root /busybox id
    [ "$(field .HostConfig.Rootfs)" = "$PWD/root" ] && [ "$(field .Image)" = null ] || fail "--rootfs"
    rm -rf "$STORE"
    denies "no command specified" --entrypoint "" busybox
    denies "requires at least 1 argument"
    docker create --pull never nosuch:1 true
    [ "$status" -eq 1 ] && [[ $stderr == *"Unable to find image 'nosuch:1' locally"* ]] || fail "no image"
}

@test "06 create: a name is taken once, made up where none is given, and --cidfile has the ID" {
    creates --name box --cidfile id busybox
    [ "$(cat id)" = "$ID" ] && [ "$(field .Name)" = /box ] || fail "name or ID file"
    docker create --name box busybox
    [ "$status" -eq 1 ] || fail "a second box"
    [[ $stderr == *"Conflict. The container name \"/box\" is already in use by container \"$ID\""* ]] ||
        fail "another message"
    docker create --cidfile id busybox
    [[ $stderr == *"container ID file found, make sure the other container isn't running or delete id"* ]] ||
        fail "the ID file was there"
    [ "$(cat id)" = "$ID" ] || fail "the ID file was written"
    docker create --name box --cidfile other busybox
    [ ! -e other ] || fail "an ID file without a container"
    creates busybox
    [[ $(field .Name) =~ ^/[a-z]+_[a-z]+$ ]] || fail "made up: $(field .Name)"
    [ "$(find "$STORE/containers" -mindepth 1 -maxdepth 1 | wc -l)" -eq 2 ] || fail "not two containers"
    for name in a .a -a a/b "a b" "$(printf 'a%.0s' {1..256})"; do
        docker create --name "$name" busybox
        [ "$status" -eq 1 ] && [[ $stderr == *"only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"* ]] || fail "$name"
    done
}

@test "06 create: variables from -e, files, us and the image; the later word is stronger" {
    printf '\xef\xbb\xbf# comment\r\n\n  A=file \nB=x=y\nOURS\nNOWHERE\n' >vars
    A=ours OURS=yes creates --env-file vars -e C= -e A=1 -e A=2 -e OURS2 -e HOME busybox env
    [ "$(field .Config.Env)" = "$(jq -cn --arg home "HOME=$HOME" \
        '["A=2","B=x=y","OURS=yes","C=",$home,"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]')" ] ||
        fail "$(field .Config.Env)"
    makes .Config.Env '["PATH=/bin"]' -e PATH=/bin
    makes .Config.Env '["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]' -e UNSET_HERE
    rm -rf "$STORE"
    refuses "invalid environment variable" -e =x busybox
    printf 'A=1\nA B=2\n' >vars
    refuses "vars, line 2: poorly formatted environment: variable 'A B=2' contains whitespaces" --env-file vars busybox
    printf '=x' >vars
    refuses "no variable name" --env-file vars busybox
    makes .Config.Labels '{"a":"1","b":"","c":"x=y"}' -l a=0 -l a=1 --label b -l c=x=y
    makes .Config.Labels "{}"
}

@test "06 create: each option has its place in HostConfig" {
    makes .HostConfig.Memory 104857600 -m 100m
    makes .HostConfig.MemorySwap 209715200 -m 100m
    makes .HostConfig.MemorySwap -1 -m 100m --memory-swap -1
    makes .HostConfig.MemorySwap 157286400 -m 100m --memory-swap 150M
    makes .HostConfig.MemoryReservation 52428800 --memory-reservation 50m
    makes .HostConfig.NanoCpus 500000000 --cpus 0.5
    makes .HostConfig.NanoCpus 1000000000 --cpus 1
    makes .HostConfig.CpuShares 512 -c 512
    makes .HostConfig.CpusetCpus 0 --cpuset-cpus 0
    makes .HostConfig.PidsLimit -1 --pids-limit -1
    makes .HostConfig.BlkioWeight 500 --blkio-weight 500
    makes .HostConfig.OomScoreAdj -5 --oom-score-adj -5
    makes .HostConfig.ShmSize 67108864
    makes .HostConfig.ShmSize 1048576 --shm-size 1m
    makes .HostConfig.RestartPolicy '{"Name":"no"}'
    makes .HostConfig.RestartPolicy '{"Name":"on-failure","MaximumRetryCount":3}' --restart on-failure:3
    makes .HostConfig.AutoRemove true --rm
    makes .HostConfig.AutoRemove null --rm=false
    makes .HostConfig.NetworkMode default
    makes .HostConfig.NetworkMode none --net none
    makes .NetworkSettings.Networks '{"web":{"IPAMConfig":{"IPv4Address":"10.1.2.3"},"Aliases":["a","b"]}}' \
        --network web --ip 10.1.2.3 --network-alias a --network-alias b
    makes .HostConfig.Ulimits '[{"Name":"nofile","Hard":20,"Soft":10},{"Name":"core","Hard":-1}]' \
        --ulimit nofile=1 --ulimit NOFILE=10:20 --ulimit core=0:-1
    makes .HostConfig.Devices '[{"PathOnHost":"/dev/a","PathInContainer":"/dev/b","CgroupPermissions":"r"}]' \
        --device /dev/a:/dev/b:r
    makes .HostConfig.Devices '[{"PathOnHost":"/dev/a","PathInContainer":"/dev/a","CgroupPermissions":"rw"}]' \
        --device /dev/a:rw
    makes .HostConfig.BlkioDeviceWriteIOps '[{"Path":"/dev/a:b","Rate":7}]' --device-write-iops /dev/a:b:7
    makes .HostConfig.BlkioDeviceReadBps '[{"Path":"/dev/sda","Rate":2097152}]' --device-read-bps /dev/sda:2mb
    makes .HostConfig.Sysctls '{"net.ipv4.ip_forward":"1"}' --sysctl net.ipv4.ip_forward=1
    makes .HostConfig.ExtraHosts '["a:1.2.3.4","b:host-gateway"]' --add-host a:1.2.3.4 --add-host b:host-gateway
    makes .HostConfig.LogConfig.Config '{"max-file":"3","max-size":"10485760"}' --log-opt max-size=10m --log-opt max-file=3
    makes .HostConfig.Binds '["/a:/b:ro","vol:/w"]' -v /a:/b:ro --volume vol:/w
    makes .Config.Volumes '{"/data":{}}' -v /data
    makes .HostConfig.Tmpfs '{"/run":"size=1m","/tmp":""}' --tmpfs /run:size=1m --tmpfs /tmp
    makes .Config.Healthcheck '{"Test":["CMD-SHELL","x y"],"Interval":90000000000,"Timeout":500000000,"Retries":4}' \
        --health-cmd "x y" --health-interval 1m30s --health-timeout 500ms --health-retries 4
    makes .Config.Healthcheck.Test '["NONE"]' --no-healthcheck
    makes '[.Config.Tty,.Config.OpenStdin,.Config.StdinOnce,.Config.AttachStdin]' '[true,true,true,true]' -it
    makes '[.Config.AttachStdin,.Config.AttachStdout,.Config.AttachStderr]' '[null,null,true]' -a stderr
    makes '[.Config.User,.Config.WorkingDir,.Config.Hostname,.Config.StopSignal,.Config.StopTimeout]' \
        '["web:web","/srv","box","TERM",0]' -u web:web -w /srv -h box --stop-signal TERM --stop-timeout 0
    creates --name first busybox
    first=$ID
    makes .HostConfig.PidMode "container:$first" --pid container:first
    makes .HostConfig.NetworkMode "container:$first" --network "container:${first:0:12}"
}

@test "06 create: ports are published and exposed as Docker reads them" {
    ports() { makes '.HostConfig.PortBindings | map_values(map((.HostIp // "") + ":" + (.HostPort // "")))' "$@"; }
    ports '{"80/tcp":[":"]}' -p 80
    ports '{"80/tcp":[":8080"]}' -p 8080:80/tcp
    ports '{"53/udp":["127.0.0.1:"]}' -p 127.0.0.1::53/udp
    ports '{"53/udp":["::1:5353"]}' -p '[::1]:5353:53/UDP'
    ports '{"80/tcp":[":81",":82"]}' -p 81:80 -p 82:80
    ports '{"80/tcp":[":8000"],"81/tcp":[":8001"]}' -p 8000-8001:80-81
    ports '{"80/tcp":[":8000-8009"]}' -p 8000-8009:80
    makes '.Config.ExposedPorts' '{"90/tcp":{},"91/tcp":{},"53/udp":{},"80/tcp":{}}' --expose 90-91 --expose 53/udp -p 80
    makes .HostConfig.PublishAllPorts true -P
    rm -rf "$STORE"
    refuses 'invalid hostPort: x' -p x:80 busybox
    refuses 'invalid containerPort: 0' -p 80:0 busybox
    refuses 'invalid containerPort: 0' -p 0 busybox
    refuses 'invalid containerPort: 65536' -p 1:65536 busybox
    refuses 'no port specified' -p 80: busybox
    refuses 'invalid proto: icmp' -p 80/icmp busybox
    refuses 'invalid IP address: 1.2.3' -p 1.2.3:1:1 busybox
    refuses 'invalid ranges specified for container and host Ports: 80-82 and 90-91' -p 90-91:80-82 busybox
    refuses 'more than 64 published ports' -p 1-65 busybox
    refuses 'invalid range format for --expose: 2-1' --expose 2-1 busybox
}

@test "06 create: what cannot be is refused, in Docker's words, and nothing is made" {
    denies "Minimum memory limit allowed is 6MB" -m 5m busybox
    refuses "Minimum memory limit allowed is 6MB" -m 5x busybox
    denies "Minimum memoryswap limit should be larger than memory limit" -m 10m --memory-swap 9m busybox
    denies "You should always set the Memory limit" --memory-swap 9m busybox
    denies "can not be less than memory reservation" -m 10m --memory-reservation 11m busybox
    denies "Range of CPUs is from 0.01 to" --cpus 0.001 busybox
    denies "Range of CPUs is from 0.01 to" --cpus -1 busybox
    refuses "--cpus: 'x' is not accepted" --cpus x busybox
    denies "from 2 to 262144" -c 1 busybox
    refuses "--cpu-shares: 'x'" -c x busybox
    denies "Range of blkio weight is from 10 to 1000" --blkio-weight 1001 busybox
    denies "CPU cfs period can not be less than 1ms" --cpu-period 999 busybox
    denies "CPU cfs quota can not be less than 1ms" --cpu-quota 999 busybox
    denies "from 1 to 4194304" --pids-limit 4194305 busybox
    denies "range for oom score adj is [-1000, 1000]" --oom-score-adj 1001 busybox
    refuses 'for "--oom-score-adj" flag' --oom-score-adj x busybox
    for list in a 1- -1 1,,2 1, 1-2-3; do
        denies "Invalid value $list for cpuset cpus" --cpuset-cpus "$list" busybox
    done
    denies "Requested CPUs are not available" --cpuset-cpus "$(nproc --all)" busybox
    refuses "invalid ulimit argument: nofile" --ulimit nofile busybox
    refuses "invalid ulimit type: nofiles" --ulimit nofiles=1 busybox
    refuses "soft limit must be less than or equal to hard limit: 2 > 1" --ulimit nofile=2:1 busybox
    refuses "bad mode specified: x" --device /dev/a:/dev/b:x busybox
    refuses "dev/a is not an absolute path" --device dev/a busybox
    refuses "bad format for device path" --device-read-bps sda:1 busybox
    refuses "invalid rate for device" --device-read-bps /dev/sda:x busybox
    refuses "sysctl 'kernel.panic=1' is not allowed" --sysctl kernel.panic=1 busybox
    denies "not allowed in host network namespace" --sysctl net.a=1 --network host busybox
    denies "unknown policy 'sometimes'" --restart sometimes busybox
    denies "can only be used with 'on-failure'" --restart always:1 busybox
    denies "maximum retry count cannot be negative" --restart on-failure:-1 busybox
    refuses "cannot specify both --restart and --rm" --restart always --rm busybox
    refuses "valid streams are STDIN, STDOUT and STDERR" -a x busybox
    denies "conflicting options: hostname and the UTS mode" --uts host -h a busybox
    refuses "--pid: invalid PID mode" --pid x busybox
    denies "invalid IPC mode: x" --ipc x busybox
    denies "network endpoints: none, host" --network none --network host busybox
    denies "invalid IPv4 address: x" --network n --ip x busybox
    refuses "cannot open nosuch" --env-file nosuch busybox
    refuses "cannot open nosuch" --security-opt seccomp=nosuch busybox
    denies "--platform 'a/b/c/d'" --platform a/b/c/d busybox
    denies "supported on user defined networks only" --ip 1.2.3.4 busybox
    refuses "bad format for add-host" --add-host a busybox
    refuses "invalid IP address in add-host: \"b\"" --add-host a:b busybox
    refuses "IP address is not correctly formatted: a" --dns a busybox
    refuses "--no-healthcheck conflicts" --no-healthcheck --health-cmd x busybox
    refuses "invalid duration" --health-interval 1 busybox
    refuses "--health-timeout cannot be negative" --health-timeout -1s busybox
    denies "StartPeriod in Healthcheck cannot be less than 1ms" --health-start-period 1us busybox
    denies "needs to be an absolute path" -w x busybox
    refuses "invalid hostname format" -h -a busybox
    denies "unknown capability: \"CAP_X\"" --cap-add x busybox
    refuses "Invalid --security-opt: \"x\"" --security-opt x busybox
    printf '{\n x}' >profile
    refuses "profile: line 2" --security-opt seccomp=profile busybox
    denies "cannot configure max-file without max-size" --log-opt max-file=2 busybox
    denies "unknown log opt 'x'" --log-opt x=1 busybox
    denies "Duplicate mount point: /a" -v va:/a -v vb:/a busybox
    refuses "must be one of \"always\", \"missing\" or \"never\"" --pull x busybox
    docker create --pid container:none busybox
    [ "$status" -eq 1 ] && [[ $stderr == *"No such container: none"* ]] || fail "container:none"
}

@test "06 create: 20 at once take 20 names, and of 20 that want one name one has it" {
    for _ in {1..20}; do "$LAB_DIR/mini-docker" --root "$STORE" create busybox >>ids 2>>errors & done
    for _ in {1..20}; do "$LAB_DIR/mini-docker" --root "$STORE" create --name one busybox >>one 2>>refused & done
    wait_all || true
    [ "$(sort -u ids | wc -l)" -eq 20 ] && [ "$(wc -l <one)" -eq 1 ] || fail "$(cat errors)"
    [ "$(grep -c Conflict refused)" -eq 19 ] || fail "$(cat refused)"
    [ "$(find "$STORE/containers" -mindepth 1 -maxdepth 1 | wc -l)" -eq 21 ] || fail "containers"
    [ "$(find "$STORE/names" -mindepth 1 | wc -l)" -eq 21 ] || fail "names"
}

@test "06 rename: the new name finds it, the old one is free, and a taken one is refused" {
    creates --name old busybox
    first=$ID
    creates --name taken busybox
    docker rename old new
    [ "$status" -eq 0 ] && [ -z "$output" ] || fail "rename"
    [ "$(ls -A "$STORE/names")" = $'new\ntaken' ] || fail "$(ls -A "$STORE/names")"
    ID=$first
    [ "$(field .Name)" = /new ] || fail "in the record"
    docker rename new taken
    [ "$status" -eq 1 ] && [[ $stderr == *"Conflict. The container name \"/taken\" is already in use"* ]] || fail "taken"
    docker rename old x2
    [ "$status" -eq 1 ] && [[ $stderr == *"No such container: old"* ]] || fail "the old name"
    docker rename new -- -x
    [ "$status" -eq 1 ] && [[ $stderr == *"Invalid container name (-x)"* ]] || fail "no name"
    docker rename new new
    [ "$status" -eq 1 ] || fail "the same"
    creates --name old busybox
}

@test "06 update: what is given changes, the rest stays, and what cannot be is refused" {
    creates --name box -m 100m --pids-limit 5 --restart always busybox
    before=$(field .Created)
    docker update --cpus 1 -c 512 box
    [ "$status" -eq 0 ] && [ "$output" = box ] || fail "update"
    limits() { field '.HostConfig | "\(.Memory) \(.MemorySwap) \(.NanoCpus) \(.CpuShares) \(.PidsLimit) \(.RestartPolicy.Name)"'; }
    [ "$(limits)" = "104857600 209715200 1000000000 512 5 always" ] || fail "$(limits)"
    docker update box -m 50m --pids-limit -1 --restart no
    [ "$(limits)" = "52428800 209715200 1000000000 512 -1 no" ] || fail "$(limits)"
    docker update --memory-swap 60m box
    [ "$(limits)" = "52428800 62914560 1000000000 512 -1 no" ] || fail "$(limits)"
    docker update -m 70m box
    [ "$status" -eq 1 ] && [[ $stderr == *"smaller than already set memoryswap limit"* ]] || fail "above swap"
    docker update --cpus 0 -m 0 box
    [ "$status" -eq 0 ] || fail "0 is none"
    docker update --cpus 0.001 box
    [ "$status" -eq 1 ] && [[ $stderr == *"Range of CPUs is from 0.01"* ]] || fail "no CPU"
    docker update box
    [ "$status" -eq 1 ] && [[ $stderr == *"You must provide one or more flags"* ]] || fail "nothing to change"
    [ "$(limits)" = "52428800 62914560 1000000000 512 -1 no" ] || fail "a refused update changed it"
    [ "$(field .Created)" = "$before" ] || fail "its age"
}
