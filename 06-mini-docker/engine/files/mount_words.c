// SPDX-License-Identifier: MIT
/*
 * -v, --tmpfs and the record's --mount, judged. A text is cut at its colons or commas, and each
 * word is looked up in a table. What is accepted and what is said of the rest is Docker's: scripts
 * compare it.
 *
 * What must hold for whoever mounts: a target is absolute, clean and not "/", a bind's source is
 * absolute, a volume's name is one that can be a directory's.
 */
#include "mount_words.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Modes of -v. Of each group only one word may be given. */
enum group { ACCESS, LABEL, PROPAGATION, COPY, CONSISTENCY, GROUPS };

static const struct {
    const char *word;
    enum group group;
} MODES[] = {
    {"rw", ACCESS},
    {"ro", ACCESS},
    {"z", LABEL}, /* SELinux's, which means nothing here */
    {"Z", LABEL},
    {"private", PROPAGATION},
    {"rprivate", PROPAGATION},
    {"shared", PROPAGATION},
    {"rshared", PROPAGATION},
    {"slave", PROPAGATION},
    {"rslave", PROPAGATION},
    {"nocopy", COPY},
    {"consistent", CONSISTENCY}, /* of a Mac's */
    {"cached", CONSISTENCY},
    {"delegated", CONSISTENCY},
};

/* Words of --tmpfs: flags, and those of tmpfs(5) that take a value. */
static const char *const TMPFS_FLAGS[] = {"ro", "rw", "nosuid", "suid", "nodev", "dev", "noexec",
    "exec", "sync", "async", "dirsync", "noatime", "atime", "nodiratime", "diratime", "relatime",
    "norelatime", "strictatime", "nostrictatime", "remount", "mand", "nomand", "private",
    "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable", "defaults"};
