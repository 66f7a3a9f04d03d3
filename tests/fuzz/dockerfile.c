// SPDX-License-Identifier: MIT
/* A Dockerfile: it is read, or refused with words and a place; what was read can be expanded, and
 * what ONBUILD keeps can be read again. One after the other they change a configuration, or say why
 * they do not. */
#include "fuzz.h"

#include "engine/images/image_change.h"

#include <json-c/json_object.h>

static const char *value(const char *name, void *arg)
{
    (void)arg;
    return name[0] == 'A' ? "a/b*c é" : name[0] == 'B' ? "" : NULL;
}

static void change(struct json_object *config, const struct dockerfile *file)
{
    const struct dockerfile_scope scope = {.value = value, .escape = file->escape};
    struct image_changing changing = {.config = config, .scope = &scope};
    struct err err = {0};

    for (size_t i = 0; i < file->count; i++) {
        if (image_change(&changing, &file->list[i], &err) < 0)
            must_explain(&err);
        err = (struct err){0};
    }
    must(json_object_to_json_string_ext(config, JSON_C_TO_STRING_PLAIN));
}

static void look_at(
    const struct dockerfile *file, const struct dockerfile_instruction *instruction, bool deep)
{
    struct dockerfile_scope scope = {.value = value, .escape = file->escape};
    struct err err = {0};
    char **words = dockerfile_expand_all(instruction, &scope, &err);
    struct dockerfile again;

    must(instruction->line > 0 && instruction->column > 0 && instruction->text[0]);
    if (!words)
        must_explain(&err);
    for (size_t i = 0; words && i < instruction->word_count; i++)
        must(words[i]);
    must(!words || !words[instruction->word_count]);
    dockerfile_words_free(words);
    for (size_t i = 0; i < instruction->heredoc_count; i++)
        must(instruction->heredocs[i].name && instruction->heredocs[i].text);
    if (instruction->word != DOCKERFILE_ONBUILD || deep || file->escape != '\\')
        return;
    must(dockerfile_parse_line(instruction->words[0], "again", &again, &err) == 0);
    look_at(&again, &again.list[0], true);
    dockerfile_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dockerfile file;
    struct err err = {0};
    char *text = malloc(size); /* of exactly this size: it need not end with a 0 */
    struct json_object *config = json_object_new_object();

    memcpy(text, data, size);
    if (dockerfile_parse(text, size, "D", &file, &err) < 0) {
        must_explain(&err);
        must(strncmp(err.what, "D:", 2) == 0);
    } else {
        must(file.count > 0);
        for (size_t i = 0; i < file.count; i++)
            look_at(&file, &file.list[i], false);
        change(config, &file);
    }
    dockerfile_free(&file);
    json_object_put(config);
    free(text);
    return 0;
}
