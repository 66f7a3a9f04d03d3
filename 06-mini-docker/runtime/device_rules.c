// SPDX-License-Identifier: MIT
/*
 * Gathers the rules, and puts them on the group: on v2 as a BPF program (device_bpf.c), on v1 by a
 * write for each, "a" into devices.deny and then "c 1:3 rwm" into devices.allow (lab 02).
 */
#include "device_rules.h"

#include "cleanup.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

enum { ALL = SPEC_MKNOD | SPEC_READ | SPEC_WRITE };

/* What runc allows in every container. A file for a device is harmless: it cannot be opened. */
static const struct spec_device_rule EVERY[] = {
    {true, 'c', -1, -1, SPEC_MKNOD}, {true, 'b', -1, -1, SPEC_MKNOD},
    {true, 'c', 1, 3, ALL},    /* null */
    {true, 'c', 1, 5, ALL},    /* zero */
    {true, 'c', 1, 7, ALL},    /* full */
    {true, 'c', 1, 8, ALL},    /* random */
    {true, 'c', 1, 9, ALL},    /* urandom */
    {true, 'c', 5, 0, ALL},    /* tty */
    {true, 'c', 5, 1, ALL},    /* console */
    {true, 'c', 5, 2, ALL},    /* ptmx */
    {true, 'c', 136, -1, ALL}, /* pts */
};
enum { EVERY_COUNT = sizeof(EVERY) / sizeof(*EVERY) };

static int gather(const struct spec_linux *l, struct device_rules *ret, struct err *err)
{
    if (l->device_rules_count > DEVICE_RULES_MOST - EVERY_COUNT)
        return err_set(err, ERR_USAGE, "%zu device rules, and %d at most", l->device_rules_count,
            DEVICE_RULES_MOST - EVERY_COUNT);
    ret->ours = l->device_rules_count;
    ret->count = ret->ours + EVERY_COUNT;
    if (ret->ours)
        memcpy(ret->rules, l->device_rules, ret->ours * sizeof(*ret->rules));
    memcpy(ret->rules + ret->ours, EVERY, sizeof(EVERY));
    return 0;
}

/* True when the last rule about everything allows it, and none after it denies anything. */
static bool allow_all(const struct device_rules *rules)
{
    bool all = false;

    for (size_t i = 0; i < rules->count; i++) {
        const struct spec_device_rule *r = &rules->rules[i];
        if (!r->allow)
            all = false;
        else if (r->type == 'a' && r->major < 0 && r->minor < 0 && r->access == ALL)
            all = true;
    }
    return all;
}

/* In a user namespace, ours or the container's, device files cannot be made and most not opened. */
static bool in_user_namespace(const struct spec_linux *l)
{
    return l->namespaces & CLONE_NEWUSER || host_in_userns();
}

/* A number, or "*" for any. */
static const char *number(int value, char buf[16])
{
    snprintf(buf, 16, value < 0 ? "*" : "%d", value);
    return buf;
}

/* v1's two files of a group, devices.deny and devices.allow; each is opened at its first line. */
struct files {
    const char *dir;
    int fd[2];
};

static void close_files(struct files *files)
{
    close_fd(&files->fd[false]);
    close_fd(&files->fd[true]);
}

static int write_line(struct files *files, bool allow, const char *line, struct err *err)
{
    const char *name = allow ? "devices.allow" : "devices.deny";
    int *fd = &files->fd[allow];
    char path[300];

    snprintf(path, sizeof(path), "%s/%s", files->dir, name);
    if (*fd < 0)
        *fd = open(path, O_WRONLY | O_CLOEXEC);
    if (*fd < 0 || write(*fd, line, strlen(line)) < 0)
        return err_sys(err, "cannot write '%s' to %s", line, path);
    return 0;
}

static int write_rule(struct files *files, bool allow, const struct spec_device_rule *r,
    unsigned access, struct err *err)
{
    char major[16], minor[16], line[48];

    snprintf(line, sizeof(line), "%c %s:%s %s%s%s", r->type, number(r->major, major),
        number(r->minor, minor), access & SPEC_READ ? "r" : "", access & SPEC_WRITE ? "w" : "",
        access & SPEC_MKNOD ? "m" : "");
    return write_line(files, allow, line, err);
}

