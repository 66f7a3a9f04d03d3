// SPDX-License-Identifier: MIT
/*
 * One stage: a base, and then one instruction after another, each of which changes the draft of an
 * image. Those that only change the configuration are done each time, which costs nothing, but when
 * they were done first is remembered in the cache: so the same Dockerfile is the same image, with
 * the same ID, tomorrow.
 */
#include "build_internal.h"
#include "build_mounts.h"

#include "engine/images/image_change.h"
#include "engine/images/image_remote.h"

#include "cleanup.h"
#include "exec.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <stddef.h>
#include <string.h>

static int maintainer(const struct build_at *at, struct err *err)
{
    struct image_draft *draft = &at->stage->draft;

    (void)err;
    snprintf(draft->author, sizeof(draft->author), "%s", at->instruction->words[0]);
    return 0;
}

/* What an instruction does; those that make a layer see to their history themselves, the others'
 * has their words with or without variables. */
static const struct {
    int (*run)(const struct build_at *at, struct err *err);
    bool layer, expanded;
} INSTRUCTIONS[] = {
    [DOCKERFILE_ADD] = {build_copy, true},
    [DOCKERFILE_ARG] = {build_arg, false, true},
    [DOCKERFILE_CMD] = {build_change, false},
    [DOCKERFILE_COPY] = {build_copy, true},
    [DOCKERFILE_ENTRYPOINT] = {build_change, false},
    [DOCKERFILE_ENV] = {build_change, false, true},
    [DOCKERFILE_EXPOSE] = {build_change, false, true},
    [DOCKERFILE_HEALTHCHECK] = {build_change, false},
    [DOCKERFILE_LABEL] = {build_change, false, true},
    [DOCKERFILE_MAINTAINER] = {maintainer, false},
    [DOCKERFILE_ONBUILD] = {build_change, false},
    [DOCKERFILE_RUN] = {build_run, true},
    [DOCKERFILE_SHELL] = {build_change, false},
    [DOCKERFILE_STOPSIGNAL] = {build_change, false, true},
    [DOCKERFILE_USER] = {build_change, false, true},
    [DOCKERFILE_VOLUME] = {build_change, false, true},
    [DOCKERFILE_WORKDIR] = {build_workdir, true},
};

int build_change(const struct build_at *at, struct err *err)
{
    struct dockerfile_scope scope = build_scope(at);
    struct image_changing changing = {
        .config = at->stage->draft.config, .scope = &scope, .command_set = at->stage->command_set};
    int result = image_change(&changing, at->instruction, err);

    at->stage->command_set = changing.command_set;
    return result;
}

/* The step in history of what made no layer. Its key has what came out: the configuration. */
static int note(struct build *build, struct build_stage *stage, const char *text, struct err *err)
{
    struct build_result result = {0};
    struct build_key key;
    char name[DIGEST_TEXT];

    build_key_begin(&key, &stage->draft);
    build_key_add(&key, stage->draft.created);
    build_key_add(&key, text);
    build_key_end(&key, name);
    if (build->options->no_cache || !build_cache_find(build->store, name, &result)) {
        store_now(result.created);
        if (build_cache_keep(build->store, name, &result, err) < 0)
            return -1;
    }
    const struct image_step step = {.created = result.created, .created_by = text};
    return image_draft_step(&stage->draft, &step, err);
}

bool build_makes_layer(enum dockerfile_word word)
{
    return INSTRUCTIONS[word].layer;
}

/* "2/4", with the stage's name where there are several. */
static void begin_step(struct build *build, struct build_stage *stage, const char *text)
{
    const char *name = stage->name;
    char made[32];

    snprintf(made, sizeof(made), "stage-%zu", (size_t)(stage - build->stages));
    if (build->stages_count == 1)
        name = "";
    build_progress_begin(&build->progress, "[%s%s%zu/%zu] %s", name ?: made,
        name && !name[0] ? "" : " ", ++stage->step, stage->steps, text);
}

/* What it copies from or sees comes first. */
static int need_others(const struct build_at *at, struct err *err)
{
    struct build_stage *from = build_stage_of(at, dockerfile_flag(at->instruction, "from"));
    int result = from ? build_need_stage(at->build, from, err) : 0;

    for (size_t i = 0; result == 0 && i < at->instruction->flag_count; i++) {
        if (strcmp(at->instruction->flags[i].name, "mount") == 0)
            result = build_mounts_need(at, at->instruction->flags[i].value, err);
    }
    return result;
}

/* As it was before the instruction itself has changed what variables there are. */
static char *history(const struct build_at *at, struct err *err)
{
    struct dockerfile_scope scope = build_scope(at);

    if (!INSTRUCTIONS[at->instruction->word].expanded)
        return strdup(at->instruction->text);
    char **words = dockerfile_expand_all(at->instruction, &scope, err);
    char *text = words ? build_history(at, words, err) : NULL;
    dockerfile_words_free(words);
    return text;
}

static int run_instruction(const struct build_at *at, struct err *err)
{
    enum dockerfile_word word = at->instruction->word;

    if (!INSTRUCTIONS[word].run)
        return err_set(err, ERR_USAGE, "%s cannot stand here", dockerfile_name(word));
    if (need_others(at, err) < 0)
        return build_place(at, err);
    if (INSTRUCTIONS[word].layer)
        begin_step(at->build, at->stage, at->instruction->text);
    cleanup_free char *text = INSTRUCTIONS[word].layer ? NULL : history(at, err);
    int result = text || INSTRUCTIONS[word].layer ? INSTRUCTIONS[word].run(at, err) : -1;
    if (result == 0 && text)
        result = note(at->build, at->stage, text, err);
    if (result == 0)
        return 0;
    if (INSTRUCTIONS[word].layer)
        build_progress_error(&at->build->progress, err->what);
    return build_place(at, err);
}

