// SPDX-License-Identifier: MIT
/*
 *     [HOST[:PORT]/]PATH[/PATH…][:TAG][@DIGEST]
 *
 * The first word is a host only if it looks like one: it has a dot or a port, or is `localhost`.
 * Else the image is on Docker's hub, and there, when it is one word, in `library`. That rule is why
 * "foo/bar" and "foo.io/bar" are so different, and why it is applied once, when a name comes in:
 * below here all names are whole.
 *
 * What must hold: a name that was parsed holds no character that could mean something in a path or
 * in a terminal.
 */
#include "image_name.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static const char HUB[] = "docker.io/", LIBRARY[] = "library/";

static int invalid(struct err *err, const char *text, const char *why)
{
    err_refuse(err, EINVAL, "invalid reference format: '%.200s'", text);
    return err_hint(
        err, "%s -> NAME[:TAG], such as busybox:latest or localhost:5000/team/app", why);
}

/* Letters and digits, with '.', '_', '__' or any number of '-' between them. */
static bool is_component(const char *at, size_t length)
{
    size_t i = 0;

    while (true) {
        size_t letters = strspn(at + i, LOWER DIGIT);
        if (letters == 0 || i + letters > length)
            return false;
        i += letters;
        if (i == length)
            return true;
        size_t dashes = strspn(at + i, "-");
        i += dashes ? dashes : strncmp(at + i, "__", 2) == 0 ? 2 : strchr("._", at[i]) ? 1 : 0;
    }
}

static bool is_host(const char *at, size_t length)
{
    size_t name = strspn(at, LOWER UPPER DIGIT ".-");

    if (at[0] == '[') { /* an IPv6 address */
        name = 1 + strspn(at + 1, DIGIT "abcdefABCDEF:");
        if (at[name++] != ']')
            return false;
    }
    if (name == 0 || at[0] == '-' || at[0] == '.')
        return false;
    if (at[name] == ':')
        name += 1 + strspn(at + name + 1, DIGIT);
    return name == length;
}

static bool looks_like_host(const char *at, size_t length)
{
    return memchr(at, '.', length) || memchr(at, ':', length) ||
           (length == 9 && memcmp(at, "localhost", 9) == 0);
}

/* Cut the tag and the digest off the copy; what is left is the repository. */
static int cut(char *copy, const char *text, struct image_name *ret, struct err *err)
{
    char *at = strchr(copy, '@');

    if (at) {
        *at = '\0';
        if (digest_check("invalid reference format", at + 1, err) < 0)
            return -1;
        strcpy(ret->digest, at + 1);
    }
    char *slash = strrchr(copy, '/'), *colon = strrchr(copy, ':');
    if (!colon || colon < slash)
        return 0;
    *colon = '\0';
    size_t length = strlen(++colon);
    if (length == 0 || length >= IMAGE_TAG || strchr(".-", *colon) ||
        colon[strspn(colon, LOWER UPPER DIGIT "_.-")])
        return invalid(err, text, "a tag is up to 128 of the characters A-Z a-z 0-9 _ . -");
    strcpy(ret->tag, colon);
    return 0;
}

/* Each word between the slashes. */
static int check_path(const char *path, const char *text, struct err *err)
{
    for (const char *at = path, *end;; at = end + 1) {
        end = at + strcspn(at, "/");
        if (!is_component(at, (size_t)(end - at))) {
            bool upper = at[strcspn(at, UPPER)];
            if (!upper)
                return invalid(err, text, "between slashes stand a-z 0-9, with . _ or - inside");
            err_refuse(err, EINVAL,
                "invalid reference format: repository name must be lowercase: '%.200s'", text);
            return err_hint(err, "a tag may have A-Z, a name may not -> write it small");
        }
        if (!*end)
            return 0;
    }
}

int image_name_parse(const char *text, struct image_name *ret, struct err *err)
{
    char copy[IMAGE_NAME];

    *ret = (struct image_name){0};
    if (strlen(text) >= sizeof(copy))
        return invalid(err, text, "it is too long");
    strcpy(copy, text);
    if (cut(copy, text, ret, err) < 0)
        return -1;
    size_t first = strcspn(copy, "/");
    bool host = copy[first] && looks_like_host(copy, first);
    if (host && !is_host(copy, first))
        return invalid(err, text, "what stands before the first slash is no host");
    const char *path = host ? copy + first + 1 : copy;
    if (check_path(path, text, err) < 0)
        return -1;
    if (strlen(path) == DIGEST_HEX && path[strspn(path, "abcdef" DIGIT)] == '\0')
        return invalid(err, text, "64 hex digits are an ID, and no name");
    bool hub = !host || strncmp(copy, HUB, first + 1) == 0 ||
               (first == 15 && memcmp(copy, "index.docker.io", 15) == 0);
    int length = snprintf(ret->repository, sizeof(ret->repository), "%s%s%s", hub ? HUB : "",
        hub && !strchr(path, '/') ? LIBRARY : "", hub ? path : copy);
    return length < (int)sizeof(ret->repository)
               ? 0
               : invalid(err, text, "a repository's name has at most 255 characters");
}

void image_name_full(const struct image_name *name, char ret[IMAGE_NAME])
{
    const char *tag = name->tag[0] || name->digest[0] ? name->tag : "latest";

    snprintf(ret, IMAGE_NAME, "%s%s%s%s%s", name->repository, tag[0] ? ":" : "", tag,
        name->digest[0] ? "@" : "", name->digest);
}

const char *image_name_familiar(const char *full)
{
    size_t hub = sizeof(HUB) - 1, library = sizeof(LIBRARY) - 1;

    if (strncmp(full, HUB, hub) != 0)
        return full;
    full += hub;
    return strncmp(full, LIBRARY, library) == 0 && !strchr(full + library, '/') ? full + library
                                                                                : full;
}

void image_name_host(const struct image_name *name, char ret[IMAGE_REPOSITORY])
{
    snprintf(ret, IMAGE_REPOSITORY, "%.*s", (int)strcspn(name->repository, "/"), name->repository);
}
