// SPDX-License-Identifier: MIT
/*
 * net: network devices of its own.
 *
 * A new network namespace has one device, lo, and even that is down: nothing can be sent, not even
 * to oneself. Set up, lo works, but leads nowhere else. A veth pair is the way out: two devices
 * joined like the ends of a cable, one in each of two namespaces. Datagrams are sent over it and
 * back; the kernel's counters in /proc/PID/net/dev, read from outside, say how many arrived. The
 * controls send the same before the cable is there and after one end was set down.
 */
#include "child.h"
#include "cleanup.h"
#include "experiments.h"
#include "netlink.h"
#include "proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define ADDRESS_A "10.77.0.1"
#define ADDRESS_B "10.77.0.2"

enum { PORT = 7, ROUNDS = 100 };

/* What the first namespace's process found, in shared memory. */
struct scene {
    pid_t second;                             /* the process in the second namespace */
    int lo_down, lo_up, no_cable, cable_down; /* errno of sending, 0 when the echo came back */
    int answered;                             /* of ROUNDS, over the cable */
    uint64_t usec;                            /* for all of them */
};

static uint64_t now_usec(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* A child that sends every datagram back, for as long as its parent lives. */
static pid_t start_echo(const struct child *self, struct err *err)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)}, peer;
    socklen_t size = sizeof(peer);
    char text[64];
    /* bound before the fork: whoever sends after we return is heard */
    cleanup_close int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (sock < 0 || bind(sock, (struct sockaddr *)&here, sizeof(here)) < 0)
        return err_sys(err, "cannot listen on UDP port %d", PORT);
    pid_t pid = proc_fork(err);
    if (pid != 0)
        return pid;
    close(self->fd);
    for (;;) {
        ssize_t got = recvfrom(sock, text, sizeof(text), 0, (struct sockaddr *)&peer, &size);
        if (got >= 0)
            sendto(sock, text, (size_t)got, 0, (struct sockaddr *)&peer, size);
    }
}

/* Sends a datagram to the address's echo and waits for it: 0, or the errno that says why not. */
static int ping(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct timeval patience = {.tv_sec = 5};
    char text[64] = "ping";
    cleanup_close int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = inet_addr(address);
    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (sendto(sock, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to)) < 0 ||
        recv(sock, text, sizeof(text), 0) < 0)
        return errno;
    return 0;
}

/* The second namespace: an address, and an echo behind it. */
static int be_second(struct child *self, void *arg, struct err *err)
{
    (void)arg;
    child_turn(self); /* until the cable is there */
    if (netlink_set_address("veth-b", ADDRESS_B, err) < 0 ||
        netlink_set_link("veth-b", true, err) < 0 || start_echo(self, err) < 0)
        return -1;
    child_turn(self);
    return 0;
}

/*
 * The first namespace's side. The second one's end of the cable appears in there by itself; only a
 * process in there can give it an address.
 */
static int lay_cable(struct scene *scene, struct child *second, struct err *err)
{
    if (child_start(second, CLONE_NEWNET, be_second, scene, err) < 0)
        return -1;
    scene->second = second->pid;
    scene->no_cable = ping(ADDRESS_B);
    if (netlink_add_veth("veth-a", "veth-b", second->pid, err) < 0 ||
        netlink_set_address("veth-a", ADDRESS_A, err) < 0 ||
        netlink_set_link("veth-a", true, err) < 0)
        return -1;
    return child_next(second, err);
}

/* The first namespace; its turns are the steps of the experiment. */
static int be_first(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;
    struct child second;

    if (start_echo(self, err) < 0)
        return -1;
    scene->lo_down = ping("127.0.0.1");
    child_turn(self);
    if (netlink_set_link("lo", true, err) < 0)
        return -1;
    scene->lo_up = ping("127.0.0.1");
    child_turn(self);
    if (lay_cable(scene, &second, err) < 0)
        return -1;
    child_turn(self);
    uint64_t begin = now_usec();
    for (int i = 0; i < ROUNDS; i++)
        scene->answered += ping(ADDRESS_B) == 0;
    scene->usec = now_usec() - begin;
    child_turn(self);
    if (netlink_set_link("veth-a", false, err) < 0)
        return -1;
    scene->cable_down = ping(ADDRESS_B);
    child_turn(self);
    return 0;
}

