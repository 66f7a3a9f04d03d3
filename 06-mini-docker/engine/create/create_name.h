/* SPDX-License-Identifier: MIT */
/* create_name: a name for a container that was given none: "brave_ritchie". */
#ifndef ENGINE_CREATE_NAME_H
#define ENGINE_CREATE_NAME_H

enum { CREATE_NAME = 48 };

/*
 * An adjective and a surname by chance; from the sixth `attempt` on with digits behind, so that one
 * is found that is free.
 */
void create_name(unsigned attempt, char ret[CREATE_NAME]);

#endif
