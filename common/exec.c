// SPDX-License-Identifier: MIT
/*
 * execve(2) answers ENOENT both for a program that is not there and for one whose interpreter is
 * not there, and ENOEXEC for anything it cannot make sense of. What a person needs is the cause, so
 * after a failure the file is opened and read as the kernel reads it: "#!" and a path, or an ELF
 * header with the machine it is for and the loader it names (PT_INTERP).
 */
#include "exec.h"

#include "cleanup.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

/* This program's own ELF header, which the linker names: the machine that runs us. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* The kernel reads this much of a file to find out what it is (BINPRM_BUF_SIZE). */
enum { HEAD = 256 };

static const char *machine_name(unsigned machine)
{
    static const struct {
        unsigned machine;
        const char *name;
    } names[] = {{EM_X86_64, "x86-64"}, {EM_386, "32-bit x86"}, {EM_AARCH64, "arm64"},
        {EM_ARM, "32-bit ARM"}, {EM_RISCV, "RISC-V"}, {EM_PPC64, "PowerPC"}, {EM_S390, "s390x"},
        {EM_MIPS, "MIPS"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].machine == machine)
            return names[i].name;
    }
    return "another machine";
}

/* What the two kinds of interpreter share: it is missing, or cannot be run itself. */
static int explain_interpreter(
    const char *path, const char *interpreter, const char *cure, struct err *err)
{
    if (access(interpreter, F_OK) < 0)
        return err_hint(
            err, "%s is there, but its interpreter %s is not -> %s", path, interpreter, cure);
    if (access(interpreter, X_OK) < 0)
        return err_hint(
            err, "its interpreter %s may not be executed -> chmod +x %s", interpreter, interpreter);
    return err_hint(
        err, "maybe its interpreter %s cannot be run either -> try it by itself", interpreter);
}

static int explain_script(const char *path, char *head, struct err *err)
{
    char *interpreter = head + 2 + strspn(head + 2, " \t");
    size_t line = strcspn(interpreter, "\n");

    if (interpreter[line] == '\0' && strlen(head) == HEAD)
        return err_hint(err, "its #! line is longer than %d bytes -> shorten it", HEAD);
    bool windows = line > 0 && interpreter[line - 1] == '\r';
    interpreter[strcspn(interpreter, " \t\r\n")] = '\0';
    if (windows)
        return err_hint(err,
            "its first line is \"#!%s^M\": Windows line ends, so the kernel looks "
            "for a program whose name ends in a carriage return -> sed -i 's/\\r$//' "
            "%s",
            interpreter, path);
    if (!*interpreter)
        return err_hint(err, "its #! line names no interpreter -> #!/bin/sh");
    return explain_interpreter(
        path, interpreter, "add it to this root, or name one that is there in the #! line", err);
}

/* Reads PT_INTERP's text; false when the program names none (it is static). */
static bool read_loader(int fd, const ElfW(Ehdr) * header, char ret_loader[PATH_MAX])
{
    ElfW(Phdr) part;

    for (int i = 0; i < header->e_phnum; i++) {
        off_t at = (off_t)(header->e_phoff + (ElfW(Off))i * sizeof(part));
        if (pread(fd, &part, sizeof(part), at) != sizeof(part))
            return false;
        if (part.p_type == PT_INTERP && part.p_filesz < PATH_MAX)
            return pread(fd, ret_loader, part.p_filesz, (off_t)part.p_offset) > 0;
    }
    return false;
}

static int explain_elf(const char *path, int fd, const ElfW(Ehdr) * header, struct err *err)
{
    char loader[PATH_MAX] = "";

    if (header->e_machine != __ehdr_start.e_machine)
        return err_hint(err,
            "it was built for %s, and this machine is %s -> get the program, or the "
            "image, for this machine",
            machine_name(header->e_machine), machine_name(__ehdr_start.e_machine));
    if (read_loader(fd, header, loader))
        return explain_interpreter(path, loader,
            "it is a dynamic program: add its loader and "
            "libraries to this root (ldd lists them), or link "
            "it with -static",
            err);
    return err_hint(err, "maybe the file is damaged -> compare it with the original");
}

/* ENOENT, ENOEXEC and their like, for a file that is there: what does it begin with? */
static int explain_contents(const char *path, struct err *err)
{
    cleanup_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    char head[HEAD + 1] __attribute__((aligned(8))) = "";

    if (fd < 0)
        return err_hint(err, "maybe its interpreter is missing; the file cannot be read to see");
    ssize_t got = pread(fd, head, HEAD, 0);
    if (got <= 0)
        return err_hint(err, "the file is empty -> copy it again");
    if (got >= (ssize_t)sizeof(ElfW(Ehdr)) && memcmp(head, ELFMAG, SELFMAG) == 0)
        return explain_elf(path, fd, (const void *)head, err);
    if (strncmp(head, "#!", 2) == 0)
        return explain_script(path, head, err);
    if (strncmp(head, "\xef\xbb\xbf#!", 5) == 0)
        return err_hint(
            err, "a byte order mark stands before its #! -> save it as UTF-8 without BOM");
    return err_hint(
        err, "it is no ELF program and has no #! line -> put #!/bin/sh at its beginning");
}

