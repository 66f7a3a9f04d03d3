// SPDX-License-Identifier: MIT
/*
 * The table of instructions: which words and here-documents each takes, and how many. What is
 * unusual of one stands in a function of its own.
 *
 * What must hold: an instruction that was read is whole; so whoever builds need not ask whether
 * COPY has a destination.
 */
#include "dockerfile_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MANY = 1 << 20 };

struct row {
    const char *name;
    int (*read)(struct dockerfile_reading *, struct dockerfile_instruction *);
    size_t least, most;   /* words */
    const char *accepted; /* of them */
    bool json, heredocs;
};

static int read_from(struct dockerfile_reading *, struct dockerfile_instruction *);
static int read_files(struct dockerfile_reading *, struct dockerfile_instruction *);
static int read_health(struct dockerfile_reading *, struct dockerfile_instruction *);
static int read_onbuild(struct dockerfile_reading *, struct dockerfile_instruction *);
static int read_args(struct dockerfile_reading *, struct dockerfile_instruction *);
static int read_shell(struct dockerfile_reading *, struct dockerfile_instruction *);

#define COMMAND "COMMAND, or [\"program\", \"argument\"]"

static const struct row ROWS[] = {
    [DOCKERFILE_ADD] = {"ADD", read_files, 2, MANY, "SOURCE ... DESTINATION", true, true},
    [DOCKERFILE_ARG] = {"ARG", read_args, 1, MANY, "NAME[=DEFAULT] ..."},
    [DOCKERFILE_CMD] = {"CMD", dockerfile_read_one, 0, MANY, COMMAND, true},
    [DOCKERFILE_COPY] = {"COPY", read_files, 2, MANY, "SOURCE ... DESTINATION", true, true},
    [DOCKERFILE_ENTRYPOINT] = {"ENTRYPOINT", dockerfile_read_one, 0, MANY, COMMAND, true},
    [DOCKERFILE_ENV] = {"ENV", dockerfile_read_pairs, 1, MANY, "KEY=VALUE ..."},
    [DOCKERFILE_EXPOSE] = {"EXPOSE", dockerfile_read_words, 1, MANY, "PORT[/tcp|/udp] ..."},
    [DOCKERFILE_FROM] = {"FROM", read_from, 1, MANY, "[--platform=P] IMAGE [AS NAME]"},
    [DOCKERFILE_HEALTHCHECK] = {"HEALTHCHECK", read_health, 1, MANY, "[OPTIONS] CMD COMMAND; NONE"},
    [DOCKERFILE_LABEL] = {"LABEL", dockerfile_read_pairs, 1, MANY, "KEY=VALUE ..."},
    [DOCKERFILE_MAINTAINER] = {"MAINTAINER", dockerfile_read_one, 1, 1, "NAME"},
    [DOCKERFILE_ONBUILD] = {"ONBUILD", read_onbuild, 1, 1, "INSTRUCTION"},
    [DOCKERFILE_RUN] = {"RUN", dockerfile_read_one, 1, MANY, COMMAND, true, true},
    [DOCKERFILE_SHELL] = {"SHELL", read_shell, 1, MANY, "[\"/bin/bash\", \"-c\"]", true},
    [DOCKERFILE_STOPSIGNAL] = {"STOPSIGNAL", dockerfile_read_one, 1, 1, "SIGNAL"},
    [DOCKERFILE_USER] = {"USER", dockerfile_read_one, 1, 1, "USER[:GROUP]"},
    [DOCKERFILE_VOLUME] = {"VOLUME", dockerfile_read_words, 1, MANY, "PATH ...", true},
    [DOCKERFILE_WORKDIR] = {"WORKDIR", dockerfile_read_one, 1, 1, "PATH"},
};
enum { ROWS_COUNT = sizeof(ROWS) / sizeof(ROWS[0]) };

const char *dockerfile_name(enum dockerfile_word word)
{
    return ROWS[word].name;
}

static const char *row_name(size_t row, void *arg)
{
    (void)arg;
    return row < ROWS_COUNT ? ROWS[row].name : NULL;
}

