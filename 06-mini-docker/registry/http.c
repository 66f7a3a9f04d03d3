// SPDX-License-Identifier: MIT
/*
 * libcurl speaks HTTP and TLS; here it is told what it may do, and what comes is counted.
 *
 * What must hold: an answer is a stranger's. Its text has a limit, and so have its headers
 * (http_header.c); a redirection may lead to https alone (or http, where that was agreed to), never
 * to file://, and to another host without the Authorization header (libcurl sees to that,
 * CURLOPT_UNRESTRICTED_AUTH(3)).
 */
#define CURL_DISABLE_DEPRECATION /* CURLOPT_PROTOCOLS: its successor is of 2022 */
#include "http.h"

#include "version.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MOST = 1 << 16, CONNECT_SEC = 30, STALL_SEC = 60, HOPS = 5 };

volatile sig_atomic_t http_stopped;

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_answer *answer = arg;
    const struct http_request *request = answer->request;
    size_t length = size * count, most = request->most ? request->most : TEXT_MOST;

    curl_easy_getinfo(answer->easy, CURLINFO_RESPONSE_CODE, &answer->status);
    bool good = answer->status >= 200 && answer->status < 300;
    if (good && request->take) {
        answer->failed = request->take(request->arg, bytes, length, answer->err) < 0;
        return answer->failed ? 0 : length;
    }
    if (answer->length + length > most) {
        err_refuse(
            answer->err, EFBIG, "%s: the answer is longer than %zu KiB", request->url, most >> 10);
        err_hint(answer->err, "no registry says so much here -> it is broken, or means ill");
        answer->failed = true;
        return 0;
    }
    char *longer = realloc(answer->text, answer->length + length + 1);
    if (!longer) {
        err_sys(answer->err, "no memory for an answer");
        answer->failed = true;
        return 0;
    }
    answer->text = longer;
    memcpy(longer + answer->length, bytes, length);
    answer->length += length;
    longer[answer->length] = '\0';
    return length;
}

static size_t give_body(char *buffer, size_t size, size_t count, void *arg)
{
    struct http_answer *answer = arg;
    ssize_t got = read(answer->request->file, buffer, size * count);

    return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static int seek_body(void *arg, curl_off_t offset, int whence)
{
    struct http_answer *answer = arg;

    return lseek(answer->request->file, offset, whence) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

/* Is it time to end it? libcurl's own limit on slowness takes an average over some seconds. */
static int watch(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
    struct http_answer *answer = arg;
    uint64_t moved = (uint64_t)(now + up) + answer->header_bytes;
    struct timespec time;

    (void)total, (void)up_total;
    if (answer->request->sent)
        answer->request->sent(answer->request->arg, (uint64_t)up);
    clock_gettime(CLOCK_MONOTONIC, &time);
    if (moved != answer->moved || answer->moved_sec == 0) {
        answer->moved = moved;
        answer->moved_sec = time.tv_sec;
    }
    answer->silent = time.tv_sec - answer->moved_sec > answer->stall_sec;
    return http_stopped || answer->silent;
}

static int add_header(struct http_answer *answer, const char *name, const char *value)
{
    char line[20000];

    if (!value)
        return 0;
    if (snprintf(line, sizeof(line), "%s: %s", name, value) >= (int)sizeof(line))
        return err_refuse(answer->err, 0, "the header %s is too long", name);
    struct curl_slist *longer = curl_slist_append(answer->headers, line);
    if (!longer)
        return err_sys(answer->err, "no memory for a request");
    answer->headers = longer;
    return 0;
}

static void set_body(CURL *easy, const struct http_request *request, struct http_answer *answer)
{
    if (request->is_sending) {
        lseek(request->file, 0, SEEK_SET); /* it may be tried again */
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->file_size);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, answer);
        curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_body);
        curl_easy_setopt(easy, CURLOPT_SEEKDATA, answer);
    } else if (request->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(request->body));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    }
    if (strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_limits(CURL *easy, const struct http *http)
{
    long protocols = CURLPROTO_HTTPS | (http->plain ? CURLPROTO_HTTP : 0);

    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, protocols);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, protocols);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)HOPS);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SEC);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (http->direct)
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

/* Connections, with their TLS, live on from one request to the next. NULL: they do not. */
static CURLSH *share;

static CURLSH *shared(void)
{
    if (!share && (share = curl_share_init())) {
        curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
        curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
        curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    }
    return share;
}

