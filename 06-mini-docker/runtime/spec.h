/* SPDX-License-Identifier: MIT */
/*
 * spec: all that runtime/ needs to know about a container, in the shape and with the words of the
 * OCI runtime specification's config.json (github.com/opencontainers/runtime-spec, config.md and
 * config-linux.md). engine/ fills it from the command line; a reader of config.json can fill the
 * same struct.
 *
 * Nothing here owns memory: whoever fills the struct keeps what it points at alive until the
 * container has ended. A pointer that is NULL and a count of 0 mean "not in the config".
 */
#ifndef RUNTIME_SPEC_H
#define RUNTIME_SPEC_H

#include "caps.h"
#include "cgroup.h"
#include "idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

struct spec_user {
    uid_t uid;
    gid_t gid;
    const gid_t *additional_gids;
    size_t additional_gids_count;
};

struct spec_rlimit {
    int type; /* RLIMIT_NOFILE, … */
    struct rlimit limit;
};

struct spec_process {
    bool terminal;
    struct winsize *console_size;
    struct spec_user user;
    char *const *args; /* ends with NULL */
    char *const *env;  /* ends with NULL; PATH in it is where args[0] is looked up */
    const char *cwd;   /* absolute; made when it is missing */
    struct caps capabilities;
    bool no_new_privileges;
    const struct spec_rlimit *rlimits;
    size_t rlimits_count;
};

struct spec_root {
    const char *path; /* absolute */
    bool readonly;
    /* Not the OCI's: what is written goes to memory, and nothing changes in path itself. */
    bool ephemeral;
};

/* options are mount(8)'s words and end with NULL; a word it does not know is the file system's. */
struct spec_mount {
    const char *destination, *type, *source;
    const char *const *options;
};

struct spec_device {
    const char *path;
    mode_t type_and_mode; /* S_IFCHR | 0666 */
    unsigned major, minor;
};

enum { SPEC_MKNOD = 1, SPEC_READ = 2, SPEC_WRITE = 4 };

/* resources.devices: the last rule that fits decides. */
struct spec_device_rule {
    bool allow;
    char type;        /* 'c', 'b', or 'a' for both */
    int major, minor; /* -1: any */
    unsigned access;  /* SPEC_MKNOD | SPEC_READ | SPEC_WRITE */
};

struct spec_linux {
    int namespaces;               /* CLONE_NEW* flags of those to be made */
    const struct idmap *mappings; /* uidMappings and gidMappings, for CLONE_NEWUSER */
    const char *cgroups_path;     /* relative to the group that engines may use */
    struct cgroup_limits resources;
    const struct spec_device_rule *device_rules; /* which devices may be opened */
    size_t device_rules_count;
    const struct spec_device *devices; /* which are there */
    size_t devices_count;
    const char *const *masked_paths;   /* ends with NULL */
    const char *const *readonly_paths; /* ends with NULL */
};

struct spec {
    struct spec_process process;
    struct spec_root root;
    const char *hostname;
    const struct spec_mount *mounts; /* in the order in which they are made */
    size_t mounts_count;
    struct spec_linux linux_; /* config.json's "linux", which is a macro of the compiler's */
};

/* The value of a variable of process.env, or NULL. */
const char *spec_env(const struct spec *spec, const char *name);

#endif
