/* SPDX-License-Identifier: MIT */
/* unpack: the layers of a pull, one after the other, each as soon as it has come. */
#ifndef REGISTRY_UNPACK_H
#define REGISTRY_UNPACK_H

#include "engine/images/image_add.h"
#include "progress.h"

#include <sys/types.h>

struct unpack {
    const struct store *store;
    const struct image_incoming *incoming;
    struct progress *progress;
    const size_t *rows;   /* of each layer */
    const bool *is_ready; /* … has it come? */
    /* below: its own */
    struct json_memory memory;
    struct image_config config;
    size_t next;
    pid_t child; /* 0: none */
    int errors;  /* the pipe that its error comes by; -1: none */
};

/* Read the configuration. unpack_end also after an error. */
int unpack_begin(struct unpack *unpack, struct err *err);

/* Go on, without waiting: a struct download's `meanwhile`. 1: all are unpacked. *ret_fd can be read
 * when there is more to do. Errors: layer_add's. */
int unpack_turn(void *unpack, int *ret_fd, struct err *err);

/* Whoever still unpacks is ended. */
void unpack_end(struct unpack *unpack);

#endif
