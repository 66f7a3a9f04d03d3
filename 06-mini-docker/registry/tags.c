// SPDX-License-Identifier: MIT
/* GET tags/list gives a page, and with its Link header where the next one is. A tag becomes part of
 * a name, so it is parsed as one. */
#include "tags.h"

#include "engine/images/image_blob.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdlib.h>
#include <string.h>

static int add(
    struct tags *tags, struct json_object *item, const struct remote *remote, struct err *err)
{
    const char *text =
        json_object_is_type(item, json_type_string) ? json_object_get_string(item) : "";
    char full[IMAGE_NAME];
    struct image_name name;

    if (snprintf(full, sizeof(full), "%s/%s:%s", remote->host, remote->path, text) >=
            (int)sizeof(full) ||
        image_name_parse(full, &name, err) < 0 || strcmp(name.tag, text) != 0 || !text[0])
        return err_refuse(err, EPROTO, "%s lists '%.40s', which is no tag", remote->host, text);
    if (tags->count == TAGS_MOST)
        return err_refuse(err, EFBIG, "%s has more than %d tags", remote->path, TAGS_MOST);
    void *larger = reallocarray(tags->items, tags->count + 1, sizeof(*tags->items));
    if (!larger)
        return err_sys(err, "no memory for the list of tags");
    tags->items = larger;
    strcpy(tags->items[tags->count++], name.tag);
    return 0;
}

static int take_page(struct tags *tags, const struct http_answer *answer,
    const struct remote *remote, struct err *err)
{
    struct json_object *root = json_tokener_parse(answer->text ? answer->text : "");
    struct json_object *list =
        json_object_is_type(root, json_type_object) ? json_object_object_get(root, "tags") : NULL;
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    int result = 0;

    for (size_t i = 0; result == 0 && i < count; i++)
        result = add(tags, json_object_array_get_idx(list, i), remote, err);
    json_object_put(root);
    return result;
}

/* The next page's URL, out of <…>; rel="next". */
static int next_page(struct http_answer *answer, char ret[HTTP_URL], struct err *err)
{
    char *end = strchr(answer->link, '>');

    ret[0] = '\0';
    if (answer->link[0] != '<' || !end)
        return 0;
    *end = '\0';
    strcpy(answer->location, answer->link + 1);
    return remote_location(answer, ret, err);
}

int tags_fetch(struct remote *remote, struct tags *ret, struct err *err)
{
    char url[HTTP_URL];
    struct http_request request = {.method = "GET", .url = url, .most = BLOB_TEXT_MOST};

    remote_url(remote, url, "tags/list");
    while (url[0]) {
        struct http_answer answer = {0};
        size_t before = ret->count;
        int result = remote_ask(remote, &request, &answer, err);
        if (result == 0 && answer.status != 200)
            result = http_refused(&answer, remote->path, err);
        if (result == 0)
            result = take_page(ret, &answer, remote, err);
        char next[HTTP_URL] = "";
        if (result == 0 && ret->count > before)
            result = next_page(&answer, next, err);
        http_free(&answer);
        if (result < 0)
            return -1;
        strcpy(url, next);
    }
    return 0;
}

void tags_free(struct tags *tags)
{
    free(tags->items);
    *tags = (struct tags){0};
}
