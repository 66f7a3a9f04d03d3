// SPDX-License-Identifier: MIT
/* Lines of mountinfo: paths in it are chosen by whoever mounts, escaped by the kernel. */
#include "fuzz.h"

#include "mount.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *rest = text, *line;
    struct mount_entry *entry = malloc(sizeof(*entry));

    must(entry);
    while ((line = strsep(&rest, "\n"))) {
        if (!mount_parse(line, entry))
            continue;
        /* decoding makes a path shorter, never longer */
        must(strlen(entry->root) + strlen(entry->point) < strlen(line));
        must(entry->type[0] && entry->options[0]);
    }
    free(entry);
    free(text);
    return 0;
}