static int run_trigger(
    struct build *build, struct build_stage *stage, const char *line, struct err *err)
{
    struct dockerfile file;
    int result = dockerfile_parse_line(line, "ONBUILD", &file, err);

    for (size_t i = 0; result == 0 && i < file.count; i++) {
        struct build_at at = {build, stage, &file, &file.list[i]};
        stage->steps += build_makes_layer(file.list[i].word);
        result = run_instruction(&at, err);
    }
    dockerfile_free(&file);
    return result;
}

/* What the base wants done in whatever is built of it: once, so it is taken away. */
static int run_triggers(struct build *build, struct build_stage *stage, struct err *err)
{
    struct json_object *list = NULL;
    int result = 0;

    if (!json_object_object_get_ex(stage->draft.config, "OnBuild", &list) || !list)
        return 0;
    json_object_get(list);
    json_object_object_del(stage->draft.config, "OnBuild");
    for (size_t i = 0; result == 0 && i < json_object_array_length(list); i++)
        result = run_trigger(
            build, stage, json_object_get_string(json_object_array_get_idx(list, i)), err);
    json_object_put(list);
    return result;
}

/* An image of the store, which is fetched where it is missing, or with --pull in any case; its
 * layers are unpacked. */
static int find_image(struct build *build, const char *word, struct image *ret, struct err *err)
{
    struct image_pull pull = {.missing = true, .quiet = build->options->quiet};

    if (!build->options->pull && image_find(build->store, word, ret, err) == 0)
        return 0;
    if (!build->options->pull && (err->kind != ERR_REFUSED || err->code != ENOENT))
        return -1;
    pull.missing = !build->options->pull;
    if (image_pull(build->store, word, &pull, err) < 0)
        return -1;
    return image_find(build->store, word, ret, err);
}

char *build_from_lower(const struct build_at *at, const char *from, struct err *err)
{
    struct build_stage *stage = build_stage_of(at, from);
    struct image image;

    if (stage)
        return image_draft_lower(at->build->store, &stage->draft, err);
    if (find_image(at->build, from, &image, err) < 0)
        return NULL;
    char *lower = steal_ptr(image.lower);
    image_free(&image);
    return lower;
}

static int from_image(
    struct build *build, struct build_stage *stage, const char *word, struct err *err)
{
    struct image image;

    if (find_image(build, word, &image, err) < 0)
        return -1;
    int result = image_draft_from(build->store, image.id, &stage->draft, err);
    image_free(&image);
    return result;
}

/* PATH is always set, so that ENV PATH=$PATH:/more has something to add to, on scratch too. */
static int need_path(struct image_draft *draft, struct err *err)
{
    struct json_object *list = NULL;

    json_object_object_get_ex(draft->config, "Env", &list);
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *variable = json_object_get_string(json_object_array_get_idx(list, i));
        if (variable && strncmp(variable, "PATH=", 5) == 0)
            return 0;
    }
    if (!json_object_is_type(list, json_type_array)) {
        list = json_object_new_array();
        if (!list || json_object_object_add(draft->config, "Env", list) < 0)
            return err_sys(err, "no memory for the environment");
    }
    return json_object_array_add(list, json_object_new_string("PATH=" EXEC_PATH)) < 0
               ? err_sys(err, "no memory for the environment")
               : 0;
}

static int begin(struct build *build, struct build_stage *stage, struct err *err)
{
    const struct build_at at = {build, NULL, &build->file, stage->from};
    struct dockerfile_scope scope = build_scope(&at);
    cleanup_free char *word = dockerfile_expand(stage->from->words[0], &scope, err);

    const char *flag = dockerfile_flag(stage->from, "platform");
    cleanup_free char *platform = flag ? dockerfile_expand(flag, &scope, err) : NULL;

    if (!word || (flag && !platform) || build_check_platform(platform, err) < 0)
        return -1;
    if (!word[0])
        return err_set(err, ERR_USAGE, "base name (%s) should not be blank", stage->from->words[0]);
    struct build_stage *base = build_find_stage(build, word, (size_t)(stage - build->stages));
    if (base && build_need_stage(build, base, err) < 0)
        return -1;
    if (base)
        json_object_deep_copy(base->args, &stage->args, NULL);
    else
        stage->args = json_object_new_object();
    if (!stage->args)
        return err_sys(err, "no memory for the ARGs");
    begin_step(build, stage, stage->from->text);
    int result = base                           ? image_draft_copy(&base->draft, &stage->draft, err)
                 : strcmp(word, "scratch") == 0 ? image_draft_begin(&stage->draft, err)
                                                : from_image(build, stage, word, err);
    if (result == 0)
        result = need_path(&stage->draft, err);
    if (result == 0)
        build_progress_done(&build->progress);
    else
        build_progress_error(&build->progress, err->what);
    return result;
}

int build_stage_run(struct build *build, struct build_stage *stage, struct err *err)
{
    const struct build_at from = {build, stage, &build->file, stage->from};
    if (begin(build, stage, err) < 0 || run_triggers(build, stage, err) < 0)
        return build_place(&from, err);
    for (size_t i = 1; i <= stage->count; i++) {
        const struct build_at at = {build, stage, &build->file, stage->from + i};
        if (run_instruction(&at, err) < 0)
            return -1;
    }
    return 0;
}
