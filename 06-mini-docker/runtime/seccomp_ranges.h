/* SPDX-License-Identifier: MIT */
/* What seccomp_ranges.c has found out, and seccomp_ranges_put.c makes a filter of. */
#ifndef RUNTIME_SECCOMP_RANGES_H
#define RUNTIME_SECCOMP_RANGES_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A place is an instruction of the old filter that number and architecture alone lead to: a return,
 * or one that loads an argument. Equal returns are one place. The numbers from `start` on, to the
 * next range's, lead to `place`.
 */
struct seccomp_range {
    uint32_t start;
    size_t place;
};

struct seccomp_ranges {
    const struct sock_filter *old;
    struct sock_filter *fresh; /* room for as many, filled from the end */
    size_t count, used;        /* above count: it would be longer than the old one */
    size_t *position;          /* by place: where it is in the new one; 0: nowhere */
    bool *is_copied;           /* by place: what is there is needed as it is */
};

/*
 * The writer, in this order: what is_copied says, the answer to all other architectures, each
 * architecture, the beginning. What can be jumped to has a position: it is returned, and taken by
 * who comes before it.
 */
void seccomp_put_rest(struct seccomp_ranges *ranges);
size_t seccomp_put_answer(struct seccomp_ranges *ranges, size_t place);
size_t seccomp_put_architecture(struct seccomp_ranges *ranges, uint32_t arch,
    const struct seccomp_range *range, size_t count, size_t others);
void seccomp_put_begin(struct seccomp_ranges *ranges, size_t entry);

#endif
