// SPDX-License-Identifier: MIT
/* A program of two commands: one whose operands end its options, one that mixes both. */
#include "command.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct words {
    bool all;
    struct opt_list names;
};

static struct err err;
static char seen[200]; /* what the command got */

static int note(void *args, int argc, char **argv, struct err *failure)
{
    const struct words *words = args;
    size_t used =
        (size_t)snprintf(seen, sizeof(seen), "%s%zu", words->all ? "all " : "", words->names.count);

    for (int i = 0; i < argc; i++)
        used += (size_t)snprintf(seen + used, sizeof(seen) - used, " %s", argv[i]);
    assert_null(argv[argc]);
    if (argc > 0 && strcmp(argv[0], "fail") == 0)
        return err_set(failure, ERR_SYS, "as asked");
    return 42;
}

static const struct opt OPTS[] = {
    {'a', "all", NULL, "", OPT_FLAG, offsetof(struct words, all)},
    {'n', "name", "NAME", "", OPT_LIST, offsetof(struct words, names)},
    {0},
};

static const struct command first = {
    .name = "run", .operands = "CMD", .opts = OPTS, .args_size = sizeof(struct words), .run = note};
static const struct command second = {.name = "kill",
    .operands = "ID [SIGNAL]",
    .mixed = true,
    .least = 1,
    .most = 2,
    .opts = OPTS,
    .args_size = sizeof(struct words),
    .run = note};
static const struct command hidden = {
    .name = "secret", .hidden = true, .opts = OPTS, .args_size = 4096, .run = note};
static const struct command listing = {.name = "ls",
    .aliases = "list ps",
    .opts = OPTS,
    .args_size = sizeof(struct words),
    .run = note};
static const struct command *const inner[] = {&listing, &second, NULL};
static const struct command group = {.name = "box", .summary = "Boxes", .group = inner};
static const struct command *const commands[] = {&first, &second, &hidden, &group, NULL};
static const struct program program = {.name = "prog", .commands = commands};

/* Words up to NULL, the first of them the command's name. */
static int run(const char *name, ...)
{
    char *argv[12] = {(char *)name};
    int argc = 1;
    va_list ap;

    va_start(ap, name);
    while ((argv[argc] = va_arg(ap, char *)))
        argc++;
    va_end(ap);
    seen[0] = '\0';
    return command_run(&program, command_find(&program, name), argc, argv, &err);
}

static void leaves_what_follows_the_operand(void **state)
{
    (void)state;
    assert_int_equal(run("run", "-a", "-n", "x", "sh", "-a", "--", "-z", NULL), 42);
    assert_string_equal(seen, "all 1 sh -a -- -z");
    assert_int_equal(run("run", "--", "-a", NULL), 42);
    assert_string_equal(seen, "0 -a");
    assert_int_equal(run("run", NULL), 42);
    assert_string_equal(seen, "0");
}

static void mixes_options_and_operands(void **state)
{
    (void)state;
    assert_int_equal(run("kill", "id", "-a", "KILL", "-nx", NULL), 42);
    assert_string_equal(seen, "all 1 id KILL");
    assert_int_equal(run("kill", "id", "--", "-a", NULL), 42);
    assert_string_equal(seen, "0 id -a");
    assert_int_equal(run("kill", "--", "-n", "--", NULL), 42);
    assert_string_equal(seen, "0 -n --");
}

static void counts_operands(void **state)
{
    (void)state;
    assert_err(run("kill", NULL), ERR_WORDS);
    assert_err(run("kill", "-a", NULL), ERR_WORDS);
    assert_err(run("kill", "a", "b", "c", NULL), ERR_WORDS);
    assert_non_null(strstr(err.hint, "'c'"));
    assert_string_equal(seen, "");
}

