// SPDX-License-Identifier: MIT
/*
 * A thousand monitors should cost little. A fork shares its memory with the command that started
 * it, but only as long as that lives; and of the program's code a monitor needs a small part. So
 * the pages that only the start needed go. They come back from the file by themselves where they
 * are wanted (madvise(2), MADV_DONTNEED). A container that ends at once wants most of them again,
 * so that this waits for a moment.
 */
#include "monitor_internal.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SETTLE_MS = 200, STACK = 256 * 1024 };

/* One part of our program's file, as it lies in memory: what cannot have been written. */
static int forget_part(struct dl_phdr_info *info, size_t size, void *arg)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    (void)size;
    (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t from = (info->dlpi_addr + part->p_vaddr) & -page;
        if (part->p_type == PT_LOAD && !(part->p_flags & PF_W))
            madvise((void *)from, info->dlpi_addr + part->p_vaddr + part->p_memsz - from,
                MADV_DONTNEED);
    }
    return 0;
}

/* What deeper calls have left below us on the stack, but for the page that the next call is in. */
static void forget_stack(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t end = ((uintptr_t)__builtin_frame_address(0) & -page) - page;

    madvise((void *)(end - STACK), STACK, MADV_DONTNEED); /* ENOMEM: it never was that deep */
}

int monitor_settle(struct monitor *monitor, int64_t now_msec)
{
    int64_t left = monitor->began_msec + SETTLE_MS - now_msec;

    if (monitor->settled)
        return -1;
    if (left > 0)
        return (int)left;
    monitor->settled = true;
    malloc_trim(0);
    forget_stack();
    dl_iterate_phdr(forget_part, NULL); /* last: all that is called after it comes back */
    return -1;
}
