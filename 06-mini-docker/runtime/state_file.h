/* SPDX-License-Identifier: MIT */
/* state_file: state.json, for state.c and state_save. */
#ifndef RUNTIME_STATE_FILE_H
#define RUNTIME_STATE_FILE_H

#include "state.h"

/* Fill what state.json holds. Errors: a file that is damaged, or another version's. */
int state_file_read(struct state *state, struct err *err);

#endif
