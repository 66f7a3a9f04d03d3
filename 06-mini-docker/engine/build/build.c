// SPDX-License-Identifier: MIT
/*
 * A build from its top: the Dockerfile is read and cut into stages, and the target is built; what
 * it needs of the others is built when it is asked for, and the rest never.
 *
 * What must hold: from before the first look into the cache until the image has its names nothing
 * may be swept out of the store (image_guard).
 */
#include "build_internal.h"

#include "engine/images/image_index.h"
#include "engine/images/image_name.h"
#include "engine/images/image_platform.h"
#include "engine/images/image_remove.h"
#include "engine/show/events.h"

#include "cleanup.h"

#include <ctype.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TAGS_MOST = 32 };

int build_place(const struct build_at *at, struct err *err)
{
    struct build *build = at->build;

    if (build->failed)
        return -1;
    build->failed = at->instruction;
    return dockerfile_at(at->file, at->instruction, err);
}

/* FROM IMAGE [AS NAME] */
static int add_stage(
    struct build *build, const struct dockerfile_instruction *from, struct err *err)
{
    const struct build_at at = {build, NULL, &build->file, from};
    struct build_stage *stage = &build->stages[build->stages_count++];

    *stage = (struct build_stage){.from = from, .steps = 1};
    if (!from->words[1])
        return 0;
    if (!from->words[2] || from->words[3] || strcasecmp(from->words[1], "AS") != 0) {
        err_set(err, ERR_USAGE, "FROM requires either one or three arguments");
        err_hint(err, "accepted: FROM IMAGE, or FROM IMAGE AS NAME");
        return build_place(&at, err);
    }
    stage->name = from->words[2];
    return 0;
}

/* The ARGs in front of the first FROM are done here: they are no stage's. */
static int find_stages(struct build *build, struct err *err)
{
    build->stages = calloc(build->file.count + 1, sizeof(*build->stages));
    build->args = json_object_new_object();
    build->consumed = calloc(build->options->args.count + 1, sizeof(*build->consumed));
    if (!build->stages || !build->args || !build->consumed)
        return err_sys(err, "no memory for the stages");
    for (size_t i = 0; i < build->file.count; i++) {
        const struct dockerfile_instruction *instruction = &build->file.list[i];
        const struct build_at at = {build, NULL, &build->file, instruction};
        if (instruction->word == DOCKERFILE_FROM) {
            if (add_stage(build, instruction, err) < 0)
                return -1;
        } else if (build->stages_count == 0) {
            if (build_arg(&at, err) < 0)
                return build_place(&at, err);
        } else {
            struct build_stage *stage = &build->stages[build->stages_count - 1];
            stage->count++;
            stage->steps += build_makes_layer(instruction->word);
        }
    }
    return 0;
}

static struct build_stage *stage_number(struct build *build, const char *word)
{
    char *end;
    unsigned long number = strtoul(word, &end, 10);

    return isdigit((unsigned char)word[0]) && !*end && number < build->stages_count
               ? &build->stages[number]
               : NULL;
}

/* The last of this name, as Docker has it. */
struct build_stage *build_find_stage(struct build *build, const char *word, size_t before)
{
    for (size_t i = before; i-- > 0;) {
        if (build->stages[i].name && strcasecmp(build->stages[i].name, word) == 0)
            return &build->stages[i];
    }
    return NULL;
}

struct build_stage *build_stage_of(const struct build_at *at, const char *from)
{
    struct build *build = at->build;
    struct build_stage *stage = from ? build_find_stage(build, from, build->stages_count) : NULL;

    return stage || !from ? stage : stage_number(build, from);
}

int build_need_stage(struct build *build, struct build_stage *stage, struct err *err)
{
    if (stage->state == BUILD_DONE)
        return 0;
    if (stage->state == BUILD_GOING_ON)
        return err_set(err, ERR_USAGE, "circular dependency detected in stage: %.80s",
            stage->name ?: stage->from->words[0]);
    stage->state = BUILD_GOING_ON;
    if (build_stage_run(build, stage, err) < 0)
        return -1;
    stage->state = BUILD_DONE;
    return 0;
}

static struct build_stage *find_target(struct build *build, struct err *err)
{
    const char *word = build->options->target;
    struct build_stage *stage = word ? build_find_stage(build, word, build->stages_count)
                                     : &build->stages[build->stages_count - 1];

    if (!stage)
        stage = stage_number(build, word);
    if (!stage) {
        err_set(err, ERR_USAGE, "target stage \"%.80s\" could not be found", word);
        err_hint(err, "--target names a stage -> FROM IMAGE AS %.40s", word);
    }
    return stage;
}

static int add_labels(struct build *build, struct image_draft *draft, struct err *err)
{
    const struct opt_list *labels = &build->options->labels;
    struct json_object *map;

    if (labels->count == 0)
        return 0;
    if (!json_object_object_get_ex(draft->config, "Labels", &map) || !map) {
        map = json_object_new_object();
        json_object_object_add(draft->config, "Labels", map);
    }
    for (size_t i = 0; i < labels->count; i++) {
        const char *word = labels->items[i];
        cleanup_free char *key = strndup(word, strcspn(word, "="));
        if (!key)
            return err_sys(err, "no memory for a label");
        word += strlen(key);
        json_object_object_add(map, key, json_object_new_string(*word ? word + 1 : ""));
    }
    return 0;
}

