// SPDX-License-Identifier: MIT
/* Variables and quotes in a Dockerfile's words; and what an instruction does to a configuration. */
#include "engine/build/dockerfile_words.h"
#include "engine/images/image_change.h"

#include "unit.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdlib.h>
#include <string.h>

static struct err err;

static const char *value(const char *name, void *arg)
{
    static const char *const known[][2] = {{"foo", "foobar"}, {"empty", ""}, {"path", "/a/b/c.tar"},
        {"é", "no"}, {"word", "é*ü"}, {"q", "'\"$foo\\"}};

    (void)arg;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i][0], name) == 0)
            return known[i][1];
    }
    return NULL;
}

static struct dockerfile_scope scope = {.value = value, .escape = '\\'};

static const char *const CASES[][2] = {
    {"", ""},
    {"abc", "abc"},
    {"'a $foo\\'", "a $foo\\"},
    {"\"a '$foo' \\$ \\\" \\\\ \\n\"", "a 'foobar' $ \" \\ \\n"},
    {"\\$foo \\a\\\\ \\", "$foo a\\ "},
    {"$foo", "foobar"},
    {"$foo.x", "foobar.x"},
    {"$foox", ""},
    {"a$", "a$"},
    {"$ $.", "$ $."},
    {"$1x$$", "x"},
    {"${foo}x", "foobarx"},
    {"${foo:1}", NULL},
    {"${no:-w o}", "w o"},
    {"${empty:-$foo}", "foobar"},
    {"${empty-x}", ""},
    {"${no-x}", "x"},
    {"${foo:+x}${empty:+y}${empty+z}${no+w}", "xz"},
    {"${foo:?x}${empty?y}", "foobar"},
    {"${no:-a\\}b}", "a}b"},
    {"${no:-'}'\"}\"}", "}}"},
    {"${no:-${empty:-${foo}}}", "foobar"},
    {"$q", "'\"$foo\\"},
    {"\"$q\"'$q'", "'\"$foo\\$q"},
    {"${foo#f*o}", "obar"},
    {"${foo##f*o}", "bar"},
    {"${foo%o*}", "fo"},
    {"${foo%%o*}", "f"},
    {"${foo#x}", "foobar"},
    {"${path##*/}", "c.tar"},
    {"${path%.*}", "/a/b/c"},
    {"${no#x}", ""},
    {"${word#?}", "*ü"},
    {"${word%?}", "é*"},
    {"${word%\\*?}", "é"},
    {"${word#*}", "é*ü"},
    {"${word##*}", ""},
    {"${foo/o/0}", "f0obar"},
    {"${foo//o/0}", "f00bar"},
    {"${path//\\//:}", ":a:b:c.tar"},
    {"${foo//?o/x}", "xobar"},
    {"${foo/o*/}", "f"},
    {"${foo//z*/x}", "foobar"},
    {"${foo/$empty/x}", "foobar"},
    {"${word//\\*/-}", "é-ü"},
    {"${foo//[o]/x}", "foobar"},
};

static void expands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char *text = dockerfile_expand(CASES[i][0], &scope, &err);
        if (CASES[i][1] && !text)
            err_print(stderr, CASES[i][0], &err);
        if (CASES[i][1])
            assert_string_equal(text, CASES[i][1]);
        else
            assert_null(text);
        free(text);
    }
}

static void knows_other_escapes(void **state)
{
    struct dockerfile_scope odd = {.value = value, .escape = '`'};
    char *text = dockerfile_expand("C:\\a `$foo \"`\"`x\"", &odd, &err);

    (void)state;
    assert_string_equal(text, "C:\\a $foo \"`x");
    free(text);
    odd = (struct dockerfile_scope){.value = value, .escape = '\\', .keep_quotes = true};
    text = dockerfile_expand("\"$foo\" it's \\$foo", &odd, &err);
    assert_string_equal(text, "\"foobar\" it's $foo");
    free(text);
}

static void refused(const char *word, const char *said)
{
    err = (struct err){0};
    assert_null(dockerfile_expand(word, &scope, &err));
    assert_int_equal(err.kind, ERR_USAGE);
    assert_string_equal(err.what, said);
}

static void refuses(void **state)
{
    char deep[200] = "";

    (void)state;
    refused("'a", "failed to process \"'a\": unexpected end of statement while looking for "
                  "matching single-quote");
    refused("\"a$foo", "failed to process \"\"a$foo\": unexpected end of statement while looking "
                       "for matching double-quote");
    refused("${", "failed to process \"${\": syntax error: missing '}'");
    refused("${a", "failed to process \"${a\": syntax error: missing '}'");
    refused("${a:", "failed to process \"${a:\": syntax error: missing '}'");
    refused("${a:-b", "failed to process \"${a:-b\": syntax error: missing '}'");
    refused("${a/b}", "failed to process \"${a/b}\": syntax error: missing '/' in ${}");
    refused("${}", "failed to process \"${}\": syntax error: bad substitution");
    refused("${a!b}", "failed to process \"${a!b}\": unsupported modifier in substitution");
    refused("${no?}", "no: is not allowed to be unset");
    refused("${empty:?}", "empty: is not allowed to be empty");
    refused("${no:?say $foo}", "no: say foobar");
    refused("${foo#\\a}", "invalid pattern (\\a) in substitution: invalid escape");
    for (int i = 0; i < 40; i++)
        strcat(deep, "${a-");
    assert_null(dockerfile_expand(deep, &scope, &err));
    assert_non_null(strstr(err.what, "${ in ${ in ${"));
}

static char big[(1 << 20) + 1];

