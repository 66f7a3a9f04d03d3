// SPDX-License-Identifier: MIT
/*
 * Rules whose bridges somebody removed by hand, or a crash of an older engine left. Their table's
 * name is a hash of a path that nobody knows any more; but it says which bridges it is for, and
 * where none of them is there, nobody's packets come by it. An engine that is at work has a bridge
 * whenever it has rules (network_down.c).
 */
#include "nat.h"

#include "link.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int nat_each(const char *const *what, void (*each)(struct json_object *object, void *arg),
    void *arg, struct err *err)
{
    cleanup_free char *said = nat_list(what, err);
    struct json_object *list;

    if (!said)
        return -1;
    struct json_object *tree = json_tokener_parse(said);
    if (json_object_object_get_ex(tree, "nftables", &list) &&
        json_object_is_type(list, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(list); i++)
            each(json_object_array_get_idx(list, i), arg);
    }
    json_object_put(tree);
    return 0;
}

struct sweep {
    int rtnl;
    bool used; /* by a bridge that is there */
};

static void look_at_set(struct json_object *object, void *arg)
{
    struct sweep *sweep = arg;
    struct json_object *set, *links;

    if (!json_object_object_get_ex(object, "set", &set) ||
        !json_object_object_get_ex(set, "elem", &links))
        return;
    for (size_t i = 0; i < json_object_array_length(links); i++)
        sweep->used |= link_index(sweep->rtnl,
                           json_object_get_string(json_object_array_get_idx(links, i))) != 0;
}

static void sweep_table(struct json_object *object, void *arg)
{
    struct sweep *sweep = arg;
    struct json_object *table, *name;
    struct err ignored;
    char script[128];

    if (!json_object_object_get_ex(object, "table", &table) ||
        !json_object_object_get_ex(table, "name", &name))
        return;
    const char *word = json_object_get_string(name);
    const char *const set[] = {"set", "ip", word, "links", NULL};
    sweep->used = false;
    if (strncmp(word, "mini-docker-", 12) != 0 || nat_each(set, look_at_set, sweep, &ignored) < 0 ||
        sweep->used)
        return;
    snprintf(script, sizeof(script), "delete table ip %.40s\n", word);
    nat_run(script, &ignored);
}

int nat_sweep(int rtnl, struct err *err)
{
    static const char *const tables[] = {"tables", "ip", NULL};
    struct sweep sweep = {.rtnl = rtnl};

    return nat_each(tables, sweep_table, &sweep, err);
}
