#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06: containers in networks, through the command line: names, addresses, ports, and what a kill leaves.
# All of it in a network namespace of the test's own.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

setup_file() {
    note_groups
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O1 -o "$BATS_FILE_TMPDIR/at" "$BATS_TEST_DIRNAME/checks-sound-at.c" || true
}

setup() {
    need_root "to make networks"
    need nft
    cd "$BATS_TEST_TMPDIR"
    others=() # what a test starts beside it
    mkfifo ready
    unshare -n -m sh -c 'mount -t sysfs sysfs /sys; ip link set lo up; echo 1 >/proc/sys/net/ipv4/ip_forward
        echo >ready; exec sleep 1000' 3>&- 4>&- & # forwarding would be as it is on the host, and 0 is worth a note
    apart=$!
    read -r _ <ready
}

teardown() {
    [ -n "${apart-}" ] || return 0
    for id in $(ls store/containers 2>/dev/null); do engine kill "$id"; done
    [ -z "${home-}" ] || user rm -f web
    kill "$apart" "${others[@]}" 2>/dev/null || true
    [ -z "${home-}" ] || rm -rf "$home"
}

# A command in that namespace; the engine there.
inside() { nsenter -t "$apart" -n -m "$@"; }
engine() { call inside "$MINI" --root "$BATS_TEST_TMPDIR/store" "$@"; }
# Each line of the leases, less what changes.
leases() { awk '{print $1, $3}' store/run/networks/leases; }

@test "06 networks: a neighbour is found by name, alias and ID right after its start" {
    engine network create back
    ends 0
    engine run -d --name web --network back --network-alias www busybox sleep 1000
    ends 0
    id=$output
    for name in web www "${id:0:12}"; do
        engine run --rm --network back busybox ping -c 1 -W 10 "$name"
        ends 0
        told "PING $name (172.18.0.2)"
    done
    engine run --rm busybox ping -c 1 -W 1 web # on the default network there are no names
    ends 1 "bad address 'web'"
    engine network inspect back --format '{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}'
    [ "$output" = "web 172.18.0.2/16" ] || fail "not its member"
    engine network inspect back --format '{{range .Containers}}{{.EndpointID}}{{end}}'
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "no endpoint"
    endpoint=$output
    engine inspect -f '{{.NetworkSettings.Networks.back.EndpointID}}' web
    [ "$output" = "$endpoint" ] || fail "not the endpoint $endpoint"
    engine network rm back
    ends 1 "has active endpoints"
    engine kill web
    ends 0
    wait_for 20 gone web
    engine network rm back
    ends 0
}
gone() { ! grep -q " $1\$" store/run/networks/leases; }

@test "06 networks: --ip, --add-host, --dns, none, host and container:X" {
    engine network create --subnet 10.204.0.0/24 back
    engine run -d --name web --network back --ip 10.204.0.77 --add-host printer:10.9.9.9 --add-host gate:host-gateway \
        --dns 10.8.8.8 busybox sleep 1000
    ends 0
    engine exec web cat /etc/hosts /etc/resolv.conf
    told $'10.204.0.77\t'
    told $'10.9.9.9\tprinter'
    told $'10.204.0.1\tgate'
    told 'nameserver 10.8.8.8'
    engine run --rm --network back --ip 10.204.0.77 busybox true
    ends 125 "Address already in use"
    engine run --rm --network back --ip 10.7.0.1 busybox true
    ends 125 "It does not belong to any of this network's subnets"
    engine run --rm --network nosuch busybox true
    ends 125 "network nosuch not found"
    engine run --rm --network container:web busybox sh -c 'ip -o -4 addr show eth0; cat /etc/hosts'
    ends 0
    told 'inet 10.204.0.77/24'
    told $'10.9.9.9\tprinter'
    engine run --rm --hostname box.example.org busybox sh -c 'ping -c 1 box && ping -c 1 box.example.org'
    ends 0
    engine run --rm --network none busybox ip -o link
    ends 0
    [[ $output != *eth0* ]] || fail "it has eth0"
    engine run --rm --network host -p 80 busybox ip -o link
    ends 0 "published ports are discarded"
    told mdocker-
    # of the host's name servers those that can be reached from there
    printf 'nameserver %s\n' 127.0.0.53 2001:db8::1 'fe80::1%eth0' 10.8.8.8 >resolv
    inside mount --bind "$PWD/resolv" /etc/resolv.conf
    engine run --rm busybox grep nameserver /etc/resolv.conf
    [ "$output" = "nameserver 10.8.8.8" ] || fail "others"
    engine run --rm --network host --dns-search two busybox grep -c nameserver /etc/resolv.conf
    [ "$output" = 4 ] || fail "not the host's"
}

# knows BOX NAME IP...: it looks the name up, and finds just these; none: nothing
knows() {
    local box=$1 name=$2
    shift 2
    engine exec "$box" sh -c "grep -w '$name' /etc/hosts | cut -f1"
    [ "$output" = "$(printf '%s\n' "$@")" ] || fail "$box has another address of $name than '$*'"
}

