// SPDX-License-Identifier: MIT
/*
 * Making a root. One static busybox is enough of one: it needs no library and no loader, and it is
 * 269 programs under 269 names, each a symlink to it. So a root is built from what the distribution
 * has, offline and in a hundredth of a second, by an ordinary user too.
 *
 * Static matters: a dynamic program names a loader (PT_INTERP, elf(5)) that is not in the new root,
 * and its exec there says "no such file" of a file that is plainly there.
 */
#include "rootfs.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Copies to a new file with this mode. copy_file_range(2) would share blocks, but not between file
 * systems on every kernel; 2 MB are not worth two ways. */
static int copy_file(const char *from, const char *to, mode_t mode, struct err *err)
{
    cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC);
    cleanup_close int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char buffer[64 * 1024];
    ssize_t got;

    if (in < 0 || out < 0)
        return err_sys(err, "cannot copy %s to %s", from, to);
    while ((got = read(in, buffer, sizeof(buffer))) > 0) {
        errno = ENOSPC; /* what a write that is short means */
        if (write(out, buffer, (size_t)got) != got)
            return err_sys(err, "cannot write %s", to);
    }
    if (got < 0 || fchmod(out, mode) < 0)
        return err_sys(err, "cannot copy %s to %s", from, to);
    return 0;
}

/* True for an ELF program for this machine's word size that names no loader. */
static bool is_static(const char *path)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    ElfW(Ehdr) header;
    ElfW(Phdr) part;

    if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    for (int i = 0; i < header.e_phnum; i++) {
        off_t at = (off_t)(header.e_phoff + (ElfW(Off))i * sizeof(part));
        if (pread(fd, &part, sizeof(part), at) != sizeof(part) || part.p_type == PT_INTERP)
            return false;
    }
    return true;
}

/* Debian and Arch call it busybox; Alpine's busybox is dynamic and busybox.static is the one. */
int rootfs_find_busybox(char ret_path[PATH_MAX], struct err *err)
{
    static const char *const dirs[] = {"/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin"};
    static const char *const names[] = {"busybox.static", "busybox-static", "busybox"};
    char dynamic[PATH_MAX] = "";

    for (size_t d = 0; d < sizeof(dirs) / sizeof(dirs[0]); d++) {
        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
            snprintf(ret_path, PATH_MAX, "%s/%s", dirs[d], names[n]);
            if (access(ret_path, X_OK) < 0)
                continue;
            if (is_static(ret_path))
                return 0;
            strcpy(dynamic, ret_path);
        }
    }
    if (dynamic[0])
        err_set(
            err, ERR_SKIP, "%s needs shared libraries, which a new root does not have", dynamic);
    else
        err_set(err, ERR_SKIP, "there is no static busybox here to build a root from");
    return err_hint(err, "not installed -> make deps (the package is busybox-static, or busybox on "
                         "Fedora and Arch)");
}

/* A symlink in DIR/bin for every program that this busybox holds. */
static int link_applets(const char *dir, const char *busybox, struct err *err)
{
    const char *argv[] = {busybox, "--list", NULL};
    struct proc_spec spec = {.argv = argv};
    cleanup_free char *list = proc_capture(&spec, NULL, err);
    char path[PATH_MAX];

    if (!list)
        return -1;
    for (char *name = strtok(list, "\n"); name; name = strtok(NULL, "\n")) {
        snprintf(path, sizeof(path), "%s/bin/%s", dir, name);
        if (strcmp(name, "busybox") != 0 && symlink("busybox", path) < 0)
            return err_sys(err, "cannot make the link %s", path);
    }
    return 0;
}

static int write_etc(const char *dir, struct err *err)
{
    static const char *const files[][2] = {
        {"passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"},
        {"group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"},
        {"hostname", "box\n"},
        {"hosts", "127.0.0.1 localhost\n::1 localhost\n"},
        {"resolv.conf", ""},
        {"profile", "export PS1='\\u@\\h:\\w# '\n"},
    };
    char etc[PATH_MAX];

    snprintf(etc, sizeof(etc), "%s/etc", dir);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (fsio_create(err, etc, files[i][0], files[i][1]) < 0)
            return -1;
    }
    return 0;
}

