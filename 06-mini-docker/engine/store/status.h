/* SPDX-License-Identifier: MIT */
/*
 * status: how a container is, and how its last life went: containers/ID/status.json.
 *
 * Only the monitor writes the file, or, when the monitor is dead, whoever finds that (status_ask
 * heals). Whether something runs is not in it: that is asked of the kernel, by the monitor's lock
 * on the file or by its pid and start time, for a container lives no longer than its monitor; and
 * so is whether it is paused.
 */
#ifndef ENGINE_STATUS_H
#define ENGINE_STATUS_H

#include "store.h"

#include "cgroup.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Docker's states. */
enum status_kind {
    STATUS_CREATED,
    STATUS_RUNNING,
    STATUS_PAUSED,
    STATUS_RESTARTING, /* it has ended and its monitor waits to start it again */
    STATUS_REMOVING,
    STATUS_EXITED,
    STATUS_DEAD,
};

enum status_health { HEALTH_NONE, HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY };

enum { STATUS_ENDPOINTS = 8, STATUS_PORTS = 64 };

/* Its place in one network, as network.h chose it. */
struct status_endpoint {
    char network[64], ip[46], gateway[46], mac[18];
    unsigned prefix; /* length */
    char link[16];   /* "eth0"; not in the file, from network_ask; "": not known */
};

/* A port that is published: host_ip:host_port -> port. */
struct status_port {
    char host_ip[46];
    unsigned host_port, port;
    char protocol[8]; /* "tcp", "udp" */
};

struct status {
    char started_at[STORE_TIME], finished_at[STORE_TIME]; /* "": not yet */
    int exit_code;
    bool oom_killed;
    bool stopped_by_hand; /* `stop` or `kill`: `unless-stopped` and `on-failure` leave it so */
    char error[256];      /* why it could not start */
    unsigned restart_count;
    bool restarting; /* it has ended, and the monitor waits before it starts it again */
    enum status_health health;
    unsigned failing_streak;
    pid_t monitor; /* 0: none */
    unsigned long long monitor_start_time;
    char frozen_file[CGROUP_FILE]; /* cgroup_frozen_file of its group */
    struct status_endpoint endpoints[STATUS_ENDPOINTS];
    size_t endpoints_count;
    struct status_port ports[STATUS_PORTS];
    size_t ports_count;

    /* not in the file: after a lost power nobody wants it, since the container goes with --rm */
    bool fleeting;
    /* nor these: from the kernel, by status_read, status_ask and status_ask_pid */
    pid_t holder; /* who had status_hold's lock when it was read, 0: nobody that is known */
    enum status_kind kind;
    pid_t pid; /* of the container's first process, 0: none */
};

/* "created", "running", … */
const char *status_name(enum status_kind kind);

/* Write it, whole or not at all; `durable`: on the disk before it returns. Errors: the container is
 * gone (ENOENT), a full disk. */
int status_save(const struct store *store, const char *id, const struct status *status,
    bool durable, struct err *err);

/* What the file says, zeros where there is none: for the monitor; everybody else asks. */
int status_read(const struct store *store, const char *id, struct status *ret, struct err *err);

/*
 * For a monitor that has just saved it: keep the file open in *ret_fd with a lock, which goes with
 * the process, and of which the kernel tells everybody whose it is (fcntl(2), F_SETLK). It makes
 * the question whether the monitor lives a short one; without it (*ret_fd may be -1) it is asked by
 * number and start time. The caller closes it before the next status_save.
 */
void status_hold(const struct store *store, const char *id, int *ret_fd);

/*
 * How it is now. A container that was never started has no file and is "created". Where the monitor
 * was killed, what it left is undone first (status 137, "its monitor was killed") and that is
 * saved.
 */
int status_ask(const struct store *store, const char *id, struct status *ret, struct err *err);

/* The number of its first process, too, where it runs. */
void status_ask_pid(const struct store *store, const char *id, struct status *status);

/*
 * The machine has been restarted since: a container that ran has ended, with Docker's 255, whatever
 * the number of its monitor may be today. What was never started stays as it is.
 */
int status_lost(const struct store *store, const char *id, struct err *err);

/* True when its monitor lives, or did when the file was read. */
bool status_is_watched(const struct status *status);

/* For people: "Up 3 minutes (healthy)", "Exited (0) 2 hours ago", "Created", as `ps` has it. */
void status_describe(const struct status *status, char *ret, size_t size);

#endif