static void passes_errors_on(void **state)
{
    (void)state;
    assert_err(run("run", "fail", NULL), ERR_SYS);
    assert_err(run("run", "--nmae", "x", NULL), ERR_USAGE);
    assert_err(run("kill", "x", "-z", NULL), ERR_USAGE);
    assert_err(run("secret", NULL), ERR_SYS); /* more room than there is */
}

static void names_what_there_is(void **state)
{
    (void)state;
    assert_ptr_equal(command_find(&program, "kill"), &second);
    assert_null(command_find(&program, "kil"));
    assert_err(command_unknown(&program, "kil", &err), ERR_WORDS);
    assert_non_null(strstr(err.what, "'kil' is not a prog command"));
    assert_non_null(strstr(err.hint, "run, kill and box;"));
    assert_err(command_unknown(&program, "--kil", &err), ERR_USAGE);
    assert_non_null(strstr(err.what, "unknown option '--kil'"));
    assert_err(command_help(&program, 1, (char *[]){"kil", NULL}, &err), ERR_WORDS);
}

/* What could be taken for a request of troff's is escaped, at the begin of each line. */
static void writes_a_manual_page(void **state)
{
    static const struct opt opts[] = {{'q', "quiet-now", NULL, ".so", OPT_FLAG, 0}, {0}};
    static const struct command row = {
        .name = "do-it", .summary = "Do", .details = "'a\n.b \\c", .opts = opts};
    static const struct command *const rows[] = {&row, NULL};
    const struct program documented = {
        .name = "prog", .intro = "prog: does\nmore", .outro = "0", .commands = rows};
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    (void)state;
    command_man(out, &documented);
    fclose(out);
    assert_non_null(strstr(text, ".TH PROG 1\n"));
    assert_non_null(strstr(text, "prog \\- does\n"));
    assert_non_null(strstr(text, ".SS prog do\\-it [OPTIONS]\n"));
    assert_non_null(strstr(text, "\n\\&'a\n\\&.b \\ec\n"));
    assert_non_null(strstr(text, "\\fB\\-q\\fR, \\fB\\-\\-quiet\\-now\\fR\n\\&.so\n"));
    free(text);
}

static void finds_commands_of_groups(void **state)
{
    static const struct {
        char *words[4];
        const struct command *found;
        const char *in, *at;
    } rows[] = {
        {{"run", "x", NULL}, &first, "prog", "run"},
        {{"box", "ls", "-a", NULL}, &listing, "prog box", "ls"},
        {{"box", "ps", NULL}, &listing, "prog box", "ps"},
        {{"box", "kill", "x", NULL}, &second, "prog box", "kill"},
        {{"box", NULL}, &group, "prog", "box"},
        {{"box", "--help", NULL}, &group, "prog", "box"},
    };
    struct command_place place;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *words[4], **argv = words;
        int argc = 0;
        memcpy(words, rows[i].words, sizeof(words));
        while (words[argc])
            argc++;
        int given = argc;
        assert_ok(command_resolve(&program, &argc, &argv, &place, &err));
        assert_ptr_equal(place.command, rows[i].found);
        assert_string_equal(place.program.name, rows[i].in);
        assert_string_equal(argv[0], rows[i].at);
        assert_ptr_equal(argv + argc, words + given);
    }
    char *bad[] = {"box", "lss", NULL}, **argv = bad;
    int argc = 2;
    assert_err(command_resolve(&program, &argc, &argv, &place, &err), ERR_WORDS);
    assert_string_equal(err.what, "'lss' is not a prog box command");
    assert_non_null(strstr(err.hint, "ls and kill;"));
    assert_err(run("box", "--nope", NULL), ERR_USAGE);
    assert_null(command_find(&program, "list"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_what_follows_the_operand),
        cmocka_unit_test(mixes_options_and_operands),
        cmocka_unit_test(counts_operands),
        cmocka_unit_test(passes_errors_on),
        cmocka_unit_test(names_what_there_is),
        cmocka_unit_test(writes_a_manual_page),
        cmocka_unit_test(finds_commands_of_groups),
    };

    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
