// SPDX-License-Identifier: MIT
/* -v, --mount and --tmpfs: what is understood, and what is said of the rest, word for word. */
#include "engine/files/mount_words.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct err err;

static struct mount_words volume(const char *text)
{
    struct mount_words words;

    assert_ok(mount_words_volume(text, &words, &err));
    return words;
}

static void assert_refused(const char *text, const char *said)
{
    struct mount_words words;

    assert_int_equal(mount_words_volume(text, &words, &err), -1);
    assert_true(err.kind == ERR_USAGE || err.kind == ERR_REFUSED);
    assert_string_equal(err.what, said);
}

static void reads_volumes(void **state)
{
    struct mount_words w = volume("/host//a/../b/:/in/./x/:ro,rslave,z");

    (void)state;
    assert_int_equal(w.kind, MOUNT_KIND_BIND);
    assert_string_equal(w.source, "/host/b");
    assert_string_equal(w.target, "/in/x");
    assert_string_equal(w.propagation, "rslave");
    assert_true(w.read_only && w.make_source);
    w = volume("data:/in:nocopy");
    assert_int_equal(w.kind, MOUNT_KIND_VOLUME);
    assert_string_equal(w.source, "data");
    assert_true(w.no_copy && !w.read_only);
    w = volume("/in/..//var");
    assert_int_equal(w.kind, MOUNT_KIND_VOLUME);
    assert_string_equal(w.source, "");
    assert_string_equal(w.target, "/var");
}

static void refuses_volumes_in_dockers_words(void **state)
{
    (void)state;
    assert_refused("", "invalid volume specification: ''");
    assert_refused(":/x", "invalid volume specification: ':/x'");
    assert_refused("a:b:c:d", "invalid volume specification: 'a:b:c:d'");
    assert_refused("/a:ro", "invalid volume specification: '/a:ro'");
    assert_refused("/a:/b:zz", "invalid mode: zz");
    assert_refused("/a:/b:ro,rw", "invalid mode: ro,rw");
    assert_refused("/a:/b:nocopy", "invalid mode: nocopy");
    assert_refused("ab:/b:shared", "invalid mode: shared");
    assert_refused("/a:/", "invalid volume specification: '/a:/': invalid mount config for type "
                           "\"bind\": invalid specification: destination can't be '/'");
    assert_refused("ab:cd", "invalid volume specification: 'ab:cd': invalid mount config for type "
                            "\"volume\": invalid mount path: 'cd' mount path must be absolute");
    assert_refused("../x:/y",
        "create ../x: \"../x\" includes invalid characters for a local volume name, only "
        "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use "
        "absolute path");
    assert_refused("x:/y", "create x: volume name is too short, names should be at least two "
                           "alphanumeric characters");
}

static struct mount_words option(const char *text)
{
    struct mount_words words;
    struct record_mount mount;
    char copy[200];

    strcpy(copy, text);
    assert_ok(mount_words_option(copy, &mount, &err));
    assert_ok(mount_words_mount(&mount, &words, &err));
    return words;
}

static void assert_option_refused(const char *text, const char *why)
{
    struct record_mount mount;
    struct mount_words words;
    char copy[200], said[300];

    strcpy(copy, text);
    if (mount_words_option(copy, &mount, &err) == 0) {
        assert_err(mount_words_mount(&mount, &words, &err), ERR_REFUSED);
        assert_string_equal(err.what, why);
        return;
    }
    snprintf(said, sizeof(said), "invalid argument \"%s\" for \"--mount\" flag: %s", text, why);
    assert_int_equal(err.kind, ERR_USAGE);
    assert_string_equal(err.what, said);
}

static void reads_mounts(void **state)
{
    struct mount_words w = option("type=bind,src=/a,dst=/b,ro,bind-propagation=slave");

    (void)state;
    assert_int_equal(w.kind, MOUNT_KIND_BIND);
    assert_true(w.read_only && !w.make_source);
    assert_string_equal(w.propagation, "slave");
    w = option("target=/b,source=vol,volume-nocopy=true,readonly=false");
    assert_int_equal(w.kind, MOUNT_KIND_VOLUME);
    assert_true(w.no_copy && !w.read_only);
    w = option("type=tmpfs,destination=/t,tmpfs-size=1m,tmpfs-mode=1770,ro");
    assert_string_equal(w.options, "ro,size=1048576,mode=1770");
    w = option("type=bind,\"src=/a,\"\"b\",dst=/b");
    assert_string_equal(w.source, "/a,\"b");
    assert_string_equal(w.target, "/b");
}