/* The instruction's own word; reading->at is then behind it. */
static int read_name(struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    size_t at = reading->at, length, row = 0;
    const char *word = reading->text + at, *nearest;

    dockerfile_place(reading, at, &instruction->line, &instruction->column);
    while (reading->text[reading->at] && !dockerfile_space(reading->text[reading->at]))
        reading->at++;
    length = reading->at - at;
    while (row < ROWS_COUNT &&
           (strlen(ROWS[row].name) != length || strncasecmp(word, ROWS[row].name, length) != 0))
        row++;
    instruction->word = (enum dockerfile_word)row;
    if (row < ROWS_COUNT)
        return 0;
    nearest = dockerfile_nearest(word, length, row_name, NULL);
    dockerfile_wrong(reading, at, "unknown instruction: %.*s%s%s%s",
        (int)(length > 60 ? 60 : length), word, nearest ? " (did you mean " : "",
        nearest ? nearest : "", nearest ? "?)" : "");
    return err_hint(reading->err,
        "accepted: ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER "
        "ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR; a line that goes on ends with %c",
        reading->file->escape);
}

/* In Docker's words. */
static int check_count(
    struct dockerfile_reading *reading, size_t at, const struct dockerfile_instruction *instruction)
{
    const struct row *row = &ROWS[instruction->word];
    size_t count = instruction->heredoc_count + instruction->word_count;

    if (count >= row->least && count <= row->most)
        return 0;
    if (row->least == 2 && count == 1)
        dockerfile_wrong(reading, at,
            "%s requires at least two arguments, but only one was provided. Destination could not "
            "be determined",
            row->name);
    else
        dockerfile_wrong(reading, at, "%s requires %s argument%s", row->name,
            row->most == 1    ? "exactly one"
            : row->least == 2 ? "at least two"
                              : "at least one",
            row->least == 2 ? "s" : "");
    return err_hint(reading->err, "accepted: %s %s", row->name, row->accepted);
}

int dockerfile_read_instruction(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    size_t at = reading->at;
    const struct row *row;
    int json = 0;

    instruction->text = strdup(reading->text + at);
    instruction->words = calloc(1, sizeof(*instruction->words));
    if (!instruction->text || !instruction->words)
        return dockerfile_no_memory(reading);
    if (read_name(reading, instruction) < 0 || dockerfile_read_flags(reading, instruction) < 0)
        return -1;
    row = &ROWS[instruction->word];
    if (row->json)
        json = dockerfile_read_json(reading, instruction);
    if (json == 0 && row->heredocs &&
        dockerfile_read_heredocs(reading, instruction, row->read == read_files) < 0)
        return -1;
    if (json < 0 || (json == 0 && row->read(reading, instruction) < 0))
        return -1;
    return check_count(reading, at, instruction);
}

static int read_files(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    if (dockerfile_read_words(reading, instruction) < 0)
        return -1;
    if (instruction->words[0] || instruction->heredoc_count == 0)
        return 0;
    dockerfile_wrong(reading, 0, "%s cannot accept a heredoc as a destination",
        dockerfile_name(instruction->word));
    return err_hint(reading->err, "the last word is where the text goes: COPY <<EOF /file");
}

