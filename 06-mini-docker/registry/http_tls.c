// SPDX-License-Identifier: MIT
/*
 * Whom we trust: the authorities that this machine trusts, and those of Docker's directory for the
 * registry: certs.d/HOST[:PORT]/ with *.crt (further authorities) and NAME.cert with NAME.key (who
 * we are). libcurl takes one list, so the files are read into one.
 */
#include "http.h"

#include "cleanup.h"
#include "fsio.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), n = strlen(end);

    return length > n && strcmp(name + length - n, end) == 0;
}

static int append(char **list, const char *dir, const char *name, struct err *err)
{
    cleanup_free char *text = fsio_read(dir, name, err), *before = *list;

    if (!text)
        return -1;
    if (asprintf(list, "%s%s\n", before ? before : "", text) < 0) {
        *list = NULL;
        return err_sys(err, "no memory for certificates");
    }
    return 0;
}

/* The system's own list comes first, once there is one more. */
static int add_authority(char **list, const char *dir, const char *name, struct err *err)
{
    const char *own = curl_version_info(CURLVERSION_NOW)->cainfo;

    if (!*list && own && fsio_exists(NULL, own) && append(list, NULL, own, err) < 0)
        return -1;
    return append(list, dir, name, err);
}

static void set_client(CURL *easy, const char *dir, const char *name)
{
    char cert[1024], key[1024];

    snprintf(cert, sizeof(cert), "%s/%s", dir, name);
    snprintf(key, sizeof(key), "%s/%.*s.key", dir, (int)strlen(name) - 5, name);
    curl_easy_setopt(easy, CURLOPT_SSLCERT, cert);
    curl_easy_setopt(easy, CURLOPT_SSLKEY, key);
}

int http_tls(const struct http *http, CURL *easy, struct err *err)
{
    cleanup_free char *list = NULL;

    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, http->unverified ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, http->unverified ? 0L : 2L);
    cleanup_closedir DIR *dir = http->certs[0] ? opendir(http->certs) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (ends_with(entry->d_name, ".crt")) {
            if (add_authority(&list, http->certs, entry->d_name, err) < 0)
                return err_hint(err, "a registry's certificates must be readable -> chmod a+r");
        } else if (ends_with(entry->d_name, ".cert")) {
            set_client(easy, http->certs, entry->d_name);
        }
    }
    if (list)
        curl_easy_setopt(
            easy, CURLOPT_CAINFO_BLOB, (&(struct curl_blob){list, strlen(list), CURL_BLOB_COPY}));
    return 0;
}
