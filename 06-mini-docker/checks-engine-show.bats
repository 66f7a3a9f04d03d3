#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06, what shows, of containers that do not run: ps, inspect, system, completion, the manual page. The
# words, columns and keys are those of docker 20.10 to 28, looked at side by side.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup() {
    need jq
    cd "$BATS_TEST_TMPDIR"
    STORE=$BATS_TEST_TMPDIR/store
}

is() { [ "$output" = "$1" ] || fail "it is not: $1"; }

# The containers aa, bb and cc, which were made in this order and do not run.
three() {
    works create --name aa --label team=red --label plain -v vol:/data busybox sleep 1000
    A=$output
    works create --name bb --label team=blue --expose 80 busybox sh -c 'echo <&>; sleep 1 and a very long command'
    B=$output
    works create --name cc busybox true
    C=$output
}

@test "06 show: ps has Docker's columns, and chooses and shortens as it is asked" {
    three
    prints "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES" ps
    works ps -a
    [[ ${lines[0]} =~ ^"CONTAINER ID   IMAGE     COMMAND                  CREATED "\ +"STATUS    PORTS     NAMES"$ ]] || fail "other headings"
    [[ ${lines[1]} =~ ^"${C:0:12}   busybox   \"true\"                   "(Less|About|[0-9]).*\ ago\ +"Created             cc"$ ]] ||
        fail "another row of cc"
    [[ ${lines[2]} == *"\"sh -c 'echo <&>; sl…\""* ]] || fail "the command of bb is not shortened"
    works ps -a --no-trunc
    told "$B"
    told "\"sh -c 'echo <&>; sleep 1 and a very long command'\""
    prints "${C:0:12}"$'\n'"${B:0:12}"$'\n'"${A:0:12}" ps -aq
    prints "${C:0:12}"$'\n'"${B:0:12}" ps -q -n 2
    prints "$C" ps -lq --no-trunc
    works ps -as
    told "0B (virtual"
    works container ls -a
    told "${A:0:12}"
    # what it reads of each container is less than what a template may want, and says the same
    works create --name dd --rootfs "$BATS_TEST_TMPDIR" true
    works ps -a
    plain=$output
    works ps -a --format 'table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}'
    is "$plain"
    told "$BATS_TEST_TMPDIR"
}

@test "06 show: ps's formats: JSON with Docker's keys, templates, tables of templates" {
    three
    works ps -a --format json
    [ "$(jq -r .Names <<<"$output" | xargs)" = "cc bb aa" ] || fail "other names"
    [ "$(jq -rc keys <<<"${lines[0]}")" = \
        '["Command","CreatedAt","ID","Image","Labels","LocalVolumes","Mounts","Names","Networks","Ports","RunningFor","Size","State","Status"]' ] ||
        fail "other keys"
    [[ ${lines[1]} == *'"Command":"\"sh -c '"'echo \\u003c\\u0026\\u003e; sl…"* ]] || fail "another command"
    [ "$(jq -rc '.Labels, .Mounts, .LocalVolumes, .State, .Networks' <<<"${lines[2]}" | xargs)" = \
        "plain=,team=red vol 1 created bridge" ] || fail "other values"
    prints $'cc \nbb blue\naa red' ps -a --format '{{.Names}} {{.Label "team"}}'
    prints $'NAMES\naa' ps -a --format 'table{{.Names}}' --filter name=aa
    prints $'NAMES     team      CREATED AT\naa        red       '"$(date -u -d "$("$MINI" --root "$STORE" inspect -f '{{.Created}}' aa)" '+%Y-%m-%d %H:%M:%S +0000 UTC')" \
        ps -a --format 'table {{.Names}}\t{{.Label "team"}}\t{{.CreatedAt}}' --filter name=aa
    prints 'AA "created"' ps -a --filter id="$A" --format '{{upper .Names}} {{json .State}}'
    engine ps -a --format '{{.Names}}{{.Foo}}'
    ends 1 'template parsing error: template: :1:12: executing "" at <.Foo>: map has no entry for key "Foo"'
    complained "the fields here are .Command"
    engine ps --format '{{.Names'
    ends 1 "template parsing error: template: :1: unclosed action"
    for words in "inspect aa -f" "events --until 0s --format"; do
        # shellcheck disable=SC2086 # words
        engine $words '{{.Names'
        ends 64 "template parsing error: template: :1: unclosed action"
    done
    prints "$("$MINI" --root "$STORE" ps -a)" ps -a -n -1
    for words in ps "inspect aa" "version -f json"; do
        # shellcheck disable=SC2086 # words
        "$MINI" --root "$STORE" $words >/dev/full 2>said && fail "$words has written nothing, and does not say so"
        grep -q "cannot write standard output" said || fail "$words: $(cat said)"
    done
    prints "" ps -q -n -2
}

