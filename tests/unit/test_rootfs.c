// SPDX-License-Identifier: MIT
/*
 * What is made in a root that holds traps: device files and the console's file, and a copy of a
 * tree. Each trap leads to `victim`, a file outside, which must stay as it is.
 */
#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"
#include "rootfs.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static struct err err;
static char dir[] = "/tmp/test-rootfs-XXXXXX";
static char victim[64];
static int dev; /* the /dev of the root */

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(victim, sizeof(victim), "%s/victim", dir);
    if (fsio_create(&err, NULL, victim, "whole") < 0 || chmod(victim, 0600) < 0 || chdir(dir) < 0 ||
        mkdir("dev", 0755) < 0)
        return -1;
    dev = open("dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dev < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    const char *const argv[] = {"rm", "-rf", dir, NULL};

    (void)state;
    return proc_run(&(struct proc_spec){.argv = argv}, &err);
}

static void assert_whole(void)
{
    cleanup_free char *text = fsio_read(NULL, victim, &err);
    struct stat st;

    assert_non_null(text);
    assert_string_equal(text, "whole");
    assert_int_equal(stat(victim, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(st.st_uid, geteuid());
}

/* The umask is 0 as the call wants it, and is what it was afterwards. */
static int make(const struct rootfs_device *device)
{
    mode_t mask = umask(0);
    int result = rootfs_dev_make(dev, device, false, &err);

    umask(mask);
    return result;
}

static void assert_device(const char *name, mode_t mode, unsigned minor_number, uid_t uid)
{
    struct stat st;

    assert_int_equal(fstatat(dev, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_mode, mode);
    assert_int_equal(st.st_uid, uid);
    if (S_ISCHR(mode))
        assert_int_equal(st.st_rdev, makedev(1, minor_number));
}

static void makes_devices_over_traps(void **state)
{
    const struct rootfs_device null = {"/dev/null", S_IFCHR | 0666, 1, 3};
    const struct rootfs_device owned = {"/dev/owned", S_IFCHR | 0640, 1, 5, 12, 34};
    const struct rootfs_device fifo = {"/dev/fifo", S_IFIFO | 0622, 0, 0, 0, 0};

    (void)state;
    if (geteuid() != 0)
        skip();
    umask(077);
    assert_int_equal(symlinkat(victim, dev, "null"), 0);
    assert_ok(make(&null)); /* a symlink to a file outside */
    assert_device("null", S_IFCHR | 0666, 3, 0);
    assert_int_equal(fchmodat(dev, "null", 0, 0), 0);
    assert_ok(make(&null)); /* the right one, with the wrong mode */
    assert_device("null", S_IFCHR | 0666, 3, 0);
    assert_int_equal(linkat(AT_FDCWD, victim, dev, "owned", 0), 0);
    assert_ok(make(&owned)); /* another name of a file outside */
    assert_device("owned", S_IFCHR | 0640, 5, 12);
    assert_ok(make(&fifo));
    assert_device("fifo", S_IFIFO | 0622, 0, 0);
    assert_whole();
    assert_int_equal(unlinkat(dev, "null", 0), 0);
    assert_int_equal(mkdirat(dev, "null", 0755), 0);
    assert_err(make(&null), ERR_SYS);
    assert_non_null(strstr(err.hint, "cannot be taken away"));
    assert_int_equal(unlinkat(dev, "null", AT_REMOVEDIR), 0);
}

static void target_is_never_a_symlink(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(symlinkat(victim, dev, "console"), 0);
    cleanup_close int fd = rootfs_dev_target(dev, "console", &err);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(st.st_size, 0);
    cleanup_close int again = rootfs_dev_target(dev, "console", &err);
    assert_true(again >= 0); /* a file that is there is taken */
    assert_whole();
}

/* Fills "from" with one of each kind. */
static void fill(void)
{
    assert_int_equal(mkdir("from", 0755), 0);
    assert_int_equal(mkdir("from/sub", 01777), 0);
    assert_int_equal(chmod("from/sub", 01777), 0);
    assert_ok(fsio_create(&err, "from/sub", "file", "text"));
    assert_int_equal(chmod("from/sub/file", 04751), 0);
    assert_int_equal(symlink(victim, "from/out"), 0);
    assert_int_equal(symlink("/nowhere", "from/dangling"), 0);
    assert_int_equal(mkfifo("from/fifo", 0600), 0); /* to open it would hang */
}

static void copies_a_tree(void **state)
{
    char text[64] = "";
    struct stat st;

    (void)state;
    fill();
    bool owners = geteuid() == 0;
    if (owners) /* the set-user-ID bit goes with a change of owner, and must come back */
        assert_int_equal(chown("from/sub/file", 12, 34) | chmod("from/sub/file", 04751), 0);
    assert_int_equal(mkdir("to", 0755), 0);
    cleanup_close int from = open("from", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int to = open("to", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_ok(rootfs_copy_inside(from, to, owners ? ROOTFS_OWNERS : 0, &err));
    assert_int_equal(stat("to/sub", &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 01777);
    assert_int_equal(stat("to/sub/file", &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 04751);
    assert_int_equal(st.st_uid, owners ? 12 : geteuid());
    assert_int_equal(readlink("to/out", text, sizeof(text) - 1), (int)strlen(victim));
    assert_string_equal(text, victim);
    assert_int_equal(lstat("to/dangling", &st), 0);
    assert_int_equal(lstat("to/fifo", &st), -1);
    assert_whole();
}

/* What is mounted in the tree is no part of it; its place is. */
static void leaves_other_mounts_out(void **state)
{
    struct stat st;

    (void)state;
    if (!host_is_root())
        skip();
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        bool good = unshare(CLONE_NEWNS) == 0 &&
                    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                    mkdir("tree", 0755) == 0 && mkdir("tree/other", 0755) == 0 &&
                    mount("t", "tree/other", "tmpfs", 0, NULL) == 0 &&
                    fsio_create(&err, "tree/other", "secret", "x") == 0 &&
                    rootfs_copy("tree", "copy", &err) == 0;
        _exit(good && stat("copy/other", &st) == 0 && stat("copy/other/secret", &st) < 0 ? 0 : 1);
    }
    assert_int_equal(proc_wait(pid, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_devices_over_traps),
        cmocka_unit_test(target_is_never_a_symlink),
        cmocka_unit_test(copies_a_tree),
        cmocka_unit_test(leaves_other_mounts_out),
    };

    return cmocka_run_group_tests_name("rootfs", tests, set_up, tear_down);
}
