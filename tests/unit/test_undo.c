// SPDX-License-Identifier: MIT
/* The journal: undone backwards, harmless twice, alive runs left alone, dead ones cleaned. */
#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"
#include "undo.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err err;

/* What undo_dead_runs says, for the test to look into. */
static char *clean(int *ret_failed)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    *ret_failed = undo_dead_runs(out);
    fclose(out);
    return text;
}

static void removes_trees_but_follows_no_link(void **state)
{
    struct undo undo;
    char path[200], outside[] = "/tmp/test-undo-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(outside));
    assert_ok(fsio_create(&err, outside, "keep", "1"));
    assert_ok(undo_open(&undo, &err));
    assert_int_equal(strncmp(undo.id, "labs-", 5), 0);
    snprintf(path, sizeof(path), "%s/tree", undo.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_ok(fsio_create(&err, path, "file", "1"));
    snprintf(path, sizeof(path), "%s/tree/link", undo.dir);
    assert_int_equal(symlink(outside, path), 0);
    assert_int_equal(undo_all(&undo, stderr), 0);
    assert_false(fsio_exists(NULL, undo.dir));
    snprintf(path, sizeof(path), "%s/keep", outside);
    assert_int_equal(unlink(path), 0); /* so it was still there */
    assert_int_equal(rmdir(outside), 0);
}

static void what_was_never_made_is_fine(void **state)
{
    struct undo undo;

    (void)state;
    assert_ok(undo_open(&undo, &err));
    assert_ok(undo_add(&undo, &err, UNDO_CGROUP, "/sys/fs/cgroup/no/such/%s", undo.id));
    assert_ok(undo_add(&undo, &err, UNDO_MOUNT, "%s/no-mount", undo.dir));
    assert_ok(undo_add(&undo, &err, UNDO_LOOP, "/dev/no-loop %s/image", undo.dir));
    assert_ok(undo_add(&undo, &err, UNDO_TREE, "/tmp/no-such-%s", undo.id));
    assert_ok(undo_add(&undo, &err, UNDO_PROCESS, "%d 1", getpid())); /* another start time */
    assert_int_equal(undo_all(&undo, stderr), 0);
    assert_false(fsio_exists(NULL, undo.dir));
}

static void refuses_what_it_could_not_read_back(void **state)
{
    struct undo undo;

    (void)state;
    assert_ok(undo_open(&undo, &err));
    assert_err(undo_add(&undo, &err, UNDO_TREE, "/tmp/two words"), ERR_SYS);
    assert_err(undo_add(&undo, &err, UNDO_MOUNT, "/tmp/a\ntree /"), ERR_SYS);
    assert_err(undo_add(&undo, &err, UNDO_LOOP, "/dev/loop0 /a b"), ERR_SYS);
    assert_int_equal(undo_all(&undo, stderr), 0);
}

static void writes_a_setting_back(void **state)
{
    struct undo undo;
    char setting[PATH_MAX];

    (void)state;
    assert_ok(undo_open(&undo, &err));
    /* outside the run's directory, since that is gone when the text is looked at */
    snprintf(setting, sizeof(setting), "/tmp/%s-setting", undo.id);
    assert_ok(fsio_create(&err, NULL, setting, "changed and longer"));
    assert_ok(undo_add(&undo, &err, UNDO_WRITE, "%s 7:0 enable=0 of it", setting));
    assert_ok(undo_add(&undo, &err, UNDO_WRITE, "%s/gone text", undo.dir));
    assert_err(undo_add(&undo, &err, UNDO_WRITE, "%s a\ntree /", setting), ERR_SYS);
    assert_int_equal(undo_all(&undo, stderr), 0);
    cleanup_free char *text = fsio_read(NULL, setting, &err);
    assert_string_equal(text, "7:0 enable=0 of it");
    unlink(setting);
}

static void ends_its_own_process_only(void **state)
{
    struct undo undo;
    const struct proc_spec sleeper = {.argv = (const char *const[]){"sleep", "60", NULL}};
    pid_t pid;

    (void)state;
    assert_ok(proc_start(&sleeper, &pid, &err));
    assert_ok(undo_open(&undo, &err));
    assert_ok(undo_add(&undo, &err, UNDO_PROCESS, "%d %llu", pid, proc_start_time(pid)));
    assert_int_equal(undo_all(&undo, stderr), 0);
    assert_int_equal(proc_wait(pid, &err), 137);
}

/* A run in another process: alive it must be left alone; killed, its journal must be undone. */
static void tells_dead_runs_from_live_ones(void **state)
{
    struct undo undo;
    char journal[PATH_MAX];
    int ready[2], failed;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        if (undo_open(&undo, &err) < 0 || write(ready[1], &undo, sizeof(undo)) < 0)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &undo, sizeof(undo)), sizeof(undo));
    cleanup_free char *while_alive = clean(&failed);
    assert_null(strstr(while_alive, undo.dir));
    assert_true(fsio_exists(NULL, undo.dir));
    snprintf(journal, sizeof(journal), "%s/journal", undo.dir);
    undo.fd = open(journal, O_RDWR | O_CLOEXEC);
    assert_true(undo_is_held(&undo, pid));
    assert_false(undo_is_held(&undo, getpid()));
    proc_end(pid);
    assert_false(undo_is_held(&undo, pid));
    close(undo.fd);
    cleanup_free char *when_dead = clean(&failed);
    assert_int_equal(failed, 0);
    assert_non_null(strstr(when_dead, undo.dir));
    assert_false(fsio_exists(NULL, undo.dir));
    close(ready[0]);
    close(ready[1]);
}

