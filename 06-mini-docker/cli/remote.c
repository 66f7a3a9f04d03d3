// SPDX-License-Identifier: MIT
/*
 * pull, push, login, logout: the words are read here, for the sake of --help, completion and
 * errors; then they are written again from what was read, and mini-docker-registry goes on with
 * them, in this process.
 */
#include "image_commands.h"

#include "engine/images/image_remote.h"
#include "registry/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 256 };

struct words {
    char *items[WORDS];
    size_t count;
    bool full;
};

static void add(struct words *words, const char *first, const char *second)
{
    char *word = NULL;

    if (words->count + 1 >= WORDS || asprintf(&word, "%s%s", first, second) < 0)
        words->full = true;
    else
        words->items[words->count++] = word;
}

/* "--NAME=VALUE". */
static void add_option(struct words *words, const struct opt *row, const char *value)
{
    char name[64];

    snprintf(name, sizeof(name), "--%s=", row->name);
    add(words, name, value);
}

static void add_options(struct words *words, const struct opt *row, const char *args)
{
    for (; row->name; row++) {
        const void *field = args + row->offset;
        const struct opt_list *list = field;
        const char *text = row->type == OPT_TEXT ? *(const char *const *)field : NULL;
        if (row->type == OPT_FLAG && *(const bool *)field)
            add_option(words, row, "true");
        if (text)
            add_option(words, row, text);
        for (size_t i = 0; row->type == OPT_LIST && i < list->count; i++)
            add_option(words, row, list->items[i]);
    }
}

/* Hand a command's words to mini-docker-registry, which takes this process's place. Returns only on
 * failure. */
static int hand_on(
    const struct command *command, const void *args, int argc, char **argv, struct err *err)
{
    struct words words = {0};
    char program[PATH_MAX];

    if (image_remote_find(program, err) < 0)
        return -1;
    add(&words, program, "");
    if (globals.root)
        add(&words, "--root=", globals.root);
    add(&words, command->name, "");
    add_options(&words, command->opts, args);
    add(&words, "--", "");
    for (int i = 0; i < argc; i++)
        add(&words, argv[i], "");
    if (!words.full)
        execv(program, words.items);
    else
        errno = E2BIG;
    err_sys(err, "cannot execute %s", program);
    for (size_t i = 0; i < words.count; i++)
        free(words.items[i]);
    return -1;
}

#define HAND_ON(name)                                                                              \
    static int name##_run(void *args, int argc, char **argv, struct err *err)                      \
    {                                                                                              \
        return hand_on(&name##_command, args, argc, argv, err);                                    \
    }

HAND_ON(pull)
HAND_ON(push)
HAND_ON(login)
HAND_ON(logout)

const struct command pull_command = {ROW_PULL, .run = pull_run};
const struct command push_command = {ROW_PUSH, .run = push_run};
const struct command login_command = {ROW_LOGIN, .run = login_run};
const struct command logout_command = {ROW_LOGOUT, .run = logout_run};
