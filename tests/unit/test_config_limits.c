// SPDX-License-Identifier: MIT
/*
 * Limits, of configs/full.json and in the forms that clients use for "none"; what three clients
 * sent (configs/); and the two files that hold a part of a config.
 */
#include "runtime/config.h"

#include "unit.h"

#include "fsio.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct err err;
static struct config config;

/* Read resources from a text. */
static int read_resources(const char *text)
{
    char path[64];
    int fd = memfd_create("resources", MFD_CLOEXEC);

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int result = config_read_resources(path, &config, &err);
    close(fd);
    return result;
}

static void assert_devices(
    const struct cgroup_device_limits *limits, size_t count, unsigned minor, uint64_t value)
{
    assert_int_equal(limits->count, count);
    assert_int_equal(limits->items[count - 1].major, 8);
    assert_int_equal(limits->items[count - 1].minor, minor);
    assert_true(limits->items[count - 1].value == value);
}

static void has_memory_cpu_pids(void **state)
{
    const struct cgroup_limits *r = &config.spec.linux_.resources;

    (void)state;
    assert_ok(config_read("configs", "full.json", "/bundle", &config, &err));
    assert_int_equal(r->memory_bytes, 104857600);
    assert_int_equal(r->memory_reservation_bytes, 52428800);
    assert_true(r->memory_swap_bytes == UINT64_MAX);
    assert_true(r->memory_swappiness_given && r->memory_swappiness == 0);
    assert_true(r->oom_kill_disabled == CGROUP_ON && r->check_before_update);
    assert_int_equal(r->cpu_shares, 1024);
    assert_true(r->cpu_quota_usec == UINT64_MAX);
    assert_int_equal(r->cpu_period_usec, 50000);
    assert_int_equal(r->cpu_burst_usec, 10000);
    assert_int_equal(r->cpu_rt_runtime_usec, 950000);
    assert_int_equal(r->cpu_rt_period_usec, 1000000);
    assert_string_equal(r->cpus, "0-1");
    assert_string_equal(r->mems, "0");
    assert_true(r->cpu_idle == CGROUP_ON);
    assert_true(r->pids == UINT64_MAX);
    config_free(&config);
}

static void has_io_and_names(void **state)
{
    const struct cgroup_limits *r = &config.spec.linux_.resources;

    (void)state;
    assert_ok(config_read("configs", "full.json", "/bundle", &config, &err));
    assert_int_equal(r->io_weight, 500);
    assert_devices(&r->io_weight_devices, 1, 0, 600);
    assert_devices(&r->read_bps, 1, 1, 1048576);
    assert_devices(&r->write_bps, 1, 2, UINT64_MAX);
    assert_devices(&r->read_iops, 1, 3, 30);
    assert_devices(&r->write_iops, 2, 5, 50);
    assert_int_equal(r->hugepages_count, 2);
    assert_string_equal(r->hugepages[0].name, "2MB");
    assert_int_equal(r->hugepages[0].value, 4194304);
    assert_int_equal(r->net_class_id, 1048577);
    assert_int_equal(r->net_priorities_count, 2);
    assert_string_equal(r->net_priorities[0].name, "eth0");
    assert_int_equal(r->net_priorities[0].value, 500);
    assert_int_equal(r->rdma_count, 2);
    assert_string_equal(r->rdma[0].name, "mlx5_1");
    assert_int_equal(r->rdma[0].handles, 3);
    assert_int_equal(r->rdma[0].objects, 10000);
    assert_int_equal(r->rdma[1].handles, -1);
    assert_int_equal(r->rdma[1].objects, 7);
    assert_int_equal(r->unified_count, 2);
    assert_string_equal(r->unified[0].name, "memory.high");
    assert_string_equal(r->unified[0].value, "90M");
    assert_string_equal(r->unified[1].value, "");
    config_free(&config);
}

