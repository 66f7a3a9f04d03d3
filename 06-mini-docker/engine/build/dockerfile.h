/* SPDX-License-Identifier: MIT */
/*
 * dockerfile: a Dockerfile as a list of instructions. What it means is for build.h; here is only
 * what is written: lines joined, comments gone, flags and here-documents taken apart, JSON read.
 * Variables are not expanded yet (dockerfile_words.h), since their values come and go with the
 * stages.
 *
 * Source: Docker's Dockerfile reference. The text is somebody else's, so every error names the
 * file, the line and the column, and what would be accepted.
 */
#ifndef ENGINE_DOCKERFILE_H
#define ENGINE_DOCKERFILE_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>

enum dockerfile_word {
    DOCKERFILE_ADD,
    DOCKERFILE_ARG,
    DOCKERFILE_CMD,
    DOCKERFILE_COPY,
    DOCKERFILE_ENTRYPOINT,
    DOCKERFILE_ENV,
    DOCKERFILE_EXPOSE,
    DOCKERFILE_FROM,
    DOCKERFILE_HEALTHCHECK,
    DOCKERFILE_LABEL,
    DOCKERFILE_MAINTAINER,
    DOCKERFILE_ONBUILD,
    DOCKERFILE_RUN,
    DOCKERFILE_SHELL,
    DOCKERFILE_STOPSIGNAL,
    DOCKERFILE_USER,
    DOCKERFILE_VOLUME,
    DOCKERFILE_WORKDIR,
};

/* --from=build. Which flags an instruction takes is a table of the parser: others are errors. */
struct dockerfile_flag {
    char *name, *value; /* "from", "build"; value "" for "--link"; "--link=false" is not listed */
};

/* <<EOF … EOF */
struct dockerfile_heredoc {
    char *name;  /* EOF: also the file's name where COPY makes one of it */
    char *text;  /* with its last newline; <<- has taken the tabs away */
    bool expand; /* false for <<"EOF" */
};

struct dockerfile_instruction {
    enum dockerfile_word word;
    unsigned line, column; /* of its first letter, from 1 */
    unsigned last;         /* line, with its here-documents */
    char *text;            /* the whole, in one line, for progress and history */
    struct dockerfile_flag *flags;
    size_t flag_count;
    /*
     * What comes after the flags. JSON form: its strings. Else: RUN, CMD, ENTRYPOINT, MAINTAINER,
     * STOPSIGNAL, USER, WORKDIR have one, the rest of the line as it is written; the others their
     * words, with quotes and backslashes still in them, for expansion takes those away.
     * HEALTHCHECK: "NONE", or "CMD" and then what CMD would have, of which `json` speaks.
     * ONBUILD: one, the instruction with its here-documents, as dockerfile_parse_line takes it.
     * ENV and LABEL: "key=value", in the old form (ENV key value) too.
     * ADD and COPY: without the here-documents, which are sources as well; the last is the
     * destination.
     */
    char **words; /* ends with NULL */
    size_t word_count;
    bool json;
    struct dockerfile_heredoc *heredocs;
    size_t heredoc_count;
};

struct dockerfile {
    char *name;  /* in errors */
    char escape; /* '\\' or '`' */
    struct dockerfile_instruction *list;
    size_t count;
};

/*
 * Read `length` bytes, which need no 0 at their end; `name` stands in errors. Errors: ERR_USAGE,
 * "NAME:LINE:COLUMN: …" with a hint that says what is accepted: an unknown instruction (with the
 * nearest one), flag or escape, no FROM first, an unfinished here-document or quote, wrong JSON
 * where only JSON is possible (SHELL), too few words, a 0 byte, a file of more than
 * DOCKERFILE_MOST. The caller frees *ret, after an error as well.
 */
enum { DOCKERFILE_MOST = 1 << 20 };
int dockerfile_parse(
    const char *text, size_t length, const char *name, struct dockerfile *ret, struct err *err);

/* One instruction by itself, with its here-documents: what ONBUILD keeps, a --change. Its order is
 * not looked at. */
int dockerfile_parse_line(
    const char *line, const char *name, struct dockerfile *ret, struct err *err);

/* "COPY". */
const char *dockerfile_name(enum dockerfile_word word);

/* The flag's value, or NULL where it is not given; the last of several. */
const char *dockerfile_flag(const struct dockerfile_instruction *instruction, const char *name);

/* Put "NAME:LINE:COLUMN: " in front of what an error says. Returns -1. */
int dockerfile_at(const struct dockerfile *file, const struct dockerfile_instruction *instruction,
    struct err *err);

/* Safe on a zeroed struct. */
void dockerfile_free(struct dockerfile *file);

#endif
