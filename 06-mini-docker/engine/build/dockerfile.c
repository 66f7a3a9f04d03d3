// SPDX-License-Identifier: MIT
/*
 * From a text to a list of instructions: read_line joins one's lines (dockerfile_lines.c), the
 * table says what each takes (dockerfile_table.c). Here is what holds of all: the first is FROM,
 * and only ARG may stand before it.
 */
#include "dockerfile_internal.h"
#include "dockerfile_words.h"

#include "cleanup.h"

#include <stdlib.h>
#include <string.h>

const char *dockerfile_flag(const struct dockerfile_instruction *instruction, const char *name)
{
    for (size_t i = instruction->flag_count; i-- > 0;) {
        if (strcmp(instruction->flags[i].name, name) == 0)
            return instruction->flags[i].value;
    }
    return NULL;
}

int dockerfile_at(const struct dockerfile *file, const struct dockerfile_instruction *instruction,
    struct err *err)
{
    char what[sizeof(err->what)];

    memcpy(what, err->what, sizeof(what));
    snprintf(err->what, sizeof(err->what), "%.80s:%u:%u: %.290s", file->name, instruction->line,
        instruction->column, what);
    return -1;
}

/* KEY=VALUE is cut where it was written so: what a variable holds makes no key and no value. */
static char *expand_pair(const char *pair, const struct dockerfile_scope *scope, struct err *err)
{
    const char *equals = strchr(pair, '=');
    cleanup_free char *written = strndup(pair, (size_t)(equals - pair));
    cleanup_free char *key = written ? dockerfile_expand(written, scope, err) : NULL;
    cleanup_free char *value = key ? dockerfile_expand(equals + 1, scope, err) : NULL;
    char *both = NULL;

    if (!written || (value && asprintf(&both, "%s=%s", key, value) < 0)) {
        err_sys(err, "no memory for words");
        return NULL;
    }
    return both;
}

char **dockerfile_expand_all(const struct dockerfile_instruction *instruction,
    const struct dockerfile_scope *scope, struct err *err)
{
    bool pairs = instruction->word == DOCKERFILE_ENV || instruction->word == DOCKERFILE_LABEL;
    char **words = calloc(instruction->word_count + 1, sizeof(*words));

    if (!words)
        err_sys(err, "no memory for words");
    for (size_t i = 0; words && i < instruction->word_count; i++) {
        words[i] = pairs ? expand_pair(instruction->words[i], scope, err)
                         : dockerfile_expand(instruction->words[i], scope, err);
        if (words[i])
            continue;
        dockerfile_words_free(words);
        return NULL;
    }
    return words;
}

void dockerfile_words_free(char **words)
{
    for (char **word = words; word && *word; word++)
        free(*word);
    free(words);
}

void dockerfile_instruction_free(struct dockerfile_instruction *instruction)
{
    for (size_t i = 0; i < instruction->flag_count; i++) {
        free(instruction->flags[i].name);
        free(instruction->flags[i].value);
    }
    for (size_t i = 0; i < instruction->heredoc_count; i++) {
        free(instruction->heredocs[i].name);
        free(instruction->heredocs[i].text);
    }
    free(instruction->flags);
    dockerfile_words_free(instruction->words);
    free(instruction->heredocs);
    free(instruction->text);
}

static int check_order(struct dockerfile_reading *reading,
    const struct dockerfile_instruction *instruction, bool *staged)
{
    *staged |= instruction->word == DOCKERFILE_FROM;
    if (*staged || instruction->word == DOCKERFILE_ARG)
        return 0;
    dockerfile_wrong(reading, 0, "no build stage in current context");
    return err_hint(reading->err, "FROM IMAGE comes first, and nothing before it but ARG");
}

/* Some editors write UTF-16, where every second byte of plain English is 0. */
static int refuse_zero(struct dockerfile_reading *reading, const char *text, const char *zero)
{
    for (const char *c = text; c < zero; c++)
        reading->line += *c == '\n';
    reading->line++;
    dockerfile_wrong(reading, 0, "there is a byte 0 in this line");
    return err_hint(
        reading->err, "it is no text, or one in UTF-16 -> save it as UTF-8, without zeros");
}

static int read_all(struct dockerfile_reading *reading, bool staged)
{
    struct dockerfile *file = reading->file;
    int result;

    while ((result = dockerfile_read_line(reading)) == 1) {
        struct dockerfile_instruction *larger =
            reallocarray(file->list, file->count + 1, sizeof(*larger));
        if (!larger)
            return dockerfile_no_memory(reading);
        file->list = larger;
        larger += file->count++;
        *larger = (struct dockerfile_instruction){0};
        if (dockerfile_read_instruction(reading, larger) < 0 ||
            check_order(reading, larger, &staged) < 0)
            return -1;
        larger->last = reading->line;
    }
    if (result < 0 || file->count > 0)
        return result;
    dockerfile_wrong(reading, 0, "file with no instructions");
    return err_hint(reading->err, "FROM IMAGE comes first");
}

static int parse(const char *text, size_t length, const char *name, bool staged,
    struct dockerfile *ret, struct err *err)
{
    static const char MARK[] = "\xef\xbb\xbf";
    const char *zero = length ? memchr(text, '\0', length) : NULL;
    struct dockerfile_reading reading = {
        .next = text, .end = text + length, .file = ret, .err = err};
    int result;

    *ret = (struct dockerfile){.name = strdup(name), .escape = '\\'};
    if (!ret->name)
        return err_sys(err, "no memory to read %.80s", name);
    if (length > DOCKERFILE_MOST) {
        err_set(err, ERR_USAGE, "%.200s has more than %d bytes", name, DOCKERFILE_MOST);
        return err_hint(err, "it is another file -> name the Dockerfile with -f");
    }
    if (zero)
        return refuse_zero(&reading, text, zero);
    if (length >= sizeof(MARK) - 1 && memcmp(text, MARK, sizeof(MARK) - 1) == 0)
        reading.next += sizeof(MARK) - 1;
    result = read_all(&reading, staged);
    free(reading.text);
    free(reading.pieces);
    return result;
}

int dockerfile_parse(
    const char *text, size_t length, const char *name, struct dockerfile *ret, struct err *err)
{
    return parse(text, length, name, false, ret, err);
}

int dockerfile_parse_line(
    const char *line, const char *name, struct dockerfile *ret, struct err *err)
{
    if (parse(line, strlen(line), name, true, ret, err) < 0)
        return -1;
    if (ret->count == 1)
        return 0;
    err_set(err, ERR_USAGE, "%.80s: more than one instruction", name);
    return err_hint(err, "give each by itself");
}

void dockerfile_free(struct dockerfile *file)
{
    for (size_t i = 0; i < file->count; i++)
        dockerfile_instruction_free(&file->list[i]);
    free(file->list);
    free(file->name);
    *file = (struct dockerfile){0};
}
