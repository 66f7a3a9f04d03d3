/* SPDX-License-Identifier: MIT */
/*
 * log: where errors go: to the person on standard error, and to the engine as a line of the file
 * that --log names.
 */
#ifndef RUNC_LOG_H
#define RUNC_LOG_H

#include "err.h"

/*
 * Open the file of --log (NULL: none), to add lines at its end. `format`: "json", "text", or NULL
 * for text. Errors: ERR_USAGE for another word; the file cannot be opened.
 */
int log_open(const char *path, const char *format, struct err *err);

/*
 * Say an error: "mini-runc: what: strerror" and the hint on standard error, and one line in the
 * log, with both. Never fails: there is nobody left to tell.
 */
void log_error(const struct err *failure);

/* The same for something that was left undone, but did not stop the command. */
void log_warning(const struct err *warning);

#endif
