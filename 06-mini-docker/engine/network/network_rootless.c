// SPDX-License-Identifier: MIT
/*
 * pasta goes into the background once it is ready, with its pid in a file, RUN/networks/ID.pid: so
 * whoever comes later can end it, if it is still a pasta. slirp4netns says on a pipe that it is
 * ready, and ends when another pipe does, whose other end is ours for as long as this process, the
 * monitor, lives.
 *
 * Neither may lead to what listens on the host's own loopback, as pasta would by the gateway's
 * address. pasta gives the container the host's own address and publishes ports by listening
 * itself; slirp4netns would want to be told of each by a protocol of its own, so ports need pasta.
 */
#include "network_rootless.h"

#include "network_note.h"
#include "ports.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where pasta answers for the host's own name server; slirp4netns has an address for it. */
#define PASTA_DNS "169.254.1.1"
#define TUN       "/dev/net/tun"
#define SLIRP_DNS "10.0.2.3"
#define SLIRP_IP  "10.0.2.100"

enum { SLIRP_PATIENCE_MSEC = 10000, END_PATIENCE_MSEC = 2000 };

/* slirp4netns runs while this is open. */
static int slirp_life = -1;

/* Either makes a device of the kind TUN in the container (tun.rst of the kernel). */
static bool can_use(const char *program)
{
    return access(TUN, R_OK | W_OK) == 0 && proc_in_path(program);
}

/*
 * To root of a user namespace pasta is the second choice: it gives up what would let it look at a
 * process of the same user namespace, and then cannot open what it is to join.
 */
static bool is_pasta_best(void)
{
    return can_use("pasta") && !(host_is_root() && can_use("slirp4netns"));
}

const char *network_rootless_dns(void)
{
    if (host_owns_network())
        return NULL;
    if (is_pasta_best())
        return PASTA_DNS;
    return can_use("slirp4netns") ? SLIRP_DNS : NULL;
}

static int pid_file(
    const struct store *store, const char *id, char ret[PATH_MAX + 80], struct err *err)
{
    char dir[PATH_MAX];

    if (store_run_dir(store, "networks", dir, err) < 0)
        return -1;
    snprintf(ret, PATH_MAX + 80, "%s/%s.pid", dir, id);
    return 0;
}

/* An option of pasta's for each port, since one option is for one address: -t 127.0.0.1/8080:80 */
struct ways {
    struct status *status;
    const char *argv[2 * STATUS_PORTS + 24];
    size_t count;
    char words[STATUS_PORTS][40];
};

/* One is chosen where the record names none, or a range: held for a moment to see that it is free.
 */
static int add_way(const struct ports_wish *wish, void *arg, struct err *err)
{
    struct ways *ways = arg;
    struct status *status = ways->status;
    struct status_port *shown = &status->ports[status->ports_count];
    char *word = ways->words[status->ports_count];
    bool any = wish->host_ip.s_addr == INADDR_ANY;

    if (status->ports_count == STATUS_PORTS)
        return err_set(err, ERR_USAGE, "too many published ports: %d at most", STATUS_PORTS);
    *shown = (struct status_port){.port = wish->port};
    for (unsigned port = wish->first;; port++) {
        if (ports_hold(wish->protocol, wish->host_ip, port, &shown->host_port, err) == 0)
            break;
        if (port >= wish->last)
            return -1;
    }
    strcpy(shown->protocol, wish->protocol);
    inet_ntop(AF_INET, &wish->host_ip, shown->host_ip, sizeof(shown->host_ip));
    snprintf(word, sizeof(ways->words[0]), "%s%s%u:%u", any ? "" : shown->host_ip, any ? "" : "/",
        shown->host_port, wish->port);
    ways->argv[ways->count++] = strcmp(wish->protocol, "udp") == 0 ? "-u" : "-t";
    ways->argv[ways->count++] = word;
    status->ports_count++;
    return 0;
}

/* Without a word on it pasta would publish whatever the host's programs listen on. */
static void close_rest(struct ways *ways, const char *option)
{
    for (size_t i = 0; i < ways->count; i++) {
        if (strcmp(ways->argv[i], option) == 0)
            return;
    }
    ways->argv[ways->count++] = option;
    ways->argv[ways->count++] = "none";
}

static int run_pasta(const struct store *store, const struct record *record, pid_t pid,
    struct status *status, struct err *err)
{
    char file[PATH_MAX + 80], process[16];
    struct ways ways = {
        .status = status, .argv = {"pasta", "--config-net", "-q", "--no-map-gw"}, .count = 4};
    const struct proc_spec spec = {.argv = ways.argv, .quiet = true};

    if (ports_each(record, add_way, &ways, err) < 0 || pid_file(store, record->id, file, err) < 0)
        return -1;
    close_rest(&ways, "-t");
    close_rest(&ways, "-u");
    snprintf(process, sizeof(process), "%d", pid);
    memcpy(&ways.argv[ways.count],
        (const char *[]){
            "-T", "none", "-U", "none", "--dns-forward", PASTA_DNS, "-P", file, process},
        9 * sizeof(*ways.argv));
    ports_release(); /* pasta listens itself */
    int code = proc_run(&spec, err);
    if (code <= 0)
        return code;
    status->ports_count = 0;
    err_refuse(err, 0, "pasta could not make the container's network (status %d)", code);
    return err_hint(err, "it says why -> pasta --config-net true; or run --network none");
}

