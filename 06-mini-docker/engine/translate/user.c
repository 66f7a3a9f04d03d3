// SPDX-License-Identifier: MIT
/*
 * The names inside a container are the image's, not the host's: its passwd and group files say
 * which number `www-data` is, where the home directory is, and in which groups the user is besides.
 * fgetpwent(3) reads such a file without asking the host's name services.
 */
#include "user.h"

#include "cleanup.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The topmost layer that has the file decides, also when it says with a whiteout (a character
 * device 0:0) that there is none. NULL: there is no such file, or none that can be read as one. */
static FILE *open_in_layers(const char *const *layers, const char *path)
{
    struct err ignored;
    struct stat st;
    char reopen[64];

    for (; *layers; layers++) {
        cleanup_close int root = open(*layers, O_PATH | O_DIRECTORY | O_CLOEXEC);
        cleanup_close int place =
            root < 0 ? -1 : mount_open_in_root(root, path, MOUNT_MAKE_NOTHING, &ignored);
        if (place < 0)
            continue;
        snprintf(reopen, sizeof(reopen), "/proc/self/fd/%d", place);
        if (fstat(place, &st) < 0 || !S_ISREG(st.st_mode))
            return NULL;
        cleanup_close int fd = open(reopen, O_RDONLY | O_CLOEXEC);
        FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
        if (file)
            steal_fd(&fd);
        return file;
    }
    return NULL;
}

/* A whole number and nothing else, as an ID. */
static bool read_id(const char *text, uint32_t *ret)
{
    char *end;

    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || value > INT32_MAX)
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* Fills uid, gid, home and the name from the entry; false when there is none. */
static bool find_entry(
    FILE *passwd, const char *word, bool by_number, struct user *ret, char ret_name[64])
{
    for (struct passwd *entry; passwd && (entry = fgetpwent(passwd));) {
        if (by_number ? entry->pw_uid != ret->uid : strcmp(entry->pw_name, word) != 0)
            continue;
        ret->uid = entry->pw_uid;
        ret->gid = entry->pw_gid;
        snprintf(ret->home, sizeof(ret->home), "%s", entry->pw_dir);
        snprintf(ret_name, 64, "%s", entry->pw_name);
        return true;
    }
    return false;
}

static bool is_member(const struct group *group, const char *name)
{
    for (char **member = group->gr_mem; *member; member++) {
        if (strcmp(*member, name) == 0)
            return true;
    }
    return false;
}

/* The groups that list the user, and the one that `wanted` names, when it is not NULL. */
static bool read_groups(FILE *file, const char *name, const char *wanted, struct user *ret)
{
    bool found = !wanted || read_id(wanted, &ret->gid);

    for (struct group *entry; file && (entry = fgetgrent(file));) {
        if (wanted && strcmp(entry->gr_name, wanted) == 0) {
            ret->gid = entry->gr_gid;
            found = true;
        } else if (!wanted && ret->groups_count < USER_GROUPS && is_member(entry, name)) {
            ret->groups[ret->groups_count++] = entry->gr_gid;
        }
    }
    return found;
}

/* Of --group-add; a name must be in the file. */
static int add_group(FILE *file, const char *word, struct user *ret, struct err *err)
{
    gid_t gid = 0;
    bool found = read_id(word, &gid);

    if (file)
        rewind(file);
    for (struct group *entry; !found && file && (entry = fgetgrent(file));) {
        found = strcmp(entry->gr_name, word) == 0;
        gid = entry->gr_gid;
    }
    if (!found) {
        err_refuse(err, EINVAL, "Unable to find group %.60s", word);
        return err_hint(
            err, "no such name in the container's /etc/group -> a name from there, or a number");
    }
    for (size_t i = 0; i < ret->groups_count; i++) {
        if (ret->groups[i] == gid)
            return 0;
    }
    if (ret->groups_count == USER_GROUPS)
        return err_refuse(err, EINVAL, "--group-add: more than %d groups", USER_GROUPS);
    ret->groups[ret->groups_count++] = gid;
    return 0;
}

/*
 * The own group is among the others too, and the first. Else a program could leave it through a
 * setgid file, and with it what a file forbids to that group alone (CVE-2022-36109).
 */
static void add_own(struct user *ret)
{
    for (size_t i = 0; i < ret->groups_count; i++) {
        if (ret->groups[i] == ret->gid)
            return;
    }
    memmove(ret->groups + 1, ret->groups, ret->groups_count * sizeof(ret->groups[0]));
    ret->groups[0] = ret->gid;
    ret->groups_count++;
}

int user_find(const char *const *layers, const char *text, const char *const *more,
    struct user *ret, struct err *err)
{
    char word[64], name[64] = "";
    const char *colon = text ? strchr(text, ':') : NULL;

    *ret = (struct user){.home = "/"};
    snprintf(word, sizeof(word), "%.*s", (int)(colon ? colon - text : 63), text ? text : "");
    if (!word[0])
        strcpy(word, "0");
    cleanup_fclose FILE *passwd = open_in_layers(layers, "/etc/passwd");
    bool by_number = read_id(word, &ret->uid);
    if (!find_entry(passwd, word, by_number, ret, name) && !by_number) {
        err_refuse(err, EINVAL, "unable to find user %s", word);
        return err_hint(
            err, "no such name in the container's /etc/passwd -> a name from there, or a number");
    }
    cleanup_fclose FILE *group = open_in_layers(layers, "/etc/group");
    if (!read_groups(group, name, colon && colon[1] ? colon + 1 : NULL, ret)) {
        err_refuse(err, EINVAL, "unable to find group %.60s", colon + 1);
        return err_hint(
            err, "no such name in the container's /etc/group -> a name from there, or a number");
    }
    for (; more && *more; more++) {
        if (add_group(group, *more, ret, err) < 0)
            return -1;
    }
    add_own(ret);
    return 0;
}
