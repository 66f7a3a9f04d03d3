// SPDX-License-Identifier: MIT
/*
 * floor: what a container start costs at least. It makes the system calls that a container with
 * Docker's shape needs, in their fastest form known, and nothing else: no options, no journal, no
 * error message, no safety against a hostile root, no signals passed on. A runtime cannot be faster
 * than this on the same kernel, so the bench divides by it.
 *
 *     floor [-d] ROOTFS GROUP PROGRAM [ARG...]     GROUP: a name for the cgroups, "-" for none
 *
 * With -d it prints the number of the process and ends as soon as the program runs; its groups
 * stay.
 *
 * Groups are made in every v1 hierarchy under /sys/fs/cgroup that has one of the usual controllers,
 * and joined through `tasks`; on a v2 host it is one group, and CLONE_INTO_CGROUP. Limits are
 * written: 100 MiB and half a CPU.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE "/sys/fs/cgroup"

static const char *const V1[] = {
    "cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids"};

enum { GROUPS = sizeof(V1) / sizeof(V1[0]) };

static char group[GROUPS][128];
static int tasks[GROUPS], groups, v2 = -1;

static void check(int result, const char *what)
{
    if (result >= 0)
        return;
    perror(what);
    exit(125);
}

static void put(const char *dir, const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    check(fd, path);
    check((int)write(fd, text, strlen(text)), path);
    close(fd);
}

static void copy(const char *parent, const char *dir, const char *name)
{
    char path[256], text[256];

    snprintf(path, sizeof(path), "%s/%s", parent, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = read(fd, text, sizeof(text) - 1);
    check((int)got, path);
    text[got] = '\0';
    close(fd);
    put(dir, name, text);
}

static void make_v1(const char *name)
{
    char path[256];

    for (int i = 0; i < GROUPS; i++) {
        snprintf(group[groups], sizeof(group[0]), BASE "/%s/%s", V1[i], name);
        if (mkdir(group[groups], 0755) < 0)
            continue; /* not mounted */
        if (strcmp(V1[i], "cpuset") == 0) {
            copy(BASE "/cpuset", group[groups], "cpuset.cpus");
            copy(BASE "/cpuset", group[groups], "cpuset.mems");
        } else if (strcmp(V1[i], "memory") == 0) {
            put(group[groups], "memory.limit_in_bytes", "104857600");
        } else if (strcmp(V1[i], "cpu") == 0) {
            put(group[groups], "cpu.cfs_quota_us", "50000");
        }
        snprintf(path, sizeof(path), "%s/tasks", group[groups]);
        tasks[groups++] = open(path, O_WRONLY | O_CLOEXEC);
    }
}

static void make_groups(const char *name)
{
    if (access(BASE "/cgroup.controllers", F_OK) < 0) {
        make_v1(name);
        return;
    }
    put(BASE, "cgroup.subtree_control", "+cpu +memory");
    snprintf(group[0], sizeof(group[0]), BASE "/%s", name);
    check(mkdir(group[0], 0755), group[0]);
    put(group[0], "memory.max", "104857600");
    put(group[0], "cpu.max", "50000 100000");
    v2 = open(group[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    groups = 1;
}

static void make_dev(void)
{
    static const int numbers[][2] = {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}};
    static const char *const names[] = {
        "dev/null", "dev/zero", "dev/full", "dev/random", "dev/urandom", "dev/tty"};

    check(mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=65536k"), "dev");
    umask(0);
    for (int i = 0; i < 6; i++)
        check(mknod(names[i], S_IFCHR | 0666, makedev(numbers[i][0], numbers[i][1])), names[i]);
    umask(022);
    check(symlink("/proc/self/fd", "dev/fd"), "dev/fd");
    check(symlink("/proc/self/fd/0", "dev/stdin"), "dev/stdin");
    check(symlink("/proc/self/fd/1", "dev/stdout"), "dev/stdout");
    check(symlink("/proc/self/fd/2", "dev/stderr"), "dev/stderr");
    check(symlink("pts/ptmx", "dev/ptmx"), "dev/ptmx");
    mkdir("dev/pts", 0755);
    mkdir("dev/shm", 0755);
    mkdir("dev/mqueue", 0755);
    check(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
              "newinstance,ptmxmode=0666,mode=0620,gid=5"),
        "dev/pts");
    check(mount("mqueue", "dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL),
        "dev/mqueue");
    check(
        mount("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=65536k"),
        "dev/shm");
}

static void hide(void)
{
    static const char *const directories[] = {
        "proc/acpi", "proc/scsi", "proc/asound", "sys/firmware", "sys/devices/virtual/powercap"};
    static const char *const files[] = {
        "proc/interrupts", "proc/kcore", "proc/keys", "proc/timer_list", "proc/sched_debug"};
    static const char *const readonly[] = {
        "proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};

    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
        mount("tmpfs", directories[i], "tmpfs", MS_RDONLY, NULL);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        mount("dev/null", files[i], NULL, MS_BIND, NULL);
    for (size_t i = 0; i < sizeof(readonly) / sizeof(readonly[0]); i++) {
        mount(readonly[i], readonly[i], NULL, MS_BIND | MS_REC, NULL);
        mount(NULL, readonly[i], NULL,
            MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    }
}

static void child(const char *root, char **program)
{
    const unsigned long quiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    static char *const env[] = {"PATH=/bin", NULL};
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

    for (int i = 0; i < groups && v2 < 0; i++)
        check((int)write(tasks[i], "0", 1), "tasks");
    check(unshare(CLONE_NEWCGROUP), "unshare");
    check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
    check(mount(root, root, NULL, MS_BIND | MS_REC, NULL), "bind");
    check(chdir(root), root);
    check(mount("proc", "proc", "proc", quiet, NULL), "proc");
    make_dev();
    check(mount("sysfs", "sys", "sysfs", quiet | MS_RDONLY, NULL), "sys");
    hide();
    check((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
    check(umount2(".", MNT_DETACH), "umount");
    check(sethostname("floor", 5), "sethostname");
    check(ioctl(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), SIOCSIFFLAGS, &lo), "lo");
    execve(program[0], program, env);
    check(-1, program[0]);
}

/* The end of the pipe comes when the program has begun: its writing end closes at the exec. */
static int leave(pid_t pid, const int *running)
{
    char none;

    close(running[1]);
    if (read(running[0], &none, 1) == 0)
        printf("%d\n", pid);
    return 0;
}

int main(int argc, char **argv)
{
    struct clone_args args = {
        .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET,
        .exit_signal = SIGCHLD,
    };
    bool detach = argc > 1 && strcmp(argv[1], "-d") == 0;
    int status, running[2];

    argc -= detach;
    argv += detach;
    if (argc < 4)
        return 2;
    if (detach)
        check(pipe2(running, O_CLOEXEC), "pipe2");
    if (strcmp(argv[2], "-") != 0)
        make_groups(argv[2]);
    if (v2 >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)v2;
    }
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    check(pid, "clone3");
    if (pid == 0)
        child(argv[1], argv + 3);
    if (detach)
        return leave(pid, running);
    waitpid(pid, &status, 0);
    for (int i = 0; i < groups; i++) {
        for (int tries = 0; rmdir(group[i]) < 0 && errno == EBUSY && tries < 1000; tries++)
            usleep(100);
    }
    return WEXITSTATUS(status);
}
