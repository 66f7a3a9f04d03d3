// SPDX-License-Identifier: MIT
/*
 * linux.sysctl: files below /proc/sys. Most of them set the whole machine; only those of a
 * namespace are a container's to set, and only where that namespace is its own. They are written
 * through the host's /proc (host_proc.h): a sysctl belongs to the namespaces of who writes it, so
 * it is the right one all the same, and the image has no say in which file that is.
 *
 * A name is "net.ipv4.ip_forward" or "net/ipv4/ip_forward". Whichever of the two comes first parts
 * the words, and then the other belongs to a word: "net.ipv4.conf.eth0/1.forwarding" is about the
 * interface eth0.1 (sysctl.d(5)).
 */
#include "host_proc.h"
#include "stages.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

enum { NAME_ROOM = 256 };

/* Which namespace a sysctl is in: by its path, or by a path that it lies below ("net/"). */
static const struct {
    const char *path;
    int flag;
    const char *namespace;
} SCOPES[] = {
    {"net/", CLONE_NEWNET, "network"},
    {"fs/mqueue/", CLONE_NEWIPC, "ipc"},
    {"kernel/msgmax", CLONE_NEWIPC, "ipc"},
    {"kernel/msgmnb", CLONE_NEWIPC, "ipc"},
    {"kernel/msgmni", CLONE_NEWIPC, "ipc"},
    {"kernel/msg_next_id", CLONE_NEWIPC, "ipc"},
    {"kernel/sem", CLONE_NEWIPC, "ipc"},
    {"kernel/sem_next_id", CLONE_NEWIPC, "ipc"},
    {"kernel/shmall", CLONE_NEWIPC, "ipc"},
    {"kernel/shmmax", CLONE_NEWIPC, "ipc"},
    {"kernel/shmmni", CLONE_NEWIPC, "ipc"},
    {"kernel/shm_next_id", CLONE_NEWIPC, "ipc"},
    {"kernel/shm_rmid_forced", CLONE_NEWIPC, "ipc"},
    {"kernel/domainname", CLONE_NEWUTS, "uts"},
    {"user/", CLONE_NEWUSER, "user"},
};

/* "net.ipv4.x" -> "sys/net/ipv4/x". False: it is no name of a sysctl, or would climb. */
static bool file_name(const char *key, char ret[NAME_ROOM])
{
    static const char prefix[] = "sys/";
    size_t length = strlen(key), first = strcspn(key, "./");
    bool dots = key[first] == '.';

    if (length + sizeof(prefix) > NAME_ROOM || key[first] == '\0')
        return false;
    memcpy(ret, prefix, sizeof(prefix));
    char *to = ret + sizeof(prefix) - 1;
    for (size_t i = 0; i <= length; i++)
        to[i] = !dots ? key[i] : key[i] == '.' ? '/' : key[i] == '/' ? '.' : key[i];
    for (const char *word = to; *word; word += strspn(word, "/")) {
        size_t size = strcspn(word, "/");
        if (size == 0 || (size <= 2 && strspn(word, ".") >= size))
            return false;
        word += size;
    }
    return to[length - 1] != '/';
}

static int check_scope(const struct container *container, const struct spec_pair *pair,
    const char *path, struct err *err)
{
    for (size_t i = 0; i < sizeof(SCOPES) / sizeof(SCOPES[0]); i++) {
        size_t length = strlen(SCOPES[i].path);
        bool below = SCOPES[i].path[length - 1] == '/';
        if (below ? strncmp(path, SCOPES[i].path, length) : strcmp(path, SCOPES[i].path))
            continue;
        if (container->namespaces.own & SCOPES[i].flag)
            return 0;
        err_set(err, ERR_USAGE, "linux.sysctl: %s would be set on the host", pair->key);
        return err_hint(err,
            "the container has no %s namespace of its own -> give it one, or "
            "leave the sysctl out",
            SCOPES[i].namespace);
    }
    err_set(err, ERR_USAGE, "linux.sysctl: %s is not in a namespace", pair->key);
    if (strcmp(path, "kernel/hostname") == 0)
        return err_hint(err, "the host name has a field of its own -> set `hostname`");
    return err_hint(err, "it is the whole machine's -> set it on the host, if it must be");
}

static int set_one(const struct container *container, const struct spec_pair *pair, struct err *err)
{
    char name[NAME_ROOM];

    if (!file_name(pair->key, name)) {
        err_set(err, ERR_USAGE, "linux.sysctl: \"%s\" is no name of a sysctl", pair->key);
        return err_hint(err, "expected words with dots, or with slashes: net.ipv4.ip_forward");
    }
    if (check_scope(container, pair, name + strlen("sys/"), err) < 0)
        return -1;
    explain_step(&container->explain, "proc_sys(5)", "sysctl %s = %s", pair->key, pair->value);
    if (host_proc_write(container->proc_fd, name, pair->value, err) == 0)
        return 0;
    errno = err->code;
    err_sys(err, "cannot set the sysctl %s to \"%s\"", pair->key, pair->value);
    if (errno == ENOENT)
        return err_hint(err,
            "this kernel has no /proc/%s -> leave it out, or load the module that "
            "has it",
            name);
    if (errno == EINVAL)
        return err_hint(err, "the kernel does not take this value -> see proc_sys(5)");
    if (errno == EACCES || errno == EPERM)
        return err_hint(err, "it is read-only, or another user namespace's -> leave it out");
    return -1;
}

int stage_sysctl(struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;

    for (size_t i = 0; i < l->sysctl_count; i++) {
        if (set_one(container, &l->sysctl[i], err) < 0)
            return -1;
    }
    return 0;
}
