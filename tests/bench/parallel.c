// SPDX-License-Identifier: MIT
/*
 * parallel: how many starts a second several programs manage, with so many at once.
 *
 *     parallel JOBS SLICES LABEL COMMAND-LINE [LABEL COMMAND-LINE]...
 *
 * The programs take turns of a second each, SLICES times, so that whatever else the machine does
 * hits them all alike. A command line is split at its spaces; "@" in a word becomes a number that
 * no other start has. Only whole starts that end within the slice are counted.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROGRAMS = 16, WORDS = 64, SLICE_MS = 1000 };

struct program {
    const char *label;
    char *words[WORDS];
    long started, ended;
    double ms;
};

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void start(struct program *program)
{
    char text[WORDS][256], *argv[WORDS + 1];
    int n = 0;

    program->started++;
    for (; program->words[n]; n++) {
        const char *at = strchr(program->words[n], '@');
        argv[n] = program->words[n];
        if (!at)
            continue;
        snprintf(text[n], sizeof(text[n]), "%.*s%d-%ld%s", (int)(at - program->words[n]),
            program->words[n], getpid(), program->started, at + 1);
        argv[n] = text[n];
    }
    argv[n] = NULL;
    if (vfork() == 0) {
        execv(argv[0], argv);
        _exit(127);
    }
}

/* Wait for one; a failure ends the measurement. */
static void take(const struct program *program)
{
    int status;

    wait(&status);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "parallel: %s failed with status %#x\n", program->label, status);
        exit(1);
    }
}

static void slice(struct program *program, int jobs)
{
    double begin = now_ms();
    int running = 0;

    while (now_ms() - begin < SLICE_MS) {
        for (; running < jobs; running++)
            start(program);
        take(program);
        running--;
        program->ended++;
    }
    program->ms += now_ms() - begin;
    for (; running > 0; running--)
        take(program);
}

int main(int argc, char **argv)
{
    static struct program programs[PROGRAMS];
    int count = 0;

    if (argc < 5 || argc % 2 == 0 || (argc - 3) / 2 > PROGRAMS) {
        fputs("usage: parallel JOBS SLICES LABEL COMMAND-LINE...\n", stderr);
        return 2;
    }
    int jobs = atoi(argv[1]), slices = atoi(argv[2]);
    for (int i = 3; i < argc; i += 2, count++) {
        int words = 0;
        programs[count].label = argv[i];
        for (char *w = strtok(argv[i + 1], " \n"); w && words < WORDS - 1; w = strtok(NULL, " \n"))
            programs[count].words[words++] = w;
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), out = dup(STDOUT_FILENO);
    dup2(null, STDOUT_FILENO);
    for (int i = 0; i < slices; i++) {
        for (int p = 0; p < count; p++)
            slice(&programs[(p + i) % count], jobs);
    }
    dup2(out, STDOUT_FILENO);
    for (int p = 0; p < count; p++)
        printf("%-13s %-34s %7.0f\n", "a second", programs[p].label,
            (double)programs[p].ended * 1e3 / programs[p].ms);
    return 0;
}
