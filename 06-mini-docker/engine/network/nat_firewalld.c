// SPDX-License-Identifier: MIT
/*
 * firewalld ends its chain of what is forwarded with a rule that rejects, and writes the chain anew
 * when it likes, so a rule of ours would not stay. It is asked by its own program to trust the
 * bridge, which is what Docker does by D-Bus; until firewalld is loaded anew, and not in its
 * files. That program takes a third of a second: whether it is needed is read from the rules, which
 * name the bridges of each zone.
 */
#include "nat_beside.h"

#include "nat.h"
#include "network_note.h"

#include "cleanup.h"
#include "proc.h"

#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

/* False also when there is no firewalld. */
static bool knows(const char *bridge)
{
    static const char *const table[] = {"table", "inet", "firewalld", NULL};
    struct err ignored;
    char word[24];

    if (!nat_has_table(NFPROTO_INET, "firewalld"))
        return false;
    cleanup_free char *rules = nat_list(table, &ignored);
    snprintf(word, sizeof(word), "\"%s\"", bridge);
    return rules && strstr(rules, word);
}

static int ask(const char *verb, const char *bridge)
{
    char word[64];
    const char *const argv[] = {"firewall-cmd", "--zone=trusted", word, NULL};
    const struct proc_spec spec = {.argv = argv, .quiet = true};
    struct err ignored;

    snprintf(word, sizeof(word), "--%s-interface=%s", verb, bridge);
    return proc_run(&spec, &ignored);
}

void nat_firewalld_pass(const char *bridge)
{
    char note[200];

    if (knows(bridge) || ask("change", bridge) == 0)
        return;
    snprintf(note, sizeof(note),
        "firewalld rejects what containers send -> firewall-cmd --zone=trusted "
        "--change-interface=%s",
        bridge);
    network_note_add(note);
}

void nat_firewalld_stop(const char *bridge)
{
    if (knows(bridge))
        ask("remove", bridge);
}
