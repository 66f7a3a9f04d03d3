// SPDX-License-Identifier: MIT
/*
 * What is mounted where: mountinfo is the kernel's own list, a mount a line. statx(2) tells which
 * of its lines a path lies on, by the mount's ID; by the path alone one could take a mount for
 * another that is hidden below it.
 */
#include "mount.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Decodes \040 and its like (space, tab, newline, backslash) in place. */
static void decode_octal(char *text)
{
    char *to = text;

    for (const char *from = text; *from; to++) {
        /* always three digits: with fewer, the step over them would pass the end of the text */
        if (*from == '\\' && strspn(from + 1, "01234567") >= 3) {
            *to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

bool mount_parse(const char *line, struct mount_entry *ret)
{
    const char *tail = strstr(line, " - ");
    int fields_at = 0;

    *ret = (struct mount_entry){0};
    if (!tail || sscanf(line, "%d %d %23s %4095s %4095s %255s %n", &ret->id, &ret->parent_id,
                     ret->device, ret->root, ret->point, ret->options, &fields_at) != 6)
        return false;
    if (sscanf(tail, " - %63s %255s", ret->type, ret->source) < 1)
        return false;
    decode_octal(ret->root);
    decode_octal(ret->point);
    decode_octal(ret->source);
    const char *shared = strstr(line + fields_at, "shared:");
    const char *master = strstr(line + fields_at, "master:");
    ret->shared = shared && shared < tail;
    if (master && master < tail)
        sscanf(master, "master:%d", &ret->master);
    return true;
}

int mount_each(
    pid_t pid, int (*visit)(const struct mount_entry *entry, void *arg), void *arg, struct err *err)
{
    char path[64] = "/proc/self/mountinfo";
    cleanup_free char *line = NULL;
    struct mount_entry entry;
    size_t room = 0;
    int result = 0;

    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
    cleanup_fclose FILE *file = fopen(path, "re");
    if (!file)
        return err_sys(err, "cannot open %s", path);
    while (result == 0 && getline(&line, &room, file) > 0) {
        if (mount_parse(line, &entry))
            result = visit(&entry, arg);
    }
    return result;
}

struct search {
    uint64_t id;
    struct mount_entry *ret;
};

static int has_id(const struct mount_entry *entry, void *arg)
{
    struct search *search = arg;

    if ((uint64_t)entry->id != search->id)
        return 0;
    *search->ret = *entry;
    return 1;
}

/*
 * statx(2)'s answer, as far as it is read here, in a struct of our own: C libraries differ in how
 * much of it they know. The kernel's is 256 bytes too.
 */
struct answer {
    uint32_t mask, block_size;
    uint64_t attributes, rest[16], mount_id, more[13];
};

enum { ASK_MOUNT_ID = 0x1000, IS_MOUNT_ROOT = 0x2000 }; /* STATX_MNT_ID, STATX_ATTR_MOUNT_ROOT */

static int ask(const char *path, struct answer *ret)
{
    return (int)syscall(SYS_statx, AT_FDCWD, path, AT_NO_AUTOMOUNT, ASK_MOUNT_ID, ret);
}

int mount_find(const char *path, struct mount_entry *ret, struct err *err)
{
    struct search search = {.ret = ret};
    struct answer answer;

    if (ask(path, &answer) < 0)
        return err_sys(err, "cannot look at %s", path);
    search.id = answer.mount_id;
    int found = mount_each(0, has_id, &search, err);
    if (found == 0)
        return err_set(
            err, ERR_SYS, "the mount that holds %s is not in /proc/self/mountinfo", path);
    return found < 0 ? -1 : 0;
}

bool mount_is_point(const char *path)
{
    struct answer answer;

    return ask(path, &answer) == 0 && (answer.attributes & IS_MOUNT_ROOT);
}

int mount_make_all(unsigned long propagation, struct err *err)
{
    if (mount(NULL, "/", NULL, MS_REC | propagation, NULL) == 0)
        return 0;
    err_sys(err, "cannot make the mounts %s", propagation & MS_PRIVATE ? "private" : "slaves");
    if (errno == EPERM)
        return err_hint(err, "no CAP_SYS_ADMIN over this mount namespace -> run as root, or make a "
                             "user namespace together with it");
    if (errno == EINVAL)
        return err_hint(err,
            "/ is no mount point: this process sits in a chroot -> bind the chroot's "
            "directory onto itself before the chroot");
    return -1;
}

int mount_make_private(struct err *err)
{
    return mount_make_all(MS_PRIVATE, err);
}
