// SPDX-License-Identifier: MIT
/* What a container gets of a network and gives back: addresses, names, ports. */
#include "network.h"

#include "engine/network/network.h"

#include <arpa/inet.h>
#include <sys/socket.h>

static char *hosts_of(const struct box *box)
{
    return fsio_read(box->dir, "hosts", &err);
}

static void test_default(void **state)
{
    struct box one, two, three;

    (void)state;
    if (!host_is_root())
        skip();
    box_begin(&one, "one", NULL);
    box_begin(&two, "two", "bridge");
    assert_ok(box_connect(&one));
    assert_ok(box_connect(&two));
    assert_string_equal(one.status.endpoints[0].ip, "172.17.0.2");
    assert_string_equal(two.status.endpoints[0].ip, "172.17.0.3");
    assert_string_equal(two.status.endpoints[0].mac, "02:42:ac:11:00:03");
    assert_string_equal(two.status.endpoints[0].gateway, "172.17.0.1");
    assert_int_equal(inside(one.pid, "ip addr show eth0 | grep -q 172.17.0.2/16"), 0);
    assert_int_equal(inside(one.pid, "ip route get 9.9.9.9 | grep -q 172.17.0.1"), 0);
    assert_int_equal(inside(one.pid, "busybox ping -c1 -W2 172.17.0.3"), 0);
    assert_int_equal(inside(two.pid, "busybox ping -c1 -W2 172.17.0.1"), 0);
    /* no name of another on this network, but one's own */
    char *hosts = hosts_of(&one);
    assert_non_null(strstr(hosts, "172.17.0.2\t"));
    assert_null(strstr(hosts, "\ttwo"));
    free(hosts);
    assert_true(nat_is_there(&store));
    /* an address is taken by its lease, cable or not */
    assert_int_equal(inside(0, "ip link del mdvac110002"), 0);
    box_begin(&three, "three", NULL);
    assert_ok(box_connect(&three));
    assert_string_equal(three.status.endpoints[0].ip, "172.17.0.4");
    box_end(&three);
    box_end(&two);
    box_end(&one);
    /* of another root than the usual one nothing stays */
    assert_false(nat_is_there(&store));
    assert_int_equal(inside(0, "ip link | grep -q mdocker"), 1);
}

static void test_names(void **state)
{
    struct network asked = {.name = "inner", .driver = "bridge"};
    struct record_network of_two = {
        .name = "inner", .ip = NULL, .aliases = (const char *const[]){"db", "sql", NULL}};
    struct leases leases;
    struct box one, two;
    char id[STORE_ID + 1];

    (void)state;
    if (!host_is_root())
        skip();
    assert_ok(leases_open(&store, &leases, &err));
    assert_ok(network_create(&store, &asked, id, &err));
    assert_err(network_create(&store, &asked, id, &err), ERR_REFUSED);
    leases_close(&leases);
    box_begin(&one, "one", "inner");
    box_begin(&two, "two", "inner");
    two.record.networks = &of_two;
    two.record.networks_count = 1;
    assert_ok(box_connect(&one));
    assert_ok(fsio_create(&err, one.dir, "before", ""));
    assert_ok(box_connect(&two));
    char *hosts = hosts_of(&one);
    assert_non_null(strstr(hosts, "\ttwo db sql "));
    assert_non_null(strstr(hosts, "127.0.0.1\tlocalhost"));
    free(hosts);
    hosts = hosts_of(&two);
    assert_non_null(strstr(hosts, "\tone "));
    free(hosts);
    box_end(&two);
    hosts = hosts_of(&one);
    assert_null(strstr(hosts, "\ttwo"));
    free(hosts);
    box_end(&one);
}

/* Whoever is killed holds nothing: neither its address nor its port. */
static void test_killed(void **state)
{
    struct record_binding at = {.host_ip = "127.0.0.1", .host_port = "18080"};
    struct record_port port = {.port = "80/tcp", .bindings = &at, .bindings_count = 1};
    struct box one, two;

    (void)state;
    if (!host_is_root())
        skip();
    assert_int_equal(inside(0, "ip link set lo up"), 0);
    box_begin(&one, "one", NULL);
    box_begin(&two, "two", NULL);
    one.record.host.ports = two.record.host.ports = &port;
    one.record.host.ports_count = two.record.host.ports_count = 1;
    /* in a process that dies with all that it holds, as a monitor does */
    pid_t monitor = proc_fork(&err);
    if (monitor == 0)
        _exit(box_connect(&one) == 0 ? 0 : 1);
    assert_int_equal(proc_wait(monitor, &err), 0);
    assert_err(box_connect(&two), ERR_REFUSED);
    assert_non_null(strstr(err.what, "Bind for 127.0.0.1:18080 failed: port is already allocated"));
    proc_end(one.pid);
    assert_ok(box_connect(&two));
    assert_int_equal(two.status.ports[0].host_port, 18080);
    box_end(&two);
    box_end(&one);
}

/* A port that a program of the host listens on. */
static void test_foreign(void **state)
{
    struct record_binding at = {.host_port = "18081"};
    struct record_port port = {.port = "80/tcp", .bindings = &at, .bindings_count = 1};
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(18081)};
    struct box box;

    (void)state;
    if (!host_is_root())
        skip();
    box_begin(&box, "one", NULL);
    int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(sock, (struct sockaddr *)&here, sizeof(here)), 0);
    assert_int_equal(listen(sock, 1), 0);
    box.record.host.ports = &port;
    box.record.host.ports_count = 1;
    assert_err(box_connect(&box), ERR_REFUSED);
    assert_non_null(strstr(err.what, "port is already allocated"));
    close(sock);
    assert_ok(box_connect(&box));
    /* and now nobody else gets it */
    int on = 1;
    sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
    assert_int_equal(bind(sock, (struct sockaddr *)&here, sizeof(here)), -1);
    assert_int_equal(errno, EADDRINUSE);
    close(sock);
    box_end(&box);
}

/* A bridge whose engine's directory was removed: the next engine that makes one takes it away. */
static void test_orphan(void **state)
{
    struct box box;

    (void)state;
    if (!host_is_root())
        skip();
    assert_int_equal(inside(0, "ip link add mdocker-0rphan type bridge && "
                               "ip link set mdocker-0rphan alias /nowhere/at/all"),
        0);
    box_begin(&box, "one", NULL);
    assert_ok(box_connect(&box));
    assert_int_equal(inside(0, "ip link | grep -q mdocker-0rphan"), 1);
    box_end(&box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_orphan),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
