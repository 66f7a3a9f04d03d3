/* SPDX-License-Identifier: MIT */
/*
 * config: config.json, read into a struct spec (spec.h).
 *
 * A field that nobody here knows is ignored, as the OCI asks; one of the wrong type, or with a
 * value that cannot be, is refused with its path: "process.args[2]: expected a string". Files that
 * a hostile bundle may hold are bounded: 16 MiB, 64 levels; a NUL in a string is refused, since
 * everything after it would be lost in silence.
 */
#ifndef RUNTIME_CONFIG_H
#define RUNTIME_CONFIG_H

#include "spec.h"

/* spec points into the rest, which config_free gives back. */
struct config {
    struct spec spec;
    const char *text; /* the file as it was read, NUL-terminated */
    size_t text_length;
    struct config_memory *memory;
};

/*
 * Read `dir`/`name`. root.path and the sources of binds become absolute (below `bundle`, which is
 * absolute). The config may have no process, as the OCI allows: then spec.process.args is NULL, and
 * who wants to run it must refuse that. After an error *ret is still to be freed. Errors: ERR_USAGE
 * with the JSON path for what is wrong in it; ERR_SYS for a file that cannot be read.
 */
int config_read(
    const char *dir, const char *name, const char *bundle, struct config *ret, struct err *err);

/* Read a process object, as `exec --process` has it, into ret->spec.process. */
int config_read_process(const char *path, struct config *ret, struct err *err);

/*
 * Read a linux.resources object, as `update --resources` has it, into ret->spec.linux_.resources.
 * "-" is standard input.
 */
int config_read_resources(const char *path, struct config *ret, struct err *err);

/* Safe on a zeroed struct, and after an error of the above. */
void config_free(struct config *config);

#endif
