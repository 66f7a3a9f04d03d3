// SPDX-License-Identifier: MIT
/*
 * -e, --env-file, --label and --label-file, and what the image has of both. A later word is
 * stronger than an earlier one, -e than a file, and each of them than the image. `-e KEY` without a
 * value passes ours on, or, where we have none, takes the image's away.
 */
#include "creation.h"

#include "env_file.h"

#include <stdlib.h>
#include <string.h>

static size_t key_length(const char *word)
{
    return strcspn(word, "=");
}

/* The place of a word with the same key, or the end. */
static size_t find_word(const struct texts *texts, const char *word)
{
    size_t length = key_length(word), at = 0;

    while (at < texts->count &&
           (key_length(texts->items[at]) != length || strncmp(texts->items[at], word, length) != 0))
        at++;
    return at;
}

static int put_word(struct creation *creation, struct texts *texts, const char *word)
{
    size_t at = find_word(texts, word);

    if (at == texts->count)
        return creation_add(creation, texts, word);
    texts->items[at] = word;
    return 0;
}

/* "KEY=VALUE", or "KEY" with our value; without one it stays alone, and takes the image's away. */
static int put_variable(struct creation *creation, struct texts *texts, const char *word)
{
    const char *ours = strchr(word, '=') ? NULL : getenv(word);

    if (key_length(word) == 0) {
        creation_refuse(creation, "-e, --env", word, "invalid environment variable: %.60s", word);
        return err_hint(creation->err, "write KEY=VALUE, or KEY to pass our own value on");
    }
    if (ours)
        word = json_print(&creation->memory, "%s=%s", word, ours);
    return word ? put_word(creation, texts, word) : -1;
}

struct reading {
    struct creation *creation;
    struct texts *texts;
};

/* The lines become the record's memory. */
static int take_line(void *arg, const char *line, struct err *err)
{
    struct reading *reading = arg;
    char *kept = json_print(&reading->creation->memory, "%s", line);

    (void)err; /* the creation's */
    return kept ? creation_add(reading->creation, reading->texts, kept) : -1;
}

static int read_files(struct creation *creation, const struct opt_list *files, struct texts *ret)
{
    struct reading reading = {creation, ret};

    *ret = (struct texts){0};
    for (size_t i = 0; i < files->count; i++) {
        if (env_file_each(files->items[i], take_line, &reading, creation->err) < 0) {
            creation->err->kind = ERR_USAGE; /* where it cannot be read, too */
            return -1;
        }
    }
    return 0;
}

int create_env(struct creation *creation)
{
    const struct opt_list *words = &creation->options->env;
    struct texts lines, given = {0}, env = {0};

    if (read_files(creation, &creation->options->env_file, &lines) < 0)
        return -1;
    for (size_t i = 0; i < lines.count; i++) {
        /* in a file, KEY alone is ours or nothing */
        if ((strchr(lines.items[i], '=') || getenv(lines.items[i])) &&
            put_variable(creation, &given, lines.items[i]) < 0)
            return -1;
    }
    for (size_t i = 0; i < words->count; i++) {
        if (put_variable(creation, &given, words->items[i]) < 0)
            return -1;
    }
    for (size_t i = 0; i < given.count; i++) {
        if (strchr(given.items[i], '=') && creation_add(creation, &env, given.items[i]) < 0)
            return -1;
    }
    for (const char *const *of = creation->image->env; of && *of; of++) {
        if (find_word(&given, *of) == given.count && put_word(creation, &env, *of) < 0)
            return -1;
    }
    creation->record->config.env = env.items;
    return 0;
}

int create_labels(struct creation *creation)
{
    const struct record_config *image = creation->image;
    struct record_config *config = &creation->record->config;
    struct pairs pairs = {0}, annotations = {0};
    struct texts lines;

    for (size_t i = 0; i < image->labels_count; i++) {
        if (creation_set(creation, &pairs, image->labels[i].key, image->labels[i].value) < 0)
            return -1;
    }
    if (read_files(creation, &creation->options->label_file, &lines) < 0 ||
        creation_set_words(creation, &pairs, "--label-file", lines.items) < 0 ||
        creation_set_words(creation, &pairs, "-l, --label", creation->options->label.items) < 0)
        return -1;
    if (creation_set_words(
            creation, &annotations, "--annotation", creation->options->annotation.items) < 0)
        return -1;
    creation->record->host.annotations = annotations.items;
    creation->record->host.annotations_count = annotations.count;
    config->labels = pairs.items ?: creation_alloc(creation, 1, sizeof(*pairs.items));
    config->labels_count = pairs.count;
    return config->labels ? 0 : -1;
}
