// SPDX-License-Identifier: MIT
/*
 * self_execute: two ways to a file of our own that nobody can write.
 *
 *     a mount of the file alone, read-only, attached nowhere (open_tree(2), mount_setattr(2)): no
 *     byte is copied, and the mount is gone with the process. Needs CAP_SYS_ADMIN.
 *     a copy in memory, sealed (memfd_create(2), F_ADD_SEALS in fcntl(2)), where that is refused.
 *
 * Whoever then opens /proc/PID/exe for writing gets EROFS of the one, EPERM of the other. That it
 * has been done is seen in the file itself, so no argument or variable says so, and none can lie.
 *
 * This file is special: where the linker was told so (../Makefile), the program begins here, at
 * self_start, and not in the C library. Executing anew costs 0.1 ms; what is dear is that the C
 * library then prepares itself a second time, and asks the processor for its features with some
 * forty CPUID instructions, each a trip to the hypervisor in a virtual machine. Done before that,
 * it is prepared once. So nothing here may need it: no errno, no memcpy, no stack protector (which
 * keeps its secret where the library has not put it yet). checks-self.bats sees to that.
 */
#include "self_execute.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#define OURSELVES "/proc/self/exe"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3: to be executed, whatever vm.memfd_noexec says */
#endif

#define EARLY __attribute__((no_stack_protector))

enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

#ifdef __x86_64__
/* Returns -errno, as the kernel does (syscall(2), "Architecture calling conventions"). */
EARLY static long call(long number, long a, long b, long c, long d, long e)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}
#else
#include <unistd.h>

EARLY static long call(long number, long a, long b, long c, long d, long e)
{
    long result = syscall(number, a, b, c, d, e);

    return result < 0 ? -errno : result;
}
#endif

/*
 * A mount that is read-only for good reasons of somebody else's will do as well. Seals are no sign
 * of a copy in memory: every file of a tmpfs has F_SEAL_SEAL.
 */
EARLY static bool is_protected(long exe)
{
    struct statfs fs;
    long seals = call(SYS_fcntl, exe, F_GET_SEALS, 0, 0, 0);

    if (seals >= 0 && (seals & SEALS) == SEALS)
        return true;
    return call(SYS_fstatfs, exe, (long)&fs, 0, 0, 0) == 0 && fs.f_flags & ST_RDONLY;
}

/* Not closed by the execution: self_release does it, when there is time. */
EARLY static long mount_readonly(void)
{
    struct mount_attr attr;
    long fd = call(SYS_open_tree, AT_FDCWD, (long)OURSELVES, OPEN_TREE_CLONE, 0, 0);

    attr.attr_set = MOUNT_ATTR_RDONLY;
    attr.attr_clr = attr.propagation = attr.userns_fd = 0;
    if (fd < 0)
        return fd;
    long result = call(SYS_mount_setattr, fd, (long)"", AT_EMPTY_PATH, (long)&attr, sizeof(attr));
    if (result < 0 || fd > 2)
        return result < 0 ? result : fd;
    /* 0, 1 or 2 was closed: its number is not for this */
    long higher = call(SYS_fcntl, fd, F_DUPFD, 3, 0, 0);
    call(SYS_close, fd, 0, 0, 0, 0);
    return higher;
}

EARLY static long copy_sealed(long exe, enum self_step *ret_step)
{
    struct stat st;
    long fd =
        call(SYS_memfd_create, (long)"self", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC, 0, 0, 0);

    *ret_step = SELF_COPY;
    if (fd < 0) /* an older kernel knows no MFD_EXEC */
        fd = call(SYS_memfd_create, (long)"self", MFD_CLOEXEC | MFD_ALLOW_SEALING, 0, 0, 0);
    if (fd < 0)
        return fd;
    long result = call(SYS_fstat, exe, (long)&st, 0, 0, 0);
    for (long left = st.st_size; result >= 0 && left > 0; left -= result) {
        result = call(SYS_sendfile, fd, exe, 0, left, 0);
        if (result == 0)
            return -EIO; /* the file is shorter than it was */
    }
    if (result < 0)
        return result;
    *ret_step = SELF_SEAL;
    result = call(SYS_fcntl, fd, F_ADD_SEALS, SEALS, 0, 0);
    return result < 0 ? result : fd;
}

EARLY int self_execute(char *const argv[], char *const envp[], enum self_step *ret_step)
{
    long exe = call(SYS_openat, AT_FDCWD, (long)OURSELVES, O_RDONLY | O_CLOEXEC, 0, 0);

    *ret_step = SELF_OPEN;
    if (exe < 0)
        return (int)exe;
    long fd = is_protected(exe) ? 0 : mount_readonly();
    if (fd < 0)
        fd = copy_sealed(exe, ret_step);
    if (fd > 0) {
        *ret_step = SELF_EXECUTE;
        fd = call(SYS_execveat, fd, (long)"", (long)argv, (long)envp, AT_EMPTY_PATH);
    }
    call(SYS_close, exe, 0, 0, 0, 0);
    return (int)fd;
}

#ifdef __x86_64__
EARLY static bool equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/*
 * stack: as the kernel left it: argc, the arguments, NULL, the environment, NULL (elf(5)). The
 * commands that enter a container are known by their names; where another argument has such a name
 * too, nothing is lost but the tenth of a millisecond. What fails is tried again by self_protect,
 * which can say so.
 */
__attribute__((used)) EARLY static void before_library(long *stack)
{
    char **argv = (char **)stack + 1, **envp = argv + stack[0] + 1;
    enum self_step step;

    for (char **word = argv; *word; word++) {
        if (equal(*word, "create") || equal(*word, "run") || equal(*word, "exec") ||
            equal(*word, "start") || equal(*word, "restart")) {
            self_execute(argv, envp, &step);
            return;
        }
    }
}

/* All registers and the stack are as the C library's own _start wants them. */
__asm__(".globl self_start\n"
        ".type self_start, @function\n"
        "self_start:\n"
        "    xor %ebp, %ebp\n"
        "    push %rdx\n"
        "    push %rdx\n"
        "    lea 16(%rsp), %rdi\n"
        "    call before_library\n"
        "    pop %rdx\n"
        "    pop %rdx\n"
        "    jmp _start\n");
#endif
