// SPDX-License-Identifier: MIT
/* The controllers that runs switch on in a group they share: off again with the last that needs it.
 */
#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "undo.h"
#include "unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err err;

/* A controller of the v2 hierarchy that is off, in `name`; its mount point, or NULL. */
static const char *find_idle_controller(struct host_cgroup_mount *mounts, char name[32])
{
    for (int i = 0, count = host_cgroup_mounts(mounts); i < count; i++) {
        cleanup_free char *all =
            mounts[i].v2 ? fsio_read(mounts[i].point, "cgroup.controllers", &err) : NULL;
        for (char *word = all ? strtok(all, " ") : NULL; word; word = strtok(NULL, " ")) {
            if (host_file_has_word(mounts[i].point, "cgroup.subtree_control", word))
                continue;
            snprintf(name, 32, "%s", word);
            return mounts[i].point;
        }
    }
    return NULL;
}

/* Somebody else's group below passes the controller on: it is left to him; else it goes off. */
static void leaves_a_controller_in_use(void **state)
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    char controller[32], other[PATH_MAX];
    const char *root = geteuid() == 0 ? find_idle_controller(mounts, controller) : NULL;
    struct undo undo;

    (void)state;
    if (!root)
        skip();
    for (int used = 1; used >= 0; used--) {
        assert_ok(undo_open(&undo, &err));
        assert_ok(undo_add(&undo, &err, UNDO_SUBTREE, "%s %s", root, controller));
        assert_ok(fsio_write(&err, root, "cgroup.subtree_control", "+%s", controller));
        snprintf(other, sizeof(other), "%s/test-%s", root, undo.id);
        assert_int_equal(mkdir(other, 0755), 0);
        if (used)
            assert_ok(fsio_write(&err, other, "cgroup.subtree_control", "+%s", controller));
        assert_int_equal(undo_all(&undo, stderr), 0);
        assert_false(fsio_exists(NULL, undo.dir));
        assert_int_equal(host_file_has_word(root, "cgroup.subtree_control", controller), used);
        assert_int_equal(rmdir(other), 0);
        if (used)
            assert_ok(fsio_write(&err, root, "cgroup.subtree_control", "-%s", controller));
    }
}

/* Two need a controller, and the first one's journal ends with it: the second needs it, too. */
static void the_last_run_switches_it_off(void **state)
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    char controller[32];
    const char *root = geteuid() == 0 ? find_idle_controller(mounts, controller) : NULL;
    struct undo undo, other;

    (void)state;
    if (!root)
        skip();
    assert_ok(undo_open(&undo, &err));
    assert_ok(undo_open(&other, &err));
    assert_ok(undo_add(&undo, &err, UNDO_SUBTREE, "%s %s", root, controller));
    assert_ok(fsio_write(&err, root, "cgroup.subtree_control", "+%s", controller));
    assert_ok(undo_add(&other, &err, UNDO_SUBTREE, "%s %s", root, controller));
    assert_int_equal(undo_all(&undo, stderr), 0);
    assert_true(host_file_has_word(root, "cgroup.subtree_control", controller));
    assert_int_equal(undo_all(&other, stderr), 0);
    assert_false(host_file_has_word(root, "cgroup.subtree_control", controller));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_a_controller_in_use),
        cmocka_unit_test(the_last_run_switches_it_off),
    };

    return cmocka_run_group_tests_name("undo_subtree", tests, NULL, NULL);
}
