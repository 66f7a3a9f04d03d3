// SPDX-License-Identifier: MIT
/*
 *     {"auths": {"localhost:5000": {"auth": "base64 of USER:PASSWORD"}},
 *      "credsStore": "pass", "credHelpers": {"quay.io": "secret"}}
 *
 * is what docker keeps, podman and skopeo read, and we with them. Base64 hides nothing: so the file
 * is its owner's alone (0600), and `login` warns. What else is in it stays as it was; the file is
 * written beside and renamed, so that it is there whole or as before.
 */
#include "credentials.h"

#include "credentials_helper.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <json-c/linkhash.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What docker calls its hub there. */
static const char HUB[] = "docker.io", HUB_KEY[] = "https://index.docker.io/v1/";

static const char *key_of(const char *host)
{
    return strcmp(host, HUB) == 0 ? HUB_KEY : host;
}

/* Keys may have a scheme and a path, as the hub's has. */
static bool is_key_of(const char *key, const char *host)
{
    const char *scheme = strstr(key, "://"), *at = scheme ? scheme + 3 : key;
    size_t length = strcspn(at, "/");

    if (strcmp(host, HUB) == 0 && strncmp(at, "index.", 6) == 0) {
        at += 6;
        length -= 6;
    }
    return length == strlen(host) && strncmp(at, host, length) == 0;
}

static int config_path(char ret[PATH_MAX], struct err *err)
{
    const char *dir = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
    int length = dir && dir[0] ? snprintf(ret, PATH_MAX, "%s/config.json", dir)
                               : snprintf(ret, PATH_MAX, "%s/.docker/config.json",
                                     home && home[0] ? home : "/root");

    if (length < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return err_sys(err, "cannot use the directory %.300s…", dir ? dir : home);
}

/* The whole file, whose name goes to `path`; an empty object where there is none. NULL: an error.
 */
static struct json_object *read_config(char path[PATH_MAX], struct err *err)
{
    if (config_path(path, err) < 0)
        return NULL;
    cleanup_free char *text = fsio_read(NULL, path, err);

    if (!text && err->code == ENOENT)
        return json_object_new_object();
    if (!text)
        return NULL;
    struct json_object *root = text[0] ? json_tokener_parse(text) : json_object_new_object();
    if (json_object_is_type(root, json_type_object))
        return root;
    json_object_put(root);
    err_refuse(err, 0, "%s is no JSON object", path);
    err_hint(err, "it was damaged -> mend it, or move it away and log in again");
    return NULL;
}

static struct json_object *part(struct json_object *root, const char *key, enum json_type type)
{
    struct json_object *value =
        json_object_is_type(root, json_type_object) ? json_object_object_get(root, key) : NULL;

    return json_object_is_type(value, type) ? value : NULL;
}

static const char *text_of(struct json_object *root, const char *key)
{
    struct json_object *value = part(root, key, json_type_string);

    return value ? json_object_get_string(value) : "";
}

/* The program that knows this host, or "". */
static const char *helper_of(struct json_object *root, const char *host)
{
    struct json_object *helpers = part(root, "credHelpers", json_type_object);
    const char *own = text_of(helpers, key_of(host));

    return own[0] ? own : text_of(root, "credsStore");
}

static struct json_object *entry_of(struct json_object *root, const char *host)
{
    struct json_object *auths = part(root, "auths", json_type_object);

    if (auths) {
        json_object_object_foreach(auths, key, entry)
        {
            if (is_key_of(key, host))
                return entry;
        }
    }
    return NULL;
}

/* "auth": base64 of USER:PASSWORD. */
static int decode(const char *text, const char *path, struct credentials *ret, struct err *err)
{
    char both[sizeof(ret->user) + sizeof(ret->password)];
    struct base64_decode_ctx context;
    size_t length = strlen(text), got = sizeof(both) - 1;

    if (length == 0)
        return 0;
    base64_decode_init(&context);
    bool good = BASE64_DECODE_LENGTH(length) < sizeof(both) &&
                base64_decode_update(&context, &got, (uint8_t *)both, length, text) &&
                base64_decode_final(&context);
    both[good ? got : 0] = '\0';
    char *colon = strchr(both, ':');
    if (!good || !colon || (size_t)(colon - both) >= sizeof(ret->user) ||
        strlen(colon + 1) >= sizeof(ret->password)) {
        err_refuse(err, 0, "%s: an \"auth\" is no name and password in base64", path);
        return err_hint(err, "it was damaged -> log in again");
    }
    *colon = '\0';
    strcpy(ret->user, both);
    strcpy(ret->password, colon + 1);
    explicit_bzero(both, sizeof(both));
    return 0;
}

int credentials_find(const char *host, struct credentials *ret, struct err *err)
{
    char path[PATH_MAX];

    *ret = (struct credentials){0};
    struct json_object *root = read_config(path, err);
    if (!root)
        return -1;
    const char *helper = helper_of(root, host);
    struct json_object *entry = entry_of(root, host);
    int result = helper[0] ? helper_get(helper, key_of(host), ret, err)
                           : decode(text_of(entry, "auth"), path, ret, err);
    if (!helper[0])
        snprintf(ret->identity, sizeof(ret->identity), "%s", text_of(entry, "identitytoken"));
    json_object_put(root);
    return result;
}

static int write_beside(const char *path, const char *text, struct err *err)
{
    char fresh[PATH_MAX];
    size_t length = strlen(text);

    if (snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path) >= (int)sizeof(fresh)) {
        errno = ENAMETOOLONG;
        return err_sys(err, "cannot write %s", path);
    }
    cleanup_close int fd = mkostemp(fresh, O_CLOEXEC); /* 0600 */
    if (fd < 0)
        return err_sys(err, "cannot make %s", fresh);
    ssize_t written = write(fd, text, length);
    if (written >= 0 && (size_t)written < length)
        errno = ENOSPC;
    if (written == (ssize_t)length && fsync(fd) == 0 && rename(fresh, path) == 0)
        return 0;
    err_sys(err, "cannot write %s", path);
    unlink(fresh);
    return -1;
}

