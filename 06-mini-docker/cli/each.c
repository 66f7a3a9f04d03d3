// SPDX-License-Identifier: MIT
/* All are tried, whatever becomes of the others; the last error is the command's. */
#include "each.h"

int cli_each(int argc, char **argv,
    int (*one)(const struct store *store, const struct record *record, void *arg, struct err *err),
    void *arg, struct err *err)
{
    struct err failure;
    struct store store;

    if (cli_store(&store, err) < 0)
        return -1;
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        struct record record = {0};
        int result = record_lookup(&store, argv[i], &record, &failure);
        if (result == 0)
            result = one(&store, &record, arg, &failure);
        record_free(&record);
        if (result == 0) {
            puts(argv[i]);
            continue;
        }
        fflush(stdout);
        if (err->kind != ERR_NONE)
            err_print(stderr, PROGRAM, err);
        *err = failure;
    }
    return err->kind == ERR_NONE ? 0 : -1;
}
