// SPDX-License-Identifier: MIT
/*
 * The container's groups know its processes, those that joined later too; where there are none
 * (an ordinary user without a delegated group), its PID namespace does, less what made one of its
 * own inside. What ps(1) prints of all processes is filtered by them, so that its options are the
 * person's choice.
 */
#include "processes.h"

#include "cleanup.h"
#include "ns_table.h"
#include "proc.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MOST = 30 };

static int add(struct processes *processes, pid_t pid, struct err *err)
{
    pid_t *larger = realloc(processes->items, (processes->count + 1) * sizeof(*larger));

    if (!larger)
        return err_sys(err, "no memory for processes");
    processes->items = larger;
    larger[processes->count++] = pid;
    return 0;
}

/* All that are in this PID namespace; of those of other users it cannot be told. */
static int read_namespace(uint64_t namespace, struct processes *ret, struct err *err)
{
    cleanup_closedir DIR *proc = opendir("/proc");

    if (!proc)
        return err_sys(err, "cannot read /proc");
    for (struct dirent *entry; (entry = readdir(proc));) {
        pid_t pid = atoi(entry->d_name);
        uint64_t inode;
        struct err gone;
        if (pid > 0 && ns_inode(pid, "pid", &inode, &gone) == 0 && inode == namespace &&
            add(ret, pid, err) < 0)
            return -1;
    }
    return 0;
}

int processes_read(const struct state *state, struct processes *ret, struct err *err)
{
    uint64_t its, ours;

    *ret = (struct processes){0};
    if (!state->group.absent)
        return cgroup_pids(&state->group, true, &ret->items, &ret->count, err);
    if (ns_inode(state->pid, "pid", &its, err) == 0 && ns_inode(0, "pid", &ours, err) == 0 &&
        its != ours) {
        int result = read_namespace(its, ret, err);
        if (result < 0)
            free(ret->items);
        return result;
    }
    err_set(err, ERR_SKIP,
        "cannot tell the processes of container %s: it has neither a group nor a PID namespace",
        state->id);
    return err_hint(
        err, "its processes are known by one of these -> look from inside: exec %s ps", state->id);
}

static bool has(const struct processes *processes, pid_t pid)
{
    for (size_t i = 0; i < processes->count; i++) {
        if (processes->items[i] == pid)
            return true;
    }
    return false;
}

/* The word of a line by its number, or "" */
static const char *nth_word(const char *line, int n)
{
    for (line += strspn(line, " "); n > 0; n--) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return line;
}

/* Which column of ps's title line is PID; -1: none. */
static int pid_column(const char *title)
{
    for (int n = 0; *nth_word(title, n); n++) {
        const char *word = nth_word(title, n);
        if (strncmp(word, "PID", 3) == 0 && (word[3] == ' ' || word[3] == '\0'))
            return n;
    }
    return -1;
}

/* Moves the lines that stay to the front. */
static int keep_lines(char *printed, const struct processes *processes, struct err *err)
{
    char *rest = printed, *title = strsep(&rest, "\n"), *to = title + strlen(title);
    int column = pid_column(title);

    if (column < 0) {
        err_set(err, ERR_USAGE, "ps(1) printed no column PID");
        return err_hint(
            err, "its lines are chosen by their PID -> use options that show it: -ef, aux");
    }
    *to++ = '\n';
    for (char *line; (line = strsep(&rest, "\n"));) {
        size_t length = strlen(line);
        if (!has(processes, atoi(nth_word(line, column))))
            continue;
        memmove(to, line, length);
        to += length;
        *to++ = '\n';
    }
    *to = '\0';
    return 0;
}

char *processes_show(const struct processes *processes, char *const options[], struct err *err)
{
    const char *words[OPTIONS_MOST + 2] = {"ps", "-ef", NULL};
    const struct proc_spec ps = {.argv = words};
    int status;

    for (int i = 0; options[i]; i++) {
        if (i == OPTIONS_MOST) {
            err_set(err, ERR_USAGE, "too many words for ps(1)");
            return NULL;
        }
        words[1 + i] = options[i];
    }
    cleanup_free char *printed = proc_capture(&ps, &status, err);
    if (!printed)
        return NULL;
    if (status != 0) {
        err_set(err, ERR_SYS, "ps(1) ended with status %d", status);
        return NULL;
    }
    return keep_lines(printed, processes, err) < 0 ? NULL : steal_ptr(printed);
}
