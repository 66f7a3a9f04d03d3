// SPDX-License-Identifier: MIT
/* The question before something is removed that nobody can bring back. */
#include "commands.h"

#include <stdio.h>

bool cli_confirm(const char *warning)
{
    int answer, rest;

    printf("WARNING! %s\nAre you sure you want to continue? [y/N] ", warning);
    fflush(stdout);
    answer = rest = getchar();
    while (rest != '\n' && rest != EOF)
        rest = getchar();
    return answer == 'y' || answer == 'Y';
}
