// SPDX-License-Identifier: MIT
/*
 * Netfilter asks every table that hooks into the way of a packet, and one "drop" is enough. So
 * rules of ours that accept do not help where somebody else's drop, and his must be told. Docker
 * sets the policy of what is forwarded to DROP and has a chain for what others want to say,
 * DOCKER-USER; ufw and many scripts set the same policy. Two rules in there, marked as ours, pass
 * what comes from our bridges and what goes to them; who may do so has been decided in our own
 * table.
 *
 * firewalld ends its chain with a rule, not a policy, and writes it anew when it likes. It wants to
 * be asked by its own program, which is the person's to do.
 */
#include "nat.h"

#include "network_note.h"

#include "cleanup.h"
#include "fsio.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define COMMENT "mini-docker"

/* What was seen in the list of all chains. */
struct seen {
    bool docker_user, dropping, firewalld;
    char others[64]; /* another table that drops, by its policy */
};

static const char *text_of(struct json_object *object, const char *name)
{
    struct json_object *value;

    return json_object_object_get_ex(object, name, &value) ? json_object_get_string(value) : "";
}

static void see_chain(struct json_object *chain, struct seen *seen)
{
    const char *family = text_of(chain, "family"), *table = text_of(chain, "table"),
               *name = text_of(chain, "name");
    bool filter = strcmp(family, "ip") == 0 && strcmp(table, "filter") == 0;
    bool drops = strcmp(text_of(chain, "hook"), "forward") == 0 &&
                 strcmp(text_of(chain, "policy"), "drop") == 0;

    if (filter && strcmp(name, "DOCKER-USER") == 0)
        seen->docker_user = true;
    if (strcmp(table, "firewalld") == 0)
        seen->firewalld = true;
    if (drops && filter && strcmp(name, "FORWARD") == 0)
        seen->dropping = true;
    else if (drops && (strcmp(family, "ip") == 0 || strcmp(family, "inet") == 0))
        snprintf(seen->others, sizeof(seen->others), "%s %s %s", family, table, name);
}

static void see(struct json_object *object, void *arg)
{
    struct json_object *chain;

    if (json_object_object_get_ex(object, "chain", &chain))
        see_chain(chain, arg);
}

static int look(struct seen *seen, struct err *err)
{
    static const char *const chains[] = {"chains", NULL};

    memset(seen, 0, sizeof(*seen));
    return nat_each(chains, see, seen, err);
}

/* Two rules at the top of the chain, unless they are there. */
static int pass_ours(const char *chain, struct err *err)
{
    const char *const what[] = {"chain", "ip", "filter", chain, NULL};
    cleanup_free char *said = nat_list(what, err);
    char script[512];

    if (!said)
        return -1;
    if (strstr(said, "mdocker*"))
        return 0;
    snprintf(script, sizeof(script),
        "insert rule ip filter %s oifname \"mdocker*\" counter accept comment \"" COMMENT "\"\n"
        "insert rule ip filter %s iifname \"mdocker*\" counter accept comment \"" COMMENT "\"\n",
        chain, chain);
    return nat_run(script, err);
}

/* The kernel's older tables, which nft does not show; only root may read which there are. */
static bool has_legacy_filter(void)
{
    struct err ignored;
    cleanup_free char *names = fsio_read("/proc/net", "ip_tables_names", &ignored);

    return names && strstr(names, "filter");
}

int nat_stand_beside(struct err *err)
{
    char note[300] = "";
    struct seen seen;

    if (look(&seen, err) < 0)
        return -1;
    if ((seen.docker_user || seen.dropping) &&
        pass_ours(seen.docker_user ? "DOCKER-USER" : "FORWARD", err) < 0)
        return -1;
    if (seen.firewalld)
        snprintf(note, sizeof(note),
            "firewalld may drop what containers send -> firewall-cmd --zone=trusted "
            "--add-interface=mdocker0");
    else if (seen.others[0])
        snprintf(note, sizeof(note),
            "the chain '%s' drops what it does not know -> nft insert rule %s iifname "
            "\"mdocker*\" accept, and the same with oifname",
            seen.others, seen.others);
    else if (has_legacy_filter())
        snprintf(note, sizeof(note),
            "iptables-legacy has rules here, which may drop what containers send -> "
            "iptables-legacy -I FORWARD -i mdocker+ -j ACCEPT, and the same with -o");
    if (note[0])
        network_note_add(note);
    return 0;
}
