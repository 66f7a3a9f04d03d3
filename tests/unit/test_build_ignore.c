// SPDX-License-Identifier: MIT
/* .dockerignore: the examples of Docker's reference, and what its own matcher is tested with. */
#include "engine/build/build_glob.h"
#include "engine/build/build_ignore.h"

#include "unit.h"

#include <string.h>

static struct err err;

static bool ignored(const char *patterns, const char *path)
{
    struct build_ignore ignore;

    assert_ok(build_ignore_parse(patterns, strlen(patterns), "I", &ignore, &err));
    bool result = build_ignored(&ignore, path);
    build_ignore_free(&ignore);
    return result;
}

static const struct {
    const char *patterns, *path;
    bool ignored;
} CASES[] = {
    {"*/temp*", "somedir/temporary.txt", true},
    {"*/temp*", "somedir/temp/x", true},
    {"*/temp*", "temp", false},
    {"*/temp*", "a/b/temp", false},
    {"*/*/temp*", "somedir/subdir/temporary.txt", true},
    {"temp?", "tempa", true},
    {"temp?", "temp", false},
    {"temp?", "tempé/x", true},
    {"**/*.go", "a.go", true},
    {"**/*.go", "a/b/c.go", true},
    {"**/*.go", "a.gox", false},
    {"*.md\n!README.md", "README.md", false},
    {"*.md\n!README.md", "a.md", true},
    {"*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true},
    {"*.md\n!README*.md\nREADME-secret.md", "README-x.md", false},
    {"*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false},
    {"/foo/bar\n", "foo/bar", true},
    {"foo/bar", "foo/barx", false},
    {"foo/bar/", "foo/bar/x/y", true},
    {"# x\n  \n\t a \r\n", "a", true},
    {" # x", "# x", true},
    {".", "a", false},
    {"", "a", false},
    {"./a//b/../c", "a/c", true},
    {"../a", "a", false},
    {"**", "a", true},
    {"**", "a/b", true},
    {"**/", "a/b", true},
    {"a/**", "a", false},
    {"a/**", "a/b/c", true},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "a/xb", false},
    {"**/a/**/b", "x/a/y/a/z/b", true},
    {"a**", "ab/c", true},
    {"a**b", "ax/b", true},
    {"a**b", "axb", false},
    {"a**b", "ab", true},
    {"**/*/**", "a", false},
    {"**/*/**", "a/b", true},
    {"*", ".hidden/x", true},
    {"*\n!a", "a/b/c", false},
    {"*\n!a/b", "a/b", false},
    {"*\n!a/b", "a/c", true},
    {"a\n!a/b\na/b/c", "a/b/c", true},
    {"[a-c]d", "bd", true},
    {"[a-c]d", "dd", false},
    {"[^a-c]d", "dd", true},
    {"[é]", "é", true},
    {"a[\\]]b", "a]b", true},
    {"\\*", "*", true},
    {"\\*", "a", false},
    {"a.b", "axb", false},
    {"(a|b)$", "(a|b)$", true},
    {"a*b*c", "axbybzc", true},
    {"a*b*c", "ab/c", false},
    {"! a\nb", "a", false},
    {"*\n! a", "a", false},
    {"\xef\xbb\xbf"
     "a",
        "a", true},
    {"**/*a*a*a*a*a*a*a*a*a*a*b",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaa", false},
};

static void matches_as_docker_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        if (ignored(CASES[i].patterns, CASES[i].path) != CASES[i].ignored)
            fail_msg("'%s' and %s", CASES[i].patterns, CASES[i].path);
    }
}

static void refused(const char *patterns, const char *said)
{
    struct build_ignore ignore;

    assert_err(build_ignore_parse(patterns, strlen(patterns), "I", &ignore, &err), ERR_USAGE);
    assert_string_equal(err.what, said);
    build_ignore_free(&ignore);
}

static void refuses_bad_patterns(void **state)
{
    static const char *const bad[] = {
        "[", "a[", "[a", "[]", "[]a]", "[-]", "[a-]", "[x-", "a\\", "[\\", "[^]"};

    (void)state;
    refused("# a\n\n[a-", "I:3: syntax error in pattern: [a-");
    refused("!", "I:1: illegal exclusion pattern: \"!\"");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_err(build_glob_check(bad[i], &err), ERR_USAGE);
        assert_false(build_glob(bad[i], "a", false));
    }
}

static void walks_where_something_comes_back(void **state)
{
    static const struct {
        const char *patterns, *path;
        bool walks;
    } cases[] = {{"*\n!a/b", "a", true}, {"*\n!a/b", "b", false}, {"*\n!a/b", "ab", false},
        {"*\n!**/x", "b/c", true}, {"*\na/b", "a", false}, {"*\n!a/b*/c", "a/bx", true},
        {"*\n!a/b*/c", "a/c", false}, {"", "a", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct build_ignore ignore;
        assert_ok(
            build_ignore_parse(cases[i].patterns, strlen(cases[i].patterns), "I", &ignore, &err));
        if (build_ignore_walks(&ignore, cases[i].path) != cases[i].walks)
            fail_msg("'%s' and %s", cases[i].patterns, cases[i].path);
        build_ignore_free(&ignore);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_as_docker_does),
        cmocka_unit_test(refuses_bad_patterns),
        cmocka_unit_test(walks_where_something_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