/* Some kernels put these, unused, into every namespace (net.core.fb_tunnels_only_for_init_net). */
static bool is_fallback_tunnel(const char *name)
{
    static const char *const names[] = {
        "tunl0", "sit0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6tnl0", "ip6gre0"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

/*
 * How many devices the process's namespace has, and how many packets `device` received there; -1
 * for a device that it does not have.
 */
static int read_devices(pid_t pid, const char *device, int64_t *ret_received)
{
    char path[64], line[512], name[32];
    int64_t packets;
    int devices = 0;

    snprintf(path, sizeof(path), "/proc/%d/net/dev", pid);
    cleanup_fclose FILE *file = fopen(path, "re");
    *ret_received = -1;
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, " %31[^:]: %*u %" SCNd64, name, &packets) != 2)
            continue;
        devices += !is_fallback_tunnel(name);
        if (strcmp(name, device) == 0)
            *ret_received = packets;
    }
    return devices;
}

static const char *outcome(int code)
{
    return code ? strerror(code) : "the echo came back";
}

static int show_lo(struct report *r, struct child *first, struct scene *scene, struct err *err)
{
    int64_t received;

    step(r, "clone(2), network_namespaces(7)", "clone(CLONE_NEWNET)");
    if (child_start(first, CLONE_NEWNET | child_user_flag(), be_first, scene, err) < 0)
        return -1;
    int devices = read_devices(first->pid, "lo", &received);
    note(r, "devices in there: %d; to 127.0.0.1: %s", devices, outcome(scene->lo_down));
    claim_u64(r, "a new namespace has one device", (uint64_t)devices, EQ, 1, "/proc/PID/net/dev");
    claim_u64(r, "which is lo", received >= 0, EQ, 1, "/proc/PID/net/dev");
    claim_errno(
        r, "control: lo is down, so no 127.0.0.1", scene->lo_down, ENETUNREACH, "sendto(2)");

    step(r, "netdevice(7)", "SIOCSIFFLAGS: lo up");
    if (child_next(first, err) < 0)
        return -1;
    read_devices(first->pid, "lo", &received);
    note(r, "to 127.0.0.1: %s", outcome(scene->lo_up));
    claim_errno(r, "lo up: it reaches itself", scene->lo_up, 0, "recv(2)");
    claim_u64(
        r, "there and back: packets on its lo", (uint64_t)received, EQ, 2, "/proc/PID/net/dev");
    return 0;
}

static int show_cable(struct report *r, struct child *first, struct scene *scene, struct err *err)
{
    int64_t received_a, received_b;

    step(r, "rtnetlink(7), veth(4)",
        "a second namespace, and RTM_NEWLINK: veth-a here, veth-b there");
    explain(r, "a device is in one namespace at a time; a veth's other end may be in another");
    if (child_next(first, err) < 0)
        return -1;
    claim_errno(
        r, "control: before, no way to " ADDRESS_B, scene->no_cable, ENETUNREACH, "sendto(2)");

    step(r, "udp(7)", "%d datagrams from " ADDRESS_A " to " ADDRESS_B " and back", ROUNDS);
    if (child_next(first, err) < 0)
        return -1;
    note(r, "%d came back, %.1f us for the way there and back", scene->answered,
        (double)scene->usec / ROUNDS);
    read_devices(first->pid, "veth-a", &received_a);
    read_devices(scene->second, "veth-b", &received_b);
    claim_u64(r, "answers", (uint64_t)scene->answered, EQ, ROUNDS, "recv(2)");
    claim_u64(r, "veth-b received", (uint64_t)received_b, GE, ROUNDS, "/proc/PID/net/dev");
    claim_u64(r, "veth-a received", (uint64_t)received_a, GE, ROUNDS, "/proc/PID/net/dev");

    step(r, "netdevice(7)", "control: SIOCSIFFLAGS: veth-a down");
    if (child_next(first, err) < 0)
        return -1;
    note(r, "to " ADDRESS_B ": %s", outcome(scene->cable_down));
    claim_errno(r, "control: with one end down", scene->cable_down, ENETUNREACH, "sendto(2)");
    return 0;
}

static int net_run(struct run *run, struct err *err)
{
    struct scene *scene = child_memory(sizeof(*scene));
    struct child first;

    if (!scene)
        return err_sys(err, "no memory to share");
    if (show_lo(&run->report, &first, scene, err) < 0 ||
        show_cable(&run->report, &first, scene, err) < 0)
        return -1;
    return child_end(&first, err);
}

const struct experiment net_experiment = {
    .name = "net",
    .summary = "network devices of its own: lo, and a veth pair to another namespace",
    .needs = "root|userns ns:net",
    .steps = 5,
    .run = net_run,
};
