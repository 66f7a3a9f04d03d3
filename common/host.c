// SPDX-License-Identifier: MIT
/*
 * Looks at the host: which cgroup hierarchies are mounted where, and whether we are root or can
 * become it in a user namespace. The list of needs that an experiment names is checked in
 * host_needs.c with these.
 */
#include "host.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* True when `word` stands in `list` between commas. */
static bool has_option(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (; list; list = strchr(list, ',')) {
        list += *list == ',';
        if (strncmp(list, word, length) == 0 && (list[length] == ',' || list[length] == '\0'))
            return true;
    }
    return false;
}

/*
 * A line of mountinfo (proc_pid_mountinfo(5)): "36 35 98:0 /root /point opts … - type source
 * superopts". For v1 the subsystems are among the super options.
 */
int host_cgroup_mounts(struct host_cgroup_mount ret[HOST_CGROUP_MOUNTS])
{
    struct err ignored;
    cleanup_free char *text = fsio_read(NULL, "/proc/self/mountinfo", &ignored);
    char *rest = text, *line, type[16];
    int count = 0;

    if (!text)
        return -1;
    while (count < HOST_CGROUP_MOUNTS && (line = strsep(&rest, "\n"))) {
        struct host_cgroup_mount *mount = &ret[count];
        const char *tail = strstr(line, " - cgroup");
        if (!tail || sscanf(line, "%*s %*s %*s %*s %255s", mount->point) != 1 ||
            sscanf(tail, " - %15s %*s %255s", type, mount->options) != 2)
            continue;
        mount->v2 = strcmp(type, "cgroup2") == 0;
        count += mount->v2 || strcmp(type, "cgroup") == 0;
    }
    return count;
}

bool host_mount_has(const struct host_cgroup_mount *mount, const char *subsystem)
{
    return !mount->v2 && has_option(mount->options, subsystem);
}

/* The first mounted hierarchy of this version and, unless it is NULL, with this subsystem. */
static bool find_mount(bool v2, const char *subsystem, char ret_point[PATH_MAX])
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    int count = host_cgroup_mounts(mounts);

    for (int i = 0; i < count; i++) {
        if (mounts[i].v2 != v2 || (subsystem && !host_mount_has(&mounts[i], subsystem)))
            continue;
        strcpy(ret_point, mounts[i].point);
        return true;
    }
    return false;
}

bool host_v1_mount(const char *subsystem, char ret_path[PATH_MAX])
{
    return find_mount(false, subsystem, ret_path);
}

bool host_v2_mount(char ret_path[PATH_MAX])
{
    return find_mount(true, NULL, ret_path);
}

enum host_cgroups host_cgroups(void)
{
    char path[PATH_MAX];
    bool v1 = find_mount(false, NULL, path);
    bool v2 = host_v2_mount(path);

    return v1 && v2 ? HOST_HYBRID : v1 ? HOST_V1 : v2 ? HOST_V2 : HOST_NO_CGROUPS;
}

const char *host_cgroups_name(enum host_cgroups mode)
{
    static const char *const names[] = {
        [HOST_NO_CGROUPS] = "no cgroups",
        [HOST_V1] = "cgroup v1",
        [HOST_V2] = "cgroup v2",
        [HOST_HYBRID] = "cgroup v1 and v2 (hybrid)",
    };

    return names[mode];
}

/* The caller's own v2 group, as a path in the file system. */
static bool own_v2_group(const char *mount_point, char ret_path[PATH_MAX])
{
    struct err ignored;
    cleanup_free char *text = fsio_read(NULL, "/proc/self/cgroup", &ignored);
    char *rest = text, *line;

    while ((line = strsep(&rest, "\n"))) {
        if (strncmp(line, "0::", 3) != 0)
            continue;
        snprintf(ret_path, PATH_MAX, "%s%s", mount_point, strcmp(line + 3, "/") ? line + 3 : "");
        return true;
    }
    return false;
}

static bool is_ours(const char *group)
{
    char procs[PATH_MAX];

    snprintf(procs, sizeof(procs), "%s/cgroup.procs", group);
    return access(group, W_OK) == 0 && access(procs, W_OK) == 0;
}

