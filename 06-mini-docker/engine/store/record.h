/* SPDX-License-Identifier: MIT */
/*
 * record: a container as it was asked for: containers/ID/container.json. The file has the names and
 * the shape of `docker inspect`, and `inspect` prints it, with what status.h knows added; so there
 * is one list of fields, in record_table.c, for reading, writing and showing.
 *
 * The words of the command line become a record in create.c, and only there; start.c and spec.c
 * know nothing else. That is what makes `start` next week the same as `run` today.
 */
#ifndef ENGINE_RECORD_H
#define ENGINE_RECORD_H

#include "record_config.h"
#include "store.h"

/* {"Path": "/dev/sda", "Rate": 1048576}: bytes or operations a second. */
struct record_rate {
    const char *path;
    uint64_t rate;
};

struct record_device {
    const char *on_host, *in_container, *permissions; /* "rwm" */
};

/* Name as setrlimit(2) has it without RLIMIT_, in lower case: "nofile". -1: no limit. */
struct record_ulimit {
    const char *name;
    int64_t soft, hard;
};

/* --mount: type is bind, volume or tmpfs. */
struct record_mount {
    const char *type, *source, *target;
    bool read_only;
    const char *propagation; /* of a bind: "rprivate", … or NULL */
    bool non_recursive;      /* of a bind: without what is mounted below its source */
    bool make_source;        /* of a bind: a source that is missing is made, as -v has it */
    bool anonymous;          /* of a volume: nobody has named it */
    bool no_copy;            /* of a volume: it does not begin with what the image has there */
    uint64_t tmpfs_size_bytes;
    unsigned tmpfs_mode;
};

/* One "80/tcp": [{"HostIp": "", "HostPort": "8080"}]. host_port "" or NULL: the engine chooses. */
struct record_binding {
    const char *host_ip, *host_port;
};

struct record_port {
    const char *port; /* "80/tcp" */
    const struct record_binding *bindings;
    size_t bindings_count;
};

/* What it is asked to be in one network: NetworkSettings.Networks.NAME. */
struct record_network {
    const char *name;
    const char *ip; /* --ip, or NULL: the engine chooses */
    const char *const *aliases;
};

/* "HostConfig". Numbers are 0, and texts NULL, where nothing was asked, unless it says otherwise.
 */
struct record_host {
    const char *const *binds; /* "SOURCE:TARGET[:OPTIONS]", SOURCE a path or a volume's name */
    const struct record_mount *mounts;
    size_t mounts_count;
    const char *const *volumes_from; /* as typed: "CONTAINER[:ro]"; what they had was: */
    const struct record_mount *inherited;
    size_t inherited_count;
    const struct spec_pair *tmpfs; /* target, options */
    size_t tmpfs_count;
    const char *network_mode; /* "bridge", "none", "host", "container:ID", or a network's name */
    const struct record_port *ports;
    size_t ports_count;
    bool publish_all;
    const char *const *dns, *const *dns_search, *const *dns_options;
    const char *const *extra_hosts;                                           /* "NAME:IP" */
    const char *ipc_mode, *pid_mode, *uts_mode, *userns_mode, *cgroupns_mode; /* NULL, "host", … */
    const char *restart_policy; /* "no", "always", "unless-stopped", "on-failure" */
    unsigned restart_most;      /* of on-failure; 0: no end */
    bool auto_remove;
    bool log_none;           /* what it writes goes to those who are attached alone */
    uint64_t log_size_bytes; /* of one log file; 0: no end */
    unsigned log_files;
    uint64_t memory_bytes, memory_reservation_bytes;
    int64_t memory_swap_bytes; /* memory and swap; -1: no limit */
    uint64_t nano_cpus;        /* CPUs times 10^9 */
    uint64_t cpu_period_usec, cpu_shares;
    int64_t cpu_quota_usec; /* of each period; -1: no limit */
    const char *cpuset_cpus, *cpuset_mems;
    int64_t pids_limit; /* 0 and -1: none */
    unsigned blkio_weight;
    const struct record_rate *read_bps, *write_bps, *read_iops, *write_iops;
    size_t read_bps_count, write_bps_count, read_iops_count, write_iops_count;
    int oom_score_adj;
    const struct record_ulimit *ulimits;
    size_t ulimits_count;
    uint64_t shm_size_bytes;
    bool read_only, init, privileged;
    const char *const *cap_add, *const *cap_drop, *const *security_opt, *const *group_add;
    const struct record_device *devices;
    size_t devices_count;
    const struct spec_pair *annotations;
    size_t annotations_count;
    const struct spec_pair *sysctls;
    size_t sysctls_count;
    const char *rootfs; /* ours: --rootfs, an absolute path, and then there is no image */
};

struct record {
    const char *id;          /* 64 hex digits */
    const char *name;        /* without Docker's leading slash */
    const char *created;     /* store_now */
    const char *image_id;    /* "sha256:…", or NULL with --rootfs */
    const char *path;        /* the program, and */
    const char *const *args; /* its arguments without it, as Docker has it */
    struct record_config config;
    struct record_host host;
    const struct record_network *networks;
    size_t networks_count;
    struct json_memory memory; /* of a record that was read: record_free */
};

extern const struct json_table RECORD_TABLE;

/*
 * Write a record for the first time: its directory appears with all that is in it, and its name is
 * taken, or neither. `durable`: on the disk before it returns (fsync), for what is to outlive a
 * crash of the machine. Errors: the name is in use, in Docker's words.
 */
int record_create(
    const struct store *store, const struct record *record, bool durable, struct err *err);

/* The same of one that the caller holds (engine/life/monitor.h): from the first moment on it goes,
 * by whoever finds it, when the caller is gone. */
int record_create_held(const struct store *store, const struct record *record, struct err *err);

/* Write it again, whole or not at all; the name as well. The caller holds record_lock. */
int record_replace(const struct store *store, const struct record *record, struct err *err);

/* The 64 digits of a container by name, ID, or the beginning of an ID that only one has. Errors:
 * "No such container: X", "Multiple IDs found with provided prefix: X". */
int record_find(
    const struct store *store, const char *word, char ret_id[STORE_ID + 1], struct err *err);

/* Both at once, or by an ID that is known. The caller gives *ret back with record_free. */
int record_load(const struct store *store, const char *id, struct record *ret, struct err *err);
int record_lookup(const struct store *store, const char *word, struct record *ret, struct err *err);

/*
 * In half the time, what a table of containers shows of each: the fields that are marked as `brief`
 * in record_table.c and record_config_table.c, and host.rootfs. Others may be missing.
 */
int record_load_brief(
    const struct store *store, const char *id, struct record *ret, struct err *err);

/* Safe on a zeroed struct. */
void record_free(struct record *record);

/* ROOT/containers/ID[/FILE]; file may be NULL. */
void record_path(const struct store *store, const char *id, const char *file, char ret[PATH_MAX]);

/*
 * Only one command at a time changes what a container is: start, rename, update, rm. `stop`,
 * `kill`, `exec` and the monitor take no lock. Waits; the caller closes *ret_fd. Errors: it is
 * gone.
 */
int record_lock(const struct store *store, const char *id, int *ret_fd, struct err *err);

/* Take away what commands have left that were killed while they made or renamed a container. */
void record_heal(const struct store *store);

/* Call visit for each container's ID, newest first, until it returns non-zero. */
int record_each(const struct store *store, int (*visit)(const char *id, void *arg, struct err *err),
    void *arg, struct err *err);

#endif
