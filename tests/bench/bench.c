// SPDX-License-Identifier: MIT
/*
 * bench: the time of several programs, side by side.
 *
 *     bench ROUNDS PAUSE_MS CSV LABEL COMMAND-LINE [LABEL COMMAND-LINE]...
 *
 * Each round starts every program once, in an order of its own: whatever else the machine does hits
 * them all alike, and so does what each leaves to the kernel to clear up when it has ended, which
 * back to back is a part of the next one's time. Only numbers of one such run may be compared.
 * A pause before each start lets the machine become idle, and lasts until it is: some costs (RCU
 * grace periods, which wait for every CPU) are hidden when starts follow each other.
 *
 * A command line is split at its spaces; PROGRAM must be a path. Standard output goes to /dev/null.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROGRAMS = 16, WORDS = 64, ROUNDS = 10000 };

struct program {
    const char *label;
    char *argv[WORDS];
    double *wall_ms, *cpu_ms; /* a number a round */
    long rss_kib;             /* the largest of all rounds */
};

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

/* One start, from fork to the end of the program. Its own children's CPU time is in there too. */
static void run_once(struct program *program, int round)
{
    struct rusage usage;
    int status;

    double begin = now_ms();
    pid_t pid = vfork();
    if (pid == 0) {
        execv(program->argv[0], program->argv);
        _exit(127);
    }
    wait4(pid, &status, 0, &usage);
    program->wall_ms[round] = now_ms() - begin;
    program->cpu_ms[round] = ms(usage.ru_utime) + ms(usage.ru_stime);
    if (usage.ru_maxrss > program->rss_kib)
        program->rss_kib = usage.ru_maxrss;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "bench: %s failed with status %#x\n", program->label, status);
        exit(1);
    }
}

/* Jiffies that all CPUs together were not idle for (proc(5), /proc/stat). */
static unsigned long busy_ticks(void)
{
    unsigned long user = 0, nice = 0, system = 0, idle, wait, irq = 0, softirq = 0;
    FILE *stat = fopen("/proc/stat", "re");

    if (!stat || fscanf(stat, "cpu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle,
                     &wait, &irq, &softirq) != 7)
        fputs("bench: cannot read /proc/stat\n", stderr);
    if (stat)
        fclose(stat);
    return user + nice + system + irq + softirq;
}

/*
 * Pauses until the machine did nothing for the length of a pause, 20 pauses at most. Returns
 * whether it came to rest: what is measured on a busy machine says little, and the table tells.
 */
static bool rest(int pause_ms)
{
    for (int tries = 0; pause_ms && tries < 20; tries++) {
        unsigned long before = busy_ticks();
        usleep((useconds_t)pause_ms * 1000);
        if (busy_ticks() - before <= 1)
            return true;
    }
    return !pause_ms;
}

/* Fisher and Yates. The seed is fixed: the same orders in each run. */
static void shuffle(int *order, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int other = (int)(random() % (i + 1)), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

static int by_value(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;

    return difference < 0 ? -1 : difference > 0;
}

static void print(const char *mode, struct program *program, int rounds, double base)
{
    double *t = program->wall_ms;

    qsort(t, (size_t)rounds, sizeof(*t), by_value);
    qsort(program->cpu_ms, (size_t)rounds, sizeof(*t), by_value);
    printf("%-13s %-34s %7.2f  %6.2f - %-6.2f %6.2f %8.2f %8ld\n", mode, program->label,
        t[rounds / 2], t[rounds / 10], t[rounds * 9 / 10], t[rounds / 2] / base,
        program->cpu_ms[rounds / 2], program->rss_kib);
}

static void write_csv(const char *path, const char *mode, const struct program *program, int rounds)
{
    FILE *csv = fopen(path, "ae");

    for (int i = 0; csv && i < rounds; i++)
        fprintf(csv, "%s,%s,%d,%.4f,%.4f\n", mode, program->label, i, program->wall_ms[i],
            program->cpu_ms[i]);
    if (!csv || fclose(csv) != 0)
        fprintf(stderr, "bench: cannot write %s: %s\n", path, strerror(errno));
}

int main(int argc, char **argv)
{
    static struct program programs[PROGRAMS];
    int order[PROGRAMS], count = 0, restless = 0;

    if (argc < 6 || argc % 2 || (argc - 4) / 2 > PROGRAMS) {
        fputs("usage: bench ROUNDS PAUSE_MS CSV LABEL COMMAND-LINE...\n", stderr);
        return 2;
    }
    int rounds = atoi(argv[1]), pause_ms = atoi(argv[2]);
    if (rounds < 1 || rounds > ROUNDS)
        return 2;
    for (int i = 4; i < argc; i += 2, count++) {
        int words = 0;
        order[count] = count;
        programs[count].label = argv[i];
        for (char *w = strtok(argv[i + 1], " \n"); w && words < WORDS - 1; w = strtok(NULL, " \n"))
            programs[count].argv[words++] = w;
        programs[count].wall_ms = calloc((size_t)rounds, sizeof(double));
        programs[count].cpu_ms = calloc((size_t)rounds, sizeof(double));
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), out = dup(STDOUT_FILENO);
    dup2(null, STDOUT_FILENO);
    for (int round = 0; round < rounds; round++) {
        shuffle(order, count);
        for (int i = 0; i < count; i++) {
            restless += !rest(pause_ms);
            run_once(&programs[order[i]], round);
        }
    }
    dup2(out, STDOUT_FILENO);
    if (restless)
        printf("(%d of %d starts did not find the machine idle: too high, all of them)\n", restless,
            rounds * count);
    const char *mode = pause_ms ? "idle" : "back to back";
    for (int i = 0; i < count; i++)
        write_csv(argv[3], mode, &programs[i], rounds);
    qsort(programs[0].wall_ms, (size_t)rounds, sizeof(double), by_value);
    double base = programs[0].wall_ms[rounds / 2];
    for (int i = 0; i < count; i++)
        print(mode, &programs[i], rounds, base);
    return 0;
}
