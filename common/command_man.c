// SPDX-License-Identifier: MIT
/*
 * A program's manual page, in man(7)'s language, from the same rows as --help. What the rows say is
 * plain text: here it is only kept from being taken for a request (a line that begins with . or ')
 * or an escape (\).
 */
#include "command.h"

#include <ctype.h>
#include <string.h>

/* Dashes are escaped, so that they can be copied from the page into a shell. */
static void put(FILE *out, const char *text)
{
    bool begins = true;

    for (; *text; text++) {
        if (begins && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        begins = *text == '\n';
        if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\\')
            fputs("\\e", out);
        else
            fputc(*text, out);
    }
}

static void put_upper(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(toupper((unsigned char)*text), out);
}

/* Text that has its own line breaks. */
static void put_block(FILE *out, const char *text)
{
    fputs(".nf\n", out);
    put(out, text);
    fputs("\n.fi\n", out);
}

static void put_options(FILE *out, const struct opt *row)
{
    for (; row->name; row++) {
        if (!row->help)
            continue;
        fputs(".TP\n", out);
        if (row->letter)
            fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
        fputs("\\fB\\-\\-", out);
        put(out, row->name);
        fputs("\\fR", out);
        if (row->arg) {
            fputs(" \\fI", out);
            put(out, row->arg);
            fputs("\\fR", out);
        }
        fputc('\n', out);
        put(out, row->help);
        fputc('\n', out);
    }
}

static void put_command(FILE *out, const char *program, const struct command *command)
{
    fputs(".SS ", out);
    put(out, program);
    fputc(' ', out);
    put(out, command->name);
    if (command->opts->name)
        fputs(" [OPTIONS]", out);
    if (command->operands) {
        fputc(' ', out);
        put(out, command->operands);
    }
    fputc('\n', out);
    put(out, command->summary);
    fputs(".\n", out);
    if (command->aliases) {
        fputs("Also called: ", out);
        put(out, command->aliases);
        fputs(".\n", out);
    }
    if (command->details) {
        fputs(".PP\n", out);
        put_block(out, command->details);
    }
    put_options(out, command->opts);
}

/* A row that stands in the program too is explained there; its group only names it. */
static bool is_among(const struct command *command, const struct command *const *rows)
{
    while (*rows && *rows != command)
        rows++;
    return *rows != NULL;
}

static void put_group(FILE *out, const struct program *program, const struct command *group)
{
    char name[80];

    snprintf(name, sizeof(name), "%s %s", program->name, group->name);
    fputs(".SH ", out);
    put_upper(out, name);
    fputc('\n', out);
    put(out, group->summary);
    fputs(".\n", out);
    for (const struct command *const *row = group->group; *row; row++) {
        if (is_among(*row, program->commands))
            fprintf(out, ".PP\n\\fB%s %s\\fR: as %s %s.\n", name, (*row)->name, program->name,
                (*row)->name);
        else if (!(*row)->hidden)
            put_command(out, name, *row);
    }
}

void command_man(FILE *out, const struct program *program)
{
    size_t title = strcspn(program->intro, "\n");

    fputs(".TH ", out);
    put_upper(out, program->name);
    fprintf(out, " 1\n.SH NAME\n%s \\- ", program->name);
    /* the intro's first line is "NAME: what it is" */
    const char *colon = memchr(program->intro, ':', title);
    fprintf(out, "%.*s\n.SH SYNOPSIS\n.B %s\n%sCOMMAND [OPTIONS] [ARG...]\n",
        colon ? (int)(program->intro + title - colon - 2) : (int)title,
        colon ? colon + 2 : program->intro, program->name, program->globals ? "[OPTIONS] " : "");
    fputs(".SH DESCRIPTION\n", out);
    put_block(out, program->intro[title] ? program->intro + title + 1 : "");
    if (program->globals) {
        fputs(".SH OPTIONS\n", out);
        put_options(out, program->globals);
    }
    fputs(".SH COMMANDS\n", out);
    for (const struct command *const *row = program->commands; *row; row++) {
        if (!(*row)->hidden && !(*row)->group)
            put_command(out, program->name, *row);
    }
    for (const struct command *const *row = program->commands; *row; row++) {
        if (!(*row)->hidden && (*row)->group)
            put_group(out, program, *row);
    }
    fputs(".SH EXIT STATUS\n", out);
    put_block(out, program->outro);
}