@test "06 show: ps's filters, alone and together, and those that there are not" {
    three
    # NAMES FILTER...
    chooses() {
        local wanted=$1 word words=()
        shift
        for word; do words+=(--filter "$word"); done
        works ps -a --format '{{.Names}}' "${words[@]}"
        [ "$(xargs <<<"$output")" = "$wanted" ] || fail "$*: other names"
    }
    chooses "bb aa" name=a name=b
    chooses "bb" 'name=^b.$'
    chooses "bb" 'name=^/bb$'
    chooses "aa" label=team=red
    chooses "bb aa" label=team
    chooses "" label=team label=plain label=team=blue
    chooses "aa" label=team label=plain
    chooses "cc bb aa" status=created
    chooses "" status=running
    chooses "aa" volume=vol
    chooses "aa" volume=/data
    chooses "bb" expose=80
    chooses "bb" expose=79-81/tcp
    chooses "cc bb aa" ancestor=busybox
    chooses "" ancestor=alpine
    works tag busybox team/other:1
    chooses "cc bb aa" ancestor=team/other:1
    prints "" images -q '*other' # a slash is no part of *
    [ "$("$MINI" --root "$STORE" images -q 'team/*')" ] || fail "no image by its pattern"
    chooses "cc bb aa" network=bridge
    chooses "aa" before=bb
    chooses "cc" since=bb
    chooses "cc bb aa" health=none
    chooses "" exited=0
    engine ps --filter shape=round
    ends 1 "invalid filter 'shape'"
    complained "ancestor, before"
    engine ps --filter name
    ends 125 'invalid argument "name" for "-f, --filter" flag: bad format of filter (expected name=value)'
    engine ps --filter status=asleep
    ends 1 "invalid filter 'status=asleep'"
    engine ps --filter exited=x
    ends 1 "invalid filter 'exited=x'"
    engine ps --filter before=nobody
    ends 1 "No such container: nobody"
}

@test "06 show: inspect prints an array in Docker's shape, or a template of each" {
    three
    works inspect aa bb
    jq -e 'length == 2 and .[0].Name == "/aa" and .[1].Args[0] == "-c"' <<<"$output" >/dev/null || fail "another array"
    [ "$(jq -rc '.[0] | keys_unsorted' <<<"$output")" = \
        '["Id","Created","Path","Args","State","Image","ResolvConfPath","HostnamePath","HostsPath","LogPath","Name","RestartCount","Driver","Platform","MountLabel","ProcessLabel","AppArmorProfile","ExecIDs","HostConfig","GraphDriver","Mounts","Config","NetworkSettings"]' ] ||
        fail "other keys"
    [ "$(jq -rc '.[0].State' <<<"$output")" = \
        '{"Status":"created","Running":false,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":0,"ExitCode":0,"Error":"","StartedAt":"0001-01-01T00:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"}' ] ||
        fail "another state"
    [ "$(jq -rc '.[0].Mounts[0] | .Type, .Name, .Source, .Destination, .RW' <<<"$output" | xargs)" = \
        "volume vol $STORE/volumes/vol/_data /data true" ] || fail "other mounts"
    [ "${lines[1]}" = "    {" ] && [[ ${lines[2]} == '        "Id": "'* ]] || fail "indented otherwise"
    prints "/aa $A red no" inspect -f '{{.Name}} {{.ID}} {{index .Config.Labels "team"}} {{if .State.Health}}yes{{else}}no{{end}}' aa
    prints "none" inspect -f '{{range $p, $c := .Config.ExposedPorts}}{{$p}}{{else}}none{{end}}' aa
    # what is not there prints as in Go: a text, a list, a map, a pointer
    prints "volume,vol,local;|[]||map[]|<nil>|mini-runc" inspect -f \
        '{{range .Mounts}}{{.Type}},{{.Name}},{{.Driver}};{{end}}|{{.Config.Entrypoint}}|{{.Config.StopSignal}}|{{.HostConfig.Tmpfs}}|{{.HostConfig.Init}}|{{.HostConfig.Runtime}}' aa
    prints "80/tcp" inspect -f '{{range $p, $c := .Config.ExposedPorts}}{{$p}}{{end}}' bb
    works inspect --format json aa bb
    [ "${#lines[@]}" -eq 1 ] && [ "$(jq -r '.[].Name' <<<"$output" | xargs)" = "/aa /bb" ] || fail "no array in a line"
    engine volume inspect -f json nobody
    [ "$status $output" = "1 []" ] || fail "no empty array"
    works inspect -s aa
    jq -e '.[0] | .SizeRw == 0 and .SizeRootFs > 100000' <<<"$output" >/dev/null || fail "other sizes"
    engine inspect nobody aa -f '{{.Name}}'
    ends 1 "No such object: nobody"
    [ "$output" = /aa ] || fail "the one that is there was not shown"
    engine inspect nobody
    ends 1
    [ "$output" = "[]" ] || fail "no empty array"
    engine container inspect busybox
    ends 1 "No such container: busybox"
    works inspect busybox
    jq -e '.[0].RepoTags[0] == "busybox:latest"' <<<"$output" >/dev/null || fail "not the image"
    works volume create store
    works inspect --type volume store
    prints $'bridge\nhost' inspect -f '{{.Driver}}' bridge host
    engine inspect --type image aa
    ends 1 "No such image"
    engine inspect --type shape aa
    ends 1 'unknown type: "shape"'
    engine inspect -f '{{.State.Foo}}' aa
    ends 1 ':1:8: executing "" at <.State.Foo>: map has no entry for key "Foo"'
}

