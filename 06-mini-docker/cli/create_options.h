/* SPDX-License-Identifier: MIT */
/*
 * create_options: the one table of the options of `run` and `create`, of struct create_options.
 * run has a few more, which come first, so that create's table is the rest of it.
 */
#ifndef CLI_CREATE_OPTIONS_H
#define CLI_CREATE_OPTIONS_H

#include "engine/create/create_options.h"

enum { RUN_ONLY = 4 };
extern const struct opt RUN_OPTS[]; /* and create's: RUN_OPTS + RUN_ONLY */

#endif