/* A run whose first choice of a directory could not be made lies in the second. */
static void cleans_every_place_where_a_run_can_be(void **state)
{
    char base[64], dir[96], thing[96], line[128];
    int failed;

    (void)state;
    snprintf(base, sizeof(base), "/tmp/labs-%u", geteuid());
    bool made = mkdir(base, 0700) == 0;
    snprintf(dir, sizeof(dir), "%s/test-%d", base, getpid());
    snprintf(thing, sizeof(thing), "/tmp/test-undo-%d", getpid());
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(mkdir(thing, 0700), 0);
    snprintf(line, sizeof(line), "tree %s\n", thing);
    assert_ok(fsio_create(&err, dir, "journal", line));
    cleanup_free char *said = clean(&failed);
    assert_non_null(strstr(said, dir));
    assert_false(fsio_exists(NULL, thing));
    assert_false(fsio_exists(NULL, dir));
    if (made)
        rmdir(base);
}

/* A journal of a dead run that nobody can read must stay, and so must what may be in it. */
static void keeps_a_run_whose_journal_cannot_be_read(void **state)
{
    struct undo undo;
    char journal[PATH_MAX];
    int failed;

    (void)state;
    assert_ok(undo_open(&undo, &err));
    close(undo.fd);
    snprintf(journal, sizeof(journal), "%s/journal", undo.dir);
    assert_int_equal(unlink(journal), 0);
    assert_int_equal(mkdir(journal, 0700), 0); /* EISDIR, also for root */
    cleanup_free char *said = clean(&failed);
    assert_int_equal(failed, 1);
    assert_non_null(strstr(said, "cannot read"));
    assert_true(fsio_exists(NULL, journal));
    assert_int_equal(rmdir(journal), 0);
    cleanup_free char *again = clean(&failed);
    assert_int_equal(failed, 0);
    assert_false(fsio_exists(NULL, undo.dir));
}

/*
 * A loop device that somebody has open is detached by the kernel only later, so its line is undone
 * only once it is gone.
 */
static void waits_until_a_loop_device_is_free(void **state)
{
    struct undo undo;
    struct loop_config config = {0};
    char file[PATH_MAX], device[32];

    (void)state;
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0)
        skip();
    assert_ok(undo_open(&undo, &err));
    snprintf(file, sizeof(file), "%s/image", undo.dir);
    int backing = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(backing, 1 << 20), 0);
    config.fd = (unsigned)backing;
    snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "%s", file);
    int opened;
    do {
        snprintf(device, sizeof(device), "/dev/loop%d", ioctl(control, LOOP_CTL_GET_FREE));
        opened = open(device, O_RDWR | O_CLOEXEC);
    } while (ioctl(opened, LOOP_CONFIGURE, &config) < 0 && errno == EBUSY && close(opened) == 0);
    assert_ok(undo_add(&undo, &err, UNDO_LOOP, "%s %s", device, file));
    close(backing);
    close(control);

    /* while we have it open it lives on: the line counts as not undone, and the journal stays */
    FILE *null = fopen("/dev/null", "w");
    assert_int_equal(undo_all(&undo, null), 1);
    fclose(null);
    assert_true(fsio_exists(undo.dir, "journal"));
    struct loop_info64 info;
    assert_int_equal(ioctl(opened, LOOP_GET_STATUS64, &info), 0);
    close(opened);
    int failed;
    cleanup_free char *said = clean(&failed);
    assert_non_null(strstr(said, undo.dir));
    assert_int_equal(failed, 0);
    assert_false(fsio_exists(NULL, undo.dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(removes_trees_but_follows_no_link),
        cmocka_unit_test(what_was_never_made_is_fine),
        cmocka_unit_test(refuses_what_it_could_not_read_back),
        cmocka_unit_test(writes_a_setting_back),
        cmocka_unit_test(ends_its_own_process_only),
        cmocka_unit_test(tells_dead_runs_from_live_ones),
        cmocka_unit_test(cleans_every_place_where_a_run_can_be),
        cmocka_unit_test(keeps_a_run_whose_journal_cannot_be_read),
        cmocka_unit_test(waits_until_a_loop_device_is_free),
    };

    return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
