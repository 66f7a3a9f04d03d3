// SPDX-License-Identifier: MIT
/*
 * A tag is the only thing that is believed: what it means comes from the registry, and all else is
 * named by a digest in what came before, and must fit it. So an answer is summed before it is read.
 */
#include "manifest.h"

#include "engine/images/image_blob.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { INDEXES_DEEP = 4 };

static const char ACCEPT[] = MEDIA_DOCKER ", " MEDIA_LIST ", " MEDIA_MANIFEST ", " MEDIA_INDEX;
static const char CONFIG_DOCKER[] = "application/vnd.docker.container.image.v1+json";

/* One text and what it is. */
struct text {
    char *text;
    size_t length;
    char digest[DIGEST_TEXT], type[128];
};

static int not_there(const struct remote *remote, const struct wanted *wanted,
    const struct http_answer *answer, struct err *err)
{
    char message[300];

    http_message(answer, message);
    if (answer->status == 404) {
        err_refuse(err, ENOENT, "manifest for %.200s not found: %s", wanted->name,
            message[0] ? message : "manifest unknown");
        return err_hint(
            err, "%s has no image of this name and tag -> look at their spelling", remote->host);
    }
    if (answer->status != 401 && answer->status != 403)
        return http_refused(answer, wanted->name, err);
    err_refuse(err, EACCES,
        "pull access denied for %.200s, repository does not exist or may require 'mini-docker "
        "login'%s%.150s",
        wanted->name, message[0] ? ": " : "", message);
    return err_hint(err,
        "a registry does not tell strangers which of the two -> look at the name, or "
        "mini-docker login %s",
        remote->host);
}

static int check_digest(const struct text *text, const char *digest, struct err *err)
{
    if (strcmp(text->digest, digest) == 0)
        return 0;
    err_refuse(err, EPROTO, "what came as %s is %s", digest, text->digest);
    return err_hint(err, "it was damaged or changed on its way -> try again; if it stays so, do "
                         "not trust this registry");
}

/* GET manifests/REFERENCE or blobs/DIGEST; `digest` is what it must be, "" for a tag. */
static int get(struct remote *remote, const struct wanted *wanted, const char *kind,
    const char *reference, const char *digest, struct text *ret, struct err *err)
{
    char url[HTTP_URL];
    struct http_request request = {.method = "GET", .url = url, .most = BLOB_TEXT_MOST};
    struct http_answer answer = {0};

    if (digest[0] && blob_exists(wanted->store, digest, NULL)) {
        ret->text = blob_read(wanted->store, digest, &ret->length, err);
        strcpy(ret->digest, digest);
        return ret->text ? 0 : -1;
    }
    if (strcmp(kind, "manifests") == 0)
        request.accept = ACCEPT;
    remote_url(remote, url, "%s/%s", kind, reference);
    int result = remote_ask(remote, &request, &answer, err);
    if (result == 0 && answer.status != 200)
        result = not_there(remote, wanted, &answer, err);
    if (result == 0 && answer.length == 0)
        result = err_refuse(err, EPROTO, "%s: the answer is empty", url);
    if (result == 0) {
        ret->text = steal_ptr(answer.text);
        ret->length = answer.length;
        digest_of(ret->text, ret->length, ret->digest);
        strcpy(ret->type, answer.type);
        /* of a tag the server itself says what it should be */
        const char *should = digest[0] ? digest : answer.digest;
        result = should[0] ? check_digest(ret, should, err) : 0;
    }
    http_free(&answer);
    return result;
}

static int not_for_us(
    const struct wanted *wanted, const struct image_index_file *index, struct err *err)
{
    const struct image_platform *want = &wanted->platform;
    char list[300] = "";

    for (size_t i = 0; i < index->manifests_count; i++) {
        const struct image_platform *has = index->manifests[i].platform;
        size_t used = strlen(list);
        if (!has || !has->architecture || strcmp(has->architecture, "unknown") == 0)
            continue;
        snprintf(list + used, sizeof(list) - used, "%s%s/%s%s%s", used ? ", " : "",
            has->os ? has->os : "linux", has->architecture, has->variant ? "/" : "",
            has->variant ? has->variant : "");
    }
    err_refuse(err, ENOENT, "no matching manifest for %s/%s%s%s in the manifest list entries",
        want->os, want->architecture, want->variant ? "/" : "", want->variant ? want->variant : "");
    return err_hint(err, "%.150s is there for: %s -> --platform with one of these", wanted->name,
        list[0] ? list : "nothing");
}

/* What kind of text it is: it says so itself, or the registry does. */
static int next(struct remote *remote, const struct wanted *wanted, struct text *text, bool *more,
    struct err *err)
{
    struct json_memory memory = {0};
    struct image_index_file index;
    struct text chosen = {0};
    const struct image_descriptor *item = NULL;

