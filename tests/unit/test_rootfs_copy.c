// SPDX-License-Identifier: MIT
/*
 * Copying a tree with all that belongs to it, over what is there, and on from where another copy
 * was cut off. Symlinks that lead to `victim`, outside, are in the way.
 */
#include "cleanup.h"
#include "fsio.h"
#include "remove.h"
#include "rootfs.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static struct err err;
static char dir[] = "/tmp/test-rootfs-copy-XXXXXX";
static int from = -1, to = -1;

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir) || chdir(dir) < 0 || mkdir("from", 0755) < 0)
        return -1;
    from = open("from", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fsio_create(&err, NULL, "victim", "whole");
}

static int tear_down(void **state)
{
    (void)state;
    return chdir("/") < 0 ? -1 : remove_tree(dir, &err);
}

static int begin(void **state)
{
    (void)state;
    if (to >= 0)
        close(to);
    if (remove_tree("to", &err) < 0 || mkdir("to", 0755) < 0)
        return -1;
    to = open("to", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return to < 0 ? -1 : 0;
}

static void assert_text(const char *path, const char *wanted)
{
    cleanup_free char *text = fsio_read(NULL, path, &err);

    assert_non_null(text);
    assert_string_equal(text, wanted);
}

static void copies_all(void **state)
{
    struct timespec old[] = {{1000000, 5}, {2000000, 7}};
    struct stat one, two;
    char value[8] = "";

    (void)state;
    assert_int_equal(mkdir("from/sub", 0750), 0);
    assert_ok(fsio_create(&err, NULL, "from/sub/a", "text"));
    assert_int_equal(chmod("from/sub/a", 0640), 0);
    assert_int_equal(link("from/sub/a", "from/b"), 0);
    assert_int_equal(mkfifo("from/pipe", 0600), 0);
    assert_int_equal(symlink("/victim", "from/link"), 0);
    bool attributes = setxattr("from/sub/a", "user.x", "yes", 3, 0) == 0;
    assert_int_equal(utimensat(AT_FDCWD, "from/sub/a", old, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, "from/sub", old, 0), 0);
    assert_ok(rootfs_copy_inside(from, to, ROOTFS_OWNERS | ROOTFS_ALL, &err));
    assert_text("to/sub/a", "text");
    assert_int_equal(stat("to/sub/a", &one) | stat("to/b", &two), 0);
    assert_int_equal(one.st_ino, two.st_ino);
    assert_int_equal(one.st_nlink, 2);
    assert_int_equal(one.st_mode, S_IFREG | 0640);
    assert_int_equal(one.st_mtim.tv_sec, 2000000);
    assert_int_equal(stat("to/sub", &one), 0);
    assert_int_equal(one.st_mode, S_IFDIR | 0750);
    assert_int_equal(one.st_mtim.tv_nsec, 7);
    assert_true(lstat("to/pipe", &one) == 0 && S_ISFIFO(one.st_mode));
    assert_true(lstat("to/link", &one) == 0 && S_ISLNK(one.st_mode));
    if (attributes)
        assert_int_equal(getxattr("to/sub/a", "user.x", value, sizeof(value)), 3);
}

/* Directories are merged, files replaced, and a symlink in the way is not followed. */
static void replaces(void **state)
{
    struct stat st;

    (void)state;
    assert_ok(fsio_create(&err, NULL, "to/b", "old"));
    assert_int_equal(mkdir("to/sub", 0700), 0);
    assert_int_equal(symlink("../../victim", "to/sub/a"), 0);
    assert_ok(fsio_create(&err, NULL, "to/sub/stays", "mine"));
    assert_int_equal(rootfs_copy_inside(from, to, 0, &err), -1);
    assert_ok(rootfs_copy_inside(from, to, ROOTFS_ALL | ROOTFS_REPLACE, &err));
    assert_text("to/b", "text");
    assert_text("to/sub/a", "text");
    assert_text("to/sub/stays", "mine");
    assert_text("victim", "whole");
    assert_true(lstat("to/sub/a", &st) == 0 && S_ISREG(st.st_mode));
}

static void refuses_to_mix_kinds(void **state)
{
    (void)state;
    assert_int_equal(mkdir("to/b", 0700), 0);
    assert_err(rootfs_copy_inside(from, to, ROOTFS_REPLACE, &err), ERR_REFUSED);
    assert_string_equal(err.what, "cannot overwrite directory \"b\" with non-directory");
    assert_int_equal(begin(state), 0);
    assert_int_equal(symlink("../victim", "to/sub"), 0);
    assert_err(rootfs_copy_inside(from, to, ROOTFS_REPLACE, &err), ERR_REFUSED);
    assert_string_equal(err.what, "cannot overwrite non-directory \"sub\" with directory");
}

static void goes_on(void **state)
{
    struct stat st;

    (void)state;
    assert_ok(fsio_create(&err, NULL, "to/b", "changed since"));
    assert_int_equal(mkdir("to/sub", 0700), 0);
    assert_ok(rootfs_copy_inside(from, to, ROOTFS_ALL | ROOTFS_KEEP, &err));
    assert_text("to/b", "changed since");
    assert_text("to/sub/a", "text");
    assert_true(stat("to/sub", &st) == 0 && (st.st_mode & 0777) == 0750);
}

static void copies_one_name(void **state)
{
    (void)state;
    assert_ok(rootfs_copy_entry(from, "sub", to, "other", ROOTFS_REPLACE, &err));
    assert_text("to/other/a", "text");
    assert_ok(rootfs_copy_entry(from, "b", to, "c", ROOTFS_REPLACE, &err));
    assert_text("to/c", "text");
}

static bool wanted(const char *path, const struct stat *st, void *arg)
{
    (void)st;
    return strcmp(path, arg) != 0;
}

static mode_t mode(mode_t was, void *arg)
{
    (void)was, (void)arg;
    return 0604;
}

static void goes_by_rules(void **state)
{
    char left_out[] = "sub/a";
    struct rootfs_rules rules = {wanted, left_out, 7, (gid_t)-1, mode};
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        skip(); /* another owner is root's to give */
    assert_ok(rootfs_copy_by(from, NULL, to, NULL, ROOTFS_OWNERS | ROOTFS_ALL, &rules, &err));
    assert_int_equal(access("to/sub/a", F_OK), -1);
    assert_int_equal(stat("to/b", &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0604);
    assert_int_equal(st.st_uid, 7);
    assert_int_equal(st.st_gid, getegid());
    assert_int_equal(stat("to/sub", &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0604);
}

/* A hole in front, in the middle and at the end; and a file that does not say how long it is. */
static void keeps_holes(void **state)
{
    char path[] = "from/sparse";
    struct stat st;

    (void)state;
    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(pwrite(fd, "one", 3, 1 << 20), 3);
    assert_int_equal(pwrite(fd, "two", 3, 3 << 20), 3);
    assert_int_equal(ftruncate(fd, 5 << 20), 0);
    assert_ok(rootfs_copy_entry(from, "sparse", to, "sparse", 0, &err));
    cleanup_close int copy = open("to/sparse", O_RDONLY | O_CLOEXEC);
    assert_int_equal(fstat(copy, &st), 0);
    assert_int_equal(st.st_size, 5 << 20);
    assert_true(st.st_blocks * 512 < 1 << 20);
    char text[4] = "";
    assert_int_equal(pread(copy, text, 3, 3 << 20), 3);
    assert_string_equal(text, "two");
    cleanup_close int proc = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_ok(rootfs_copy_entry(proc, "comm", to, "comm", 0, &err));
    cleanup_free char *name = fsio_read("to", "comm", &err);
    assert_non_null(name);
    assert_true(name[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(copies_all, begin),
        cmocka_unit_test_setup(replaces, begin),
        cmocka_unit_test_setup(refuses_to_mix_kinds, begin),
        cmocka_unit_test_setup(goes_on, begin),
        cmocka_unit_test_setup(copies_one_name, begin),
        cmocka_unit_test_setup(goes_by_rules, begin),
        cmocka_unit_test_setup(keeps_holes, begin),
    };

    return cmocka_run_group_tests_name("rootfs_copy", tests, set_up, tear_down);
}
