// SPDX-License-Identifier: MIT
/*
 * Digests are compared and used as file names as text, so that a text is looked at once, here, and
 * from then on is known to be 7 + 64 harmless characters. Of the algorithms that the OCI's
 * descriptors may name only sha256 is met in the wild.
 */
#include "digest.h"

#include <errno.h>
#include <string.h>

static const char PREFIX[] = "sha256:";

int digest_check(const char *of, const char *text, struct err *err)
{
    size_t prefix = sizeof(PREFIX) - 1;

    if (strncmp(text, PREFIX, prefix) == 0 && strlen(text) == prefix + DIGEST_HEX &&
        strspn(text + prefix, "0123456789abcdef") == DIGEST_HEX)
        return 0;
    err_refuse(err, EINVAL, "%s: '%.80s' is no digest", of, text);
    return err_hint(err, "accepted: sha256: and 64 of the digits 0-9 and a-f");
}

const char *digest_hex(const char *digest)
{
    return digest + sizeof(PREFIX) - 1;
}

void digest_end(struct sha256_ctx *sum, char ret[DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[SHA256_DIGEST_SIZE];

    sha256_digest(sum, sizeof(bytes), bytes);
    memcpy(ret, PREFIX, sizeof(PREFIX) - 1);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        ret[sizeof(PREFIX) - 1 + 2 * i] = digits[bytes[i] >> 4];
        ret[sizeof(PREFIX) + 2 * i] = digits[bytes[i] & 15];
    }
    ret[DIGEST_TEXT - 1] = '\0';
}

void digest_of(const void *bytes, size_t length, char ret[DIGEST_TEXT])
{
    struct sha256_ctx sum;

    sha256_init(&sum);
    sha256_update(&sum, length, bytes);
    digest_end(&sum, ret);
}
