// SPDX-License-Identifier: MIT
/*
 * linux.sysctl: files below /proc/sys. Most of them set the whole machine; only those of a
 * namespace are a container's to set, and only where that namespace is its own.
 *
 * A sysctl belongs to the namespaces of the process that writes it, so any procfs will do. The
 * host's (host_proc.h) has had all other containers in it: to find a file of ours, the kernel goes
 * through those of the same name of every network namespace, 2 ms where 1,000 are alive. So it is
 * the container's own, which nobody has used yet, opened before anything covers a part of it; and
 * the host's, where that is not whole. Either way the image has no say in which file it is.
 *
 * A name is "net.ipv4.ip_forward" or "net/ipv4/ip_forward". Whichever of the two comes first parts
 * the words, and then the other belongs to a word: "net.ipv4.conf.eth0/1.forwarding" is about the
 * interface eth0.1 (sysctl.d(5)).
 */
#include "sysctl.h"

#include "host_proc.h"
#include "stages.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>

static const struct sysctl_scope SCOPES[] = {
    {"sys/net/", CLONE_NEWNET, "network"},
    {"sys/fs/mqueue/", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/msgmax", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/msgmnb", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/msgmni", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/sem", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/shmall", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/shmmax", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/shmmni", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/shm_rmid_forced", CLONE_NEWIPC, "ipc"},
    {"sys/kernel/domainname", CLONE_NEWUTS, "uts"},
    {"sys/kernel/hostname", CLONE_NEWUTS, "uts"},
};

const struct sysctl_scope *sysctl_find(const char *file)
{
    for (size_t i = 0; i < sizeof(SCOPES) / sizeof(SCOPES[0]); i++) {
        const struct sysctl_scope *scope = &SCOPES[i];
        size_t length = strlen(scope->file);
        bool below = scope->file[length - 1] == '/';
        if (below ? strncmp(file, scope->file, length) == 0 : strcmp(file, scope->file) == 0)
            return scope;
    }
    return NULL;
}

/* No word is empty, "." or "..". */
static bool words_are_names(const char *path)
{
    for (const char *word = path; *word; word++) {
        size_t size = strcspn(word, "/");
        if (size == 0 || (size <= 2 && strspn(word, ".") >= size))
            return false;
        word += size;
        if (!*word)
            return true;
    }
    return false;
}

bool sysctl_file(const char *key, char ret_file[SYSCTL_ROOM])
{
    static const char prefix[] = "sys/";
    size_t length = strlen(key), first = strcspn(key, "./");
    char *to = ret_file + sizeof(prefix) - 1;
    bool dots = key[first] == '.';

    if (length + sizeof(prefix) > SYSCTL_ROOM || key[first] == '\0')
        return false;
    memcpy(ret_file, prefix, sizeof(prefix));
    for (size_t i = 0; i <= length; i++)
        to[i] = !dots ? key[i] : key[i] == '.' ? '/' : key[i] == '/' ? '.' : key[i];
    return words_are_names(to);
}

/* config.c has judged the namespaces by the configuration; a path in that can lead to the host's.
 */
static int check_scope(const struct container *container, const struct spec_pair *pair,
    const char *file, struct err *err)
{
    const struct sysctl_scope *scope = sysctl_find(file);

    if (scope && container->namespaces.own & scope->flag)
        return 0;
    err_set(err, ERR_USAGE, "linux.sysctl: %s would be set on the host", pair->key);
    return err_hint(err,
        "the container has no %s namespace of its own -> give it one, or leave "
        "the sysctl out",
        scope ? scope->namespace : "such");
}

void sysctl_open(struct container *container, int own_proc)
{
    struct err ignored;

    if (container->spec->linux_.sysctl_count > 0)
        container->sys_fd = host_proc_file(own_proc, "sys", O_PATH | O_DIRECTORY, &ignored);
}

/* What the container's own has not, or only to be read, the host's may have. */
static int write_file(
    const struct container *container, const char *name, const char *value, struct err *err)
{
    if (container->sys_fd >= 0 &&
        host_proc_write(container->sys_fd, name + strlen("sys/"), value, err) == 0)
        return 0;
    return host_proc_write(container->proc_fd, name, value, err);
}

static int set_one(const struct container *container, const struct spec_pair *pair, struct err *err)
{
    char name[SYSCTL_ROOM];

    if (!sysctl_file(pair->key, name)) {
        err_set(err, ERR_USAGE, "linux.sysctl: \"%s\" is no name of a sysctl", pair->key);
        return err_hint(err, "expected words with dots, or with slashes: net.ipv4.ip_forward");
    }
    if (check_scope(container, pair, name, err) < 0)
        return -1;
    explain_step(&container->explain, "proc_sys(5)", "sysctl %s = %s", pair->key, pair->value);
    if (write_file(container, name, pair->value, err) == 0)
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
