// SPDX-License-Identifier: MIT
/*
 * rules: the five rules about groups, subsystems and hierarchies, each put to the test.
 *
 *     1  a new hierarchy holds every process, in its root group
 *     2  a subsystem is attached to one hierarchy at most
 *     3  a hierarchy may have several subsystems attached
 *     4  a process is in several groups, but in one only of each hierarchy
 *     5  a forked process is born in its parent's groups, and can be moved alone
 *
 * Everything is mounted in a mount namespace of our own, and the host's hierarchies are only looked
 * at. Source: cgroups(7), and the kernel's Documentation/admin-guide/cgroup-v1/cgroups.rst.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "host.h"
#include "proc.h"
#include "v1mount.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the rules share: the named hierarchy, and one of the host's with a subsystem in it. */
struct rules {
    char root[96], name[32];      /* the named hierarchy: its mount point, and "name=labs-7f3a" */
    char first[128], second[128]; /* two groups in it */
    char list[128];               /* the subsystems of one of the host's hierarchies: "memory" */
};

/* True when `pid` is a line of the file's text. */
static bool has_line(const char *text, const char *pid)
{
    size_t length = strlen(pid);

    for (const char *at = text; (at = strstr(at, pid)); at += length) {
        if ((at == text || at[-1] == '\n') && (at[length] == '\n' || at[length] == '\0'))
            return true;
    }
    return false;
}

/*
 * Counts the processes of /proc, and those of them that are not in the root of this hierarchy. Each
 * is asked by /proc/PID/cgroup: a process that is exiting still has a group there, and is in no
 * group's cgroup.procs any more.
 */
static void count_processes(const char *hierarchy, uint64_t *ret_all, uint64_t *ret_outside)
{
    cleanup_closedir DIR *proc = opendir("/proc");
    char group[PATH_MAX];

    *ret_all = *ret_outside = 0;
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        if (pid == 0)
            continue;
        v1mount_group_of(pid, hierarchy, group);
        if (!*group && proc_state(pid) == 0)
            continue; /* it is gone */
        (*ret_all)++;
        *ret_outside += strcmp(group, "/") != 0;
    }
}

static int rule_1(struct run *run, struct rules *rules, struct err *err)
{
    struct report *r = &run->report;
    uint64_t all, outside;

    step(r, "cgroup-v1/cgroups.rst, 1.2",
        "rule 1: mount -o none,name=%s, and see who is in its root", run->undo.id);
    if (v1mount_named(run, rules->root, rules->name, err) < 0)
        return -1;
    snprintf(rules->first, sizeof(rules->first), "%s/cgroup-1", rules->root);
    snprintf(rules->second, sizeof(rules->second), "%s/cgroup-2", rules->root);
    if (mkdir(rules->first, 0755) < 0 || mkdir(rules->second, 0755) < 0)
        return err_sys(err, "cannot make the groups %s and %s", rules->first, rules->second);
    count_processes(rules->name, &all, &outside);
    cleanup_free char *in_first = fsio_read(rules->first, "cgroup.procs", err);
    if (!in_first)
        return -1;
    note(r, "%lu processes in /proc, %lu of them not in its root group", all, outside);
    claim_u64(r, "1 every process is in the new root", outside, EQ, 0, "/proc/PID/cgroup");
    claim_u64(
        r, "control: and none is in a new group", strlen(in_first), EQ, 0, "cgroup-1/cgroup.procs");
    return 0;
}

/* The device number of what is mounted there: the same one means the same hierarchy. */
static uint64_t device_of(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 ? 0 : st.st_dev;
}

