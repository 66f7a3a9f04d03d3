// SPDX-License-Identifier: MIT
/*
 * A filter is checked, translated and copied by the kernel at each start, which takes as long as
 * the filter is long. libseccomp makes a tree with a leaf for each call that a profile names: 1,200
 * instructions for Docker's profile and the three tables of x86-64. But mostly neighbours have the
 * same answer, so here it becomes a tree of ranges of numbers: 300.
 *
 * How: the old filter is walked for each architecture and each number at which it could change its
 * mind (those that it compares with), until the two decide no more: at a return, or where an
 * argument is loaded. What leads to the same place is a range. What lies behind a place that is no
 * return is copied as it is.
 *
 * What must hold: the same answer to every call. So the new filter is walked to each of those
 * numbers, too; and one of another form than libseccomp's, or that would be longer, stays as it
 * was.
 */
#include "seccomp_ranges.h"

#include "seccomp_internal.h"

#include "cleanup.h"

#include <stdlib.h>
#include <string.h>

struct finder {
    struct seccomp_ranges ranges;
    struct seccomp_range *range; /* of one architecture */
    uint32_t *numbers;           /* sorted: where the old filter could change its mind */
    size_t numbers_count;
};

/* The place where these two decide no more; `count`: the filter has another form. */
static size_t walk(const struct sock_filter *filter, size_t count, uint32_t arch, uint32_t number)
{
    uint32_t loaded = 0;

    for (size_t at = 0; at < count;) {
        const struct sock_filter *now = &filter[at++];
        switch (now->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (now->k != offsetof(struct seccomp_data, nr) &&
                now->k != offsetof(struct seccomp_data, arch))
                return at - 1;
            loaded = now->k == offsetof(struct seccomp_data, nr) ? number : arch;
            break;
        case BPF_JMP | BPF_JA:
            at += now->k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += loaded == now->k ? now->jt : now->jf;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            at += loaded > now->k ? now->jt : now->jf;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            at += loaded >= now->k ? now->jt : now->jf;
            break;
        default:
            return now->code == (BPF_RET | BPF_K) ? at - 1 : count;
        }
    }
    return count;
}

static bool is_same_return(const struct sock_filter *a, const struct sock_filter *b)
{
    return a->code == (BPF_RET | BPF_K) && b->code == a->code && a->k == b->k;
}

/* Of equal returns it is the first. */
static size_t place_of(const struct seccomp_ranges *ranges, uint32_t arch, uint32_t number)
{
    size_t place = walk(ranges->old, ranges->count, arch, number);

    for (size_t i = 0; place < ranges->count && i < place; i++) {
        if (is_same_return(&ranges->old[i], &ranges->old[place]))
            return i;
    }
    return place;
}

static int by_value(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static void find_numbers(struct finder *finder)
{
    uint32_t *to = finder->numbers;

    *to++ = 0;
    for (size_t i = 0; i < finder->ranges.count; i++) {
        if (BPF_CLASS(finder->ranges.old[i].code) != BPF_JMP)
            continue;
        *to++ = finder->ranges.old[i].k;
        *to++ = finder->ranges.old[i].k + 1; /* behind the last number it is 0 once more */
    }
    finder->numbers_count = (size_t)(to - finder->numbers);
    qsort(finder->numbers, finder->numbers_count, sizeof(*to), by_value);
}

/* Returns how many; 0: the filter has another form. */
static size_t find_ranges(struct finder *finder, uint32_t arch)
{
    const struct seccomp_ranges *ranges = &finder->ranges;
    size_t count = 0;

    for (size_t i = 0; i < finder->numbers_count; i++) {
        size_t place = place_of(ranges, arch, finder->numbers[i]);
        if (place == ranges->count)
            return 0;
        if (ranges->old[place].code != (BPF_RET | BPF_K))
            ranges->is_copied[place] = true;
        if (count == 0 || finder->range[count - 1].place != place)
            finder->range[count++] = (struct seccomp_range){finder->numbers[i], place};
    }
    return count;
}

static bool is_equal(const struct finder *finder, uint32_t arch)
{
    const struct seccomp_ranges *ranges = &finder->ranges;
    const struct sock_filter *fresh = ranges->fresh + ranges->count - ranges->used;

    for (size_t i = 0; i < finder->numbers_count; i++) {
        size_t before = walk(ranges->old, ranges->count, arch, finder->numbers[i]);
        size_t now = walk(fresh, ranges->used, arch, finder->numbers[i]);
        if (now == ranges->used || (!is_same_return(&fresh[now], &ranges->old[before]) &&
                                       now != ranges->used - ranges->position[before]))
            return false;
    }
    return true;
}

/* The last of archs is none that there is: all that are not named have one answer. */
static bool make(struct finder *finder, const uint32_t *archs, size_t count)
{
    struct seccomp_ranges *ranges = &finder->ranges;
    bool equal = true;

    find_numbers(finder);
    for (size_t i = 0; i < count; i++) {
        size_t found = find_ranges(finder, archs[i]);
        if (found == 0 || (i == count - 1 && found > 1))
            return false;
    }
    seccomp_put_rest(ranges);
    size_t entry = seccomp_put_answer(ranges, finder->range->place);
    for (size_t i = count - 1; i-- > 0;) {
        size_t found = find_ranges(finder, archs[i]);
        entry = seccomp_put_architecture(ranges, archs[i], finder->range, found, entry);
    }
    seccomp_put_begin(ranges, entry);
    for (size_t i = 0; i < count; i++)
        equal = equal && ranges->used < ranges->count && is_equal(finder, archs[i]);
    return equal;
}

unsigned short seccomp_shorten(struct sock_filter *filter, unsigned short count,
    const uint32_t *architectures, size_t architectures_count)
{
    size_t numbers = 2 * (size_t)count + 1, archs_count = 0;
    cleanup_free struct sock_filter *fresh = calloc(count, sizeof(*fresh));
    cleanup_free size_t *position = calloc(count, sizeof(*position));
    cleanup_free bool *is_copied = calloc(count, sizeof(*is_copied));
    cleanup_free uint32_t *number = calloc(numbers, sizeof(*number));
    cleanup_free struct seccomp_range *range = calloc(numbers, sizeof(*range));
    struct finder finder = {{filter, fresh, count, 0, position, is_copied}, range, number, 0};
    uint32_t archs[architectures_count + 1];

    for (size_t i = 0; i < architectures_count; i++) {
        if (architectures[i] != SCMP_ARCH_X32) /* more numbers of x86-64 */
            archs[archs_count++] = architectures[i];
    }
    archs[archs_count++] = 0;
    if (!fresh || !position || !is_copied || !number || !range ||
        !make(&finder, archs, archs_count))
        return count;
    memcpy(filter, fresh + count - finder.ranges.used, finder.ranges.used * sizeof(*filter));
    return (unsigned short)finder.ranges.used;
}
