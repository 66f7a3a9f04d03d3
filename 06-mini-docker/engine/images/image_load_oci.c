// SPDX-License-Identifier: MIT
/*
 * The OCI's layout: index.json names manifests (or further indexes, one manifest for each kind of
 * machine), a manifest its configuration and layers, each by digest; the file of a digest is
 * blobs/sha256/HEX. Every file is summed before it is believed.
 */
#include "image_load.h"

#include "image_name.h"

#include "cleanup.h"

#include <stdlib.h>
#include <string.h>

enum { INDEXES_DEEP = 4 };

static void blob_name(const char *digest, char ret[96])
{
    snprintf(ret, 96, "blobs/sha256/%s", digest_hex(digest));
}

/* A manifest, an index or a configuration. */
static char *read_blob(
    struct image_stage *stage, const char *digest, size_t *ret_length, struct err *err)
{
    char name[96], found[DIGEST_TEXT];

    blob_name(digest, name);
    char *text = image_stage_read(stage, name, ret_length, err);
    if (!text)
        return NULL;
    digest_of(text, *ret_length, found);
    if (strcmp(found, digest) == 0)
        return text;
    free(text);
    err_refuse(err, 0, "%s is not what it should be: it is %s", name, found);
    err_hint(err, "it was damaged or changed -> save or fetch it again");
    return NULL;
}

static int take_layers(struct image_stage *stage, const struct image_manifest *manifest,
    struct image_incoming *ret, struct err *err)
{
    for (size_t i = 0; i < manifest->layers_count; i++) {
        const struct image_descriptor *from = &manifest->layers[i];
        struct image_layer *layer = &ret->layers[i];
        struct staged file;
        char name[96];

        ret->layers_count++;
        snprintf(layer->digest, sizeof(layer->digest), "%s", from->digest);
        snprintf(layer->media_type, sizeof(layer->media_type), "%s",
            from->media_type ? from->media_type : MEDIA_LAYER);
        layer->size = from->size;
        if (stage->from >= 0 && blob_exists(stage->store, from->digest, NULL))
            continue;
        blob_name(from->digest, name);
        if (image_stage_take(stage, name, from->digest, &file, &layer->path, err) < 0)
            return -1;
    }
    return 0;
}

static int load_manifest(struct image_stage *stage, const struct image_load *load,
    const struct image_descriptor *descriptor, const char *name, struct err *err)
{
    struct image_incoming incoming = {0};
    struct image_manifest manifest;
    struct json_memory memory = {0};
    int result = -1;

    incoming.manifest = read_blob(stage, descriptor->digest, &incoming.manifest_length, err);
    if (incoming.manifest)
        result = image_manifest_parse(
            "the manifest", incoming.manifest, incoming.manifest_length, &memory, &manifest, err);
    if (result == 0) {
        const char *type = manifest.media_type ? manifest.media_type : descriptor->media_type;
        snprintf(incoming.media_type, sizeof(incoming.media_type), "%s", type ? type : "");
        incoming.config = read_blob(stage, manifest.config.digest, &incoming.config_length, err);
        result = incoming.config ? take_layers(stage, &manifest, &incoming, err) : -1;
    }
    if (result == 0)
        result = image_load_add(stage, load, &incoming, &name, name ? 1 : 0, err);
    image_incoming_free(&incoming);
    json_memory_free(&memory);
    return result;
}

static int no_image(struct err *err)
{
    err_refuse(err, 0, "none of the images is for linux/%s", image_architecture());
    return err_hint(
        err, "an image holds programs for one kind of machine -> fetch the one for this");
}

/* What a descriptor of index.json stands for: a manifest, or the fitting one of an index. */
static int load_descriptor(struct image_stage *stage, const struct image_load *load,
    const struct image_descriptor *descriptor, const char *name, int deep, struct err *err)
{
    struct json_memory memory = {0};
    struct image_index_file index;
    size_t length;

    if (!image_is_index(descriptor->media_type))
        return load_manifest(stage, load, descriptor, name, err);
    if (deep == INDEXES_DEEP)
        return err_refuse(err, 0, "an index in an index, more than %d deep", INDEXES_DEEP);
    cleanup_free char *text = read_blob(stage, descriptor->digest, &length, err);
    if (!text)
        return -1;
    int result = image_index_parse("the index", text, length, &memory, &index, err);
    if (result == 0) {
        const struct image_descriptor *chosen = image_choose(&index);
        result = chosen ? load_descriptor(stage, load, chosen, name, deep + 1, err) : no_image(err);
    }
    json_memory_free(&memory);
    return result;
}

/* A full name, or NULL where the layout gives none that is a name. */
static const char *name_of(const struct image_descriptor *descriptor, char ret[IMAGE_NAME])
{
    static const char *const annotations[] = {ANNOTATION_IMAGE, ANNOTATION_NAME};
    struct image_name name;
    struct err ignored;

    for (size_t i = 0; i < 2; i++) {
        const char *text = image_annotation(descriptor, annotations[i]);
        if (text && image_name_parse(text, &name, &ignored) == 0) {
            image_name_full(&name, ret);
            return ret;
        }
    }
    return NULL;
}

static bool is_ours(const struct image_descriptor *descriptor)
{
    const struct image_index_file one = {.manifests = descriptor, .manifests_count = 1};

    return image_is_index(descriptor->media_type) || image_choose(&one);
}

int image_load_oci(struct image_stage *stage, const struct image_load *load, struct err *err)
{
    struct json_memory memory = {0};
    struct image_index_file index;
    size_t length, loaded = 0;
    cleanup_free char *text = image_stage_read(stage, "index.json", &length, err);

    if (!text)
        return -1;
    int result = image_index_parse("index.json", text, length, &memory, &index, err);
    for (size_t i = 0; result == 0 && i < index.manifests_count; i++) {
        char full[IMAGE_NAME];
        const struct image_descriptor *descriptor = &index.manifests[i];
        if (!is_ours(descriptor))
            continue;
        result = load_descriptor(stage, load, descriptor, name_of(descriptor, full), 0, err);
        loaded++;
    }
    json_memory_free(&memory);
    return result == 0 && loaded == 0 ? no_image(err) : result;
}
