/* SPDX-License-Identifier: MIT */
/*
 * image_manifest: the three kinds of JSON that an image is made of, read (OCI image specification:
 * descriptor.md, manifest.md, image-index.md, config.md). Docker's own forms, which are older, have
 * the same fields.
 *
 *     index       which manifests there are: one for each name, or for each kind of machine
 *     manifest    one image: its configuration, and its layers as they are carried, compressed
 *     config      what runs, and the layers as they are: their digests before compression
 */
#ifndef ENGINE_IMAGE_MANIFEST_H
#define ENGINE_IMAGE_MANIFEST_H

#include "digest.h"
#include "engine/store/record_config.h"
#include "engine/store/store.h"
#include "image_platform.h"

#include <stdbool.h>

#define MEDIA_INDEX      "application/vnd.oci.image.index.v1+json"
#define MEDIA_MANIFEST   "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_CONFIG     "application/vnd.oci.image.config.v1+json"
#define MEDIA_LAYER      "application/vnd.oci.image.layer.v1.tar"
#define MEDIA_DOCKER     "application/vnd.docker.distribution.manifest.v2+json"
#define MEDIA_LIST       "application/vnd.docker.distribution.manifest.list.v2+json"
#define ANNOTATION_NAME  "org.opencontainers.image.ref.name"
#define ANNOTATION_IMAGE "io.containerd.image.name"

/* Docker's limit as well: overlayfs, and the length of what is mounted, allow no more. */
enum { IMAGE_LAYERS = 127 };

struct image_descriptor {
    const char *media_type, *digest;
    uint64_t size;
    const struct spec_pair *annotations;
    size_t annotations_count;
    const struct image_platform *platform; /* of an index's items, or NULL */
};

struct image_index_file {
    const struct image_descriptor *manifests;
    size_t manifests_count;
};

struct image_manifest {
    const char *media_type;
    struct image_descriptor config;
    const struct image_descriptor *layers; /* the lowest first */
    size_t layers_count;
};

struct image_history {
    const char *created, *created_by, *author, *comment;
    bool empty_layer; /* it changed only the configuration */
};

struct image_config {
    const char *created, *author, *architecture, *os, *variant, *docker_version;
    struct record_config config;
    const char *const *diff_ids; /* the layers without compression, the lowest first */
    size_t diff_ids_count;
    const struct image_history *history;
    size_t history_count;
};

/* Both of one image that is in the store. */
struct image_parts {
    char manifest_digest[DIGEST_TEXT], id[DIGEST_TEXT]; /* id: of the configuration */
    struct image_manifest manifest;
    struct image_config config;
    struct json_memory manifest_memory, config_memory; /* the trees, too */
};

/* Of a text that stands under the name `file` in errors. Every digest in it has been checked. */
int image_index_parse(const char *file, const char *text, size_t length, struct json_memory *memory,
    struct image_index_file *ret, struct err *err);
int image_manifest_parse(const char *file, const char *text, size_t length,
    struct json_memory *memory, struct image_manifest *ret, struct err *err);
int image_config_parse(const char *file, const char *text, size_t length,
    struct json_memory *memory, struct image_config *ret, struct err *err);

/* Read both blobs. The caller gives *ret back with image_parts_free, after an error as well. */
int image_parts_read(
    const struct store *store, const char *manifest, struct image_parts *ret, struct err *err);
void image_parts_free(struct image_parts *parts);

/* ERR_USAGE unless the configuration and the manifest speak of as many layers. */
int image_parts_check(const struct image_parts *parts, struct err *err);

/* The value of an annotation, or NULL. */
const char *image_annotation(const struct image_descriptor *descriptor, const char *key);

/* True for an index or a list of manifests. */
bool image_is_index(const char *media_type);

#endif