@test "06 networks: connect and disconnect, while it runs and for its next start; and the neighbours know" {
    engine network create back
    engine run -d --name web busybox sleep 1000
    id=$output
    engine run -d --name look --network back busybox sleep 1000
    engine network connect --alias db back web
    ends 0
    engine exec web ip -o -4 addr show eth1
    told 'inet 172.18.0.3/16'
    for name in web db "${id:0:12}"; do knows look "$name" 172.18.0.3; done
    engine exec look ping -c 1 -W 10 db
    ends 0
    engine network connect back web
    ends 1 "endpoint with name web already exists in network back"
    engine network disconnect bridge web
    ends 0
    engine exec web ip route
    told 'default via 172.18.0.1 dev eth1'
    [[ $output != *172.17* ]] || fail "it is still in bridge"
    engine network disconnect bridge web
    ends 1 "is not connected to network bridge"
    engine network disconnect back web
    knows look web
    knows look db
    engine inspect -f '{{json .NetworkSettings.Networks}}' web
    [ "$output" = {} ] || fail "it has left all: $output"
    engine restart -t 0 web # and is in none again
    engine exec web ip -o -4 addr show scope global
    [ -z "$output" ] || fail "it is back: $output"
    engine network connect back web
    engine exec web ip route
    told 'default via 172.18.0.1 dev eth0'
    # none is a network that one can leave, the host's is not
    engine run -d --name empty --network none busybox sleep 1000
    engine network connect back empty
    ends 1 "container cannot be connected to multiple networks with one of the networks in private (none) mode"
    engine network disconnect none empty
    engine network connect back empty
    ends 0
    for _ in now again; do
        engine exec empty ip -o -4 addr show scope global
        told "inet 172.18.0."
        engine exec look ping -c 1 -W 10 empty
        ends 0
        engine restart -t 0 empty
    done
    engine rm -f empty
    ! grep -q " empty\$" store/run/networks/leases || fail "it has its address still"
    engine create --name wide --network host busybox
    for verb in connect disconnect; do
        engine network $verb host wide
        ends 1 "container cannot be disconnected from host network or connected to host network"
    done
    engine exec look sh -c 'yes "# filled" | head -c 2000000 >>/etc/hosts' # is nobody's loss but its own
    engine run --rm --network back busybox true
    ends 0
}

@test "06 networks: the published ports go with the way out, and lead to nobody who has the address next" {
    local serve='hostname >/page; exec httpd -f -h /'
    for net in front back; do engine network create $net; done
    engine network create --internal inner
    # nobody answers there: the client is told so by the kernel, at once
    is_closed() { inside timeout 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/${1:-8080}" 2>&1 | grep -q refused; }
    engine run -d --name web --hostname web --network inner --network front -p 8080:80 -p 8053:53/udp busybox sh -c "$serve"
    ends 0
    answers() { pages '' 127.0.0.1:8080 web 2>/dev/null; }
    wait_for 20 answers || fail "the first of its networks has no way out, and so the second has no port"
    engine network connect back web
    engine network disconnect front web
    pages '' 127.0.0.1:8080 web
    engine exec web ip route show default
    told 'via 172.19.0.1 dev eth2'
    engine tree web
    told '172.19.0.2'
    [[ $output != *172.18.0.2* ]] || fail "tree shows what it has left"
    engine network disconnect back web
    engine run -d --name other --hostname other --network back busybox sh -c "$serve"
    wait_for 20 pages '' 172.19.0.2:80 other 2>/dev/null || fail "other does not begin"
    is_closed || fail "web has left all networks, and whoever asks for its port waits"
    engine port web
    [ -z "$output" ] || fail "port shows what it has left: $output"
    engine run -d --name second -p 8080:80 -p 8053:53/udp busybox sleep 1000 # nobody has them
    ends 0
    engine network connect front web
    ends 1 "Bind for 0.0.0.0:8080 failed: port is already allocated"
    engine exec web ip -o -4 addr show scope global
    [[ $output != *172.18.* ]] || fail "a half of connect"
    engine rm -f second
    engine network connect front web
    ends 0
    pages '' 127.0.0.1:8080 web
    [ -n "$(inside ss -Hltn 'sport = :8080')" ] || fail "the host's programs can take it from web"
    engine port web
    [ "$output" = $'53/udp -> 0.0.0.0:8053\n80/tcp -> 0.0.0.0:8080' ] || fail "not its ports: $output"
    engine run -d --name inward --network inner -p 8082:80 busybox sleep 1000 # no way in: no port
    is_closed 8082 || fail "who asks for a port of an internal network waits"
    engine network connect front inward
    [ -n "$(inside ss -Hltn 'sport = :8082')" ] || fail "it has a way now, and no port"
    engine rm -f inward
    # nor to who has that of a killed one, because it was asked for, or is the last
    engine network create --subnet 10.208.0.0/30 tiny
    engine run -d --name last --network tiny -p 8081:80 busybox sleep 1000
    for box in web last; do
        engine inspect -f '{{.State.Pid}}' $box
        kill -9 "$(awk '/^PPid/ {print $2}' "/proc/$output/status")"
        ended() { [[ $(cat "/proc/$output/stat" 2>/dev/null || echo "1 (x) Z") == *\)\ Z* ]]; }
        wait_for 20 ended || fail "$box goes on"
    done
    engine run -d --name next --network front --ip 172.18.0.2 busybox sh -c "$serve"
    ends 0
    engine run -d --name after --network tiny busybox sh -c "$serve"
    ends 0
    wait_for 20 pages '' 172.18.0.2:80 "$(engine exec next hostname; echo "$output")" 2>/dev/null || fail "next does not begin"
    for port in 8080 8081; do
        ! inside timeout 5 busybox wget -qO- http://127.0.0.1:$port/page || fail "port $port leads to somebody else"
    done
}

