/* SPDX-License-Identifier: MIT */
/* dockerfile: what the files that read a Dockerfile share, and nobody else: dockerfile_lines.c
 * joins lines, dockerfile_table.c knows the instructions; dockerfile_flags.c, dockerfile_heredoc.c
 * and dockerfile_rest.c take one apart. */
#ifndef ENGINE_DOCKERFILE_INTERNAL_H
#define ENGINE_DOCKERFILE_INTERNAL_H

#include "dockerfile.h"

#include <ctype.h>

/* Where the bytes of a joined line from `at` on came from. */
struct dockerfile_piece {
    size_t at;
    const char *from;      /* in the file's text */
    const char *beginning; /* of that line of the file */
    unsigned line;
};

struct dockerfile_reading {
    const char *next, *end; /* of the file's text */
    unsigned line;          /* number of the line that ends before `next` */
    bool directives_done;
    unsigned seen; /* which of them */
    struct dockerfile *file;
    struct err *err;
    /* the instruction that is being read: one line joined of several */
    char *text;
    size_t length;
    struct dockerfile_piece *pieces;
    size_t piece_count;
    size_t at; /* what was read of it so far */
};

/* The next instruction's line into reading->text, without spaces around. 1; 0: the end; -1. */
int dockerfile_read_line(struct dockerfile_reading *reading);

/* The lines from here on up to the one that ends it; `at`: where the line above names it. */
int dockerfile_read_heredoc(struct dockerfile_reading *reading, size_t at, bool tabs_go,
    struct dockerfile_heredoc *heredoc);

/* ERR_USAGE, "NAME:LINE:COLUMN: …" of the byte `at` of the line. Returns -1. */
int dockerfile_wrong(struct dockerfile_reading *reading, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int dockerfile_no_memory(struct dockerfile_reading *reading);

/* The line and the column of the byte `at`. */
void dockerfile_place(
    const struct dockerfile_reading *reading, size_t at, unsigned *ret_line, unsigned *ret_column);

/* Skip spaces; the first byte that is none, or 0. */
char dockerfile_skip(struct dockerfile_reading *reading);

/* Read one instruction, from reading->at on. The caller frees what is in it, also after an error.
 */
int dockerfile_read_instruction(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction);
void dockerfile_instruction_free(struct dockerfile_instruction *instruction);

/* Read the flags in front of what follows. */
int dockerfile_read_flags(
    struct dockerfile_reading *reading, struct dockerfile_instruction *instruction);

/* The row of these whose name is nearest to the word, where it is near; or NULL. */
const char *dockerfile_nearest(
    const char *word, size_t length, const char *(*name)(size_t row, void *arg), void *arg);

/*
 * Read the rest of the line into the instruction's words:
 * as one; as words between spaces; as words that may have spaces in quotes; as "key=value"s.
 */
int dockerfile_read_one(struct dockerfile_reading *reading, struct dockerfile_instruction *);
int dockerfile_read_words(struct dockerfile_reading *reading, struct dockerfile_instruction *);
int dockerfile_read_quoted(struct dockerfile_reading *reading, struct dockerfile_instruction *);
int dockerfile_read_pairs(struct dockerfile_reading *reading, struct dockerfile_instruction *);

/* As a list in JSON: 1; 0: it is none. An error: it is a list, but not of strings. */
int dockerfile_read_json(struct dockerfile_reading *reading, struct dockerfile_instruction *);

/* The here-documents that the rest of the line names (dockerfile_heredoc.c). With `take` these
 * words are none of the instruction's: they become spaces. */
int dockerfile_read_heredocs(
    struct dockerfile_reading *reading, struct dockerfile_instruction *, bool take);

/* Add a word to the instruction's. */
int dockerfile_add_word(struct dockerfile_reading *reading, struct dockerfile_instruction *,
    const char *word, size_t length);

/*
 * Go behind a word, in which spaces may stand in quotes. False: a quote is not closed. *ret_quote
 * is where the last one opens, SIZE_MAX where there is none.
 */
bool dockerfile_pass_word(const char *text, char escape, size_t *at, size_t *ret_quote);

/* The same in the line that is read. Errors: a quote is not closed. */
int dockerfile_pass_quoted(struct dockerfile_reading *reading);

/* A word without its quotes and escapes, in memory of its own; NULL: there is none. */
char *dockerfile_unquote(const char *text, size_t length, char escape);

static inline bool dockerfile_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

#endif
