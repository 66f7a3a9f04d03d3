/* SPDX-License-Identifier: MIT */
/*
 * image_change: one instruction of a Dockerfile, as build and --change of import and commit have
 * it, on an image's configuration.
 */
#ifndef ENGINE_IMAGE_CHANGE_H
#define ENGINE_IMAGE_CHANGE_H

#include "engine/build/dockerfile.h"
#include "engine/build/dockerfile_words.h"

#include "err.h"

/* What is changed, from one instruction to the next. */
struct image_changing {
    struct json_object *config;           /* the image's "config" */
    const struct dockerfile_scope *scope; /* NULL: variables are those of the configuration */
    bool command_set; /* a CMD came since FROM: ENTRYPOINT takes only an older one away */
};

/*
 * CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD SHELL STOPSIGNAL USER VOLUME WORKDIR.
 * Variables are expanded where Docker does: ENV EXPOSE LABEL STOPSIGNAL USER VOLUME WORKDIR.
 * Errors: ERR_USAGE, another instruction, or wrong words; without the line in front
 * (dockerfile_at).
 */
int image_change(struct image_changing *changing, const struct dockerfile_instruction *instruction,
    struct err *err);

/* The same of one line, as --change has it: "CMD [\"sh\"]". */
int image_change_line(struct image_changing *changing, const char *line, struct err *err);

#endif
