// SPDX-License-Identifier: MIT
/* keys: a secret in the session keyring, from both sides. (keyrings(7); no libkeyutils, so three
 * raw calls.)
 *
 *     keys add CMD [ARG...]     put a key with the text "host key" into a new session keyring, then
 * run CMD keys read                 look for it and print it
 */
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char secret[] = "host key\n";

int main(int argc, char **argv)
{
    char text[64];
    if (argc > 2 && strcmp(argv[1], "add") == 0) {
        if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
            syscall(SYS_add_key, "user", "attack", secret, strlen(secret),
                KEY_SPEC_SESSION_KEYRING) < 0)
            perror("keys: add");
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        return 1;
    }
    long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "attack", 0);
    long got = key < 0 ? -1 : syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof(text));
    if (got < 0)
        perror("keys: read");
    else
        printf("%.*s", (int)got, text);
    return got < 0;
}
