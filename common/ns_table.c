// SPDX-License-Identifier: MIT
/*
 * The facts about each kind of namespace, in one table that --help, lab 01's entry table and the
 * option parsers read.
 */
#include "ns_table.h"

#include "fsio.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

const struct ns_kind ns_table[NS_KINDS] = {
    {"mnt", "mount", "CLONE_NEWNS", CLONE_NEWNS, "mount points", "2.4.19"},
    {"uts", "uts", "CLONE_NEWUTS", CLONE_NEWUTS, "host name, NIS domain", "2.6.19"},
    {"ipc", "ipc", "CLONE_NEWIPC", CLONE_NEWIPC, "System V and POSIX IPC", "2.6.19"},
    {"pid", "pid", "CLONE_NEWPID", CLONE_NEWPID, "process IDs", "2.6.24"},
    {"net", "net", "CLONE_NEWNET", CLONE_NEWNET, "devices, routes, ports", "2.6.29"},
    {"user", "user", "CLONE_NEWUSER", CLONE_NEWUSER, "user IDs, capabilities", "3.8"},
    {"cgroup", "cgroup", "CLONE_NEWCGROUP", CLONE_NEWCGROUP, "the cgroup tree's root", "4.6"},
    {"time", "time", "CLONE_NEWTIME", CLONE_NEWTIME, "boot, monotonic clocks", "5.6"},
};

const struct ns_kind *ns_find(const char *name)
{
    for (int i = 0; i < NS_KINDS; i++) {
        if (strcmp(ns_table[i].name, name) == 0 || strcmp(ns_table[i].option, name) == 0)
            return &ns_table[i];
    }
    return NULL;
}

int ns_index(int flag)
{
    int index = 0;

    while (ns_table[index].flag != flag)
        index++;
    return index;
}

int ns_inode(pid_t pid, const char *name, uint64_t *ret_inode, struct err *err)
{
    char path[64], link[PATH_MAX];

    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/ns", pid);
    else
        snprintf(path, sizeof(path), "/proc/self/ns");
    if (fsio_readlink(path, name, link, err) < 0)
        return -1;
    /* the link reads "uts:[4026531838]" */
    const char *bracket = strchr(link, '[');
    *ret_inode = bracket ? strtoull(bracket + 1, NULL, 10) : 0;
    return 0;
}

int ns_inodes(pid_t pid, uint64_t ret[NS_KINDS], struct err *err)
{
    for (int i = 0; i < NS_KINDS; i++) {
        struct err absent;
        ret[i] = 0;
        if (ns_inode(0, ns_table[i].name, &ret[i], &absent) == 0 && pid &&
            ns_inode(pid, ns_table[i].name, &ret[i], err) < 0)
            return -1;
    }
    return 0;
}

char *ns_flags_text(int flags, char buf[NS_FLAGS_TEXT])
{
    size_t used = 0;

    strcpy(buf, "0");
    for (int i = 0; i < NS_KINDS; i++) {
        if (flags & ns_table[i].flag)
            used += (size_t)snprintf(
                buf + used, NS_FLAGS_TEXT - used, "%s%s", used ? "|" : "", ns_table[i].flag_name);
    }
    return buf;
}