static void refuses_mounts_in_dockers_words(void **state)
{
    (void)state;
    assert_option_refused("type=bind", "target is required");
    assert_option_refused("type=bind,x", "invalid field 'x' must be a key=value pair");
    assert_option_refused("type=bind,src", "invalid field 'src' must be a key=value pair");
    assert_option_refused("type=bind,a=b", "unexpected key 'a' in 'a=b'");
    assert_option_refused("dst=/b,ro=maybe", "invalid value for ro: maybe");
    assert_option_refused("type=tmpfs,dst=/b,tmpfs-size=big", "invalid value for tmpfs-size: big");
    assert_option_refused("type=tmpfs,dst=/b,tmpfs-mode=9", "invalid value for tmpfs-mode: 9");
    assert_option_refused("type=bind,src=/a,dst=/b,volume-nocopy",
        "cannot mix 'volume-*' options with mount type 'bind'");
    assert_option_refused(
        "type=odd,dst=/b", "invalid mount config for type \"odd\": mount type unknown");
    assert_option_refused("type=bind,dst=/b",
        "invalid mount config for type \"bind\": field Source must not be empty");
    assert_option_refused("type=tmpfs,src=x,dst=/b",
        "invalid mount config for type \"tmpfs\": field Source must not be specified");
    assert_option_refused("type=bind,src=a,dst=/b",
        "invalid mount config for type \"bind\": invalid mount path: 'a' mount path must be "
        "absolute");
}

static void judges_a_tmpfs(void **state)
{
    struct mount_words words;

    (void)state;
    assert_ok(mount_words_tmpfs(&(struct spec_pair){"/t", "ro,size=1m"}, &words, &err));
    assert_true(words.read_only);
    assert_ok(mount_words_tmpfs(&(struct spec_pair){"/t", NULL}, &words, &err));
    assert_err(mount_words_tmpfs(&(struct spec_pair){"/t", "odd"}, &words, &err), ERR_REFUSED);
    assert_string_equal(err.what, "invalid tmpfs option [\"odd\"]");
    assert_err(mount_words_tmpfs(&(struct spec_pair){"/t", "size"}, &words, &err), ERR_REFUSED);
    assert_err(mount_words_tmpfs(&(struct spec_pair){"t", ""}, &words, &err), ERR_REFUSED);
}

/* A VOLUME gives way; parents come first; the same place twice is a mistake. */
static void lists_all(void **state)
{
    struct spec_pair volumes[] = {{"/data/in", NULL}, {"/own", NULL}};
    struct record record = {
        .host.binds = (const char *const[]){"ab:/data/in", "/x:/zz/deep:ro", "/x:/data", NULL},
        .config.volumes = volumes,
        .config.volumes_count = 2,
    };
    struct mount_words *list;
    size_t count;

    (void)state;
    assert_ok(mount_words_all(&record, &list, &count, &err));
    assert_int_equal(count, 4);
    assert_string_equal(list[0].target, "/data");
    assert_string_equal(list[1].target, "/own");
    assert_string_equal(list[2].target, "/data/in");
    assert_string_equal(list[2].source, "ab");
    free(list);
    record.host.tmpfs = &(struct spec_pair){"/data/", ""};
    record.host.tmpfs_count = 1;
    assert_err(mount_words_all(&record, &list, &count, &err), ERR_REFUSED);
    assert_string_equal(err.what, "Duplicate mount point: /data");
}

static void makes_sources_absolute(void **state)
{
    char here[PATH_MAX], wanted[PATH_MAX + 20];
    char *text = mount_words_absolute("./a/../b:/x:ro", &err);

    (void)state;
    assert_non_null(getcwd(here, sizeof(here)));
    snprintf(wanted, sizeof(wanted), "%s/b:/x:ro", here);
    assert_string_equal(text, wanted);
    free(text);
    text = mount_words_absolute("ab:/x", &err);
    assert_string_equal(text, "ab:/x");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_volumes),
        cmocka_unit_test(refuses_volumes_in_dockers_words),
        cmocka_unit_test(reads_mounts),
        cmocka_unit_test(refuses_mounts_in_dockers_words),
        cmocka_unit_test(judges_a_tmpfs),
        cmocka_unit_test(lists_all),
        cmocka_unit_test(makes_sources_absolute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
