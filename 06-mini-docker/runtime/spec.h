/* SPDX-License-Identifier: MIT */
/*
 * spec: all that runtime/ needs to know about a container, in the shape and with the words of the
 * OCI runtime specification's config.json (github.com/opencontainers/runtime-spec, config.md and
 * config-linux.md). engine/ fills it from the command line, config.c from a config.json.
 *
 * Nothing here owns memory: whoever fills the struct keeps what it points at alive until the
 * container has ended. A pointer that is NULL and a count of 0 mean "not in the config", and a
 * struct spec of zeros is a valid one but for process.args and root.path.
 */
#ifndef RUNTIME_SPEC_H
#define RUNTIME_SPEC_H

#include "caps.h"
#include "cgroup.h"
#include "idmap.h"
#include "ns_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

struct spec_user {
    uid_t uid;
    gid_t gid;
    bool umask_given;
    mode_t umask;
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
    bool capabilities_given;
    struct caps capabilities;
    bool no_new_privileges;
    bool oom_score_adj_given;
    int oom_score_adj; /* -1000…1000, proc_pid_oom_score_adj(5) */
    const char *apparmor_profile;
    const struct spec_rlimit *rlimits;
    size_t rlimits_count;
};

struct spec_root {
    const char *path; /* absolute */
    bool readonly;
    /*
     * Not the OCI's: overlayfs's directories, absolute; `lower` with ':' between, the topmost
     * first. Then path is where it is mounted, in the container's mount namespace only: any
     * directory will do, `upper` itself too. NULL: path is the root as it is.
     */
    const char *lower, *upper, *work;
    /* What is written need not outlive a lost power, and `upper` is not mounted a second time. */
    bool fleeting;
};

/*
 * options are mount(8)'s words and end with NULL; a word it does not know is the file system's.
 * mappings: of an ID-mapped mount (mount_setattr(2)), NULL for none.
 */
struct spec_mount {
    const char *destination, *type, *source;
    const char *const *options;
    const struct idmap *mappings;
    pid_t from_pid; /* a bind's source is what this process sees there; 0: what we see */
};

struct spec_device {
    const char *path;
    mode_t type_and_mode; /* S_IFCHR | 0666 */
    unsigned major, minor;
    uid_t uid;
    gid_t gid;
};

enum { SPEC_MKNOD = 1, SPEC_READ = 2, SPEC_WRITE = 4 };

/* resources.devices: the last rule that fits decides. */
struct spec_device_rule {
    bool allow;
    char type;        /* 'c', 'b', or 'a' for both */
    int major, minor; /* -1: any */
    unsigned access;  /* SPEC_MKNOD | SPEC_READ | SPEC_WRITE */
};

/* "key": "value", as in annotations and sysctl. */
struct spec_pair {
    const char *key, *value;
};

/* Programs that the client wants run at points of the container's life (config.md, "POSIX-platform
 * Hooks"); hooks.h says when and where. */
struct spec_hook {
    const char *path;  /* absolute, on the host */
    char *const *args; /* ends with NULL; NULL: the path alone */
    char *const *env;  /* ends with NULL; NULL: empty */
    int timeout_sec;   /* 0: none */
};

enum spec_hook_point {
    HOOK_PRESTART,
    HOOK_CREATE_RUNTIME,
    HOOK_CREATE_CONTAINER,
    HOOK_START_CONTAINER,
    HOOK_POSTSTART,
    HOOK_POSTSTOP,
    HOOK_POINTS,
};

struct spec_hooks {
    const struct spec_hook *hooks;
    size_t count;
};

/* linux.seccomp (config-linux.md, "Seccomp"). The words are the OCI's own: "SCMP_ACT_ERRNO",
 * "SCMP_ARCH_X86_64", "SCMP_CMP_MASKED_EQ"; seccomp.c knows them. */
struct spec_seccomp_arg {
    unsigned index; /* 0…5 */
    uint64_t value, value_two;
    const char *op;
};

struct spec_seccomp_rule {
    const char *const *names; /* of system calls; ends with NULL */
    const char *action;
    bool errno_given;
    unsigned errno_ret;
    const struct spec_seccomp_arg *args; /* all must hold */
    size_t args_count;
};

struct spec_seccomp {
    const char *default_action;
    bool default_errno_given;
    unsigned default_errno;
    const char *const *architectures; /* ends with NULL; NULL: the native one */
    const char *const *flags;         /* ends with NULL */
    const char *listener_path, *listener_metadata;
    const struct spec_seccomp_rule *rules;
    size_t rules_count;
    const char *text; /* what the cache compares: two equal texts mean equal filters; NULL: none */
};

/* timeOffsets: added to the clock in a new time namespace (time_namespaces(7)). */
struct spec_time_offset {
    bool given;
    int64_t secs;
    uint32_t nanosecs;
};

struct spec_linux {
    int namespaces;                        /* CLONE_NEW* flags of those to be made */
    const char *namespace_paths[NS_KINDS]; /* those to be joined, in ns_table's order; else NULL */
    /* uidMappings and gidMappings: of a new user namespace, or what is known of one to be joined */
    const struct idmap *mappings;
    struct spec_time_offset monotonic, boottime;
    const char *cgroups_path; /* "/a/b": below the hierarchies' roots; "a/b": below the group that
                                 engines may use (cgroup_plan) */
    bool cgroups_disabled;    /* the client keeps the groups itself */
    struct cgroup_limits resources;
    const struct spec_device_rule *device_rules; /* which devices may be opened */
    size_t device_rules_count;
    const struct spec_device *devices; /* which are there */
    size_t devices_count;
    const struct spec_pair *sysctl;
    size_t sysctl_count;
    const char *const *masked_paths;   /* ends with NULL */
    const char *const *readonly_paths; /* ends with NULL */
    /* MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE, with MS_REC for all mounts below, too; 0:
     * private */
    unsigned long rootfs_propagation;
    const struct spec_seccomp *seccomp;
    bool personality_given;
    unsigned long personality; /* personality(2): PER_LINUX or PER_LINUX32, and flags */
};

struct spec {
    struct spec_process process;
    struct spec_root root;
    const char *hostname, *domainname;
    const struct spec_mount *mounts; /* in the order in which they are made */
    size_t mounts_count;
    struct spec_hooks hooks[HOOK_POINTS];
    const struct spec_pair *annotations;
    size_t annotations_count;
    struct spec_linux linux_; /* config.json's "linux", which is a macro of the compiler's */
};

/* The value of a variable of an environment, or NULL. */
const char *spec_env(const struct spec_process *process, const char *name);

#endif
