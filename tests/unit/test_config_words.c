// SPDX-License-Identifier: MIT
/* Every word that stands for a number, and every field that nothing can be done without. */
#include "runtime/config.h"

#include "unit.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <unistd.h>

static struct err err;
static struct config config;

/* Read a config whose process and linux have these fields, too. */
static int read_config(const char *process, const char *linux_)
{
    char text[2048], name[16];
    int fd = memfd_create("config", MFD_CLOEXEC);

    snprintf(text, sizeof(text),
        "{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"/r\"},"
        " \"process\": {\"args\": [\"a\"], \"cwd\": \"/\"%s}, \"linux\": {\"x\": 1%s}}",
        process, linux_);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    snprintf(name, sizeof(name), "%d", fd);
    int result = config_read("/proc/self/fd", name, "/bundle", &config, &err);
    close(fd);
    return result;
}

struct word {
    const char *word;
    unsigned long value;
};

static void knows_each_resource_limit(void **state)
{
    static const struct word words[] = {{"AS", RLIMIT_AS}, {"CORE", RLIMIT_CORE},
        {"CPU", RLIMIT_CPU}, {"DATA", RLIMIT_DATA}, {"FSIZE", RLIMIT_FSIZE},
        {"LOCKS", RLIMIT_LOCKS}, {"MEMLOCK", RLIMIT_MEMLOCK}, {"MSGQUEUE", RLIMIT_MSGQUEUE},
        {"NICE", RLIMIT_NICE}, {"NOFILE", RLIMIT_NOFILE}, {"NPROC", RLIMIT_NPROC},
        {"RSS", RLIMIT_RSS}, {"RTPRIO", RLIMIT_RTPRIO}, {"RTTIME", RLIMIT_RTTIME},
        {"SIGPENDING", RLIMIT_SIGPENDING}, {"STACK", RLIMIT_STACK}};
    char text[200];

    (void)state;
    assert_int_equal(sizeof(words) / sizeof(words[0]), RLIM_NLIMITS);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        snprintf(text, sizeof(text), ", \"rlimits\": [{\"type\": \"RLIMIT_%s\"}]", words[i].word);
        assert_ok(read_config(text, ""));
        assert_int_equal(config.spec.process.rlimits[0].type, words[i].value);
        config_free(&config);
    }
}

static void knows_each_propagation(void **state)
{
    static const struct word words[] = {{"private", MS_PRIVATE}, {"slave", MS_SLAVE},
        {"shared", MS_SHARED}, {"unbindable", MS_UNBINDABLE}, {"rprivate", MS_PRIVATE | MS_REC},
        {"rslave", MS_SLAVE | MS_REC}, {"rshared", MS_SHARED | MS_REC},
        {"runbindable", MS_UNBINDABLE | MS_REC}, {"", 0}};
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        snprintf(text, sizeof(text), ", \"rootfsPropagation\": \"%s\"", words[i].word);
        assert_ok(read_config("", text));
        assert_int_equal(config.spec.linux_.rootfs_propagation, words[i].value);
        config_free(&config);
    }
}

static void knows_each_personality(void **state)
{
    static const struct word words[] = {{"UNAME26", UNAME26},
        {"ADDR_NO_RANDOMIZE", ADDR_NO_RANDOMIZE}, {"FDPIC_FUNCPTRS", FDPIC_FUNCPTRS},
        {"MMAP_PAGE_ZERO", MMAP_PAGE_ZERO}, {"ADDR_COMPAT_LAYOUT", ADDR_COMPAT_LAYOUT},
        {"READ_IMPLIES_EXEC", READ_IMPLIES_EXEC}, {"ADDR_LIMIT_32BIT", ADDR_LIMIT_32BIT},
        {"SHORT_INODE", SHORT_INODE}, {"WHOLE_SECONDS", WHOLE_SECONDS},
        {"STICKY_TIMEOUTS", STICKY_TIMEOUTS}, {"ADDR_LIMIT_3GB", ADDR_LIMIT_3GB}};
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        snprintf(text, sizeof(text),
            ", \"personality\": {\"domain\": \"LINUX\", \"flags\": [\"%s\"]}", words[i].word);
        assert_ok(read_config("", text));
        assert_true(config.spec.linux_.personality_given);
        assert_true(config.spec.linux_.personality == words[i].value);
        config_free(&config);
    }
}

static void knows_each_capability(void **state)
{
    static const struct word words[] = {
        {"bounding", 1}, {"effective", 2}, {"permitted", 4}, {"inheritable", 8}, {"ambient", 16}};
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        snprintf(text, sizeof(text), ", \"capabilities\": {\"%s\": [\"CAP_X\", \"CAP_KILL\"]}",
            words[i].word);
        assert_ok(read_config(text, ""));
        const struct caps *c = &config.spec.process.capabilities;
        const uint64_t sets[] = {
            c->bounding, c->effective, c->permitted, c->inheritable, c->ambient};
        for (size_t j = 0; j < 5; j++)
            assert_true(sets[j] == (j == i ? CAPS_BIT(CAP_KILL) : 0));
        config_free(&config);
    }
}