static const char *const TMPFS_VALUES[] = {
    "mode", "uid", "gid", "size", "nr_inodes", "nr_blocks", "mpol"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *mount_kind_name(enum mount_kind kind)
{
    static const char *const names[] = {"bind", "volume", "tmpfs"};

    return names[kind];
}

static int set_target(struct mount_words *words, const char *target, struct err *err)
{
    const char *kind = mount_kind_name(words->kind);

    if (!target || !target[0])
        return err_refuse(err, EINVAL,
            "invalid mount config for type \"%s\": field Target must not be empty", kind);
    if (target[0] != '/')
        return err_refuse(err, EINVAL,
            "invalid mount config for type \"%s\": invalid mount path: '%s' mount path must be "
            "absolute",
            kind, target);
    if (!mount_words_clean(target, words->target))
        return err_refuse(err, EINVAL, "the path %.60s… is too long", target);
    if (strcmp(words->target, "/") == 0)
        return err_refuse(err, EINVAL,
            "invalid mount config for type \"%s\": invalid specification: destination can't be '/'",
            kind);
    return 0;
}

static int set_source(struct mount_words *words, const char *source, struct err *err)
{
    if (words->kind == MOUNT_KIND_VOLUME) {
        words->anonymous = !source[0];
        snprintf(words->source, sizeof(words->source), "%s", source);
        return source[0] ? mount_words_check_name(source, err) : 0;
    }
    if (source[0] != '/')
        return err_refuse(err, EINVAL,
            "invalid mount config for type \"bind\": invalid mount path: '%s' mount path must be "
            "absolute",
            source);
    if (!mount_words_clean(source, words->source))
        return err_refuse(err, EINVAL, "the path %.60s… is too long", source);
    return 0;
}

/* "-v a:relative" is answered with the whole text, and then what is wrong with it. */
static int invalid_volume(const char *text, struct err *err)
{
    struct err why = *err;

    return err_refuse(err, EINVAL, "invalid volume specification: '%s'%s%s", text,
        why.kind ? ": " : "", why.kind ? why.what : "");
}

static const char *find_mode(const char *word, enum group *ret_group)
{
    for (size_t i = 0; i < COUNT(MODES); i++) {
        if (strcmp(MODES[i].word, word) == 0) {
            *ret_group = MODES[i].group;
            return MODES[i].word;
        }
    }
    return NULL;
}

/* False: a word that is none, or the second of its group. */
static bool read_mode(const char *mode, struct mount_words *words)
{
    const char *found[GROUPS] = {0};
    char copy[64], *rest = copy;

    if (snprintf(copy, sizeof(copy), "%s", mode) >= (int)sizeof(copy))
        return false;
    for (char *word; *mode && (word = strsep(&rest, ","));) {
        enum group group;
        const char *known = find_mode(word, &group);
        if (!known || found[group])
            return false;
        found[group] = known;
    }
    words->read_only = found[ACCESS] && strcmp(found[ACCESS], "ro") == 0;
    words->no_copy = found[COPY];
    words->propagation = found[PROPAGATION] ? found[PROPAGATION] : "rprivate";
    snprintf(words->mode, sizeof(words->mode), "%s", mode);
    return words->kind == MOUNT_KIND_BIND ? !found[COPY] : !found[PROPAGATION];
}

static int read_volume(
    char *parts[], int count, const char *text, struct mount_words *words, struct err *err)
{
    const char *source = count > 1 ? parts[0] : "", *mode = count > 2 ? parts[2] : "";

    *words = (struct mount_words){.kind = MOUNT_KIND_VOLUME, .propagation = "rprivate"};
    /* "/a:ro" is no volume on "ro", but a mode where a path should be */
    *err = (struct err){0};
    if (!parts[0][0] || count > 3 || (count == 2 && parts[1][0] && read_mode(parts[1], words)))
        return invalid_volume(text, err);
    words->kind = source[0] == '/' ? MOUNT_KIND_BIND : MOUNT_KIND_VOLUME;
    words->make_source = true;
    if (!read_mode(mode, words)) {
        err_refuse(err, EINVAL, "invalid mode: %s", mode);
        return err_hint(err,
            "accepted, with commas between: ro or rw; of a path, rprivate, private, "
            "rshared, shared, rslave or slave; of a volume, nocopy");
    }
    if (set_target(words, count > 1 ? parts[1] : parts[0], err) < 0)
        return invalid_volume(text, err);
    return set_source(words, source, err);
}

int mount_words_volume(const char *text, struct mount_words *ret, struct err *err)
{
    cleanup_free char *copy = strdup(text);
    char *parts[4] = {0}, *rest = copy;
    int count = 0;

    if (!copy)
        return err_sys(err, "no memory for -v");
    while (rest && count < 4)
        parts[count++] = strsep(&rest, ":");
    return read_volume(parts, count, text, ret, err);
}

static bool is_tmpfs_word(const char *word)
{
    size_t length = strcspn(word, "=");

    for (size_t i = 0; word[length] && i < COUNT(TMPFS_VALUES); i++) {
        if (strncmp(TMPFS_VALUES[i], word, length) == 0 && !TMPFS_VALUES[i][length])
            return true;
    }
    for (size_t i = 0; !word[length] && i < COUNT(TMPFS_FLAGS); i++) {
        if (strcmp(TMPFS_FLAGS[i], word) == 0)
            return true;
    }
    return false;
}

int mount_words_tmpfs(const struct spec_pair *tmpfs, struct mount_words *ret, struct err *err)
{
    char copy[sizeof(ret->options)], *rest = copy;
    const char *options = tmpfs->value ? tmpfs->value : "";

    *ret = (struct mount_words){.kind = MOUNT_KIND_TMPFS, .propagation = ""};
    if (set_target(ret, tmpfs->key, err) < 0)
        return -1;
    if (snprintf(copy, sizeof(copy), "%s", options) >= (int)sizeof(copy))
        return err_refuse(err, EINVAL, "the options of --tmpfs %s are too long", tmpfs->key);
    for (char *word; options[0] && (word = strsep(&rest, ","));) {
        if (!is_tmpfs_word(word)) {
            err_refuse(err, EINVAL, "invalid tmpfs option [\"%s\"]", word);
            return err_hint(err,
                "accepted: size=, mode=, uid=, gid=, nr_inodes=, and mount(8)'s words: ro, "
                "exec, suid, dev, noatime, …");
        }
        ret->read_only |= strcmp(word, "ro") == 0;
    }
    snprintf(ret->options, sizeof(ret->options), "%s", options);
    return 0;
}

static int refuse(const struct mount_words *words, const char *why, struct err *err)
{
    return err_refuse(
        err, EINVAL, "invalid mount config for type \"%s\": %s", mount_kind_name(words->kind), why);
}

int mount_words_mount(const struct record_mount *mount, struct mount_words *ret, struct err *err)
{
    const char *source = mount->source ? mount->source : "";
    size_t used = 0;

    *ret = (struct mount_words){
        .read_only = mount->read_only,
        .no_copy = mount->no_copy,
        .non_recursive = mount->non_recursive,
        .make_source = mount->make_source,
        .propagation = mount->propagation ? mount->propagation : "rprivate",
    };
    while (strcmp(mount_kind_name(ret->kind), mount->type) != 0) {
        if (ret->kind == MOUNT_KIND_TMPFS)
            return err_refuse(err, EINVAL,
                "invalid mount config for type \"%s\": mount type unknown", mount->type);
        ret->kind++;
    }
    if (set_target(ret, mount->target, err) < 0)
        return -1;
    if (ret->kind != MOUNT_KIND_TMPFS && (source[0] || ret->kind == MOUNT_KIND_VOLUME))
        return set_source(ret, source, err);
    if (ret->kind == MOUNT_KIND_BIND)
        return refuse(ret, "field Source must not be empty", err);
    if (source[0])
        return refuse(ret, "field Source must not be specified", err);
    if (mount->read_only)
        used = (size_t)snprintf(ret->options, sizeof(ret->options), "ro");
    if (mount->tmpfs_size_bytes)
        used += (size_t)snprintf(ret->options + used, sizeof(ret->options) - used, "%ssize=%ju",
            used ? "," : "", (uintmax_t)mount->tmpfs_size_bytes);
    if (mount->tmpfs_mode)
        snprintf(ret->options + used, sizeof(ret->options) - used, "%smode=%o", used ? "," : "",
            mount->tmpfs_mode);
    return 0;
}
