/* SPDX-License-Identifier: MIT */
/*
 * image_change: --change of import and commit: one instruction of a Dockerfile, "CMD [\"sh\"]", on
 * an image's configuration.
 */
#ifndef ENGINE_IMAGE_CHANGE_H
#define ENGINE_IMAGE_CHANGE_H

#include "err.h"

#include <json-c/json.h>

/*
 * Change the "config" object: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD SHELL STOPSIGNAL
 * USER VOLUME WORKDIR. Errors: ERR_USAGE, another instruction, or wrong words.
 */
int image_change(struct json_object *config, const char *line, struct err *err);

#endif
