// SPDX-License-Identifier: MIT
/*
 * --name and --name=value between an instruction and its words: a table says which instruction
 * takes which. What a value means is judged by whoever uses it. And, since flags and instructions
 * are what people mistype: the name that is nearest to a word.
 */
#include "dockerfile_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BIT(word) (1u << DOCKERFILE_##word)

/* FLAG_CHOICE: a switch, of which "=false" is something else than nothing. */
enum flag_type { FLAG_VALUE, FLAG_LIST, FLAG_SWITCH, FLAG_CHOICE };

static const struct flag_row {
    const char *name;
    unsigned of;
    enum flag_type type;
} FLAGS[] = {
    {"chown", BIT(ADD) | BIT(COPY), FLAG_VALUE},
    {"chmod", BIT(ADD) | BIT(COPY), FLAG_VALUE},
    {"link", BIT(ADD) | BIT(COPY), FLAG_SWITCH},
    {"exclude", BIT(ADD) | BIT(COPY), FLAG_LIST},
    {"from", BIT(COPY), FLAG_VALUE},
    {"parents", BIT(COPY), FLAG_SWITCH},
    {"checksum", BIT(ADD), FLAG_VALUE},
    {"keep-git-dir", BIT(ADD), FLAG_SWITCH},
    {"unpack", BIT(ADD), FLAG_CHOICE},
    {"platform", BIT(FROM), FLAG_VALUE},
    {"interval", BIT(HEALTHCHECK), FLAG_VALUE},
    {"timeout", BIT(HEALTHCHECK), FLAG_VALUE},
    {"start-period", BIT(HEALTHCHECK), FLAG_VALUE},
    {"start-interval", BIT(HEALTHCHECK), FLAG_VALUE},
    {"retries", BIT(HEALTHCHECK), FLAG_VALUE},
    {"mount", BIT(RUN), FLAG_LIST},
    {"network", BIT(RUN), FLAG_VALUE},
    {"security", BIT(RUN), FLAG_VALUE},
};
enum { FLAG_ROWS = sizeof(FLAGS) / sizeof(FLAGS[0]), NAME_MOST = 24 };

/* How many letters have to be changed, put in or taken away; case does not count. */
static unsigned distance(const char *a, size_t length, const char *b)
{
    unsigned row[NAME_MOST + 1];
    size_t width = strlen(b);

    for (size_t j = 0; j <= width; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= length; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= width; j++) {
            unsigned changed =
                corner + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));
            unsigned least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            corner = row[j];
            row[j] = changed < least ? changed : least;
        }
    }
    return row[width];
}

const char *dockerfile_nearest(
    const char *word, size_t length, const char *(*name)(size_t row, void *arg), void *arg)
{
    const char *found = NULL, *at;
    unsigned best = length < 4 ? 2 : 3; /* or it is another word */

    for (size_t row = 0; length < NAME_MOST && (at = name(row, arg)); row++) {
        unsigned far = at[0] ? distance(word, length, at) : best;
        if (far < best) {
            best = far;
            found = at;
        }
    }
    return found;
}

/* "" for a flag of another instruction. */
static const char *flag_name(size_t row, void *arg)
{
    const struct dockerfile_instruction *instruction = arg;

    if (row >= FLAG_ROWS)
        return NULL;
    return FLAGS[row].of & 1u << instruction->word ? FLAGS[row].name : "";
}

static int unknown(struct dockerfile_reading *reading, size_t at, const char *name,
    struct dockerfile_instruction *instruction)
{
    const char *nearest = dockerfile_nearest(name, strlen(name), flag_name, instruction);
    char known[200] = "";
    size_t used = 0;

    for (size_t i = 0; i < FLAG_ROWS; i++) {
        if (FLAGS[i].of & 1u << instruction->word)
            used += (size_t)snprintf(known + used, sizeof(known) - used, " --%s", FLAGS[i].name);
    }
    dockerfile_wrong(reading, at, "unknown flag: --%.60s%s%s%s", name,
        nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
    return err_hint(reading->err, "%s takes %s", dockerfile_name(instruction->word),
        used ? known + 1 : "no flags; -- in front of a word that begins like one");
}

static int add_flag(struct dockerfile_reading *reading, struct dockerfile_instruction *instruction,
    const char *name, const char *value)
{
    struct dockerfile_flag *larger =
        reallocarray(instruction->flags, instruction->flag_count + 1, sizeof(*larger));

    if (!larger)
        return dockerfile_no_memory(reading);
    instruction->flags = larger;
    larger += instruction->flag_count++;
    *larger = (struct dockerfile_flag){strdup(name), strdup(value)};
    return larger->name && larger->value ? 0 : dockerfile_no_memory(reading);
}

/* `text` is without its dashes; "=value" is cut off it. */
static int take_flag(struct dockerfile_reading *reading, size_t at, char *text,
    struct dockerfile_instruction *instruction)
{
    char *value = strchr(text, '=');
    const struct flag_row *row = FLAGS;

    if (value)
        *value++ = '\0';
    while (row < FLAGS + FLAG_ROWS &&
           (!(row->of & 1u << instruction->word) || strcmp(row->name, text) != 0))
        row++;
    if (row == FLAGS + FLAG_ROWS)
        return unknown(reading, at, text, instruction);
    if (row->type != FLAG_LIST && dockerfile_flag(instruction, text)) {
        dockerfile_wrong(reading, at, "Duplicate flag specified: %s", text);
        return err_hint(reading->err, "it can be given once -> take one of them away");
    }
    bool truth = row->type == FLAG_SWITCH || row->type == FLAG_CHOICE;
    if (!truth && !value) {
        dockerfile_wrong(reading, at, "Missing a value on flag: %s", text);
        return err_hint(reading->err, "write --%s=VALUE, without spaces", text);
    }
    if (!truth)
        return add_flag(reading, instruction, text, value);
    if (value && strcasecmp(value, "false") == 0)
        return row->type == FLAG_CHOICE ? add_flag(reading, instruction, text, "false") : 0;
    if (!value || strcasecmp(value, "true") == 0)
        return add_flag(reading, instruction, text, "");
    dockerfile_wrong(reading, at, "expecting boolean value for flag %s, not: %.60s", text, value);
    return err_hint(reading->err, "accepted: --%s, --%s=true, --%s=false", text, text, text);
}

int dockerfile_read_flags(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    while (dockerfile_skip(reading) && strncmp(reading->text + reading->at, "--", 2) == 0) {
        size_t at = reading->at;
        if (dockerfile_pass_quoted(reading) < 0)
            return -1;
        char *word =
            dockerfile_unquote(reading->text + at, reading->at - at, reading->file->escape);
        if (!word)
            return dockerfile_no_memory(reading);
        bool last = strcmp(word, "--") == 0;
        int result = last ? 0 : take_flag(reading, at, word + 2, instruction);
        free(word);
        if (result < 0 || last)
            return result;
    }
    return 0;
}
