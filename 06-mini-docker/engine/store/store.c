// SPDX-License-Identifier: MIT
/*
 * The two directories and what is common to all parts of the store: making a part, locking it, a
 * new ID, the time. Parts are made when they are first needed, so that no command begins with a row
 * of mkdirs.
 *
 * What must hold: what an ordinary user's engine believes was written by that user. ROOT lies in
 * the user's home; RUN may have to lie in /tmp, where anybody can make a directory of any name, so
 * its owner and mode are looked at before it is used.
 */
#include "store.h"

#include "cleanup.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int join(const char *dir, const char *part, char ret[PATH_MAX], struct err *err)
{
    int length = snprintf(ret, PATH_MAX, "%s/%s", dir, part);

    if (length < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return err_sys(err, "cannot use the directory %.300s…", dir);
}

/* What is written into a directory is on the disk only if its own name is. It may be in one that we
 * cannot read: then that is its owner's affair. */
static int make_dir(const char *path)
{
    char parent[PATH_MAX];

    if (mkdir(path, 0700) < 0)
        return errno == EEXIST ? 0 : -1;
    snprintf(parent, sizeof(parent), "%.*s/", (int)(strrchr(path, '/') - path), path);
    cleanup_close int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
    return 0;
}

/* mkdir -p, less what is there already; of the path's first `kept` letters nothing is made. */
static int make_dirs(char *path, size_t kept, struct err *err)
{
    if (make_dir(path) == 0)
        return 0;
    char *slash = strrchr(path, '/');
    if (errno == ENOENT && slash && (size_t)(slash - path) > kept) {
        *slash = '\0';
        int made = make_dirs(path, kept, err);
        *slash = '/';
        if (made < 0)
            return -1;
        if (make_dir(path) == 0)
            return 0;
    }
    err_sys(err, "cannot make the directory %s", path);
    if (err->code == EACCES)
        err_hint(err, "nobody but its owner may write there -> name another with --root DIR");
    return -1;
}

/* The home directory; $HOME, or what the file of users says of us. */
static const char *home(void)
{
    const char *home = getenv("HOME");
    cleanup_fclose FILE *passwd = NULL;

    if (home && home[0] == '/')
        return home;
    passwd = fopen("/etc/passwd", "re");
    for (struct passwd *entry; passwd && (entry = fgetpwent(passwd));) {
        if (entry->pw_uid == geteuid() && entry->pw_dir[0] == '/')
            return entry->pw_dir;
    }
    return "/tmp";
}

static int choose(const char *root, struct store *ret, struct err *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *run = getenv("XDG_RUNTIME_DIR");
    char here[PATH_MAX] = "";
    int length;

    if (root) {
        if (root[0] != '/' && !getcwd(here, sizeof(here)))
            return err_sys(err, "cannot find the current directory, which --root begins at");
        if (root[0] == '\0')
            return err_set(err, ERR_USAGE, "--root is empty");
        if (here[0] ? join(here, root, ret->root, err) < 0 : join("", root + 1, ret->root, err) < 0)
            return -1;
        return join(ret->root, "run", ret->run, err);
    }
    if (host_is_root()) {
        strcpy(ret->root, "/var/lib/mini-docker");
        strcpy(ret->run, "/run/mini-docker");
        return 0;
    }
    length = data && data[0] == '/'
                 ? snprintf(ret->root, PATH_MAX, "%s/mini-docker", data)
                 : snprintf(ret->root, PATH_MAX, "%s/.local/share/mini-docker", home());
    if (length >= PATH_MAX)
        return err_set(err, ERR_USAGE, "the path of the home directory is too long");
    if (run && run[0] == '/')
        return join(run, "mini-docker", ret->run, err);
    snprintf(ret->run, PATH_MAX, "/tmp/mini-docker-%u", geteuid());
    return 0;
}

/* RUN must be ours alone. */
static int check_owner(const char *path, struct err *err)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return err_sys(err, "cannot look at %s", path);
    if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)))
        return 0;
    err_set(err, ERR_SYS, "%s is not to be trusted", path);
    return err_hint(err,
        "it is not a directory of user %u that nobody else can write to -> remove it, or set "
        "XDG_RUNTIME_DIR",
        geteuid());
}

/* One directory has many names (DIR, ./DIR, DIR/), and what is named by a hash of it must be one.
 */
static int resolve(struct store *store, struct err *err)
{
    char resolved[PATH_MAX];

    if (!realpath(store->root, resolved))
        return err_sys(err, "cannot find %s", store->root);
    strcpy(store->root, resolved);
    return join(resolved, "run", store->run, err);
}

int store_open(const char *root, struct store *ret, struct err *err)
{
    if (choose(root, ret, err) < 0 || make_dirs(ret->root, 0, err) < 0 ||
        (root && resolve(ret, err) < 0) || make_dirs(ret->run, 0, err) < 0)
        return -1;
    return check_owner(ret->run, err);
}

bool store_is_there(const char *root)
{
    struct store store;
    struct err ignored;

    return choose(root, &store, &ignored) == 0 && access(store.root, F_OK) == 0;
}

/* A root that was removed while a monitor lived is not to come back by what it still writes. */
int store_dir(const struct store *store, const char *part, char ret[PATH_MAX], struct err *err)
{
    return join(store->root, part, ret, err) < 0 ? -1 : make_dirs(ret, strlen(store->root), err);
}

int store_run_dir(const struct store *store, const char *part, char ret[PATH_MAX], struct err *err)
{
    return join(store->run, part, ret, err) < 0 ? -1 : make_dirs(ret, strlen(store->run), err);
}

int store_sync(const struct store *store, const char *part, struct err *err)
{
    char path[PATH_MAX];

    if (store_dir(store, part, path, err) < 0)
        return -1;
    cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || fsync(fd) < 0 ? err_sys(err, "cannot write %s to the disk", path) : 0;
}

/* The first 12 digits become a host name, and one of digits alone is taken for an address. */
int store_new_id(char ret[STORE_ID + 1], struct err *err)
{
    unsigned char bytes[STORE_ID / 2];

    do {
        if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
            return err_sys(err, "cannot get random numbers");
        for (size_t i = 0; i < sizeof(bytes); i++)
            snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    } while (strspn(ret, "0123456789") >= STORE_SHORT_ID);
    return 0;
}

int store_lock(const struct store *store, const char *part, int *ret_fd, struct err *err)
{
    char path[PATH_MAX];

    if (store_dir(store, part, path, err) < 0)
        return -1;
    cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", path);
    while (flock(fd, LOCK_EX) < 0) {
        if (errno != EINTR)
            return err_sys(err, "cannot lock %s", path);
    }
    *ret_fd = steal_fd(&fd);
    return 0;
}

void store_now(char ret[STORE_TIME])
{
    struct timespec now;
    struct tm utc;
    char date[24];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(ret, STORE_TIME, "%s.%09ldZ", date, now.tv_nsec);
}
