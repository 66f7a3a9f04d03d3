// SPDX-License-Identifier: MIT
/*
 * spec: a config.json to begin with: a shell, in namespaces of its own, with few rights. The text
 * lies beside this file as spec.json and is linked into the program as it is.
 *
 * An ordinary user needs another one (--rootless): a user namespace that maps root to that user,
 * and without what only the host's root may do: a group, a new sysfs (it belongs to a network
 * namespace, and the host's is kept), a terminal of group 5, which the user namespace does not
 * have.
 */
#include "commands.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct spec_args {
    const char *bundle;
    bool rootless;
};

#define AT(field) offsetof(struct spec_args, field)

static const struct opt OPTS[] = {
    {'b', "bundle", "DIR", "where to write it; default: the current directory", OPT_TEXT,
        AT(bundle)},
    {0, "rootless", NULL, "for the ordinary user that calls this", OPT_FLAG, AT(rootless)},
    {0},
};

/* C has no way to say it; .incbin is the assembler's (GNU as manual). */
__asm__(".pushsection .rodata\n"
        ".global SPEC_TEXT\n"
        "SPEC_TEXT: .incbin \"runc/spec.json\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char SPEC_TEXT[];

static struct json_object *word(const char *text)
{
    return json_object_new_string(text);
}

/* [{"containerID": 0, "hostID": id, "size": 1}]: root inside is the caller outside. */
static struct json_object *map_root_to(unsigned id)
{
    struct json_object *array = json_object_new_array(), *map = json_object_new_object();

    json_object_object_add(map, "containerID", json_object_new_int(0));
    json_object_object_add(map, "hostID", json_object_new_int64(id));
    json_object_object_add(map, "size", json_object_new_int(1));
    json_object_array_add(array, map);
    return array;
}

static struct json_object *bind_sys(void)
{
    return json_tokener_parse(
        "{\"destination\": \"/sys\", \"type\": \"none\", \"source\": \"/sys\","
        "\"options\": [\"rbind\", \"nosuid\", \"noexec\", \"nodev\", \"ro\"]}");
}

static bool is(struct json_object *object, const char *key, const char *value)
{
    return strcmp(json_object_get_string(json_object_object_get(object, key)), value) == 0;
}

static void make_mounts_rootless(struct json_object *mounts)
{
    for (size_t i = json_object_array_length(mounts); i-- > 0;) {
        struct json_object *mount = json_object_array_get_idx(mounts, i);
        struct json_object *options = json_object_object_get(mount, "options");
        if (is(mount, "type", "cgroup"))
            json_object_array_del_idx(mounts, i, 1);
        else if (is(mount, "type", "sysfs"))
            json_object_array_put_idx(mounts, i, bind_sys());
        else if (is(mount, "type", "devpts"))
            json_object_array_del_idx(options, json_object_array_length(options) - 1, 1);
    }
}

static void make_rootless(struct json_object *root)
{
    struct json_object *linux_ = json_object_object_get(root, "linux");
    struct json_object *namespaces = json_object_object_get(linux_, "namespaces");

    for (size_t i = 0; i < json_object_array_length(namespaces); i++) {
        struct json_object *kind = json_object_array_get_idx(namespaces, i);
        if (is(kind, "type", "network"))
            json_object_object_add(kind, "type", word("user"));
    }
    json_object_object_del(linux_, "resources");
    json_object_object_add(linux_, "uidMappings", map_root_to(geteuid()));
    json_object_object_add(linux_, "gidMappings", map_root_to(getegid()));
    make_mounts_rootless(json_object_object_get(root, "mounts"));
}

/* A config.json that is there already may be somebody's work: it stays. */
static int write_new(const char *path, const char *text, struct err *err)
{
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (fd < 0) {
        err_sys(err, "cannot make %s", path);
        return errno == EEXIST ? err_hint(err, "it is kept as it is -> move it away first") : -1;
    }
    ssize_t put = write(fd, text, strlen(text));
    if (put == (ssize_t)strlen(text))
        return 0;
    if (put >= 0)
        errno = ENOSPC;
    err_sys(err, "cannot write %s", path);
    unlink(path);
    return -1;
}

static int spec_run(void *args, int argc, char **argv, struct err *err)
{
    const struct spec_args *options = args;
    char path[PATH_MAX];

    (void)argc;
    (void)argv;
    snprintf(path, sizeof(path), "%s/config.json", options->bundle ? options->bundle : ".");
    if (!options->rootless)
        return write_new(path, SPEC_TEXT, err);
    struct json_object *root = json_tokener_parse(SPEC_TEXT);
    make_rootless(root);
    int result = write_new(path,
        json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED),
        err);
    json_object_put(root);
    return result;
}

const struct command spec_command = {
    .name = "spec",
    .summary = "Write a config.json to begin with",
    .mixed = true,
    .opts = OPTS,
    .args_size = sizeof(struct spec_args),
    .run = spec_run,
};
