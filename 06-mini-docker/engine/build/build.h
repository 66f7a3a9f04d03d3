/* SPDX-License-Identifier: MIT */
/*
 * build: an image out of a Dockerfile and a directory (or an archive) of files, its context.
 *
 *     dockerfile.c   the text becomes instructions
 *     build.c        the stages that the target needs, each once
 *     build_stage.c  one instruction after another on a draft of an image (image_draft.h)
 *     build_step.c   what makes a layer: looked up in the cache, or made
 *     build_run.c    … by a container      build_copy.c  … by copying
 */
#ifndef ENGINE_BUILD_H
#define ENGINE_BUILD_H

#include "engine/create/create_options.h"
#include "engine/images/digest.h"
#include "engine/store/store.h"

#include "runtime/explain.h"

#include <stdbool.h>
#include <stdio.h>

struct build_options {
    const char *context; /* a directory, or "-": an archive or a Dockerfile on standard input */
    const char *file;    /* -f, "-": standard input; NULL: the context's Dockerfile */
    const char *target, *platform, *iidfile, *progress, *ignored;
    const char *output; /* -o: the files, and no image */
    bool no_cache, pull, quiet, for_docker;
    struct opt_list tags, args, labels, secrets; /* secrets: "id=ID,src=FILE" */
    struct create_options run; /* for the containers of RUN: limits, hosts, network */
    struct explain explain;    /* what a step is made by */
    FILE *out;                 /* where progress goes, a line each */
};

/*
 * Build it, and give it its names. ret_id: its ID, "" where no image was asked for. Errors:
 * ERR_USAGE for what is wrong in the Dockerfile or the options, with the place; ERR_REFUSED, a RUN
 * whose process failed, in Docker's words. After an error the steps that were made are in the
 * cache, and nothing else is left.
 */
int build(const struct store *store, const struct build_options *options, char ret_id[DIGEST_TEXT],
    struct err *err);

#endif
