// SPDX-License-Identifier: MIT
/*
 * files: every file of a new group, as the running kernel has it.
 *
 * The group gets all controllers that its parent can pass down. Its directory is then read, and for
 * each file there is a line: what may be done with it (r, w), its value in a new group, and what it
 * means, from file_table.c. A file that the table does not know is listed as such: the kernel is
 * newer than the table. The control is a group below, to which nothing is passed down: it has the
 * core's files (cgroup.*, cpu.stat and the pressure files) and no others.
 */
#include "experiments.h"
#include "file_table.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "host.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What was found in a group's directory. */
struct survey {
    uint64_t core;            /* files that any group has */
    uint64_t of_controllers;  /* the others */
    uint64_t explained;       /* files that the table knows */
    uint64_t limits, limited; /* *.max files, and those that hold a limit */
};

/* Files that the core makes, whichever controllers there are. */
static bool is_core(const char *name)
{
    return strncmp(name, "cgroup.", 7) == 0 || strncmp(name, "cpu.stat", 8) == 0 ||
           strstr(name, ".pressure");
}

/* The first line of the file, cut to fit a column; "..." says that there is more. */
static void first_line(const char *dir, const char *name, char ret[24])
{
    struct err ignored;
    cleanup_free char *text = fsio_read(dir, name, &ignored);
    size_t length = text ? strcspn(text, "\n") : 0;
    bool more = text && (text[length] || length > 20);

    snprintf(ret, 24, "%.*s%s", (int)(more && length > 17 ? 17 : length), text ? text : "",
        more ? "..." : "");
}

static void print_file(struct run *run, const char *dir, const char *name, const char *value)
{
    const struct file_row *row = file_table_find(name);
    char path[PATH_MAX];
    struct stat st = {0};

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    stat(path, &st);
    note(&run->report, "%-24s %c%c %-20s %s", name, st.st_mode & S_IRUSR ? 'r' : '-',
        st.st_mode & S_IWUSR ? 'w' : '-', value,
        row ? row->meaning : "not in this table: newer than it");
}

/*
 * No line at all (io.max, misc.max) says that nothing is limited, as "max" does; hugetlb of some
 * kernels says it with a number of 2^62 or more.
 */
static bool is_limit(const char *value)
{
    return *value && !strstr(value, "max") && strtoull(value, NULL, 10) < 1ull << 62;
}

static void count_file(struct survey *s, const char *name, const char *value)
{
    size_t length = strlen(name);

    s->core += is_core(name);
    s->of_controllers += !is_core(name);
    s->explained += file_table_find(name) != NULL;
    if (length > 4 && strcmp(name + length - 4, ".max") == 0) {
        s->limits++;
        s->limited += is_limit(value);
    }
}

/* Goes through the files by name, which keeps a controller's together; may print each. */
static int survey(struct run *run, const char *dir, bool print, struct survey *ret, struct err *err)
{
    struct dirent **entries;
    char value[24];

    *ret = (struct survey){0};
    int count = scandir(dir, &entries, NULL, alphasort);
    if (count < 0)
        return err_sys(err, "cannot read the directory %s", dir);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (entries[i]->d_type == DT_REG) {
            first_line(dir, name, value);
            count_file(ret, name, value);
            if (print)
                print_file(run, dir, name, value);
        }
        free(entries[i]);
    }
    free(entries);
    return 0;
}

/* The rows of the table that the group has no file for. */
static void print_missing(struct run *run, const char *dir)
{
    char line[100] = "";
    struct dirent **entries;
    int count = scandir(dir, &entries, NULL, alphasort);

    for (const struct file_row *row = file_table; row->pattern; row++) {
        bool found = false;
        for (int i = 0; i < count && !found; i++)
            found = file_table_find(entries[i]->d_name) == row;
        if (found)
            continue;
        if (strlen(line) + strlen(row->pattern) > 72) {
            note(&run->report, "%s", line);
            line[0] = '\0';
        }
        snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s", line[0] ? " " : "",
            row->pattern);
    }
    note(&run->report, "%s", line);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

static int files_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char parent[PATH_MAX];
    struct group g, below;
    struct survey all, core;

    host_v2_parent(parent);
    cleanup_free char *controllers = fsio_read(parent, "cgroup.controllers", err);
    if (!controllers)
        return -1;
    step(r, "cgroup-v2.rst", "a group with every controller that there is");
    if (group_make(run, "", controllers, &g, err) < 0)
        return -1;
    step(r, "cgroup-v2.rst, \"Interface Files\"", "its files: name, r and w, value, meaning");
    if (survey(run, g.path, true, &all, err) < 0)
        return -1;
    step(r, NULL, "not here: files of other kernels, of modules not loaded, of v1's controllers");
    print_missing(run, g.path);
    step(r, NULL, "control: a group below, with no controller");
    if (group_make_below(run, &g, "below", "", &below, err) < 0 ||
        survey(run, below.path, false, &core, err) < 0)
        return -1;
    note(r, "%lu files, of controllers: %lu", core.core + core.of_controllers, core.of_controllers);

    claim_u64(r, "the core's files are there", all.core, GE, 9, "readdir(3)");
    claim_u64(r, "files that the table explains", all.explained, GE, 9, "readdir(3)");
    claim_u64(r, "limits set in a new group", all.limited, EQ, 0, "*.max");
    claim_u64(r, "control: the core's files are here too", core.core, EQ, all.core, "readdir(3)");
    claim_u64(
        r, "control: no controller, none of its files", core.of_controllers, EQ, 0, "readdir(3)");
    return 0;
}

const struct experiment files_experiment = {
    .name = "files",
    .summary = "every file of a new group, explained",
    .needs = "v2",
    .steps = 4,
    .run = files_run,
};
