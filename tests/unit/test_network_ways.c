// SPDX-License-Identifier: MIT
/* The ways of a packet: out, in by a published port, past somebody's firewall, and those that are
 * closed. */
#include "network.h"

#include "engine/network/network.h"

/* A server of pages in the box, which ends with this program; it listens when this returns. */
static void serve(const struct box *box, const char *port)
{
    char pid[16], command[128];
    const char *const argv[] = {
        "nsenter", "-t", pid, "-n", "busybox", "httpd", "-f", "-p", port, "-h", top, NULL};
    const struct proc_spec spec = {.argv = argv, .quiet = true};
    pid_t server;

    snprintf(pid, sizeof(pid), "%d", box->pid);
    assert_ok(proc_start(&spec, &server, &err));
    snprintf(command, sizeof(command),
        "for i in $(seq 200); do busybox wget -qO /dev/null http://127.0.0.1:%s/page && exit; "
        "sleep 0.05; done; exit 1",
        port);
    assert_int_equal(inside(box->pid, command), 0);
}

/* Asks for a page at the address, from the box's namespace, 0: from the host's. */
static int fetch_within(const char *patience, pid_t pid, const char *from)
{
    char command[256];

    snprintf(command, sizeof(command),
        "timeout %s busybox wget -qO- http://%s/page 2>/dev/null | grep -q hello", patience, from);
    return inside(pid, command);
}

static int fetch(pid_t pid, const char *from)
{
    return fetch_within("10", pid, from);
}

/* A machine beside the host, which knows nothing of our networks; 10.55.0.1, and the host .2. */
static void world_begin(struct box *world)
{
    char command[256];

    box_begin(world, "world", "none");
    snprintf(command, sizeof(command),
        "ip link add up0 type veth peer name w0 netns %d && ip link set lo up && "
        "ip addr add 10.55.0.2/24 dev up0 && ip link set up0 up",
        world->pid);
    assert_int_equal(inside(0, command), 0);
    assert_int_equal(inside(world->pid, "ip addr add 10.55.0.1/24 dev w0 && ip link set w0 up && "
                                        "ip link set lo up"),
        0);
    assert_ok(fsio_create(&err, top, "page", "hello\n"));
    serve(world, "9000");
}

/* The ways of a packet: out, in by a published port, and those that are closed. */
static void test_ways(void **state)
{
    struct network asked = {.name = "other", .driver = "bridge"};
    struct record_binding at = {.host_port = "18082"};
    struct record_port port = {.port = "80/tcp", .bindings = &at, .bindings_count = 1};
    struct box world, web, near, far;
    struct leases leases;
    char id[STORE_ID + 1];

    (void)state;
    if (!host_is_root())
        skip();
    world_begin(&world);
    /* somebody's firewall, which lets nothing through; Docker's is like that */
    assert_ok(nat_run("table ip filter { chain FORWARD { type filter hook forward priority 0; "
                      "policy drop; }; chain DOCKER-USER { }; }\n"
                      "add rule ip filter FORWARD jump DOCKER-USER\n",
        &err));
    assert_ok(leases_open(&store, &leases, &err));
    assert_ok(network_create(&store, &asked, id, &err));
    leases_close(&leases);
    box_begin(&web, "web", NULL);
    box_begin(&near, "near", NULL);
    box_begin(&far, "far", "other");
    web.record.host.ports = &port;
    web.record.host.ports_count = 1;
    assert_ok(box_connect(&web));
    assert_ok(box_connect(&near));
    assert_ok(box_connect(&far));
    assert_int_equal(inside(web.pid, "ip link set lo up"), 0);
    serve(&web, "80");

    assert_int_equal(fetch(near.pid, "10.55.0.1:9000"), 0); /* out, under the host's address */
    assert_int_equal(fetch(near.pid, web.status.endpoints[0].ip), 0);
    assert_int_equal(fetch(world.pid, "10.55.0.2:18082"), 0);
    assert_int_equal(fetch(0, "10.55.0.2:18082"), 0);
    assert_int_equal(fetch(0, "127.0.0.1:18082"), 0);
    assert_int_equal(fetch(near.pid, "10.55.0.2:18082"), 0);
    assert_int_equal(fetch(far.pid, "10.55.0.2:18082"), 0);
    assert_int_equal(fetch(web.pid, "10.55.0.2:18082"), 0); /* itself */

    assert_int_not_equal(fetch_within("1", far.pid, web.status.endpoints[0].ip), 0);
    assert_int_equal(inside(world.pid, "ip route add 172.16.0.0/12 via 10.55.0.2"), 0);
    assert_int_not_equal(fetch_within("1", world.pid, web.status.endpoints[0].ip), 0);
    box_end(&web);
    assert_int_not_equal(fetch_within("1", world.pid, "10.55.0.2:18082"), 0);
    box_end(&near);
    box_end(&far);
    box_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
