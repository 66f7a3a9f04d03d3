// SPDX-License-Identifier: MIT
/*
 * What can stand next on a command line, for a shell's Tab. The shell hands over all words up to
 * the cursor; the rows say what they mean so far: a command, an option, an option's value, or an
 * operand. The last two are only named, by the word that --help has for them (CONTAINER, DIR): the
 * program knows what there is of these.
 */
#include "command.h"

#include <string.h>

struct words {
    int argc;
    char **argv;
    int index; /* the next word to look at; the last one is what is being typed */
};

static const char *typed(const struct words *words)
{
    return words->argv[words->argc - 1];
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static void offer(const char *dashes, const char *name, const char *help)
{
    printf("%s%s\t%s\n", dashes, name, help);
}

static void offer_options(const struct opt *row, const char *word)
{
    for (; row->name; row++) {
        char letter[2] = {row->letter, '\0'};
        if (!row->help)
            continue;
        if (begins("--", word) || (begins(word, "--") && begins(row->name, word + 2)))
            offer("--", row->name, row->help);
        if (row->letter && strcmp(word, "-") == 0)
            offer("-", letter, row->help);
    }
    if (begins("--help", word))
        offer("--", "help", "What it does and takes");
}

/*
 * Pass over options and their values, up to a word that is none. Returns the option whose value is
 * being typed, or NULL.
 */
static const struct opt *skip_options(struct words *words, const struct opt *table)
{
    static const struct opt none[] = {{0}};

    for (table = table ? table : none; words->index < words->argc - 1; words->index++) {
        const char *word = words->argv[words->index];
        if (word[0] != '-' || !word[1] || strcmp(word, "--") == 0)
            return NULL;
        const struct opt *row = opt_find(table, word);
        bool apart = row && row->arg && !strchr(word, '=') && (word[1] == '-' || !word[2]);
        if (apart && ++words->index == words->argc - 1)
            return row;
    }
    return NULL;
}

/* The n-th word of "CONTAINER CMD [ARG...]"; the last counts for all that follow when it ends with
 * dots. Returns its length. */
static size_t nth_operand(const char *operands, int n, const char **ret)
{
    const char *last = NULL;

    for (const char *at = operands ? operands : ""; *at; at += strspn(at, " []")) {
        at += strspn(at, " []");
        size_t length = strcspn(at, " ]");
        if (length == 0)
            break;
        last = at;
        if (n-- == 0) {
            *ret = at;
            return strcspn(at, " .]");
        }
        at += length;
    }
    *ret = last;
    return last && strstr(last, "...") ? strcspn(last, " .]") : 0;
}

static int complete_words(const struct command *command, struct words *words, char ret[64])
{
    int operands = 0;

    for (;; words->index++) {
        const struct opt *row = skip_options(words, command->opts);
        if (row) {
            snprintf(ret, 64, "%s", row->arg);
            return 1;
        }
        if (words->index >= words->argc - 1)
            break;
        if (strcmp(words->argv[words->index], "--") != 0)
            operands++;
        if (operands > 0 && !command->mixed) { /* what follows belongs to the operand */
            operands = words->argc - 1 - words->index;
            break;
        }
    }
    if (typed(words)[0] == '-' && (operands == 0 || command->mixed)) {
        offer_options(command->opts, typed(words));
        return 0;
    }
    const char *name;
    size_t length = nth_operand(command->operands, operands, &name);
    snprintf(ret, 64, "%.*s", (int)length, length ? name : "");
    return length > 0;
}

int command_complete(const struct program *program, int argc, char **argv, char ret[64])
{
    struct words words = {.argc = argc, .argv = argv};
    struct program inner = *program;

    for (;;) {
        const struct opt *row = skip_options(&words, inner.globals);
        if (row) {
            snprintf(ret, 64, "%s", row->arg);
            return 1;
        }
        if (words.index >= argc - 1)
            break;
        const struct command *command = command_find(&inner, argv[words.index++]);
        if (!command)
            return 0;
        if (!command->group)
            return complete_words(command, &words, ret);
        inner.commands = command->group;
        inner.globals = NULL;
    }
    if (typed(&words)[0] == '-' && inner.globals)
        offer_options(inner.globals, typed(&words));
    for (const struct command *const *command = inner.commands; *command; command++) {
        if (!(*command)->hidden && begins((*command)->name, typed(&words)))
            offer("", (*command)->name, (*command)->summary);
    }
    return 0;
}
