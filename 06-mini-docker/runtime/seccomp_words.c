// SPDX-License-Identifier: MIT
/*
 * The words of config-linux.md, "Seccomp", and what libseccomp and the kernel call them. A word
 * that is in no table is refused with its place: a rule that is left out in silence would be a
 * hole.
 */
#include "seccomp_internal.h"

#include "words.h"

#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif

struct word {
    const char *word;
    uint32_t value;
    bool has_errno;
};

static const struct word ACTIONS[] = {
    {"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
    {"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0), true},
    {"SCMP_ACT_KILL", SCMP_ACT_KILL},
    {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
    {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
    {"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
    {"SCMP_ACT_TRACE", SCMP_ACT_TRACE(0), true},
    {"SCMP_ACT_LOG", SCMP_ACT_LOG},
    {"SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY},
    {0},
};

static const struct word COMPARISONS[] = {
    {"SCMP_CMP_NE", SCMP_CMP_NE},
    {"SCMP_CMP_LT", SCMP_CMP_LT},
    {"SCMP_CMP_LE", SCMP_CMP_LE},
    {"SCMP_CMP_EQ", SCMP_CMP_EQ},
    {"SCMP_CMP_GE", SCMP_CMP_GE},
    {"SCMP_CMP_GT", SCMP_CMP_GT},
    {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
    {0},
};

/* The process has one thread, so there is no other to synchronize with. */
static const struct word FLAGS[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC", 0},
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
    {0},
};

/* Each table ends with a row without a word. */
const char *seccomp_action_word(size_t n)
{
    return ACTIONS[n].word;
}

const char *seccomp_compare_word(size_t n)
{
    return COMPARISONS[n].word;
}

const char *seccomp_flag_word(size_t n)
{
    return FLAGS[n].word;
}

static const struct word *find(
    const struct word *words, const char *place, const char *word, struct err *err)
{
    for (; words->word; words++) {
        if (word && strcmp(words->word, word) == 0)
            return words;
    }
    err_set(
        err, ERR_USAGE, "seccomp.%s: '%.60s' is no word of the specification", place, word ?: "");
    return NULL;
}

int seccomp_action(const char *place, const char *word, bool errno_given, unsigned errno_ret,
    uint32_t *ret, struct err *err)
{
    const struct word *action = find(ACTIONS, place, word, err);

    if (!action)
        return -1;
    if (errno_given && !action->has_errno)
        return err_set(err, ERR_USAGE, "seccomp.%s: %s returns no errno", place, word);
    *ret = action->value;
    if (action->has_errno)
        *ret |= (errno_given ? errno_ret : EPERM) & SECCOMP_RET_DATA;
    return 0;
}

int seccomp_compare(const char *place, const char *word, enum scmp_compare *ret, struct err *err)
{
    const struct word *comparison = find(COMPARISONS, place, word, err);

    if (!comparison)
        return -1;
    *ret = (enum scmp_compare)comparison->value;
    return 0;
}

/* libseccomp has the table; it only writes "SCMP_ARCH_X86_64" as "x86_64". */
int seccomp_architecture(const char *place, const char *word, uint32_t *ret, struct err *err)
{
    static const char prefix[] = "SCMP_ARCH_";
    char name[32] = "";

    if (strncmp(word, prefix, strlen(prefix)) == 0) {
        word += strlen(prefix);
        for (size_t i = 0; i < sizeof(name) - 1 && word[i]; i++)
            name[i] = (char)tolower((unsigned char)word[i]);
    }
    *ret = seccomp_arch_resolve_name(name);
    if (*ret)
        return 0;
    return err_set(
        err, ERR_USAGE, "seccomp.%s: libseccomp knows no architecture '%.60s'", place, word);
}

int seccomp_flags(const char *const *words, unsigned *ret, struct err *err)
{
    char place[32];

    /* as runc and crun: the mitigation that this leaves out costs all that the program does */
    *ret = words ? 0 : SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    for (size_t i = 0; words && words[i]; i++) {
        snprintf(place, sizeof(place), "flags[%zu]", i);
        const struct word *flag = find(FLAGS, place, words[i], err);
        if (!flag)
            return -1;
        *ret |= flag->value;
    }
    return 0;
}
