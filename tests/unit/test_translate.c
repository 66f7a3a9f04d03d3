// SPDX-License-Identifier: MIT
/* translate: what each field of a record becomes in the spec. */
#include "engine/translate/translate.h"

#include "engine/translate/user.h"
#include "unit.h"

#include "host.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static char dir[] = "/tmp/test_translate.XXXXXX";
static char root[64], id[STORE_ID + 1];
static struct store store;
static struct translation translation;
static struct err err;

static const char *const ARGS[] = {"a", NULL};

/* A container with --rootfs that asks for nothing. */
static struct record plain(void)
{
    return (struct record){
        .id = id,
        .name = "box",
        .created = "2026-11-22T03:00:00Z",
        .path = "/bin/sh",
        .args = ARGS,
        .config = {.hostname = "box"},
        .host = {.rootfs = root, .network_mode = "none", .shm_size_bytes = 1 << 20},
    };
}

static const struct spec *spec_of(const struct record *record)
{
    translation_free(&translation);
    assert_ok(translate(&store, record, NULL, &translation, &err));
    return &translation.spec;
}

static void refuse(const struct record *record, enum err_kind kind)
{
    translation_free(&translation);
    assert_err(translate(&store, record, NULL, &translation, &err), kind);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    char path[PATH_MAX], part[STORE_ID + 20];

    (void)state;
    if (!mkdtemp(dir))
        return -1;
    memset(id, 'a', STORE_ID);
    snprintf(root, sizeof(root), "%s/root", dir);
    snprintf(path, sizeof(path), "%s/store", dir);
    assert_ok(store_open(path, &store, &err));
    snprintf(part, sizeof(part), "containers/%s", id);
    assert_ok(store_dir(&store, part, path, &err));
    mkdir(root, 0755);
    snprintf(path, sizeof(path), "%s/etc", root);
    mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/etc/passwd", root);
    write_file(path, "root:x:0:0::/root:/bin/sh\nweb:x:12:34::/srv:/bin/sh\n");
    snprintf(path, sizeof(path), "%s/etc/group", root);
    write_file(path, "root:x:0:\nextra:x:56:web\nmore:x:78:\n");
    return 0;
}

static int tear_down(void **state)
{
    char command[100];

    (void)state;
    translation_free(&translation);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command);
}

static void test_process(void **state)
{
    static const char *const env[] = {"PATH=/x", "A=1=2", "HOME=/h", NULL};
    static const char *const more[] = {"more", "9", "extra", NULL};
    struct record record = plain();

    (void)state;
    const struct spec *spec = spec_of(&record);
    assert_string_equal(spec->process.args[0], "/bin/sh");
    assert_string_equal(spec->process.args[1], "a");
    assert_null(spec->process.args[2]);
    assert_string_equal(spec->process.cwd, "/");
    assert_string_equal(spec_env(&spec->process, "HOME"), "/root");
    assert_string_equal(spec_env(&spec->process, "HOSTNAME"), "box");
    assert_null(spec_env(&spec->process, "TERM"));
    assert_false(spec->process.oom_score_adj_given);
    record.config.env = env;
    record.config.tty = true;
    record.config.user = "web";
    record.config.working_dir = "/srv";
    record.host.group_add = more;
    record.host.oom_score_adj = -1;
    spec = spec_of(&record);
    assert_string_equal(spec_env(&spec->process, "PATH"), "/x");
    assert_string_equal(spec_env(&spec->process, "A"), "1=2");
    assert_string_equal(spec_env(&spec->process, "HOME"), "/h");
    assert_string_equal(spec_env(&spec->process, "TERM"), "xterm");
    assert_string_equal(spec->process.cwd, "/srv");
    assert_int_equal(spec->process.user.uid, 12);
    assert_int_equal(spec->process.user.gid, 34);
    const gid_t groups[] = {34, 56, 78, 9};
    assert_int_equal(spec->process.user.additional_gids_count, 4);
    assert_memory_equal(spec->process.user.additional_gids, groups, sizeof(groups));
    assert_int_equal(spec->process.capabilities.effective, 0);
    assert_true(spec->process.oom_score_adj_given && spec->process.oom_score_adj == -1);
}

static void test_limits(void **state)
{
    static const struct record_ulimit ulimits[] = {{"nofile", 10, 20}, {"core", 0, -1}};
    struct record record = plain();
    const struct cgroup_limits none = {0};

    (void)state;
    assert_memory_equal(&spec_of(&record)->linux_.resources, &none, sizeof(none));
    record.host.memory_bytes = 100;
    record.host.memory_swap_bytes = -1;
    record.host.nano_cpus = 1500000000;
    record.host.cpu_shares = 512;
    record.host.cpuset_cpus = "0";
    record.host.pids_limit = -1;
    record.host.blkio_weight = 300;
    record.host.ulimits = ulimits;
    record.host.ulimits_count = 2;
    const struct spec *spec = spec_of(&record);
    const struct cgroup_limits *limits = &spec->linux_.resources;
    assert_int_equal(limits->memory_bytes, 100);
    assert_true(limits->memory_swap_bytes == UINT64_MAX);
    assert_int_equal(limits->cpu_quota_usec, 150000);
    assert_int_equal(limits->cpu_period_usec, 100000);
    assert_int_equal(limits->cpu_shares, 512);
    assert_string_equal(limits->cpus, "0");
    assert_int_equal(limits->pids, 0);
    assert_int_equal(limits->io_weight, 300);
    assert_int_equal(spec->process.rlimits_count, 2);
    assert_int_equal(spec->process.rlimits[0].type, RLIMIT_NOFILE);
    assert_int_equal(spec->process.rlimits[0].limit.rlim_max, 20);
    assert_true(spec->process.rlimits[1].limit.rlim_max == RLIM_INFINITY);
    record.host.pids_limit = 7;
    assert_int_equal(spec_of(&record)->linux_.resources.pids, 7);
}

