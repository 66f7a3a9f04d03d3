/* SPDX-License-Identifier: MIT */
/*
 * dockerfile_words: $NAME, ${NAME}, ${NAME:-word}, ${NAME-word}, ${NAME:+word}, ${NAME+word},
 * ${NAME:?word}, ${NAME?word}, ${NAME#pattern} ${NAME##pattern} ${NAME%pattern} ${NAME%%pattern}
 * ${NAME/pattern/new} ${NAME//pattern/new}, quotes and the escape character in a word of a
 * Dockerfile.
 */
#ifndef ENGINE_DOCKERFILE_WORDS_H
#define ENGINE_DOCKERFILE_WORDS_H

#include "dockerfile.h"

#include "err.h"

#include <stdbool.h>

struct dockerfile_scope {
    /* The value of a variable, or NULL: it is not set. It lives until the next call. */
    const char *(*value)(const char *name, void *arg);
    void *arg;
    char escape;      /* of the Dockerfile */
    bool keep_quotes; /* for here-documents, where a quote means itself */
};

/* The word without quotes, variables replaced; the caller frees it. NULL: an error, ERR_USAGE, of
 * an unfinished ${ or quote, an unknown operator, or of ${NAME:?word}. */
char *dockerfile_expand(const char *word, const struct dockerfile_scope *scope, struct err *err);

/* dockerfile.c: all words of the instruction, in a list that ends with NULL, for
 * dockerfile_words_free, which takes a NULL too. NULL: an error. */
char **dockerfile_expand_all(const struct dockerfile_instruction *instruction,
    const struct dockerfile_scope *scope, struct err *err);
void dockerfile_words_free(char **words);

#endif