void http_forked(void)
{
    share = NULL; /* and what it has stays as it is: to end it would tell the other side */
}

int http_begin(const struct http *http, const struct http_request *request, struct http_answer *ret,
    struct err *err)
{
    static const char agent[] = "mini-docker/" VERSION;
    char range[32];

    *ret = (struct http_answer){.request = request,
        .is_first = request->is_first,
        .err = err,
        .modified = -1,
        .stall_sec = http->stall_sec ? (long)http->stall_sec : STALL_SEC};
    CURL *easy = ret->easy = curl_easy_init();
    if (!easy)
        return err_refuse(err, 0, "libcurl cannot begin");
    /* what is sent goes where it was meant to go, or nowhere */
    bool follow = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, (long)follow);
    curl_easy_setopt(easy, CURLOPT_SHARE, shared());
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, ret);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, ret->detail);
    curl_easy_setopt(easy, CURLOPT_FILETIME, 1L);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, ret);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, ret);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, ret);
    /* a range and no CURLOPT_RESUME_FROM, which fails where the server sends all of it */
    snprintf(range, sizeof(range), "%llu-", (unsigned long long)request->from);
    curl_easy_setopt(easy, CURLOPT_RANGE, request->from ? range : NULL);
    set_limits(easy, http);
    set_body(easy, request, ret);
    /* "Expect" would cost a second wherever a server does not know it */
    if (add_header(ret, "Accept", request->accept) < 0 ||
        add_header(ret, "Content-Type", request->type) < 0 ||
        add_header(ret, "Authorization", request->authorization) < 0 ||
        add_header(ret, "Expect", request->is_sending || request->body ? "" : NULL) < 0)
        return -1;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, ret->headers);
    return http_tls(http, easy, err);
}

int http_done(struct http_answer *answer, CURLcode code)
{
    char *url = NULL;
    long modified = -1;

    answer->code = code = answer->silent ? CURLE_OPERATION_TIMEDOUT : code;
    curl_easy_getinfo(answer->easy, CURLINFO_RESPONSE_CODE, &answer->status);
    if (curl_easy_getinfo(answer->easy, CURLINFO_EFFECTIVE_URL, &url) == CURLE_OK && url)
        http_keep(answer->url, sizeof(answer->url), url, strlen(url));
    if (curl_easy_getinfo(answer->easy, CURLINFO_FILETIME, &modified) == CURLE_OK)
        answer->modified = modified;
    if (answer->failed)
        return -1;
    return code == CURLE_OK ? 0 : http_explain(answer, code, answer->err);
}

void http_free(struct http_answer *answer)
{
    curl_easy_cleanup(answer->easy);
    curl_slist_free_all(answer->headers);
    free(answer->text);
    *answer = (struct http_answer){0};
}

long http_retry_msec(const struct http_answer *answer, unsigned tries)
{
    static const CURLcode codes[] = {CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT,
        CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2,
        CURLE_HTTP2_STREAM};
    static const long statuses[] = {408, 429, 500, 502, 503, 504};
    enum { FIRST_MSEC = 100, WAIT_SEC = 30, SILENT_TRIES = 2 };
    bool again = false, silent = answer->code == CURLE_OPERATION_TIMEDOUT;

    if (answer->failed || http_stopped || tries + 1 >= (silent ? SILENT_TRIES : HTTP_TRIES))
        return -1;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        again |= answer->code == codes[i];
    if (answer->is_first && answer->code == CURLE_COULDNT_CONNECT)
        again = false;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        again |= answer->code == CURLE_OK && answer->status == statuses[i];
    if (!again || answer->retry_after_sec > WAIT_SEC)
        return -1;
    return answer->retry_after_sec > 0 ? answer->retry_after_sec * 1000 : FIRST_MSEC << 2 * tries;
}

void http_wait(long msec)
{
    nanosleep(&(struct timespec){msec / 1000, msec % 1000 * 1000000}, NULL);
}

int http_ask(const struct http *http, const struct http_request *request, struct http_answer *ret,
    struct err *err)
{
    for (unsigned tries = 0;; tries++) {
        int result = http_begin(http, request, ret, err);
        if (result == 0)
            result = http_done(ret, curl_easy_perform(ret->easy));
        long wait_msec = request->once ? -1 : http_retry_msec(ret, tries);
        if (wait_msec < 0)
            return result;
        http_free(ret);
        http_wait(wait_msec);
        if (request->again && request->again(request->arg, err) < 0)
            return -1;
    }
}
