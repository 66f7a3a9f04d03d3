// SPDX-License-Identifier: MIT
/*
 * exec --cgroup: a program inside may have made groups below the container's own (on v2 it must,
 * to hand controllers on: a group with controllers below holds no process), and the new process is
 * wanted in one of those.
 */
#include "exec.h"

#include <string.h>

/* Below, and nowhere else: no way up again, no empty name. */
static bool leads_below(const char *path)
{
    for (const char *word = path; *word; word += strcspn(word, "/")) {
        word += strspn(word, "/");
        if (word[0] == '.' &&
            (strcspn(word, "/") == 1 || (word[1] == '.' && strcspn(word, "/") == 2)))
            return false;
    }
    return path[strspn(path, "/")] != '\0';
}

static bool is_meant(const struct cgroup *group, int index, const char *controller)
{
    const char *path = *controller ? cgroup_path(group, controller) : NULL;

    return !*controller || (path && strcmp(path, group->path[index]) == 0);
}

static int choose_one(const char *word, const struct cgroup *group,
    char paths[CGROUP_PATHS][PATH_MAX], struct err *err)
{
    char controller[32] = "";
    const char *colon = strchr(word, ':'), *path = colon ? colon + 1 : word;
    int found = 0;

    if (colon && (size_t)(colon - word) < sizeof(controller))
        memcpy(controller, word, (size_t)(colon - word));
    if (!leads_below(path))
        return err_set(err, ERR_USAGE, "--cgroup '%s' is no group below the container's", word);
    for (int i = 0; i < group->paths; i++) {
        if (!is_meant(group, i, controller))
            continue;
        snprintf(paths[i], PATH_MAX, "%s/%s", group->path[i], path + strspn(path, "/"));
        found++;
    }
    return found ? 0 : err_set(err, ERR_USAGE, "--cgroup '%s': no such controller here", word);
}

int exec_choose_group(const struct opt_list *words, struct state *state, struct err *err)
{
    char paths[CGROUP_PATHS][PATH_MAX];
    const char *items[CGROUP_PATHS];
    struct cgroup *group = &state->group;

    if (words->count == 0)
        return 0;
    if (group->absent) {
        err_set(err, ERR_SKIP, "--cgroup: container %s has no group", state->id);
        return err_hint(err, "it was created where none can be made -> leave --cgroup out");
    }
    for (int i = 0; i < group->paths; i++) {
        snprintf(paths[i], PATH_MAX, "%s", group->path[i]);
        items[i] = paths[i];
    }
    for (size_t i = 0; i < words->count; i++) {
        if (choose_one(words->items[i], group, paths, err) < 0)
            return -1;
    }
    size_t count = (size_t)group->paths;
    return cgroup_adopt(items, count, group, err);
}