/* IMAGE [AS NAME]; names have no capitals, and others can say them as they like. */
static int read_from(struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    size_t at = reading->at, count;
    char **words;

    if (dockerfile_read_words(reading, instruction) < 0)
        return -1;
    words = instruction->words;
    count = instruction->word_count;
    if (count != 1 && (count != 3 || strcasecmp(words[1], "as") != 0)) {
        dockerfile_wrong(reading, at, "FROM requires either one or three arguments");
        return err_hint(reading->err, "accepted: FROM IMAGE, or FROM IMAGE AS NAME");
    }
    if (count == 1)
        return 0;
    for (char *c = words[2]; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (islower((unsigned char)words[2][0]) &&
        !words[2][strspn(words[2], "abcdefghijklmnopqrstuvwxyz0123456789-_.")])
        return 0;
    dockerfile_wrong(reading, at,
        "invalid name for build stage: \"%.80s\", name can't start with a number or contain "
        "symbols",
        words[2]);
    return err_hint(reading->err, "accepted: a letter, then letters, digits, - _ and .");
}

static int read_args(struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    size_t at = reading->at;

    if (dockerfile_read_quoted(reading, instruction) < 0)
        return -1;
    for (char **word = instruction->words; *word; word++) {
        if (**word != '=')
            continue;
        dockerfile_wrong(reading, at, "ARG names can not be blank");
        return err_hint(reading->err, "accepted: ARG %s", ROWS[DOCKERFILE_ARG].accepted);
    }
    return 0;
}

static int read_shell(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    (void)instruction;
    dockerfile_wrong(reading, reading->at, "SHELL requires the arguments to be in JSON form");
    return err_hint(reading->err, "accepted: SHELL [\"/bin/bash\", \"-c\"], with double quotes");
}

/* NONE, or CMD and what CMD takes. */
static int read_health(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    size_t at = reading->at, length;
    const char *type = reading->text + at;
    int json;

    while (reading->text[reading->at] && !dockerfile_space(reading->text[reading->at]))
        reading->at++;
    length = reading->at - at;
    bool none = length == 4 && strncasecmp(type, "NONE", 4) == 0;
    bool command = length == 3 && strncasecmp(type, "CMD", 3) == 0;
    char rest = dockerfile_skip(reading);
    if (length == 0)
        return 0;
    if (none ? rest : !command || !rest) {
        if (none)
            dockerfile_wrong(reading, reading->at, "HEALTHCHECK NONE takes no arguments");
        else if (command)
            dockerfile_wrong(reading, at, "Missing command after HEALTHCHECK CMD");
        else
            dockerfile_wrong(reading, at, "Unknown type \"%.*s\" in HEALTHCHECK (try CMD)",
                (int)(length > 60 ? 60 : length), type);
        return err_hint(reading->err, "accepted: HEALTHCHECK [--interval=30s] [--timeout=30s] "
                                      "[--start-period=0s] [--retries=3] CMD COMMAND; NONE");
    }
    if (dockerfile_add_word(reading, instruction, none ? "NONE" : "CMD", SIZE_MAX) < 0)
        return -1;
    json = none ? 1 : dockerfile_read_json(reading, instruction);
    return json == 0 ? dockerfile_read_one(reading, instruction) : json < 0 ? -1 : 0;
}

/* Another instruction, that is looked at now and done later. Not one of these, which also keeps us
 * from going in deeper and deeper. */
static int read_onbuild(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    static const char *const refused[][2] = {
        {"ONBUILD", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"},
        {"FROM", "FROM isn't allowed as an ONBUILD trigger"},
        {"MAINTAINER", "MAINTAINER isn't allowed as an ONBUILD trigger"},
    };
    struct dockerfile_instruction inner = {0};
    char *text = NULL;
    size_t length;

    if (!dockerfile_skip(reading))
        return 0;
    const char *word = reading->text + reading->at;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        length = strlen(refused[i][0]);
        if (strncasecmp(word, refused[i][0], length) != 0 ||
            (word[length] && !dockerfile_space(word[length])))
            continue;
        dockerfile_wrong(reading, reading->at, "%s", refused[i][1]);
        return err_hint(reading->err, "it is for what the image made FROM this one shall do first");
    }
    int result = dockerfile_read_instruction(reading, &inner);
    FILE *out = result == 0 ? open_memstream(&text, &length) : NULL;
    if (out) {
        fputs(inner.text, out);
        for (size_t i = 0; i < inner.heredoc_count; i++)
            fprintf(out, "\n%s%s", inner.heredocs[i].text, inner.heredocs[i].name);
        result = fclose(out) == 0 ? dockerfile_add_word(reading, instruction, text, length)
                                  : dockerfile_no_memory(reading);
    }
    free(text);
    dockerfile_instruction_free(&inner);
    return result;
}