static int explain_access(const char *path, const struct stat *st, struct err *err)
{
    struct statvfs fs;

    if (!S_ISREG(st->st_mode))
        return err_hint(err, "it is no ordinary file -> name the program");
    if (!(st->st_mode & 0111))
        return err_hint(err, "its x bit is not set -> chmod +x %s", path);
    if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOEXEC))
        return err_hint(err, "it lies on a mount with noexec -> put the root elsewhere, or remount "
                             "with exec");
    if (access(path, X_OK) < 0)
        return err_hint(err, "this user may not execute it (mode %03o) -> chmod a+rx %s",
            st->st_mode & 0777, path);
    return explain_contents(path, err);
}

int exec_explain(const char *path, int code, struct err *err)
{
    struct stat st;
    char text[PATH_MAX] = "";

    errno = code;
    err_sys(err, "cannot run %s", path);
    err->kind = ERR_NOT_EXECUTABLE;
    if (stat(path, &st) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            err->kind = ERR_NOT_FOUND;
        if (errno == EACCES)
            return err_hint(
                err, "a directory on the way to it may not be searched -> chmod a+x it");
        if (readlink(path, text, sizeof(text) - 1) > 0)
            return err_hint(err, "it is a symlink to %s, which is not in this root", text);
        return err_hint(err, "there is no such file in this root -> look with ls");
    }
    switch (code) {
    case EACCES:
    case EISDIR:
        if (S_ISDIR(st.st_mode))
            return err_hint(err, "it is a directory -> name the program in it");
        return explain_access(path, &st, err);
    case ENOENT:
    case ENOEXEC:
    case ELIBBAD:
    case EINVAL:
        return explain_contents(path, err);
    case ETXTBSY:
        return err_hint(err, "somebody has it open for writing -> close it first");
    case E2BIG:
        return err_hint(
            err, "arguments and environment are too long -> ulimit -s; getconf ARG_MAX");
    case ELOOP:
        return err_hint(err, "its #! interpreters go in a circle, or too deep");
    default:
        return -1;
    }
}

static int not_in_path(const char *name, const char *path_list, struct err *err)
{
    err_set(err, ERR_NOT_FOUND, "cannot run '%s': executable file not found in PATH", name);
    return err_hint(err,
        "%s holds no such program in this root -> name one that is there, or give "
        "its path",
        path_list);
}

/* Only a file that is not there sends the search on to the next directory. */
static bool is_absent(const char *path, int code)
{
    struct stat st;

    return (code == ENOENT || code == ENOTDIR || code == EACCES) && lstat(path, &st) < 0;
}

/* Returns only on failure: 0 when the name is in none of the directories, -1 with *err. */
static int try_directories(
    char *const argv[], char *const envp[], const char *path_list, struct err *err)
{
    char path[PATH_MAX];
    struct stat st;
    int result = 0;

    for (const char *dir = path_list;; dir++) {
        size_t length = strcspn(dir, ":");
        /* an empty word in a PATH is the current directory */
        snprintf(
            path, sizeof(path), "%.*s/%s", length ? (int)length : 1, length ? dir : ".", argv[0]);
        execve(path, argv, envp);
        int code = errno;
        bool skip = is_absent(path, code) || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
        if (!skip && result == 0)
            result = exec_explain(path, code, err);
        /* as execvp(3): one that may not be executed does not end the search, any other does */
        if (!skip && code != EACCES)
            return result;
        dir += length;
        if (!*dir)
            return result;
    }
}

int exec_program(char *const argv[], char *const envp[], const char *path_list, struct err *err)
{
    if (!path_list)
        path_list = EXEC_PATH;
    if (strchr(argv[0], '/')) {
        execve(argv[0], argv, envp);
        return exec_explain(argv[0], errno, err);
    }
    if (argv[0][0] && try_directories(argv, envp, path_list, err) < 0)
        return -1;
    return not_in_path(argv[0], path_list, err);
}

void exec_reset_signals(void)
{
    static const unsigned long normal[8]; /* the kernel's struct sigaction: zeros are SIG_DFL */
    sigset_t none;

    /* Not sigaction(3): it refuses the two signals that glibc keeps for itself, and a parent may
     * have ignored even those. SIGKILL and SIGSTOP are refused here too, and are as they are. */
    for (int signal = 1; signal < NSIG; signal++)
        syscall(SYS_rt_sigaction, signal, normal, NULL, (NSIG - 1) / 8);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool may_execute(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

int exec_check(const char *name, const char *path_list, struct err *err)
{
    char path[PATH_MAX], refused[PATH_MAX] = "";

    if (strchr(name, '/'))
        return may_execute(name) ? 0
                                 : exec_explain(name, access(name, X_OK) < 0 ? errno : EACCES, err);
    if (!path_list)
        path_list = EXEC_PATH;
    for (const char *dir = path_list; name[0]; dir++) {
        size_t length = strcspn(dir, ":");
        snprintf(path, sizeof(path), "%.*s/%s", length ? (int)length : 1, length ? dir : ".", name);
        if (may_execute(path))
            return 0;
        if (!refused[0] && access(path, F_OK) == 0)
            strcpy(refused, path);
        dir += length;
        if (!*dir)
            break;
    }
    return refused[0] ? exec_explain(refused, EACCES, err) : not_in_path(name, path_list, err);
}
