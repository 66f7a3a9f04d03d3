// SPDX-License-Identifier: MIT
/* The sections of `tree` that are read from /proc/PID of the first process: namespaces and rights.
 */
#include "tree.h"

#include "caps.h"
#include "cleanup.h"
#include "fsio.h"
#include "ns_table.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

/* The value of a line "Key:\tvalue" of /proc/PID/status, "" where there is none. */
static void status_line(pid_t pid, const char *key, char *ret, size_t size)
{
    char path[64];
    struct err ignored;
    size_t length = strlen(key);

    ret[0] = '\0';
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    cleanup_free char *text = fsio_read(NULL, path, &ignored);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (strncmp(line, key, length) == 0 && line[length] == ':')
            snprintf(ret, size, "%s", line + length + 1 + strspn(line + length + 1, " \t"));
    }
}

/* "0 100000 65536" of uid_map: inside, outside, how many */
static void describe_user(const struct tree *tree, char *ret, size_t size)
{
    char path[64];
    unsigned inside, outside, count;
    struct err ignored;

    snprintf(path, sizeof(path), "/proc/%d/uid_map", tree->state->pid);
    cleanup_free char *text = fsio_read(NULL, path, &ignored);
    if (text && sscanf(text, "%u %u %u", &inside, &outside, &count) == 3)
        snprintf(ret, size, "user %u in it is user %u of the host, and %u in all", inside, outside,
            count);
}

static void describe_pid(const struct tree *tree, char *ret, size_t size)
{
    char numbers[100];

    status_line(tree->state->pid, "NSpid", numbers, sizeof(numbers));
    const char *inside = strrchr(numbers, '\t');
    snprintf(ret, size, "process %s in it is %d on the host", inside ? inside + 1 : numbers,
        tree->state->pid);
}

static void describe_uts(const struct tree *tree, char *ret, size_t size)
{
    snprintf(ret, size, "its host name: %s",
        tree->record->config.hostname ? tree->record->config.hostname : "?");
}

static const struct {
    const char *name;
    void (*describe)(const struct tree *tree, char *ret, size_t size);
} DESCRIPTIONS[] = {{"user", describe_user}, {"pid", describe_pid}, {"uts", describe_uts}};

void tree_namespaces(struct picture *picture, const struct tree *tree)
{
    uint64_t its[NS_KINDS], hosts[NS_KINDS];
    struct err err;

    picture_section(picture, false, "namespaces", "what it sees of the machine: lab 01");
    if (ns_inodes(tree->state->pid, its, &err) < 0 || ns_inodes(0, hosts, &err) < 0) {
        picture_line(picture, "cannot be looked at: %s", err.what);
        return;
    }
    for (int i = 0; i < NS_KINDS; i++) {
        const struct ns_kind *kind = &ns_table[i];
        char more[200];
        if (its[i] == 0)
            continue;
        snprintf(more, sizeof(more), "%s", kind->isolates);
        for (size_t j = 0; its[i] != hosts[i] && j < sizeof(DESCRIPTIONS) / sizeof(*DESCRIPTIONS);
             j++) {
            if (strcmp(DESCRIPTIONS[j].name, kind->name) == 0)
                DESCRIPTIONS[j].describe(tree, more, sizeof(more));
        }
        picture_line(picture,
            its[i] == hosts[i] ? "%-7s \f%" PRIu64 "  the host's: %s\b"
                               : "%-7s \v%" PRIu64 "\b  %s",
            kind->name, its[i], more);
    }
}

/* "CHOWN KILL …" of a mask in hex; returns how many. */
static int list_capabilities(const char *hex, char *ret, size_t size)
{
    uint64_t mask = 0;
    int count = 0;
    size_t used = 0;

    ret[0] = '\0';
    sscanf(hex, "%" SCNx64, &mask);
    for (int i = 0; i < 64; i++) {
        const char *name = mask & (1ull << i) ? caps_name(i) : NULL;
        count += (mask >> i) & 1;
        if (!name || used >= size)
            continue;
        used += (size_t)snprintf(ret + used, size - used, "%s%s", used ? " " : "",
            strncmp(name, "CAP_", 4) == 0 ? name + 4 : name);
    }
    return count;
}

static void draw_capabilities(struct picture *picture, pid_t pid)
{
    char value[64], names[1200];

    status_line(pid, "CapBnd", value, sizeof(value));
    int most = list_capabilities(value, names, sizeof(names));
    status_line(pid, "CapEff", value, sizeof(value));
    int count = list_capabilities(value, names, sizeof(names));
    picture_line(picture, "%-8s %d of the kernel's, %d at most", "may", count, most);
    /* a few lines rather than a long one */
    for (char *rest = names; *rest;) {
        size_t length = strlen(rest);
        if (length > 64) {
            for (length = 64; length > 0 && rest[length] != ' ';)
                length--;
        }
        picture_line(picture, "         \f%.*s\b", (int)length, rest);
        rest += length + (rest[length] == ' ');
    }
}

void tree_rights(struct picture *picture, const struct tree *tree)
{
    static const char *const modes[] = {"none: every system call is let through",
        "strict: only read, write and exit", "a filter looks at each system call"};
    char value[64], user[100];
    pid_t pid = tree->state->pid;

    picture_section(picture, false, "rights", "what it may do: capabilities(7), seccomp(2)");
    status_line(pid, "Uid", user, sizeof(user));
    picture_line(picture, "%-8s %.*s on the host", "user", (int)strcspn(user, "\t"), user);
    draw_capabilities(picture, pid);
    status_line(pid, "Seccomp", value, sizeof(value));
    if (value[0] >= '0' && value[0] <= '2')
        picture_line(picture, "%-8s %s", "seccomp", modes[value[0] - '0']);
    status_line(pid, "NoNewPrivs", value, sizeof(value));
    picture_line(picture, "%-8s %s", "setuid",
        value[0] == '1' ? "gives nothing: no_new_privs" : "works as usual, within the above");
}
