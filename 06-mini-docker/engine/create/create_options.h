/* SPDX-License-Identifier: MIT */
/*
 * create_options: what a person typed for `create` or `run`, word by word. cli/create_options.c has
 * the table that fills it in; create.c judges it and makes a record of it.
 *
 * Texts are NULL, lists empty and bools false where the option was not given. They point into argv,
 * which must live on. What must be a number is a text here, too: the ranges are create.c's.
 */
#ifndef ENGINE_CREATE_OPTIONS_H
#define ENGINE_CREATE_OPTIONS_H

#include "create_refused.h"

#include "opt.h"

struct create_options {
    /* run's alone */
    bool detach, no_sig_proxy, explain;
    const char *detach_keys;

    bool interactive, tty, remove, read_only, init, privileged, publish_all, no_healthcheck, quiet;
    const char *name, *cidfile, *pull, *platform, *rootfs;
    const char *hostname, *domainname, *user, *workdir, *entrypoint;
    const char *ip;
    const char *memory, *memory_swap, *memory_reservation, *cpus, *cpu_period, *cpu_quota,
        *cpu_shares, *cpuset_cpus, *cpuset_mems, *pids_limit, *blkio_weight, *oom_score_adj,
        *shm_size;
    const char *restart, *stop_signal, *stop_timeout;
    const char *userns, *pid, *ipc, *uts, *cgroupns;
    const char *health_cmd, *health_interval, *health_retries, *health_timeout,
        *health_start_period, *health_start_interval;
    const char *log_driver, *runtime, *isolation, *volume_driver;
    const char *refused[REFUSED_VALUES];
    bool refused_flags[REFUSED_FLAGS], content_trust;
    struct opt_list attach, env, env_file, label, label_file, annotation;
    struct opt_list volumes, volumes_from, mounts, tmpfs;
    struct opt_list publish, expose, networks, network_alias, dns, dns_search, dns_options,
        add_host;
    struct opt_list read_bps, write_bps, read_iops, write_iops;
    struct opt_list ulimit, cap_add, cap_drop, group_add, security_opt, device, sysctl, log_opt;

    int argc;
    char **argv; /* the image and its command, or with `rootfs` the command, one word at least;
                    ends with NULL */
};

#endif