@test "06 networks: the restart policy starts a container in the networks and under the name that it has by now" {
    for net in front back; do engine network create $net; done
    engine run -d --name web --restart always --network front busybox sleep 1000
    engine network connect --alias db back web
    engine network disconnect front web
    engine rename web site
    engine inspect -f '{{.State.Pid}}' site
    pid=$output
    kill -9 "$pid"
    again() { engine inspect -f '{{.RestartCount}} {{.State.Running}}' site && [ "$output" = "1 true" ]; }
    wait_for 20 again || fail "it does not start again"
    engine exec site ip -o -4 addr show scope global
    # .3 while the kernel has not taken the cable of its last life away
    [[ $output =~ (172\.19\.0\.[23])/16 && ${#lines[@]} -eq 1 ]] || fail "other networks"
    local ip=${BASH_REMATCH[1]}
    knows site site "$ip"
    knows site db "$ip"
    # and who shares the network of one that was started again is in that of now
    engine run -d --name guest --restart always --network container:site busybox sleep 1000
    engine restart -t 0 site
    engine inspect -f '{{.State.Pid}}' site
    there=$(readlink "/proc/$output/ns/net")
    engine inspect -f '{{.State.Pid}}' guest
    kill -9 "$output"
    back() { engine inspect -f '{{.RestartCount}} {{.State.Pid}}' guest && [[ $output == "1 "[1-9]* ]]; }
    wait_for 20 back || fail "guest does not start again"
    [ "$(readlink "/proc/${output#* }/ns/net")" = "$there" ] || fail "guest is in another network"
}

@test "06 networks: addresses at the ends of ranges; and connect says at once what a start could not do" {
    engine network create --subnet 10.205.0.0/16 --ip-range 10.205.0.0/24 low
    engine network create --subnet 10.206.0.0/24 --ip-range 10.206.0.254/31 high
    engine network create --subnet 10.207.0.0/24 --ip-range 10.207.0.77/32 one
    while read -r net ip; do
        engine run -d --name $net --network $net busybox sleep 1000
        engine inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' $net
        [ "$output" = "$ip" ] || fail "$net: not $ip"
    done <<<$'low 10.205.0.2\nhigh 10.206.0.254\none 10.207.0.77'
    for net in high one; do
        engine run --rm --network $net busybox true
        ends 125 "no available IPv4 addresses on this network's address pools: $net"
    done
    engine create --name still --network low busybox true
    for net in more{1..8}; do
        engine network create $net
        engine network connect $net still
    done
    ends 1 "too many networks: a container has 8 at most"
    for net in more{1..7}; do engine network disconnect $net still; done
    while IFS='|' read -r words text; do
        # shellcheck disable=SC2086 # they are words
        engine network connect $words still
        ends 1 "$text"
    done <<'END'
--ip four one|invalid IPv4 address: four
--ip 10.205.0.9 one|invalid address 10.205.0.9: It does not belong to any of this network's subnets
--alias a,b one|invalid network alias 'a,b'
--alias a bridge|network-scoped aliases are only supported for user-defined networks
host|container cannot be disconnected from host network or connected to host network
none|container cannot be connected to network none: it is not a bridge
END
    engine network inspect -f '{{.Id}}' one
    engine create --name byid --network "${output:0:9}" busybox true
    engine inspect -f '{{.HostConfig.NetworkMode}}{{range $k, $v := .NetworkSettings.Networks}} {{$k}}{{end}}' byid
    [ "$output" = "one one" ] || fail "not the network's name"
    engine rm -f one
    engine network rm one
    ends 0
    engine start byid
    ends 1 "network one not found"
    engine network connect low byid
    engine network disconnect one byid # also of one that is gone
    ends 0
    engine network disconnect one byid
    ends 1 "container byid is not connected to network one"
    engine start -a byid
    ends 0
}

@test "06 networks: run takes several networks: an address in each, --ip and aliases in the first, the way out by it" {
    engine network create --subnet 10.201.0.0/16 -o com.docker.network.driver.mtu=1400 front
    engine network create --subnet 10.202.0.0/16 back
    engine run -d --name look --network back busybox sleep 1000
    engine run -d --name web --network front --ip 10.201.3.3 --network-alias www --network name=back,alias=db,ip=10.202.4.4 busybox sleep 1000
    ends 0
    engine exec web ip -o -4 addr show scope global
    [ "$(awk '{print $2, $4}' <<<"$output")" = $'eth0 10.201.3.3/16\neth1 10.202.4.4/16' ] || fail "other addresses"
    engine exec web ip route show default
    told "default via 10.201.0.1 dev eth0"
    engine exec web sh -c 'cat /sys/class/net/eth[01]/mtu'
    [ "$output" = $'1400\n1500' ] || fail "other sizes of packets"
    for name in web db; do knows look "$name" 10.202.4.4; done
    knows look www
    engine inspect -f '{{.HostConfig.NetworkMode}}' web
    [ "$output" = front ] || fail "another network is the first"
    while IFS='|' read -r words text; do
        # shellcheck disable=SC2086 # they are words
        engine create $words busybox
        ends 125 "$text"
    done <<'END'
--network front --network front|network "front" is specified multiple times
--network front --network host|conflicting options: cannot attach both user-defined and non-user-defined network-modes
--network bridge --network front|conflicting options: cannot attach both
--network bridge --network-alias a|network-scoped aliases are only supported for user-defined networks
END
}

@test "06 networks: a container that is renamed, or starts with another address, is known by that at once" {
    engine network create back
    engine network create front
    engine run -d --name web --network back --network-alias www busybox sleep 1000
    engine run -d --name look --network back busybox sleep 1000
    engine network connect --alias gate front web
    engine network connect front look
    knows look web 172.18.0.2 172.19.0.2
    engine rename web site
    ends 0
    knows look web
    knows look site 172.18.0.2 172.19.0.2
    knows look www 172.18.0.2
    knows look gate 172.19.0.2
    engine exec site sh -c 'ping -c 1 -W 10 site && ping -c 1 -W 10 look'
    ends 0
    engine network inspect back --format '{{range .Containers}}{{.Name}} {{end}}'
    told site
    engine stop -t 0 site
    knows look site
    unplugged() { ! inside ip -o link | grep -qE 'mdvac1[23]0002'; }
    wait_for 20 unplugged || fail "its cables are still there, and their addresses not free"
    engine run -d --name other --network back busybox sleep 1000
    told ""
    engine start site
    knows look site 172.18.0.4 172.19.0.2
    knows look other 172.18.0.2
    engine exec site ping -c 1 -W 10 look
    ends 0
}

@test "06 networks: there is no IPv6 but the loopback's" {
    engine run --rm busybox sh -c 'cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6; ip -o -6 addr; ip -6 route'
    ends 0
    [[ ${lines[0]} = 1 && ${lines[1]} == *" lo "*::1/128* && ${#lines[@]} -eq 2 ]] || fail "not that"
}

# page FROM ADDRESS: what is there for the host ('') or a container
page() {
    if [ -z "$1" ]; then inside timeout 10 busybox wget -qO- "http://$2/page"; else
        "$MINI" --root "$PWD/store" exec "$1" timeout 10 wget -qO- "http://$2/page"
    fi 2>/dev/null
}
pages() { [ "$(page "$1" "$2")" = "$3" ] || fail "${1:-host}, $2: not $3"; }
# echoes PID ADDRESS: a datagram comes back
echoes() {
    nsenter -t "$1" -n timeout 20 bash -c "exec 3<>/dev/udp/$2/8053; until echo hello >&3 && read -t 1 -rN1 letter <&3; do :; done 2>/dev/null
        [ \"\$letter\" = h ]" || fail "no answer from $2"
}

@test "06 networks: published ports: ranges, of one address, any that is free, -P, datagrams; from everywhere" {
    need python3
    inside sh -c 'ip link add up0 type veth peer name up1 && ip addr add 10.55.0.2/24 dev up0 && ip link set up0 up &&
        ip link set up1 up'
    engine run -d --name web -p 8000-8001:80-81 -p 127.0.0.2:8002:80 -p 80 -p 0:81 -p 8053:53/udp -p 8100-8110:80 \
        --expose 99 -P busybox sh -c 'mkdir /a /b; echo one >/a/page; echo two >/b/page; httpd -p 80 -h /a; httpd -f -p 81 -h /b'
    ends 0
    engine inspect -f '{{.State.Pid}}' web
    pid=$output
    nsenter -t "$pid" -n python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 53))
while True:
    data, peer = s.recvfrom(100)
    s.sendto(data, peer)' 3>&- &
    others+=($!)
    engine run -d --name near -p 8100-8110:80 busybox sleep 1000
    engine port near
    [ "$output" = "80/tcp -> 0.0.0.0:8101" ] || fail "not the next free port of the range"
    wait_for 20 pages '' 127.0.0.1:8001 two 2>/dev/null || fail "it does not begin"
    engine port web
    [ "$(grep -c '^80/tcp' <<<"$output")" = 4 ] && [ "$(grep -c '^81/tcp' <<<"$output")" = 2 ] || fail "not all of them"
    told '99/tcp -> 0.0.0.0:'
    told '53/udp -> 0.0.0.0:8053'
    while read -r port _ address; do
        case $port in
        80/tcp) pages '' "${address/0.0.0.0/127.0.0.1}" one ;;
        81/tcp) pages '' "${address/0.0.0.0/127.0.0.1}" two ;;
        esac
    done <<<"$output"
    pages '' 127.0.0.1:8002 '' # it is on 127.0.0.2 alone
    for from in '' web near; do
        for address in 10.55.0.2 172.17.0.1; do
            pages "$from" $address:8000 one
            pages "$from" $address:8002 ''
        done
    done
    # whoever says localhost may try ::1 first: nobody is there, it is told so at once, and goes on to 127.0.0.1
    inside python3 -c '
import errno, socket
s = socket.socket(socket.AF_INET6)
assert s.connect_ex(("::1", 8000)) in (errno.ECONNREFUSED, errno.EADDRNOTAVAIL)'
    for address in 127.0.0.1 10.55.0.2; do echoes "$apart" $address; done
    echoes "$pid" 10.55.0.2
    for words in "-p 8001:80|0.0.0.0:8001" "-p 127.0.0.1:8001:80|127.0.0.1:8001" "-p 8002:80|0.0.0.0:8002"; do
        # shellcheck disable=SC2086 # they are words
        engine run --rm ${words%|*} busybox true
        ends 125 "Bind for ${words#*|} failed: port is already allocated"
    done
    engine run --rm -p 8053:80 -p 127.0.0.3:8002:80 busybox true # another protocol; another address
    ends 0
    engine run --rm -p 10.1.1.1:8053:80 busybox true
    ends 125 "no link of this host has the address 10.1.1.1"
    engine run --rm -p '[::1]:8053:80' busybox true
    ends 125 "cannot publish on the IPv6 address ::1"
}

# an echo for datagrams in `box`, as a process of the test's
echo_in_box() {
    local pid
    pid=$("$MINI" --root "$PWD/store" inspect -f '{{.State.Pid}}' box)
    nsenter -t "$pid" -n python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 53))
while True:
    data, peer = s.recvfrom(100)
    s.sendto(data, peer)' 3>&- 4>&- &
    others+=($!)
}
# asks TIMES: somebody who always sends from the same port; is there an answer?
asks() {
    inside python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.55.0.2", 4000))
s.settimeout(0.1)
for i in range(int(sys.argv[1])):
    s.sendto(b"hello", ("10.55.0.2", 8053))
    try:
        s.recv(100)
        sys.exit(0)
    except OSError:
        pass
sys.exit(1)' "$1"
}

@test "06 networks: who goes on sending datagrams reaches a container that was started again, at its new address" {
    need python3
    inside ip addr add 10.55.0.2/32 dev lo
    engine run -d --name box -p 8053:53/udp busybox sleep 1000
    echo_in_box
    asks 100 || fail "no answer from the first"
    engine stop -t 0 box
    engine run -d --name other busybox sleep 1000 # takes its address, but gets nothing
    ! asks 2 || fail "an answer from nobody"
    [ -z "$(inside grep 'dport=8053 .*src=172.17' /proc/net/nf_conntrack)" ] || fail "it goes to another container"
    engine start box
    echo_in_box
    asks 100 || fail "no answer after the second start"
}

@test "06 networks: a published port answers, is refused to a second, and is free when the first was killed" {
    engine run -d --name web -p 127.0.0.1:8080:80 busybox sh -c 'echo page >/index.html; exec httpd -f -h /'
    ends 0
    page() { inside busybox wget -qO- http://127.0.0.1:8080/index.html 2>/dev/null | grep -q page; }
    wait_for 20 page || fail "no page"
    engine run --name two -p 8080:80 busybox true
    ends 125 "Bind for 0.0.0.0:8080 failed: port is already allocated"
    monitor=$(jq .monitor <"$(ls store/containers/*/status.json | head -1)" | grep -o '[0-9]*' | head -1)
    container=$(awk '$1 == "port" {print $8}' store/run/networks/leases)
    kill -9 "$monitor" "$container"
    wait_for 20 free || fail "the port is still held"
    engine run --rm -p 8080:80 busybox true
    ends 0
    engine ps -a # whoever looks at the killed one heals it
    ends 0
    [ "$(leases)" = "" ] || fail "left: $(leases)"
}
free() { ! inside ss -Hltn 'sport = :8080' | grep -q . && [ ! -e "/proc/$container" ]; }

# Nothing of ours is in the namespace: no bridge, no rules; cables go in the kernel's own time.
is_empty() { [ -z "$(inside nft list tables)$(inside ip -o link | grep -E 'mdocker|mdv')" ]; }
empty() { wait_for 20 is_empty || fail "$1 leaves: $(inside nft list tables) $(inside ip -br link)"; }

@test "06 networks: nothing stays on the host when the last container of another root has ended, or never began" {
    engine run --rm -p 8080:80 busybox true
    ends 0
    empty "a container"
    engine run --rm --user nosuch busybox true
    ends 125
    empty "a failed start, --rm"
    engine run --name kept --user nosuch busybox true
    ends 125
    empty "a failed start"
    engine run -d --name web -p 8080:80 busybox sleep 1000
    call inside "$MINI" --root "$PWD/./store/" rm -f web # the directory by another name
    ends 0
    empty "rm -f"
    engine run -d --name web -p 8080:80 busybox sleep 1000
    inside ip link delete "$(inside ip -o link show type bridge | grep -o 'mdocker-[0-9a-f]*')"
    engine rm -f web
    empty "a removed bridge"
    engine run -d --name web -p 8080:80 busybox sleep 1000
    ends 0
    container=$(awk '$1 == "port" {print $8}' store/run/networks/leases)
    rm -rf store
    kill -9 "$container"
    empty "a removed root"
    [ ! -e store ] || fail "it came back: $(find store)"
}

@test "06 networks: clean-host takes away what engines left whose roots are gone, and leaves what lives" {
    engine run -d --name web busybox sleep 1000
    ends 0
    inside sh -c 'ip link add mdocker-0123456 type bridge && ip link set mdocker-0123456 up alias /nowhere/at/all &&
        ip link add mdocker-6543210 type bridge && ip link add mdother type bridge &&
        nft "add table ip mini-docker-01234567; add set ip mini-docker-01234567 links { type ifname; elements = { gone }; }" &&
        nft "add table ip docker; add set ip docker links { type ifname; elements = { gone }; }"'
    call inside make -s -C "$TOP" clean-host
    ends 0
    [ "$(inside nft list tables | grep -c mini-docker-)" = 1 ] || fail "rules: $(inside nft list tables)"
    [ "$(inside ip -o link show type bridge | grep -c mdocker-)" = 1 ] || fail "links: $(inside ip -o link)"
    inside nft list table ip docker && inside ip link show mdother >/dev/null || fail "somebody else's went"
    engine exec web ping -c 1 -W 10 172.17.0.1
    ends 0
}

# at WHO N ARG...: the engine in that namespace, killed at its N-th call
at() {
    local who=$1 n=$2
    shift 2
    timeout -s KILL 60 nsenter -t "$apart" -n -m "$BATS_FILE_TMPDIR/at" "$PWD/log" "$who" "$n" kill "$MINI" --root "$PWD/store" "$@" >out 2>&1 3>&- || true
}

@test "06 networks: killed at any call of a start or an end, rm gives all of it back" {
    local who n step=${SWEEP:+1} hits=0
    engine network create back
    engine run --rm --network none busybox true # the image is there then
    for who in 0 3; do # the command, and the monitor behind two runs of nft
        for ((n = RANDOM % ${step:-70} + 1; ; n += ${step:-70})); do
            at "$who" "$n" run --network back -p 8080:80 --name web busybox true
            engine rm -f web
            [ "$status" -eq 0 ] || complained "No such container: web"
            empty "killed at call $n of process $who"
            [ ! -s store/run/networks/leases ] || fail "leases, at call $n of $who: $(leases)"
            grep -q '^call ' log || break
            hits=$((hits + 1))
        done
    done
    [ "$hits" -gt 8 ] || fail "only $hits"
}

@test "06 networks: killed at any call of connect or disconnect, the same again does the whole of it" {
    local n step=${SWEEP:+1} hits=0
    engine network create --internal inner
    engine network create back
    engine run -d --name web --network inner -p 8080:80 busybox sleep 1000
    ends 0
    engine network connect back web # its bridge is there then
    engine network disconnect back web
    whole() { # ADDRESSES PORTS
        [ "$(grep -c ^address store/run/networks/leases)" = "$1" ] || fail "at call $n, leases: $(leases)"
        engine exec web sh -c 'ip -o -4 addr show scope global; ip route show default'
        [ "$(grep -c inet <<<"$output") $(grep -c default <<<"$output")" = "$1 $2" ] || fail "at call $n, not $1 cables"
        [ "$(inside nft list ruleset | grep -c 'tcp . 8080 : 172.19.0.')" = "$2" ] || fail "at call $n, not $2 ports"
        [ "$(inside ss -Hltn 'sport = :8080' | wc -l)" = "$2" ] || fail "at call $n, not $2 sockets"
    }
    for ((n = RANDOM % ${step:-30} + 1; ; n += ${step:-30})); do
        at 0 "$n" network connect back web
        grep -q '^call ' log || break
        engine network disconnect inner web # finds no way out in what is half there
        ends 0
        engine network connect inner web
        ends 0
        engine network connect back web # which may have been done, but for the last word
        ends "$status" "$([ "$status" = 0 ] || echo "endpoint with name web already exists in network back")"
        whole 2 1
        at 0 "$n" network disconnect back web
        engine network disconnect back web
        ends "$status" "$([ "$status" = 0 ] || echo "is not connected to network back")"
        whole 1 0
        hits=$((hits + 1))
    done
    [ "$hits" -gt 4 ] || fail "only $hits"
}

# An ordinary user's engine, who may open /dev/net/tun, in a namespace with a way out to a machine that has a page.
rootless_begin() {
    home=$(mktemp -d) # a user cannot come to where bats has its files
    chmod 777 "$home"
    mknod -m 666 tun c 10 200
    inside mount --bind "$PWD/tun" /dev/net/tun || skip "needs /dev/net/tun"
    world_begin
    inside ip route add default via 10.55.0.1
    echo far >far
    nsenter -t "$world" -n busybox httpd -f -h "$PWD" 3>&- 4>&- &
    others+=($!)
    far() { nsenter -t "$world" -n busybox wget -qO- http://10.55.0.1/far 2>/dev/null | grep -q far; }
    wait_for 20 far || fail "no world"
    mkdir "$home/bin" # PATH, where a test wants just some programs to be found
    for program in newuidmap newgidmap "$@"; do ln -s "$(command -v "$program")" "$home/bin/"; done
}
user() {
    call inside timeout -k 5 30 setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$home" PATH="$home/bin" "$MINI" --root "$home/store" "$@"
}
# An address of the host's loopback, which is not for containers.
own_page() {
    nsenter -t "$apart" -n -m busybox httpd -f -p 127.0.0.1:9000 -h "$PWD" 3>&- 4>&- &
    others+=($!)
    own() { inside busybox wget -qO- http://127.0.0.1:9000/far 2>/dev/null | grep -q far; }
    wait_for 20 own || fail "no page of the host's own"
}

@test "06 networks: rootless through pasta: the ways out, in and back, and it ends with its container" {
    need pasta
    rootless_begin pasta
    own_page
    user run -d --name web -p 8080:80 -p 127.0.0.1::80 -p 8053:53/udp --expose 90 -P busybox \
        sh -c 'echo page >/index.html; exec httpd -f -h /'
    [[ $stderr != *"blocks user namespaces"* ]] || skip "user namespaces are blocked"
    ends 0
    user port web
    [ "$(wc -l <<<"$output")" = 4 ] || fail "not four ports"
    told '90/tcp -> 0.0.0.0:'
    any=$(grep -o '127.0.0.1:.*' <<<"$output")
    for address in 127.0.0.1:8080 10.55.0.2:8080 "$any"; do
        page() { inside busybox wget -qO- "http://$address/index.html" 2>/dev/null | grep -q page; }
        wait_for 20 page || fail "no page at $address"
    done
    ! inside timeout 5 busybox wget -qO- "http://10.55.0.2:${any#*:}/index.html" || fail "it is not on 127.0.0.1 alone"
    user exec web wget -qO- http://10.55.0.1/far
    told far
    user exec web sh -c 'ip route | grep ^default; timeout 2 wget -qO- "http://$(ip route | grep ^default | cut -d" " -f3):9000/far"'
    [[ $output == *default* && $output != *far* ]] || fail "it reaches the host's loopback"
    user run --rm -p 8080:80 busybox true
    ends 125 "Bind for 0.0.0.0:8080 failed: port is already allocated"
    user restart -t 0 web # its ports are free again at once
    ends 0
    pasta=$(cat "$home"/store/run/networks/*.pid)
    user kill web
    ends 0
    ended() { ! kill -0 "$pasta" 2>/dev/null; }
    wait_for 20 ended || fail "pasta $pasta goes on"
    user network create own
    user run --rm --network own busybox true
    ends 125 "network own needs root"
    user create --name still busybox true
    user network connect own still
    ends 1 "network connect needs root"
}

@test "06 networks: rootless through slirp4netns; and what is said where neither is there" {
    need slirp4netns
    rootless_begin slirp4netns
    own_page
    user run -d --name web busybox sleep 1000
    [[ $stderr != *"blocks user namespaces"* ]] || skip "user namespaces are blocked"
    ends 0
    user exec web wget -qO- http://10.55.0.1/far
    told far
    user exec web timeout 2 wget -qO- http://10.0.2.2:9000/far
    [ -z "$output" ] || fail "it reaches the host's loopback"
    user inspect -f '{{.NetworkSettings.IPAddress}}' web
    told 10.0.2.100
    slirp=$(pgrep -f "^slirp4netns .*$(user inspect -f '{{.State.Pid}}' web && echo "$output") eth0")
    user rm -f web
    ended() { [ ! -e "/proc/$slirp/fd/0" ]; } # its parent may take its time
    wait_for 20 ended || fail "slirp4netns $slirp goes on"
    user run --rm -p 8080:80 busybox true
    ends 125 "pasta is not installed -> apt install passt"
    rm "$home/bin/slirp4netns"
    user run --rm busybox ip -o link
    ends 0 "neither pasta nor slirp4netns is installed"
    [[ $output != *eth0* ]] || fail "it has a network"
    user run --rm --network bridge busybox true
    ends 125 "neither pasta nor slirp4netns is installed -> apt install passt"
}

@test "06 networks: the default root keeps its bridge for the next container, until prune" {
    for dir in /var/lib/mini-docker /run/mini-docker; do
        inside mkdir -p "$dir"
        inside mount -t tmpfs -o mode=700 tmpfs "$dir"
    done
    stands() { inside ip link show mdocker0 && inside nft list table ip mini-docker; }
    for round in 1 2; do
        call inside "$MINI" run --rm busybox true
        ends 0
        stands >/dev/null || fail "round $round: it went with its last container"
        call inside "$MINI" run -d --name stays busybox sleep 1000
        call inside "$MINI" network prune -f
        ends 0
        stands >/dev/null || fail "round $round: it went while a container was in it"
        call inside "$MINI" rm -f stays
        call inside "$MINI" network prune -f
        ends 0
        ! stands >/dev/null 2>&1 || fail "round $round: it is still there"
        ! inside nft list table ip mini-docker 2>/dev/null || fail "round $round: its rules are still there"
    done
}

@test "06 networks: a host that passes no packets on does so with the first network, and is told" {
    inside sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
    engine run --rm busybox true
    ends 0 "net.ipv4.ip_forward was 0 and is 1 now"
    [ "$(inside cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || fail "it does not"
    engine run --rm busybox true
    ends 0
    [ -z "$stderr" ] || fail "told again"
}

@test "06 networks: root without CAP_NET_ADMIN, as in a container, is told so" {
    call inside setpriv --bounding-set=-net_admin "$MINI" --root "$PWD/store" run --rm busybox true
    ends 125 "cannot make the network bridge: Operation not permitted"
    [[ $stderr == *"no CAP_NET_ADMIN here"*"--network none"* ]] || fail "no cure"
}

@test "06 networks: twenty start and end at once: no address and no port twice, and none is lost" {
    local i
    engine run --rm --network none busybox true # the image is there then
    start() {
        inside "$MINI" --root "$PWD/store" run -d --name "box$1" -p 9000-9030:80 busybox sleep 1000 >>ids 2>>errors 3>&- 4>&-
    }
    for i in {1..20}; do start "$i" & done
    wait_all "$apart" || fail "$(cat errors)"
    for i in {21..40}; do
        start "$i" &
        inside "$MINI" --root "$PWD/store" rm -f "box$((i - 20))" >/dev/null 2>>errors 3>&- 4>&- &
        inside "$MINI" --root "$PWD/store" run --rm busybox true 2>>errors 3>&- 4>&- &
    done
    wait_all "$apart" || fail "$(cat errors)"
    [ "$(wc -l <ids)" = 40 ] && [ ! -s errors ] || fail "$(cat errors)"
    alone() { [ "$(wc -l <store/run/networks/leases)" = 40 ]; } # 20 of each
    wait_for 20 alone || fail "$(cat store/run/networks/leases)"
    for kind in address port; do
        column=$([ $kind = address ] && echo 3 || echo 4)
        [ "$(awk -v kind=$kind -v column="$column" '$1 == kind {print $column}' store/run/networks/leases | sort -u | wc -l)" = 20 ] ||
            fail "$kind: $(cat store/run/networks/leases)"
    done
    # the kernel has what the leases say
    [ "$(inside ss -Hltn | awk '{print $4}' | grep -c ':90[0-3][0-9]$')" = 20 ] || fail "ports: $(inside ss -Hltn)"
    for i in {21..40}; do
        ip=$("$MINI" --root "$PWD/store" exec "box$i" ip -o -4 addr show eth0 | grep -o '172[0-9.]*/')
        grep -qF " ${ip%/} " store/run/networks/leases || fail "box$i has $ip"
        echo "$ip"
    done | sort | uniq -d >twice
    [ ! -s twice ] || fail "twice: $(cat twice)"
    for i in {21..40}; do inside "$MINI" --root "$PWD/store" rm -f "box$i" >/dev/null 2>>errors 3>&- 4>&- & done
    wait_all "$apart" || fail "$(cat errors)"
    [ ! -s errors ] && [ ! -s store/run/networks/leases ] || fail "$(cat errors store/run/networks/leases)"
    empty "the last of them"
}

# A machine beside the host, in a namespace: 10.55.0.1, and the host .2
world_begin() {
    nsenter -t "$apart" -n -m unshare -n sleep 1000 3>&- 4>&- &
    world=$! others+=($!)
    wait_for 20 world_is_there || fail "no world"
    inside sh -c "ip link add up0 type veth peer name up1 && ip link set up1 netns $world && ip addr add 10.55.0.2/24 dev up0 &&
        ip link set up0 up && nsenter -t $world -n sh -c 'ip addr add 10.55.0.1/24 dev up1 && ip link set up1 up && ip link set lo up'"
}
world_is_there() { [ "$(cat "/proc/$world/comm")" = sleep ]; }

# passes WHAT: a container reaches the world, and the world its published port
passes() {
    engine run -d --name web -p 8080:80 busybox sh -c 'echo one >/page; exec httpd -f -h /'
    ends 0
    said=$stderr
    engine exec web ping -c 1 -W 5 10.55.0.1
    ends 0
    page() { nsenter -t "$world" -n timeout 2 busybox wget -qO- http://10.55.0.2:8080/page 2>/dev/null | grep -q one; }
    wait_for 20 page || fail "no way in, beside $1"
    engine rm -f web
    ends 0
}

@test "06 networks: beside firewalls that let nothing through: iptables, the older one, Docker's, somebody's own" {
    need iptables-nft
    need iptables-legacy
    world_begin
    inside iptables-nft -P FORWARD DROP
    inside iptables-nft -S >before
    passes "iptables"
    inside iptables-nft -S | diff before - || fail "something of ours stayed"
    # the policy passes all, and the last rule nothing: RHEL's
    inside sh -c 'iptables-nft -P FORWARD ACCEPT; iptables-nft -A FORWARD -j REJECT --reject-with icmp-host-prohibited'
    passes "a rule for all"
    inside iptables-nft -D FORWARD -j REJECT --reject-with icmp-host-prohibited
    engine run -d --name stays busybox sleep 1000
    inside sh -c 'nft flush ruleset; iptables-nft -P FORWARD DROP' # a firewall that is loaded anew
    engine run --rm busybox ping -c 1 -W 5 10.55.0.1
    ends 0
    engine rm -f stays
    inside nft 'delete table ip filter; table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; chain DOCKER-USER { }; }
        add rule ip filter FORWARD jump DOCKER-USER'
    inside nft list ruleset >before
    passes "Docker"
    inside nft list ruleset | diff before - || fail "something of ours stayed"
    # what Docker's containers do not publish they have for themselves, though it lets us pass
    inside sh -c "ip link add up2 type veth peer name up3 && ip link set up3 netns $world && ip link add mybr0 type bridge &&
        ip addr add 10.77.0.1/24 dev mybr0 && ip link set up2 master mybr0 up && ip link set mybr0 up &&
        nsenter -t $world -n sh -c 'ip addr add 10.77.0.2/24 dev up3 && ip link set up3 up && ip route add default via 10.77.0.1'"
    engine run --rm busybox ping -c 1 -W 10 10.77.0.2
    ends 0
    bridge=mybr0
    for name in docker0 br-0123456789ab; do
        inside sh -c "ip link set $bridge down && ip link set $bridge name $name && ip link set $name up"
        bridge=$name
        engine run --rm busybox ping -c 1 -W 1 10.77.0.2
        ends 1
    done
    inside ip link delete br-0123456789ab
    inside nft delete table ip filter
    inside iptables-legacy -P FORWARD DROP
    inside iptables-legacy -S >before
    passes "iptables-legacy"
    inside iptables-legacy -S | diff before - || fail "something of ours stayed"
    inside sh -c 'iptables-legacy -P FORWARD ACCEPT; iptables-legacy -A FORWARD -j REJECT'
    passes "a rule for all of iptables-legacy"
    inside iptables-legacy -F FORWARD
    for way in 'policy drop;' 'ct state established accept; counter log reject;'; do
        inside nft "table inet mine { chain way { type filter hook forward priority 0; $way }; }"
        engine run --rm busybox ping -c 1 -W 1 10.55.0.1
        ends 1 "the chain 'inet mine way' drops what it does not know -> nft insert rule inet mine way"
        for side in iifname oifname; do inside nft insert rule inet mine way $side '"mdocker*"' accept; done
        passes "$way"
        [ -z "$said" ] || fail "it is told again: $said"
        inside nft delete table inet mine
    done
    inside nft 'table inet mine { chain way { type filter hook forward priority 0; tcp dport 1 drop; }; }'
    engine run --rm busybox ping -c 1 -W 5 10.55.0.1
    ends 0
    [ -z "$stderr" ] || fail "a rule for some: $stderr"
}

@test "06 networks: what is published on 127.0.0.1 is not for a machine beside the host" {
    world_begin
    for port in 127.0.0.1:8080 8081; do
        engine run -d --name "web${port#*:}" -p $port:80 busybox sh -c 'echo one >/page; exec httpd -f -h /'
        ends 0
    done
    far() { nsenter -t "$world" -n timeout "$1" busybox wget -qO- "http://$2/page" 2>/dev/null | grep -q one; }
    wait_for 20 pages '' 127.0.0.1:8080 one 2>/dev/null && wait_for 20 far 5 10.55.0.2:8081 || fail "no page"
    # 127.0.0.1 is the host's from there
    nsenter -t "$world" -n sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
        ip rule add pref 10 lookup local && ip rule add pref 1 lookup 100 && ip rule del pref 0 &&
        ip route add 127.0.0.1 via 10.55.0.2 dev up1 src 10.55.0.1 table 100'
    for port in 8080 8081; do ! far 1 127.0.0.1:$port || fail "it reaches port $port"; done
    pages '' 127.0.0.1:8080 one
}

@test "06 networks: beside firewalld, which is asked to trust the bridge, and forgets it afterwards" {
    need firewalld
    need dbus-daemon
    world_begin
    inside sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/dbus'
    nsenter -t "$apart" -n -m dbus-daemon --system --nofork --nopidfile >bus 2>&1 3>&- 4>&- &
    others+=($!)
    wait_for 20 inside test -S /run/dbus/system_bus_socket
    nsenter -t "$apart" -n -m firewalld --nofork --nopid >wall 2>&1 3>&- 4>&- &
    others+=($!)
    wait_for 60 inside firewall-cmd --state >/dev/null 2>&1 || fail "it does not begin: $(cat bus wall)"
    passes "firewalld"
    [ -z "$said" ] || fail "it says: $said"
    ! inside firewall-cmd --get-active-zones | grep mdocker || fail "it knows the bridge still"
}
