// SPDX-License-Identifier: MIT
/*
 * 2-words: mend it: a command that crosses a pipe
 *
 *     2-words COMMAND [ARG...]
 *
 * It starts itself once more, by /proc/self/exe; the inside gets COMMAND's words through a pipe,
 * becomes COMMAND, and the outside should end as it ends: with its exit status, or 128 + n where
 * signal n ended it. What its users see: "two words" are two, a line break is a space, an empty
 * word is lost; and what was killed has ended well. To read: lab 04's `argv`; getdelim(3),
 * waitpid(2).
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char INSIDE[] = "words-inside";

/* argv[1] is the number of the descriptor that the words come from. */
static int inside(char **argv)
{
    FILE *in = fdopen(atoi(argv[1]), "r");
    char **words = calloc(1, sizeof(*words)), *word = NULL;
    size_t count = 0, size = 0;

    for (; in && getdelim(&word, &size, '\0', in) > 0; word = NULL, size = 0) {
        words = reallocarray(words, count + 2, sizeof(*words));
        words[count++] = word;
    }
    words[count] = NULL;
    if (!in || count == 0)
        errx(127, "no command came");
    fclose(in);
    execvp(words[0], words);
    err(127, "%s", words[0]);
}

int main(int argc, char **argv)
{
    char number[16];
    int ends[2], status;

    if (strcmp(argv[0], INSIDE) == 0 && argc == 2)
        return inside(argv);
    if (argc < 2)
        errx(2, "usage: 2-words COMMAND [ARG...]");
    if (pipe(ends) < 0)
        err(1, "pipe");
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        snprintf(number, sizeof(number), "%d", ends[0]);
        execl("/proc/self/exe", INSIDE, number, NULL);
        err(127, "/proc/self/exe");
    }
    close(ends[0]);
    FILE *out = fdopen(ends[1], "w");
    for (char **word = argv + 1; out && *word; word++)
        fwrite(*word, 1, strlen(*word) + 1, out);
    if (!out || fclose(out) < 0)
        warn("pipe");
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