/* What is there but lacks the field that gives it a meaning. */
static void wants_each_required_field(void **state)
{
    static const struct {
        const char *process, *linux_, *place;
    } lacking[] = {
        {", \"rlimits\": [{}]", "", "process.rlimits[0].type: is missing"},
        {", \"cwd\": null", "", "process.cwd: is missing"},
        {"}, \"annotations\": {\"a\": null}, \"y\": {\"z\": 1", "", "annotations.a: is missing"},
        {"}, \"hooks\": {\"prestart\": [{}]}, \"y\": {\"z\": 1", "",
            "hooks.prestart[0].path: is missing"},
        {"", ", \"namespaces\": [{}]", "linux.namespaces[0].type: is missing"},
        {"", ", \"namespaces\": [{\"type\": \"\"}]", "linux.namespaces[0].type: is missing"},
        {"", ", \"personality\": {}", "linux.personality.domain: is missing"},
        {"", ", \"uidMappings\": [{\"hostID\": 1}]", "linux.uidMappings[0].size: is missing"},
        {"", ", \"devices\": [{\"type\": \"c\"}]", "linux.devices[0].path: is missing"},
        {"", ", \"devices\": [{\"path\": \"/c\"}]", "linux.devices[0].type: is missing"},
        {"", ", \"seccomp\": {\"defaultAction\": \"A\", \"syscalls\": [{\"action\": \"A\"}]}",
            "linux.seccomp.syscalls[0].names: is missing"},
        {"", ", \"seccomp\": {\"defaultAction\": \"A\", \"syscalls\": [{\"names\": [\"x\"]}]}",
            "linux.seccomp.syscalls[0].action: is missing"},
        {"",
            ", \"seccomp\": {\"defaultAction\": \"A\", \"syscalls\": [{\"names\": [\"x\"],"
            " \"action\": \"A\", \"args\": [{\"op\": \"O\"}]}]}",
            "linux.seccomp.syscalls[0].args[0].index: is missing"},
        {"",
            ", \"seccomp\": {\"defaultAction\": \"A\", \"syscalls\": [{\"names\": [\"x\"],"
            " \"action\": \"A\", \"args\": [{\"index\": 0}]}]}",
            "linux.seccomp.syscalls[0].args[0].op: is missing"},
        {"", ", \"resources\": {\"hugepageLimits\": [{\"pageSize\": \"2MB\"}]}",
            "linux.resources.hugepageLimits[0].limit: is missing"},
        {"", ", \"resources\": {\"network\": {\"priorities\": [{\"priority\": 1}]}}",
            "linux.resources.network.priorities[0].name: is missing"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
        assert_err(read_config(lacking[i].process, lacking[i].linux_), ERR_USAGE);
        assert_string_equal(strchr(err.what, ' ') + 1, lacking[i].place);
        config_free(&config);
    }
}

/* With every namespace there, what is still no setting of the container's own. */
static void knows_kernel_settings(void **state)
{
    static const char *const bad[] = {"net-a.b", "netfilter", "net", ".net.a", "net.a.", "/net/a",
        "net..a", "net./.a", "kernel.sem.x", "kernel", "", "..", "fs.file-max"};
    static const char *const good[] = {"net.a", "net/a.b/c", "kernel/sem", "kernel.hostname"};
    static const char form[] = ", \"namespaces\": [{\"type\": \"network\"}, {\"type\": \"ipc\"}, "
                               "{\"type\": \"uts\"}], \"sysctl\": {\"%s\": \"1\"}";
    char text[300];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), form, bad[i]);
        assert_err(read_config("", text), ERR_USAGE);
        assert_non_null(strstr(err.what, "linux.sysctl"));
        config_free(&config);
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(text, sizeof(text), form, good[i]);
        assert_ok(read_config("", text));
        assert_string_equal(config.spec.linux_.sysctl[0].key, good[i]);
        config_free(&config);
    }
}

/* What is in quotes and should not be, and the other way round, is told with its cure; else not. */
static void sees_wrong_quotes(void **state)
{
    static const struct {
        const char *process, *hint;
    } quotes[] = {
        {", \"oomScoreAdj\": \"5\"", "it stands in quotes -> write it without them"},
        {", \"terminal\": \"true\"", "it stands in quotes -> write it without them"},
        {", \"args\": [8080]", "it stands without quotes -> write \"8080\""},
        {", \"cwd\": true", "it stands without quotes -> write \"true\""},
        {", \"env\": \"A=b\"", "one string is not a list -> put it in [ ]"},
        {", \"oomScoreAdj\": []", ""},
        {", \"cwd\": []", ""},
        {", \"user\": \"root\"", ""},
        {", \"args\": {}", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        assert_err(read_config(quotes[i].process, ""), ERR_USAGE);
        assert_string_equal(err.hint, quotes[i].hint);
        config_free(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_each_resource_limit),
        cmocka_unit_test(knows_each_propagation),
        cmocka_unit_test(knows_each_personality),
        cmocka_unit_test(knows_each_capability),
        cmocka_unit_test(wants_each_required_field),
        cmocka_unit_test(knows_kernel_settings),
        cmocka_unit_test(sees_wrong_quotes),
    };

    return cmocka_run_group_tests_name("config words", tests, NULL, NULL);
}
