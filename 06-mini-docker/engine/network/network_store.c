// SPDX-License-Identifier: MIT
/*
 * A network is a file and nothing else until a container needs it. A name is one network's because
 * it is the file's name; a new one appears by rename(2), whole. Whoever writes holds the lock of
 * the networks; a reader needs none.
 */
#include "network_store.h"

#include "runtime/json_write.h"

#include "cleanup.h"
#include "fsio.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINK_DIGITS = 7, NAME_MOST = 63 };

bool network_is_builtin(const char *name)
{
    return strcmp(name, "bridge") == 0 || strcmp(name, "host") == 0 || strcmp(name, "none") == 0;
}

static int file_path(
    const struct store *store, const char *name, char ret[PATH_MAX], struct err *err)
{
    char dir[PATH_MAX - 80];

    if (snprintf(dir, sizeof(dir), "%s/networks", store->root) >= (int)sizeof(dir))
        return err_set(err, ERR_SYS, "the path is too long: %s", store->root);
    snprintf(ret, PATH_MAX, "%s/%s.json", dir, name);
    return 0;
}

/*
 * The default network has a link that one finds again, mdocker0; but only that of the root that is
 * meant when none is named, since others may be in use beside it.
 */
static void name_link(const struct store *store, struct network *network)
{
    bool usual = strcmp(store->root, "/var/lib/mini-docker") == 0;

    if (usual && strcmp(network->name, "bridge") == 0)
        strcpy(network->link, "mdocker0");
    else
        snprintf(network->link, sizeof(network->link), "mdocker-%.*s", LINK_DIGITS, network->id);
}

/* What follows from the texts. */
static int complete(const struct store *store, struct network *network, struct err *err)
{
    static const struct spec_pair no_pair;
    static const struct network_ipam no_ipam;

    /* an empty list is shown as one, not as null */
    network->options = network->options ?: &no_pair;
    network->labels = network->labels ?: &no_pair;
    network->ipam = network->ipam ?: &no_ipam;
    network->scope = "local";
    network->ipam_driver = "default";
    name_link(store, network);
    for (size_t i = 0; i < network->options_count; i++) {
        if (strcmp(network->options[i].key, NETWORK_MTU) == 0)
            network->mtu = (unsigned)strtoul(network->options[i].value, NULL, 10);
    }
    if (network->ipam_count == 0)
        return 0;
    if (subnet_parse(network->ipam->subnet, &network->subnet, err) < 0 ||
        subnet_parse(network->ipam->range ?: network->ipam->subnet, &network->range, err) < 0)
        return -1;
    if (inet_pton(AF_INET, network->ipam->gateway ?: "", &network->gateway) != 1)
        return err_refuse(err, EINVAL, "invalid gateway address '%s' of network %s",
            network->ipam->gateway ?: "", network->name);
    return 0;
}

int network_load(const struct store *store, const char *name, struct network *ret, struct err *err)
{
    char path[PATH_MAX];

    memset(ret, 0, sizeof(*ret));
    if (file_path(store, name, path, err) < 0)
        return -1;
    cleanup_free char *text = strchr(name, '/') ? NULL : fsio_read(NULL, path, err);
    if (!text) {
        if (!strchr(name, '/') && err->code != ENOENT)
            return -1;
        err_refuse(err, ENOENT, "network %s not found", name);
        return err_hint(err, "there is no network of this name -> network ls shows those there "
                             "are, network create makes one");
    }
    struct json_reader reader = {.file = path, .memory = &ret->memory, .err = err};
    if (json_parse(path, text, strlen(text), &ret->memory, err) < 0) {
        err->kind = ERR_SYS; /* no word that was typed is wrong */
        return err_hint(err, "it is written whole or not at all, so somebody changed it -> remove "
                             "the file, and make the network again");
    }
    struct json_memory memory = ret->memory;
    reader.memory = &memory;
    int status = json_read(&reader, &NETWORK_TABLE, ret);
    ret->memory = memory;
    return status < 0 ? -1 : complete(store, ret, err);
}

int network_save(const struct store *store, const struct network *network, struct err *err)
{
    char path[PATH_MAX], fresh[PATH_MAX + 8];

    if (file_path(store, network->name, path, err) < 0)
        return -1;
    struct json_object *tree = json_write(&NETWORK_TABLE, network, JSON_WRITE_GIVEN);
    if (!tree)
        return err_sys(err, "no memory");
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    FILE *out = fopen(fresh, "we");
    if (out)
        fputs(json_object_to_json_string_ext(
                  tree, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE),
            out);
    bool whole = out && fflush(out) == 0 && fsync(fileno(out)) == 0;
    json_object_put(tree);
    if ((out && fclose(out) != 0) || !whole || rename(fresh, path) < 0)
        return err_sys(err, "cannot write %s", path);
    return store_sync(store, "networks", err);
}

