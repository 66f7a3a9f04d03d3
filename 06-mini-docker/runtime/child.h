/* SPDX-License-Identifier: MIT */
/* child: the life of the container's first process until it is the program. */
#ifndef RUNTIME_CHILD_H
#define RUNTIME_CHILD_H

/* For spawn.h: arg is a struct container. Returns only on failure, after telling the parent. */
int child_main(void *arg);

#endif
