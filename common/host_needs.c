// SPDX-License-Identifier: MIT
/*
 * Checks the needs that an experiment names against this host. Each check that fails says what is
 * missing, what was found instead, and the command that helps.
 */
#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* A check gets what stands behind the colon of its word ("" if nothing does) and the cure. */
typedef int check_fn(const char *name, const char *cure, struct err *err);

/* "root:host" is root outside of all user namespaces. */
static int check_root(const char *name, const char *cure, struct err *err)
{
    if (host_is_root() && !(*name && host_in_userns()))
        return 0;
    if (host_is_root()) {
        err_set(err, ERR_SKIP, "needs root of the host");
        return err_hint(
            err, "this root is one of a user namespace -> sudo ./run outside of it, or %s", cure);
    }
    err_set(err, ERR_SKIP, "needs root (CAP_SYS_ADMIN), and this is user %u without it", geteuid());
    if (geteuid() == 0)
        return err_hint(err, "root of a container that was not given it -> %s, on the host", cure);
    return err_hint(err, "not root -> sudo ./run, or %s, which needs no root", cure);
}

/* Why root cannot make a group in the tree at `path`, as a hint. */
static int why_not_root(const char *path, const char *mode, const char *cure, struct err *err)
{
    bool read_only = access(path, W_OK) < 0 && errno == EROFS;

    const char *why =
        read_only ? "it is mounted read-only, as in a container"
        : host_in_userns()
            ? "this root is one of a user namespace, which the groups do not belong to"
            : "it may not write there: a container, maybe";

    return err_hint(err, "%s -> CGROUP=%s %s", why, mode, cure);
}

static int check_userns(const char *name, const char *cure, struct err *err)
{
    const char *blocker = host_userns_blocker();

    (void)name;
    if (host_has_userns())
        return 0;
    err_set(err, ERR_SKIP, "needs user namespaces, and making one failed here");
    if (blocker)
        return err_hint(err, "%s blocks them -> sudo ./run, or %s", blocker, cure);
    return err_hint(err, "maybe a container or a seccomp filter blocks them -> %s", cure);
}

static int check_root_or_userns(const char *name, const char *cure, struct err *err)
{
    return host_is_root() ? 0 : check_userns(name, cure, err);
}

static int check_v1(const char *name, const char *cure, struct err *err)
{
    char path[PATH_MAX];

    if (!host_v1_mount(*name ? name : NULL, path)) {
        err_set(err, ERR_SKIP, "needs cgroup v1%s%s, and this host has %s", *name ? " with " : "",
            name, host_cgroups_name(host_cgroups()));
        return err_hint(err, "no such hierarchy is mounted -> CGROUP=v1 %s", cure);
    }
    if (access(path, W_OK) == 0)
        return 0;
    err_set(err, ERR_SKIP, "needs to make groups in %s, and cannot write there", path);
    if (host_is_root())
        return why_not_root(path, "v1", cure, err);
    return err_hint(err, "not root -> sudo ./run, or CGROUP=v1 %s", cure);
}

static int check_v2(const char *name, const char *cure, struct err *err)
{
    char path[PATH_MAX];

    if (!host_v2_mount(path)) {
        err_set(err, ERR_SKIP, "needs cgroup v2, and this host has %s",
            host_cgroups_name(host_cgroups()));
        return err_hint(err, "cgroup2 is not mounted -> CGROUP=v2 %s", cure);
    }
    if (!host_v2_parent(path)) {
        err_set(err, ERR_SKIP, "needs a cgroup v2 group to make groups in, and none is writable");
        if (host_is_root())
            return why_not_root(path, "v2", cure, err);
        return err_hint(err,
            "not root and nothing delegated -> sudo ./run, or systemd-run --user --scope -p "
            "Delegate=yes ./run, or CGROUP=v2 %s",
            cure);
    }
    if (!*name || host_file_has_word(path, "cgroup.controllers", name))
        return 0;
    struct err ignored;
    cleanup_free char *has = fsio_read(path, "cgroup.controllers", &ignored);
    err_set(err, ERR_SKIP, "needs the v2 controller %s, and %s/cgroup.controllers has '%s'", name,
        path, has ? has : "");
    return err_hint(err,
        host_cgroups() == HOST_HYBRID
            ? "a controller is in v1 or in v2, not both; here v1 has it -> CGROUP=v2 %s"
            : "it was not passed down to this group, or the kernel lacks it -> CGROUP=v2 %s",
        cure);
}

/* Groups with limits, of either version. */
static int check_limits(const char *name, const char *cure, struct err *err)
{
    struct err ignored;

    (void)name;
    if (check_v1("memory", cure, &ignored) == 0)
        return 0;
    return check_v2("memory", cure, err);
}