static int keep_pipes(void *arg, struct err *err)
{
    const int *fds = arg;

    if (dup2(fds[0], 3) < 0 || dup2(fds[1], 4) < 0)
        return err_sys(err, "cannot hand pipes to slirp4netns");
    return 0;
}

static int run_slirp(pid_t pid, struct status *status, struct err *err)
{
    char process[16], byte;
    int ready[2], life[2];
    const char *const argv[] = {"slirp4netns", "-c", "-e", "4", "-r", "3",
        "--disable-host-loopback", process, "eth0", NULL};

    if (pipe2(ready, O_CLOEXEC) < 0 || pipe2(life, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int says = ready[0], asked = ready[1], lives = life[0];
    int fds[] = {fcntl(ready[1], F_DUPFD_CLOEXEC, 10), fcntl(life[0], F_DUPFD_CLOEXEC, 10)};
    cleanup_close int high_ready = fds[0], high_life = fds[1];
    const struct proc_spec spec = {.argv = argv, .quiet = true, .setup = keep_pipes, .arg = fds};
    pid_t child;

    snprintf(process, sizeof(process), "%d", pid);
    slirp_life = life[1];
    if (proc_start(&spec, &child, err) < 0)
        return -1;
    close_fd(&asked);
    close_fd(&high_ready);
    struct pollfd wait = {.fd = says, .events = POLLIN};
    if (poll(&wait, 1, SLIRP_PATIENCE_MSEC) != 1 || read(says, &byte, 1) != 1) {
        err_refuse(err, 0, "slirp4netns could not make the container's network");
        return err_hint(err, "it may not open /dev/net/tun -> ls -l /dev/net/tun, or run "
                             "--network none");
    }
    (void)lives;
    status->endpoints[0] = (struct status_endpoint){
        .network = "bridge", .ip = SLIRP_IP, .gateway = "10.0.2.2", .prefix = 24};
    status->endpoints_count = 1;
    return 0;
}

void network_rootless_prepare(const struct record *record)
{
    if (strcmp(record->host.network_mode ?: "default", "default") == 0 && !ports_wanted(record) &&
        !network_rootless_dns())
        network_note_add(access(TUN, R_OK | W_OK) < 0
                             ? "no network but its own loopback: " TUN
                               " may not be opened -> chmod 666 " TUN ", or say --network none"
                             : "no network but its own loopback: neither pasta nor slirp4netns is "
                               "installed -> apt install passt, or say --network none");
}

int network_rootless_hint(struct err *err)
{
    if (host_is_root())
        return err_hint(err,
            "this root is one of a user namespace, which does not own the network namespace -> one "
            "that does (unshare --net), or no --network, for a way out without other containers");
    return err_hint(err, "rootless there is one way out, without other containers -> no "
                         "--network, or sudo");
}

static int refuse(bool ports, struct err *err)
{
    err_refuse(err, ENOENT, "%s needs pasta here", ports ? "a published port" : "a network");
    if (access(TUN, R_OK | W_OK) < 0)
        return err_hint(err,
            TUN " cannot be opened: %s -> chmod 666 " TUN ", or run --network none",
            strerror(errno));
    return err_hint(err,
        "links on the host are not ours to make, and %s installed -> apt install passt, or "
        "run --network none",
        ports ? "pasta is not" : "neither pasta nor slirp4netns is");
}

int network_rootless_connect(const struct store *store, const struct record *record, pid_t pid,
    struct status *status, struct err *err)
{
    const char *mode = record->host.network_mode ?: "default";
    bool plain = strcmp(mode, "default") == 0, ports = ports_wanted(record);

    if (!plain && strcmp(mode, "bridge") != 0) {
        err_refuse(err, EPERM, "network %s needs root: an ordinary user makes no links", mode);
        return network_rootless_hint(err);
    }
    int made = -1;
    if (is_pasta_best() || (ports && can_use("pasta")))
        made = run_pasta(store, record, pid, status, err);
    else if (can_use("slirp4netns") && !ports)
        made = run_slirp(pid, status, err);
    else
        refuse(ports, err);
    /* nobody asked for it: without a way out of the host itself there is none to give */
    return plain && !ports ? 0 : made;
}

/*
 * The number may be somebody else's by now; passt.avx2 is what a pasta calls itself. It is the
 * first process of a PID namespace of its own, and deaf to anything but SIGKILL. It is waited for,
 * since it has the ports until it has ended, and the container may start again in a moment.
 */
static void end_pasta(pid_t pid)
{
    cleanup_close int process = proc_pidfd(pid);
    struct err ignored;
    char dir[32];

    snprintf(dir, sizeof(dir), "/proc/%d", pid);
    cleanup_free char *name = process < 0 ? NULL : fsio_read(dir, "comm", &ignored);
    if (!name || (strncmp(name, "pasta", 5) != 0 && strncmp(name, "passt", 5) != 0))
        return;
    if (proc_pidfd_signal(process, SIGKILL) == 0)
        proc_pidfd_ended(process, END_PATIENCE_MSEC);
}

int network_rootless_disconnect(const struct store *store, const char *id, struct err *err)
{
    char file[PATH_MAX + 80];
    struct err ignored;
    uint64_t pid;

    close_fd(&slirp_life);
    if (pid_file(store, id, file, err) < 0)
        return -1;
    if (fsio_read_u64(NULL, file, &pid, &ignored) < 0)
        return 0;
    end_pasta((pid_t)pid);
    return unlink(file) < 0 && errno != ENOENT ? err_sys(err, "cannot remove %s", file) : 0;
}
