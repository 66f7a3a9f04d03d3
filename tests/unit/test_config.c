// SPDX-License-Identifier: MIT
/*
 * What a good config becomes. configs/full.json has every field that is read, and here is each
 * one's place; podman.json, containerd.json and docker.json are what those clients sent, with their
 * limits, mounts and Docker's seccomp profile.
 */
#include "runtime/config.h"

#include "unit.h"

#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static struct err err;
static struct config config;

static int read_full(void **state)
{
    (void)state;
    return config_read("configs", "full.json", "/bundle", &config, &err);
}

static int give_back(void **state)
{
    (void)state;
    config_free(&config);
    config_free(&config);
    return 0;
}

/* A list of strings that ends with NULL, in one: "a|b|". */
static void assert_words(const void *list, const char *wanted)
{
    char got[600] = "";

    assert_non_null(list);
    for (const char *const *word = list; *word; word++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s|", *word);
    assert_string_equal(got, wanted);
}

static void has_the_process(void **state)
{
    const struct spec_process *p = &config.spec.process;

    (void)state;
    assert_true(p->terminal && p->no_new_privileges && p->oom_score_adj_given);
    assert_int_equal(p->console_size->ws_row, 50);
    assert_int_equal(p->console_size->ws_col, 132);
    assert_int_equal(p->user.uid, 1000);
    assert_int_equal(p->user.gid, 4294967294);
    assert_true(p->user.umask_given && p->user.umask == 0);
    assert_int_equal(p->user.additional_gids_count, 2);
    assert_int_equal(p->user.additional_gids[0], 5);
    assert_int_equal(p->user.additional_gids[1], 0);
    assert_words(p->args, "sh|-c||ä😀|");
    assert_words(p->env, "PATH=/bin|NO_EQUALS||");
    assert_string_equal(p->cwd, "/work");
    assert_int_equal(p->oom_score_adj, -1000);
    assert_string_equal(p->apparmor_profile, "docker-default");
    assert_true(p->capabilities.bounding == (CAPS_BIT(CAP_CHOWN) | CAPS_BIT(40)));
    assert_true(p->capabilities.effective == CAPS_BIT(CAP_KILL));
    assert_true(p->capabilities.permitted == (CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_SETUID)));
    assert_true(p->capabilities.inheritable == 0);
    assert_true(p->capabilities.ambient == CAPS_BIT(CAP_NET_RAW));
    assert_int_equal(p->rlimits_count, 2);
    assert_int_equal(p->rlimits[0].type, RLIMIT_NOFILE);
    assert_int_equal(p->rlimits[0].limit.rlim_cur, 1024);
    assert_int_equal(p->rlimits[0].limit.rlim_max, 4096);
    assert_int_equal(p->rlimits[1].type, RLIMIT_CORE);
    assert_true(p->rlimits[1].limit.rlim_max == RLIM_INFINITY);
}

static void has_root_names_and_hooks(void **state)
{
    static const char *const paths[HOOK_POINTS] = {
        "/bin/one", "/bin/two", "/bin/three", "/bin/four", "/bin/five", "/bin/six"};
    const struct spec *spec = &config.spec;

    (void)state;
    assert_string_equal(spec->root.path, "/bundle/rootfs");
    assert_true(spec->root.readonly && !spec->root.lower);
    assert_string_equal(spec->hostname, "full");
    assert_string_equal(spec->domainname, "example.org");
    assert_int_equal(spec->annotations_count, 2);
    assert_string_equal(spec->annotations[0].key, "org.example.one");
    assert_string_equal(spec->annotations[0].value, "1");
    assert_string_equal(spec->annotations[1].value, "");
    for (int i = 0; i < HOOK_POINTS; i++) {
        assert_int_equal(spec->hooks[i].count, i == 0 ? 2 : 1);
        assert_string_equal(spec->hooks[i].hooks[0].path, paths[i]);
    }
    assert_words(spec->hooks[0].hooks[0].args, "one|two|");
    assert_words(spec->hooks[0].hooks[0].env, "A=b|");
    assert_int_equal(spec->hooks[0].hooks[0].timeout_sec, 5);
    assert_null(spec->hooks[0].hooks[1].args);
    assert_int_equal(spec->hooks[0].hooks[1].timeout_sec, 0);
}

static void has_the_mounts(void **state)
{
    const struct spec_mount *m = config.spec.mounts;

    (void)state;
    assert_int_equal(config.spec.mounts_count, 3);
    assert_string_equal(m[0].destination, "/proc");
    assert_string_equal(m[0].type, "proc");
    assert_string_equal(m[0].source, "proc");
    assert_null(m[0].options);
    assert_null(m[0].mappings);
    assert_string_equal(m[1].destination, "/relative");
    assert_null(m[1].type);
    assert_string_equal(m[1].source, "/bundle/data");
    assert_words(m[1].options, "rbind|ro|");
    assert_int_equal(m[1].mappings->uids, 1);
    assert_int_equal(m[1].mappings->uid[0].outside, 1000);
    assert_int_equal(m[1].mappings->gids, 2);
    assert_int_equal(m[1].mappings->gid[1].inside, 1);
    assert_int_equal(m[1].mappings->gid[1].count, 2);
    assert_string_equal(m[2].source, "/abs");
    assert_null(m[2].options);
}

