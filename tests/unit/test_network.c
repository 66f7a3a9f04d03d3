// SPDX-License-Identifier: MIT
/*
 * The engine's networks in a network namespace of the test's own: a container is a process in
 * another one, which does nothing. What it got is read by entering it.
 */
#include "unit.h"

#include "engine/lease.h"
#include "engine/link.h"
#include "engine/nat.h"
#include "engine/network.h"
#include "engine/network_store.h"

#include "fsio.h"
#include "host.h"
#include "mount.h"
#include "proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static struct err err;
static struct store store;
static char top[] = "/tmp/test-network-XXXXXX";

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

/* Everything below is in network and mount namespaces of this program, so nothing is left. */
static int setup(void **state)
{
    char part[PATH_MAX];

    (void)state;
    if (!host_is_root())
        return 0;
    assert_non_null(mkdtemp(top));
    assert_int_equal(unshare(CLONE_NEWNET | CLONE_NEWNS), 0);
    assert_ok(mount_make_private(&err));
    assert_int_equal(mount("proc", "/proc", "proc", 0, NULL), 0);
    assert_int_equal(mount("sysfs", "/sys", "sysfs", 0, NULL), 0);
    assert_ok(store_open(top, &store, &err));
    return store_dir(&store, "containers", part, &err);
}

static int teardown(void **state)
{
    (void)state;
    if (host_is_root())
        nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

struct box {
    struct record record;
    struct status status;
    char id[STORE_ID + 1], dir[PATH_MAX];
    pid_t pid;
};

/* A process in a network namespace of its own. */
static void box_begin(struct box *box, const char *name, const char *network)
{
    int told[2];
    char byte;

    memset(box, 0, sizeof(*box));
    assert_ok(store_new_id(box->id, &err));
    box->record.id = box->id;
    box->record.name = name;
    box->record.host.network_mode = network;
    record_path(&store, box->id, NULL, box->dir);
    assert_int_equal(mkdir(box->dir, 0700), 0);
    assert_ok(network_files(&store, &box->record, &err));
    assert_int_equal(pipe(told), 0);
    box->pid = proc_fork(&err);
    if (box->pid == 0) {
        if (unshare(CLONE_NEWNET) == 0 && write(told[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(told[0], &byte, 1), 1);
    close(told[0]);
    close(told[1]);
}

static int box_connect(struct box *box)
{
    return network_connect(&store, &box->record, box->pid, &box->status, &err);
}

static void box_end(struct box *box)
{
    proc_end(box->pid);
    assert_ok(network_disconnect(&store, box->id, &err));
}

/* Runs a shell command in the namespace of the box, 0: in ours. */
static int inside(pid_t pid, const char *command)
{
    char words[512];
    const char *const argv[] = {"sh", "-c", words, NULL};
    const struct proc_spec spec = {.argv = argv, .quiet = !getenv("LOUD")};

    if (pid)
        snprintf(words, sizeof(words), "nsenter -t %d -n sh -c '%s'", pid, command);
    else
        snprintf(words, sizeof(words), "%s", command);
    return proc_run(&spec, &err);
}

static char *hosts_of(const struct box *box)
{
    return fsio_read(box->dir, "hosts", &err);
}

static void test_default(void **state)
{
    struct box one, two;

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
    box_end(&box);
}

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
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_ways),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
