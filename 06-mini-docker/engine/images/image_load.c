// SPDX-License-Identifier: MIT
/* Which of the two forms an archive has, by the file that describes it. */
#include "image_load.h"

#include "engine/show/events.h"
#include "image_index.h"
#include "image_remove.h"

#include "cleanup.h"

int image_load_add(struct image_stage *stage, const struct image_load *load,
    const struct image_incoming *incoming, const char *const *names, size_t names_count,
    struct err *err)
{
    char id[DIGEST_TEXT];

    if (image_add(stage->store, incoming, names, names_count, &load->limits, id, err) < 0)
        return -1;
    event_add(stage->store, "image", "load", id, NULL);
    for (size_t i = 0; load->loaded && i < names_count; i++)
        load->loaded(load->arg, image_name_familiar(names[i]), false);
    if (load->loaded && names_count == 0)
        load->loaded(load->arg, id, true);
    return 0;
}

int image_load(const struct store *store, int fd, const char *name, const struct image_load *load,
    struct err *err)
{
    struct image_stage stage = {.lock = -1, .from = -1};
    cleanup_close int guard = -1;

    if (image_heal(store, err) < 0 || image_guard(store, false, &guard, err) < 0)
        return -1;
    int result = image_stage_begin(store, fd, name, &load->limits, &stage, err);
    if (result == 0 && image_stage_has(&stage, "index.json")) {
        result = image_load_oci(&stage, load, err);
    } else if (result == 0 && image_stage_has(&stage, "manifest.json")) {
        result = image_load_docker(&stage, load, err);
    } else if (result == 0) {
        result = err_refuse(err, 0, "%s holds no images", name);
        err_hint(err, "it has neither manifest.json (docker save) nor index.json (OCI) -> "
                      "mini-docker import makes an image of a root file system");
    }
    if (result < 0 && err->kind == ERR_USAGE)
        err->kind = ERR_REFUSED; /* what is wrong is the archive, and no word that was typed */
    image_stage_end(&stage);
    return result;
}
