// SPDX-License-Identifier: MIT
/*
 * Docker's defaults for a container on Linux, as its engine hands them to a runtime. They are one
 * table each, so that they can be read side by side with what `docker inspect` or a config.json
 * shows.
 */
#include "defaults.h"

#include <sched.h>

#define WORDS(...)   ((const char *const[]){__VA_ARGS__, NULL})
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct spec_mount MOUNTS[] = {
    {"/proc", "proc", "proc", WORDS("nosuid", "noexec", "nodev")},
    {"/dev", "tmpfs", "tmpfs", WORDS("nosuid", "strictatime", "mode=755", "size=65536k")},
    {"/dev/pts", "devpts", "devpts",
        WORDS("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")},
    {"/sys", "sysfs", "sysfs", WORDS("nosuid", "noexec", "nodev", "ro")},
    {"/sys/fs/cgroup", "cgroup", "cgroup", WORDS("nosuid", "noexec", "nodev", "ro")},
    {"/dev/mqueue", "mqueue", "mqueue", WORDS("nosuid", "noexec", "nodev")},
    {"/dev/shm", "tmpfs", "shm", WORDS("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")},
};

/*
 * CAP_MKNOD is among the capabilities, so a device file of the host's disk can be made; but only
 * these can be opened. /dev/console and /dev/ptmx are 5:1 and 5:2, terminals are 136.
 */
enum { ALL_RIGHTS = SPEC_MKNOD | SPEC_READ | SPEC_WRITE };

static const struct spec_device_rule DEVICE_RULES[] = {
    {false, 'a', -1, -1, ALL_RIGHTS},
    {true, 'c', -1, -1, SPEC_MKNOD},
    {true, 'b', -1, -1, SPEC_MKNOD},
    {true, 'c', 1, 3, ALL_RIGHTS},
    {true, 'c', 1, 5, ALL_RIGHTS},
    {true, 'c', 1, 7, ALL_RIGHTS},
    {true, 'c', 1, 8, ALL_RIGHTS},
    {true, 'c', 1, 9, ALL_RIGHTS},
    {true, 'c', 5, 0, ALL_RIGHTS},
    {true, 'c', 5, 1, ALL_RIGHTS},
    {true, 'c', 5, 2, ALL_RIGHTS},
    {true, 'c', 136, -1, ALL_RIGHTS},
};

static const char *const MASKED_PATHS[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
    NULL,
};

static const char *const READONLY_PATHS[] = {
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
    NULL,
};

const uint64_t DEFAULT_CAPABILITIES =
    CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_DAC_OVERRIDE) | CAPS_BIT(CAP_FSETID) | CAPS_BIT(CAP_FOWNER) |
    CAPS_BIT(CAP_MKNOD) | CAPS_BIT(CAP_NET_RAW) | CAPS_BIT(CAP_SETGID) | CAPS_BIT(CAP_SETUID) |
    CAPS_BIT(CAP_SETFCAP) | CAPS_BIT(CAP_SETPCAP) | CAPS_BIT(CAP_NET_BIND_SERVICE) |
    CAPS_BIT(CAP_SYS_CHROOT) | CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_AUDIT_WRITE);

void defaults_fill(struct spec *spec)
{
    spec->mounts = MOUNTS;
    spec->mounts_count = COUNT(MOUNTS);
    spec->process.cwd = "/";
    spec->linux_ = (struct spec_linux){
        .namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET |
                      CLONE_NEWCGROUP,
        .device_rules = DEVICE_RULES,
        .device_rules_count = COUNT(DEVICE_RULES),
        .masked_paths = MASKED_PATHS,
        .readonly_paths = READONLY_PATHS,
    };
}