static int write_config(const char *path, struct json_object *root, struct err *err)
{
    char real[PATH_MAX], dir[PATH_MAX];
    const char *text = json_object_to_json_string_ext(root,
        JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_PRETTY_TAB | JSON_C_TO_STRING_NOSLASHESCAPE);

    if (!text)
        return err_sys(err, "no memory for %s", path);
    if (realpath(path, real)) /* where it is a link, its target is written */
        return write_beside(real, text, err);
    snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
    if (dir[0] && mkdir(dir, 0700) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make %s", dir);
    return write_beside(path, text, err);
}

static void put_entry(struct json_object *root, const char *host, const struct credentials *from)
{
    char both[sizeof(from->user) + sizeof(from->password)];
    char auth[BASE64_ENCODE_RAW_LENGTH(sizeof(both)) + 1];
    struct json_object *auths = part(root, "auths", json_type_object);
    struct json_object *entry = json_object_new_object();
    size_t length = (size_t)snprintf(both, sizeof(both), "%s:%s", from->user, from->password);

    if (!auths) {
        auths = json_object_new_object();
        json_object_object_add(root, "auths", auths);
    }
    base64_encode_raw(auth, length, (const uint8_t *)both);
    auth[BASE64_ENCODE_RAW_LENGTH(length)] = '\0';
    json_object_object_add(entry, "auth", json_object_new_string(auth));
    json_object_object_add(auths, key_of(host), entry);
}

int credentials_save(
    const char *host, const struct credentials *from, char ret_where[PATH_MAX], struct err *err)
{
    struct json_object *root = read_config(ret_where, err);
    if (!root)
        return -1;
    const char *helper = helper_of(root, host);
    int result;
    if (helper[0]) {
        result = helper_store(helper, key_of(host), from, err);
        ret_where[0] = '\0';
    } else {
        put_entry(root, host, from);
        result = write_config(ret_where, root, err);
    }
    json_object_put(root);
    return result;
}

int credentials_forget(const char *host, bool *ret_known, struct err *err)
{
    char path[PATH_MAX];

    *ret_known = false;
    struct json_object *root = read_config(path, err);
    if (!root)
        return -1;
    struct json_object *auths = part(root, "auths", json_type_object);
    const char *helper = helper_of(root, host);
    int result = helper[0] ? helper_erase(helper, key_of(host), err) : 0;
    *ret_known = helper[0] && result == 0;
    if (auths && entry_of(root, host)) {
        json_object_object_foreach(auths, key, entry)
        {
            (void)entry;
            if (is_key_of(key, host)) /* json-c allows this of the current one */
                json_object_object_del(auths, key);
        }
        *ret_known = true;
        if (result == 0)
            result = write_config(path, root, err);
    }
    json_object_put(root);
    return result;
}
