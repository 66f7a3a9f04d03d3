// SPDX-License-Identifier: MIT
/*
 * A registry that answers 401 says how it wants to be told who asks (WWW-Authenticate, RFC 9110):
 *
 *     Basic realm="…"                              name and password with each request
 *     Bearer realm="https://…",service="…"         a token, which a server of its own gives out,
 * for name and password, or for nothing
 *
 * So the password goes to the token server alone, and the registry sees only what is good for a few
 * minutes and this repository. The token is kept until a 401 says that it is too old.
 */
#include "remote.h"

#include "cleanup.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <nettle/base64.h>
#include <string.h>
#include <strings.h>

static int nobody(const struct remote *remote, struct err *err)
{
    err_refuse(err, EACCES, "%s: no basic auth credentials", remote->host);
    return err_hint(err, "it wants a name and a password -> mini-docker login %s", remote->host);
}

/* The value of a parameter, key="value" or key=value. False: it is not there, or too long. */
static bool parameter(const char *challenge, const char *key, char *ret, size_t size)
{
    size_t length = strlen(key), used = 0;

    ret[0] = '\0';
    for (const char *at = challenge + strcspn(challenge, " "); *at;) {
        at += strspn(at, " ,\t");
        bool found = strncasecmp(at, key, length) == 0 && at[length] == '=';
        at += strcspn(at, "=, ");
        if (*at != '=')
            continue;
        bool quoted = *++at == '"';
        at += quoted;
        while (*at && (quoted ? *at != '"' : !strchr(", ", *at))) {
            at += quoted && *at == '\\' && at[1];
            if (found && used + 1 < size)
                ret[used++] = *at;
            at++;
        }
        at += quoted && *at;
        if (found) {
            ret[used] = '\0';
            return used + 1 < size;
        }
    }
    return false;
}

static void basic(const struct credentials *from, char ret[REMOTE_HEADER])
{
    char both[sizeof(from->user) + sizeof(from->password) + 2];
    size_t length = (size_t)snprintf(both, sizeof(both), "%s:%s", from->user, from->password);
    char *to = stpcpy(ret, "Basic ");

    base64_encode_raw(to, length, (const uint8_t *)both);
    to[BASE64_ENCODE_RAW_LENGTH(length)] = '\0';
    explicit_bzero(both, sizeof(both));
}

/* "&key=value", or with '?' where it is the first, escaped. */
static int add_query(char *to, size_t size, const char *key, const char *value, struct err *err)
{
    size_t used = strlen(to);
    char *escaped = curl_easy_escape(NULL, value, 0);
    int length = snprintf(to + used, size - used, "%s%s=%s",
        used == 0                               ? ""
        : strchr(to, '?') || !strstr(to, "://") ? "&"
                                                : "?",
        key, escaped ? escaped : "");

    curl_free(escaped);
    return escaped && used + (size_t)length < size
               ? 0
               : err_refuse(err, EPROTO, "the request for a token is too long");
}

/* What the token server is asked, as a URL's query or as a form's content. */
static int add_queries(
    const struct remote *remote, const char *service, char *to, size_t size, struct err *err)
{
    if (service[0] && add_query(to, size, "service", service, err) < 0)
        return -1;
    for (size_t i = 0; i < REMOTE_SCOPES && remote->scopes[i][0]; i++) {
        if (add_query(to, size, "scope", remote->scopes[i], err) < 0)
            return -1;
    }
    return 0;
}

static int take_token(struct remote *remote, const struct http_answer *answer, struct err *err)
{
    static const char *const keys[] = {"token", "access_token"};
    struct json_object *root = answer->text ? json_tokener_parse(answer->text) : NULL;
    const char *token = NULL;

    for (size_t i = 0; i < 2 && !token && json_object_is_type(root, json_type_object); i++) {
        struct json_object *value = json_object_object_get(root, keys[i]);
        if (json_object_is_type(value, json_type_string))
            token = json_object_get_string(value);
    }
    size_t length = token ? strlen(token) : 0;
    bool good = length > 0 && length < REMOTE_HEADER - 16;
    for (size_t i = 0; good && i < length; i++)
        good = token[i] > ' ' && token[i] < 127;
    if (good)
        snprintf(remote->authorization, sizeof(remote->authorization), "Bearer %s", token);
    json_object_put(root);
    return good ? 0 : err_refuse(err, EPROTO, "%s: the answer has no token", answer->url);
}

/* With an identity token the form is OAuth 2's: POST; else a GET, as somebody or as nobody. */
static int ask_token(struct remote *remote, const char *realm, const char *service, struct err *err)
{
    char url[HTTP_URL], form[12000] = "";
    const struct credentials *who = &remote->credentials;
    struct http_request request = {.method = "GET", .url = url};
    struct http_answer answer = {0};

    snprintf(url, sizeof(url), "%s", realm);
    remote->authorization[0] = '\0';
    if (who->identity[0]) {
        request.method = "POST";
        request.type = "application/x-www-form-urlencoded";
        request.body = form;
        if (add_query(form, sizeof(form), "grant_type", "refresh_token", err) < 0 ||
            add_query(form, sizeof(form), "client_id", "mini-docker", err) < 0 ||
            add_query(form, sizeof(form), "refresh_token", who->identity, err) < 0 ||
            add_queries(remote, service, form, sizeof(form), err) < 0)
            return -1;
    } else if (add_queries(remote, service, url, sizeof(url), err) < 0) {
        return -1;
    } else if (who->user[0]) {
        if (add_query(url, sizeof(url), "account", who->user, err) < 0)
            return -1;
        basic(who, remote->authorization);
        request.authorization = remote->authorization;
    }
    int result = http_ask(&remote->http, &request, &answer, err);
    remote->authorization[0] = '\0';
    if (result == 0 && answer.status != 200)
        result = http_refused(&answer, "a token", err);
    if (result == 0)
        result = take_token(remote, &answer, err);
    http_free(&answer);
    return result;
}

int remote_authorize(struct remote *remote, const char *challenge, struct err *err)
{
    char realm[HTTP_URL], service[300];

    if (strncasecmp(challenge, "basic", 5) == 0) {
        if (!remote->credentials.user[0])
            return nobody(remote, err);
        basic(&remote->credentials, remote->authorization);
        return 0;
    }
    if (strncasecmp(challenge, "bearer ", 7) == 0 &&
        parameter(challenge, "realm", realm, sizeof(realm))) {
        parameter(challenge, "service", service, sizeof(service));
        return ask_token(remote, realm, service, err);
    }
    err_refuse(err, EPROTO, "%s wants to know who we are in a way that is not known: '%.60s'",
        remote->host, challenge);
    return err_hint(err, "Basic and Bearer are known -> ask who runs it");
}
