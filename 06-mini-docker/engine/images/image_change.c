// SPDX-License-Identifier: MIT
/*
 * One instruction on a configuration: its words are expanded before any is looked at, all by the
 * same variables (ENV A=1 B=$A takes the A from before), then its row sets what it sets.
 */
#include "image_change_internal.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <stddef.h>
#include <string.h>

/* A variable of the configuration itself. */
static const char *own_variable(const char *name, void *arg)
{
    struct json_object *list = NULL;
    size_t length = strlen(name);

    json_object_object_get_ex(arg, "Env", &list);
    for (size_t i = 0;
         json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++) {
        const char *pair = json_object_get_string(json_object_array_get_idx(list, i));
        if (pair && strncmp(pair, name, length) == 0 && pair[length] == '=')
            return pair + length + 1;
    }
    return NULL;
}

int image_change(struct image_changing *changing, const struct dockerfile_instruction *instruction,
    struct err *err)
{
    struct dockerfile_scope own = {own_variable, changing->config, '\\', false};
    const struct image_change_row *row =
        instruction->word < image_change_rows_count ? &image_change_rows[instruction->word] : NULL;
    struct image_change change = {changing, instruction, NULL, instruction->words, err};
    char **words = NULL;
    int result = 0;

    if (!row || !row->change) {
        err_refuse(
            err, EINVAL, "%s is not a valid change command", dockerfile_name(instruction->word));
        return err_hint(err, "accepted: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD SHELL "
                             "STOPSIGNAL USER VOLUME WORKDIR");
    }
    change.key = row->key;
    if (row->expand) {
        words = dockerfile_expand_all(instruction, changing->scope ? changing->scope : &own, err);
        change.words = words;
        result = words ? 0 : -1;
    }
    if (result == 0)
        result = row->change(&change);
    dockerfile_words_free(words);
    return result;
}

int image_change_line(struct image_changing *changing, const char *line, struct err *err)
{
    struct dockerfile file;
    int result = dockerfile_parse_line(line, "--change", &file, err);

    if (result == 0)
        result = image_change(changing, &file.list[0], err);
    dockerfile_free(&file);
    return result;
}