@test "06 show: the journal of events stays small, and what is in it is not lost when it is full" {
    works volume ls # it has begun the boot: what an earlier one has left goes
    mkdir -p "$STORE/run/events"
    local line='{"Type":"volume","Action":"create","Actor":{"ID":"old","Attributes":{}},"scope":"local","time":1,"timeNano":1000000000}'
    yes "$line" 2>/dev/null | head -n 9000 >"$STORE/run/events/events"
    printf '{"broken' >>"$STORE/run/events/events"
    works create --name one busybox
    works create --name two busybox
    [ "$(stat -c %s "$STORE/run/events/events.1")" -gt 1000000 ] || fail "the full one is not kept"
    [ "$(stat -c %s "$STORE/run/events/events")" -lt 10000 ] || fail "no new one began"
    works events --since 10m --until 0s --filter event=create --filter type=container --format '{{.Actor.Attributes.name}}'
    [ "${lines[-1]}" = two ] || fail "the last one is lost"
}

@test "06 show: many short IDs are found without reading the directory for each; who has gone meanwhile is not" {
    need strace
    three
    mapfile -t ids < <("$MINI" --root "$STORE" ps -aq)
    strace -f -o trace -e trace=openat "$MINI" --root "$STORE" inspect -f '{{.Name}}' "${ids[@]}" "${ids[@]}" >said
    [ "$(xargs <said)" = "/cc /bb /aa /cc /bb /aa" ] || fail "$(cat said)"
    [ "$(grep -c '/containers", ' trace)" -le 2 ] || fail "$(grep '/containers", ' trace)"
    engine rm "${ids[0]}" "${ids[1]}" "${ids[0]:0:8}" "${ids[1]}"
    ends 1 "No such container: ${ids[1]}"
    [ "$output" = "${ids[0]}"$'\n'"${ids[1]}" ] || fail "others have gone"
    complained "No such container: ${ids[0]:0:8}"
}

@test "06 show: info, version and system df count what there is" {
    three
    prints "3 0 1 overlay2" info -f '{{.Containers}} {{.ContainersRunning}} {{.Images}} {{.Driver}}'
    works info
    told "Containers: 3"
    told "Kernel Version: $(uname -r)"
    engine version -f '{{'
    [ "$status" -eq 64 ] && [ -z "$output" ] || fail "a template that is none"
    prints "1.41 1.41" version -f '{{.Client.APIVersion}} {{.Server.APIVersion}}'
    [ "$("$MINI" --root "$STORE" version -f json | jq -r .Client.ApiVersion)" = 1.41 ] || fail "JSON has another name for it"
    works version
    told "Kernel:            Linux $(uname -r)"
    prints "linux linux" version -f '{{.Server.Os}} {{.Client.Os}}'
    works --version
    [[ $output =~ ^mini-docker\ version\ [0-9.]+$ ]] || fail "another version"
    works system df
    [[ ${lines[0]} =~ ^"TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE"$ ]] || fail "other headings"
    [[ ${lines[1]} =~ ^"Images          1         1         "[0-9.]+MB\ +"0B (0%)"$ ]] || fail "other images"
    [[ ${lines[2]} == "Containers      3         0         0B        0B" ]] || fail "other containers"
    works system df --format json
    [ "$(jq -r .Type <<<"$output" | head -n 1)" = Images ] || fail "no JSON"
}

@test "06 show: groups of commands, and their help" {
    works container
    told "Usage: mini-docker container COMMAND"
    told "  ls "
    works help container ls
    told "Usage: mini-docker container ls [OPTIONS]"
    engine container nothing
    ends 1 "'nothing' is not a mini-docker container command"
    complained "Run 'mini-docker container --help' for more information"
    engine container ls --nothing
    ends 125 "unknown option '--nothing'"
    complained "Run 'mini-docker container ls --help' for more information"
}

@test "06 show: completion knows what --help knows, and what there is" {
    works create --name alpha busybox
    works create --name beta busybox
    # every option of every command that is listed
    local command option
    for command in $("$MINI" complete -- '' | cut -f 1); do
        [[ $command != help ]] || continue
        "$MINI" complete -- "$command" -- | cut -f 1 | sort >offered
        "$MINI" "$command" --help | grep -oE '^  (-.,|   ) --[a-z-]+' | grep -oE -- '--[a-z-]+$' | sort >known
        [ -z "$(comm -13 offered known)" ] || fail "$command: not offered: $(comm -13 offered known)"
    done
    prints $'beta\tbusybox' complete -- inspect b
    prints ":dirs" complete -- --root ''
    prints $'busybox:latest\timage' complete -- run -it bus
    prints $'host\thost' complete -- run --network h
    prints $'host\thost' complete -- network inspect h
    [ "$("$MINI" complete -- container ls | cut -f 1)" = "ls" ] || fail "not container ls"
    [ "$("$MINI" complete -- --root "$STORE" inspect al)" = $'alpha\tbusybox' ] || fail "--root does not count"
    [ -z "$("$MINI" complete -- --root "$PWD/typo" inspect al)" ] && [ ! -e typo ] || fail "Tab makes a store"
    # as bash calls it
    works completion bash
    bash -c 'eval "$1"; PATH=$2:$PATH COMP_WORDS=(mini-docker --root "$3" inspect al) COMP_CWORD=4
        _mini_docker mini-docker al inspect; echo "${COMPREPLY[*]}"' - "$output" "${MINI%/*}" "$STORE" >found
    [ "$(cat found)" = alpha ] || fail "bash finds: $(cat found)"
    engine completion tcsh
    ends 1 "no completion for the shell 'tcsh'"
}

@test "06 show: completion in fish itself: commands, options, containers, files" {
    need fish
    works create --name alpha busybox
    # asks WORDS: what fish offers for the line
    asks() { HOME=$PWD PATH=${MINI%/*}:$PATH call fish -c 'mini-docker completion fish | source; complete -C "$argv"' "mini-docker $1"; }
    asks ru
    is $'run\tRun a program in a new container'
    asks "--root $STORE inspect al"
    is $'alpha\tbusybox'
    asks "--root $STORE network ins"
    [[ $output == inspect$'\t'* ]] || fail "no command of a group"
    asks "--root $STORE run --network-a"
    [[ $output == --network-alias$'\t'* ]] || fail "no option"
    asks "--root $STORE run -it bus"
    is $'busybox:latest\timage'
    touch archive.tar
    asks "--root $STORE load -i $PWD/arch"
    is "$PWD/archive.tar"
}

@test "06 show: completion in zsh itself: commands, options, containers, files" {
    need zsh
    works create --name alpha busybox
    works create --name beta busybox
    touch archive.tar
    cat >keys <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; autoload -U compinit; compinit -u -D; source <(mini-docker completion zsh); bindkey "^I" complete-word; echo LOA"DED"'
zpty -r shell line '*LOADED*' || exit 1
zpty -w -n shell "$1"$'\t'
zpty -r shell line "$2" && print -r -- "$line"
END
    # types WORDS PATTERN: typed, and Tab; what the terminal shows then
    types() { TERM=dumb HOME=$PWD PATH=${MINI%/*}:$PATH timeout -k 5 60 zsh -f keys "mini-docker $1" "$2" >seen || fail "$1: $(cat -v seen)"; }
    types ru '*run*'
    types "--root $STORE inspect al" '*inspect alpha*'
    types "--root $STORE inspect " '*alpha*beta*-- busybox*'
    types "--root $STORE network ins" '*network inspect*'
    types "--root $STORE run --network-a" '*--network-alias*'
    types "--root $STORE run -it bus" '*busybox:latest*'
    types "--root $STORE load -i arch" '*ive.tar*' # behind a bell
}

@test "06 show: the manual page has every command, and no mistake of form" {
    need man
    works help --man
    local command
    for command in $("$MINI" complete -- '' | cut -f 1); do
        grep -qiE "^\.S[SH] mini\\\\-docker $command" <<<"$output" || fail "it has no $command"
    done
    man --warnings -l - <<<"$output" >page 2>mistakes
    [ ! -s mistakes ] || fail "$(cat mistakes)"
    grep -q "only some: name=web" page || fail "no options"
    "${MINI%docker}runc" help --man | man --warnings -l - >page 2>mistakes
    [ ! -s mistakes ] || fail "$(cat mistakes)"
}
