// SPDX-License-Identifier: MIT
/*
 * Mounting below a root whose symlinks point out of it, and the roots themselves. What needs a
 * mount namespace happens in a child of its own.
 */
#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "mount.h"
#include "proc.h"
#include "rootfs.h"
#include "unit.h"

#include "in_namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static char dir[] = "/tmp/test-mount-XXXXXX";
static char outside[64], root[64];

static int set_up(void **state)
{
    char path[128];

    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(outside, sizeof(outside), "%s/outside", dir);
    snprintf(root, sizeof(root), "%s/root", dir);
    mkdir(outside, 0755);
    mkdir(root, 0755);
    snprintf(path, sizeof(path), "%s/absolute", root);
    if (symlink(outside, path) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/dots", root);
    return symlink("../../../../../../../../etc", path);
}

static int tear_down(void **state)
{
    const char *const argv[] = {"rm", "-rf", dir, NULL};

    (void)state;
    return proc_run(&(struct proc_spec){.argv = argv}, &err);
}

static bool exists(const char *base, const char *name)
{
    return fsio_exists(base, name);
}

static void makes_paths_inside(void **state)
{
    cleanup_close int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    cleanup_close int deep = mount_open_in_root(fd, "/a//b/c/", MOUNT_MAKE_DIR, &err);
    assert_true(deep >= 0);
    cleanup_close int file = mount_open_in_root(fd, "a/d/file", MOUNT_MAKE_FILE, &err);
    assert_true(file >= 0);
    assert_true(exists(root, "a/b/c"));
    assert_true(exists(root, "a/d/file"));
    assert_int_equal(mount_open_in_root(fd, "none", MOUNT_MAKE_NOTHING, &err), -1);
    assert_int_equal(err.code, ENOENT);
}

/* An absolute symlink and a climb both stay below the root, where nothing of that name is. */
static void symlinks_do_not_lead_out(void **state)
{
    cleanup_close int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    assert_int_equal(mount_open_in_root(fd, "absolute", MOUNT_MAKE_NOTHING, &err), -1);
    mount_open_in_root(fd, "absolute/made", MOUNT_MAKE_DIR, &err);
    assert_false(exists(outside, "made"));
    assert_int_equal(mount_open_in_root(fd, "dots/passwd", MOUNT_MAKE_NOTHING, &err), -1);
    assert_int_equal(mount_open_in_root(fd, "../../etc/passwd", MOUNT_MAKE_NOTHING, &err), -1);
}

static int bind_read_only(void)
{
    cleanup_close int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct mount_entry entry;
    struct statvfs fs;
    char path[128];
    int bad = 0;

    snprintf(path, sizeof(path), "%s/in/two words", root);
    bad += failed(
        mount_bind_in_root(fd, outside, "in/two words", MS_RDONLY | MS_NOSUID | MS_REC, &err) == 0,
        "bind");
    bad += failed(statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY) && (fs.f_flag & ST_NOSUID),
        "read-only and nosuid");
    bad += failed(statvfs(outside, &fs) == 0 && !(fs.f_flag & ST_RDONLY), "outside is not");
    bad += failed(mount_is_point(path) && !mount_is_point(outside), "a mount point");
    bad += failed(mount_find(path, &entry, &err) == 0 && strcmp(entry.point, path) == 0,
        "found, with the space in its name decoded");
    bad += failed(!entry.shared && strstr(entry.options, "ro"), "private, ro");
    bad += failed(mount_bind_in_root(fd, "/etc/passwd", "in/two words/x", 0, &err) < 0,
        "nothing can be made on a read-only mount");
    return bad;
}

static void binds_read_only(void **state)
{
    (void)state;
    in_namespace(bind_read_only);
}

static bool is_read_only(const char *path)
{
    struct statvfs fs;

    return statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY);
}

