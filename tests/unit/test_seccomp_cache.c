// SPDX-License-Identifier: MIT
/*
 * The cache of compiled filters, and what may not fool it. Whether a filter came from the cache is
 * seen by asking with the same text and other rules: who gets the old rules was given the file.
 */
#include "cleanup.h"
#include "runtime/seccomp.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err err;
static char top[] = "/tmp/test-seccomp-XXXXXX", cache[64];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st, (void)type, (void)where;
    return remove(path);
}

static void begin(void)
{
    nftw(cache, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A filter whose rules have this errno; the count of what it compares says nothing of the text. */
static unsigned prepare(const char *text, unsigned errno_ret)
{
    static const char *const names[] = {"getpgid", NULL};
    struct spec_seccomp_rule rule = {names, "SCMP_ACT_ERRNO", true, errno_ret};
    struct spec_seccomp spec = {
        .default_action = "SCMP_ACT_ALLOW", .rules = &rule, .rules_count = 1, .text = text};
    struct seccomp seccomp;
    unsigned got = 0;

    assert_ok(seccomp_prepare(&spec, cache, &seccomp, &err));
    for (unsigned i = 0; i < seccomp.count; i++) {
        if (seccomp.filter[i].code == (BPF_RET | BPF_K) &&
            (seccomp.filter[i].k & 0xffff0000) == 0x50000)
            got = seccomp.filter[i].k & 0xffff;
    }
    seccomp_free(&seccomp);
    return got;
}

/* The only file in the cache. */
static const char *file(void)
{
    static char path[512];
    cleanup_closedir DIR *dir = opendir(cache);

    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] != '.')
            snprintf(path, sizeof(path), "%s/%s", cache, entry->d_name);
    }
    return path;
}

static int files(void)
{
    cleanup_closedir DIR *dir = opendir(cache);
    int count = -2; /* . and .. */

    while (dir && readdir(dir))
        count++;
    return count;
}

static void found_by_its_text(void **state)
{
    struct stat st;

    (void)state;
    begin();
    assert_int_equal(prepare("text", 1), 1);
    assert_int_equal(stat(cache, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(prepare("text", 2), 1);
    assert_int_equal(prepare("texts", 3), 3);
    assert_int_equal(prepare("tex", 4), 4);
    assert_int_equal(prepare("text", 5), 1);
    assert_int_equal(files(), 3);
    assert_int_equal(prepare(NULL, 6), 6);
    assert_int_equal(files(), 3);
}

/* The file of one text under the name of another: as if both had one hash. */
static void a_hash_is_no_proof(void **state)
{
    char first[512], second[512];

    (void)state;
    begin();
    assert_int_equal(prepare("one", 1), 1);
    snprintf(first, sizeof(first), "%s/kept", top);
    assert_int_equal(rename(file(), first), 0);
    assert_int_equal(prepare("two", 2), 2);
    snprintf(second, sizeof(second), "%s", file());
    assert_int_equal(rename(first, second), 0);
    assert_int_equal(prepare("two", 3), 3);
    assert_int_equal(prepare("two", 4), 3); /* it was written anew */
}

static void each_byte_counts(void **state)
{
    struct stat st;

    (void)state;
    begin();
    prepare("text", 1);
    assert_int_equal(stat(file(), &st), 0);
    for (off_t at = 0; at < st.st_size; at++) {
        cleanup_close int fd = open(file(), O_RDWR | O_CLOEXEC);
        unsigned char byte;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 1U << at % 8;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        unsigned wanted = 2 + (unsigned)at % 1000;
        assert_int_equal(prepare("text", wanted), wanted);
        assert_int_equal(prepare("text", 1), wanted);
    }
}

static void each_length_counts(void **state)
{
    struct stat st;

    (void)state;
    begin();
    prepare("text", 1);
    assert_int_equal(stat(file(), &st), 0);
    for (off_t length = 0; length < st.st_size + 20; length++) {
        if (length == st.st_size)
            continue;
        assert_int_equal(truncate(file(), length), 0);
        assert_int_equal(prepare("text", 2 + (unsigned)length), 2 + (unsigned)length);
    }
}

/* What a file may not be: not ours, not ours alone, not a file. */
static void strange_files_are_replaced(void **state)
{
    char path[512], kept[512];

    (void)state;
    begin();
    prepare("text", 1);
    snprintf(path, sizeof(path), "%s", file());
    snprintf(kept, sizeof(kept), "%s/kept", top);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_int_equal(prepare("text", 2), 2);
        assert_int_equal(prepare("text", 3), 2);
    }
    assert_int_equal(chmod(path, 0622), 0);
    assert_int_equal(prepare("text", 4), 4);
    assert_int_equal(rename(path, kept), 0);
    assert_int_equal(symlink(kept, path), 0);
    assert_int_equal(prepare("text", 5), 5);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(prepare("text", 6), 6);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(prepare("text", 7), 7);
    assert_int_equal(files(), 1); /* nothing half made is left */
}

/* A directory that others may enter is left alone, and so is one that is not ours. */
static void strange_directories_are_not_used(void **state)
{
    char aside[64];

    (void)state;
    begin();
    prepare("text", 1);
    assert_int_equal(chmod(cache, 0755), 0);
    assert_int_equal(prepare("text", 2), 2);
    assert_int_equal(chmod(cache, 0700), 0);
    assert_int_equal(prepare("text", 3), 1);
    if (geteuid() == 0) {
        assert_int_equal(chown(cache, 65534, 65534), 0);
        assert_int_equal(prepare("text", 4), 4);
        assert_int_equal(chown(cache, 0, 0), 0);
    }
    snprintf(aside, sizeof(aside), "%s/aside", top);
    assert_int_equal(rename(cache, aside), 0);
    assert_int_equal(symlink(aside, cache), 0);
    assert_int_equal(prepare("text", 5), 5);
    unlink(cache);
    assert_int_equal(rename(aside, cache), 0);
    assert_int_equal(prepare("text", 6), 1);
}

static void it_does_not_grow_for_ever(void **state)
{
    char text[16];

    (void)state;
    begin();
    for (unsigned i = 1; i <= 200; i++) {
        snprintf(text, sizeof(text), "%u", i);
        assert_int_equal(prepare(text, i), i);
        assert_true(files() <= 64);
    }
    assert_int_equal(prepare("200", 1), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_its_text),
        cmocka_unit_test(a_hash_is_no_proof),
        cmocka_unit_test(each_byte_counts),
        cmocka_unit_test(each_length_counts),
        cmocka_unit_test(strange_files_are_replaced),
        cmocka_unit_test(strange_directories_are_not_used),
        cmocka_unit_test(it_does_not_grow_for_ever),
    };

    if (!mkdtemp(top))
        return 1;
    snprintf(cache, sizeof(cache), "%s/cache", top);
    int failed = cmocka_run_group_tests_name("seccomp cache", tests, NULL, NULL);
    nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return failed;
}