    *more = false;
    if (!image_is_index(text->type))
        return 0;
    int result = image_index_parse("the index", text->text, text->length, &memory, &index, err);
    if (result == 0) {
        item = image_choose_for(&index, &wanted->platform);
        if (!item && !wanted->platform_given)
            item = image_choose(&index);
        result = item ? 0 : not_for_us(wanted, &index, err);
    }
    if (result == 0)
        result = get(remote, wanted, "manifests", item->digest, item->digest, &chosen, err);
    if (result == 0) {
        snprintf(chosen.type, sizeof(chosen.type), "%s", item->media_type ? item->media_type : "");
        free(text->text);
        *text = chosen;
        chosen.text = NULL;
        *more = true;
    }
    free(chosen.text);
    json_memory_free(&memory);
    return result;
}

static int no_image(const struct wanted *wanted, const char *type, struct err *err)
{
    err_refuse(err, EPROTO, "%.200s is no image, but %.100s", wanted->name, type);
    return err_hint(err, "registries keep other things, too, and an old form of images that is "
                         "not read any more -> pull an image, or have it pushed anew");
}

static int check_platform(const struct wanted *wanted, const struct text *config, struct err *err)
{
    struct json_memory memory = {0};
    struct image_config is;
    int result = image_config_parse(
        "the image's configuration", config->text, config->length, &memory, &is, err);
    struct image_platform has = {is.architecture, is.os, is.variant};

    if (result == 0 && wanted->platform_given && !image_platform_fits(&wanted->platform, &has)) {
        err_refuse(err, 0,
            "image with reference %.150s was found but does not match the specified platform: "
            "wanted %s/%s, actual: %.40s/%.40s",
            wanted->name, wanted->platform.os, wanted->platform.architecture,
            is.os ? is.os : "linux", is.architecture ? is.architecture : "unknown");
        result = err_hint(err, "it is there for one kind of machine -> leave --platform out");
    }
    json_memory_free(&memory);
    return result;
}

static int take_parts(struct remote *remote, const struct wanted *wanted, struct text *text,
    const struct image_manifest *manifest, struct image_incoming *ret, struct err *err)
{
    const char *type = manifest->media_type ? manifest->media_type : text->type;
    const char *config_type = manifest->config.media_type;
    struct text config = {0};

    if (config_type && strcmp(config_type, MEDIA_CONFIG) != 0 &&
        strcmp(config_type, CONFIG_DOCKER) != 0)
        return no_image(wanted, config_type, err);
    const char *digest = manifest->config.digest;
    int result = get(remote, wanted, "blobs", digest, digest, &config, err);
    if (result == 0)
        result = check_platform(wanted, &config, err);
    ret->config = config.text;
    ret->config_length = config.length;
    snprintf(ret->media_type, sizeof(ret->media_type), "%s", type);
    for (size_t i = 0; i < manifest->layers_count; i++) {
        const struct image_descriptor *from = &manifest->layers[i];
        struct image_layer *layer = &ret->layers[ret->layers_count++];
        strcpy(layer->digest, from->digest);
        snprintf(layer->media_type, sizeof(layer->media_type), "%s",
            from->media_type ? from->media_type : MEDIA_LAYER);
        layer->size = from->size;
    }
    ret->manifest = steal_ptr(text->text);
    ret->manifest_length = text->length;
    return result;
}

int manifest_fetch(struct remote *remote, const struct wanted *wanted, struct image_incoming *ret,
    char ret_digest[DIGEST_TEXT], struct err *err)
{
    bool by_digest = strchr(wanted->reference, ':') != NULL, more = true;
    struct image_manifest manifest;
    struct json_memory memory = {0};
    struct text text = {0};
    int result = get(remote, wanted, "manifests", wanted->reference,
        by_digest ? wanted->reference : "", &text, err);

    strcpy(ret_digest, text.digest);
    for (int deep = 0; result == 0 && more; deep++) {
        result = deep < INDEXES_DEEP
                     ? next(remote, wanted, &text, &more, err)
                     : err_refuse(err, 0, "an index in an index, more than %d deep", INDEXES_DEEP);
    }
    if (result == 0 && strstr(text.type, "docker.distribution.manifest.v1+"))
        result = no_image(wanted, text.type, err);
    if (result == 0)
        result =
            image_manifest_parse("the manifest", text.text, text.length, &memory, &manifest, err);
    if (result == 0)
        result = take_parts(remote, wanted, &text, &manifest, ret, err);
    free(text.text);
    json_memory_free(&memory);
    return result;
}
