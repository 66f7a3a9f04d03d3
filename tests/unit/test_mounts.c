// SPDX-License-Identifier: MIT
/* The words of mount options: what each becomes, in which order they hold, and how many fit. */
#include "runtime/mounts.h"

#include "unit.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct err err;
static struct spec spec;
static struct container container = {.spec = &spec};

static struct mounts_options read_words(const char *type, const char *const *words)
{
    struct spec_mount mount = {"/x", type, "s", words, NULL};
    struct mounts_options options;

    memset(&options, 0xff, sizeof(options)); /* nothing of it may be taken for an answer */
    assert_ok(mounts_read_options(&container, &mount, &options, &err));
    return options;
}

static void knows_flags(void **state)
{
    struct mounts_options o = read_words("tmpfs",
        WORDS("ro", "nosuid", "nodev", "noexec", "size=1k", "sync", "dirsync", "mand", "lazytime",
            "noatime", "nodiratime", "nosymfollow", "acl", "iversion", "silent", "mode=755"));

    (void)state;
    assert_int_equal(o.flags, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS |
                                  MS_DIRSYNC | MS_MANDLOCK | MS_LAZYTIME | MS_NOATIME |
                                  MS_NODIRATIME | 256 | MS_POSIXACL | MS_I_VERSION | MS_SILENT);
    assert_string_equal(o.data, "size=1k,mode=755");
    assert_int_equal(o.all.set | o.all.clear | (uint64_t)o.propagations, 0);
    o = read_words("x", WORDS("defaults"));
    assert_int_equal(o.flags, 0);
    assert_string_equal(o.data, "");
}

static void the_last_word_holds(void **state)
{
    (void)state;
    assert_int_equal(read_words("t", WORDS("ro", "rw")).flags, 0);
    assert_int_equal(read_words("t", WORDS("rw", "ro")).flags, MS_RDONLY);
    assert_int_equal(read_words("t", WORDS("noatime", "strictatime")).flags, MS_STRICTATIME);
    assert_int_equal(
        read_words("t", WORDS("noexec", "nosuid", "nodev", "exec", "suid", "dev")).flags, 0);
    assert_int_equal(read_words("t", WORDS("sync", "async", "mand", "nomand", "noatime", "atime",
                                         "nodiratime", "diratime", "lazytime", "nolazytime"))
                         .flags,
        0);
}

/* A bind keeps what its source has, unless a word says otherwise: then that is cleared. */
static void sets_and_clears_for_a_bind(void **state)
{
    struct mounts_options o = read_words("none", WORDS("rbind", "ro", "suid", "nodev"));
    const struct spec_mount typed = {"/x", "bind", "s", NULL, NULL, 0};

    (void)state;
    assert_int_equal(o.flags & (MS_BIND | MS_REC), MS_BIND | MS_REC);
    assert_int_equal(o.own.set, MOUNT_RDONLY | MOUNT_NODEV);
    assert_int_equal(o.own.clear, MOUNT_NOSUID);
    assert_true(mounts_is_bind(&(struct spec_mount){.type = "none"}, &o));
    o = read_words("bind", WORDS("noatime"));
    assert_int_equal(o.own.set, MOUNT_NOATIME);
    assert_int_equal(o.own.clear, MOUNT_ATIME);
    assert_true(mounts_is_bind(&typed, &o));
    o = read_words("bind", NULL);
    assert_int_equal(o.own.set | o.own.clear, 0);
}

static void knows_what_holds_for_all_below(void **state)
{
    struct mounts_options o = read_words("bind",
        WORDS("rro", "rnosuid", "rnodev", "rnoexec", "rnoatime", "rnosymfollow", "rnodiratime"));

    (void)state;
    assert_int_equal(o.all.set, MOUNT_RDONLY | MOUNT_NOSUID | MOUNT_NODEV | MOUNT_NOEXEC |
                                    MOUNT_NOATIME | MOUNT_NOSYMFOLLOW | MOUNT_NODIRATIME);
    assert_int_equal(o.all.clear, MOUNT_ATIME);
    o = read_words("bind", WORDS("rro", "rrw", "rsuid", "rdev", "rexec"));
    assert_int_equal(o.all.set, 0);
    assert_int_equal(o.all.clear, MOUNT_RDONLY | MOUNT_NOSUID | MOUNT_NODEV | MOUNT_NOEXEC);
    o = read_words("bind", WORDS("slave", "rshared", "idmap"));
    assert_int_equal(o.propagations, 2);
    assert_int_equal(o.propagation[0], MS_SLAVE);
    assert_int_equal(o.propagation[1], MS_SHARED | MS_REC);
    assert_true(o.idmap && !o.idmap_recursive && !o.copy_up);
    o = read_words("tmpfs", WORDS("tmpcopyup", "ridmap"));
    assert_true(o.copy_up && o.idmap && o.idmap_recursive);
}

