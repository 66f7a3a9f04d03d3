/* SPDX-License-Identifier: MIT */
/*
 * What cleanup.h's attributes call when a variable goes out of scope.
 *
 * They stand here and not in the header because half of all files include that: so it needs no
 * header of the C library itself, and a build reads a third less text.
 */
#include "cleanup.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void close_fd(int *fd)
{
    if (*fd >= 0)
        close(steal_fd(fd));
}

void cleanup_free_fn(void *pointer_address)
{
    free(*(void **)pointer_address);
}

void cleanup_fclose_fn(void *file_address)
{
    FILE *file = *(FILE **)file_address;

    if (file)
        fclose(file);
}

void cleanup_closedir_fn(void *dir_address)
{
    DIR *dir = *(DIR **)dir_address;

    if (dir)
        closedir(dir);
}
