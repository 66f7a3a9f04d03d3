/* SPDX-License-Identifier: MIT */
/*
 * For unit tests of the engine's networks: a network namespace of the test's own, and containers,
 * each a process in one more, which does nothing. What it got is read by entering it.
 */
#ifndef TESTS_NETWORK_H
#define TESTS_NETWORK_H

#include "unit.h"

#include "engine/network/lease.h"
#include "engine/network/link.h"
#include "engine/network/nat.h"
#include "engine/network/network.h"
#include "engine/network/network_store.h"

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

static inline int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

/* Everything below is in network and mount namespaces of this program, so nothing is left. */
static inline int setup(void **state)
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
    assert_ok(fsio_write(&err, "/proc/sys/net/ipv4", "ip_forward", "0"));
    assert_ok(store_open(top, &store, &err));
    return store_dir(&store, "containers", part, &err);
}

static inline int teardown(void **state)
{
    (void)state;
    if (host_is_root())
        nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

struct box {
    struct record record;
    struct record_network in; /* as create writes it: a record without any is in none */
    struct status status;
    char id[STORE_ID + 1], dir[PATH_MAX];
    pid_t pid;
};

/* A process in a network namespace of its own. */
static inline void box_begin(struct box *box, const char *name, const char *network)
{
    int told[2];
    char byte;

    memset(box, 0, sizeof(*box));
    assert_ok(store_new_id(box->id, &err));
    box->record.id = box->id;
    box->record.name = name;
    box->record.host.network_mode = network;
    box->in.name = network ? network : "bridge";
    box->record.networks = &box->in;
    box->record.networks_count = 1;
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

static inline int box_connect(struct box *box)
{
    return network_connect(&store, &box->record, box->pid, &box->status, &err);
}

static inline void box_end(struct box *box)
{
    proc_end(box->pid);
    assert_ok(network_disconnect(&store, &box->record, &err));
}

/* Runs a shell command in the namespace of the box, 0: in ours. */
static inline int inside(pid_t pid, const char *command)
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

#endif