/* overlay's lowerdir can be long: a page, with its NUL, is what the kernel takes. */
static void takes_a_page_of_data(void **state)
{
    static char word[MOUNTS_DATA + 1];
    const char *const words[] = {"a", word, NULL};
    struct spec_mount mount = {"/x", "overlay", "overlay", words, NULL};
    struct mounts_options options;

    (void)state;
    memset(word, 'w', MOUNTS_DATA - 3);
    assert_ok(mounts_read_options(&container, &mount, &options, &err));
    assert_int_equal(strlen(options.data), MOUNTS_DATA - 1);
    word[MOUNTS_DATA - 3] = 'w';
    assert_err(mounts_read_options(&container, &mount, &options, &err), ERR_USAGE);
}

static void leaves_an_unmapped_group_out(void **state)
{
    static struct idmap map;

    (void)state;
    idmap_single(&map, 1000, 1000);
    spec.linux_ = (struct spec_linux){.namespaces = CLONE_NEWUSER, .mappings = &map};
    container.user = true;
    assert_string_equal(read_words("devpts", WORDS("newinstance", "gid=5")).data, "newinstance");
    assert_string_equal(read_words("devpts", WORDS("gid=0")).data, "gid=0");
    spec.linux_ = (struct spec_linux){0};
    container.user = false;
    assert_string_equal(read_words("devpts", WORDS("gid=5")).data, "gid=5");
}

static void hears_of_the_host_unless_told(void **state)
{
    const struct spec_mount plain = {"/x", "bind", "/", WORDS("rbind", "rprivate"), NULL, 0};
    const struct spec_mount slave = {"/x", "bind", "/", WORDS("rbind", "rslave"), NULL, 0};
    const struct spec_mount unsaid = {"/x", "none", "/", WORDS("rbind", "ro"), NULL};
    const struct spec_mount path = {"/x", "overlay", "o", WORDS("lowerdir=/slave"), NULL};

    (void)state;
    spec = (struct spec){.mounts = &plain, .mounts_count = 1};
    assert_int_equal(mounts_base_propagation(&spec), MS_PRIVATE);
    spec.mounts = &path;
    assert_int_equal(mounts_base_propagation(&spec), MS_PRIVATE);
    spec.mounts = &unsaid;
    assert_int_equal(mounts_base_propagation(&spec), MS_SLAVE);
    spec.mounts = &slave;
    assert_int_equal(mounts_base_propagation(&spec), MS_SLAVE);
    spec.linux_.rootfs_propagation = MS_SHARED | MS_REC;
    assert_int_equal(mounts_base_propagation(&spec), MS_SHARED);
    spec = (struct spec){0};
}

static void finds_dev(void **state)
{
    (void)state;
    assert_true(mounts_is_dev(&(struct spec_mount){.destination = "/dev"}));
    assert_true(mounts_is_dev(&(struct spec_mount){.destination = "//dev//"}));
    assert_false(mounts_is_dev(&(struct spec_mount){.destination = "/dev/shm"}));
    assert_false(mounts_is_dev(&(struct spec_mount){.destination = "/device"}));
    assert_false(mounts_is_dev(&(struct spec_mount){.destination = "/"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_flags),
        cmocka_unit_test(the_last_word_holds),
        cmocka_unit_test(sets_and_clears_for_a_bind),
        cmocka_unit_test(knows_what_holds_for_all_below),
        cmocka_unit_test(takes_a_page_of_data),
        cmocka_unit_test(leaves_an_unmapped_group_out),
        cmocka_unit_test(hears_of_the_host_unless_told),
        cmocka_unit_test(finds_dev),
    };

    return cmocka_run_group_tests_name("mounts", tests, NULL, NULL);
}
