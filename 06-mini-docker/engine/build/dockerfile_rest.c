// SPDX-License-Identifier: MIT
/*
 * What comes after an instruction and its flags, in one of five forms: a list in JSON, one text,
 * words between spaces, words that may have quotes, "key=value"s. As with Docker, a list that is no
 * good JSON is a text ("RUN [ -e /x ] && y"), but one of other things than strings is an error.
 */
#include "dockerfile_internal.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

char dockerfile_skip(struct dockerfile_reading *reading)
{
    while (dockerfile_space(reading->text[reading->at]))
        reading->at++;
    return reading->text[reading->at];
}

int dockerfile_add_word(struct dockerfile_reading *reading,
    struct dockerfile_instruction *instruction, const char *word, size_t length)
{
    char **larger = reallocarray(instruction->words, instruction->word_count + 2, sizeof(*larger));

    if (!larger)
        return dockerfile_no_memory(reading);
    instruction->words = larger;
    larger += instruction->word_count++;
    larger[0] = strndup(word, length);
    larger[1] = NULL;
    return larger[0] ? 0 : dockerfile_no_memory(reading);
}

int dockerfile_read_one(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    if (!dockerfile_skip(reading))
        return 0;
    return dockerfile_add_word(reading, instruction, reading->text + reading->at, SIZE_MAX);
}

int dockerfile_read_words(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    while (dockerfile_skip(reading)) {
        const char *word = reading->text + reading->at;
        while (reading->text[reading->at] && !dockerfile_space(reading->text[reading->at]))
            reading->at++;
        if (dockerfile_add_word(
                reading, instruction, word, (size_t)(reading->text + reading->at - word)) < 0)
            return -1;
    }
    return 0;
}

bool dockerfile_pass_word(const char *text, char escape, size_t *at, size_t *ret_quote)
{
    char quote = 0, c;

    *ret_quote = SIZE_MAX;
    for (; (c = text[*at]) && (quote || !dockerfile_space(c)); (*at)++) {
        if (c == escape && quote != '\'' && text[*at + 1]) {
            ++*at;
        } else if (quote ? c == quote : c == '"' || c == '\'') {
            *ret_quote = quote ? *ret_quote : *at;
            quote = quote ? 0 : c;
        }
    }
    return !quote;
}

char *dockerfile_unquote(const char *text, size_t length, char escape)
{
    char *word = malloc(length + 1), *to = word, quote = 0;

    for (const char *c = text; word && c < text + length; c++) {
        if (*c == escape && quote != '\'' && c + 1 < text + length)
            *to++ = *++c;
        else if (quote ? *c == quote : *c == '"' || *c == '\'')
            quote = quote ? 0 : *c;
        else
            *to++ = *c;
    }
    if (word)
        *to = '\0';
    return word;
}

int dockerfile_pass_quoted(struct dockerfile_reading *reading)
{
    size_t quote;

    if (dockerfile_pass_word(reading->text, reading->file->escape, &reading->at, &quote))
        return 0;
    dockerfile_wrong(reading, quote,
        "unexpected end of statement while looking for matching %s-quote",
        reading->text[quote] == '"' ? "double" : "single");
    return err_hint(
        reading->err, "close the quote, or write %c in front of it", reading->file->escape);
}

int dockerfile_read_quoted(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    while (dockerfile_skip(reading)) {
        const char *word = reading->text + reading->at;
        if (dockerfile_pass_quoted(reading) < 0 ||
            dockerfile_add_word(
                reading, instruction, word, (size_t)(reading->text + reading->at - word)) < 0)
            return -1;
    }
    return 0;
}

/* ENV key value: all behind the key is the value. */
static int read_old_pair(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction, size_t key)
{
    const char *name = dockerfile_name(instruction->word);
    int length = (int)(reading->at - key), result;
    char *word;

    if (!dockerfile_skip(reading)) {
        dockerfile_wrong(reading, key, "%s must have two arguments", name);
        return err_hint(reading->err, "accepted: %s KEY=VALUE ...", name);
    }
    if (asprintf(&word, "%.*s=%s", length, reading->text + key, reading->text + reading->at) < 0)
        return dockerfile_no_memory(reading);
    result = dockerfile_add_word(reading, instruction, word, SIZE_MAX);
    free(word);
    return result;
}

int dockerfile_read_pairs(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    const char *name = dockerfile_name(instruction->word);

    while (dockerfile_skip(reading)) {
        size_t at = reading->at;
        const char *word = reading->text + at;
        if (dockerfile_pass_quoted(reading) < 0)
            return -1;
        size_t length = reading->at - at;
        const char *equals = memchr(word, '=', length);
        if (!equals && !instruction->words[0])
            return read_old_pair(reading, instruction, at);
        if (!equals || equals == word) {
            if (equals)
                dockerfile_wrong(reading, at, "%s names can not be blank", name);
            else
                dockerfile_wrong(reading, at,
                    "Syntax error - can't find = in \"%.*s\". Must be of the form: name=value",
                    (int)(length > 100 ? 100 : length), word);
            return err_hint(
                reading->err, "accepted: %s KEY=VALUE KEY=\"VALUE WITH SPACES\" ...", name);
        }
        if (dockerfile_add_word(reading, instruction, word, length) < 0)
            return -1;
    }
    return 0;
}

/* 1: all of them are strings that a program can be given. */
static int take_strings(struct dockerfile_reading *reading,
    struct dockerfile_instruction *instruction, struct json_object *list)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        if (!json_object_is_type(item, json_type_string)) {
            dockerfile_wrong(reading, reading->at,
                "when using JSON array syntax, arrays must be comprised of strings only");
            return err_hint(reading->err, "accepted: %s [\"word\", \"word\"]",
                dockerfile_name(instruction->word));
        }
        const char *text = json_object_get_string(item);
        if (strlen(text) != (size_t)json_object_get_string_len(item)) {
            dockerfile_wrong(reading, reading->at, "a word has a character 0 in it");
            return err_hint(reading->err, "no program can be given it -> take \\u0000 away");
        }
        if (dockerfile_add_word(reading, instruction, text, SIZE_MAX) < 0)
            return -1;
    }
    instruction->json = true;
    return 1;
}

int dockerfile_read_json(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction)
{
    struct json_object *list = NULL;
    struct json_tokener *tokener;
    int result = 0;

    if (dockerfile_skip(reading) != '[')
        return 0;
    tokener = json_tokener_new();
    if (!tokener)
        return dockerfile_no_memory(reading);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    list = json_tokener_parse_ex(
        tokener, reading->text + reading->at, (int)(reading->length - reading->at) + 1);
    if (list && json_object_is_type(list, json_type_array))
        result = take_strings(reading, instruction, list);
    json_object_put(list);
    json_tokener_free(tokener);
    return result;
}
