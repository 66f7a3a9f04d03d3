// SPDX-License-Identifier: MIT
/*
 * COPY and ADD: what they say is put into struct build_copy, and build_source.c does it. What is
 * copied is summed first, and the sum is in the step's key: so a file that has changed means that
 * this step and those behind it are done again, and a file that was only touched does not.
 *
 * Files of another stage, or of an image, are seen in a child as well (build_view.h); then the
 * child that copies is a child of that one.
 */
#include "build_fetch.h"
#include "build_internal.h"
#include "build_source.h"
#include "build_view.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct copying {
    const struct build_at *at;
    struct build_copy copy;
    struct build_tree tree;
    char *from_lower; /* of a stage or an image; NULL: the context */
    const char *lower, *room;
    int fd;
    bool fetches; /* ADD of addresses, and where they are then */
    struct image_stage room_fetched;
    char digest[DIGEST_TEXT];
    char *destination, *chmod, *by; /* by: what history says of it */
    char **words;                   /* expanded, as these two are */
    struct dockerfile_heredoc *heredocs;
};

static int work_on(struct copying *copying, struct err *err);

/* In a child: root_fd is the root that is copied into. */
static int put_sources(int root_fd, void *arg, struct err *err)
{
    struct copying *copying = arg;

    if (build_copy_into(&copying->copy, root_fd, err) < 0)
        return -1;
    return build_view_archive(copying->room, true, copying->fd, err);
}

/* With the source at hand. */
static int work_on(struct copying *copying, struct err *err)
{
    return build_view(
        copying->at->build->store, copying->lower, copying->room, put_sources, copying, err);
}

static int work_on_tree(int root_fd, void *arg, struct err *err)
{
    struct copying *copying = arg;

    copying->tree.fd = root_fd;
    return work_on(copying, err);
}

static int copy_all(struct copying *copying, struct err *err)
{
    return copying->from_lower ? build_view(copying->at->build->store, copying->from_lower, NULL,
                                     work_on_tree, copying, err)
                               : work_on(copying, err);
}

static int make_copy(const struct build_step *step, const char *room, int fd, struct err *err)
{
    struct copying *copying = step->arg;

    copying->room = room;
    copying->fd = fd;
    return copy_all(copying, err);
}

/* --from: a stage, by its name or number, or else an image. */
static int choose_tree(struct copying *copying, struct err *err)
{
    struct build *build = copying->at->build;
    const char *from = dockerfile_flag(copying->at->instruction, "from");

    copying->tree = (struct build_tree){
        .fd = build->context.fd, .name = "the context", .ignore = &build->context.ignore};
    copying->copy.from = &copying->tree;
    if (copying->fetches) {
        copying->tree = (struct build_tree){.fd = -1, .name = "what was fetched"};
        return build_fetch(build->store, copying->words,
            dockerfile_flag(copying->at->instruction, "checksum"), &copying->room_fetched,
            &copying->tree.fd, err);
    }
    if (!from && build->context.fd < 0 && copying->copy.sources[0]) {
        err_set(err, ERR_USAGE, "there is no context to copy from");
        return err_hint(err, "the Dockerfile came alone, on standard input -> name a directory");
    }
    if (!from)
        return 0;
    copying->tree.name = from;
    copying->tree.ignore = NULL;
    copying->from_lower = build_from_lower(copying->at, from, err);
    return copying->from_lower ? 0 : -1;
}

static int choose_owner(struct copying *copying, struct err *err)
{
    const struct dockerfile_instruction *instruction = copying->at->instruction;
    const char *chmod = dockerfile_flag(instruction, "chmod");
    const char *chown = dockerfile_flag(instruction, "chown");
    struct dockerfile_scope scope = build_scope(copying->at);
    mode_t ignored;

    if (chmod) {
        copying->chmod = dockerfile_expand(chmod, &scope, err);
        if (!copying->chmod)
            return -1;
        if (build_mode(copying->chmod, 0, &ignored) < 0) {
            err_set(err, ERR_USAGE, "invalid chmod parameter: '%.40s'", copying->chmod);
            return err_hint(
                err, "accepted: an octal number up to 07777, or chmod's words: u=rwX,go=rX");
        }
        copying->copy.mode = copying->chmod;
    }
    if (!chown) {
        bool kept = dockerfile_flag(instruction, "from");
        copying->copy.uid = kept ? BUILD_OWNER_KEPT : 0;
        copying->copy.gid = kept ? BUILD_OWNER_KEPT : 0;
        return 0;
    }
    cleanup_free char *who = dockerfile_expand(chown, &scope, err);
    return who ? build_view_user(copying->lower, who, &copying->copy.uid, &copying->copy.gid, err)
               : -1;
}

