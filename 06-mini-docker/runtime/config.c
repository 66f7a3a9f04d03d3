// SPDX-License-Identifier: MIT
/*
 * config.json from file to struct spec: the file is read whole, json_text.c makes a tree of it, and
 * the tables of config_*.c say where each field of the tree goes. This file has the topmost table,
 * and the three ways in.
 *
 * Source: the OCI runtime specification 1.2, config.md.
 */
#include "config.h"

#include "cleanup.h"
#include "config_tables.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 16 << 20 };

struct config_memory {
    struct json_memory json;
    char *text;
};

static const struct json_field PAIR[] = {
    {JSON_AT(NULL, JSON_TEXT, struct spec_pair, value), .required = true},
};
const struct json_table config_pair = {.size = sizeof(struct spec_pair), .fields = PAIR};

/* The major version is what says whether this reader understands the rest (semver.org). */
static int read_version(struct json_reader *reader, struct json_object *value, void *field)
{
    (void)field;
    if (json_expect(reader, value, json_type_string) < 0)
        return -1;
    const char *version = json_object_get_string(value);
    if (strncmp(version, "1.", 2) == 0)
        return 0;
    json_fail(reader, NULL, "version '%.40s' is not known", version);
    return err_hint(reader->err, "accepted: 1.0.0 and every other 1.x");
}

const char *config_path(struct json_reader *reader, const char *path)
{
    const char *bundle = reader->user;

    if (path[0] == '/' || !bundle)
        return path;
    return json_print(reader, "%s/%s", bundle, path);
}

static int check_root(struct json_reader *reader, void *item)
{
    struct spec_root *root = item;

    root->path = config_path(reader, root->path);
    return root->path ? 0 : -1;
}

static const struct json_field ROOT[] = {
    {JSON_AT("path", JSON_STRING, struct spec_root, path), .required = true},
    JSON_FIELD("readonly", JSON_BOOL, struct spec_root, readonly),
    {0},
};
static const struct json_table root_table = {
    .size = sizeof(struct spec_root), .fields = ROOT, .check = check_root};

static int check_hook(struct json_reader *reader, void *item)
{
    const struct spec_hook *hook = item;

    return hook->path[0] == '/' ? 0 : json_fail(reader, "path", "'%s' is not absolute", hook->path);
}

static const struct json_field HOOK[] = {
    {JSON_AT("path", JSON_STRING, struct spec_hook, path), .required = true},
    JSON_FIELD("args", JSON_STRINGS, struct spec_hook, args),
    JSON_FIELD("env", JSON_STRINGS, struct spec_hook, env),
    JSON_NUMBER_IN("timeout", struct spec_hook, timeout_sec, 1, INT32_MAX / 1000),
    {0},
};
static const struct json_table hook_table = {
    .size = sizeof(struct spec_hook), .fields = HOOK, .check = check_hook};

#define HOOKS_AT(name, point)                                                                      \
    JSON_ITEMS(name, JSON_LIST, struct spec, hooks[point].hooks, hooks[point].count, &hook_table)
static const struct json_field HOOKS[] = {
    HOOKS_AT("prestart", HOOK_PRESTART),
    HOOKS_AT("createRuntime", HOOK_CREATE_RUNTIME),
    HOOKS_AT("createContainer", HOOK_CREATE_CONTAINER),
    HOOKS_AT("startContainer", HOOK_START_CONTAINER),
    HOOKS_AT("poststart", HOOK_POSTSTART),
    HOOKS_AT("poststop", HOOK_POSTSTOP),
    {0},
};
static const struct json_table hooks_table = {.fields = HOOKS};

static const struct json_field SPEC[] = {
    {.name = "ociVersion", .kind = JSON_CUSTOM, .required = true, .custom = read_version},
    {JSON_AT("root", JSON_OBJECT, struct spec, root), .required = true, .table = &root_table},
    {JSON_AT("process", JSON_OBJECT, struct spec, process), .table = &config_process},
    JSON_FIELD("hostname", JSON_STRING, struct spec, hostname),
    JSON_FIELD("domainname", JSON_STRING, struct spec, domainname),
    JSON_ITEMS("mounts", JSON_LIST, struct spec, mounts, mounts_count, &config_mount),
    JSON_PART("hooks", &hooks_table),
    JSON_ITEMS("annotations", JSON_MAP, struct spec, annotations, annotations_count, &config_pair),
    {JSON_AT("linux", JSON_OBJECT, struct spec, linux_), .table = &config_linux},
    {0},
};
static const struct json_table spec_table = {
    .size = sizeof(struct spec), .fields = SPEC, .check = config_check};

/* ret->text, of a file that is called `name` in errors. */
static int read_text(int fd, const char *name, struct config *ret, struct err *err)
{
    ret->memory = calloc(1, sizeof(*ret->memory));
    if (!ret->memory)
        return err_sys(err, "cannot read %s", name);
    ssize_t length = fsio_read_fd(fd, FILE_MOST, &ret->memory->text);
    if (length < 0 && errno == EFBIG)
        return err_set(err, ERR_USAGE, "%s: larger than 16 MiB", name);
    if (length < 0)
        return err_sys(err, "cannot read %s", name);
    ret->text = ret->memory->text;
    ret->text_length = (size_t)length;
    return 0;
}

/* `into` is a part of ret->spec. */
static int read_fd(int fd, const char *name, const char *bundle, const struct json_table *table,
    struct config *ret, void *into, struct err *err)
{
    if (read_text(fd, name, ret, err) < 0)
        return -1;
    struct json_memory *json = &ret->memory->json;
    struct json_reader reader = {.file = name, .memory = json, .user = bundle, .err = err};
    if (json_parse(name, ret->text, ret->text_length, json, err) < 0)
        return -1;
    return json_read(&reader, table, into);
}

int config_read(
    const char *dir, const char *name, const char *bundle, struct config *ret, struct err *err)
{
    *ret = (struct config){0};
    cleanup_close int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int fd = dir_fd < 0 ? -1 : openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_sys(err, "cannot open %s/%s", dir, name);
        return err->code == ENOENT ? err_hint(err, "a bundle is a directory with a config.json in "
                                                   "it -> name that directory")
                                   : -1;
    }
    return read_fd(fd, name, bundle, &spec_table, ret, &ret->spec, err);
}

static int read_part(const char *path, const struct json_table *table, struct config *ret,
    void *into, struct err *err)
{
    *ret = (struct config){0};
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", path);
    return read_fd(fd, path, NULL, table, ret, into, err);
}

int config_read_process(const char *path, struct config *ret, struct err *err)
{
    return read_part(path, &config_process, ret, &ret->spec.process, err);
}

int config_read_resources(const char *path, struct config *ret, struct err *err)
{
    if (strcmp(path, "-") != 0)
        return read_part(path, &config_resources, ret, &ret->spec.linux_, err);
    *ret = (struct config){0};
    return read_fd(
        STDIN_FILENO, "standard input", NULL, &config_resources, ret, &ret->spec.linux_, err);
}

void config_free(struct config *config)
{
    if (config->memory) {
        json_memory_free(&config->memory->json);
        free(config->memory->text);
        free(config->memory);
    }
    *config = (struct config){0};
}
