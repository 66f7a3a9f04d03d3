// SPDX-License-Identifier: MIT
/* typist: type a line on the terminal it was given, as if a person had (TIOCSTI, ioctl_tty(2)).
 * Whoever reads that terminal next, such as the shell that started the container, takes it for a
 * command. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
    const char *line = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < strlen(line) + 1; i++)
        if (ioctl(0, TIOCSTI, line[i] ? &line[i] : "\n") < 0) {
            perror("TIOCSTI");
            return 1;
        }
    return 0;
}