static unsigned digit(char letter)
{
    return (unsigned)(letter <= '9' ? letter - '0' : letter - 'a' + 10);
}

/* Both are random, so what they differ in is as good a name, and no other pair has it. */
void network_endpoint_id(const char *container, const char *network, char ret[STORE_ID + 1])
{
    size_t i = 0;

    for (; i < STORE_ID && container[i] && network[i]; i++)
        ret[i] = "0123456789abcdef"[(digit(container[i]) ^ digit(network[i])) & 15];
    ret[i] = '\0';
}

/* The name of a network in a file's name, or false. */
static bool name_of(const struct dirent *entry, char ret[NAME_MAX + 1])
{
    size_t length = strlen(entry->d_name);

    if (length <= 5 || strcmp(entry->d_name + length - 5, ".json") != 0)
        return false;
    snprintf(ret, NAME_MAX + 1, "%.*s", (int)(length - 5), entry->d_name);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct network *)a)->name, ((const struct network *)b)->name);
}

static int read_networks(const struct store *store, struct network_list *ret, struct err *err)
{
    char path[PATH_MAX], name[NAME_MAX + 1];

    if (store_dir(store, "networks", path, err) < 0)
        return -1;
    cleanup_closedir DIR *dir = opendir(path);
    if (!dir)
        return err_sys(err, "cannot open %s", path);
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct network network;
        if (!name_of(entry, name))
            continue;
        if (network_load(store, name, &network, err) < 0) {
            network_free(&network);
            if (err->code == ENOENT)
                continue; /* removed meanwhile */
            return -1;
        }
        struct network *more = reallocarray(ret->items, ret->count + 1, sizeof(*more));
        if (!more) {
            network_free(&network);
            return err_sys(err, "no memory");
        }
        ret->items = more;
        ret->items[ret->count++] = network;
    }
    return 0;
}

int network_list(const struct store *store, struct network_list *ret, struct err *err)
{
    *ret = (struct network_list){0};
    if (read_networks(store, ret, err) < 0) {
        network_list_free(ret);
        return -1;
    }
    if (ret->count > 0)
        qsort(ret->items, ret->count, sizeof(*ret->items), by_name);
    return 0;
}

void network_list_free(struct network_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        network_free(&list->items[i]);
    free(list->items);
    *list = (struct network_list){0};
}

int network_find(const struct store *store, const char *word, struct network *ret, struct err *err)
{
    struct network_list list;
    struct err missing;
    const struct network *found = NULL;
    char name[NAME_MAX + 1];

    if (network_load(store, word, ret, &missing) == 0)
        return 0;
    network_free(ret);
    if (missing.code != ENOENT || network_list(store, &list, err) < 0) {
        *err = missing;
        return -1;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (word[0] == '\0' || strncmp(list.items[i].id, word, strlen(word)) != 0)
            continue;
        if (found)
            err_refuse(&missing, EEXIST,
                "network %s is ambiguous (2 matches found based on ID prefix)", word);
        found = &list.items[i];
        snprintf(name, sizeof(name), "%s", found->name);
    }
    network_list_free(&list);
    if (found && missing.code == ENOENT)
        return network_load(store, name, ret, err);
    *err = missing;
    return -1;
}

int network_forget(const struct store *store, const char *name, struct err *err)
{
    char path[PATH_MAX];

    if (file_path(store, name, path, err) < 0)
        return -1;
    if (unlink(path) < 0 && errno != ENOENT)
        return err_sys(err, "cannot remove %s", path);
    return store_sync(store, "networks", err);
}

void network_heal(const struct store *store)
{
    cleanup_close int lock = -1;
    char path[PATH_MAX];
    struct err ignored;

    if (store_lock(store, "networks", &lock, &ignored) < 0)
        return;
    snprintf(path, sizeof(path), "%.*s/networks", PATH_MAX - 16, store->root);
    cleanup_closedir DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".new") == 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
}

void network_free(struct network *network)
{
    json_memory_free(&network->memory);
    memset(network, 0, sizeof(*network));
}