static void has_namespaces_and_ids(void **state)
{
    const struct spec_linux *l = &config.spec.linux_;

    (void)state;
    assert_int_equal(l->namespaces, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS |
                                        CLONE_NEWUSER | CLONE_NEWCGROUP | CLONE_NEWTIME);
    for (int i = 0; i < NS_KINDS; i++) {
        if (ns_table[i].flag == CLONE_NEWNET)
            assert_string_equal(l->namespace_paths[i], "/run/netns/x");
        else
            assert_null(l->namespace_paths[i]);
    }
    assert_int_equal(l->mappings->uids, 2);
    assert_int_equal(l->mappings->uid[0].outside, 100000);
    assert_int_equal(l->mappings->uid[0].count, 65536);
    assert_int_equal(l->mappings->uid[1].inside, 65536);
    assert_int_equal(l->mappings->gids, 1);
    assert_int_equal(l->mappings->gid[0].outside, 4294967295);
    assert_true(l->monotonic.given && l->monotonic.secs == -5);
    assert_int_equal(l->monotonic.nanosecs, 999999999);
    assert_true(l->boottime.given && l->boottime.secs == 86400);
}

static void assert_device(const struct spec_device *device, mode_t type_and_mode, unsigned major,
    unsigned minor, uid_t uid, gid_t gid)
{
    assert_int_equal(device->type_and_mode, type_and_mode);
    assert_int_equal(device->major, major);
    assert_int_equal(device->minor, minor);
    assert_int_equal(device->uid, uid);
    assert_int_equal(device->gid, gid);
}

static void has_the_devices(void **state)
{
    static const struct spec_device_rule wanted[] = {
        {false, 'a', -1, -1, SPEC_READ | SPEC_WRITE | SPEC_MKNOD},
        {true, 'c', 1, 3, SPEC_READ | SPEC_WRITE},
        {true, 'b', 8, -1, SPEC_MKNOD},
        {true, 'a', -1, -1, SPEC_READ | SPEC_WRITE | SPEC_MKNOD},
    };
    const struct spec_linux *l = &config.spec.linux_;

    (void)state;
    assert_int_equal(l->devices_count, 4);
    assert_string_equal(l->devices[0].path, "/dev/c");
    assert_device(&l->devices[0], S_IFCHR | 0666, 10, 229, 1, 2);
    assert_device(&l->devices[1], S_IFCHR | 0666, 1, 3, 0, 0);
    assert_device(&l->devices[2], S_IFBLK, 4095, 1048575, 0, 0);
    assert_device(&l->devices[3], S_IFIFO | 0600, 0, 0, 0, 0);
    assert_int_equal(l->device_rules_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct spec_device_rule *rule = &l->device_rules[i];
        assert_int_equal(rule->allow, wanted[i].allow);
        assert_int_equal(rule->type, wanted[i].type);
        assert_int_equal(rule->major, wanted[i].major);
        assert_int_equal(rule->minor, wanted[i].minor);
        assert_int_equal(rule->access, wanted[i].access);
    }
}

static void has_the_rest_of_linux(void **state)
{
    const struct spec_linux *l = &config.spec.linux_;

    (void)state;
    assert_string_equal(l->cgroups_path, "/engine/full");
    assert_false(l->cgroups_disabled);
    assert_int_equal(l->sysctl_count, 5);
    assert_string_equal(l->sysctl[1].key, "net/ipv4/conf/eth0.1/rp_filter");
    assert_string_equal(l->sysctl[2].value, "68719476736");
    assert_words(l->masked_paths, "/proc/kcore|/sys/firmware|");
    assert_words(l->readonly_paths, "/proc/sys|");
    assert_int_equal(l->rootfs_propagation, MS_SLAVE | MS_REC);
    assert_true(l->personality_given);
    assert_int_equal(l->personality, PER_LINUX32 | ADDR_NO_RANDOMIZE | UNAME26);
}

static void has_seccomp(void **state)
{
    const struct spec_seccomp *s = config.spec.linux_.seccomp;
    const struct spec_seccomp_arg *args = s->rules[1].args;
    static const char beginning[] = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,";

    (void)state;
    assert_string_equal(s->default_action, "SCMP_ACT_ERRNO");
    assert_true(s->default_errno_given && s->default_errno == 38);
    assert_words(s->architectures, "SCMP_ARCH_X86_64|SCMP_ARCH_X86|");
    assert_words(s->flags, "SECCOMP_FILTER_FLAG_LOG|");
    assert_string_equal(s->listener_path, "/run/agent.sock");
    assert_string_equal(s->listener_metadata, "meta");
    assert_int_equal(s->rules_count, 2);
    assert_words(s->rules[0].names, "read|write|");
    assert_string_equal(s->rules[0].action, "SCMP_ACT_ALLOW");
    assert_false(s->rules[0].errno_given);
    assert_int_equal(s->rules[0].args_count, 0);
    assert_true(s->rules[1].errno_given && s->rules[1].errno_ret == 0);
    assert_int_equal(s->rules[1].args_count, 2);
    assert_true(args[0].value == UINT64_MAX && args[0].value_two == 1ull << 63);
    assert_string_equal(args[0].op, "SCMP_CMP_MASKED_EQ");
    assert_int_equal(args[1].index, 5);
    assert_memory_equal(s->text, beginning, sizeof(beginning) - 1);
    assert_null(strpbrk(s->text, " \n"));
}

int main(void)
{
#define WITH_FULL(test) cmocka_unit_test_setup_teardown(test, read_full, give_back)
    const struct CMUnitTest tests[] = {
        WITH_FULL(has_the_process),
        WITH_FULL(has_root_names_and_hooks),
        WITH_FULL(has_the_mounts),
        WITH_FULL(has_namespaces_and_ids),
        WITH_FULL(has_the_devices),
        WITH_FULL(has_the_rest_of_linux),
        WITH_FULL(has_seccomp),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