static void test_namespaces(void **state)
{
    const int all = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET |
                    CLONE_NEWCGROUP | (host_is_root() ? 0 : CLONE_NEWUSER);
    struct record record = plain();

    (void)state;
    assert_int_equal(spec_of(&record)->linux_.namespaces, all);
    assert_true((spec_of(&record)->linux_.mappings != NULL) == !host_is_root());
    record.host.pid_mode = record.host.ipc_mode = record.host.uts_mode = "host";
    record.host.network_mode = record.host.cgroupns_mode = "host";
    const struct spec *spec = spec_of(&record);
    assert_int_equal(spec->linux_.namespaces, all & (CLONE_NEWNS | CLONE_NEWUSER));
    assert_null(spec->hostname);
    assert_int_equal(spec->linux_.sysctl_count, 0);
    record = plain();
    record.host.pid_mode = "container:bbbb";
    refuse(&record, ERR_REFUSED);
    assert_string_equal(err.what, "cannot join PID of a non running container: bbbb");
}

static bool has_mount(const struct spec *spec, const char *target)
{
    for (size_t i = 0; i < spec->mounts_count; i++) {
        if (strcmp(spec->mounts[i].destination, target) == 0)
            return true;
    }
    return false;
}

static void test_fences(void **state)
{
    static const char *const open_paths[] = {
        "systempaths=unconfined", "seccomp=unconfined", "no-new-privileges", NULL};
    struct record record = plain();

    (void)state;
    const struct spec *spec = spec_of(&record);
    assert_non_null(spec->linux_.masked_paths);
    assert_non_null(translation.seccomp.filter);
    assert_true(has_mount(spec, "/dev/shm"));
    record.host.security_opt = open_paths;
    record.host.ipc_mode = "none";
    record.host.read_only = true;
    spec = spec_of(&record);
    assert_null(spec->linux_.masked_paths);
    assert_null(spec->linux_.readonly_paths);
    assert_null(translation.seccomp.filter);
    assert_true(spec->process.no_new_privileges && spec->root.readonly);
    assert_false(has_mount(spec, "/dev/shm"));
    assert_int_equal(spec->linux_.devices_count, 0);
    record = plain();
    record.host.privileged = true;
    spec = spec_of(&record);
    assert_null(spec->linux_.masked_paths);
    assert_null(translation.seccomp.filter);
    assert_true(spec->process.capabilities.effective == ~UINT64_C(0));
    assert_int_equal(spec->linux_.device_rules_count, 1);
    assert_int_equal(spec->linux_.device_rules[0].type, 'a');
}

static void test_devices(void **state)
{
    struct record_device device = {"/dev/null", "/dev/other", "r"};
    struct record_rate rate = {"/dev/null", 1};
    struct record record = plain();

    (void)state;
    record.host.devices = &device;
    record.host.devices_count = 1;
    const struct spec *spec = spec_of(&record);
    const struct spec_device_rule *rule =
        &spec->linux_.device_rules[spec->linux_.device_rules_count - 1];
    assert_true(rule->allow && rule->type == 'c' && rule->access == SPEC_READ);
    assert_int_equal(rule->major, 1);
    assert_int_equal(rule->minor, 3);
    assert_int_equal(spec->linux_.device_rules[0].allow, false); /* the defaults are before it */
    if (host_is_root())
        assert_string_equal(spec->linux_.devices[0].path, "/dev/other");
    else
        assert_true(has_mount(spec, "/dev/other"));
    device.on_host = "/dev/nosuch";
    refuse(&record, ERR_SYS);
    device.on_host = "/etc/passwd";
    refuse(&record, ERR_REFUSED);
    record = plain();
    record.host.read_bps = &rate;
    record.host.read_bps_count = 1;
    refuse(&record, ERR_USAGE);
}

/* The topmost layer that says something of a file decides. */
static void test_layers(void **state)
{
    char upper[PATH_MAX], etc[PATH_MAX], file[PATH_MAX];
    const char *const layers[] = {upper, root, NULL};
    struct user user;

    (void)state;
    snprintf(upper, sizeof(upper), "%s/upper", dir);
    mkdir(upper, 0755);
    assert_ok(user_find(layers, "web", NULL, &user, &err));
    assert_int_equal(user.uid, 12);
    snprintf(etc, sizeof(etc), "%s/upper/etc", dir);
    mkdir(etc, 0755);
    snprintf(file, sizeof(file), "%s/upper/etc/passwd", dir);
    write_file(file, "web:x:99:0::/:/bin/sh\n");
    assert_ok(user_find(layers, "web:more", NULL, &user, &err));
    assert_int_equal(user.uid, 99);
    assert_int_equal(user.gid, 78);
    unlink(file);
    assert_int_equal(symlink("/etc/shadow", file), 0); /* leads nowhere in that layer */
    assert_ok(user_find(layers, "web", NULL, &user, &err));
    assert_int_equal(user.uid, 12);
    unlink(file);
    if (mknod(file, S_IFCHR, makedev(0, 0)) < 0)
        skip(); /* an ordinary user may make whiteouts since Linux 5.8 */
    assert_err(user_find(layers, "web", NULL, &user, &err), ERR_REFUSED);
    assert_ok(user_find(layers, "12", NULL, &user, &err));
    assert_string_equal(user.home, "/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_namespaces),
        cmocka_unit_test(test_fences),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_layers),
    };

    return cmocka_run_group_tests_name("translate", tests, set_up, tear_down);
}
