// SPDX-License-Identifier: MIT
/* Which container is of an image. The containers' records are asked, and whether one runs, the
 * kernel: no count of users is kept that a crash could leave wrong. */
#include "image_remove.h"

#include "engine/store/record.h"

#include "runtime/state.h"

#include <errno.h>
#include <string.h>

struct search {
    const struct store *store;
    const char *image;
    char *user;
    bool running;
};

static bool is_running(const struct store *store, const char *id)
{
    char root[PATH_MAX];
    struct state state;
    struct err ignored;

    snprintf(root, sizeof(root), "%.*s/runtime", PATH_MAX - 16, store->run);
    bool running = false;
    if (state_load(root, id, false, &state, &ignored) == 0) {
        enum state_status status = state_status(&state);
        running = status == STATE_RUNNING || status == STATE_PAUSED;
    }
    state_close(&state);
    return running;
}

static int ask(const char *id, void *arg, struct err *err)
{
    struct search *search = arg;
    struct record record;

    if (record_load(search->store, id, &record, err) < 0)
        return err->code == ENOENT ? 0 : -1; /* removed a moment ago */
    bool is_user = record.image_id && strcmp(record.image_id, search->image) == 0;
    record_free(&record);
    if (!is_user)
        return 0;
    strcpy(search->user, id);
    search->running = is_running(search->store, id);
    return search->running; /* a running one is what matters most: the search is over */
}

int image_user(const struct store *store, const char *id, char ret[STORE_ID + 1], bool *ret_running,
    struct err *err)
{
    struct search search = {.store = store, .image = id, .user = ret};

    ret[0] = '\0';
    if (record_each(store, ask, &search, err) < 0)
        return -1;
    *ret_running = search.running;
    return 0;
}
