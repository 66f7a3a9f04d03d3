// SPDX-License-Identifier: MIT
/* Dockerfiles: how each instruction is taken apart, and what is said of a wrong one: the line and
 * the column too. */
#include "engine/build/dockerfile.h"

#include "unit.h"

#include <string.h>

static struct err err;
static struct dockerfile file;

/* The instructions behind FROM, as text: NAME --flag=value |word|word| <NAME:text>. */
static const char *parsed(const char *text)
{
    static char shown[4096];
    FILE *out = fmemopen(shown, sizeof(shown), "w");

    dockerfile_free(&file);
    assert_ok(dockerfile_parse(text, strlen(text), "D", &file, &err));
    for (size_t i = 1; i < file.count; i++) {
        const struct dockerfile_instruction *one = &file.list[i];
        fprintf(out, "%s%s", i > 1 ? "; " : "", dockerfile_name(one->word));
        for (size_t j = 0; j < one->flag_count; j++)
            fprintf(out, " --%s=%s", one->flags[j].name, one->flags[j].value);
        fputs(one->json ? " J|" : " |", out);
        for (size_t j = 0; j < one->word_count; j++)
            fprintf(out, "%s|", one->words[j]);
        for (size_t j = 0; j < one->heredoc_count; j++)
            fprintf(out, "<%s%s:%s>", one->heredocs[j].name, one->heredocs[j].expand ? "" : "'",
                one->heredocs[j].text);
    }
    fputc('\0', out);
    fclose(out);
    return shown;
}

#define assert_parsed(text, wanted) assert_string_equal(parsed("FROM x\n" text), wanted)

static void takes_instructions_apart(void **state)
{
    (void)state;
    assert_parsed("cmd  echo  $A 'b c' ", "CMD |echo  $A 'b c'|");
    assert_parsed("CMD [\"a\", \"b \\\"c\"]", "CMD J|a|b \"c|");
    assert_parsed("ENTRYPOINT []", "ENTRYPOINT J|");
    assert_parsed("RUN [ -e /x ] && y", "RUN |[ -e /x ] && y|");
    assert_parsed("RUN ['a', 'b']", "RUN |['a', 'b']|");
    assert_parsed("RUN [\"a\"] b", "RUN |[\"a\"] b|");
    assert_parsed("COPY a  b\tc/", "COPY |a|b|c/|");
    assert_parsed("COPY [\"a b\", \"/c d\"]", "COPY J|a b|/c d|");
    assert_parsed("ENV A=1 B=\"2 3\" C='4 '\\ 5", "ENV |A=1|B=\"2 3\"|C='4 '\\ 5|");
    assert_parsed("ENV A  b = \"c d\"", "ENV |A=b = \"c d\"|");
    assert_parsed("LABEL \"x y\"=z", "LABEL |\"x y\"=z|");
    assert_parsed("ARG A B=\"c d\"", "ARG |A|B=\"c d\"|");
    assert_parsed("EXPOSE 80 90/udp", "EXPOSE |80|90/udp|");
    assert_parsed("VOLUME [\"/a\"]\nVOLUME /b /c", "VOLUME J|/a|; VOLUME |/b|/c|");
    assert_parsed("FROM --platform=linux/$A a AS Up", "FROM --platform=linux/$A |a|AS|up|");
    assert_parsed("HEALTHCHECK none", "HEALTHCHECK |NONE|");
    assert_parsed("HEALTHCHECK --interval=5s --retries=2 CMD a b",
        "HEALTHCHECK --interval=5s --retries=2 |CMD|a b|");
    assert_parsed("HEALTHCHECK cmd [\"a\"]", "HEALTHCHECK J|CMD|a|");
    assert_parsed("SHELL [\"/bin/bash\", \"-c\"]", "SHELL J|/bin/bash|-c|");
    assert_parsed("ONBUILD  RUN  a b", "ONBUILD |RUN  a b|");
    assert_parsed("MAINTAINER A B <c>", "MAINTAINER |A B <c>|");
    assert_parsed(
        "USER 1:2\nWORKDIR /a b\nSTOPSIGNAL $S", "USER |1:2|; WORKDIR |/a b|; STOPSIGNAL |$S|");
}

static void reads_flags(void **state)
{
    (void)state;
    assert_parsed("COPY --from=a --chown=1:2 --link --parents=false --exclude=*.o --exclude=b c d",
        "COPY --from=a --chown=1:2 --link= --exclude=*.o --exclude=b |c|d|");
    assert_parsed("RUN --mount=type=bind,\"source=a b\" --network=none -- --x",
        "RUN --mount=type=bind,source=a b --network=none |--x|");
    assert_string_equal(dockerfile_flag(&file.list[1], "network"), "none");
    assert_null(dockerfile_flag(&file.list[1], "security"));
}