static bool is_everys(const struct spec_device_rule *rule)
{
    for (size_t i = 0; i < EVERY_COUNT; i++) {
        if (rule->type == EVERY[i].type && rule->major == EVERY[i].major &&
            rule->minor == EVERY[i].minor)
            return true;
    }
    return false;
}

/* A group above may have less than every container has: then this one has less, too. */
static int add_exception(struct files *files, bool allow, const struct spec_device_rule *r,
    unsigned access, struct err *err)
{
    if (write_rule(files, allow, r, access, err) == 0 ||
        (allow && err->code == EPERM && is_everys(r)))
        return 0;
    if (err->code == EPERM)
        return err_hint(err, "a group above does not allow it -> leave the device out");
    return -1;
}

/*
 * The exceptions that are in force already stay, so that nobody inside is refused a device between
 * two writes; that cannot be when the default changes.
 */
static int write_list(struct files *files, const struct device_list *list,
    const struct device_list *now, struct err *err)
{
    bool keep = now && !now->allow && !list->allow;

    if (!keep && write_line(files, list->allow, "a", err) < 0)
        return -1;
    for (size_t i = 0; i < list->count; i++) {
        const struct spec_device_rule *r = &list->exceptions[i];
        unsigned access = keep ? device_list_lacks(now, r) : r->access;
        if (access && add_exception(files, r->allow, r, access, err) < 0)
            return -1;
    }
    for (size_t i = 0; keep && i < now->count; i++) {
        const struct spec_device_rule *r = &now->exceptions[i];
        unsigned access = device_list_lacks(list, r);
        if (access && write_rule(files, false, r, access, err) < 0)
            return -1;
    }
    return 0;
}

static int no_controller(struct err *err)
{
    err_set(err, ERR_SKIP, "no devices controller is mounted: the host's devices would be open");
    return err_hint(err, "-> mount -t cgroup -o devices devices DIR, or a user namespace");
}

static int set_v1(const struct cgroup *group, const struct spec_linux *l,
    const struct device_rules *rules, bool update, struct err *err)
{
    const char *dir = cgroup_path(group, "devices");
    struct device_list list, now;

    if (!dir)
        return allow_all(rules) || in_user_namespace(l) ? 0 : no_controller(err);
    if (device_list_make(rules, &list, err) < 0 || (update && device_list_read(dir, &now, err) < 0))
        return -1;
    struct files files = {.dir = dir, .fd = {-1, -1}};
    int result = write_list(&files, &list, update ? &now : NULL, err);
    close_files(&files);
    return result;
}

/* A delegated group is not ours to put a program on, and a user namespace serves as well. */
static int set_v2(const struct cgroup *group, const struct spec_linux *l,
    const struct device_rules *rules, bool update, struct err *err)
{
    cleanup_close int own =
        group->fd >= 0 ? -1 : open(group->path[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = group->fd >= 0 ? group->fd : own;

    if (fd < 0)
        return err_sys(err, "cannot open the group %s", group->path[0]);
    if (device_bpf_attach(fd, rules, update, err) == 0)
        return 0;
    return err->code == EPERM && (allow_all(rules) || in_user_namespace(l)) ? 0 : -1;
}

int device_rules_apply(const struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;
    const struct cgroup *group = &container->group;
    struct device_rules rules;

    if (group->absent)
        return 0;
    if (gather(l, &rules, err) < 0)
        return -1;
    if (group->v2) {
        explain_step(&container->explain, "bpf(2), cgroup-v2.rst",
            "a BPF program of %zu device rules on the group", rules.count);
        return set_v2(group, l, &rules, false, err);
    }
    explain_step(&container->explain, "cgroups(7); lab 02",
        "devices.deny <- a, devices.allow <- %zu rules", rules.count);
    return set_v1(group, l, &rules, false, err);
}

int device_rules_update(
    const struct cgroup *group, const struct spec_linux *linux_, struct err *err)
{
    struct device_rules rules;

    if (group->absent)
        return 0;
    if (gather(linux_, &rules, err) < 0)
        return -1;
    return (group->v2 ? set_v2 : set_v1)(group, linux_, &rules, true, err);
}
