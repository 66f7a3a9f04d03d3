// SPDX-License-Identifier: MIT
/*
 * What is to go, of all that nobody uses. Where it is not known when something was made, it does
 * not go by its age: what is removed does not come back.
 */
#include "filter_prune.h"

#include "engine/create/labels.h"
#include "human.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <string.h>

int filter_prune_read(const struct opt_list *words, const char *const keys[],
    struct filter_prune *ret, struct err *err)
{
    *ret = (struct filter_prune){0};
    if (filters_read(words, keys, &ret->filters, err) < 0)
        return -1;
    for (size_t i = 0; i < ret->filters.count; i++) {
        const struct filter *filter = &ret->filters.items[i];
        if (strcmp(filter->key, "until") != 0)
            continue;
        if (ret->until.tv_sec)
            return err_refuse(err, EINVAL, "more than one until filter specified");
        if (human_parse_since("until", filter->value, &ret->until, err) < 0)
            return -1;
    }
    return 0;
}

bool filter_prune_wants(const struct filter_prune *filter, const struct spec_pair *labels,
    size_t labels_count, const char *created)
{
    const struct filters *filters = &filter->filters;
    struct json_object *object = labels_json(labels, labels_count);
    bool wanted = filters_labels(filters, "label", object) &&
                  (!filters_given(filters, "label!") || !filters_labels(filters, "label!", object));
    struct timespec when;

    json_object_put(object);
    if (!filter->until.tv_sec)
        return wanted;
    return wanted && created && human_parse_time(created, &when) == 0 &&
           human_is_before(&when, &filter->until);
}

void filter_prune_free(struct filter_prune *filter)
{
    filters_free(&filter->filters);
}
