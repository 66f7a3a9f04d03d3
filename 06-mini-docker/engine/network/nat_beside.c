// SPDX-License-Identifier: MIT
/*
 * Netfilter asks every table that hooks into the way of a packet, and one "drop" is enough. So
 * rules of ours that accept do not help where somebody else's drop, and his must be told. Docker
 * sets the policy of what is forwarded to DROP and has a chain for what others want to say,
 * DOCKER-USER; ufw and many scripts set the same policy, or end the chain with a rule that rejects
 * all. Two rules in there, marked as ours, pass what comes from our bridges and what goes to them;
 * who may do so has been decided in our own table.
 */
#include "nat_beside.h"

#include "nat.h"
#include "network_note.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#define COMMENT "mini-docker"

/* What was seen in the list of all chains. */
struct seen {
    bool docker_user, dropping, firewalld;
    char others[64]; /* another chain that drops */
};

/* What was seen in the rules of one. */
struct seen_rules {
    bool refuses; /* one of them, whatever comes to it */
    bool told;    /* one of them is about our bridges */
};

static const char *text_of(struct json_object *object, const char *name)
{
    struct json_object *value;

    return json_object_object_get_ex(object, name, &value) ? json_object_get_string(value) : "";
}

/* What iptables-nft has no words of nftables' own for: {"type": "target", "name": "REJECT"}. */
static bool is_reject(struct json_object *extension)
{
    return extension && strcmp(text_of(extension, "type"), "target") == 0 &&
           strcmp(text_of(extension, "name"), "REJECT") == 0;
}

/* False as soon as the rule has a condition. */
static bool refuses_all(struct json_object *parts)
{
    bool refuses = false;

    for (size_t i = 0; i < json_object_array_length(parts); i++) {
        json_object_object_foreach(json_object_array_get_idx(parts, i), word, value)
        {
            if (strcmp(word, "drop") == 0 || strcmp(word, "reject") == 0 ||
                (strcmp(word, "xt") == 0 && is_reject(value)))
                refuses = true;
            else if (strcmp(word, "counter") != 0 && strcmp(word, "log") != 0)
                return false;
        }
    }
    return refuses;
}

static void see_rule(struct json_object *object, void *arg)
{
    struct seen_rules *seen = arg;
    struct json_object *rule, *parts;

    if (!json_object_object_get_ex(object, "rule", &rule) ||
        !json_object_object_get_ex(rule, "expr", &parts))
        return;
    seen->refuses |= refuses_all(parts);
    seen->told |= strstr(json_object_to_json_string(parts), "mdocker") != NULL;
}

/* A chain of what is forwarded: does it drop what it does not know, by its policy or a rule? */
static void see_way(const char *family, const char *table, const char *name, bool drops,
    bool filter, struct seen *seen)
{
    const char *const what[] = {"chain", family, table, name, NULL};
    struct seen_rules rules = {0};
    struct err ignored;

    nat_each(what, see_rule, &rules, &ignored);
    if (!drops && !rules.refuses)
        return;
    if (filter && strcmp(name, "FORWARD") == 0)
        seen->dropping = true;
    else if (!rules.told)
        snprintf(seen->others, sizeof(seen->others), "%s %s %s", family, table, name);
}

static void see_chain(struct json_object *chain, struct seen *seen)
{
    const char *family = text_of(chain, "family"), *table = text_of(chain, "table"),
               *name = text_of(chain, "name");
    bool filter = strcmp(family, "ip") == 0 && strcmp(table, "filter") == 0;

    if (filter && strcmp(name, "DOCKER-USER") == 0)
        seen->docker_user = true;
    if (strcmp(table, "firewalld") == 0)
        seen->firewalld = true;
    else if (strcmp(text_of(chain, "hook"), "forward") == 0 &&
             strncmp(table, "mini-docker", 11) != 0 &&
             (strcmp(family, "ip") == 0 || strcmp(family, "inet") == 0))
        see_way(family, table, name, strcmp(text_of(chain, "policy"), "drop") == 0, filter, seen);
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

int nat_beside_pass(const char *bridge, struct err *err)
{
    char note[300];
    struct seen seen;

    if (look(&seen, err) < 0)
        return -1;
    if ((seen.docker_user || seen.dropping) &&
        pass_ours(seen.docker_user ? "DOCKER-USER" : "FORWARD", err) < 0)
        return -1;
    if (seen.others[0]) {
        snprintf(note, sizeof(note),
            "the chain '%s' drops what it does not know -> nft insert rule %s iifname "
            "\"mdocker*\" accept, and the same with oifname",
            seen.others, seen.others);
        network_note_add(note);
    }
    if (seen.firewalld)
        nat_firewalld_pass(bridge);
    nat_legacy_pass();
    return 0;
}

/* "delete rule ip filter CHAIN handle N", for each that is marked as ours. */
static void write_removal(struct json_object *object, void *arg)
{
    struct json_object *rule, *handle;

    if (json_object_object_get_ex(object, "rule", &rule) &&
        json_object_object_get_ex(rule, "handle", &handle) &&
        strcmp(text_of(rule, "comment"), COMMENT) == 0)
        fprintf(arg, "delete rule ip filter %s handle %d\n", text_of(rule, "chain"),
            json_object_get_int(handle));
}

static void take_out(void)
{
    static const char *const filter[] = {"table", "ip", "filter", NULL};
    cleanup_free char *script = NULL;
    struct err ignored;
    size_t size;

    if (!nat_has_table(NFPROTO_IPV4, "filter"))
        return;
    FILE *out = open_memstream(&script, &size);
    if (!out)
        return;
    nat_each(filter, write_removal, out, &ignored);
    if (fclose(out) == 0 && size > 0)
        nat_run(script, &ignored);
}

void nat_beside_stop(const char *bridge, bool last)
{
    nat_firewalld_stop(bridge);
    if (!last)
        return;
    take_out();
    nat_legacy_stop();
}
