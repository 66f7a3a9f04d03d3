// SPDX-License-Identifier: MIT
/*
 * Filters are made shorter (seccomp_ranges.c): made-up ones, as libseccomp makes them, and what
 * becomes of them, asked about the same calls by a machine of our own. Those on the kernel are in
 * test_seccomp.c.
 */
#include "runtime/seccomp_internal.h"
#include "unit.h"

#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4096, NAMED = 400, OTHER_TABLE = 0x40000000 };

static uint32_t ask(const struct sock_filter *filter, size_t count, const struct seccomp_data *call)
{
    uint32_t words[sizeof(*call) / sizeof(uint32_t)], loaded = 0;

    memcpy(words, call, sizeof(words));
    for (size_t at = 0; at < count;) {
        const struct sock_filter *now = &filter[at++];
        switch (now->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            loaded = words[now->k / sizeof(uint32_t)];
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            loaded &= now->k;
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
            assert_int_equal(now->code, BPF_RET | BPF_K);
            return now->k;
        }
    }
    fail_msg("it runs off its end");
    return 0;
}

/* Most calls are allowed, some are not, and some where an argument says so. */
static unsigned short make(const uint32_t *architectures, size_t count, struct sock_filter *ret)
{
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    FILE *file = tmpfile();

    seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (size_t i = 0; i < count; i++)
        seccomp_arch_add(context, architectures[i]);
    for (int number = 0; number < NAMED; number++) {
        struct scmp_arg_cmp test =
            SCMP_A1_64(SCMP_CMP_MASKED_EQ, 0x30, (scmp_datum_t)(rand() % 4) << 4);
        int kind = rand() % 12;
        if (kind == 1)
            seccomp_rule_add_array(
                context, number % 2 ? SCMP_ACT_TRAP : SCMP_ACT_ALLOW, number, 1, &test);
        else if (kind > 1)
            seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0);
    }
    assert_int_equal(seccomp_export_bpf(context, fileno(file)), 0);
    seccomp_release(context);
    rewind(file);
    size_t length = fread(ret, sizeof(*ret), MOST, file);
    fclose(file);
    return (unsigned short)length;
}

static void compare(const struct sock_filter *old, size_t old_count, const struct sock_filter *now,
    size_t count, uint32_t arch, int number)
{
    struct seccomp_data call = {.nr = number, .arch = arch};

    for (unsigned value = 0; value < 4; value++) {
        call.args[1] = (uint64_t)value << 4 | (uint64_t)rand() << 32 | 5;
        if (ask(old, old_count, &call) != ask(now, count, &call))
            fail_msg(
                "call %d of %#x with %#jx: not the same", number, arch, (uintmax_t)call.args[1]);
    }
}

static void compare_all(const uint32_t *architectures, size_t count)
{
    static const int edges[] = {-1, INT32_MAX, INT32_MIN, OTHER_TABLE - 1};
    struct sock_filter old[MOST], now[MOST];

    unsigned short old_count = make(architectures, count, old);
    memcpy(now, old, old_count * sizeof(*old));
    unsigned short now_count = seccomp_shorten(now, old_count, architectures, count);
    assert_true(now_count < old_count * 2 / 3);
    for (size_t i = 0; i <= count; i++) {
        uint32_t arch = i < count ? architectures[i] : AUDIT_ARCH_PPC;
        for (int number = 0; number < NAMED + 200; number++) {
            compare(old, old_count, now, now_count, arch, number);
            compare(old, old_count, now, now_count, arch, number | OTHER_TABLE);
        }
        for (size_t k = 0; k < sizeof(edges) / sizeof(edges[0]); k++)
            compare(old, old_count, now, now_count, arch, edges[k]);
    }
}

static void all_calls_have_the_same_answer(void **state)
{
    const uint32_t architectures[] = {
        seccomp_arch_native(), SCMP_ARCH_X86, SCMP_ARCH_AARCH64, SCMP_ARCH_X32};

    (void)state;
    for (size_t count = 1; count <= 4; count++) {
        for (int round = 0; round < 3; round++)
            compare_all(architectures, count);
    }
}

/* What is done with the architecture there is not what a range of numbers could lead to. */
static void another_form_stays(void **state)
{
    enum { CALLS = 10, KILL = CALLS + 6, ALLOW, COUNT };
    const uint32_t native = seccomp_arch_native();
    struct sock_filter before[COUNT],
        filter[COUNT] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, native, 0, KILL - 2),
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            [CALLS + 3] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
            BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 1),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
            [KILL] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
            [ALLOW] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };

    (void)state;
    for (unsigned i = 3; i < CALLS + 3; i++)
        filter[i] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, i, (uint8_t)(ALLOW - 1 - i), 0);
    memcpy(before, filter, sizeof(filter));
    assert_int_equal(seccomp_shorten(filter, COUNT, &native, 1), COUNT);
    assert_memory_equal(filter, before, sizeof(filter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_calls_have_the_same_answer),
        cmocka_unit_test(another_form_stays),
    };

    return cmocka_run_group_tests_name("seccomp_ranges", tests, NULL, NULL);
}
