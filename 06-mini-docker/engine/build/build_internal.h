/* SPDX-License-Identifier: MIT */
/* build_internal: what the files build*.c share, and nobody else. */
#ifndef ENGINE_BUILD_INTERNAL_H
#define ENGINE_BUILD_INTERNAL_H

#include "build.h"
#include "build_cache.h"
#include "build_context.h"
#include "build_progress.h"
#include "dockerfile.h"
#include "dockerfile_words.h"

#include "engine/images/image.h"
#include "engine/images/image_draft.h"

struct json_object;

enum build_state { BUILD_NEW, BUILD_GOING_ON, BUILD_DONE };

struct build_stage {
    const char *name;                          /* AS name, or NULL */
    const struct dockerfile_instruction *from; /* the others follow it */
    size_t count;                              /* of them */
    size_t steps, step;                        /* that make layers, and FROM; which one it is at */
    enum build_state state;
    struct image_draft draft;
    struct json_object *args; /* ARGs that are in force, the base's too: their values, or null */
    bool command_set;         /* a CMD was among its own instructions (image_change.h) */
};

struct build {
    const struct store *store;
    const struct build_options *options;
    struct dockerfile file;
    struct build_context context;
    struct build_progress progress;
    struct json_object *args; /* those in front of the first FROM */
    struct build_stage *stages;
    size_t stages_count;
    const struct dockerfile_instruction *failed; /* the one that an error names */
    bool *consumed;                              /* for each --build-arg: an ARG has asked for it */
};

/* One instruction of a stage, at work. */
struct build_at {
    struct build *build;
    struct build_stage *stage;
    const struct dockerfile *file; /* the Dockerfile, or an ONBUILD's */
    const struct dockerfile_instruction *instruction;
};

/* build_stage.c: an instruction that changes the configuration. */
int build_change(const struct build_at *at, struct err *err);

/* --from: overlayfs's lowerdir of a stage, which was built before, or of an image. The caller frees
 * it. */
char *build_from_lower(const struct build_at *at, const char *from, struct err *err);

/* A path as WORKDIR makes it absolute; the caller frees it. */
char *build_absolute(const struct build_stage *stage, const char *path, struct err *err);

/* True for those that are a step of their own. */
bool build_makes_layer(enum dockerfile_word word);

/* build.c: the stage of this name among the first `before`; NULL: none. */
struct build_stage *build_find_stage(struct build *build, const char *word, size_t before);

/* build.c: the stage that --from means, by name or number; NULL: none, so it is an image. */
struct build_stage *build_stage_of(const struct build_at *at, const char *from);

/* build.c: see that it is built. Errors: it needs itself. */
int build_need_stage(struct build *build, struct build_stage *stage, struct err *err);

/* build.c: ERR_USAGE where a --platform is not this machine's. NULL is. */
int build_check_platform(const char *word, struct err *err);

/* build_stage.c: from its FROM to its end. */
int build_stage_run(struct build *build, struct build_stage *stage, struct err *err);

/* Put the place of the instruction in front of the error, where that was not done yet. Returns -1.
 */
int build_place(const struct build_at *at, struct err *err);

/* build_scope.c: variables as an instruction of the stage sees them. `stage` NULL: as in front of
 * the first FROM. */
struct dockerfile_scope build_scope(const struct build_at *at);
int build_arg(const struct build_at *at, struct err *err);

/* Say which --build-args nobody has asked for. */
void build_warn_of_args(struct build *build);

/* What a RUN has in its environment beside ENV: "KEY=VALUE", into a list that the caller frees with
 * its items (opt.h). `proxies`: also those that are no part of a step's key. */
int build_run_args(const struct build_at *at, bool proxies, struct opt_list *ret, struct err *err);
void build_args_free(struct opt_list *args);

/* build_run_words.c: what a RUN runs; the first word stands for the image, and a NULL follows the
 * last. build_words_free also after an error. */
struct build_words {
    char **items;
    size_t count;
    const char
        *script; /* a here-document with a #! line, which has to be a file: items[1]; or NULL */
};
int build_words_of(const struct build_at *at, struct build_words *ret, struct err *err);
void build_words_free(struct build_words *words);

/* "/bin/sh -c make", with "|1 A=b " in front for what ARGs give it, as Docker's history has it;
 * they may be NULL. The caller frees it. */
char *build_words_text(const struct build_words *words, const struct opt_list *args);

/* Any other instruction, with these words in place of its own: "ENV A=b c". The caller frees it. */
char *build_history(const struct build_at *at, char *const *words, struct err *err);

/*
 * build_step.c: a step that makes a layer. `make` is called unless the cache knows the key, to
 * write the archive of the layer to `fd`; room->path is a directory for whatever it needs, which
 * goes afterwards. Returns 1 where there is nothing to be a layer. created_by: for history.
 */
struct build_step {
    const struct build_at *at;
    struct build_key *key;
    const char *created_by;
    const char *lower; /* overlayfs's lowerdir of what is below; "": nothing */
    int (*make)(const struct build_step *step, const char *room, int fd, struct err *err);
    void *arg;
};
int build_step_do(struct build_step *step, struct err *err);

/* build_output.c: -o, read before anything is built. dest is "" where an image is made. Errors:
 * ERR_USAGE. And do it. */
struct build_output {
    bool tar;
    char dest[PATH_MAX]; /* "-": standard output */
};
int build_output_parse(const char *text, struct build_output *ret, struct err *err);
int build_output_write(struct build *build, const struct build_stage *stage,
    const struct build_output *output, struct err *err);

/* The three kinds of them. */
int build_run(const struct build_at *at, struct err *err);
int build_copy(const struct build_at *at, struct err *err);
int build_workdir(const struct build_at *at, struct err *err);

#endif