static int expand_words(struct copying *copying, struct err *err)
{
    const struct dockerfile_instruction *instruction = copying->at->instruction;
    struct dockerfile_scope scope = build_scope(copying->at);
    size_t count = 0;

    while (instruction->words[count])
        count++;
    copying->words = calloc(count + 1, sizeof(*copying->words));
    copying->heredocs = calloc(instruction->heredoc_count + 1, sizeof(*copying->heredocs));
    if (!copying->words || !copying->heredocs)
        return err_sys(err, "no memory for the words");
    for (size_t i = 0; i < count; i++) {
        copying->words[i] = dockerfile_expand(instruction->words[i], &scope, err);
        if (!copying->words[i])
            return -1;
    }
    scope.keep_quotes = true;
    for (size_t i = 0; i < instruction->heredoc_count; i++) {
        struct dockerfile_heredoc *to = &copying->heredocs[i];
        *to = instruction->heredocs[i];
        to->text = to->expand ? dockerfile_expand(to->text, &scope, err) : strdup(to->text);
        if (!to->text)
            return to->expand ? -1 : err_sys(err, "no memory for a here-document");
    }
    copying->copy.heredocs = copying->heredocs;
    copying->copy.heredoc_count = instruction->heredoc_count;
    return 0;
}

/* The last word is the destination, below WORKDIR. */
static int choose_words(struct copying *copying, struct err *err)
{
    size_t count = 0;

    if (expand_words(copying, err) < 0)
        return -1;
    while (copying->words[count])
        count++;
    copying->by = copying->at->instruction->heredoc_count > 0
                      ? strdup(copying->at->instruction->text)
                      : build_history(copying->at, copying->words, err);
    if (!copying->by)
        return -1;
    cleanup_free char *last = steal_ptr(copying->words[count - 1]);
    copying->destination = build_absolute(copying->at->stage, last, err);
    if (!copying->destination)
        return -1;
    copying->copy.sources = copying->words;
    copying->copy.destination = copying->destination;
    return 0;
}

/* --exclude may be there several times. */
static int choose_excluded(struct copying *copying, struct err *err)
{
    const struct dockerfile_instruction *instruction = copying->at->instruction;
    size_t count = 0;

    copying->copy.exclude = calloc(instruction->flag_count + 1, sizeof(*copying->copy.exclude));
    for (size_t i = 0; copying->copy.exclude && i < instruction->flag_count; i++) {
        if (strcmp(instruction->flags[i].name, "exclude") == 0)
            copying->copy.exclude[count++] = instruction->flags[i].value;
    }
    return copying->copy.exclude ? 0 : err_sys(err, "no memory for --exclude");
}

static int choose_flags(struct copying *copying, struct err *err)
{
    const struct dockerfile_instruction *instruction = copying->at->instruction;
    const char *unpack = dockerfile_flag(instruction, "unpack");

    if (choose_excluded(copying, err) < 0)
        return -1;
    copying->copy.chown = dockerfile_flag(instruction, "chown");
    copying->copy.parents = dockerfile_flag(instruction, "parents");
    for (char **word = copying->words; instruction->word == DOCKERFILE_ADD && *word; word++)
        copying->fetches |= build_fetch_is_address(*word);
    /* without a word about it, what lies here, and not what was fetched */
    copying->copy.unpack = unpack ? strcmp(unpack, "false") != 0
                                  : instruction->word == DOCKERFILE_ADD && !copying->fetches;
    if (dockerfile_flag(instruction, "checksum") && !copying->fetches)
        return err_set(err, ERR_USAGE, "--checksum is for what is fetched: http(s)://…");
    return 0;
}

static int do_step(struct copying *copying, struct err *err)
{
    const struct build_at *at = copying->at;
    struct build_key key;

    build_key_begin(&key, &at->stage->draft);
    build_key_add(&key, copying->digest);
    struct build_step step = {.at = at,
        .key = &key,
        .created_by = copying->by,
        .lower = copying->lower,
        .make = make_copy,
        .arg = copying};
    return build_step_do(&step, err);
}

static int copy(struct copying *copying, struct err *err)
{
    if (choose_words(copying, err) < 0 || choose_flags(copying, err) < 0 ||
        choose_tree(copying, err) < 0 || choose_owner(copying, err) < 0 ||
        build_view_sum(copying->at->build->store, copying->from_lower, &copying->copy,
            &copying->tree, copying->digest, err) < 0)
        return -1;
    return do_step(copying, err);
}

int build_copy(const struct build_at *at, struct err *err)
{
    cleanup_free char *lower = image_draft_lower(at->build->store, &at->stage->draft, err);
    struct copying copying = {
        .at = at, .lower = lower, .tree = {.fd = -1}, .room_fetched = {.lock = -1, .from = -1}};

    if (!lower)
        return -1;
    int result = copy(&copying, err);
    for (char **word = copying.words; word && *word; word++)
        free(*word);
    free(copying.words);
    for (size_t i = 0; copying.heredocs && i < at->instruction->heredoc_count; i++)
        free(copying.heredocs[i].text);
    free(copying.heredocs);
    free(copying.copy.exclude);
    free(copying.destination);
    free(copying.chmod);
    free(copying.by);
    free(copying.from_lower);
    if (copying.fetches && copying.tree.fd >= 0)
        close(copying.tree.fd);
    image_stage_end(&copying.room_fetched);
    return result;
}
