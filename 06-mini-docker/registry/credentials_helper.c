// SPDX-License-Identifier: MIT
/* The program's word is its argument; what it is about comes on its standard input, so that no
 * password stands on a command line, where everybody could read it. */
#include "credentials_helper.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int take_input(void *arg, struct err *err)
{
    return dup2(*(const int *)arg, STDIN_FILENO) < 0 ? err_sys(err, "cannot give it its input") : 0;
}

/* What it answers; the caller frees it. NULL: an error. */
static char *call(
    const char *name, const char *word, const char *input, int *ret_status, struct err *err)
{
    char program[128];

    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] ||
        snprintf(program, sizeof(program), "docker-credential-%s", name) >= (int)sizeof(program)) {
        err_refuse(err, 0, "config.json names a credential helper '%.80s'", name);
        err_hint(err, "that is no program's name -> credsStore and credHelpers hold a single word");
        return NULL;
    }
    cleanup_close int fd = memfd_create("input", MFD_CLOEXEC);
    size_t length = strlen(input);
    if (fd < 0 || write(fd, input, length) != (ssize_t)length || lseek(fd, 0, SEEK_SET) < 0) {
        err_sys(err, "cannot make the input of %s", program);
        return NULL;
    }
    const char *const argv[] = {program, word, NULL};
    const struct proc_spec spec = {.argv = argv, .setup = take_input, .arg = &fd};
    char *output = proc_capture(&spec, ret_status, err);
    if (!output && err->kind == ERR_NOT_FOUND)
        err_hint(err, "config.json says that it keeps the passwords -> install it, or take it out");
    return output;
}

static int failed(const char *name, const char *output, struct err *err)
{
    err_refuse(err, 0, "docker-credential-%s failed: %.200s", name, output);
    return err_hint(err, "it keeps the passwords, as config.json says -> look into what it wants");
}

static const char *text_of(struct json_object *root, const char *key)
{
    struct json_object *value =
        json_object_is_type(root, json_type_object) ? json_object_object_get(root, key) : NULL;

    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

int helper_get(const char *name, const char *key, struct credentials *ret, struct err *err)
{
    int status;
    cleanup_free char *output = call(name, "get", key, &status, err);

    if (!output)
        return -1;
    if (status != 0)
        return strstr(output, "not found") ? 0 : failed(name, output, err);
    struct json_object *root = json_tokener_parse(output);
    const char *user = text_of(root, "Username"), *secret = text_of(root, "Secret");
    bool is_token = strcmp(user, "<token>") == 0;
    snprintf(ret->user, sizeof(ret->user), "%s", is_token ? "" : user);
    snprintf(ret->password, sizeof(ret->password), "%s", is_token ? "" : secret);
    snprintf(ret->identity, sizeof(ret->identity), "%s", is_token ? secret : "");
    int result = json_object_is_type(root, json_type_object) ? 0 : failed(name, "no JSON", err);
    json_object_put(root);
    explicit_bzero(output, strlen(output));
    return result;
}

int helper_store(const char *name, const char *key, const struct credentials *from, struct err *err)
{
    struct json_object *root = json_object_new_object();
    int status;

    json_object_object_add(root, "ServerURL", json_object_new_string(key));
    json_object_object_add(root, "Username", json_object_new_string(from->user));
    json_object_object_add(root, "Secret", json_object_new_string(from->password));
    cleanup_free char *output = call(
        name, "store", json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN), &status, err);
    json_object_put(root);
    if (!output)
        return -1;
    return status == 0 ? 0 : failed(name, output, err);
}

int helper_erase(const char *name, const char *key, struct err *err)
{
    int status;
    cleanup_free char *output = call(name, "erase", key, &status, err);

    return output ? 0 : -1;
}
