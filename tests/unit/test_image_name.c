// SPDX-License-Identifier: MIT
/* Names of images and of what is in archives: what they are short for, and what is refused. */
#include "unit.h"

#include "engine/images/image_name.h"
#include "engine/images/tar.h"

#include <string.h>

static void names_are_made_whole(void **state)
{
    static const char *const names[][3] = {
        {"busybox", "docker.io/library/busybox:latest", "busybox:latest"},
        {"team/app:1.0_x-Y", "docker.io/team/app:1.0_x-Y", "team/app:1.0_x-Y"},
        {"index.docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest"},
        {"docker.io/busybox:1", "docker.io/library/busybox:1", "busybox:1"},
        {"localhost/a", "localhost/a:latest", "localhost/a:latest"},
        {"localhost:5000/a/b:c", "localhost:5000/a/b:c", "localhost:5000/a/b:c"},
        {"[::1]:5000/a:b", "[::1]:5000/a:b", "[::1]:5000/a:b"},
        {"Host.example/a", "Host.example/a:latest", "Host.example/a:latest"},
        {"a.b__c---d", "docker.io/library/a.b__c---d:latest", "a.b__c---d:latest"},
        {"a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "docker.io/library/"
            "a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    };
    char full[IMAGE_NAME];
    struct image_name name;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(image_name_parse(names[i][0], &name, &err), 0);
        image_name_full(&name, full);
        assert_string_equal(full, names[i][1]);
        assert_string_equal(image_name_familiar(full), names[i][2]);
    }
}

static void names_are_refused(void **state)
{
    static const char *const names[] = {"", "A", "a/", "/a", "a//b", "-a", "a-", "a_", "_a", "a..b",
        "a___b", "a b", "a:", "a:-x", "a:.x", "a@", "a@sha256:0", "a@md5:00", "../a", "a/../b",
        "ho_st.x/a", ".x/a", "[::1/a", "[::1", "[::1]", "[x:1]/a", "a.b:x/a", "a\n", "\xc3\xa9",
        "a:\x1b[m", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
    struct image_name name;
    struct err err;
    char longest[400];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(image_name_parse(names[i], &name, &err), -1);
        assert_int_equal(err.kind, ERR_REFUSED);
    }
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(image_name_parse(longest, &name, &err), -1);
    longest[237] = '\0'; /* and "docker.io/library/" */
    assert_int_equal(image_name_parse(longest, &name, &err), 0);
    longest[237] = 'a';
    longest[238] = '\0';
    assert_int_equal(image_name_parse(longest, &name, &err), -1);
}

static void paths_are_cleaned(void **state)
{
    static const char *const paths[][2] = {{"a/b", "a/b"}, {"./a//b/", "a/b"}, {"/etc/x", "etc/x"},
        {"./", ""}, {"/", ""}, {"a/./b/.", "a/b"}, {"..a/b..", "..a/b.."}, {"...", "..."}};
    static const char *const refused[] = {"..", "../a", "a/..", "a/../../b", "/..", "./.."};
    char clean[TAR_PATH], longest[TAR_PATH + 10];

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(tar_clean_path(paths[i][0], clean), 0);
        assert_string_equal(clean, paths[i][1]);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(tar_clean_path(refused[i], clean), -1);
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(tar_clean_path(longest, clean), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_made_whole),
        cmocka_unit_test(names_are_refused),
        cmocka_unit_test(paths_are_cleaned),
    };

    return cmocka_run_group_tests_name("image_name", tests, NULL, NULL);
}
