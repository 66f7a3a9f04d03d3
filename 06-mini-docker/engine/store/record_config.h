/* SPDX-License-Identifier: MIT */
/*
 * record_config: the "Config" of a container or an image: what runs in it when nobody says
 * otherwise. Both have the same fields and the same JSON (docker inspect; the OCI image
 * specification's config.md), so that one table reads and writes both.
 */
#ifndef ENGINE_RECORD_CONFIG_H
#define ENGINE_RECORD_CONFIG_H

#include "runtime/json.h"
#include "runtime/spec.h"

/* "Healthcheck". Times in nanoseconds, 0: the default; as Docker has them. */
struct record_health {
    const char *const *test; /* {"NONE"}, {"CMD", …}, {"CMD-SHELL", text}; ends with NULL */
    uint64_t interval_nsec, timeout_nsec, start_period_nsec, start_interval_nsec;
    unsigned retries;
};

/* A list of strings ends with NULL; a NULL list is absent, which differs from an empty one: an
 * empty Entrypoint takes the image's away. */
struct record_config {
    const char *hostname, *domainname, *user;
    bool attach_stdin, attach_stdout, attach_stderr, tty, open_stdin, stdin_once;
    const char *const *env, *const *cmd, *const *entrypoint, *const *shell, *const *on_build;
    const char *image; /* as it was typed */
    const char *working_dir;
    const char *stop_signal;
    bool stop_timeout_given;
    int stop_timeout_sec;
    const struct spec_pair *labels;
    size_t labels_count;
    /* {"80/tcp": {}} and {"/data": {}}: only the keys count; .value is NULL */
    const struct spec_pair *exposed_ports, *volumes;
    size_t exposed_ports_count, volumes_count;
    const struct record_health *health; /* or NULL */
};

extern const struct json_table RECORD_CONFIG_TABLE;

#endif
