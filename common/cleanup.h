/* SPDX-License-Identifier: MIT */
/*
 * cleanup: what a variable holds is given back when the variable goes out of scope.
 *
 *     cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
 *     if (fd < 0)
 *         return err_sys(err, "cannot open %s", path);
 *     …
 *     *ret_fd = steal_fd(&fd);      // keep it after all: the caller owns it now
 *
 * It works on every way out of the scope, so an early return leaks nothing. GCC and clang both have
 * the attribute (GCC manual, "Common Variable Attributes", cleanup).
 */
#ifndef COMMON_CLEANUP_H
#define COMMON_CLEANUP_H

#include <stddef.h>

/* unused: some versions of clang do not count the clean-up as a use. */
#define cleanup_close    __attribute__((unused, cleanup(close_fd)))
#define cleanup_free     __attribute__((unused, cleanup(cleanup_free_fn)))
#define cleanup_fclose   __attribute__((unused, cleanup(cleanup_fclose_fn)))
#define cleanup_closedir __attribute__((unused, cleanup(cleanup_closedir_fn)))

/* Close a descriptor now, unless it is -1, which it is afterwards: so twice is no mistake. */
void close_fd(int *fd);

/* What the other attributes call with the variable's address; NULL is left alone. */
void cleanup_free_fn(void *pointer_address); /* of any pointer: char *, char ** and the rest */
void cleanup_fclose_fn(void *file_address);
void cleanup_closedir_fn(void *dir_address);

/* Take a descriptor out of a cleanup_close variable. */
static inline int steal_fd(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

/* Take a pointer out of a cleanup_free variable; the type is kept. */
#define steal_ptr(pointer)                                                                         \
    ({                                                                                             \
        __typeof__(pointer) taken_ = (pointer);                                                    \
        (pointer) = NULL;                                                                          \
        taken_;                                                                                    \
    })

#endif
