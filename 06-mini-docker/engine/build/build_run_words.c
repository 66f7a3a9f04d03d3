// SPDX-License-Identifier: MIT
/*
 * The words that a RUN is: those of its JSON, or a shell's with the script behind them. A script
 * with a #! line of its own is no shell's, and has to be a file. And what history says of it, and
 * of the other instructions.
 */
#include "build_internal.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static int add_word(struct build_words *words, const char *word, struct err *err)
{
    char **larger = reallocarray(words->items, words->count + 2, sizeof(*larger));

    if (larger)
        words->items = larger;
    if (!larger || !(larger[words->count] = strdup(word)))
        return err_sys(err, "no memory for RUN");
    larger[++words->count] = NULL;
    return 0;
}

/* SHELL's words, or Docker's. */
static int add_shell(struct build_words *words, const struct build_stage *stage, struct err *err)
{
    static const char *const usual[] = {"/bin/sh", "-c"};
    struct json_object *list;

    if (json_object_object_get_ex(stage->draft.config, "Shell", &list) &&
        json_object_array_length(list) > 0) {
        for (size_t i = 0; i < json_object_array_length(list); i++) {
            const char *word = json_object_get_string(json_object_array_get_idx(list, i));
            if (add_word(words, word, err) < 0)
                return -1;
        }
        return 0;
    }
    return add_word(words, usual[0], err) < 0 ? -1 : add_word(words, usual[1], err);
}

/* `RUN <<EOF`, and nothing else in the line. */
static bool is_script(const struct dockerfile_instruction *instruction)
{
    const char *line = instruction->words[0];

    return strncmp(line, "<<", 2) == 0 && !strpbrk(line, " \t") && instruction->heredoc_count == 1;
}

/* Of a script that is the here-document; else the shell reads them behind its line. */
static char *script_of(const struct dockerfile_instruction *instruction)
{
    const char *line = instruction->words[0];
    char *text = NULL;
    size_t length;

    if (instruction->heredoc_count == 0)
        return strdup(line);
    if (is_script(instruction))
        return strdup(instruction->heredocs[0].text);
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    fprintf(out, "%s\n", line);
    for (size_t i = 0; i < instruction->heredoc_count; i++)
        fprintf(out, "%s%s\n", instruction->heredocs[i].text, instruction->heredocs[i].name);
    fclose(out);
    return text;
}

/* A program of its own, at the place where BuildKit has it, too. */
static int add_program(
    struct build_words *words, const struct dockerfile_heredoc *heredoc, struct err *err)
{
    char path[128];

    snprintf(path, sizeof(path), "/dev/pipes/%.100s", heredoc->name);
    words->script = heredoc->text;
    return add_word(words, path, err);
}

int build_words_of(const struct build_at *at, struct build_words *words, struct err *err)
{
    const struct dockerfile_instruction *instruction = at->instruction;
    const struct build_stage *stage = at->stage;

    if (add_word(words, stage->name ?: "build", err) < 0)
        return -1;
    if (instruction->json) {
        for (char **word = instruction->words; *word; word++) {
            if (add_word(words, *word, err) < 0)
                return -1;
        }
        return 0;
    }
    if (is_script(instruction) && strncmp(instruction->heredocs[0].text, "#!", 2) == 0)
        return add_program(words, &instruction->heredocs[0], err);
    cleanup_free char *script = script_of(instruction);
    if (!script)
        return err_sys(err, "no memory for RUN");
    return add_shell(words, stage, err) < 0 ? -1 : add_word(words, script, err);
}

char *build_words_text(const struct build_words *words, const struct opt_list *args)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return NULL;
    if (args && args->count > 0)
        fprintf(out, "|%zu ", args->count);
    for (size_t i = 0; args && i < args->count; i++)
        fprintf(out, "%s ", args->items[i]);
    for (size_t i = 1; i < words->count; i++)
        fprintf(out, "%s%s", i > 1 ? " " : "", words->items[i]);
    fclose(out);
    return text;
}

void build_words_free(struct build_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    *words = (struct build_words){0};
}

char *build_history(const struct build_at *at, char *const *words, struct err *err)
{
    const struct dockerfile_instruction *instruction = at->instruction;
    bool list = instruction->word == DOCKERFILE_VOLUME; /* "VOLUME [/a /b]", as Docker has it */
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out) {
        fputs(dockerfile_name(instruction->word), out);
        for (size_t i = 0; i < instruction->flag_count; i++)
            fprintf(out, instruction->flags[i].value[0] ? " --%s=%s" : " --%s",
                instruction->flags[i].name, instruction->flags[i].value);
        for (char *const *word = words; *word; word++)
            fprintf(out, " %s%s", list && word == words ? "[" : "", *word);
        fputs(list ? "]" : "", out);
        if (fclose(out) == 0)
            return text;
    }
    free(text);
    err_sys(err, "no memory for the history");
    return NULL;
}
