// SPDX-License-Identifier: MIT
/* Sizes and numbers as a person types them: what is accepted is in the range that was asked for. */
#include "fuzz.h"

#include "size.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint64_t least = 6 << 20, most = 1ull << 50;
    char *text = fuzz_text(data, size), formatted[SIZE_TEXT];
    struct err err = {0};
    uint64_t value;
    double number;

    if (size_parse_u64("--n", text, least, most, &value, &err) == 0)
        must(value >= least && value <= most);
    if (size_parse_bytes("--n", text, least, most, &value, &err) == 0)
        must(value >= least && value <= most);
    if (size_parse_bytes("--n", text, 0, UINT64_MAX, &value, &err) == 0)
        must(value < 1ull << 63 && strlen(size_format(value, formatted)) < SIZE_TEXT);
    if (size_parse_decimal("--n", text, 0.01, 512, &number, &err) == 0)
        must(number >= 0.01 && number <= 512);
    if (err.kind)
        must_explain(&err);
    free(text);
    return 0;
}
