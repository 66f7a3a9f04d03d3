// SPDX-License-Identifier: MIT
/* What is no config: each mistake, and the exact words that say where it is. */
#include "runtime/config.h"

#include "unit.h"

#include "fsio.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct err err;
static struct config config;
static char dir[] = "/tmp/test-config-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "%s/config.json", dir);
    unlink(path);
    return rmdir(dir);
}

/* "config.json: WANTED" is what err says. */
static void assert_said(const char *wanted)
{
    char all[sizeof(err.what) + 16];

    snprintf(all, sizeof(all), "config.json: %s", wanted);
    assert_string_equal(err.what, all);
}

static void refuse(const char *text, const char *wanted)
{
    assert_ok(fsio_create(&err, dir, "config.json", text));
    assert_err(config_read(dir, "config.json", "/bundle", &config, &err), ERR_USAGE);
    assert_said(wanted);
    config_free(&config);
}

/* A good config, with more fields at three places. */
static void refuse_in(const char *where, const char *fields, const char *wanted)
{
    char text[4096];
    const char *in[3];
    static const char *const places[] = {"process", "linux", "top"};

    for (int i = 0; i < 3; i++)
        in[i] = strcmp(where, places[i]) == 0 ? fields : "\"x\": 1";
    snprintf(text, sizeof(text),
        "{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"r\"},"
        " \"process\": {\"args\": [\"a\"], \"cwd\": \"/\", %s}, \"linux\": {%s}, %s}",
        in[0], in[1], in[2]);
    refuse(text, wanted);
}

struct mistake {
    const char *fields, *wanted;
};

#define REFUSE_ALL(where, table)                                                                   \
    for (size_t i_ = 0; i_ < sizeof(table) / sizeof(table[0]); i_++)                               \
    refuse_in(where, (table)[i_].fields, (table)[i_].wanted)

