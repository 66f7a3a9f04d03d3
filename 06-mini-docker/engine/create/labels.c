// SPDX-License-Identifier: MIT
/* Labels as they are typed and as they are shown. Key and value lie in one piece of memory, the
 * value behind the NUL. */
#include "labels.h"

#include "engine/show/format.h"

#include "runtime/json_write.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

int labels_add(struct labels *labels, const struct spec_pair *pair, struct err *err)
{
    size_t key = strlen(pair->key) + 1, value = strlen(pair->value) + 1, at = 0;
    char *text = malloc(key + value);
    struct spec_pair *larger = reallocarray(labels->items, labels->count + 1, sizeof(*larger));

    if (larger)
        labels->items = larger;
    if (!text || !larger) {
        free(text);
        return err_sys(err, "no memory for a label");
    }
    memcpy(text, pair->key, key);
    memcpy(text + key, pair->value, value);
    while (at < labels->count && strcmp(labels->items[at].key, text) != 0)
        at++;
    if (at < labels->count)
        free((char *)labels->items[at].key);
    else
        labels->count++;
    labels->items[at] = (struct spec_pair){text, text + key};
    return 0;
}

int labels_read(const struct opt_list *words, struct labels *ret, struct err *err)
{
    *ret = (struct labels){0};
    for (size_t i = 0; i < words->count; i++) {
        const char *equals = strchr(words->items[i], '=');
        size_t length = equals ? (size_t)(equals - words->items[i]) : strlen(words->items[i]);
        char *key = strndup(words->items[i], length);
        if (!key)
            return err_sys(err, "no memory for a label");
        int result =
            length == 0 ? err_set(err, ERR_USAGE, "invalid label '%s': empty name", words->items[i])
                        : labels_add(ret, &(struct spec_pair){key, equals ? equals + 1 : ""}, err);
        free(key);
        if (result < 0)
            return -1;
    }
    return 0;
}

void labels_free(struct labels *labels)
{
    for (size_t i = 0; i < labels->count; i++)
        free((char *)labels->items[i].key);
    free(labels->items);
    *labels = (struct labels){0};
}

struct json_object *labels_json(const struct spec_pair *pairs, size_t count)
{
    struct json_object *labels = json_object_new_object();

    for (size_t i = 0; labels && i < count; i++)
        json_object_object_add(labels, pairs[i].key, json_write_string(pairs[i].value));
    return labels;
}

char *labels_text(const struct spec_pair *pairs, size_t count)
{
    struct json_object *labels = labels_json(pairs, count);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out) {
        format_print_pairs(out, labels, "=", ",");
        fclose(out);
    }
    json_object_put(labels);
    return text;
}
