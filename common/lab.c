// SPDX-License-Identifier: MIT
/*
 * The command line of every lab. The general options may stand before or after the experiment's
 * name; they and the experiment's own are parsed as one table.
 */
#include "lab.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "lacks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct general {
    bool help, version, explain, pause;
    const char *csv_path;
};

#define GENERAL(letter, name, arg, help, type, field)                                              \
    {                                                                                              \
        letter, name, arg, help, type, offsetof(struct general, field), 0, 0                       \
    }

static const struct opt GENERAL_OPTS[] = {
    GENERAL(
        'h', "help", NULL, "this text; after a name, that experiment's options", OPT_FLAG, help),
    GENERAL(0, "version", NULL, "which version this is", OPT_FLAG, version),
    GENERAL(0, "explain", NULL, "say the man page and the reason of each step", OPT_FLAG, explain),
    GENERAL(0, "step", NULL, "wait for Enter before each step", OPT_FLAG, pause),
    GENERAL(0, "csv", "FILE", "add the measured series to FILE", OPT_TEXT, csv_path),
    {0},
};

enum { MOST_OPTS = 40, GENERAL_COUNT = sizeof(GENERAL_OPTS) / sizeof(GENERAL_OPTS[0]) - 1 };

/* What the command line came to. */
struct choice {
    const struct experiment *experiment; /* NULL for list and all */
    const char *verb;                    /* "list", "all" or NULL */
    struct general general;
    char *args; /* malloc'ed, experiment->args_size bytes */
    int index;  /* of the first operand */
};

static const struct experiment *find_experiment(const struct lab *lab, const char *name)
{
    for (const struct experiment *const *e = lab->experiments; *e; e++) {
        if (strcmp((*e)->name, name) == 0)
            return *e;
    }
    return NULL;
}

/*
 * Reads options into general and args. One table is made of both: the experiment's rows point
 * behind the general ones in `values`.
 */
static int parse_options(const struct experiment *experiment, int argc, char **argv,
    struct choice *choice, struct err *err)
{
    struct opt table[MOST_OPTS] = {{0}};
    size_t count = GENERAL_COUNT, size = experiment ? experiment->args_size : 0;
    cleanup_free char *values = calloc(1, sizeof(struct general) + size);

    if (!values)
        return err_sys(err, "no memory for the options");
    memcpy(table, GENERAL_OPTS, sizeof(GENERAL_OPTS));
    for (const struct opt *row = experiment ? experiment->opts : NULL;
         row && row->name && count < MOST_OPTS - 1; row++) {
        table[count] = *row;
        table[count++].offset += sizeof(struct general);
    }
    memcpy(values, &choice->general, sizeof(struct general));
    if (choice->args)
        memcpy(values + sizeof(struct general), choice->args, size);
    if (opt_parse(table, argc, argv, &choice->index, values, err) < 0)
        return -1;
    memcpy(&choice->general, values, sizeof(struct general));
    if (choice->args)
        memcpy(choice->args, values + sizeof(struct general), size);
    return 0;
}

/* The first word that is neither a general option nor one's value. */
static int skip_general(int argc, char **argv)
{
    int i = 1;

    while (i < argc) {
        const struct opt *row = opt_find(GENERAL_OPTS, argv[i]);
        if (!row)
            break;
        i += row->arg && !strchr(argv[i], '=') ? 2 : 1;
    }
    return i < argc ? i : argc;
}

static int unknown_experiment(const struct lab *lab, const char *name, struct err *err)
{
    char names[300] = "";

    for (const struct experiment *const *e = lab->experiments; *e; e++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof(names) - used, " %s", (*e)->name);
    }
    err_set(err, ERR_USAGE, "there is no experiment '%s'", name);
    if (lab->experiments[0]->operands)
        return err_hint(err, "there are: list all%s; for a command, ./run -- %s", names, name);
    return err_hint(err, "there are: list all%s", names);
}

static int check_operands(int argc, char **argv, const struct choice *choice, struct err *err)
{
    const struct experiment *e = choice->experiment;

    if (choice->index < argc && !(e && e->operands)) {
        err_set(
            err, ERR_USAGE, "'%s' takes no '%s'", e ? e->name : choice->verb, argv[choice->index]);
        return err_hint(err, "its options are in ./run %s --help", e ? e->name : choice->verb);
    }
    if (e && e->not_in_all && choice->index >= argc) {
        err_set(err, ERR_USAGE, "'%s' needs: %s", e->name, e->operands);
        return err_hint(err, "type ./run %s %s", e->name, e->operands);
    }
    return 0;
}

static int parse(const struct lab *lab, int argc, char **argv, struct choice *ret, struct err *err)
{
    int at = skip_general(argc, argv);
    bool named = at < argc && argv[at][0] != '-';

    ret->experiment = lab->experiments[0];
    if (named && (strcmp(argv[at], "list") == 0 || strcmp(argv[at], "all") == 0)) {
        ret->verb = argv[at];
        ret->experiment = NULL;
    } else if (named) {
        ret->experiment = find_experiment(lab, argv[at]);
        if (!ret->experiment)
            return unknown_experiment(lab, argv[at], err);
    }
    ret->args = calloc(1, ret->experiment ? ret->experiment->args_size + 1 : 1);
    ret->index = 1;
    if (parse_options(ret->experiment, argc, argv, ret, err) < 0)
        return -1;
    if (named) {
        ret->index = at + 1;
        if (parse_options(ret->experiment, argc, argv, ret, err) < 0)
            return -1;
    }
    if (ret->general.help || ret->general.version)
        return 0;
    return check_operands(argc, argv, ret, err);
}

