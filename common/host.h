/* SPDX-License-Identifier: MIT */
/*
 * host: what this machine can do, found by looking at what is mounted and allowed here and now, not
 * at what the kernel could do elsewhere.
 */
#ifndef COMMON_HOST_H
#define COMMON_HOST_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>

enum host_cgroups {
    HOST_NO_CGROUPS,
    HOST_V1,     /* v1 hierarchies only                                     */
    HOST_V2,     /* one cgroup2 mount                                       */
    HOST_HYBRID, /* v1 hierarchies, and a cgroup2 mount beside them         */
};

/* Which kinds of hierarchy are mounted, from /proc/self/mountinfo. */
enum host_cgroups host_cgroups(void);

/* "cgroup v1", "cgroup v2", "cgroup v1 and v2 (hybrid)", "no cgroups" */
const char *host_cgroups_name(enum host_cgroups mode);

/* One mounted hierarchy. */
struct host_cgroup_mount {
    bool v2;
    char point[256];
    char options[256]; /* v1: its subsystems are among these: "rw,cpu,cpuacct", "rw,name=systemd" */
};

enum { HOST_CGROUP_MOUNTS = 24 };

/* Every mounted hierarchy, in the order of mountinfo, read once. Returns how many; -1 and errno
 * when mountinfo cannot be read. */
int host_cgroup_mounts(struct host_cgroup_mount ret[HOST_CGROUP_MOUNTS]);

/* True when the hierarchy's options name this subsystem. */
bool host_mount_has(const struct host_cgroup_mount *mount, const char *subsystem);

/* Where the v1 hierarchy with this subsystem ("memory", "name=systemd") is mounted. False: nowhere.
 */
bool host_v1_mount(const char *subsystem, char ret_path[PATH_MAX]);

/* Where cgroup2 is mounted. False: nowhere. */
bool host_v2_mount(char ret_path[PATH_MAX]);

/*
 * The v2 group in which this process may make groups: the mount's root for root, else the nearest
 * group above us that was delegated to us (cgroups(7), "Delegation") and holds no process itself,
 * since such a group may not hand controllers down. Where every one that is ours holds processes,
 * it is the nearest. False: none is ours.
 */
bool host_v2_parent(char ret_path[PATH_MAX]);

/* The same where the caller knows the mount point of cgroup2 already. */
bool host_v2_parent_below(const char *mount_point, char ret_path[PATH_MAX]);

/* True when the word is one of the words of a file such as cgroup.controllers. */
bool host_file_has_word(const char *dir, const char *name, const char *word);

/* True when the effective capabilities include this one (CAP_SYS_ADMIN, … of capabilities(7)). */
bool host_has_capability(int capability);

/* host_has_capability(CAP_SYS_ADMIN): what the labs mean by "root". */
bool host_is_root(void);

/* True in another user namespace than the first, which is the one that maps every ID there is
 * (user_namespaces(7)). Root there is not root to what counts for the whole machine. */
bool host_in_userns(void);

/* host_is_root(), and this network namespace is our user namespace's to change, or one's below it.
 * Not so for root of a user namespace that was made without a network namespace (ioctl_ns(2)). */
bool host_owns_network(void);

/* True when a user namespace can be made and its uid_map written: tried, in a child. */
bool host_has_userns(void);

/* The name of the setting that blocks user namespaces, to be told to the person; NULL if none. */
const char *host_userns_blocker(void);

/* The first and the last CPU that this process may use (sched_getaffinity(2)); one, if it has one.
 */
void host_two_cpus(int *ret_first, int *ret_last);

/*
 * Check a list of needs, words with a space between, and stop at the first that is not met:
 *
 *   root         CAP_SYS_ADMIN                     userns       user namespaces work
 *   root:host    outside of user namespaces, too   clone3       no filter refuses this call
 *   root|userns  either                            ns:TYPE      the kernel has this namespace
 *   v1 v1:NAME   a writable v1 hierarchy (of NAME) v2 v2:NAME   a v2 parent group (with NAME)
 *   limits       groups with a memory limit, of v1 or v2
 *   tool:NAME    the program is in PATH            fs:NAME      the file system can be mounted
 *   loop         loop devices                      cpus:N       at least N CPUs
 *   file:PATH    the file exists                   vm           inside the throwaway machine
 *
 * `cure` is the command that gets a machine which has it all: "make vm-03".
 * Errors: ERR_SKIP with what is missing, what was found, and the command that helps.
 */
int host_check(const char *needs, const char *cure, struct err *err);

#endif
