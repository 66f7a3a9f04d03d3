// SPDX-License-Identifier: MIT
/*
 * The first word to a registry is GET /v2/: whether it is there, by which scheme, and whether it
 * wants to know who asks. https is tried first, always; plain http only with this machine itself,
 * and with hosts that the person has named, by --insecure or in docker's /etc/docker/daemon.json:
 * whoever sits on the way could else change all that comes, and read the password.
 *
 * What must hold: `authorization` goes to this registry only (http.h), and is never printed; and
 * who wants to know who we are is this registry, and nobody that it redirects to.
 */
#include "remote.h"

#include "cleanup.h"
#include "fsio.h"

#include <arpa/inet.h>
#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdarg.h>
#include <string.h>

static const char HUB[] = "docker.io", HUB_SERVER[] = "registry-1.docker.io";

/* True for localhost, 127.0.0.0/8 and [::1], with a port or without. */
static bool is_loopback(const char *host)
{
    char name[64];
    struct in_addr address;
    size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");

    snprintf(name, sizeof(name), "%.*s", (int)length, host);
    return strcmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0 ||
           (inet_pton(AF_INET, name, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

/* In docker's own list of them? Then pull and push need no option, and run can fetch from there. */
static bool is_listed(const char *host)
{
    struct err ignored;
    cleanup_free char *text = fsio_read(NULL, "/etc/docker/daemon.json", &ignored);
    struct json_object *root = text ? json_tokener_parse(text) : NULL;
    struct json_object *list = json_object_is_type(root, json_type_object)
                                   ? json_object_object_get(root, "insecure-registries")
                                   : NULL;
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    bool found = false;

    for (size_t i = 0; i < count && !found; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        found = json_object_is_type(item, json_type_string) &&
                strcmp(json_object_get_string(item), host) == 0;
    }
    json_object_put(root);
    return found;
}

int remote_prepare(
    const char *host, const struct remote_options *options, struct remote *ret, struct err *err)
{
    *ret = (struct remote){.http.stall_sec = (unsigned)options->stall_sec};
    snprintf(ret->host, sizeof(ret->host), "%s", host);
    snprintf(ret->http.certs, sizeof(ret->http.certs), "/etc/docker/certs.d/%s", host);
    ret->http.direct = ret->http.plain = is_loopback(host);
    ret->http.plain |= is_listed(host);
    for (size_t i = 0; i < options->insecure.count; i++)
        ret->http.plain |= strcmp(options->insecure.items[i], host) == 0;
    ret->http.unverified = ret->http.plain;
    return credentials_find(host, &ret->credentials, err);
}

int remote_prepare_repository(const struct image_name *name, const char *actions,
    const struct remote_options *options, struct remote *ret, struct err *err)
{
    char host[IMAGE_REPOSITORY];

    image_name_host(name, host);
    if (remote_prepare(host, options, ret, err) < 0)
        return -1;
    snprintf(ret->path, sizeof(ret->path), "%s", name->repository + strlen(host) + 1);
    snprintf(ret->scopes[0], sizeof(ret->scopes[0]), "repository:%s:%s", ret->path, actions);
    return 0;
}

int remote_open(const struct image_name *name, const char *actions,
    const struct remote_options *options, struct remote *ret, struct err *err)
{
    return remote_prepare_repository(name, actions, options, ret, err) < 0 ? -1
                                                                           : remote_hello(ret, err);
}

static int hello_by(struct remote *remote, const char *scheme, bool only_look,
    struct http_answer *answer, struct err *err)
{
    char url[HTTP_URL];
    const char *server = strcmp(remote->host, HUB) == 0 ? HUB_SERVER : remote->host;
    struct http_request request = {
        .method = "GET", .url = url, .once = only_look, .is_first = true};

    snprintf(remote->base, sizeof(remote->base), "%s://%s", scheme, server);
    snprintf(url, sizeof(url), "%s/v2/", remote->base);
    return http_ask(&remote->http, &request, answer, err);
}

/* Is this a URL of the registry itself? */
static bool is_ours(const struct remote *remote, const char *url)
{
    size_t length = strlen(remote->base);

    return strncmp(url, remote->base, length) == 0 && url[length] == '/';
}

bool remote_challenges(const struct remote *remote, const struct http_answer *answer)
{
    return answer->status == 401 && answer->challenge[0] && is_ours(remote, answer->url);
}

int remote_hello(struct remote *remote, struct err *err)
{
    struct http_answer answer = {0};
    int result = hello_by(remote, "https", remote->http.plain, &answer, err);

    if (result < 0 && remote->http.plain && !http_stopped) {
        http_free(&answer);
        result = hello_by(remote, "http", false, &answer, err);
    }
    if (result == 0 && remote_challenges(remote, &answer))
        result = remote_authorize(remote, answer.challenge, err);
    else if (result == 0 && answer.status == 404) {
        err_refuse(err, EPROTO, "%s is no registry", remote->base);
        result = err_hint(err, "it does not know /v2/ -> look at the host's name and port");
    } else if (result == 0 && answer.status != 200)
        result = http_refused(&answer, remote->base, err);
    http_free(&answer);
    return result;
}

void remote_url(const struct remote *remote, char ret[HTTP_URL], const char *fmt, ...)
{
    va_list ap;
    int used = snprintf(ret, HTTP_URL, "%s/v2/%s/", remote->base, remote->path);

    va_start(ap, fmt);
    vsnprintf(ret + used, (size_t)(HTTP_URL - used), fmt, ap);
    va_end(ap);
}

int remote_location(const struct http_answer *answer, char ret[HTTP_URL], struct err *err)
{
    CURLU *url = curl_url();
    char *text = NULL;
    bool good = url && answer->location[0] &&
                curl_url_set(url, CURLUPART_URL, answer->url, 0) == CURLUE_OK &&
                curl_url_set(url, CURLUPART_URL, answer->location, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK &&
                strlen(text) < HTTP_URL - 100;

    if (good)
        strcpy(ret, text);
    curl_free(text);
    curl_url_cleanup(url);
    if (good)
        return 0;
    err_refuse(err, EPROTO, "%s does not say where to go on", answer->url);
    return err_hint(err, "its Location header is missing, or is no address -> ask who runs it");
}

const char *remote_authorization(const struct remote *remote)
{
    return remote->authorization[0] ? remote->authorization : NULL;
}

int remote_ask(struct remote *remote, const struct http_request *request, struct http_answer *ret,
    struct err *err)
{
    for (int tries = 0;; tries++) {
        struct http_request mine = *request;
        mine.authorization = is_ours(remote, request->url) ? remote_authorization(remote) : NULL;
        int result = http_ask(&remote->http, &mine, ret, err);
        if (result < 0 || tries > 0 || !remote_challenges(remote, ret))
            return result;
        char challenge[sizeof(ret->challenge)];
        strcpy(challenge, ret->challenge);
        http_free(ret);
        if (remote_authorize(remote, challenge, err) < 0)
            return -1;
    }
}
