// SPDX-License-Identifier: MIT
/*
 * One trap a function. They start in the stage, a private tmpfs, with a busybox root in "root". A
 * mount made here ends with the child's mount namespace.
 *
 * The order of the table is the kernel's own (fs/namespace.c): who may call it at all, then what is
 * shared, then whose mounts they are, then what lies on the current root, then what lies below
 * what.
 */
#include "provoke.h"

#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bind_self(const char *dir)
{
    return mount(dir, dir, NULL, MS_BIND, NULL);
}

/* A directory on a mount of the parent's namespace, opened there. */
static int parents_mount = -1;

int provoke_stage(struct err *err)
{
    if (mkdir("other", 0755) < 0 || mkdir("parents", 0755) < 0 || bind_self("parents") < 0)
        return err_sys(err, "cannot make a directory");
    parents_mount = open("parents", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (parents_mount < 0)
        return err_sys(err, "cannot open a directory");
    return fsio_create(err, NULL, "file", "");
}

static int propagation(const char *dir, unsigned long type)
{
    return mount(NULL, dir, NULL, type, NULL);
}

static int tmpfs(const char *dir)
{
    return mount("tmpfs", dir, "tmpfs", 0, NULL);
}

/* Everything in order. */
static int in_order(void)
{
    return bind_self("root");
}

static int no_capability(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};

    return bind_self("root") < 0 ? -1 : (int)syscall(SYS_capset, &header, none);
}

static int nothing(void)
{
    return 0;
}

/* The bind of a directory on a shared mount is shared itself, so it is made private again. */
static int parent_shared(void)
{
    return propagation(".", MS_SHARED) < 0 || bind_self("root") < 0
               ? -1
               : propagation("root", MS_PRIVATE);
}

static int new_root_shared(void)
{
    return bind_self("root") < 0 ? -1 : propagation("root", MS_SHARED);
}

/* Our / becomes the mount "root", whose parent, the stage, is shared. */
static int roots_parent_shared(void)
{
    if (parent_shared() < 0 || mount("/proc", "root/proc", NULL, MS_BIND | MS_REC, NULL) < 0 ||
        chroot("root") < 0 || chdir("/") < 0)
        return -1;
    return tmpfs("/mnt");
}

/* A descriptor leads to the mounts of the namespace in which it was opened: the parent's. */
static int other_namespace(void)
{
    return fchdir(parents_mount);
}

/* Mounts that a user namespace was born with come as a whole: none of them may be moved alone. */
static int locked(void)
{
    return bind_self("root") < 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ? -1 : chdir("root");
}

/* From a root that is a mount to a plain directory in it. */
static int on_current_root(void)
{
    return bind_self("root") < 0 || chroot("root") < 0 ? -1 : chdir("/");
}

static int in_chroot(void)
{
    return chroot("root") < 0 || chdir("/") < 0 ? -1 : tmpfs("/mnt");
}

/*
 * Every mount namespace has the kernel's first file system, an empty one or the initramfs, under
 * its /. With / detached, setns(2) into the namespace that we are in puts us there.
 */
static bool made_proc;

static int initramfs(void)
{
    int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    if (fd < 0 || umount2("/", MNT_DETACH) < 0 || setns(fd, CLONE_NEWNS) < 0)
        return -1;
    made_proc = mkdir("/proc", 0555) == 0;
    if (mount("proc", "/proc", "proc", 0, NULL) < 0 || tmpfs("/") < 0)
        return -1;
    /* "/" still means what lies under the tmpfs, but ".." of it is what lies on top */
    return chdir("/..") < 0 || mkdir("new", 0755) < 0 || tmpfs("new") < 0 ? -1 : chdir("new");
}

/* The first file system is one for all namespaces: take the directory out of it again. */
static void after_initramfs(void)
{
    umount2("/proc", MNT_DETACH);
    if (made_proc)
        rmdir("/proc");
}

static int outside_root(void)
{
    if (bind_self("root") < 0 || bind_self("other") < 0)
        return -1;
    int fd = open("other", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || mount("/proc", "root/proc", NULL, MS_BIND | MS_REC, NULL) < 0)
        return -1;
    return chroot("root") < 0 ? -1 : fchdir(fd);
}

const struct cause cause_table[] = {
    {"control: the new root is a mount point, and all is private", "control: everything in order",
        0, in_order, "root", "root/mnt"},
    {"the caller gave up CAP_SYS_ADMIN", "no CAP_SYS_ADMIN", EPERM, no_capability, "root",
        "root/mnt", .named = "CAP_SYS_ADMIN"},
    {"the new root is a file", "a file as the new root", ENOTDIR, nothing, "file", "file",
        .named = "no directory"},
    {"the mount that the new root lies on is shared", "the parent mount is shared", EINVAL,
        parent_shared, "root", "root/mnt", .named = "is shared"},
    {"the mount that put_old lies on is shared", "the mount of put_old is shared", EINVAL,
        new_root_shared, "root", "root/mnt", .named = "is shared"},
    {"the mount that / lies on is shared", "the parent mount of / is shared", EINVAL,
        roots_parent_shared, "/mnt", "/mnt", .named = "the mount that / lies on"},
    {"the new root is a mount of another namespace", "a mount of another namespace", EINVAL,
        other_namespace, ".", "/", .named = "mountinfo"},
    {"the new root came locked into a user namespace", "a locked mount", EINVAL, locked, ".", ".",
        .named = "maybe the mount came locked", .needs = "a user namespace could not be made"},
    {"the new root is a directory of the mount that is / now", "the new root lies on /", EBUSY,
        on_current_root, "/mnt", "/mnt", .named = "bind it onto itself"},
    {"put_old is a directory of the mount that is / now", "put_old lies on /", EBUSY, in_order,
        "root", "/", .named = "where the old root is to go"},
    {"/ is no mount point: the caller sits in a chroot", "the caller sits in a chroot", EINVAL,
        in_chroot, "/mnt", "/mnt", .named = "chroot"},
    {"/ is the kernel's first file system, as in an initramfs", "/ is the initramfs", EINVAL,
        initramfs, ".", ".", .named = "initramfs", .needs = "a user namespace may not detach /",
        .after = after_initramfs},
    {"the new root is a directory of another mount", "no mount point", EINVAL, nothing, "root",
        "root/mnt", .named = "is no mount point"},
    {"put_old is not below the new root", "put_old is elsewhere", EINVAL, in_order, "root", "other",
        .named = "is not below"},
    {"the new root is not below /", "the new root is outside /", EINVAL, outside_root, ".", ".",
        .named = "mountinfo"},
};

const size_t cause_count = sizeof(cause_table) / sizeof(cause_table[0]);