static bool holds_processes(const char *group)
{
    struct err ignored;
    cleanup_free char *pids = fsio_read(group, "cgroup.procs", &ignored);

    return pids && pids[0];
}

bool host_v2_parent_below(const char *mount_point, char ret_path[PATH_MAX])
{
    char group[PATH_MAX];

    if (host_is_root() && access(mount_point, W_OK) == 0) {
        snprintf(ret_path, PATH_MAX, "%s", mount_point);
        return true;
    }
    if (!own_v2_group(mount_point, group) || !is_ours(group))
        return false;
    strcpy(ret_path, group);
    while (strlen(group) > strlen(mount_point) && is_ours(group)) {
        if (!holds_processes(group)) {
            strcpy(ret_path, group);
            break;
        }
        *strrchr(group, '/') = '\0';
    }
    return true;
}

bool host_v2_parent(char ret_path[PATH_MAX])
{
    char mount_point[PATH_MAX];

    return host_v2_mount(mount_point) && host_v2_parent_below(mount_point, ret_path);
}

bool host_file_has_word(const char *dir, const char *name, const char *word)
{
    struct err ignored;
    cleanup_free char *text = fsio_read(dir, name, &ignored);

    for (char *next = text ? strtok(text, " \n") : NULL; next; next = strtok(NULL, " \n")) {
        if (strcmp(next, word) == 0)
            return true;
    }
    return false;
}

bool host_has_capability(int capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};

    if (syscall(SYS_capget, &header, data) < 0)
        return false;
    return data[capability / 32].effective & (1u << (capability % 32));
}

bool host_is_root(void)
{
    return host_has_capability(CAP_SYS_ADMIN);
}

bool host_in_userns(void)
{
    struct err ignored;
    unsigned inside, outside, count;
    cleanup_free char *map = fsio_read(NULL, "/proc/self/uid_map", &ignored);

    return map && (sscanf(map, "%u %u %u", &inside, &outside, &count) != 3 || inside != 0 ||
                      outside != 0 || count != UINT32_MAX);
}

bool host_owns_network(void)
{
    cleanup_close int net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    cleanup_close int owner = net < 0 ? -1 : ioctl(net, NS_GET_USERNS);

    return (owner >= 0 || net < 0 || errno != EPERM) && host_is_root();
}

bool host_has_userns(void)
{
    struct err err;
    unsigned uid = geteuid();

    pid_t pid = proc_fork(&err);
    if (pid < 0)
        return false;
    if (pid == 0) {
        /* the map is written too: where AppArmor blocks, unshare works and this does not */
        bool works = unshare(CLONE_NEWUSER) == 0 &&
                     fsio_write(&err, NULL, "/proc/self/setgroups", "deny") == 0 &&
                     fsio_write(&err, NULL, "/proc/self/uid_map", "0 %u 1", uid) == 0 &&
                     unshare(CLONE_NEWUTS) == 0;
        _exit(works ? 0 : 1);
    }
    return proc_wait(pid, &err) == 0;
}

const char *host_userns_blocker(void)
{
    static const struct {
        const char *file;
        uint64_t blocking_value;
        const char *name;
    } switches[] = {
        {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1,
            "kernel.apparmor_restrict_unprivileged_userns=1"},
        {"/proc/sys/kernel/unprivileged_userns_clone", 0, "kernel.unprivileged_userns_clone=0"},
        {"/proc/sys/user/max_user_namespaces", 0, "user.max_user_namespaces=0"},
    };
    struct err ignored;
    uint64_t value;

    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        if (fsio_read_u64(NULL, switches[i].file, &value, &ignored) == 0 &&
            value == switches[i].blocking_value)
            return switches[i].name;
    }
    return NULL;
}

void host_two_cpus(int *ret_first, int *ret_last)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    *ret_first = *ret_last = -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &set))
            continue;
        *ret_first = *ret_first < 0 ? cpu : *ret_first;
        *ret_last = cpu;
    }
}
