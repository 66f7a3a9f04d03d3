// SPDX-License-Identifier: MIT
/* Templates of --format: what Docker's documentation shows, and every wrong one with its place. */
#include "engine/show/format.h"

#include "unit.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdlib.h>
#include <string.h>

static struct err err;

static const char TREE[] =
    "{\"Id\": \"ab12\", \"Name\": \"/web\", \"Args\": [\"-c\", \"x y\"],"
    " \"State\": {\"Running\": true, \"Pid\": 42, \"Health\": null},"
    " \"Labels\": {\"b\": \"2\", \"a\": \"1\"}, \"Empty\": [],"
    " \"Ports\": {\"80/tcp\": [{\"HostPort\": \"8080\"}]}, \"Share\": 0.5, \"Umlaut\": \"größe\"}";

/* What a template gives; the caller frees. NULL: the error is in err. */
static char *run(const char *template, struct format_data *data)
{
    struct format *format;
    char *text = NULL;
    size_t length;

    err = (struct err){0};
    if (format_parse(template, &format, &err) < 0) {
        assert_null(format);
        return NULL;
    }
    FILE *out = open_memstream(&text, &length);
    int result = format_run(format, data, out, &err);
    fclose(out);
    format_free(format);
    if (result == 0)
        return text;
    free(text);
    return NULL;
}

static void gives_what_go_gives(void **state)
{
    static const struct {
        const char *template, *text;
    } good[] = {
        {"plain", "plain"},
        {"{{.Id}}-{{.ID}}", "ab12-ab12"},
        {"{{ .State.Pid }}", "42"},
        {"{{.State.Running}} {{.Share}} {{.State.Health}}", "true 0.5 <no value>"},
        {"{{.Args}} {{.Labels}} {{.Empty}}", "[-c x y] map[a:1 b:2] []"},
        {"{{json .Args}}{{json .State.Health}}{{json .Name}}", "[\"-c\",\"x y\"]null\"/web\""},
        {"{{index .Args 1}} {{index .Labels \"a\"}}{{index .Labels \"none\"}}", "x y 1"},
        {"{{(index (index .Ports \"80/tcp\") 0).HostPort}}", "8080"},
        {"{{range .Args}}<{{.}}>{{end}}", "<-c><x y>"},
        {"{{range $i, $e := .Args}}{{if $i}}, {{end}}{{$i}}={{$e}}{{end}}", "0=-c, 1=x y"},
        {"{{range $k, $v := .Labels}}{{$k}}:{{$v}} {{end}}", "a:1 b:2 "},
        {"{{range .Empty}}x{{else}}none{{end}}", "none"},
        {"{{range .Args}}{{.}}{{break}}{{end}}{{range .Args}}{{continue}}x{{end}}", "-c"},
        {"{{range $p, $conf := .Ports}}{{$p}} -> {{(index $conf 0).HostPort}}{{end}}",
            "80/tcp -> 8080"},
        {"{{if .State.Running}}up{{else}}down{{end}}", "up"},
        {"{{if .Empty}}a{{else if .State.Pid}}b{{else}}c{{end}}", "b"},
        {"{{if and .State.Health (eq .State.Health.Status \"x\")}}y{{else}}n{{end}}", "n"},
        {"{{or .State.Health .Name}}{{and .Name .Empty}}{{not .Empty}}", "/web[]true"},
        {"{{with .State}}{{.Pid}} {{$.Name}}{{end}}{{with .State.Health}}x{{end}}", "42 /web"},
        {"{{len .Args}} {{len .Labels}} {{len .Name}} {{.Args | len}}", "2 2 4 2"},
        {"{{$x := .Name}}{{$x}}{{if true}}{{$x = \"new\"}}{{end}}{{$x}}", "/webnew"},
        {"{{upper .Name}} {{lower \"AbC\"}} {{title \"two words\"}}", "/WEB abc Two Words"},
        {"{{join .Args \"+\"}} {{split \"a:b\" \":\"}}", "-c+x y [a b]"},
        {"{{pad .Name 2 1}}|{{pad \"\" 2 1}}|{{truncate .Umlaut 3}}", "  /web ||grö"},
        {"{{slice .Id 1 3}} {{slice .Args 1}}", "b1 [x y]"},
        {"{{print 1 2 \"a\" 3}} {{println .Name}}", "1 2a3 /web\n"},
        {"{{printf \"%-6s|%5d|%v|%q|%.1f|%t|%%|%x\" .Name 7 .Args .Id 0.25 true 255}}",
            "/web  |    7|[-c x y]|\"ab12\"|0.2|true|%|ff"},
        {"{{printf \"%d %s\" .Name}}", "%!d(string=/web) %!s(MISSING)"},
        {"{{printf nil}}|{{printf \"%5d|%-4s|\" 1 nil}}", "|    1|<nil>|"},
        {"{{.Name | printf \"%s-%s\" \"a\"}}", "a-/web"},
        {"{{eq .State.Pid 1 42}} {{ne .Id \"ab12\"}} {{lt 1 2}} {{ge 1.5 2}} {{gt \"b\" \"a\"}}",
            "true false true false true"},
        {"a {{- .Id -}} b {{/* no */}}c{{- /* no */ -}} d", "aab12b cd"},
        {"{{\"a\\tb\\\"\"}}{{`raw\\t`}}{{1}}{{-2}}{{true}}", "a\tb\"raw\\t1-2true"},
        {"{{.}}", NULL},
        {"{{.Label \"x.y-z\"}}{{.Label \"none\"}}", "value"},
    };
    struct json_object *labels = json_tokener_parse("{\"x.y-z\": \"value\"}");
    struct format_data data = {.dot = json_tokener_parse(TREE), .labels = labels};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char *text = run(good[i].template, &data);
        if (!text)
            err_print(stderr, good[i].template, &err);
        assert_non_null(text);
        if (good[i].text)
            assert_string_equal(text, good[i].text);
        free(text);
    }
    json_object_put(data.dot);
    json_object_put(labels);
}