static const char *big_value(const char *name, void *arg)
{
    (void)name;
    (void)arg;
    return big;
}

/* ENV A=$A$A, again and again; and patterns that a slow reader would be at for ever. */
static void has_an_end(void **state)
{
    struct dockerfile_scope odd = {.value = big_value, .escape = '\\'};
    char *text;

    (void)state;
    memset(big, 'a', sizeof(big) - 1);
    assert_null(dockerfile_expand("$a$a", &odd, &err));
    assert_non_null(strstr(err.what, "it becomes too long"));
    assert_null(dockerfile_expand("${a//a/bcdefghijklmnopqrstuvw}", &odd, &err));
    text = dockerfile_expand("${a%%*a*a*a*a*b}", &odd, &err);
    assert_int_equal(strlen(text), sizeof(big) - 1);
    free(text);
    text = dockerfile_expand("${a//*b/c}", &odd, &err);
    assert_int_equal(strlen(text), sizeof(big) - 1);
    free(text);
}

static struct image_changing changing;

static const char *changed(const char *line)
{
    assert_ok(image_change_line(&changing, line, &err));
    return json_object_to_json_string_ext(
        changing.config, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void begin(const char *config)
{
    json_object_put(changing.config);
    changing = (struct image_changing){.config = json_tokener_parse(config)};
}

static void changes_configurations(void **state)
{
    (void)state;
    begin("{\"Env\":[\"A=1\",\"B=2\"]}");
    assert_string_equal(changed("ENV A=3 C=$A\"$B \" D"
                                "=x"),
        "{\"Env\":[\"A=3\",\"B=2\",\"C=12 \",\"D=x\"]}");
    assert_string_equal(changed("env A b $B"), "{\"Env\":[\"A=b 2\",\"B=2\",\"C=12 \",\"D=x\"]}");
    begin("{\"Env\":[\"P=80 81\",\"D=/d e\"]}");
    assert_string_equal(
        changed("EXPOSE $P 90-91/UDP") + strlen("{\"Env\":[\"P=80 81\",\"D=/d e\"],"),
        "\"ExposedPorts\":{\"80/tcp\":{},\"81/tcp\":{},\"90/udp\":{},\"91/udp\":{}}}");
    begin("{\"Env\":[\"D=/d e\"],\"WorkingDir\":\"/w\"}");
    assert_string_equal(
        changed("WORKDIR a/../$D/."), "{\"Env\":[\"D=/d e\"],\"WorkingDir\":\"/w/d e\"}");
    assert_string_equal(changed("WORKDIR $D"), "{\"Env\":[\"D=/d e\"],\"WorkingDir\":\"/d e\"}");
    begin("{}");
    assert_string_equal(
        changed("LABEL a=1 \"b c\"='d e'"), "{\"Labels\":{\"a\":\"1\",\"b c\":\"d e\"}}");
    begin("{}");
    assert_string_equal(changed("VOLUME [\"/a b\"]"), "{\"Volumes\":{\"/a b\":{}}}");
    begin("{}");
    assert_string_equal(changed("HEALTHCHECK --interval=1m30s --retries=3 CMD [\"a\"]"),
        "{\"Healthcheck\":{\"Test\":[\"CMD\",\"a\"],\"Interval\":90000000000,\"Retries\":3}}");
    assert_string_equal(changed("HEALTHCHECK NONE"), "{\"Healthcheck\":{\"Test\":[\"NONE\"]}}");
    begin("{}");
    assert_string_equal(changed("ONBUILD RUN <<A\nx\nA"), "{\"OnBuild\":[\"RUN <<A\\nx\\nA\"]}");
    begin("{}");
    assert_string_equal(changed("STOPSIGNAL SIGINT"), "{\"StopSignal\":\"SIGINT\"}");
}

/* ENTRYPOINT takes the CMD of the image below away, but not one that came with it. */
static void commands_know_their_shell(void **state)
{
    (void)state;
    begin("{\"Cmd\":[\"old\"]}");
    assert_string_equal(changed("ENTRYPOINT [\"a\"]"), "{\"Entrypoint\":[\"a\"]}");
    assert_string_equal(
        changed("CMD b  c"), "{\"Entrypoint\":[\"a\"],\"Cmd\":[\"/bin/sh\",\"-c\",\"b  c\"]}");
    begin("{}");
    changed("SHELL [\"/bin/bash\",\"-c\"]");
    changed("CMD $x");
    assert_string_equal(changed("ENTRYPOINT y"),
        "{\"Shell\":[\"/bin/bash\",\"-c\"],\"Cmd\":[\"/bin/bash\",\"-c\",\"$x\"],"
        "\"Entrypoint\":[\"/bin/bash\",\"-c\",\"y\"]}");
}

static void refuses_changes(void **state)
{
    static const char *const wrong[] = {"FROM x", "RUN x", "EXPOSE a", "EXPOSE 0", "EXPOSE 70000",
        "EXPOSE 90-80", "EXPOSE 80/x", "EXPOSE 80x", "HEALTHCHECK --interval=1 CMD a",
        "HEALTHCHECK --timeout=1us CMD a", "HEALTHCHECK --retries=-1 CMD a", "STOPSIGNAL SIGNO",
        "VOLUME \"\"", "ENV A=${", "CMD [1]"};

    (void)state;
    begin("{}");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(image_change_line(&changing, wrong[i], &err), -1);
    json_object_put(changing.config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expands),
        cmocka_unit_test(knows_other_escapes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(has_an_end),
        cmocka_unit_test(changes_configurations),
        cmocka_unit_test(commands_know_their_shell),
        cmocka_unit_test(refuses_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