/* What is mounted below the source comes along, and the flags hold for it too. */
static int bind_recursively(void)
{
    cleanup_close int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    char below[128], copy[128];
    int bad = 0;

    snprintf(below, sizeof(below), "%s/below", outside);
    snprintf(copy, sizeof(copy), "%s/all/below", root);
    if (mkdir(below, 0755) < 0 || mount("tmpfs", below, "tmpfs", 0, NULL) < 0 ||
        fsio_create(&err, below, "file", "1") < 0)
        return 100;
    bad += failed(
        mount_bind_in_root(fd, outside, "all", MS_REC | MS_RDONLY | MS_NODEV, &err) == 0, "bind");
    bad += failed(exists(copy, "file"), "the mount below the source came along");
    bad += failed(is_read_only(copy), "and is read-only");
    bad += failed(fsio_create(&err, copy, "file", "2") < 0 && err.code == EROFS, "EROFS");
    bad += failed(!is_read_only(below), "while the host's own is not");

    snprintf(copy, sizeof(copy), "%s/one/below", root);
    bad +=
        failed(mount_bind_in_root(fd, outside, "one", MS_RDONLY, &err) == 0, "bind without MS_REC");
    bad += failed(!exists(copy, "file"), "control: then it does not come along");
    bad += failed(mount_bind_in_root(fd, outside, "rw", MS_REC, &err) == 0, "bind, writable");
    snprintf(copy, sizeof(copy), "%s/rw/below", root);
    bad +=
        failed(fsio_create(&err, copy, "file", "2") == 0, "control: without MS_RDONLY it is not");
    return bad;
}

static void binds_what_is_mounted_below(void **state)
{
    (void)state;
    in_namespace(bind_recursively);
}

static int mount_through_symlink(void)
{
    cleanup_close int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int result = mount_in_root(fd, "tmpfs", "absolute", "tmpfs", 0, NULL, &err);

    return failed(result < 0, "the mount is refused") +
           failed(!mount_is_point(outside), "and not made outside");
}

static void does_not_mount_outside(void **state)
{
    (void)state;
    in_namespace(mount_through_symlink);
}

/* As a runtime makes it, without the mounts in it. */
static int make_dev(int root_fd)
{
    cleanup_close int dev = mount_open_in_root(root_fd, "/dev", MOUNT_MAKE_DIR, &err);
    mode_t mask = umask(0);
    int result = 0;

    for (int i = 0; i < ROOTFS_DEVICES && result == 0; i++)
        result = rootfs_dev_make(dev, &rootfs_devices[i], !host_is_root(), &err);
    umask(mask);
    return result < 0 ? -1 : rootfs_dev_links(dev, &err);
}

/* Whole way: build, /dev, pivot, and the host is gone. */
static int pivot(void)
{
    struct stat new_root, above;
    char built[80];
    int bad = 0;

    snprintf(built, sizeof(built), "%s/built", dir);
    if (mount("tmpfs", dir, "tmpfs", 0, NULL) < 0 || rootfs_build(built, &err) < 0)
        return 100;
    cleanup_close int fd = -1;
    bad += failed(mount_make_private(&err) == 0, "private");
    bad += failed(rootfs_bind(built, &fd, &err) == 0, "bind");
    bad += failed(make_dev(fd) == 0, "/dev");
    bad += failed(rootfs_pivot(fd, false, &err) == 0, "pivot_root");
    bad += failed(exists("/dev", "null") && exists("/dev", "tty"), "what /dev holds");
    bad += failed(exists("/bin", "sh"), "the new root");
    /* ".." of / is what lies on top of it: the old root, had it not been detached */
    bad += failed(stat("/", &new_root) == 0 && stat("/..", &above) == 0 &&
                      new_root.st_dev == above.st_dev && new_root.st_ino == above.st_ino,
        "the old root is gone");
    return bad;
}

static void pivots(void **state)
{
    (void)state;
    in_namespace(pivot);
}

static void builds_and_copies_roots(void **state)
{
    char built[80], copied[80];
    struct stat before, after;

    (void)state;
    snprintf(built, sizeof(built), "%s/built", dir);
    snprintf(copied, sizeof(copied), "%s/copied", dir);
    assert_ok(rootfs_build(built, &err));
    assert_int_equal(stat(built, &before), 0);
    assert_ok(rootfs_build(built, &err)); /* there already: nothing is done */
    assert_int_equal(stat(built, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_ok(rootfs_copy(built, copied, &err));
    assert_true(exists(copied, "bin/sh"));
    assert_true(exists(copied, "etc/passwd"));
    assert_int_equal(rootfs_copy(built, copied, &err), -1); /* it must not be there */
    assert_ok(rootfs_check(built, &err));
    assert_err(rootfs_check("/", &err), ERR_USAGE);
    assert_err(rootfs_check("/etc/passwd", &err), ERR_USAGE);
    assert_err(rootfs_check("/no/such", &err), ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_paths_inside),
        cmocka_unit_test(symlinks_do_not_lead_out),
        cmocka_unit_test(binds_read_only),
        cmocka_unit_test(binds_what_is_mounted_below),
        cmocka_unit_test(does_not_mount_outside),
        cmocka_unit_test(builds_and_copies_roots),
        cmocka_unit_test(pivots),
    };

    return cmocka_run_group_tests_name("mount", tests, set_up, tear_down);
}
