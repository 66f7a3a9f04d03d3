// SPDX-License-Identifier: MIT
/* One listener for the program: notes are rare, and nothing depends on them. */
#include "network_note.h"

#include <stddef.h>

static void (*listener)(const char *note);

void network_note_tell(void (*tell)(const char *note))
{
    listener = tell;
}

void network_note_add(const char *note)
{
    if (listener)
        listener(note);
}
