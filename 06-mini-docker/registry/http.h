/* SPDX-License-Identifier: MIT */
/*
 * http: one request and its answer, by libcurl, with what must hold for everything that is asked of
 * a stranger's server: only https (or http, where that was agreed to), a limit on whatever may
 * come, no waiting for ever.
 */
#ifndef REGISTRY_HTTP_H
#define REGISTRY_HTTP_H

#include "engine/images/digest.h"

/* its checks of types make 1.5 MB of each file that calls curl_easy_setopt */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { HTTP_URL = 4096, HTTP_TRIES = 4 };

/* What all requests to one server share. */
struct http {
    char certs[600];    /* a directory as /etc/docker/certs.d/HOST, "": none */
    bool plain;         /* http:// may be spoken, and redirected to */
    bool unverified;    /* whoever the other side is */
    bool direct;        /* through no proxy */
    unsigned stall_sec; /* how long no byte may come; 0: a minute */
};

struct http_request {
    const char *method; /* "GET", "HEAD", "POST", "PUT", "PATCH" */
    const char *url;
    const char *accept, *type; /* headers, or NULL */
    const char *authorization; /* the header's value, or NULL; another host never sees it */
    const char *body;          /* what is sent, or NULL */
    int file;                  /* … out of a file, where `file_size` says how much */
    uint64_t file_size, from;  /* from: ask for what begins at this byte */
    size_t most;               /* how long the answer's text may be; 0: 64 KiB */
    bool once;                 /* do not try again */
    bool is_first;             /* nobody was there yet: do not wait for who is not there */
    bool is_sending;           /* `file` counts */
    /* Given what comes with a status of 2xx; NULL: it is the answer's text. -1 ends it. */
    int (*take)(void *arg, const void *bytes, size_t length, struct err *err);
    int (*again)(void *arg, struct err *err); /* before each further try; may be NULL */
    void (*sent)(void *arg, uint64_t bytes);  /* so far; may be NULL */
    void *arg;
};

struct http_answer {
    long status; /* 0: there was none */
    CURLcode code;
    char url[HTTP_URL];       /* where it came from, after redirections */
    char type[128];           /* without its parameters, lower case */
    char digest[DIGEST_TEXT]; /* what the server says; "" for none, or for none of SHA-256 */
    char location[HTTP_URL], link[HTTP_URL];
    char challenge[2048];           /* WWW-Authenticate; a Bearer one is preferred */
    uint64_t range_from;            /* of a 206 */
    long retry_after_sec, modified; /* modified: seconds since 1970, -1: it does not say */
    char *text;                     /* ends with a NUL */
    size_t length;
    /* below: http.c's own */
    const struct http_request *request; /* while it is asked */
    bool is_first;
    struct err *err;
    bool failed; /* *err has been filled in by a callback */
    size_t header_bytes;
    uint64_t moved; /* bytes, both ways, and since when there were no more */
    long moved_sec, stall_sec;
    bool silent;
    char detail[CURL_ERROR_SIZE];
    struct curl_slist *headers;
    CURL *easy;
};

/*
 * Ask, and wait for the answer. What may be mended by waiting (5xx, 429, a connection that was cut)
 * is tried again, later each time. 0: there is an answer, of whatever status; -1: there is none, or
 * it was refused. http_free after an error as well.
 */
int http_ask(const struct http *http, const struct http_request *request, struct http_answer *ret,
    struct err *err);

/* For many at once (curl_multi_perform(3)): ret->easy is ready to be added; *request, *ret and *err
 * stay where they are. When it has come to its end: http_done, 0 or -1 as http_ask; http_free. */
int http_begin(const struct http *http, const struct http_request *request, struct http_answer *ret,
    struct err *err);
int http_done(struct http_answer *answer, CURLcode code);

/* May the same be tried again, and in how many milliseconds for the n-th time (0 is the first)?
 * -1: no. */
long http_retry_msec(const struct http_answer *answer, unsigned tries);

/* In a child after fork(2): its connections must not be its parent's. */
void http_forked(void);

/* Wait so long, or until a signal comes. */
void http_wait(long msec);

/* Fill *err with what a status other than 2xx means; `what` is what was asked for. Returns -1. */
int http_refused(const struct http_answer *answer, const char *what, struct err *err);

/* The first error that the answer's JSON tells, "code: message"; "" for none. */
void http_message(const struct http_answer *answer, char ret[300]);

/* Safe on a zeroed struct. */
void http_free(struct http_answer *answer);

/* Set by a signal: everything here ends as soon as it can, with ECANCELED. */
extern volatile sig_atomic_t http_stopped;

/* http_header.c: libcurl's CURLOPT_HEADERFUNCTION, with the answer; and a value, copied with care:
 * "" where it does not fit. */
size_t http_take_header(char *line, size_t size, size_t count, void *arg);
void http_keep(char *ret, size_t size, const char *value, size_t length);

/* http_tls.c: have the certificates of http->certs used. */
int http_tls(const struct http *http, CURL *easy, struct err *err);

/* http_error.c: fill *err for a request that got no answer. Returns -1. */
int http_explain(const struct http_answer *answer, CURLcode code, struct err *err);

#endif
