// SPDX-License-Identifier: MIT
/*
 * The section of `tree` about processes: the container's own, each below its parent, with the
 * number it has on the host and the one it has inside. One whose parent is outside (the first, and
 * those that came by exec) stands at the top.
 */
#include "tree.h"

#include "human.h"

#include "runtime/processes.h"

#include "cleanup.h"
#include "fsio.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct seen {
    pid_t pid, parent, inside;
    char state;
    uint64_t memory_bytes;
    char command[160];
    bool drawn;
};

struct family {
    struct picture *picture;
    struct seen *items;
    size_t count;
};

/* The words of /proc/PID/cmdline, or for one without any [its name]. */
static void read_command(pid_t pid, const char *name, char *ret, size_t size)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    cleanup_fclose FILE *file = fopen(path, "re");
    size_t length = file ? fread(ret, 1, size - 1, file) : 0;
    while (length > 0 && ret[length - 1] == '\0')
        length--;
    for (size_t i = 0; i < length; i++)
        ret[i] = ret[i] ? ret[i] : ' ';
    ret[length] = '\0';
    if (length == 0)
        snprintf(ret, size, "[%s]", name);
}

static bool read_one(pid_t pid, struct seen *ret)
{
    char path[64], name[64] = "?";
    struct err ignored;
    unsigned long long kib = 0;

    *ret = (struct seen){.pid = pid, .state = '?'};
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    cleanup_free char *text = fsio_read(NULL, path, &ignored);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        sscanf(line, "Name:\t%63[^\n]", name);
        sscanf(line, "State:\t%c", &ret->state);
        sscanf(line, "PPid:\t%d", &ret->parent);
        sscanf(line, "VmRSS: %llu", &kib);
        if (strncmp(line, "NSpid:", 6) == 0)
            ret->inside = atoi(strrchr(line, '\t') + 1);
    }
    ret->memory_bytes = kib * 1024;
    read_command(pid, name, ret->command, sizeof(ret->command));
    return text != NULL;
}

static const char *state_word(char state)
{
    return state == 'Z' ? "  \fended, not waited for\b" : state == 'T' ? "  \fstopped\b" : "";
}

static void draw(struct family *family, struct seen *seen, char *prefix, bool top, bool last);

static void draw_children(struct family *family, const struct seen *parent, char *prefix)
{
    struct seen *previous = NULL;

    for (size_t i = 0; i < family->count; i++) {
        if (family->items[i].drawn || family->items[i].parent != parent->pid)
            continue;
        if (previous)
            draw(family, previous, prefix, false, false);
        previous = &family->items[i];
        previous->drawn = true;
    }
    if (previous)
        draw(family, previous, prefix, false, true);
}

static void draw(struct family *family, struct seen *seen, char *prefix, bool top, bool last)
{
    struct picture *picture = family->picture;
    size_t length = strlen(prefix);
    char size[HUMAN_TEXT];

    seen->drawn = true;
    picture_line(picture, "%7d %7d %8s  %s%s%s%s", seen->pid, seen->inside,
        human_binary_size(seen->memory_bytes, size), prefix,
        top ? "" : picture_branch(picture, last), seen->command, state_word(seen->state));
    if (length > 200) /* too deep for any terminal */
        return;
    strcpy(prefix + length, top ? "" : picture_trunk(picture, last));
    draw_children(family, seen, prefix);
    prefix[length] = '\0';
}

static bool has_parent(const struct family *family, const struct seen *seen)
{
    for (size_t i = 0; i < family->count; i++) {
        if (family->items[i].pid == seen->parent)
            return true;
    }
    return false;
}

void tree_processes(struct picture *picture, const struct tree *tree)
{
    struct processes processes;
    struct err err;
    char prefix[256] = "";

    picture_section(picture, true, "processes", "by their numbers on the host and inside");
    if (processes_read(tree->state, &processes, &err) < 0) {
        picture_line(picture, "cannot be told: %s", err.what);
        return;
    }
    struct family family = {
        .picture = picture, .items = calloc(processes.count + 1, sizeof(struct seen))};
    for (size_t i = 0; family.items && i < processes.count; i++)
        family.count += read_one(processes.items[i], &family.items[family.count]);
    free(processes.items);
    picture_line(picture, "\f%7s %7s %8s\b", "host", "inside", "memory");
    for (size_t i = 0; i < family.count; i++) {
        if (!has_parent(&family, &family.items[i]))
            draw(&family, &family.items[i], prefix, true, true);
    }
    free(family.items);
}