static int rule_2(struct run *run, struct rules *rules, struct err *err)
{
    struct report *r = &run->report;
    char options[256], refused[96], again[96], original[PATH_MAX], subsystem[128];

    step(r, "mount(2); cgroup-v1/cgroups.rst, 2.1", "rule 2: attach %s to a second hierarchy",
        rules->list);
    snprintf(subsystem, sizeof(subsystem), "%.*s", (int)strcspn(rules->list, ","), rules->list);
    snprintf(options, sizeof(options), "%s,name=%s-b", subsystem, run->undo.id);
    int other = v1mount_try(run, options, "b", refused);
    note(r, "mount -o %s: %s", options, other ? strerror(other) : "it worked");
    int same = v1mount_try(run, rules->list, "again", again);
    note(r, "mount -o %s: %s", rules->list, same ? strerror(same) : "it worked");
    explain(r, "the same set of subsystems again is no new hierarchy: the old one is shown twice");
    claim_errno(r, "2 no second hierarchy can have it", other, EBUSY, "mount(2)");
    if (!host_v1_mount(subsystem, original))
        return err_set(err, ERR_SYS, "%s was unmounted meanwhile", subsystem);
    claim_errno(r, "control: the same set can be mounted", same, 0, "mount(2)");
    claim_u64(r, "control: which is the same hierarchy", device_of(again), EQ, device_of(original),
        "stat(2), st_dev");
    /* it is the host's own hierarchy: only this second view of it may go */
    umount2(again, MNT_DETACH);
    return 0;
}

/* The third column of /proc/cgroups says to which hierarchy a subsystem is attached, 0: to none. */
static unsigned hierarchy_of(const char *subsystem)
{
    cleanup_fclose FILE *file = fopen("/proc/cgroups", "re");
    char line[256], name[64];
    unsigned hierarchy, found = 0;

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "%63s %u", name, &hierarchy) == 2 && strcmp(name, subsystem) == 0)
            found = hierarchy;
    }
    return found;
}

/* Two subsystems that no hierarchy has, neither of v1 nor of v2. */
static bool find_free_pair(char ret_first[64], char ret_second[64])
{
    cleanup_fclose FILE *file = fopen("/proc/cgroups", "re");
    char line[256], name[64], v2[PATH_MAX];
    unsigned hierarchy, groups, enabled;

    bool has_v2 = host_v2_mount(v2);
    ret_first[0] = '\0';
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "%63s %u %u %u", name, &hierarchy, &groups, &enabled) != 4 || hierarchy ||
            !enabled || (has_v2 && host_file_has_word(v2, "cgroup.controllers", name)))
            continue;
        if (ret_first[0]) {
            snprintf(ret_second, 64, "%s", name);
            return true;
        }
        snprintf(ret_first, 64, "%s", name);
    }
    return false;
}

/* Distributions mount cpu,cpuacct together; where nothing is, two that are free are tried. */
static int rule_3(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char list[160], first[64], second[64], point[96];

    (void)err;
    if (v1mount_list(0, 2, list)) {
        step(r, "cgroups(7)", "rule 3: %s share a hierarchy on this host", list);
        sscanf(list, "%63[^,],%63[^,]", first, second);
        claim_u64(r, "3 both have the same hierarchy", hierarchy_of(first), EQ,
            hierarchy_of(second), "/proc/cgroups");
        claim_u64(r, "control: and they have one", hierarchy_of(first), NE, 0, "/proc/cgroups");
        return 0;
    }
    if (!find_free_pair(first, second)) {
        step(r, "cgroups(7)", "rule 3: here every hierarchy has one subsystem, and none is free");
        return 0;
    }
    unsigned before = hierarchy_of(first);
    snprintf(list, sizeof(list), "%s,%s", first, second);
    step(r, "mount(2), cgroups(7)", "rule 3: mount -o %s, two that are free on this host", list);
    int mounted = v1mount_try(run, list, "pair", point);
    unsigned of_first = hierarchy_of(first), of_second = hierarchy_of(second);
    note(r, "in /proc/cgroups both now have hierarchy %u", of_first);
    claim_errno(r, "3 a hierarchy takes two subsystems", mounted, 0, "mount(2)");
    claim_u64(r, "3 both have the same hierarchy", of_first, EQ, of_second, "/proc/cgroups");
    claim_u64(r, "control: before, they had none", before, EQ, 0, "/proc/cgroups");
    umount2(point, 0);
    for (int i = 0; i < 200 && hierarchy_of(first); i++)
        usleep(10000); /* the kernel frees a hierarchy a moment after its last umount */
    return 0;
}

