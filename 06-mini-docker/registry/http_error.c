// SPDX-License-Identifier: MIT
/* What went wrong between us and a server, in words: no answer at all, or one that says no. */
#include "http.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <string.h>

static const struct {
    CURLcode code;
    const char *hint;
} HINTS[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "no address is known for this name -> look at its spelling, and "
                                 "whether this machine is online (getent hosts NAME)"},
    {CURLE_COULDNT_RESOLVE_PROXY, "no address is known for the proxy -> https_proxy says which"},
    {CURLE_COULDNT_CONNECT, "nobody listens there, or a firewall is between -> is the registry "
                            "running? does this machine need a proxy (https_proxy)?"},
    {CURLE_PEER_FAILED_VERIFICATION,
        "nobody whom this machine trusts vouches for the server's certificate -> put that of its "
        "CA into /etc/docker/certs.d/HOST[:PORT]/ca.crt"},
    {CURLE_SSL_CONNECT_ERROR, "the server does not speak TLS as we do; maybe it speaks plain http "
                              "-> --insecure HOST[:PORT], where you trust the network"},
    {CURLE_OPERATION_TIMEDOUT,
        "the server, or somebody between, went silent -> try again; what came so far is kept"},
    {CURLE_UNSUPPORTED_PROTOCOL,
        "only https:// is spoken here (and http:// with hosts that were agreed to), and a server "
        "wanted to send us elsewhere -> it is set up wrongly, or means ill"},
    {CURLE_TOO_MANY_REDIRECTS, "the servers send us round in a circle -> ask who runs them"},
    {CURLE_URL_MALFORMAT, "this is no address -> https://HOST[:PORT]/PATH"},
};

int http_explain(const struct http_answer *answer, CURLcode code, struct err *err)
{
    const struct http_request *request = answer->request;
    int query = (int)strcspn(request->url, "?#");

    if (http_stopped) {
        err_refuse(err, ECANCELED, "stopped");
        return err_hint(err, "by a signal -> the same again goes on where it was");
    }
    err_refuse(err, EIO, "%s \"%.*s\": %s", request->method, query > 250 ? 250 : query,
        request->url,
        answer->silent      ? "nothing comes any more"
        : answer->detail[0] ? answer->detail
                            : curl_easy_strerror(code));
    err_hint(err, "the connection broke -> try again; what came so far is kept");
    for (size_t i = 0; i < sizeof(HINTS) / sizeof(HINTS[0]); i++) {
        if (HINTS[i].code == code)
            err_hint(err, "%s", HINTS[i].hint);
    }
    return -1;
}

static const char *text_of(struct json_object *object, const char *key, char ret[120])
{
    struct json_object *value = json_object_object_get(object, key);

    snprintf(ret, 120, "%s",
        json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "");
    return ret;
}

void http_message(const struct http_answer *answer, char ret[300])
{
    char code[120], message[120];
    struct json_object *root = answer->text ? json_tokener_parse(answer->text) : NULL;
    struct json_object *errors =
        json_object_is_type(root, json_type_object) ? json_object_object_get(root, "errors") : NULL;
    struct json_object *first =
        json_object_is_type(errors, json_type_array) ? json_object_array_get_idx(errors, 0) : NULL;

    ret[0] = '\0';
    if (json_object_is_type(first, json_type_object)) {
        text_of(first, "code", code);
        for (char *at = code; *at; at++) /* as Docker has it: "manifest unknown" */
            *at = *at == '_' ? ' ' : (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
        text_of(first, "message", message);
        snprintf(ret, 300, "%s%s%s", code, message[0] ? ": " : "", message);
    }
    json_object_put(root);
}

static const struct {
    long status;
    const char *word, *hint;
} STATUSES[] = {
    {401, "unauthorized", "it wants to know who you are -> mini-docker login HOST"},
    {403, "denied", "this account may not do that -> mini-docker login HOST with another"},
    {404, "not found", "the registry has nothing of this name -> look at its spelling"},
    {413, "too large", "the registry takes nothing so large -> ask who runs it"},
    {429, "too many requests", "the registry wants us to wait -> later, or after login"},
};

int http_refused(const struct http_answer *answer, const char *what, struct err *err)
{
    char message[300];
    size_t i = 0, count = sizeof(STATUSES) / sizeof(STATUSES[0]);

    http_message(answer, message);
    while (i < count && STATUSES[i].status != answer->status)
        i++;
    const char *word = i < count ? STATUSES[i].word : "the registry failed";
    bool said = strncmp(message, word, strlen(word)) == 0; /* by the registry itself */
    err_refuse(err, answer->status == 404 ? ENOENT : EPROTO, "%s: %s%s%s", what, said ? "" : word,
        said || !message[0] ? "" : ": ", message);
    if (i < count)
        return err_hint(err, "%s", STATUSES[i].hint);
    return err_hint(
        err, "it answered with status %ld -> try later, or ask who runs it", answer->status);
}
