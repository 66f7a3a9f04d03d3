/* SPDX-License-Identifier: MIT */
/* devices: the minimal /dev that the experiments of this lab give a root. */
#ifndef LAB05_DEVICES_H
#define LAB05_DEVICES_H

#include "err.h"

enum { DEVICES = 6 };

struct device {
    const char *name;
    unsigned major, minor; /* what the kernel knows it by; the name is for people */
};

extern const struct device device_table[DEVICES];

/*
 * Mount a tmpfs on DIR/dev and fill it: the six devices, the links, pts and shm. *ret_bound says
 * how many devices were bound from the host because mknod was refused; it may be NULL.
 */
int devices_make(const char *dir, int *ret_bound, struct err *err);

#endif
