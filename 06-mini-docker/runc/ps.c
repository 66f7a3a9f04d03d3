// SPDX-License-Identifier: MIT
/*
 * ps: the processes of a container, by their numbers on the host. The container's groups know them,
 * those that joined later too; what ps(1) prints of all processes is filtered by them, so that its
 * options are the person's choice.
 */
#include "commands.h"

#include "runtime/state.h"

#include "cleanup.h"
#include "proc.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

struct ps_args {
    const char *format;
};

static const struct opt OPTS[] = {
    {'f', "format", "FORMAT", "table or json", OPT_TEXT, offsetof(struct ps_args, format)},
    {0},
};

struct pids {
    pid_t *items;
    size_t count;
};

static int read_pids(const char *id, struct pids *ret, struct err *err)
{
    struct state state;
    char root[PATH_MAX];

    if (globals_root(root, err) < 0 || state_load(root, id, false, &state, err) < 0)
        return -1;
    int result;
    if (state.group.absent) {
        err_set(err, ERR_SKIP, "cannot tell the processes of container %s: it has no group", id);
        result = err_hint(
            err, "its processes are known by its group -> look from inside: exec %s ps", id);
    } else {
        result = cgroup_pids(&state.group, true, &ret->items, &ret->count, err);
    }
    state_close(&state);
    return result;
}

static bool has(const struct pids *pids, pid_t pid)
{
    for (size_t i = 0; i < pids->count; i++) {
        if (pids->items[i] == pid)
            return true;
    }
    return false;
}

static void print_json(const struct pids *pids)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < pids->count; i++)
        json_object_array_add(array, json_object_new_int(pids->items[i]));
    puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PLAIN));
    json_object_put(array);
}

/* The word of a line by its number, or "" */
static const char *nth_word(const char *line, int n)
{
    for (line += strspn(line, " "); n > 0; n--) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return line;
}

/* Which column of ps's title line is PID; -1: none. */
static int pid_column(const char *title)
{
    for (int n = 0; *nth_word(title, n); n++) {
        const char *word = nth_word(title, n);
        if (strncmp(word, "PID", 3) == 0 && (word[3] == ' ' || word[3] == '\0'))
            return n;
    }
    return -1;
}

static int filter(char *printed, const struct pids *pids, struct err *err)
{
    char *rest = printed, *title = strsep(&rest, "\n");
    int column = pid_column(title);

    if (column < 0) {
        err_set(err, ERR_USAGE, "ps(1) printed no column PID");
        return err_hint(
            err, "its lines are chosen by their PID -> use options that show it: -ef, aux");
    }
    puts(title);
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (has(pids, atoi(nth_word(line, column))))
            puts(line);
    }
    return 0;
}

static int print_table(const struct pids *pids, int argc, char **argv, struct err *err)
{
    const char *words[32] = {"ps", "-ef", NULL};
    const struct proc_spec ps = {.argv = words};
    int status;

    if (argc > 30)
        return err_set(err, ERR_USAGE, "too many words for ps(1)");
    for (int i = 0; i < argc; i++)
        words[1 + i] = argv[i];
    cleanup_free char *printed = proc_capture(&ps, &status, err);
    if (!printed)
        return -1;
    if (status != 0)
        return err_set(err, ERR_SYS, "ps(1) ended with status %d", status);
    return filter(printed, pids, err);
}

static int ps_run(void *args, int argc, char **argv, struct err *err)
{
    const struct ps_args *options = args;
    struct pids pids = {0};

    if (argc < 1) {
        err_set(err, ERR_USAGE, "ps needs ID [PS OPTIONS]");
        return err_hint(err, "ps --help says what it takes");
    }
    if (globals_format(options->format, err) < 0 || read_pids(argv[0], &pids, err) < 0)
        return -1;
    int result = 0;
    if (options->format && strcmp(options->format, "json") == 0)
        print_json(&pids);
    else
        result = print_table(&pids, argc - 1, argv + 1, err);
    free(pids.items);
    return result;
}

const struct command ps_command = {
    .name = "ps",
    .operands = "ID [PS OPTIONS]",
    .summary = "The processes of a container",
    .details = "What follows the ID are options of ps(1), -ef without any.",
    .opts = OPTS,
    .args_size = sizeof(struct ps_args),
    .run = ps_run,
};