static void knows_json(void **state)
{
    static const struct mistake texts[] = {
        {"", "line 1, column 1: unexpected end of data"},
        {"{\n  \"a\": 1,\n  b\n}", "line 3, column 3: quoted object property name expected"},
        {"{\"a\": 1,}", "line 1, column 9: unexpected character"},
        {"{\"a\": 1} x", "line 1, column 10: unexpected character"},
        {"{\"a\": 'b'}", "line 1, column 7: unexpected character"},
        {"{/**/}", "line 1, column 2: quoted object property name expected"},
        {"{\"a\": \"\\u0000\"}", "line 1, column 8: a NUL character"},
        {"{\"a\\\\\\u0000\": 2}", "line 1, column 6: a NUL character"},
        {"{\"a\": \"\xff\"}", "line 1, column 8: invalid utf-8 string"},
        {"{\"a\": 18446744073709551616}", "line 1, column 7: a number that is too large"},
        {"{\"a\": [-9223372036854775809]}", "line 1, column 8: a number that is too large"},
        {"[]", "expected an object, found a list"},
        {"null", "expected an object, found null"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refuse(texts[i].fields, texts[i].wanted);
}

static void bounds_what_it_reads(void **state)
{
    enum { MANY = 17 << 20 };
    char *text = calloc(1, MANY + 1);

    (void)state;
    memset(text, '[', 64);
    refuse(text, "line 1, column 65: unexpected end of data");
    memset(text, '[', 65);
    refuse(text, "line 1, column 65: nesting too deep");
    memset(text, '{', 100001);
    refuse(text, "line 1, column 100001: too many objects and lists");
    memset(text, ' ', MANY);
    refuse(text, "larger than 16 MiB");
    free(text);
}

static void wants_the_top(void **state)
{
    static const struct mistake texts[] = {
        {"{}", "ociVersion: is missing"},
        {"{\"ociVersion\": 1}", "ociVersion: expected a string, found a number"},
        {"{\"ociVersion\": \"2.0.0\"}", "ociVersion: version '2.0.0' is not known"},
        {"{\"ociVersion\": \"10.0.0\"}", "ociVersion: version '10.0.0' is not known"},
        {"{\"ociVersion\": \"1.0.0\"}", "root: is missing"},
        {"{\"ociVersion\": \"1.0.0\", \"root\": {}}", "root.path: is missing"},
        {"{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"\"}}", "root.path: is missing"},
    };
    static const struct mistake fields[] = {
        {"\"hostname\": \"h\"", "hostname: would change the host's"},
        {"\"domainname\": \"d\"", "domainname: would change the host's"},
        {"\"annotations\": {\"a.b\": 1}",
            "annotations[\"a.b\"]: expected a string, found a number"},
        {"\"mounts\": {}", "mounts: expected a list, found an object"},
        {"\"mounts\": [{\"destination\": \"/\"}, {}]", "mounts[1].destination: is missing"},
        {"\"mounts\": [{\"destination\": \"/\", \"type\": \"bind\"}]",
            "mounts[0].source: is missing: there is nothing to bind"},
        {"\"mounts\": [{\"destination\": \"/\", \"options\": [\"ridmap\"]}]",
            "mounts[0].options: only a bind can map IDs"},
        {"\"mounts\": [{\"destination\": \"/\", \"type\": \"bind\", \"source\": \"/\","
         " \"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]}]",
            "mounts[0].gidMappings: is missing"},
        {"\"mounts\": [{\"destination\": \"/\", \"options\": [\"ro\", null]}]",
            "mounts[0].options[1]: expected a string, found null"},
        {"\"hooks\": {\"poststop\": [{\"path\": \"x\"}]}",
            "hooks.poststop[0].path: 'x' is not absolute"},
        {"\"hooks\": {\"prestart\": [{\"path\": \"/x\", \"timeout\": 0}]}",
            "hooks.prestart[0].timeout: 0 is not accepted"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refuse(texts[i].fields, texts[i].wanted);
    REFUSE_ALL("top", fields);
}

static void wants_a_process(void **state)
{
    static const struct mistake fields[] = {
        {"\"args\": null", "process.args: is missing"},
        {"\"args\": []", "process.args: is an empty list"},
        {"\"args\": \"sh\"", "process.args: expected a list, found a string"},
        {"\"args\": [\"a\", \"b\", 3]", "process.args[2]: expected a string, found a number"},
        {"\"cwd\": \"tmp\"", "process.cwd: 'tmp' is not absolute"},
        {"\"cwd\": \"\\u001b[2J\"", "process.cwd: '\033[2J' is not absolute"},
        {"\"selinuxLabel\": \"a:b:c:s0\"", "process.selinuxLabel: this runtime cannot apply it"},
        {"\"scheduler\": {}", "process.scheduler: this runtime cannot apply it"},
        {"\"ioPriority\": {}", "process.ioPriority: this runtime cannot apply it"},
        {"\"terminal\": 1", "process.terminal: expected true or false, found a number"},
        {"\"user\": {\"uid\": -1}", "process.user.uid: -1 is not accepted"},
        {"\"user\": {\"uid\": 4294967295}", "process.user.uid: 4294967295 is not accepted"},
        {"\"user\": {\"gid\": \"5\"}", "process.user.gid: expected a whole number, found a string"},
        {"\"user\": {\"umask\": 512}", "process.user.umask: 512 is not accepted"},
        {"\"user\": {\"additionalGids\": [1, 1.5]}",
            "process.user.additionalGids[1]: expected a whole number, "
            "found a number with a fraction"},
        {"\"oomScoreAdj\": 1001", "process.oomScoreAdj: 1001 is not accepted"},
        {"\"capabilities\": {\"ambient\": [\"CAP_KILL\", 7]}",
            "process.capabilities.ambient[1]: expected a string, found a number"},
        {"\"rlimits\": [{\"type\": \"RLIMIT_X\"}]",
            "process.rlimits[0].type: 'RLIMIT_X' is not known"},
        {"\"rlimits\": [{\"type\": \"RLIMIT_AS\", \"soft\": 2, \"hard\": 1}]",
            "process.rlimits[0].soft: 2 is more than the hard limit"},
        {"\"rlimits\": [{\"type\": \"RLIMIT_AS\"}, {\"type\": \"RLIMIT_AS\"}]",
            "process.rlimits: [0] and [1] have the same type"},
        {"\"consoleSize\": {\"height\": 65536}",
            "process.consoleSize.height: 65536 is not accepted"},
    };

    (void)state;
    REFUSE_ALL("process", fields);
}

static void wants_linux(void **state)
{
    static const struct mistake fields[] = {
        {"\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"mnt\"}]",
            "linux.namespaces[1].type: 'mnt' is not known"},
        {"\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"pid\", \"path\": \"/p\"}]",
            "linux.namespaces[1].type: a second one of this type"},
        {"\"namespaces\": [{\"type\": \"pid\", \"path\": \"p\"}]",
            "linux.namespaces[0].path: 'p' is not absolute"},
        {"\"namespaces\": [{\"type\": \"user\"}]", "linux.uidMappings: is missing"},
        {"\"mountLabel\": \"a:b:c:s0\"", "linux.mountLabel: this runtime cannot apply it"},
        {"\"intelRdt\": {}", "linux.intelRdt: this runtime cannot apply it"},
        {"\"namespaces\": [{\"type\": \"user\"}],"
         " \"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]",
            "linux.gidMappings: is missing"},
        {"\"gidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]",
            "linux.gidMappings: there is nothing to map"},
        {"\"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 0}]",
            "linux.uidMappings[0].size: 0 is not accepted"},
        {"\"uidMappings\": [{\"containerID\": 0, \"hostID\": 4294967295, \"size\": 2}]",
            "linux.uidMappings[0].size: 2 is not accepted"},
        {"\"timeOffsets\": {\"boottime\": {\"secs\": 1}}",
            "linux.timeOffsets: only a new time namespace takes offsets"},
        {"\"sysctl\": {\"net.a\": \"1\"}", "linux.sysctl[\"net.a\"]: would change the host's"},
        {"\"namespaces\": [{\"type\": \"network\"}], \"sysctl\": {\"net/../vm/x\": \"1\"}",
            "linux.sysctl[\"net/../vm/x\"]: is no name of a kernel setting"},
        {"\"namespaces\": [{\"type\": \"ipc\"}], \"sysctl\": {\"kernel.shmmaxx\": \"1\"}",
            "linux.sysctl[\"kernel.shmmaxx\"]: would change the host's"},
        {"\"sysctl\": {\"vm.overcommit_memory\": \"1\"}",
            "linux.sysctl[\"vm.overcommit_memory\"]: would change the host's"},
        {"\"devices\": [{\"path\": \"dev/x\", \"type\": \"c\"}]",
            "linux.devices[0].path: 'dev/x' is not absolute"},
        {"\"devices\": [{\"path\": \"/dev/x\", \"type\": \"d\"}]",
            "linux.devices[0].type: 'd' is not known"},
        {"\"rootfsPropagation\": \"rbind\"", "linux.rootfsPropagation: 'rbind' is not known"},
        {"\"personality\": {\"domain\": \"BSD\"}", "linux.personality.domain: 'BSD' is not known"},
        {"\"personality\": {\"domain\": \"LINUX\", \"flags\": [\"UNAME26\", \"X\"]}",
            "linux.personality.flags[1]: 'X' is not known"},
        {"\"seccomp\": {}", "linux.seccomp.defaultAction: is missing"},
        {"\"seccomp\": {\"defaultAction\": \"A\", "
         "\"syscalls\": [{\"names\": [], \"action\": \"B\"}]}",
            "linux.seccomp.syscalls[0].names: is an empty list"},
    };

    (void)state;
    REFUSE_ALL("linux", fields);
}

static void wants_resources(void **state)
{
    static const struct mistake fields[] = {
        {"\"memory\": {\"limit\": -2}", "linux.resources.memory.limit: -2 is not accepted"},
        {"\"memory\": {\"limit\": 9223372036854775808}",
            "linux.resources.memory.limit: 9223372036854775808 is not accepted"},
        {"\"memory\": {\"swappiness\": 101}",
            "linux.resources.memory.swappiness: 101 is not accepted"},
        {"\"cpu\": {\"shares\": \"1024\"}",
            "linux.resources.cpu.shares: expected a whole number, found a string"},
        {"\"cpu\": {\"idle\": 2}", "linux.resources.cpu.idle: 2 is not accepted"},
        {"\"devices\": [{\"access\": \"rx\"}]",
            "linux.resources.devices[0].access: 'rx' is not accepted"},
        {"\"devices\": [{\"type\": \"p\"}]", "linux.resources.devices[0].type: 'p' is not known"},
        {"\"devices\": [{\"major\": 4096}]",
            "linux.resources.devices[0].major: 4096 is not accepted"},
        {"\"unified\": {\"../x\": \"1\"}", "linux.resources.unified[\"../x\"]: is no file name"},
        {"\"unified\": {\"\": \"1\"}", "linux.resources.unified.: is no file name"},
        {"\"unified\": {\".\": \"1\"}", "linux.resources.unified[\".\"]: is no file name"},
        {"\"unified\": {\"a\": null}", "linux.resources.unified.a: is missing"},
        {"\"rdma\": {\"a\": 1}", "linux.resources.rdma.a: expected an object, found a number"},
        {"\"hugepageLimits\": [{\"limit\": 1}]",
            "linux.resources.hugepageLimits[0].pageSize: is missing"},
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        snprintf(text, sizeof(text), "\"resources\": {%s}", fields[i].fields);
        refuse_in("linux", text, fields[i].wanted);
    }
}

static void says_what_to_do(void **state)
{
    (void)state;
    refuse_in("top", "\"hostname\": \"h\"", "hostname: would change the host's");
    assert_non_null(strstr(err.hint, "add {\"type\": \"uts\"} to linux.namespaces"));
    refuse_in("process", "\"oomScoreAdj\": -1001", "process.oomScoreAdj: -1001 is not accepted");
    assert_non_null(strstr(err.hint, "from -1000 to 1000"));
    assert_err(config_read(dir, "nothing.json", "/b", &config, &err), ERR_SYS);
    assert_non_null(strstr(err.hint, "bundle"));
    config_free(&config);
    assert_err(config_read_process("/nowhere", &config, &err), ERR_SYS);
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_json),
        cmocka_unit_test(bounds_what_it_reads),
        cmocka_unit_test(wants_the_top),
        cmocka_unit_test(wants_a_process),
        cmocka_unit_test(wants_linux),
        cmocka_unit_test(wants_resources),
        cmocka_unit_test(says_what_to_do),
    };

    return cmocka_run_group_tests_name("config refuses", tests, make_dir, remove_dir);
}