static int check_tool(const char *name, const char *cure, struct err *err)
{
    (void)cure;
    if (proc_in_path(name))
        return 0;
    err_set(err, ERR_SKIP, "needs the program %s, and it is not in PATH", name);
    return err_hint(err, "not installed -> make deps");
}

static int check_fs(const char *name, const char *cure, struct err *err)
{
    struct err ignored;
    struct utsname uts;
    char path[PATH_MAX], module[80];
    cleanup_free char *known = fsio_read(NULL, "/proc/filesystems", &ignored);

    snprintf(module, sizeof(module), "\t%s", name);
    if (known && strstr(known, module))
        return 0;
    /* not loaded yet: mount(2) loads the module when it is there */
    uname(&uts);
    snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", uts.release);
    snprintf(module, sizeof(module), "/%s.ko", name);
    cleanup_free char *modules = fsio_read(NULL, path, &ignored);
    if (modules && strstr(modules, module))
        return 0;
    err_set(err, ERR_SKIP, "needs the file system %s, and this kernel has no such one", name);
    return err_hint(err, "neither in /proc/filesystems nor among the modules -> %s", cure);
}

static int check_loop(const char *name, const char *cure, struct err *err)
{
    (void)name;
    if (access("/dev/loop-control", R_OK | W_OK) == 0)
        return 0;
    err_set(err, ERR_SKIP, "needs loop devices, and /dev/loop-control cannot be used");
    return err_hint(
        err, "not root, inside a container, or no loop module -> sudo ./run, or %s", cure);
}

static int check_cpus(const char *name, const char *cure, struct err *err)
{
    cpu_set_t set;
    int least = atoi(name);

    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    if (CPU_COUNT(&set) >= least)
        return 0;
    err_set(err, ERR_SKIP, "needs %d CPUs, and this process may use %d", least, CPU_COUNT(&set));
    return err_hint(err, "a small machine, or a cpuset -> %s", cure);
}

static int check_file(const char *name, const char *cure, struct err *err)
{
    if (fsio_exists(NULL, name))
        return 0;
    err_set(err, ERR_SKIP, "needs %s, and this kernel does not have it", name);
    return err_hint(err, "the kernel was built or started without it -> %s", cure);
}

static int check_ns(const char *name, const char *cure, struct err *err)
{
    if (fsio_exists("/proc/self/ns", name))
        return 0;
    err_set(err, ERR_SKIP, "needs %s namespaces, and this kernel has none", name);
    return err_hint(err, "no /proc/self/ns/%s: an older kernel -> %s", name, cure);
}

/* No arguments: a kernel that has it finds them too short. */
static int check_clone3(const char *name, const char *cure, struct err *err)
{
    (void)name;
    if (syscall(SYS_clone3, NULL, 0) == 0 || errno != ENOSYS)
        return 0;
    err_set(err, ERR_SKIP, "needs clone3, and here that is ENOSYS");
    return err_hint(err,
        "Linux before 5.3, or a container's seccomp filter: Docker's lets nobody without "
        "CAP_SYS_ADMIN have it -> %s, on the host",
        cure);
}

static int check_vm(const char *name, const char *cure, struct err *err)
{
    (void)name;
    if (getenv("LABS_VM"))
        return 0;
    err_set(err, ERR_SKIP, "runs only in the throwaway machine, since it changes the whole host");
    return err_hint(err, "this is not the throwaway machine -> %s", cure);
}

static const struct {
    const char *word;
    check_fn *check;
} CHECKS[] = {
    {"root", check_root},
    {"userns", check_userns},
    {"root|userns", check_root_or_userns},
    {"v1", check_v1},
    {"v2", check_v2},
    {"limits", check_limits},
    {"tool", check_tool},
    {"fs", check_fs},
    {"loop", check_loop},
    {"cpus", check_cpus},
    {"file", check_file},
    {"ns", check_ns},
    {"clone3", check_clone3},
    {"vm", check_vm},
};

static int check_word(const char *word, const char *cure, struct err *err)
{
    size_t length = strcspn(word, ":");

    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++) {
        if (strlen(CHECKS[i].word) == length && strncmp(CHECKS[i].word, word, length) == 0)
            return CHECKS[i].check(word[length] ? word + length + 1 : "", cure, err);
    }
    return err_set(err, ERR_USAGE, "an experiment names an unknown need: '%s'", word);
}

int host_check(const char *needs, const char *cure, struct err *err)
{
    char words[512], *rest = words;

    snprintf(words, sizeof(words), "%s", needs);
    for (char *word; (word = strsep(&rest, " "));) {
        if (*word && check_word(word, cure, err) < 0)
            return -1;
    }
    return 0;
}
