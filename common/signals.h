/* SPDX-License-Identifier: MIT */
/* signals: their numbers by the words that people type. */
#ifndef COMMON_SIGNALS_H
#define COMMON_SIGNALS_H

#include "err.h"

/*
 * "9", "KILL", "SIGKILL", "kill" -> 9; "RTMIN+3", "SIGRTMAX-1" too; and 0, which only asks whether
 * the process is there (kill(2)). Errors: ERR_USAGE. Source: signal(7).
 */
int signals_number(const char *text, int *ret_signal, struct err *err);

/* The same of one that is sent, as docker takes it: 0 is none. */
int signals_sent(const char *text, int *ret_signal, struct err *err);

#endif