/* The body of a process that forks once, and both wait to be ended. */
static int fork_and_wait(void *arg)
{
    struct err ignored;
    int *answer = arg;

    pid_t child = proc_fork(&ignored);
    if (child > 0 && write(answer[1], &child, sizeof(child)) < 0)
        return 1;
    for (;;)
        pause();
    return 0;
}

static uint64_t is_member(const char *group, pid_t pid)
{
    struct err ignored;
    char number[16];
    cleanup_free char *members = fsio_read(group, "tasks", &ignored);

    snprintf(number, sizeof(number), "%d", pid);
    return members && has_line(members, number);
}

static int rules_4_and_5(struct run *run, struct rules *rules, struct err *err)
{
    struct report *r = &run->report;
    char other[PATH_MAX], subsystem[128], in_other[PATH_MAX], p_group[PATH_MAX], c_group[PATH_MAX];
    int answer[2];
    pid_t c;

    snprintf(subsystem, sizeof(subsystem), "%.*s", (int)strcspn(rules->list, ","), rules->list);
    if (group_path(run, subsystem, "", other, err) < 0 || group_make(run, other, err) < 0)
        return -1;
    if (pipe2(answer, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    step(r, "cgroups(7)", "rule 4: P joins %s and cgroup-1, then cgroup-2", other);
    pid_t p =
        group_fork((const char *const[]){other, rules->first, NULL}, fork_and_wait, answer, err);
    if (p < 0 || read(answer[0], &c, sizeof(c)) != (ssize_t)sizeof(c))
        return -1;
    v1mount_group_of(c, rules->name, c_group);
    if (fsio_write(err, rules->second, "tasks", "%d", p) < 0)
        return -1;
    v1mount_group_of(p, subsystem, in_other);
    v1mount_group_of(p, rules->name, p_group);
    note(r, "P: %s in the hierarchy of %s, %s in %s", in_other, subsystem, p_group, rules->name);
    claim_text(r, "4 P is in groups of two hierarchies", strrchr(in_other, '/') + 1, EQ,
        run->undo.id, "/proc/P/cgroup");
    claim_u64(r, "4 cgroup-2 has it", is_member(rules->second, p), EQ, 1, "cgroup-2/tasks");
    claim_u64(r, "control: so cgroup-1 has it no more", is_member(rules->first, p), EQ, 0,
        "cgroup-1/tasks");
    step(r, "fork(2), cgroups(7)",
        "rule 5: C, which P had forked in cgroup-1, did not move with it");
    claim_text(r, "5 C was born in P's group", c_group, EQ, "/cgroup-1", "/proc/C/cgroup");
    /* tasks takes one thread, and C has no other; cgroup.procs would move all of a process */
    if (fsio_write(err, rules->root, "tasks", "%d", c) < 0)
        return -1;
    v1mount_group_of(c, rules->name, c_group);
    note(r, "tasks of the root <- %d: C is in %s, and P still in %s", c, c_group, p_group);
    claim_text(r, "5 C moves alone", c_group, EQ, "/", "/proc/C/cgroup");
    v1mount_group_of(p, rules->name, p_group);
    claim_text(r, "control: P stays where it is", p_group, EQ, "/cgroup-2", "/proc/P/cgroup");
    proc_end(p);
    return 0;
}

static int rules_run(struct run *run, struct err *err)
{
    struct rules rules;

    for (int i = 0; v1mount_list(i, 1, rules.list) && !strstr(rules.list, "memory"); i++)
        ;
    if (v1mount_alone(err) < 0 || rule_1(run, &rules, err) < 0 || rule_2(run, &rules, err) < 0 ||
        rule_3(run, err) < 0)
        return -1;
    return rules_4_and_5(run, &rules, err);
}

const struct experiment rules_experiment = {
    .name = "rules",
    .summary = "the five rules about groups, subsystems and hierarchies",
    .needs = "root v1:memory",
    .steps = 5,
    .run = rules_run,
};
