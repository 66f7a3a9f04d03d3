// SPDX-License-Identifier: MIT
/*
 * The keys that may begin the sequence are held back until it is clear that they do not. What was
 * held and was not meant goes to the program then, in order.
 */
#include "detach_keys.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* One word between commas; -1: it is none. */
static int read_key(const char *word, size_t length)
{
    static const char others[] = "@[\\]^_";
    char last = length > 0 ? word[length - 1] : 0;

    if (length == 1)
        return (unsigned char)last;
    if (length != 6 || strncasecmp(word, "ctrl-", 5) != 0)
        return -1;
    if ((last >= 'a' && last <= 'z') || (last && strchr(others, last)))
        return last & 0x1f;
    return -1;
}

int detach_keys_read(const char *words, struct detach_keys *ret, struct err *err)
{
    const char *word = words && *words ? words : "ctrl-p,ctrl-q";

    *ret = (struct detach_keys){0};
    for (;; word++) {
        size_t length = strcspn(word, ",");
        int key = read_key(word, length);
        if (key < 0 || ret->count == DETACH_KEYS) {
            err_refuse(err, EINVAL, "invalid detach keys (%s) provided", words);
            return err_hint(err,
                "accepted: one to %d of a letter or ctrl- and a letter or one of "
                "@[\\]^_, with commas between: ctrl-p,ctrl-q",
                DETACH_KEYS);
        }
        ret->keys[ret->count++] = (char)key;
        word += length;
        if (!*word)
            return 0;
    }
}

bool detach_keys_filter(
    struct detach_keys *keys, const char *typed, size_t length, char *ret, size_t *ret_length)
{
    size_t out = 0;

    for (size_t i = 0; i < length; i++) {
        if (keys->count > 0 && typed[i] == keys->keys[keys->held]) {
            if (++keys->held < keys->count)
                continue;
            *ret_length = out;
            return true;
        }
        memcpy(ret + out, keys->keys, keys->held);
        out += keys->held;
        keys->held = keys->count > 0 && typed[i] == keys->keys[0];
        if (!keys->held)
            ret[out++] = typed[i];
    }
    *ret_length = out;
    return false;
}
