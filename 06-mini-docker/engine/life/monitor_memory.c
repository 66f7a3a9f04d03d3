// SPDX-License-Identifier: MIT
/*
 * A thousand monitors should cost little. A fork shares its memory with the command that started
 * it, but only as long as that lives; and of the program's code a monitor needs a small part. So
 * the pages that only the start needed go. They come back from the file by themselves where they
 * are wanted (madvise(2), MADV_DONTNEED).
 */
#include "monitor_internal.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

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

void monitor_forget_code(void)
{
    dl_iterate_phdr(forget_part, NULL);
    malloc_trim(0);
}
