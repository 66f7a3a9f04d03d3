// SPDX-License-Identifier: MIT
/* The small files of a group: one number, "max", or "key value" a line. */
#include "fuzz.h"

#include "fsio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"oom_kill", "usage_usec", "nr_throttled", ""};
    struct err err = {0};
    uint64_t value;
    char name[16];

    fuzz_file(data, size, name);
    if (fsio_read_u64("/proc/self/fd", name, &value, &err) < 0)
        must_explain(&err);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        err = (struct err){0};
        if (fsio_read_key("/proc/self/fd", name, keys[i], &value, &err) < 0)
            must_explain(&err);
    }
    return 0;
}
