// SPDX-License-Identifier: MIT
/* mkrootfs DIR: what `make rootfs` runs. Builds the busybox root (rootfs.h) where there is none. */
#include "rootfs.h"

int main(int argc, char **argv)
{
    struct err err;

    if (argc != 2) {
        fprintf(stderr, "usage: %s DIR\n", argv[0]);
        return 2;
    }
    if (rootfs_build(argv[1], &err) == 0)
        return 0;
    err_print(stderr, "make rootfs", &err);
    return err_exit_status(&err);
}
