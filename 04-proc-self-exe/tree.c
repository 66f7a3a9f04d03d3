// SPDX-License-Identifier: MIT
/*
 * One process has a number in its own PID namespace and in each one above; the kernel lists them
 * all in NSpid of /proc/PID/status. So both trees, the outside's and the inside's, are read from
 * here, with nothing asked of the processes themselves.
 */
#include "tree.h"

#include "cleanup.h"
#include "fsio.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static const char *field(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at ? at + strlen(name) : "";
}

int process_read(pid_t pid, struct process *ret, struct err *err)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    cleanup_free char *text = fsio_read(NULL, path, err);
    if (!text)
        return -1;
    *ret = (struct process){.pid = pid};
    sscanf(text, "Name:\t%23[^\n]", ret->name);
    ret->parent = (pid_t)atoi(field(text, "\nPPid:\t"));
    ret->anon_bytes = strtoull(field(text, "\nRssAnon:\t"), NULL, 10) * 1024;
    const char *numbers = field(text, "\nNSpid:\t");
    size_t length = strcspn(numbers, "\n");
    /* the last number is the innermost namespace's; a process of ours has just one */
    for (size_t i = 0; i < length; i++) {
        if (isdigit((unsigned char)numbers[i]) && (i == 0 || numbers[i - 1] == '\t'))
            ret->inside = (pid_t)atoi(numbers + i);
    }
    return 0;
}

/* The group knows them all, also an orphan, whose parent is no more and who is in no subtree of
 * ours; one that ends while we read is left out. */
int group_processes(const struct cgroup *group, struct process *ret, int most)
{
    struct err ignored;
    cleanup_free char *pids = fsio_read(group->path[0], "cgroup.procs", &ignored);
    char *rest = pids, *line;
    int count = 0;

    while (count < most && (line = strsep(&rest, "\n")) && *line)
        count += process_read((pid_t)atoi(line), &ret[count], &ignored) == 0;
    return count;
}

static void print_below(
    struct report *r, const struct process *all, int count, const struct process *p, int depth)
{
    note(r, "%8d  %6d   %*s%s", p->pid, p->inside, depth * 2, "", p->name);
    for (int i = 0; i < count; i++) {
        if (all[i].parent == p->pid)
            print_below(r, all, count, &all[i], depth + 1);
    }
}

void tree_print(struct report *r, const struct process *all, int count, pid_t root)
{
    note(r, " outside  inside   program");
    for (int i = 0; i < count; i++) {
        if (all[i].pid == root)
            print_below(r, all, count, &all[i], 0);
    }
}

uint64_t proc_count(const char *proc)
{
    cleanup_closedir DIR *dir = opendir(proc);
    struct dirent *entry;
    uint64_t count = 0;

    while (dir && (entry = readdir(dir)))
        count += isdigit((unsigned char)entry->d_name[0]) != 0;
    return count;
}
