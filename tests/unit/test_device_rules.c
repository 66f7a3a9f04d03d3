// SPDX-License-Identifier: MIT
/*
 * Device rules on a real group, and what its members may then do: a process joins it and opens
 * device files. EPERM is the rules' no; that no driver has the number (ENXIO) is a yes of theirs.
 */
#include "runtime/device_rules.h"

#include "cleanup.h"
#include "host.h"
#include "mount.h"
#include "proc.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { M = SPEC_MKNOD, R = SPEC_READ, W = SPEC_WRITE, ALL = M | R | W };

static struct err err;
static struct undo undo;

/* What is asked of the kernel, and whether it must say yes. */
struct question {
    char type;
    int major, minor;
    unsigned access; /* R, W, R | W: open(2); M: mknod(2) */
    bool yes;
};

/* Bits of the questions that the group's rules answer otherwise: 0 is a pass. Runs in a child. */
static int ask(const struct cgroup *group, const struct question *questions, int count)
{
    static const int modes[] = {[R] = O_RDONLY, [W] = O_WRONLY, [R | W] = O_RDWR};
    int wrong = 0;

    if (unshare(CLONE_NEWNS) < 0 || mount_make_private(&err) < 0 ||
        mount("tmpfs", undo.dir, "tmpfs", 0, NULL) < 0 || chdir(undo.dir) < 0)
        return -1;
    for (int i = 0; i < count; i++) {
        char name[8] = {(char)('a' + i)};
        const struct question *q = &questions[i];
        mode_t mode = (q->type == 'b' ? S_IFBLK : S_IFCHR) | 0600;
        if (q->access != M && mknod(name, mode, makedev((unsigned)q->major, (unsigned)q->minor)))
            return -1;
    }
    if (cgroup_join(group, &err) < 0)
        return -1;
    for (int i = 0; i < count; i++) {
        char name[8] = {(char)('a' + i)};
        const struct question *q = &questions[i];
        mode_t mode = (q->type == 'b' ? S_IFBLK : S_IFCHR) | 0600;
        dev_t device = makedev((unsigned)q->major, (unsigned)q->minor);
        int result = q->access == M
                         ? mknod(name, mode, device)
                         : open(name, modes[q->access] | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        wrong |= (result >= 0 || errno != EPERM) == q->yes ? 0 : 1 << i;
    }
    return wrong;
}

/* Answers come back through a pipe: an exit status has 8 bits. */
static void check(const struct cgroup *group, const struct question *questions, int count)
{
    int ends[2], wrong = -1;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        int result = ask(group, questions, count);
        _exit(write(ends[1], &result, sizeof(result)) != sizeof(result));
    }
    assert_int_equal(proc_wait(pid, &err), 0);
    assert_int_equal(read(ends[0], &wrong, sizeof(wrong)), sizeof(wrong));
    close(ends[0]);
    close(ends[1]);
    for (int i = 0; wrong > 0 && i < count; i++) {
        const struct question *q = &questions[i];
        if (wrong & 1 << i)
            print_error("%c %d:%d access %u: expected %s\n", q->type, q->major, q->minor, q->access,
                q->yes ? "yes" : "no");
    }
    assert_int_equal(wrong, 0);
}

static int set_up(void **state)
{
    (void)state;
    return undo_open(&undo, &err);
}

static int tear_down(void **state)
{
    (void)state;
    return undo_all(&undo, stderr) > 0 ? -1 : 0;
}

/* A group with these rules; skips the test where devices cannot be ruled. */
static void make(struct container *c, struct spec *spec, const struct spec_device_rule *rules,
    size_t count, int expected)
{
    static int number;
    char name[32];

    *spec = (struct spec){.linux_ = {.device_rules = rules, .device_rules_count = count}};
    *c = (struct container){.spec = spec, .explain = {.fd = -1}};
    snprintf(name, sizeof(name), "%s-%d", undo.id, number++);
    assert_ok(cgroup_plan(name, NULL, &c->group, &err));
    if (c->group.absent || (!c->group.v2 && !cgroup_path(&c->group, "devices")))
        skip();
    assert_ok(cgroup_journal(&c->group, &undo, &err));
    assert_ok(cgroup_make(&c->group, &err));
    err = (struct err){0};
    assert_int_equal(device_rules_apply(c, &err), expected);
}

