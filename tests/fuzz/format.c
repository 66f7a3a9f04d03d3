// SPDX-License-Identifier: MIT
/* Templates of --format: whatever is typed, it is worked out or refused with words. */
#include "fuzz.h"

#include "engine/show/format.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

static const char TREE[] =
    "{\"ID\": \"ab\", \"Args\": [\"a\", \"b c\"], \"State\": {\"Running\": true, \"Pid\": 42,"
    " \"Health\": null}, \"Labels\": {\"x\": \"1\"}, \"Empty\": [], \"Half\": 0.5}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *shown = NULL;
    struct format_data run = {.dot = json_tokener_parse(TREE), .heading = size % 7 == 0};
    struct format *format;
    struct err err = {0};
    size_t length;

    if (format_parse(text, &format, &err) < 0) {
        must_explain(&err);
        must(!format);
    } else {
        FILE *out = open_memstream(&shown, &length);
        if (format_run(format, &run, out, &err) < 0)
            must_explain(&err);
        fclose(out);
        free(shown);
        format_free(format);
    }
    json_object_put(run.dot);
    free(text);
    return 0;
}
