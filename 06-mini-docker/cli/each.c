// SPDX-License-Identifier: MIT
/*
 * All are tried, whatever becomes of the others; the last error is the command's. What waits for
 * containers waits for all at once, or `stop` of twenty that do not hear would take twenty times as
 * long: a child for each, which tells its error through a pipe. What is printed is in the order of
 * the words in any case.
 */
#include "each.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 50 }; /* as many as docker asks of its daemon */

struct each {
    const struct store *store;
    each_one *one;
    void *arg;
};

static int do_one(const struct each *each, const char *word, struct err *err)
{
    struct record record = {0};
    int result = record_lookup(each->store, word, &record, err);

    if (result == 0)
        result = each->one(each->store, &record, each->arg, err);
    record_free(&record);
    return result;
}

void cli_tried(int result, const char *word, const struct err *failure, struct err *err)
{
    if (result == 0 && word)
        puts(word);
    if (result == 0)
        return;
    fflush(stdout);
    if (err->kind != ERR_NONE)
        err_print(stderr, PROGRAM, err);
    *err = *failure;
}

int cli_each(int argc, char **argv, each_one *one, void *arg, struct err *err)
{
    struct store store;
    const struct each each = {&store, one, arg};
    struct err failure;

    if (cli_store(&store, err) < 0)
        return -1;
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        int result = do_one(&each, argv[i], &failure);
        cli_tried(result, argv[i], &failure, err);
    }
    return err->kind == ERR_NONE ? 0 : -1;
}

struct worker {
    pid_t pid; /* -1: there is none, and we do it ourselves when its turn comes */
    int told;  /* its error comes here, of the kind ERR_NONE where there is none */
};

static void begin(const struct each *each, const char *word, struct worker *ret)
{
    struct err failure;
    int ends[2];

    ret->pid = -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return;
    fflush(stdout);
    ret->pid = fork();
    if (ret->pid == 0) {
        if (do_one(each, word, &failure) == 0)
            failure.kind = ERR_NONE;
        _exit(write(ends[1], &failure, sizeof(failure)) < 0);
    }
    close(ends[1]);
    ret->told = ends[0];
    if (ret->pid < 0)
        close(ends[0]);
}

/* 0, or -1 with its error. */
static int end(
    const struct each *each, const char *word, const struct worker *worker, struct err *err)
{
    ssize_t got;

    if (worker->pid < 0)
        return do_one(each, word, err);
    do
        got = read(worker->told, err, sizeof(*err));
    while (got < 0 && errno == EINTR);
    close(worker->told);
    waitpid(worker->pid, NULL, 0);
    if (got != (ssize_t)sizeof(*err))
        return err_set(err, ERR_SYS, "the process that waited for %s was ended", word);
    return err->kind == ERR_NONE ? 0 : -1;
}

int cli_each_at_once(int argc, char **argv, each_one *one, void *arg, struct err *err)
{
    struct worker workers[AT_ONCE];
    struct store store;
    const struct each each = {&store, one, arg};
    struct err failure;
    int begun = 0;

    if (argc == 1)
        return cli_each(argc, argv, one, arg, err);
    if (cli_store(&store, err) < 0)
        return -1;
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        for (; begun < argc && begun < i + AT_ONCE; begun++)
            begin(&each, argv[begun], &workers[begun % AT_ONCE]);
        int result = end(&each, argv[i], &workers[i % AT_ONCE], &failure);
        cli_tried(result, argv[i], &failure, err);
    }
    return err->kind == ERR_NONE ? 0 : -1;
}
