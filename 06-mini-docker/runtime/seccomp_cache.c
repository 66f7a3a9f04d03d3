// SPDX-License-Identifier: MIT
/*
 * Compiled filters, kept in files: one a profile, named by a hash of its text. A file holds
 *
 *     header    who made it: this format, architecture, version of libseccomp; lengths; checksum
 *     text      all of the profile
 *     filter    struct sock_filter, as the kernel takes them
 *
 * The text is compared whole, so two profiles with one hash cannot get each other's filter; and the
 * checksum finds what a crash or a disk has spoilt. Against people it is the directory that
 * protects: it must belong to us and nobody else may enter it, and each file must be ours. What is
 * not as it should be is not used, and written anew by rename(2), so a reader never sees half of
 * it.
 */
#include "seccomp_internal.h"

#include "cleanup.h"
#include "undo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FORMAT = 1, FILES_MOST = 64, NAME_ROOM = 48 };

struct header {
    char magic[8];
    uint32_t format, architecture;
    uint32_t major, minor, micro; /* of libseccomp */
    uint32_t flags, notify, count;
    uint64_t text_length, checksum;
};

/* Eight bytes at a time: the text is some ten kilobytes, and hashed at each start. */
static uint64_t hash(uint64_t seed, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    uint64_t value = seed ^ length, word;

    for (; length > 0; length -= length < 8 ? length : 8, bytes += 8) {
        word = 0;
        memcpy(&word, bytes, length < 8 ? length : 8);
        value = (value ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        value ^= value >> 29;
    }
    return value;
}

static uint64_t checksum(const struct header *header, const char *text, const void *filter)
{
    struct header plain = *header;

    plain.checksum = 0;
    return hash(hash(hash(0, &plain, sizeof(plain)), text, plain.text_length), filter,
        plain.count * sizeof(struct sock_filter));
}

static struct header make_header(const char *text, const struct seccomp *seccomp)
{
    const struct scmp_version *version = seccomp_version();

    return (struct header){
        .magic = "seccomp",
        .format = FORMAT,
        .architecture = seccomp_arch_native(),
        .major = version->major,
        .minor = version->minor,
        .micro = version->micro,
        .flags = seccomp->flags,
        .notify = seccomp->notify,
        .count = seccomp->count,
        .text_length = strlen(text),
    };
}

const char *seccomp_cache_dir(char ret[96])
{
    return undo_cache_dir("seccomp", ret) ? ret : NULL;
}

/* -1 where there is none that can be trusted. */
static int open_directory(const char *path)
{
    cleanup_close int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (dir < 0 || fstat(dir, &st) < 0 || st.st_uid != geteuid() || st.st_mode & 077)
        return -1;
    return steal_fd(&dir);
}

static void file_name(const char *text, char ret[NAME_ROOM])
{
    snprintf(ret, NAME_ROOM, "%016jx.bpf", (uintmax_t)hash(0, text, strlen(text)));
}

/* Ours, an ordinary file, and of a size that fits the text: then *ret_count is set. */
static bool is_sound(int fd, size_t text_length, uint32_t *ret_count)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 022)
        return false;
    uint64_t before = sizeof(struct header) + text_length, size = (uint64_t)st.st_size;
    *ret_count = (uint32_t)((size - before) / sizeof(struct sock_filter));
    return size > before && (size - before) % sizeof(struct sock_filter) == 0 &&
           (size - before) / sizeof(struct sock_filter) <= BPF_MAXINSNS;
}

static bool matches(const struct header *got, const char *text, const char *got_text,
    const struct sock_filter *filter, uint32_t count)
{
    struct seccomp said = {
        .flags = got->flags, .notify = got->notify != 0, .count = (unsigned short)count};
    struct header wanted = make_header(text, &said);

    wanted.checksum = got->checksum;
    return memcmp(&wanted, got, sizeof(wanted)) == 0 &&
           memcmp(text, got_text, wanted.text_length) == 0 &&
           checksum(got, got_text, filter) == got->checksum;
}

static bool read_file(int fd, const char *text, struct seccomp *ret)
{
    size_t length = strlen(text);
    struct header header;
    uint32_t count;

    if (!is_sound(fd, length, &count))
        return false;
    size_t bytes = count * sizeof(struct sock_filter);
    cleanup_free char *got = malloc(length);
    cleanup_free struct sock_filter *filter = malloc(bytes);
    struct iovec parts[] = {{&header, sizeof(header)}, {got, length}, {filter, bytes}};
    if (!got || !filter || readv(fd, parts, 3) != (ssize_t)(sizeof(header) + length + bytes) ||
        !matches(&header, text, got, filter, count))
        return false;
    *ret = (struct seccomp){
        .filter = steal_ptr(filter),
        .count = (unsigned short)count,
        .flags = header.flags,
        .notify = header.notify != 0,
    };
    return true;
}

bool seccomp_find(const char *text, const char *cache_dir, struct seccomp *ret)
{
    cleanup_close int dir = open_directory(cache_dir);
    char name[NAME_ROOM];

    *ret = (struct seccomp){0};
    if (dir < 0)
        return false;
    file_name(text, name);
    cleanup_close int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return fd >= 0 && read_file(fd, text, ret);
}

/* Clients that make a profile for each container would fill the disk: then all begins anew. */
static void make_room(int dir_fd)
{
    cleanup_closedir DIR *dir = fdopendir(fcntl(dir_fd, F_DUPFD_CLOEXEC, 0));
    int files = 0;

    for (struct dirent *entry; dir && (entry = readdir(dir));)
        files++;
    if (files < FILES_MOST)
        return;
    rewinddir(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dir_fd, entry->d_name, 0);
}

static bool write_file(int fd, const char *text, const struct seccomp *seccomp)
{
    struct header header = make_header(text, seccomp);
    size_t bytes = seccomp->count * sizeof(*seccomp->filter);

    header.checksum = checksum(&header, text, seccomp->filter);
    struct iovec parts[] = {
        {&header, sizeof(header)}, {(char *)text, header.text_length}, {seccomp->filter, bytes}};
    return writev(fd, parts, 3) == (ssize_t)(sizeof(header) + header.text_length + bytes);
}

void seccomp_store(const char *text, const char *cache_dir, const struct seccomp *seccomp)
{
    char name[NAME_ROOM], temporary[NAME_ROOM];
    uint64_t random;

    if (mkdir(cache_dir, 0700) < 0 && errno != EEXIST)
        return;
    cleanup_close int dir = open_directory(cache_dir);
    if (dir < 0 || getrandom(&random, sizeof(random), 0) != sizeof(random))
        return;
    make_room(dir);
    file_name(text, name);
    snprintf(temporary, sizeof(temporary), "%016jx.new", (uintmax_t)random);
    cleanup_close int fd =
        openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (!write_file(fd, text, seccomp) || renameat(dir, temporary, dir, name) < 0)
        unlinkat(dir, temporary, 0);
}
