// SPDX-License-Identifier: MIT
/* .dockerignore and its patterns: the first line is a path, the rest the file. A directory above
 * what is kept is walked, and a path fits itself. */
#include "fuzz.h"

#include "engine/build/build_glob.h"
#include "engine/build/build_ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), path[256] = "", up[256];
    size_t line = strcspn(text, "\n");
    struct build_ignore ignore;
    struct err err = {0};

    snprintf(path, sizeof(path), "%.*s", (int)line, text + strspn(text, "/"));
    const char *rest = text + line + (text[line] == '\n');
    if (build_ignore_parse(rest, strlen(rest), "I", &ignore, &err) < 0) {
        must_explain(&err);
        must(strncmp(err.what, "I:", 2) == 0);
    } else if (path[0]) {
        must(build_glob_is(path) || strchr(path, '\\') || build_glob(path, path, true));
        bool ignored = build_ignored(&ignore, path);
        strcpy(up, path);
        char *slash = strrchr(up, '/');
        if (slash && slash > up) {
            *slash = '\0';
            must(ignored || !build_ignored(&ignore, up) || build_ignore_walks(&ignore, up));
        }
    }
    build_ignore_free(&ignore);
    free(text);
    return 0;
}
