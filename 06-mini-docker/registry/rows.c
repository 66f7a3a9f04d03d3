// SPDX-License-Identifier: MIT
/* The options of the commands that talk to registries, with Docker's names; and --insecure, which
 * docker has in its daemon's configuration. */
#include "rows.h"

#define INSECURE(type)                                                                             \
    {                                                                                              \
        0, "insecure", "HOST[:PORT]",                                                              \
            "with this registry plain http will do, or a certificate of anybody's", OPT_LIST,      \
            offsetof(type, insecure)                                                               \
    }

const struct opt PULL_OPTS[] = {
    {'a', "all-tags", NULL, "all images of this name", OPT_FLAG,
        offsetof(struct pull_args, all_tags)},
    {'q', "quiet", NULL, "print only the image's name", OPT_FLAG,
        offsetof(struct pull_args, quiet)},
    {0, "platform", "OS/ARCH[/VARIANT]", "for another kind of machine: linux/arm64", OPT_TEXT,
        offsetof(struct pull_args, platform)},
    INSECURE(struct pull_args),
    {0, "for-run", NULL, NULL, OPT_FLAG, offsetof(struct pull_args, for_run)},
    {0, "missing", NULL, NULL, OPT_FLAG, offsetof(struct pull_args, missing)},
    {0},
};

const struct opt PUSH_OPTS[] = {
    {'a', "all-tags", NULL, "all tags of this name that are here", OPT_FLAG,
        offsetof(struct push_args, all_tags)},
    {'q', "quiet", NULL, "print only the image's name", OPT_FLAG,
        offsetof(struct push_args, quiet)},
    INSECURE(struct push_args),
    {0},
};

const struct opt LOGIN_OPTS[] = {
    {'u', "username", "NAME", "who you are; else it is asked", OPT_TEXT,
        offsetof(struct login_args, user)},
    {'p', "password", "WORD", "for all to see; better --password-stdin", OPT_TEXT,
        offsetof(struct login_args, password)},
    {0, "password-stdin", NULL, "the password comes on standard input", OPT_FLAG,
        offsetof(struct login_args, password_stdin)},
    INSECURE(struct login_args),
    {0},
};

const struct opt LOGOUT_OPTS[] = {{0}};

const struct opt FETCH_OPTS[] = {
    {0, "max-size", "SIZE", "how large it may be, else 4g", OPT_BYTES,
        offsetof(struct fetch_args, most_bytes), .least = 1, .most = 1ull << 60},
    {0},
};
