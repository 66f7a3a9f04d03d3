// SPDX-License-Identifier: MIT
/* COPY: what goes where, what is refused, what is left out. */
#include "engine/build/build_source.h"

#include "build_tree.h"

static void knows_where_to(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* a file that cannot be given its owner loses its set-user-ID bit */
    assert_copied("f1 /", "f1 644 1");
    assert_copied("f1 /a/b", "a 755; a/b 644 1");
    assert_copied("f1 /a/b/", "a 755; a/b 755; a/b/f1 644 1");
    assert_copied("f1 f2.txt /d/", "d 755; d/f1 644 1; d/f2.txt 640 2");
    assert_copied("f?.txt /d/", "d 755; d/f2.txt 640 2; d/f3.txt 644 3");
    assert_copied("no* f[1-2]* /d/", "d 755; d/f1 644 1; d/f2.txt 640 2");
    assert_copied("no* /d/", "");
    assert_copied("*/sub/y /d/", "d 755; d/y 4755 y");
    assert_copied("dir /d", "d 755; d/in 0../f1; d/sub 750; d/sub/y 4755 y; d/x 600 x");
    assert_copied("dir/. /d/", "d 755; d/in 0../f1; d/sub 750; d/sub/y 4755 y; d/x 600 x");
    assert_copied("dir/sub /d", "d 755; d/y 4755 y");
    assert_copied("link /d", "d 644 1");
    assert_copied("link /d/", "d 755; d/link 644 1");
    assert_copied("../../f1 /d", "d 644 1");
    assert_copied("dir/in /d", "d 644 1");
    assert_copied("--chmod=711 dir/sub /d", "d 755; d/y 711 y");
    assert_copied("--exclude=*.txt f* /d/", "d 755; d/f1 644 1");
    assert_copied("--exclude=sub/y dir /d", "d 755; d/in 0../f1; d/sub 750; d/x 600 x");
    assert_copied("--parents dir/sub/y f1 /d",
        "d 755; d/dir 755; d/dir/sub 750; d/dir/sub/y 4755 y; "
        "d/f1 644 1");
    assert_copied("--parents ./dir/./sub/* /d/", "d 755; d/sub 750; d/sub/y 4755 y");
    assert_copied("--parents **/y /d/", "d 755; d/dir 755; d/dir/sub 750; d/dir/sub/y 4755 y");
}

static void goes_over_what_is_there(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* a file that cannot be given its owner loses its set-user-ID bit */
    begin();
    assert_ok(copy("f1 /d/x"));
    assert_ok(copy("--chmod=700 dir /d"));
    assert_ok(copy("dir /d"));
    assert_ok(copy("f2.txt /d/sub"));
    assert_string_equal(tree(),
        "d 755; d/in 0../f1; d/sub 750; d/sub/f2.txt 640 2; d/sub/y 4755 y; "
        "d/x 600 x");
}

static void refuses(void **state)
{
    (void)state;
    begin();
    refused("nofile /d", "\"/nofile\": not found");
    refused("nodir/* /d/", "\"/nodir\": not found");
    refused("f1 f2.txt /d", "When using COPY with more than one source file, the destination must "
                            "be a directory and end with a /");
    refused("f?.txt /d",
        "When using COPY with more than one source file, the destination must be a "
        "directory and end with a /");
    refused("[a /d", "syntax error in pattern: [a");
    refused("f1 nofile /d/", "\"/nofile\": not found");
    assert_string_equal(tree(), "");
    assert_ok(copy("f1 /d"));
    refused("f1 /d/", "cannot copy to non-directory: /d");
    refused("f1 /d/e", "cannot copy to non-directory: /d");
    refused("dir /d", "cannot copy to non-directory: /d");
    begin();
    assert_ok(copy("f1 /d/sub"));
    refused("dir /d", "cannot copy to non-directory: sub");
    begin();
    assert_ok(copy("dir /d/f1"));
    refused("f1 /d/", "cannot replace to directory f1 with file");
}

static void leaves_out(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* a file that cannot be given its owner loses its set-user-ID bit */
    begin();
    leave_out("*\n!dir/sub");
    assert_ok(copy(". /"));
    assert_string_equal(tree(), "dir 755; dir/sub 750; dir/sub/y 4755 y");
    begin();
    leave_out("*\n!**/y");
    assert_ok(copy("dir /"));
    assert_string_equal(tree(), "sub 750; sub/y 4755 y");
    begin();
    leave_out("f1\ndir");
    refused("f1 /d", "\"/f1\": not found");
    assert_non_null(strstr(err.hint, ".dockerignore"));
    refused("link /d", "\"/link\": not found"); /* f1 by another name */
    refused("dir /d", "\"/dir\": not found");
    assert_ok(copy("f* /"));
    assert_string_equal(tree(), "f2.txt 640 2; f3.txt 644 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_where_to),
        cmocka_unit_test(goes_over_what_is_there),
        cmocka_unit_test(refuses),
        cmocka_unit_test(leaves_out),
    };

    return cmocka_run_group_tests_name("build_source", tests, set_up, tear_down);
}