static void says_what_is_wrong_and_where(void **state)
{
    static const struct {
        const char *template, *what, *hint;
    } bad[] = {
        {"{{.Foo}}", ":1:2: executing \"\" at <.Foo>: map has no entry for key \"Foo\"", ".State"},
        {"{{.State.Foo}}", ":1:8: executing \"\" at <.State.Foo>: map has no entry", ".Running"},
        {"abc\n{{index .Args 5}}",
            ":2:2: executing \"\" at <index .Args 5>: error calling index: index out of range: 5",
            ""},
        {"{{.State.Health.Status}}", "nil pointer evaluating interface {}.Status", ""},
        {"{{.Name.First}}", "can't evaluate field First in type string", ""},
        {"{{if", ":1: unclosed action", "line 1, column 5"},
        {"{{.Id", "unclosed action", ""},
        {"{{.Id}", "unexpected \"}\" in operand", ""},
        {"{{}}", "missing value for command", ""},
        {"{{.Id |}}", "missing value for command", "column 8"},
        {"{{end}}", "unexpected {{end}}", "no {{if}}"},
        {"{{else}}", "unexpected {{else}}", ""},
        {"a\n{{range .Args}}", ":2: unexpected EOF", "{{end}} is expected"},
        {"{{if .Id}}{{else}}{{else}}{{end}}", "expected end; found {{else}}", ""},
        {"{{foo .}}", "function \"foo\" not defined", "json len index"},
        {"{{\"abc}}", "unterminated quoted string", ""},
        {"{{12x}}", "bad number syntax: \"12x\"", ""},
        {"{{(.Id}}", "unclosed left paren", ""},
        {"{{break}}", "{{break}} outside {{range}}", ""},
        {"{{/* x}}", "unclosed comment", ""},
        {"{{len}}", "wrong number of args for len: want 1 got 0", ""},
        {"{{len .State.Pid}}", "error calling len: len of type int", ""},
        {"{{upper .State.Pid}}", "error calling upper: expected a text", ""},
        {"{{eq .Name 1}}", "incompatible types for comparison", ""},
        {"{{.Name 1 2}}", "can't give argument to non-function .Name", ""},
        {"{{$y}}", "undefined variable \"$y\"", ""},
        {"{{if 1}}{{$y := 1}}{{end}}{{$y}}", "undefined variable \"$y\"", ""},
        {"{{$y = 1}}", "undefined variable \"$y\"", ""},
        {"{{range .Name}}{{end}}", "range can't iterate over /web", ""},
        {"{{printf \"%999999999d\" 1}}", "4 digits at most", ""},
    };
    struct format_data data = {.dot = json_tokener_parse(TREE)};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_null(run(bad[i].template, &data));
        assert_int_equal(err.kind, ERR_REFUSED);
        if (!strstr(err.what, bad[i].what) || !strstr(err.hint, bad[i].hint))
            fail_msg("%s: %s; %s", bad[i].template, err.what, err.hint);
    }
    json_object_put(data.dot);
}

/* Of a table, a function gives the heading as it is. */
static void keeps_headings(void **state)
{
    struct format_data data = {
        .dot = json_tokener_parse("{\"ID\": \"CONTAINER ID\"}"), .heading = true};
    char *text =
        run("{{.ID}}\t{{lower .ID}}\t{{json .ID}}\t{{.Label \"com.x.my-key\"}}\t{{.No}}", &data);

    (void)state;
    assert_string_equal(text, "CONTAINER ID\tCONTAINER ID\tCONTAINER ID\tmy key\t<no value>");
    free(text);
    json_object_put(data.dot);
}

static void goes_only_so_deep(void **state)
{
    char deep[2000] = "";
    struct format_data data = {.dot = json_tokener_parse("{}")};

    (void)state;
    for (int i = 0; i < 150; i++)
        strcat(deep, "{{if 1}}");
    assert_null(run(deep, &data));
    assert_non_null(strstr(err.what, "too many levels"));
    memset(deep, '(', 1900);
    memcpy(deep, "{{", 2);
    assert_null(run(deep, &data));
    assert_non_null(strstr(err.what, "too many levels"));
    json_object_put(data.dot);
}

static void knows_which_fields_it_names(void **state)
{
    struct format *format;

    (void)state;
    assert_ok(format_parse("{{.ID}} {{range .Mounts}}{{.Size}}{{end}}", &format, &err));
    assert_true(format_names(format, "Size"));
    assert_true(format_names(format, "ID"));
    assert_false(format_names(format, "Status"));
    format_free(format);
    assert_ok(format_parse("{{json .}}", &format, &err));
    assert_true(format_names(format, "Status"));
    format_free(format);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_go_gives),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(keeps_headings),
        cmocka_unit_test(goes_only_so_deep),
        cmocka_unit_test(knows_which_fields_it_names),
    };

    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
