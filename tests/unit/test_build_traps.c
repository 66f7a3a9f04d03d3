// SPDX-License-Identifier: MIT
/* COPY and ADD: symlinks in the context and in the stage that lead out, archives, here-documents;
 * and the sum that decides whether the cache may be used. */
#include "engine/build/build_source.h"

#include "build_tree.h"

/* What a symlink says is meant inside of the tree that it is in. */
static void is_not_led_out(void **state)
{
    (void)state;
    begin();
    refused("out /d", "\"/out\": not found");
    refused("up /d", "\"/up\": not found");
    assert_ok(copy("outdir/f1 /d"));
    assert_string_equal(tree(), "d 644 1");
    begin();
    assert_int_equal(symlink("/../..", "root/d") | symlink("../victim", "root/f1") |
                         symlink("/victim", "root/v") | symlink("/made/deep", "root/m") |
                         symlink("b/x", "root/a") | symlink("a/x", "root/b"),
        0);
    assert_err(copy("f1 /a/"), ERR_SYS); /* a ring */
    assert_err(copy("f1 /b"), ERR_SYS);
    assert_int_equal(unlink("root/a") | unlink("root/b"), 0);
    assert_ok(copy("f1 /d/"));
    assert_ok(copy("f2.txt /v"));
    assert_ok(copy("f3.txt /d/d/e/"));
    assert_string_equal(tree(),
        "d 0/../..; e 755; e/f3.txt 644 3; f1 644 1; m 0/made/deep; v 0/victim; victim 640 2");
    assert_ok(copy("f1 /m/"));
    begin();
    assert_int_equal(symlink("./o/p", "root/m") | symlink("/q/r", "root/s"), 0);
    assert_ok(copy("f1 /m/"));
    assert_ok(copy("f2.txt /s"));
    assert_string_equal(tree(), "m 0./o/p; o 755; o/p 755; o/p/f1 644 1; q 755; q/r 640 2; "
                                "s 0/q/r");
    cleanup_free char *text = fsio_read(NULL, "victim", &err);
    assert_string_equal(text, "whole");
}

static void sum_is(char ret[DIGEST_TEXT], const char *source, const char *to, bool kept)
{
    char *list[] = {(char *)source, NULL};
    struct build_copy job = {.from = &context,
        .sources = list,
        .destination = to,
        .uid = kept ? BUILD_OWNER_KEPT : 0,
        .gid = kept ? BUILD_OWNER_KEPT : 0};

    assert_ok(build_copy_sum(&job, ret, &err));
}

/* Not by times, but by all that would be in the copy. */
static void sums_up(void **state)
{
    struct timespec old[] = {{1, 0}, {1, 0}};
    char first[DIGEST_TEXT], second[DIGEST_TEXT];

    (void)state;
    begin();
    sum_is(first, "dir", "/d", false);
    assert_int_equal(utimensat(context.fd, "dir/x", old, 0), 0);
    sum_is(second, "dir", "/d", false);
    assert_string_equal(first, second);
    sum_is(second, "dir", "/e", false);
    assert_string_not_equal(first, second);
    assert_int_equal(fchmodat(context.fd, "dir/x", 0644, 0), 0);
    sum_is(second, "dir", "/d", false);
    assert_string_not_equal(first, second);
    assert_int_equal(fchmodat(context.fd, "dir/x", 0600, 0), 0);
    assert_int_equal(renameat(context.fd, "dir/x", context.fd, "dir/z"), 0);
    sum_is(second, "dir", "/d", false);
    assert_string_not_equal(first, second);
    leave_out("dir/z");
    sum_is(first, "dir", "/d", false);
    assert_string_not_equal(first, second);
    assert_int_equal(renameat(context.fd, "dir/z", context.fd, "dir/x"), 0);
    leave_out("dir/x");
    sum_is(second, "dir", "/d", false);
    assert_string_equal(first, second);
}

static void writes_heredocs(void **state)
{
    struct dockerfile_heredoc texts[] = {{"A", "one\n", true}, {"B", "", true}};
    struct build_copy job = {.from = &context,
        .heredocs = texts,
        .heredoc_count = 2,
        .mode = "600",
        .destination = "/h/"};

    (void)state;
    begin();
    assert_ok(build_copy_into(&job, root, &err));
    assert_string_equal(tree(), "h 755; h/A 600 one; h/B 600 ");
    texts[1].name = "../victim";
    assert_err(build_copy_into(&job, root, &err), ERR_USAGE);
    job.heredoc_count = 1;
    job.destination = "/h/B";
    job.mode = NULL;
    assert_ok(build_copy_into(&job, root, &err));
    assert_string_equal(tree(), "h 755; h/A 600 one; h/B 644 one");
}

static void unpacks_archives(void **state)
{
    (void)state;
    assert_int_equal(
        system("cd ctx && tar cf t.tar -C dir x sub && xz -k t.tar && gzip -k t.tar && "
               "bzip2 -k t.tar && zstd -q t.tar && gzip -k f1 && "
               "tar cPf bad.tar --transform=s,f1,../victim, f1"),
        0);
    static const char *const names[] = {"t.tar", "t.tar.xz", "t.tar.gz", "t.tar.bz2", "t.tar.zst"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char line[100];
        snprintf(line, sizeof(line), "ADD %s /d", names[i]);
        assert_copied(line, "d 755; d/sub 750; d/sub/y 4755 y; d/x 600 x");
    }
    begin();
    assert_ok(copy("ADD f1.gz f1 /d/"));
    assert_int_equal(access("root/d/f1.gz", F_OK) | access("root/d/f1", F_OK), 0);
    begin();
    assert_ok(copy("t.tar /d/"));
    assert_int_equal(access("root/d/t.tar", F_OK), 0);
    assert_err(copy("ADD bad.tar /"), ERR_REFUSED);
    cleanup_free char *text = fsio_read(NULL, "victim", &err);
    assert_string_equal(text, "whole");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_not_led_out),
        cmocka_unit_test(sums_up),
        cmocka_unit_test(writes_heredocs),
        cmocka_unit_test(unpacks_archives),
    };

    return cmocka_run_group_tests_name("build_traps", tests, set_up, tear_down);
}
