// SPDX-License-Identifier: MIT
/*
 * Mounting below a root that is full of traps: targets that lead to the root itself, or to another
 * place than a mask will be looked for at; and one that is a directory now and a symlink out of the
 * root a moment later. Each attack is also made on a careless program, and must succeed there.
 */
#include "unit.h"

#include "in_namespace.h"

#include "cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

static char dir[] = "/tmp/test-traps-XXXXXX";
static char outside[64], root[64];

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(outside, sizeof(outside), "%s/outside", dir);
    snprintf(root, sizeof(root), "%s/root", dir);
    return mkdir(outside, 0755) < 0 || mkdir(root, 0755) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    const char *const argv[] = {"rm", "-rf", dir, NULL};

    (void)state;
    return proc_run(&(struct proc_spec){.argv = argv}, &err);
}

/* What would cover the root itself, and what leads a proc or sysfs elsewhere. */
static int refuse_targets(void)
{
    cleanup_close int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    static const char *const to_root[] = {"/", "", ".", "/..", "up", "a/../..", "up/../up"};
    int bad = failed(symlinkat("..", fd, "up") == 0, "a symlink to /");

    bad +=
        failed(mkdirat(fd, "real", 0755) == 0 && symlinkat("real", fd, "linked") == 0, "a symlink");
    for (size_t i = 0; i < sizeof(to_root) / sizeof(to_root[0]); i++)
        bad += failed(mount_in_root(fd, "t", to_root[i], "tmpfs", 0, NULL, &err) < 0, to_root[i]);
    bad += failed(mount_in_root(fd, "t", "a..b", "tmpfs", 0, NULL, &err) == 0, "dots in a name");
    bad += failed(
        mount_in_root(fd, "p", "linked", "proc", 0, NULL, &err) < 0 && strstr(err.what, "symlink"),
        "proc on a symlink is refused");
    bad += failed(mount_in_root(fd, "p", "linked/x", "sysfs", 0, NULL, &err) < 0, "or behind one");
    bad += failed(mount_in_root(fd, "t", "linked", "tmpfs", 0, NULL, &err) == 0, "a tmpfs may");
    bad += failed(mount_in_root(fd, "t", "real/sub", "tmpfs", MS_RDONLY, NULL, &err) == 0 &&
                      mount_in_root(fd, "t", "real/sub/x", "tmpfs", 0, NULL, &err) < 0 &&
                      strstr(err.hint, "read-only"),
        "why it could not be made");
    return bad;
}

static void refuses_targets(void **state)
{
    (void)state;
    in_namespace(refuse_targets);
}

/* For ever: "spot" is a directory, and then a symlink out of the root, and then a directory. */
static void flip(int root_fd)
{
    for (;;)
        renameat2(root_fd, "spot", root_fd, "trap", RENAME_EXCHANGE);
}

/* How a careless program does it: look, then mount by the path. */
static int mount_carelessly(int root_fd)
{
    char path[128];
    struct stat st;

    (void)root_fd;
    snprintf(path, sizeof(path), "%s/spot", root);
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) ? mount("t", path, "tmpfs", 0, NULL) : -1;
}

static int mount_carefully(int root_fd)
{
    return mount_in_root(root_fd, "t", "spot", "tmpfs", 0, NULL, &err);
}

static int bind_carefully(int root_fd)
{
    return mount_bind_in_root(root_fd, dir, "spot", MS_RDONLY, &err);
}

/* A directory that is mounted on cannot be renamed: the flipping goes on only without the mount. */
static void unmount_inside(void)
{
    static const char *const names[] = {"spot", "trap"};
    char path[128];

    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", root, names[i]);
        umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    }
}

/* Does a mount come out, where the symlink leads, within so many seconds? */
static bool gets_out(int root_fd, int (*mount_it)(int root_fd), int seconds)
{
    for (time_t end = time(NULL) + seconds; time(NULL) < end; sched_yield()) {
        mount_it(root_fd);
        if (umount2(outside, MNT_DETACH) == 0)
            return true;
        unmount_inside();
    }
    return false;
}

/* In the careless way the attack succeeds sooner or later: so it is one. */
static int race_all(void)
{
    cleanup_close int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int bad = failed(mkdirat(fd, "spot", 0755) == 0 && symlinkat(outside, fd, "trap") == 0, "trap");
    pid_t flipper = proc_fork(&err);

    if (flipper == 0)
        flip(fd);
    bad += failed(gets_out(fd, mount_carelessly, 30), "control: a careless mount gets out");
    bad += failed(!gets_out(fd, mount_carefully, 2), "ours does not");
    bad += failed(!gets_out(fd, bind_carefully, 2), "nor a bind");
    proc_end(flipper);
    return bad;
}

static void stays_inside_in_a_race(void **state)
{
    (void)state;
    in_namespace(race_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_targets),
        cmocka_unit_test(stays_inside_in_a_race),
    };

    return cmocka_run_group_tests_name("mount_traps", tests, set_up, tear_down);
}
