// SPDX-License-Identifier: MIT
/*
 * Two halves. The first reads mountinfo, the kernel's own list of what is mounted where. The second
 * mounts below a root whose files belong to somebody else.
 *
 * mount(2) takes a path and follows the symlinks in it. In an image, /proc could be a symlink to
 * /etc, and mounting proc on "ROOT/proc" would then cover the host's /etc. So each target is opened
 * first with openat2(RESOLVE_IN_ROOT), in which no symlink leads out, and the mount is made on that
 * descriptor through /proc/self/fd/N. Nobody can swap a directory for a symlink in between.
 */
#include "mount.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* Decodes \040 and its like (space, tab, newline, backslash) in place. */
static void decode_octal(char *text)
{
    char *to = text;

    for (const char *from = text; *from; to++) {
        unsigned byte;
        if (sscanf(from, "\\%3o", &byte) == 1) {
            *to = (char)byte;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* "36 35 98:0 /root /point opts shared:1 master:2 - type source superopts" */
static bool parse_line(const char *line, struct mount_entry *ret)
{
    const char *tail = strstr(line, " - ");
    int fields_at = 0;

    *ret = (struct mount_entry){0};
    if (!tail || sscanf(line, "%d %d %23s %4095s %4095s %255s %n", &ret->id, &ret->parent_id,
                     ret->device, ret->root, ret->point, ret->options, &fields_at) != 6)
        return false;
    if (sscanf(tail, " - %63s %255s", ret->type, ret->source) < 1)
        return false;
    decode_octal(ret->root);
    decode_octal(ret->point);
    decode_octal(ret->source);
    const char *shared = strstr(line + fields_at, "shared:");
    const char *master = strstr(line + fields_at, "master:");
    ret->shared = shared && shared < tail;
    if (master && master < tail)
        sscanf(master, "master:%d", &ret->master);
    return true;
}

int mount_each(
    pid_t pid, int (*visit)(const struct mount_entry *entry, void *arg), void *arg, struct err *err)
{
    char path[64] = "/proc/self/mountinfo";
    cleanup_free char *line = NULL;
    struct mount_entry entry;
    size_t room = 0;
    int result = 0;

    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
    cleanup_fclose FILE *file = fopen(path, "re");
    if (!file)
        return err_sys(err, "cannot open %s", path);
    while (result == 0 && getline(&line, &room, file) > 0) {
        if (parse_line(line, &entry))
            result = visit(&entry, arg);
    }
    return result;
}

struct search {
    uint64_t id;
    struct mount_entry *ret;
};

static int has_id(const struct mount_entry *entry, void *arg)
{
    struct search *search = arg;

    if ((uint64_t)entry->id != search->id)
        return 0;
    *search->ret = *entry;
    return 1;
}

/*
 * statx(2)'s answer, as far as it is read here, in a struct of our own: C libraries differ in how
 * much of it they know. The kernel's is 256 bytes too.
 */
struct answer {
    uint32_t mask, block_size;
    uint64_t attributes, rest[16], mount_id, more[13];
};

enum { ASK_MOUNT_ID = 0x1000, IS_MOUNT_ROOT = 0x2000 }; /* STATX_MNT_ID, STATX_ATTR_MOUNT_ROOT */

static int ask(const char *path, struct answer *ret)
{
    return (int)syscall(SYS_statx, AT_FDCWD, path, AT_NO_AUTOMOUNT, ASK_MOUNT_ID, ret);
}

/* A path alone would not do: a mount can be hidden under another on the same point. */
int mount_find(const char *path, struct mount_entry *ret, struct err *err)
{
    struct search search = {.ret = ret};
    struct answer answer;

    if (ask(path, &answer) < 0)
        return err_sys(err, "cannot look at %s", path);
    search.id = answer.mount_id;
    int found = mount_each(0, has_id, &search, err);
    if (found == 0)
        return err_set(
            err, ERR_SYS, "the mount that holds %s is not in /proc/self/mountinfo", path);
    return found < 0 ? -1 : 0;
}

bool mount_is_point(const char *path)
{
    struct answer answer;

    return ask(path, &answer) == 0 && (answer.attributes & IS_MOUNT_ROOT);
}

int mount_make_private(struct err *err)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
        return 0;
    err_sys(err, "cannot make the mounts private");
    if (errno == EPERM)
        return err_hint(err, "no CAP_SYS_ADMIN over this mount namespace -> run as root, or make a "
                             "user namespace together with it");
    if (errno == EINVAL)
        return err_hint(err,
            "/ is no mount point: this process sits in a chroot -> bind the chroot's "
            "directory onto itself before the chroot");
    return -1;
}

static int open_in_root(int root_fd, const char *path, uint64_t flags)
{
    struct open_how how = {
        .flags = flags | O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
}

/*
 * Makes the last word of `path` in the directory that the words before it lead to. Only one word is
 * given to mkdirat, which does not follow a symlink in its last word.
 */
static int make_last(int root_fd, const char *path, size_t length, enum mount_make make)
{
    char parent[PATH_MAX], name[NAME_MAX + 1];
    size_t slash = length;

    while (slash > 0 && path[slash - 1] != '/')
        slash--;
    snprintf(parent, sizeof(parent), "/%.*s", (int)slash, path);
    snprintf(name, sizeof(name), "%.*s", (int)(length - slash), path + slash);
    cleanup_close int dir = open_in_root(root_fd, parent, O_DIRECTORY);
    if (dir < 0)
        return -1;
    if (make == MOUNT_MAKE_DIR)
        return mkdirat(dir, name, 0755);
    cleanup_close int file = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    return file < 0 ? -1 : 0;
}

/* Makes what is missing, word by word: "a", "a/b", "a/b/c", where only c may be a file. */
static void make_path(int root_fd, const char *path, enum mount_make make)
{
    for (size_t end = strspn(path, "/"); path[end]; end += strspn(path + end, "/")) {
        end += strcspn(path + end, "/");
        bool last = path[end + strspn(path + end, "/")] == '\0';
        make_last(root_fd, path, end, last ? make : MOUNT_MAKE_DIR);
    }
}

int mount_open_in_root(int root_fd, const char *path, enum mount_make make, struct err *err)
{
    int fd = open_in_root(root_fd, path, 0);

    if (fd < 0 && errno == ENOENT && make != MOUNT_MAKE_NOTHING) {
        make_path(root_fd, path, make);
        fd = open_in_root(root_fd, path, 0);
    }
    if (fd >= 0)
        return fd;
    err_sys(err, "cannot open %s below the new root", path);
    if (errno == ENOENT && make != MOUNT_MAKE_NOTHING)
        err_hint(err,
            "it could not be made: the root is read-only, not ours to write, or a symlink "
            "there leads to nothing -> make it in the image");
    if (errno == ENOSYS)
        err_hint(err, "openat2(2) came with Linux 5.6 -> a newer kernel");
    return -1;
}

static void explain_mount(const char *type, struct err *err)
{
    if (err->code == EPERM)
        err_hint(err,
            "no CAP_SYS_ADMIN over this mount namespace, or a %s that the host hides in "
            "part -> run as root",
            type);
    else if (err->code == ENODEV)
        err_hint(err, "this kernel has no file system %s -> modprobe %s", type, type);
    else if (err->code == ENOSPC)
        err_hint(err, "too many mounts -> compare with /proc/sys/fs/mount-max");
}

int mount_in_root(int root_fd, const char *source, const char *target, const char *type,
    unsigned long flags, const char *data, struct err *err)
{
    cleanup_close int fd = mount_open_in_root(root_fd, target, MOUNT_MAKE_DIR, err);
    char path[64];

    if (fd < 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (mount(source, path, type, flags, data) == 0)
        return 0;
    err_sys(err, "cannot mount %s on %s below the new root", type ? type : source, target);
    explain_mount(type ? type : "mount", err);
    return -1;
}

/* mount_setattr(2)'s struct and numbers under names of our own: glibc has them from 2.36 on. */
struct attributes {
    uint64_t set, clear, propagation, userns_fd;
};

/* Read-only and its like on a bind that was just made; the bind itself takes no such flags. */
static int set_attributes(int root_fd, const char *target, unsigned long flags, struct err *err)
{
    static const struct {
        unsigned long flag;
        uint64_t attribute;
    } table[] = {{MS_RDONLY, 1}, {MS_NOSUID, 2}, {MS_NODEV, 4}, {MS_NOEXEC, 8}};
    struct attributes attributes = {0};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        attributes.set |= flags & table[i].flag ? table[i].attribute : 0;
    if (!attributes.set)
        return 0;
    /* opened again: the descriptor from before the bind is of what the bind now covers */
    cleanup_close int fd = mount_open_in_root(root_fd, target, MOUNT_MAKE_NOTHING, err);
    if (fd < 0)
        return -1;
    unsigned how = AT_EMPTY_PATH | (flags & MS_REC ? AT_RECURSIVE : 0);
    if (syscall(SYS_mount_setattr, fd, "", how, &attributes, sizeof(attributes)) == 0)
        return 0;
    err_sys(err, "cannot set the flags of the mount on %s", target);
    return errno == ENOSYS ? err_hint(err, "mount_setattr(2) came with Linux 5.12") : -1;
}

int mount_bind_in_root(
    int root_fd, const char *source, const char *target, unsigned long flags, struct err *err)
{
    cleanup_close int from = open(source, O_PATH | O_CLOEXEC);
    char from_path[64], to_path[64];
    struct stat st;

    if (from < 0 || fstat(from, &st) < 0)
        return err_sys(err, "cannot open %s to mount it", source);
    cleanup_close int to = mount_open_in_root(
        root_fd, target, S_ISDIR(st.st_mode) ? MOUNT_MAKE_DIR : MOUNT_MAKE_FILE, err);
    if (to < 0)
        return -1;
    snprintf(from_path, sizeof(from_path), "/proc/self/fd/%d", from);
    snprintf(to_path, sizeof(to_path), "/proc/self/fd/%d", to);
    if (mount(from_path, to_path, NULL, MS_BIND | (flags & MS_REC), NULL) < 0) {
        err_sys(err, "cannot bind %s to %s below the new root", source, target);
        if (errno == ENOTDIR)
            err_hint(err, "one is a directory and the other a file -> give two of a kind");
        else
            explain_mount("bind", err);
        return -1;
    }
    return set_attributes(root_fd, target, flags, err);
}