static void print_help(const struct lab *lab, const struct choice *choice, bool named)
{
    const struct experiment *e = choice->experiment;

    if (e && named) {
        printf("./run %s [options]%s%s\n\n%s\nneeds: %s\n", e->name, e->operands ? " " : "",
            e->operands ? e->operands : "", e->summary, e->needs[0] ? e->needs : "nothing");
    } else {
        printf("lab %s: %s\n\n", lab->number, lab->title);
        const char *operands = lab->experiments[0]->operands;
        printf("  ./run [options] %-17s the main experiment: %s\n", operands ? operands : "",
            lab->experiments[0]->name);
        printf("  ./run list                        the experiments, and which of them run here\n");
        printf("  ./run NAME [options]              one experiment\n");
        printf("  ./run all                         every experiment, one after another\n\n");
        for (const struct experiment *const *x = lab->experiments; *x; x++)
            printf("  %-16s %s\n", (*x)->name, (*x)->summary);
        e = lab->experiments[0];
    }
    if (e && e->opts) {
        printf("\noptions of %s:\n", e->name);
        opt_help(stdout, e->opts);
    }
    printf("\ngeneral options:\n");
    opt_help(stdout, GENERAL_OPTS);
    printf("\nexit status: 0 every claim holds, 1 a claim failed or an error, 2 wrong usage,\n"
           "77 this host cannot run it\n");
}

static int print_list(const struct lab *lab)
{
    struct lacks lacks = {0};
    struct err err;

    printf("lab %s: %s\n", lab->number, lab->title);
    for (const struct experiment *const *e = lab->experiments; *e; e++) {
        bool here =
            host_check((*e)->needs, lab->cure, &err) == 0 && (!lab->check || lab->check(&err) == 0);
        printf("  %-14s %-4s %s\n", (*e)->name, here ? "yes" : "no", (*e)->summary);
        printf("  %-14s      needs: %s\n", "", (*e)->needs[0] ? (*e)->needs : "nothing");
        if (!here)
            lacks_add(&lacks, (*e)->name, &err);
    }
    lacks_print(stdout, &lacks);
    return 0;
}

/* *ret_interrupted: a signal ended the run, so that those after it should not start. */
static int run_one(const struct lab *lab, const struct experiment *experiment,
    const struct choice *choice, int argc, char **argv, bool *ret_interrupted)
{
    struct err err = {0};
    struct run run = {
        .args = choice->args, .argc = argc, .argv = argv, .all = choice->verb != NULL};
    char prog[64], csv_prefix[64] = "";

    snprintf(prog, sizeof(prog), "lab %s %s", lab->number, experiment->name);
    printf("== lab %s, %s: %s\n", lab->number, experiment->name, experiment->summary);
    fflush(stdout);
    if (host_check(experiment->needs, lab->cure, &err) < 0) {
        err_print(stderr, prog, &err);
        return err_exit_status(&err);
    }
    report_init(&run.report, experiment->steps);
    run.report.explain = choice->general.explain;
    run.report.pause = choice->general.pause;
    run.report.csv_path = choice->general.csv_path;
    if (run.all)
        snprintf(csv_prefix, sizeof(csv_prefix), "%s/", experiment->name);
    run.report.csv_prefix = csv_prefix;
    int status = lab_guard(lab, experiment, &run);
    *ret_interrupted = run.ended_by != 0;
    return status;
}

/* Nobody is there to answer in `./run all`: what would read a terminal reads the end of file. */
static int run_all(const struct lab *lab, const struct choice *choice)
{
    int passed = 0, failed = 0, skipped = 0;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    char *no_operands[] = {NULL};

    if (null >= 0 && !choice->general.pause)
        dup2(null, STDIN_FILENO);
    for (const struct experiment *const *e = lab->experiments; *e; e++) {
        if ((*e)->not_in_all)
            continue;
        cleanup_free char *args = calloc(1, (*e)->args_size + 1);
        struct choice one = {.verb = choice->verb, .general = choice->general, .args = args};
        bool interrupted = false;
        int status = run_one(lab, *e, &one, 0, no_operands, &interrupted);
        if (interrupted)
            return status;
        passed += status == 0;
        skipped += status == 77;
        failed += status != 0 && status != 77;
        putchar('\n');
    }
    printf("lab %s: %d passed, %d failed, %d skipped\n", lab->number, passed, failed, skipped);
    return failed ? 1 : passed ? 0 : 77;
}

int lab_main(const struct lab *lab, int argc, char **argv)
{
    struct choice choice = {0};
    struct err err = {0};
    char prog[32];
    int status = 0;

    fsio_fill_standard();
    snprintf(prog, sizeof(prog), "lab %s", lab->number);
    if (parse(lab, argc, argv, &choice, &err) < 0) {
        err_print(stderr, prog, &err);
        status = err_exit_status(&err);
    } else if (choice.general.help) {
        print_help(lab, &choice, skip_general(argc, argv) < argc);
    } else if (choice.general.version) {
        printf("container labs %s, lab %s: %s\n", LABS_VERSION, lab->number, lab->title);
    } else if (choice.verb) {
        status = strcmp(choice.verb, "list") == 0 ? print_list(lab) : run_all(lab, &choice);
    } else {
        bool interrupted;
        status = run_one(lab, choice.experiment, &choice, argc - choice.index, argv + choice.index,
            &interrupted);
    }
    if (status == 0)
        status = report_lost_output(prog);
    if (choice.experiment && choice.experiment->opts)
        opt_free(choice.experiment->opts, choice.args);
    free(choice.args);
    return status;
}