static int fill(const char *dir, const char *busybox, struct err *err)
{
    static const struct {
        const char *name;
        mode_t mode;
    } dirs[] = {{"", 0755}, {"bin", 0755}, {"dev", 0755}, {"etc", 0755}, {"mnt", 0755},
        {"proc", 0755}, {"root", 0755}, {"run", 0755}, {"sys", 0755}, {"tmp", 01777},
        {"var", 0755}};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, dirs[i].name);
        /* chmod too: the caller's umask may have taken bits from mkdir */
        if ((mkdir(path, 0700) < 0 && errno != EEXIST) || chmod(path, dirs[i].mode) < 0)
            return err_sys(err, "cannot make %s", path);
    }
    snprintf(path, sizeof(path), "%s/bin/busybox", dir);
    if (copy_file(busybox, path, 0755, err) < 0 || link_applets(dir, busybox, err) < 0)
        return -1;
    return write_etc(dir, err);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st, (void)type, (void)place;
    return remove(path);
}

int rootfs_build(const char *dir, struct err *err)
{
    char busybox[PATH_MAX], fresh[PATH_MAX];

    if (fsio_exists(dir, "bin/busybox"))
        return 0;
    if (rootfs_find_busybox(busybox, err) < 0)
        return -1;
    snprintf(fresh, sizeof(fresh), "%s.XXXXXX", dir);
    if (!mkdtemp(fresh))
        return err_sys(err, "cannot make %s", fresh);
    mode_t mask = umask(022);
    int result = fill(fresh, busybox, err);
    umask(mask);
    /* a directory cannot replace one that holds something: then somebody else was faster */
    if (result == 0 && rename(fresh, dir) < 0) {
        err_sys(err, "cannot name the new root %s", dir);
        result = fsio_exists(dir, "bin/busybox") ? 0 : -1;
    }
    if (access(fresh, F_OK) == 0)
        nftw(fresh, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return result;
}

/* argv[0] as a shell found it: a path, or a name in one of PATH's directories. */
static bool typed_path(const char *name, char ret[PATH_MAX])
{
    char path[PATH_MAX];
    const char *dir = getenv("PATH");

    if (strchr(name, '/'))
        return realpath(name, ret);
    for (; dir && *dir; dir += dir[strcspn(dir, ":")] ? strcspn(dir, ":") + 1 : strcspn(dir, ":")) {
        snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(dir, ":"), dir, name);
        if (access(path, X_OK) == 0)
            return realpath(path, ret);
    }
    return false;
}

/*
 * The kernel knows where this program lies, unless it runs from a mount of its own, which hangs
 * nowhere, or from memory (a runtime protects itself so): then it is what was typed that says so.
 */
static int own_path(char ret[PATH_MAX], struct err *err)
{
    if (fsio_readlink("/proc/self", "exe", ret, err) < 0)
        return -1;
    if (access(ret, X_OK) == 0 && strcmp(ret, "/") != 0)
        return 0;
    return typed_path(program_invocation_name, ret)
               ? 0
               : err_set(err, ERR_SYS, "cannot find out where %s lies", program_invocation_name);
}

int rootfs_builtin(char ret_path[PATH_MAX], struct err *err)
{
    char program[PATH_MAX];

    if (own_path(program, err) < 0)
        return -1;
    for (int i = 0; i < 2 && strrchr(program, '/'); i++)
        *strrchr(program, '/') = '\0';
    snprintf(ret_path, PATH_MAX, "%s/rootfs", program);
    if (fsio_exists(ret_path, "bin/busybox"))
        return 0;
    err_set(err, ERR_SKIP, "there is no root at %s", ret_path);
    return err_hint(err, "it was not built -> make rootfs");
}

int rootfs_check(const char *path, struct err *err)
{
    struct stat st, root;

    if (stat(path, &st) < 0) {
        err_sys(err, "--rootfs %s cannot be used", path);
        if (errno == ENOENT)
            err_hint(err, "there is no such directory -> make rootfs builds one in ./rootfs");
    } else if (!S_ISDIR(st.st_mode)) {
        err_set(err, ERR_USAGE, "--rootfs %s is no directory", path);
        err_hint(err, "a root is a directory that holds /bin and so on -> unpack an archive first");
    } else if (stat("/", &root) == 0 && st.st_dev == root.st_dev && st.st_ino == root.st_ino) {
        err_set(err, ERR_USAGE, "--rootfs %s is the host's own /", path);
        err_hint(err, "there would be no change of root -> give a directory of its own");
    } else {
        return 0;
    }
    err->kind = ERR_USAGE;
    return -1;
}