/* Every way to say "no limit asked for": absent, null, 0, and docker's swappiness. */
static void takes_none_for_none(void **state)
{
    static const struct cgroup_limits none;
    static const char *const texts[] = {
        "{}",
        " { \"memory\" : null, \"pids\": {\"limit\": 0} }\n",
        "{\"memory\": {\"limit\": 0, \"swap\": null, \"swappiness\": 18446744073709551615}}",
        "{\"memory\": {\"swappiness\": -1}, "
        "\"cpu\": {\"shares\": 0, \"quota\": 0, \"cpus\": \"\"}}",
        "{\"blockIO\": {\"weight\": 0, \"weightDevice\": null}, \"devices\": null}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_ok(read_resources(texts[i]));
        assert_memory_equal(&config.spec.linux_.resources, &none, sizeof(none));
        assert_int_equal(config.text_length, strlen(texts[i]));
        assert_string_equal(config.text, texts[i]);
        config_free(&config);
    }
}

static void reads_standard_input(void **state)
{
    static const char text[] = "{\"pids\": {\"limit\": 7}}";
    int saved = dup(STDIN_FILENO), ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    int result = config_read_resources("-", &config, &err);
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_ok(result);
    assert_int_equal(config.spec.linux_.resources.pids, 7);
    config_free(&config);
}

/* What each client was asked for, and what it sent of its own. */
static void reads_what_clients_send(void **state)
{
    static const struct {
        const char *name, *root, *cgroup;
        size_t mounts, rules, seccomp, rlimits;
        uint64_t bytes, swap_bytes, pids;
    } clients[] = {
        {"podman.json", "/srv/rootfs", "/libpod_parent/libpod-c831a500ff86", 11, 2, 22, 2, 64 << 20,
            128 << 20, 50},
        {"containerd.json", "/srv/rootfs", "/default/one", 8, 10, 11, 1, 64 << 20, 0, 0},
        {"docker.json", "/var/lib/docker/vfs/dir/40af", "/docker/c87dc9ae5596", 11, 8, 12, 1,
            64 << 20, 128 << 20, 50},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
        assert_ok(config_read("configs", clients[i].name, "/bundle", &config, &err));
        const struct spec_linux *l = &config.spec.linux_;
        assert_non_null(strstr(config.spec.process.args[0], "true"));
        assert_string_equal(config.spec.root.path, clients[i].root);
        assert_string_equal(l->cgroups_path, clients[i].cgroup);
        assert_int_equal(config.spec.mounts_count, clients[i].mounts);
        assert_int_equal(l->device_rules_count, clients[i].rules);
        assert_int_equal(l->seccomp->rules_count, clients[i].seccomp);
        assert_int_equal(config.spec.process.rlimits_count, clients[i].rlimits);
        assert_int_equal(l->resources.memory_bytes, clients[i].bytes);
        assert_int_equal(l->resources.memory_swap_bytes, clients[i].swap_bytes);
        assert_int_equal(l->resources.pids, clients[i].pids);
        assert_int_equal(l->resources.cpu_quota_usec, 50000);
        config_free(&config);
    }
}

static void reads_a_process_alone(void **state)
{
    char path[64];
    static const char text[] = "{\"args\": [\"id\"], \"cwd\": \"/\", \"user\": {\"uid\": 7}}";
    int fd = memfd_create("process", MFD_CLOEXEC);

    (void)state;
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    assert_ok(config_read_process(path, &config, &err));
    assert_string_equal(config.spec.process.args[0], "id");
    assert_null(config.spec.process.args[1]);
    assert_int_equal(config.spec.process.user.uid, 7);
    config_free(&config);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_memory_cpu_pids),
        cmocka_unit_test(has_io_and_names),
        cmocka_unit_test(takes_none_for_none),
        cmocka_unit_test(reads_standard_input),
        cmocka_unit_test(reads_what_clients_send),
        cmocka_unit_test(reads_a_process_alone),
    };

    return cmocka_run_group_tests_name("config limits", tests, NULL, NULL);
}
