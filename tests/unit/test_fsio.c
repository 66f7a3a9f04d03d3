// SPDX-License-Identifier: MIT
/* Reading and writing small files, against ordinary files and the kernel's own. */
#include "cleanup.h"
#include "fsio.h"
#include "unit.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err err;
static char dir[] = "/tmp/test-fsio-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "%s/f", dir);
    unlink(path);
    return rmdir(dir);
}

static void writes_and_reads(void **state)
{
    (void)state;
    assert_ok(fsio_create(&err, dir, "f", "hello\nworld\n"));
    cleanup_free char *text = fsio_read(dir, "f", &err);
    assert_string_equal(text, "hello\nworld");
    assert_ok(fsio_write(&err, dir, "f", "%d %s", 42, "x"));
    cleanup_free char *changed = fsio_read(dir, "f", &err);
    assert_string_equal(changed, "42 xo\nworld"); /* one write, no truncation */
}

static void reads_numbers(void **state)
{
    uint64_t value;

    (void)state;
    assert_ok(fsio_create(&err, dir, "f", "104857600\n"));
    assert_ok(fsio_read_u64(dir, "f", &value, &err));
    assert_int_equal(value, 104857600);
    assert_ok(fsio_create(&err, dir, "f", "max\n"));
    assert_ok(fsio_read_u64(dir, "f", &value, &err));
    assert_true(value == FSIO_MAX);
    assert_ok(fsio_create(&err, dir, "f", "no\n"));
    assert_err(fsio_read_u64(dir, "f", &value, &err), ERR_SYS);
    assert_ok(fsio_create(&err, dir, "f", ""));
    assert_err(fsio_read_u64(dir, "f", &value, &err), ERR_SYS);
}

static void reads_keys(void **state)
{
    uint64_t value;

    (void)state;
    assert_ok(fsio_create(&err, dir, "f", "oom 3\noom_kill 59\noom_group_kill 0\n"));
    assert_ok(fsio_read_key(dir, "f", "oom_kill", &value, &err));
    assert_int_equal(value, 59);
    assert_ok(fsio_read_key(dir, "f", "oom", &value, &err));
    assert_int_equal(value, 3);
    assert_err(fsio_read_key(dir, "f", "oom_", &value, &err), ERR_SYS);
    assert_err(fsio_read_key(dir, "f", "group", &value, &err), ERR_SYS);
}

/* As long as a mountinfo or a cgroup.procs can be; but not what never ends. */
static void reads_large_files(void **state)
{
    size_t length = 40 << 20;
    cleanup_free char *text = malloc(length + 1);

    (void)state;
    memset(text, 'x', length);
    text[length] = '\0';
    assert_ok(fsio_create(&err, dir, "f", text));
    cleanup_free char *back = fsio_read(dir, "f", &err);
    assert_non_null(back);
    assert_int_equal(strlen(back), length);
    assert_null(fsio_read(NULL, "/dev/zero", &err));
    assert_int_equal(err.code, EFBIG);
}

static void tells_what_the_kernel_said(void **state)
{
    (void)state;
    assert_err(fsio_write(&err, NULL, "/proc/self/oom_score_adj", "5000"), ERR_SYS);
    assert_int_equal(err.code, EINVAL); /* the answer comes from write(2), not from open(2) */
    assert_non_null(strstr(err.what, "5000"));
    assert_err(fsio_write(&err, dir, "missing", "1"), ERR_SYS);
    assert_int_equal(err.code, ENOENT);
    assert_false(fsio_exists(dir, "missing")); /* a misspelt kernel file is not created */
    assert_int_equal(fsio_magic("/proc"), PROC_SUPER_MAGIC);
    assert_int_equal(fsio_magic("/no/such"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(reads_keys),
        cmocka_unit_test(reads_large_files),
        cmocka_unit_test(tells_what_the_kernel_said),
    };

    return cmocka_run_group_tests_name("fsio", tests, set_up, tear_down);
}
