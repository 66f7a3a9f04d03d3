// SPDX-License-Identifier: MIT
/*
 * Made-up names: who sees two containers in a list tells them apart by a word sooner than by hex
 * digits. The people are those whose work these labs stand on: system calls, file systems, shells,
 * schedulers, protocols, compilers, proofs.
 */
#include "create_name.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

static const char *const ADJECTIVES[] = {"agile", "amber", "ample", "ardent", "bold", "brave",
    "brisk", "calm", "candid", "civil", "clear", "clever", "cosy", "deft", "early", "earnest",
    "fair", "fleet", "fond", "frank", "fresh", "frosty", "gentle", "glad", "golden", "grand",
    "hardy", "honest", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucid", "mellow",
    "merry", "mild", "modest", "neat", "nimble", "noble", "patient", "placid", "plucky", "proud",
    "quick", "quiet", "rapid", "ready", "robust", "serene", "sharp", "sober", "solid", "spry",
    "steady", "stoic", "sunny", "swift", "tidy", "vivid", "warm", "witty"};

static const char *const SURNAMES[] = {"aho", "allen", "backus", "bell", "bourne", "brooks", "cerf",
    "clark", "codd", "cook", "corbato", "cox", "dahl", "daley", "dennis", "dijkstra", "engelbart",
    "feldman", "floyd", "goldberg", "gray", "hamilton", "hamming", "hoare", "holberton", "hopper",
    "johnson", "joy", "kay", "kernighan", "kilburn", "knuth", "lamport", "lampson", "lesk",
    "liskov", "lovelace", "mcilroy", "mckusick", "meitner", "metcalfe", "milner", "morris", "naur",
    "nygaard", "ossanna", "perlis", "perlman", "pike", "postel", "presotto", "rashid", "ritchie",
    "saltzer", "shannon", "stallman", "tanenbaum", "thompson", "torvalds", "turing", "weinberger",
    "wilkes", "wirth", "zuse"};

enum {
    ADJECTIVES_COUNT = sizeof(ADJECTIVES) / sizeof(ADJECTIVES[0]),
    SURNAMES_COUNT = sizeof(SURNAMES) / sizeof(SURNAMES[0]),
    PLAIN = 5,
};

void create_name(unsigned attempt, char ret[CREATE_NAME])
{
    uint16_t chance[3] = {0};
    char digits[8] = "";

    if (getrandom(chance, sizeof(chance), 0) < 0)
        chance[2] = (uint16_t)attempt;
    if (attempt >= PLAIN)
        snprintf(digits, sizeof(digits), "%u", chance[2]);
    snprintf(ret, CREATE_NAME, "%s_%s%s", ADJECTIVES[chance[0] % ADJECTIVES_COUNT],
        SURNAMES[chance[1] % SURNAMES_COUNT], digits);
}