#define COUNT(array)        (sizeof(array) / sizeof(*(array)))
#define CHECK(c, questions) check(&(c).group, questions, (int)COUNT(questions))

static const struct question EVERYS[] = {{'c', 1, 3, R | W, true}, {'c', 1, 5, R | W, true},
    {'c', 1, 7, R | W, true}, {'c', 1, 8, R, true}, {'c', 1, 9, R, true}, {'c', 5, 0, R | W, true},
    {'c', 5, 2, R | W, true}, {'c', 136, 9, R | W, true}, {'c', 10, 237, M, true},
    {'b', 7, 0, M, true}, {'c', 1, 11, R, false}, {'b', 7, 0, R, false}, {'c', 244, 1, W, false}};

/* No rule in the config, or one that denies all: the same. */
static void every_container_has_some(void **state)
{
    static const struct spec_device_rule deny[] = {{false, 'a', -1, -1, ALL}};
    struct container c;
    struct spec spec;

    (void)state;
    make(&c, &spec, NULL, 0, 0);
    CHECK(c, EVERYS);
    make(&c, &spec, deny, 1, 0);
    CHECK(c, EVERYS);
}

static void rules_add_up(void **state)
{
    static const struct spec_device_rule rules[] = {
        {false, 'a', -1, -1, ALL}, {true, 'c', 240, 1, R},
        {true, 'c', 240, 1, W}, /* together both */
        {true, 'c', 240, 2, R}, {true, 'b', 241, -1, R | W}, {true, 'b', -1, 77, R},
        {true, 'a', 242, 5, R}, /* of both types, and not of all devices */
        {true, 'c', 243, 1, ALL}, {false, 'c', 243, 1, W},  /* the last decides */
        {true, 'c', 243, 2, ALL}, {false, 'c', 243, -1, W}, /* a wider one takes it back, too */
    };
    static const struct question questions[] = {{'c', 240, 1, R | W, true}, {'c', 240, 2, R, true},
        {'c', 240, 2, R | W, false}, {'b', 240, 1, R, false}, {'b', 241, 9, R | W, true},
        {'b', 241, 77, W, true}, {'c', 241, 9, R, false}, {'b', 250, 77, R, true},
        {'b', 250, 77, W, false}, {'c', 242, 5, R, true}, {'b', 242, 5, R, true},
        {'c', 242, 6, R, false}, {'c', 242, 5, W, false}, {'c', 243, 1, R, true},
        {'c', 243, 1, W, false}, {'c', 243, 2, R, true}, {'c', 243, 2, R | W, false}};
    struct container c;
    struct spec spec;

    (void)state;
    make(&c, &spec, rules, COUNT(rules), 0);
    CHECK(c, questions);
    CHECK(c, EVERYS);
}

/* A privileged container, less one device. */
static void allowed_but_some(void **state)
{
    static const struct spec_device_rule rules[] = {
        {true, 'a', -1, -1, ALL},
        {false, 'c', 240, 1, R | W},
    };
    static const struct question questions[] = {{'c', 240, 1, R, false}, {'c', 240, 2, R, true},
        {'b', 240, 1, R | W, true}, {'c', 1, 11, R, true}};
    struct container c;
    struct spec spec;

    (void)state;
    make(&c, &spec, rules, COUNT(rules), 0);
    CHECK(c, questions);
}