static int full_names(const struct build_options *options, char (*names)[IMAGE_NAME],
    const char *list[TAGS_MOST], struct err *err)
{
    if (options->tags.count > TAGS_MOST)
        return err_set(err, ERR_USAGE, "at most %d names", TAGS_MOST);
    for (size_t i = 0; i < options->tags.count; i++) {
        struct image_name name;
        if (image_name_parse(options->tags.items[i], &name, err) < 0) {
            err->kind = ERR_USAGE;
            err->code = 0;
            return -1;
        }
        image_name_full(&name, names[i]);
        list[i] = names[i];
    }
    return 0;
}

/* The image gets its place in the index, and its names. */
static int export(
    struct build *build, struct build_stage *stage, char ret_id[DIGEST_TEXT], struct err *err)
{
    char names[TAGS_MOST][IMAGE_NAME];
    const char *list[TAGS_MOST];
    size_t count = build->options->tags.count;

    if (full_names(build->options, names, list, err) < 0 ||
        add_labels(build, &stage->draft, err) < 0)
        return -1;
    build_progress_begin(&build->progress, "exporting to image");
    if (image_draft_write(build->store, &stage->draft, list, count, &TAR_LIMITS, ret_id, err) < 0)
        return -1;
    build_warn_of_args(build);
    build_progress_say(&build->progress, "writing image %s", ret_id);
    for (size_t i = 0; i < count; i++)
        build_progress_say(&build->progress, "naming to %s", image_name_familiar(names[i]));
    build_progress_done(&build->progress);
    event_add(build->store, "image", "build", ret_id,
        (const struct event_attribute[]){
            {"name", count ? image_name_familiar(names[0]) : ""}, {0}});
    return 0;
}

int build_check_platform(const char *word, struct err *err)
{
    const char *machine = image_architecture();

    if (!word || strcmp(word, machine) == 0 ||
        (strncmp(word, "linux/", 6) == 0 && strcmp(word + 6, machine) == 0))
        return 0;
    err_set(err, ERR_USAGE, "--platform %.60s: this machine is linux/%s", word, machine);
    return err_hint(err, "RUN runs programs of the image, on this machine -> leave it out");
}

static int check_options(const struct build_options *options, struct err *err)
{
    for (size_t i = 0; i < options->args.count; i++) {
        const char *word = options->args.items[i];
        if (!word[0] || word[0] == '=') {
            err_set(err, ERR_USAGE, "invalid argument \"%.80s\" for \"--build-arg\" flag", word);
            return err_hint(err, "write KEY=VALUE, or KEY to pass our own value on");
        }
    }
    return build_check_platform(options->platform, err);
}

static int build_all(struct build *build, char ret_id[DIGEST_TEXT], struct err *err)
{
    char names[TAGS_MOST][IMAGE_NAME];
    const char *list[TAGS_MOST], *output = build->options->output;
    struct build_output files = {0};

    ret_id[0] = '\0';
    if (check_options(build->options, err) < 0 ||
        (output && build_output_parse(output, &files, err) < 0) ||
        full_names(build->options, names, list, err) < 0 ||
        build_context_open(build->store, build->options, &build->context, err) < 0 ||
        dockerfile_parse(build->context.text, build->context.length, build->context.name,
            &build->file, err) < 0 ||
        find_stages(build, err) < 0)
        return -1;
    struct build_stage *target = find_target(build, err);
    if (!target || build_need_stage(build, target, err) < 0)
        return -1;
    return files.dest[0] ? build_output_write(build, target, &files, err)
                         : export(build, target, ret_id, err);
}

/* An ONBUILD's trigger stands in no file. */
static bool is_in_file(const struct build *build)
{
    return build->failed >= build->file.list &&
           build->failed < build->file.list + build->file.count;
}

static void free_build(struct build *build)
{
    for (size_t i = 0; i < build->stages_count; i++) {
        image_draft_free(&build->stages[i].draft);
        json_object_put(build->stages[i].args);
    }
    free(build->stages);
    free(build->consumed);
    json_object_put(build->args);
    dockerfile_free(&build->file);
    build_context_close(&build->context);
}

int build(const struct store *store, const struct build_options *options, char ret_id[DIGEST_TEXT],
    struct err *err)
{
    struct build build = {.store = store,
        .options = options,
        .context = {.fd = -1},
        .progress = {.out = options->out}};
    cleanup_close int guard = -1;

    if (image_heal(store, err) < 0 || image_guard(store, false, &guard, err) < 0)
        return -1;
    int result = build_all(&build, ret_id, err);
    /* a mistake in a Dockerfile is none in the words of the command, and no program is ours */
    if (result < 0 && build.context.text && err->kind != ERR_SYS)
        err->kind = ERR_REFUSED;
    if (result < 0 && build.failed && is_in_file(&build))
        build_progress_excerpt(&build.progress, build.file.name, build.context.text,
            build.failed->line, build.failed->last);
    free_build(&build);
    return result;
}
