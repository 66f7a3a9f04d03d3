// SPDX-License-Identifier: MIT
/* spec: looking things up in it. */
#include "spec.h"

#include <string.h>

const char *spec_env(const struct spec_process *process, const char *name)
{
    size_t length = strlen(name);

    for (char *const *entry = process->env; entry && *entry; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    }
    return NULL;
}