static void joins_lines(void **state)
{
    (void)state;
    assert_parsed("RUN a \\\n  b\\\n# no\n\n  \t# no\n   && c", "RUN |a   b   && c|");
    assert_string_equal(file.list[1].text, "RUN a   b   && c");
    assert_parsed("RUN a \\ \t\nb\\", "RUN |a b|");
    assert_parsed("RUN a \\\\\nRUN b", "RUN |a \\\\|; RUN |b|");
    assert_parsed("  \\\n  RUN a\r\n\r\n# c\r\nRUN b \\\r\n c\r\n", "RUN |a|; RUN |b  c|");
    assert_string_equal(parsed("\xef\xbb\xbf# x\nFROM a\nUSER b"), "USER |b|");
    assert_int_equal(file.list[0].line, 2);
    assert_string_equal(parsed("# syntax=x/y:1\n# EsCape = `\nFROM a\nRUN a \\ `\n b `` \\\n"),
        "RUN |a \\  b `` \\|");
    /* a comment, a blank line: what comes then is no directive */
    assert_string_equal(parsed("# so\n# escape=`\nFROM a\nRUN b `"), "RUN |b `|");
    assert_string_equal(parsed("\n# escape=`\nFROM a\nRUN b `"), "RUN |b `|");
    assert_string_equal(parsed("ARG A=1\nARG B\nFROM $A"), "ARG |B|; FROM |$A|");
}

static void reads_heredocs(void **state)
{
    (void)state;
    assert_parsed(
        "RUN <<EOF\n# a\n\tb \\\nEOF\nUSER x", "RUN |<<EOF|<EOF:# a\n\tb \\\n>; USER |x|");
    assert_parsed("RUN 3<<-EOF x\n\t\ta\n\tEOF", "RUN |3<<-EOF x|<EOF:a\n>");
    assert_parsed(
        "RUN cat <<\"A B\" <<'c' > x\n$1\nA B\nc", "RUN |cat <<\"A B\" <<'c' > x|<A B':$1\n><c':>");
    assert_parsed("COPY <<X <<Y /dest\nY\nX\nX\nY\n", "COPY |/dest|<X:Y\n><Y:X\n>");
    assert_parsed(
        "COPY --chmod=644 <<'one two' a /b\nt\none two", "COPY --chmod=644 |a|/b|<one two':t\n>");
    assert_parsed("RUN <<eo\\'f\necho\neo'f", "RUN |<<eo\\'f|<eo'f:echo\n>");
    assert_parsed("RUN << EOF\nEOF", "RUN |<< EOF|<EOF:>");
    assert_parsed("RUN <<$EOF\r\na\r\n$EOF\r\n", "RUN |<<$EOF|<$EOF:a\r\n>");
    assert_parsed("RUN \"<<EOF\"", "RUN |\"<<EOF\"|");
    assert_parsed("RUN a <<<b", "RUN |a <<<b|");
    assert_parsed("RUN echo $((1<<2)) $((1 << 2))", "RUN |echo $((1<<2)) $((1 << 2))|");
    assert_parsed("RUN it's <<EOF", "RUN |it's <<EOF|");
    assert_parsed("CMD cat <<EOF", "CMD |cat <<EOF|");
    assert_parsed("ONBUILD RUN <<A <<-B\n1\nA\n\t2\n\tB\nUSER x",
        "ONBUILD |RUN <<A <<-B\n1\nA\n2\nB|; USER |x|");
    dockerfile_free(&file);
    assert_ok(dockerfile_parse_line("RUN <<A <<-B\n1\nA\n2\nB", "o", &file, &err));
    assert_string_equal(file.list[0].heredocs[1].text, "2\n");
}

static void knows_places(void **state)
{
    const struct dockerfile_instruction *one;

    (void)state;
    parsed("\n FROM x\n\tRUN a \\\n b\n\nUSER y");
    one = file.list;
    assert_int_equal(one[0].line * 100 + one[0].column, 202);
    assert_int_equal(one[1].line * 100 + one[1].column, 302);
    assert_int_equal(one[2].line * 100 + one[2].column, 601);
    err_set(&err, ERR_USAGE, "what");
    dockerfile_at(&file, &one[1], &err);
    assert_string_equal(err.what, "D:3:2: what");
}

static void refused(const char *text, const char *said)
{
    struct dockerfile bad;

    assert_err(dockerfile_parse(text, strlen(text), "D", &bad, &err), ERR_USAGE);
    assert_string_equal(err.what, said);
    assert_true(err.hint[0] != '\0');
    dockerfile_free(&bad);
}

