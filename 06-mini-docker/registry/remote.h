/* SPDX-License-Identifier: MIT */
/*
 * remote: one registry, as one command talks to it: by which scheme, as whom, and with which token
 * (OCI distribution specification; distribution.github.io/distribution/spec/auth/token).
 */
#ifndef REGISTRY_REMOTE_H
#define REGISTRY_REMOTE_H

#include "credentials.h"
#include "engine/images/image_name.h"
#include "http.h"
#include "opt.h"

enum { REMOTE_HEADER = 18000, REMOTE_SCOPES = 4 };

struct remote_options {
    struct opt_list insecure; /* HOST[:PORT]: plain http will do, or any certificate */
    uint64_t stall_sec;
};

struct remote {
    struct http http;
    char host[IMAGE_REPOSITORY]; /* as in names: "docker.io", "localhost:5000" */
    char path[IMAGE_REPOSITORY]; /* "library/busybox"; "" for login */
    char base[300];              /* "https://registry-1.docker.io" */
    char scopes[REMOTE_SCOPES][IMAGE_REPOSITORY + 40]; /* what a token is to be good for */
    struct credentials credentials;
    char challenge[2048];              /* how it wants to be told who we are */
    char authorization[REMOTE_HEADER]; /* "": nobody asked yet */
};

/* The registry of a host, with what is in Docker's config.json for it; nobody is asked yet. */
int remote_prepare(
    const char *host, const struct remote_options *options, struct remote *ret, struct err *err);

/* The same for the repository of a name, for "pull" or "pull,push". */
int remote_prepare_repository(const struct image_name *name, const char *actions,
    const struct remote_options *options, struct remote *ret, struct err *err);

/*
 * And say hello: find out the scheme, and log in where that is wanted. Errors: nobody is there; it
 * is no registry; it does not know us.
 */
int remote_open(const struct image_name *name, const char *actions,
    const struct remote_options *options, struct remote *ret, struct err *err);

/* Say hello. */
int remote_hello(struct remote *remote, struct err *err);

/* BASE/v2/PATH/… of printf(3)'s kind. */
void remote_url(const struct remote *remote, char ret[HTTP_URL], const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What a Location header means, seen from the URL that was asked; -1: nothing that can be used. */
int remote_location(const struct http_answer *answer, char ret[HTTP_URL], struct err *err);

/* http_ask, as whom we are, or, where the URL is of another host, as nobody; request->authorization
 * is ignored. A token that is too old is got anew. */
int remote_ask(struct remote *remote, const struct http_request *request, struct http_answer *ret,
    struct err *err);

/* The header's value for http_begin, or NULL. */
const char *remote_authorization(const struct remote *remote);

/* Does this 401 come from the registry itself? Whoever it sends us to must not learn who we are. */
bool remote_challenges(const struct remote *remote, const struct http_answer *answer);

/* auth.c: do what the challenge wants: fill in remote->authorization. Errors: it wants somebody,
 * and we are nobody; the token server says no. */
int remote_authorize(struct remote *remote, const char *challenge, struct err *err);

#endif
