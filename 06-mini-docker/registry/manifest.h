/* SPDX-License-Identifier: MIT */
/* manifest: from a tag or a digest to the one manifest that is meant, and its configuration. */
#ifndef REGISTRY_MANIFEST_H
#define REGISTRY_MANIFEST_H

#include "engine/images/image_add.h"
#include "remote.h"

struct wanted {
    const struct store *store;
    const char *name;      /* as people write it, for errors */
    const char *reference; /* the tag or the digest */
    struct image_platform platform;
    bool platform_given;
};

/*
 * Fetch what the registry has under the reference, and in an index or a list the manifest for the
 * platform; then the configuration. Fills in config, manifest, media_type and the layers, as yet
 * without a path. ret_digest: of what the reference means, which may be the index. What the store
 * has already is not fetched. Errors: there is none; nothing for this platform; a digest is wrong;
 * it is no image.
 */
int manifest_fetch(struct remote *remote, const struct wanted *wanted, struct image_incoming *ret,
    char ret_digest[DIGEST_TEXT], struct err *err);

#endif
