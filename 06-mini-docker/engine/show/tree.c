// SPDX-License-Identifier: MIT
/* The whole picture, section by section, and the sections about the group and the network. */
#include "tree.h"

#include "human.h"

#include "fsio.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* The directory of the group: on v1 the one with the memory controller stands for all. */
static void draw_path(struct picture *picture, const struct cgroup *group)
{
    const char *path = cgroup_path(group, "memory");

    if (path)
        picture_line(picture, "\f%s%s\b", path,
            group->v2 || group->paths < 2 ? "" : " and the same in each hierarchy");
}

static void draw_memory(struct picture *picture, const struct measure *now)
{
    char text[200], used[HUMAN_TEXT], limit[HUMAN_TEXT];

    if (now->memory_bytes == UINT64_MAX)
        return;
    human_binary_size(now->memory_bytes, used);
    human_binary_size(now->memory_limit_bytes, limit);
    snprintf(
        text, sizeof(text), now->memory_limited ? "%s of %s" : "%s (the host has %s)", used, limit);
    if (now->oom_kills != UINT64_MAX && now->oom_kills > 0)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
            ", the kernel killed %" PRIu64 " in it", now->oom_kills);
    picture_bar(picture, "memory",
        now->memory_limited ? (double)now->memory_bytes / (double)now->memory_limit_bytes : -1,
        text);
}

static void draw_cpu(struct picture *picture, const struct tree *tree)
{
    const struct measure *now = &tree->now;
    double used = measure_cpu_percent(&tree->before, now) / 100;
    bool limited = now->cpu_quota_usec != UINT64_MAX && now->cpu_period_usec != UINT64_MAX;
    double most = limited ? (double)now->cpu_quota_usec / (double)now->cpu_period_usec : 0;
    char text[200];

    if (now->cpu_usec == UINT64_MAX)
        return;
    snprintf(text, sizeof(text), limited ? "%.2f of %.2f CPUs" : "%.2f CPUs", used, most);
    if (now->throttled_periods != UINT64_MAX && now->throttled_periods > 0)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
            ", held back in %" PRIu64 " periods", now->throttled_periods);
    picture_bar(picture, "cpu", limited ? used / most : -1, text);
}

static void draw_pids(struct picture *picture, const struct measure *now)
{
    char text[100];
    bool limited = now->pids_limit != UINT64_MAX;

    if (now->pids == UINT64_MAX)
        return;
    snprintf(text, sizeof(text),
        limited ? "%" PRIu64 " of %" PRIu64 " processes and threads"
                : "%" PRIu64 " processes and threads",
        now->pids, now->pids_limit);
    picture_bar(picture, "pids", limited ? (double)now->pids / (double)now->pids_limit : -1, text);
}

static void draw_group(struct picture *picture, const struct tree *tree)
{
    const struct measure *now = &tree->now;
    char read[HUMAN_TEXT], written[HUMAN_TEXT];

    picture_section(picture, false, "group", "what it may use: labs 02 and 03");
    if (tree->state->group.absent) {
        picture_line(picture, "none: this user may make no groups");
        return;
    }
    draw_path(picture, &tree->state->group);
    draw_memory(picture, now);
    draw_cpu(picture, tree);
    draw_pids(picture, now);
    picture_line(picture, "%-8s %s read, %s written", "disks", human_size(now->read_bytes, 3, read),
        human_size(now->write_bytes, 3, written));
}

/* A container whose network is the host's, none, or another container's has no endpoint. */
static void draw_network(struct picture *picture, const struct tree *tree)
{
    const struct status *status = tree->status;
    const char *mode = tree->record->host.network_mode;
    char received[HUMAN_TEXT], sent[HUMAN_TEXT];

    picture_section(picture, false, "network", mode ? mode : "bridge");
    for (size_t i = 0; i < status->endpoints_count; i++) {
        const struct status_endpoint *endpoint = &status->endpoints[i];
        bool out = endpoint->gateway[0]; /* none in an internal network */
        picture_line(picture, "%-8s \v%s\b/%u  in %s, %s%s  \f%s\b",
            endpoint->link[0] ? endpoint->link : "eth0", endpoint->ip, endpoint->prefix,
            endpoint->network, out ? "gateway " : "internal", endpoint->gateway, endpoint->mac);
    }
    for (size_t i = 0; i < status->ports_count; i++) {
        const struct status_port *port = &status->ports[i];
        picture_line(picture, "port     %s:%u on the host %s %u/%s", port->host_ip, port->host_port,
            picture->utf8 ? "→" : "->", port->port, port->protocol);
    }
    if (!tree->state)
        return;
    picture_line(picture, "traffic  %s received, %s sent",
        human_size(tree->now.received_bytes, 3, received),
        human_size(tree->now.sent_bytes, 3, sent));
}

static void draw_heading(struct picture *picture, const struct tree *tree)
{
    const struct record *record = tree->record;
    char state[160];

    status_describe(tree->status, state, sizeof(state));
    picture_title(picture, "\a%s\b  %.12s  \f%s\b", record->name, record->id, state);
    picture_title(picture, "%s\fimage\b    %s", picture_trunk(picture, false),
        record->config.image ? record->config.image : record->host.rootfs);
    char words[300];
    size_t used = (size_t)snprintf(words, sizeof(words), "%s", record->path);
    for (const char *const *arg = record->args; arg && *arg && used < sizeof(words); arg++)
        used += (size_t)snprintf(words + used, sizeof(words) - used, " %s", *arg);
    picture_title(picture, "%s\fprogram\b  %s", picture_trunk(picture, false), words);
}

/* Two readings, some time apart, make a share of the CPU. */
static void measure(struct tree *tree)
{
    const struct timespec pause = {.tv_nsec = 300000000};

    if (tree->before.at == 0) {
        measure_read(tree->state, &tree->before);
        nanosleep(&pause, NULL);
    }
    measure_read(tree->state, &tree->now);
}

void tree_draw(struct picture *picture, struct tree *tree)
{
    draw_heading(picture, tree);
    if (!tree->state) {
        draw_network(picture, tree);
        tree_root(picture, tree);
        picture_section(picture, true, "processes", "none: it does not run");
        return;
    }
    measure(tree);
    tree_namespaces(picture, tree);
    draw_group(picture, tree);
    tree_root(picture, tree);
    tree_mounts(picture, tree);
    tree_rights(picture, tree);
    draw_network(picture, tree);
    tree_processes(picture, tree);
}
