#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 06: networks as things: made, listed, shown, removed. What containers get of them, and the ways of packets,
# are in tests/unit/test_network.c and test_network_ways.c. Nothing here makes a link on the host.
# bats file_tags=native
bats_require_minimum_version 1.5.0
load ../tests/helper
load checks

network() { call "$MINI" --root "$BATS_TEST_TMPDIR/store" network "$@"; }

@test "06 network: the three are always there, with an address range that the host does not use" {
    network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'
    ends 0
    [ "$output" = $'bridge bridge local\nhost host local\nnone null local' ] || fail "not the three"
    network ls
    [[ ${lines[0]} =~ ^"NETWORK ID     NAME      DRIVER    SCOPE"$ ]] || fail "other columns"
    network inspect bridge --format '{{(index .IPAM.Config 0).Subnet}}'
    ends 0
    subnet=$output
    ! ip route | grep -q "^${subnet%%/*}" || fail "the host has it"
    for name in bridge host none; do
        network rm "$name"
        ends 1 "$name is a pre-defined network and cannot be removed"
    done
    for name in none default; do
        network create $name
        ends 1 "operation is not permitted on predefined $name network"
    done
}

@test "06 network: create, inspect, rm" {
    network create --subnet 10.201.0.0/24 --ip-range 10.201.0.128/25 --gateway 10.201.0.9 --internal \
        --label tier=back -o a=b inner
    ends 0
    id=$output
    [[ $id =~ ^[0-9a-f]{64}$ ]] || fail "no ID"
    network inspect inner
    ends 0
    jq -e '.[0] | .Name == "inner" and .Id == "'"$id"'" and .Driver == "bridge" and .Scope == "local"
           and .Internal and .IPAM.Config == [{"Subnet": "10.201.0.0/24", "IPRange": "10.201.0.128/25",
                                               "Gateway": "10.201.0.9"}]
           and .Labels == {"tier": "back"} and .Options == {"a": "b"} and .Containers == {}' <<<"$output" ||
        fail "not what was asked for"
    network inspect "${id:0:6}" nosuch # by the beginning of its ID; what is not there comes last
    ends 1 "network nosuch not found"
    [ "$(jq length <<<"$output")" = 1 ]
    network create inner
    ends 1 "network with name inner already exists"
    network rm nosuch inner
    ends 1 "network nosuch not found"
    told inner
    network inspect inner
    ends 1 "network inner not found"
    network rm -f inner
    ends 0
}

@test "06 network: ranges do not overlap" {
    network create one
    ends 0
    network create two
    ends 0
    network inspect bridge one two --format '{{(index .IPAM.Config 0).Subnet}}'
    [ "$(sort -u <<<"$output" | wc -l)" = 3 ] || fail "two have the same"
    subnet=${lines[1]}
    network create --subnet "$subnet" three
    ends 1 "Pool overlaps with other one on this address space"
    complained "a network has $subnet"
}

@test "06 network: wrong words are refused, with what would be right" {
    while IFS='|' read -r words text; do
        # shellcheck disable=SC2086 # they are words
        network create $words x
        ends 1 "$text"
    done <<'END'
--subnet 10.0.0.1|invalid subnet '10.0.0.1'
--subnet 10.0.0.1/24|write 10.0.0.0/24
--subnet 10.0.0.0/33|invalid subnet '10.0.0.0/33'
--subnet 10.0.0.0/32|too small
--subnet 0.0.0.0/0|no link has such addresses
--subnet 127.5.0.0/16|it has some of the loopback, 127.0.0.0/8
--subnet 224.0.0.0/4|it has some of multicast
--gateway 10.0.0.1|every ip-range or gateway must have a corresponding subnet
--subnet 10.202.0.0/16 --gateway 10.202.0.0|failed to allocate gateway (10.202.0.0): Address already in use
--subnet 10.202.0.0/16 --gateway 10.202.255.255|failed to allocate gateway (10.202.255.255): Address already in use
--subnet 10.202.0.0/16 --gateway 10.8.0.1|no matching subnet for gateway 10.8.0.1
--subnet 10.202.0.0/16 --ip-range 10.8.0.0/24|no matching subnet for range 10.8.0.0/24
--ipv6 --subnet fd00::/64|there is IPv4 alone
--subnet fd00::/64|a range is an IPv4 address
--subnet 10.202.0.0/24 --subnet 10.203.0.0/24|bridge driver doesn't support multiple subnets
-o com.docker.network.driver.mtu=1400x|com.docker.network.driver.mtu: invalid value '1400x'
-o com.docker.network.driver.mtu=67|68 to 65535
-o com.docker.network.bridge.enable_icc=false|mini-docker does not have this
-d overlay|could not find the network driver 'overlay'
END
    for name in ../x .x 'a b' "$(printf 'x%.0s' {1..70})"; do
        network create "$name"
        ends 1
        complained "invalid network name"
    done
    network ls -q --filter type=custom
    [ -z "$output" ] || fail "one of them was made"
    network ls --filter foo=1
    complained "foo"
    network ls --filter dangling=maybe
    ends 1 "invalid filter 'dangling=maybe'"
    [ -z "$output" ] || fail "a table all the same: $output"
}

@test "06 network: ls filters, prune" {
    network create --label keep back
    network create front
    network ls --filter type=custom --filter label=keep --format '{{.Name}}'
    [ "$output" = back ] || fail "the label"
    network ls --filter name=^fr --format json
    [ "$(jq -r .Name <<<"$output")" = front ] || fail "the name"
    network prune -f --filter label!=keep
    ends 0
    [ "$output" = $'Deleted Networks:\nfront' ] || fail "not front alone"
    network ls --filter dangling=true --format '{{.Name}}'
    [ "$output" = back ] || fail "back is not dangling"
    network prune <<<n
    network ls -q --filter type=custom
    [ -n "$output" ] || fail "removed without a yes"
}

@test "06 network: many at once: all are there, no range twice" {
    for i in $(seq 12); do
        "$MINI" --root "$BATS_TEST_TMPDIR/store" network create "n$i" >/dev/null 3>&- &
    done
    wait_all || true
    network ls -q --filter type=custom
    [ "${#lines[@]}" = 12 ] || fail "not 12"
    network inspect n{1..12} bridge --format '{{(index .IPAM.Config 0).Subnet}}'
    [ "$(sort -u <<<"$output" | wc -l)" = 13 ] || fail "a range twice"
}
