// SPDX-License-Identifier: MIT
/* Notes are kept in two buffers: one that is filled, and the one that was handed out last. */
#include "network_note.h"

#include <stdio.h>
#include <string.h>

static char kept[1024], taken[1024];

void network_note_add(const char *text)
{
    size_t length = strlen(kept);

    snprintf(kept + length, sizeof(kept) - length, "%s%s", length ? "\n" : "", text);
}

const char *network_note_take(void)
{
    strcpy(taken, kept);
    kept[0] = '\0';
    return taken;
}
