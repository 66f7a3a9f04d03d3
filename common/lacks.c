// SPDX-License-Identifier: MIT
/* A reason is known again by its first line. */
#include "lacks.h"

#include <string.h>

void lacks_add(struct lacks *lacks, const char *name, const struct err *err)
{
    for (struct lack *l = lacks->lack; l < lacks->lack + LACKS_MOST; l++) {
        if (!l->what[0]) {
            snprintf(l->what, sizeof(l->what), "%s", err->what);
            snprintf(l->hint, sizeof(l->hint), "%s", err->hint);
        }
        if (strncmp(l->what, err->what, sizeof(l->what) - 1) == 0) {
            size_t used = strlen(l->stops);
            snprintf(l->stops + used, sizeof(l->stops) - used, " %s", name);
            return;
        }
    }
}

void lacks_print(FILE *out, const struct lacks *lacks)
{
    for (const struct lack *l = lacks->lack; l < lacks->lack + LACKS_MOST && l->what[0]; l++)
        fprintf(out, "   no:%s\n       %s\n       hint: %s\n", l->stops, l->what, l->hint);
}