static void refuses_in_dockers_words(void **state)
{
    (void)state;
    refused("", "D:1:1: file with no instructions");
    refused("# a\n\n", "D:2:1: file with no instructions");
    refused("FROM x\nRUNN a", "D:2:1: unknown instruction: RUNN (did you mean RUN?)");
    refused("FROM x\n  éxy a", "D:2:3: unknown instruction: éxy");
    refused("FROM x\n\033[31m a", "D:2:1: unknown instruction: \033[31m");
    refused("RUN a", "D:1:1: no build stage in current context");
    refused("FROM x\nCOPY --form=a b c", "D:2:6: unknown flag: --form (did you mean from?)");
    refused("FROM x\nCOPY --parents \\\n# c\n\n  --chown=1 --link=2 b c",
        "D:5:13: expecting boolean value for flag link, not: 2");
    refused("FROM x\nCOPY --from=a --from=b c d", "D:2:15: Duplicate flag specified: from");
    refused("FROM x\nCOPY --from a b c", "D:2:6: Missing a value on flag: from");
    refused("FROM x\nUSER --a b", "D:2:6: unknown flag: --a");
    refused("FROM x\nCOPY a",
        "D:2:1: COPY requires at least two arguments, but only one was provided. Destination could "
        "not be determined");
    refused("FROM x\nCOPY <<E\nE", "D:2:1: COPY cannot accept a heredoc as a destination");
    refused("FROM x\nRUN", "D:2:1: RUN requires at least one argument");
    refused("FROM x\nUSER", "D:2:1: USER requires exactly one argument");
    refused("FROM a b", "D:1:6: FROM requires either one or three arguments");
    refused("FROM a as 1b", "D:1:6: invalid name for build stage: \"1b\", name can't start with a "
                            "number or contain symbols");
    refused("FROM x\nSHELL a", "D:2:7: SHELL requires the arguments to be in JSON form");
    refused("FROM x\nCMD [1]",
        "D:2:5: when using JSON array syntax, arrays must be comprised of strings only");
    refused("FROM x\nCMD [\"a\\u0000b\"]", "D:2:5: a word has a character 0 in it");
    refused("FROM x\nENV A", "D:2:5: ENV must have two arguments");
    refused("FROM x\nENV A=1 \\\n  B",
        "D:3:3: Syntax error - can't find = in \"B\". Must be of the form: name=value");
    refused("FROM x\nENV =1", "D:2:5: ENV names can not be blank");
    refused("FROM x\nENV A=\"b",
        "D:2:7: unexpected end of statement while looking for matching double-quote");
    refused("FROM x\nARG =1", "D:2:5: ARG names can not be blank");
    refused("FROM x\nRUN a <<E\nb\nE ", "D:2:7: unterminated heredoc");
    refused("# escape=x\nFROM x", "D:1:1: invalid escape token 'x' does not match ` or \\");
    refused(
        "# escape=`\n# escape=`\nFROM x", "D:2:1: only one escape parser directive can be used");
    refused("FROM x\nHEALTHCHECK NONE a", "D:2:18: HEALTHCHECK NONE takes no arguments");
    refused("FROM x\nHEALTHCHECK CMD", "D:2:13: Missing command after HEALTHCHECK CMD");
    refused("FROM x\nHEALTHCHECK a", "D:2:13: Unknown type \"a\" in HEALTHCHECK (try CMD)");
    refused("FROM x\nONBUILD ONBUILD RUN a",
        "D:2:9: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    refused("FROM x\nONBUILD from y", "D:2:9: FROM isn't allowed as an ONBUILD trigger");
    refused("FROM x\nONBUILD RUNN y", "D:2:9: unknown instruction: RUNN (did you mean RUN?)");
    dockerfile_free(&file);
    assert_err(dockerfile_parse("FROM x\nRUN \0", 12, "D", &file, &err), ERR_USAGE);
    assert_string_equal(err.what, "D:2:1: there is a byte 0 in this line");
    dockerfile_free(&file);
}

static void refuses_more_than_a_line(void **state)
{
    struct dockerfile bad;

    (void)state;
    assert_err(dockerfile_parse_line("USER a\nUSER b", "L", &bad, &err), ERR_USAGE);
    dockerfile_free(&bad);
    assert_err(dockerfile_parse_line("", "L", &bad, &err), ERR_USAGE);
    dockerfile_free(&bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_instructions_apart),
        cmocka_unit_test(reads_flags),
        cmocka_unit_test(joins_lines),
        cmocka_unit_test(reads_heredocs),
        cmocka_unit_test(knows_places),
        cmocka_unit_test(refuses_in_dockers_words),
        cmocka_unit_test(refuses_more_than_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
