// SPDX-License-Identifier: MIT
/*
 * Rules as v1's devices controller has them: not a list of which the last decides, but a default
 * and exceptions to it. A rule that agrees with the default takes exceptions back, any other adds
 * one. A hole in an exception ("all of major 8, but not 8:1") cannot be said: that is refused, as
 * runc does, rather than left open.
 *
 * Source: the kernel's Documentation/admin-guide/cgroup-v1/devices.rst.
 */
#include "device_rules.h"

#include "cleanup.h"
#include "fsio.h"

#include <stdlib.h>
#include <string.h>

enum { ALL = SPEC_MKNOD | SPEC_READ | SPEC_WRITE };

static bool same(const struct spec_device_rule *a, const struct spec_device_rule *b)
{
    return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

/* True when every device of b is one of a. */
static bool contains(const struct spec_device_rule *a, const struct spec_device_rule *b)
{
    return a->type == b->type && (a->major < 0 || a->major == b->major) &&
           (a->minor < 0 || a->minor == b->minor);
}

static bool overlap(const struct spec_device_rule *a, const struct spec_device_rule *b)
{
    return a->type == b->type && (a->major < 0 || b->major < 0 || a->major == b->major) &&
           (a->minor < 0 || b->minor < 0 || a->minor == b->minor);
}

static int take_back(struct device_list *list, const struct spec_device_rule *rule, struct err *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        struct spec_device_rule *e = &list->exceptions[i];
        if (overlap(rule, e) && (e->access & rule->access)) {
            if (!contains(rule, e)) {
                err_set(err, ERR_USAGE, "device rule '%s %c %d:%d' takes a part out of '%c %d:%d'",
                    rule->allow ? "allow" : "deny", rule->type, rule->major, rule->minor, e->type,
                    e->major, e->minor);
                return err_hint(err, "cgroup v1 cannot express that (-1 is any) -> name the "
                                     "devices one by one");
            }
            e->access &= ~rule->access;
        }
        if (e->access)
            list->exceptions[kept++] = *e;
    }
    list->count = kept;
    return 0;
}

/* There is room: each rule adds two at most. */
static void add(struct device_list *list, const struct spec_device_rule *rule)
{
    for (size_t i = 0; i < list->count; i++) {
        if (same(&list->exceptions[i], rule)) {
            list->exceptions[i].access |= rule->access;
            return;
        }
    }
    list->exceptions[list->count++] = *rule;
}

static int apply(struct device_list *list, const struct spec_device_rule *rule, struct err *err)
{
    if (rule->type == 'a' && rule->major < 0 && rule->minor < 0 && rule->access == ALL) {
        list->allow = rule->allow;
        list->count = 0;
        return 0;
    }
    /* the kernel takes "a" for everything, whatever follows: so of both types by themselves */
    for (const char *type = "cb"; *type; type++) {
        struct spec_device_rule one = *rule;
        if (rule->type != 'a' && rule->type != *type)
            continue;
        one.type = *type;
        if (rule->allow != list->allow)
            add(list, &one);
        else if (take_back(list, &one, err) < 0)
            return -1;
    }
    return 0;
}

int device_list_make(const struct device_rules *rules, struct device_list *ret, struct err *err)
{
    ret->allow = false;
    ret->count = 0;
    for (size_t i = 0; i < rules->count; i++) {
        if (apply(ret, &rules->rules[i], err) < 0)
            return -1;
    }
    return 0;
}

/* "c 1:3 rwm" a line; "a *:* rwm" alone for a default of allow, whose exceptions are not told. */
static bool read_line(const char *line, struct spec_device_rule *ret)
{
    char major[16], minor[16], access[8];

    if (sscanf(line, "%c %15[^:]:%15s %7s", &ret->type, major, minor, access) != 4)
        return false;
    ret->allow = true;
    ret->major = *major == '*' ? -1 : atoi(major);
    ret->minor = *minor == '*' ? -1 : atoi(minor);
    ret->access = (strchr(access, 'r') ? SPEC_READ : 0) | (strchr(access, 'w') ? SPEC_WRITE : 0) |
                  (strchr(access, 'm') ? SPEC_MKNOD : 0);
    return true;
}

int device_list_read(const char *dir, struct device_list *ret, struct err *err)
{
    cleanup_free char *text = fsio_read(dir, "devices.list", err);
    char *rest = text, *line;

    if (!text)
        return -1;
    ret->allow = false;
    ret->count = 0;
    while ((line = strsep(&rest, "\n"))) {
        struct spec_device_rule *e = &ret->exceptions[ret->count];
        if (ret->count == sizeof(ret->exceptions) / sizeof(*e) || !read_line(line, e))
            continue;
        ret->allow = ret->allow || e->type == 'a';
        ret->count++;
    }
    return 0;
}

unsigned device_list_lacks(const struct device_list *list, const struct spec_device_rule *rule)
{
    for (size_t i = 0; i < list->count; i++) {
        if (same(&list->exceptions[i], rule))
            return rule->access & ~list->exceptions[i].access;
    }
    return rule->access;
}
