/* SPDX-License-Identifier: MIT */
/* names: what a program is told about the machine it runs on. */
#ifndef RUNTIME_NAMES_H
#define RUNTIME_NAMES_H

#include "spec.h"

/*
 * What uname(2) calls the machine, and the flags that go with it (linux.personality), for the
 * caller and what it executes. Source: personality(2).
 */
int names_set_personality(const struct spec_linux *spec, struct err *err);

#endif
