// SPDX-License-Identifier: MIT
/*
 * The new filter is written from its end: jumps go forward only, by 255 instructions at most where
 * they depend on something (classic BPF), and so all that can be jumped to is there already. A
 * position is counted from the end as well: the last instruction has 1, the next one before it 2.
 */
#include "seccomp_ranges.h"

#include <linux/seccomp.h>

enum { FAR = 200 }; /* a return that is further away than this is made again */

static bool is_return(const struct seccomp_ranges *ranges, size_t place)
{
    return ranges->old[place].code == (BPF_RET | BPF_K);
}

/* Returns its position. Where there is no room it is not written, and `used` tells. */
static size_t put(struct seccomp_ranges *ranges, struct sock_filter instruction)
{
    if (ranges->used < ranges->count)
        ranges->fresh[ranges->count - 1 - ranges->used] = instruction;
    return ++ranges->used;
}

static size_t put_jump(struct seccomp_ranges *ranges, size_t to)
{
    return put(ranges, (struct sock_filter){BPF_JMP | BPF_JA, 0, 0, (uint32_t)(ranges->used - to)});
}

/* And goes on at `next`. */
static size_t put_load(struct seccomp_ranges *ranges, uint32_t offset, size_t next)
{
    if (next != ranges->used)
        put_jump(ranges, next);
    return put(ranges, (struct sock_filter){BPF_LD | BPF_W | BPF_ABS, 0, 0, offset});
}

/* The second jump moves the first one's target away by one. */
static size_t put_test(
    struct seccomp_ranges *ranges, uint16_t code, uint32_t constant, size_t yes, size_t no)
{
    if (ranges->used - yes >= UINT8_MAX)
        yes = put_jump(ranges, yes);
    if (ranges->used - no > UINT8_MAX)
        no = put_jump(ranges, no);
    return put(ranges, (struct sock_filter){code, (uint8_t)(ranges->used - yes),
                           (uint8_t)(ranges->used - no), constant});
}

size_t seccomp_put_answer(struct seccomp_ranges *ranges, size_t place)
{
    size_t position = ranges->position[place];

    if (position > 0 && ranges->used - position <= FAR)
        return position;
    if (!is_return(ranges, place))
        return put_jump(ranges, position);
    return ranges->position[place] = put(ranges, ranges->old[place]);
}

static size_t put_tree(
    struct seccomp_ranges *ranges, const struct seccomp_range *range, size_t count)
{
    size_t half = count / 2;

    if (count == 1)
        return seccomp_put_answer(ranges, range->place);
    size_t above = put_tree(ranges, range + half, count - half);
    size_t below = put_tree(ranges, range, half);
    return put_test(ranges, BPF_JMP | BPF_JGE | BPF_K, range[half].start, above, below);
}

size_t seccomp_put_architecture(struct seccomp_ranges *ranges, uint32_t arch,
    const struct seccomp_range *range, size_t count, size_t others)
{
    size_t tree = put_tree(ranges, range, count);
    size_t number = put_load(ranges, offsetof(struct seccomp_data, nr), tree);

    return put_test(ranges, BPF_JMP | BPF_JEQ | BPF_K, arch, number, others);
}

void seccomp_put_begin(struct seccomp_ranges *ranges, size_t entry)
{
    put_load(ranges, offsetof(struct seccomp_data, arch), entry);
}

/* From each of them on, all that can be reached. */
static void mark_rest(struct seccomp_ranges *ranges)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const struct sock_filter *now = &ranges->old[i];
        bool *next = &ranges->is_copied[i + 1];
        if (!ranges->is_copied[i] || is_return(ranges, i))
            continue;
        if (BPF_CLASS(now->code) != BPF_JMP)
            next[0] = true;
        else if (now->code == (BPF_JMP | BPF_JA))
            next[now->k] = true;
        else
            next[now->jt] = next[now->jf] = true;
    }
}

/* A jump is as long as what is left between it and its target: never longer than it was. */
void seccomp_put_rest(struct seccomp_ranges *ranges)
{
    mark_rest(ranges);
    for (size_t i = ranges->count; i-- > 0;) {
        struct sock_filter now = ranges->old[i];
        const size_t *next = &ranges->position[i + 1];
        if (!ranges->is_copied[i])
            continue;
        if (now.code == (BPF_JMP | BPF_JA)) {
            now.k = (uint32_t)(ranges->used - next[now.k]);
        } else if (BPF_CLASS(now.code) == BPF_JMP) {
            now.jt = (uint8_t)(ranges->used - next[now.jt]);
            now.jf = (uint8_t)(ranges->used - next[now.jf]);
        }
        ranges->position[i] = put(ranges, now);
    }
}