/* Refused on v1, which cannot say it, and right on v2. */
static void a_hole(void **state)
{
    static const struct spec_device_rule rules[] = {
        {true, 'b', 240, -1, R | W},
        {false, 'b', 240, 1, W},
    };
    static const struct question questions[] = {
        {'b', 240, 2, R | W, true}, {'b', 240, 1, R, true}, {'b', 240, 1, R | W, false}};
    struct container c;
    struct spec spec;

    (void)state;
    make(&c, &spec, rules, COUNT(rules), host_cgroups() == HOST_V2 ? 0 : -1);
    if (c.group.v2)
        CHECK(c, questions);
    else
        assert_int_equal(err.kind, ERR_USAGE);
}

/* Opens a device again and again, until the answer is another or it is killed. */
static pid_t start_opener(const struct cgroup *group, const char *path, bool allowed)
{
    pid_t pid = proc_fork(&err);

    if (pid != 0)
        return pid;
    if (cgroup_join(group, &err) < 0)
        _exit(1);
    for (;;) {
        int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if ((fd >= 0) != allowed)
            _exit(2);
        close_fd(&fd);
    }
}

static bool goes_on(pid_t pid)
{
    return proc_state(pid) && proc_state(pid) != 'Z';
}

/* Nobody inside is refused what was allowed before and after, or allowed what never was. */
static void changed_later(void **state)
{
    static const struct spec_device_rule before[] = {
        {true, 'c', 240, 1, R}, {true, 'c', 240, 2, R}};
    static const struct spec_device_rule after[] = {{true, 'c', 240, 1, R | W}};
    static const struct question old[] = {
        {'c', 240, 1, R, true}, {'c', 240, 1, W, false}, {'c', 240, 2, R, true}};
    static const struct question new[] = {
        {'c', 240, 1, R | W, true}, {'c', 240, 2, R, false}, {'b', 240, 1, R, false}};
    struct container c;
    struct spec spec;

    (void)state;
    make(&c, &spec, before, COUNT(before), 0);
    CHECK(c, old);
    pid_t opener = start_opener(&c.group, "/dev/null", true);
    pid_t prober = start_opener(&c.group, "/dev/kmsg", false);
    usleep(10000);
    for (int i = 0; i < 100; i++) {
        struct spec_linux l = {.device_rules = i % 2 ? before : after,
            .device_rules_count = i % 2 ? COUNT(before) : COUNT(after)};
        assert_ok(device_rules_update(&c.group, &l, &err));
    }
    CHECK(c, old);
    spec.linux_.device_rules = after;
    spec.linux_.device_rules_count = COUNT(after);
    assert_ok(device_rules_update(&c.group, &spec.linux_, &err));
    CHECK(c, new);
    CHECK(c, EVERYS);
    assert_true(goes_on(opener));
    assert_true(goes_on(prober));
    proc_end(opener);
    proc_end(prober);
}

/* The kernel's rules would be needed, and there is no hierarchy for them. */
static void without_a_controller(void **state)
{
    static const struct spec_device_rule all[] = {{true, 'a', -1, -1, ALL}};
    struct spec spec = {0};
    struct container c = {.spec = &spec, .explain = {.fd = -1}, .group = {.fd = -1, .paths = 1}};

    (void)state;
    if (!host_is_root())
        skip();
    strcpy(c.group.path[0], "/sys/fs/cgroup/memory/no-such");
    assert_err(device_rules_apply(&c, &err), ERR_SKIP);
    assert_true(err.hint[0]);
    spec.linux_.namespaces = CLONE_NEWUSER;
    assert_ok(device_rules_apply(&c, &err));
    spec.linux_ = (struct spec_linux){.device_rules = all, .device_rules_count = 1};
    assert_ok(device_rules_apply(&c, &err));
    c.group.absent = true;
    spec.linux_ = (struct spec_linux){0};
    assert_ok(device_rules_apply(&c, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_container_has_some),
        cmocka_unit_test(rules_add_up),
        cmocka_unit_test(allowed_but_some),
        cmocka_unit_test(a_hole),
        cmocka_unit_test(changed_later),
        cmocka_unit_test(without_a_controller),
    };

    return cmocka_run_group_tests_name("device_rules", tests, set_up, tear_down);
}
