// SPDX-License-Identifier: MIT
/*
 * iptables-legacy speaks to the kernel's older tables, which nft neither shows nor changes, and
 * which every packet passes as well. Where they are in use (a Docker that was told so, as on WSL2;
 * an old script) the same two rules go in there, by that program itself; where it is not installed,
 * a note says so. Nothing is asked when there are no such tables: asking would make them.
 */
#include "nat_beside.h"

#include "network_note.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <string.h>

#define PROGRAM "iptables-legacy"

static const char *const SIDES[] = {"-i", "-o"};

/* Is there the table `filter`? Only root may read which there are. */
static bool is_in_use(void)
{
    struct err ignored;
    cleanup_free char *names = fsio_read("/proc/net", "ip_tables_names", &ignored);

    return names && strstr(names, "filter");
}

/* -C: is the rule there, -I: put it in at the top, -D: take it out. 0: yes, or done. */
static int rule(const char *verb, const char *chain, const char *side)
{
    const char *const argv[] = {PROGRAM, "-w", verb, chain, side, "mdocker+", "-j", "ACCEPT", NULL};
    const struct proc_spec spec = {.argv = argv, .quiet = true};
    struct err ignored;

    return proc_run(&spec, &ignored);
}

/* The chain that has to be told, NULL: none drops what it does not know, by policy or by a rule. */
static const char *chain_to_tell(void)
{
    static const char *const argv[] = {PROGRAM, "-w", "-S", "FORWARD", NULL};
    const struct proc_spec spec = {.argv = argv};
    struct err ignored;
    cleanup_free char *rules = proc_capture(&spec, NULL, &ignored);

    if (rules && strstr(rules, "-A FORWARD -j DOCKER-USER"))
        return "DOCKER-USER";
    return rules &&
                   (strncmp(rules, "-P FORWARD DROP", 15) == 0 ||
                       strstr(rules, "-A FORWARD -j DROP") || strstr(rules, "-A FORWARD -j REJECT"))
               ? "FORWARD"
               : NULL;
}

void nat_legacy_pass(void)
{
    if (!is_in_use())
        return;
    if (!proc_in_path(PROGRAM)) {
        network_note_add("the older tables of iptables are in use here and may drop what "
                         "containers send -> install the package iptables");
        return;
    }
    const char *chain = chain_to_tell();
    for (size_t i = 0; chain && i < sizeof(SIDES) / sizeof(SIDES[0]); i++) {
        if (rule("-C", chain, SIDES[i]) != 0 && rule("-I", chain, SIDES[i]) != 0)
            network_note_add("iptables-legacy drops what containers send -> iptables-legacy -I "
                             "FORWARD -i mdocker+ -j ACCEPT, and the same with -o");
    }
}

void nat_legacy_stop(void)
{
    static const char *const chains[] = {"DOCKER-USER", "FORWARD"};

    if (!is_in_use() || !proc_in_path(PROGRAM))
        return;
    for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
        for (size_t j = 0; j < sizeof(SIDES) / sizeof(SIDES[0]); j++) {
            if (rule("-C", chains[i], SIDES[j]) == 0)
                rule("-D", chains[i], SIDES[j]);
        }
    }
}
