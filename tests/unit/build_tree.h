/* SPDX-License-Identifier: MIT */
/* For the tests of COPY: a context of a few files, a root to copy into, and a file `victim` outside
 * of both, to which symlinks in the context lead. */
#ifndef TESTS_BUILD_TREE_H
#define TESTS_BUILD_TREE_H

#include "engine/build/build_source.h"

#include "cleanup.h"
#include "fsio.h"
#include "remove.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err err;
static char dir[] = "/tmp/test-build-XXXXXX";
static struct build_ignore ignore;
static struct build_tree context = {.name = "the context", .ignore = &ignore};
static int root = -1;

static const struct {
    const char *path, *text; /* "-> x": a symlink; NULL: a directory */
    mode_t mode;
} FILES[] = {
    {"f1", "1", 0644},
    {"f2.txt", "2", 0640},
    {"f3.txt", "3", 0644},
    {"dir", NULL, 0755},
    {"dir/x", "x", 0600},
    {"dir/sub", NULL, 0750},
    {"dir/sub/y", "y", 04755},
    {"dir/in", "-> ../f1", 0},
    {"link", "-> f1", 0},
    {"out", "-> /../victim", 0},
    {"up", "-> ../victim", 0},
    {"outdir", "-> ..", 0},
};

static int set_up(void **state)
{
    (void)state;
    umask(022);
    if (!mkdtemp(dir) || chdir(dir) < 0 || mkdir("ctx", 0755) < 0 || chdir("ctx") < 0 ||
        fsio_create(&err, NULL, "../victim", "whole") < 0)
        return -1;
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        const char *path = FILES[i].path, *text = FILES[i].text;
        if (text && strncmp(text, "-> ", 3) == 0) {
            if (symlink(text + 3, path) < 0)
                return -1;
        } else if ((text ? fsio_create(&err, NULL, path, text) : mkdir(path, 0755)) < 0 ||
                   chmod(path, FILES[i].mode) < 0) {
            return -1;
        }
    }
    context.fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return chdir("..");
}

static int tear_down(void **state)
{
    (void)state;
    build_ignore_free(&ignore);
    return chdir("/") < 0 ? -1 : remove_tree(dir, &err);
}

static void begin(void)
{
    if (root >= 0)
        close(root);
    assert_ok(remove_tree("root", &err));
    assert_int_equal(mkdir("root", 0755), 0);
    root = open("root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    build_ignore_free(&ignore);
}

static void leave_out(const char *patterns)
{
    build_ignore_free(&ignore);
    assert_ok(build_ignore_parse(patterns, strlen(patterns), "I", &ignore, &err));
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *lines[64];
static size_t count;

static int see(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    cleanup_free char *text = S_ISREG(st->st_mode) ? fsio_read(NULL, path, &err) : NULL;
    char link[100] = "";

    (void)flag;
    if (ftw->level == 0)
        return 0;
    if (S_ISLNK(st->st_mode))
        assert_true(readlink(path, link, sizeof(link) - 1) > 0);
    assert_true(asprintf(&lines[count++], "%s %o%s%s", path + strlen("root/"),
                    st->st_mode & (S_ISLNK(st->st_mode) ? 0 : 07777), text ? " " : "",
                    text ? text : link) > 0);
    return 0;
}

/* All that is in the root, "path mode text", one behind the other. */
static const char *tree(void)
{
    static char all[2000];

    count = 0;
    all[0] = '\0';
    assert_int_equal(nftw("root", see, 8, FTW_PHYS), 0);
    qsort(lines, count, sizeof(lines[0]), compare);
    for (size_t i = 0; i < count; i++) {
        strcat(strcat(all, i ? "; " : ""), lines[i]);
        free(lines[i]);
    }
    return all;
}

/* "a b /to", "--parents a /to", "ADD a /to" */
static int copy(const char *line)
{
    char words[200], *list[10] = {NULL}, *exclude[2] = {NULL}, *rest, *word;
    struct build_copy job = {.from = &context, .sources = list, .exclude = exclude};
    int n = 0;

    strcpy(words, line);
    for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "ADD") == 0)
            job.unpack = true;
        else if (strcmp(word, "--parents") == 0)
            job.parents = true;
        else if (strncmp(word, "--exclude=", 10) == 0)
            exclude[0] = word + 10;
        else if (strncmp(word, "--chmod=", 8) == 0)
            job.mode = word + 8;
        else
            list[n++] = word;
    }
    job.destination = list[n - 1];
    list[n - 1] = NULL;
    return build_copy_into(&job, root, &err);
}

static void assert_copied(const char *line, const char *wanted)
{
    begin();
    assert_ok(copy(line));
    assert_string_equal(tree(), wanted);
}

static void refused(const char *line, const char *said)
{
    assert_err(copy(line), ERR_USAGE);
    assert_string_equal(err.what, said);
    assert_true(err.hint[0] != '\0');
}

#endif
