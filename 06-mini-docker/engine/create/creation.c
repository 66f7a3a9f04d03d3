// SPDX-License-Identifier: MIT
/* Memory, lists and refusals for the files create*.c. */
#include "creation.h"

#include "runtime/json.h"

#include <stdarg.h>
#include <string.h>

void *creation_alloc(struct creation *creation, size_t count, size_t size)
{
    creation->memory.err = creation->err;
    return json_alloc(&creation->memory, count, size);
}

/* Room for one more, and for the end; what was there is copied. */
static void *grow(struct creation *creation, void *items, size_t count, size_t *room, size_t size)
{
    if (items && count + 1 < *room)
        return items;
    *room = *room ? 2 * *room : 8;
    void *larger = creation_alloc(creation, *room, size);
    if (larger && count > 0)
        memcpy(larger, items, count * size);
    return larger;
}

int creation_add(struct creation *creation, struct texts *texts, const char *text)
{
    const char **items =
        grow(creation, texts->items, texts->count, &texts->room, sizeof(*texts->items));

    if (!items)
        return -1;
    texts->items = items;
    items[texts->count++] = text;
    items[texts->count] = NULL;
    return 0;
}

int creation_set(struct creation *creation, struct pairs *pairs, const char *key, const char *value)
{
    size_t at = 0;

    while (at < pairs->count && strcmp(pairs->items[at].key, key) != 0)
        at++;
    if (at == pairs->count) {
        struct spec_pair *items =
            grow(creation, pairs->items, pairs->count, &pairs->room, sizeof(*pairs->items));
        if (!items)
            return -1;
        pairs->items = items;
        pairs->count++;
    }
    pairs->items[at] = (struct spec_pair){key, value};
    return 0;
}

int creation_set_words(
    struct creation *creation, struct pairs *pairs, const char *option, const char *const *words)
{
    for (; words && *words; words++) {
        const char *equals = strchr(*words, '=');
        char *key = json_print(&creation->memory, "%.*s",
            (int)(equals ? equals - *words : (long)strlen(*words)), *words);
        if (!key)
            return -1;
        if (!key[0])
            return creation_refuse(
                creation, option, *words, "invalid label '%.60s': empty name", *words);
        if (creation_set(creation, pairs, key, equals ? equals + 1 : "") < 0)
            return -1;
    }
    return 0;
}

int creation_refuse(
    struct creation *creation, const char *option, const char *word, const char *fmt, ...)
{
    char why[300];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    return err_set(creation->err, ERR_USAGE, "invalid argument \"%.60s\" for \"%s\" flag: %s", word,
        option, why);
}

const char *creation_mode(struct creation *creation, const char *mode)
{
    static const char prefix[] = "container:";
    char id[STORE_ID + 1];

    if (strncmp(mode, prefix, strlen(prefix)) != 0)
        return mode;
    if (record_find(creation->store, mode + strlen(prefix), id, creation->err) < 0)
        return NULL;
    return json_print(&creation->memory, "%s%s", prefix, id);
}
