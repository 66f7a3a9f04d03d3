// SPDX-License-Identifier: MIT
/*
 * A seccomp profile as Docker has it: the OCI's linux.seccomp, with rules that hold only for some
 * containers ("includes" and "excludes": capabilities, architectures, kernels) and with the other
 * architectures that each architecture can run. Here it becomes a plain one: conditions are judged,
 * and what is left is compiled.
 *
 * The default is seccomp_default.json, linked in as text. That text and what conditions depend on
 * are the key of the cache, so a container whose filter is there costs no parsing and no compiling.
 * It is Docker's own list, and without io_uring, as newer engines have it: calls made through that
 * ring pass no filter.
 */
#include "profile.h"

#include "runtime/config_tables.h"

#include "caps.h"
#include "cleanup.h"
#include "host.h"

#include <limits.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

__asm__(".pushsection .rodata\n"
        ".global PROFILE_DEFAULT\n"
        "PROFILE_DEFAULT: .incbin \"engine/translate/seccomp_default.json\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char PROFILE_DEFAULT[];

struct condition {
    const char *const *caps, *const *arches;
    const char *min_kernel;
};

struct rule {
    struct spec_seccomp_rule rule; /* first: CONFIG_SECCOMP_RULE fills it */
    struct condition includes, excludes;
};

struct architecture {
    const char *name;
    const char *const *others;
};

struct profile {
    struct spec_seccomp seccomp; /* first: CONFIG_SECCOMP_WHOLE fills it */
    const struct rule *rules;
    size_t rules_count;
    const struct architecture *map;
    size_t map_count;
};

static const struct json_field CONDITION[] = {
    JSON_FIELD("caps", JSON_STRINGS, struct condition, caps),
    JSON_FIELD("arches", JSON_STRINGS, struct condition, arches),
    JSON_FIELD("minKernel", JSON_STRING, struct condition, min_kernel),
    {0},
};
static const struct json_table condition_table = {
    .size = sizeof(struct condition), .fields = CONDITION};

static const struct json_field RULE[] = {
    CONFIG_SECCOMP_RULE,
    {JSON_AT("includes", JSON_OBJECT, struct rule, includes), .table = &condition_table},
    {JSON_AT("excludes", JSON_OBJECT, struct rule, excludes), .table = &condition_table},
    {0},
};
static const struct json_table rule_table = {
    sizeof(struct rule), RULE, NULL, config_seccomp_check_rule};

static const struct json_field ARCHITECTURE[] = {
    {JSON_AT("architecture", JSON_STRING, struct architecture, name), .required = true},
    JSON_FIELD("subArchitectures", JSON_STRINGS, struct architecture, others),
    {0},
};
static const struct json_table architecture_table = {
    .size = sizeof(struct architecture), .fields = ARCHITECTURE};

static const struct json_field PROFILE[] = {
    CONFIG_SECCOMP_WHOLE,
    JSON_ITEMS("archMap", JSON_LIST, struct profile, map, map_count, &architecture_table),
    JSON_ITEMS("syscalls", JSON_LIST, struct profile, rules, rules_count, &rule_table),
    {0},
};
static const struct json_table profile_table = {.size = sizeof(struct profile), .fields = PROFILE};

/* What conditions are judged by. Go's names for architectures are those of the profiles. */
struct host {
    const char *architecture;     /* "amd64" */
    const char *oci_architecture; /* "SCMP_ARCH_X86_64" */
    unsigned major, minor;        /* of the kernel */
    uint64_t bounding;
};

static void ask_host(uint64_t bounding, struct host *ret)
{
    static const struct {
        uint32_t token;
        const char *go, *oci;
    } names[] = {
        {SCMP_ARCH_X86_64, "amd64", "SCMP_ARCH_X86_64"},
        {SCMP_ARCH_AARCH64, "arm64", "SCMP_ARCH_AARCH64"},
        {SCMP_ARCH_PPC64LE, "ppc64le", "SCMP_ARCH_PPC64LE"},
        {SCMP_ARCH_S390X, "s390x", "SCMP_ARCH_S390X"},
        {SCMP_ARCH_RISCV64, "riscv64", "SCMP_ARCH_RISCV64"},
    };
    struct utsname name;

    *ret = (struct host){.architecture = "", .oci_architecture = "", .bounding = bounding};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].token == seccomp_arch_native()) {
            ret->architecture = names[i].go;
            ret->oci_architecture = names[i].oci;
        }
    }
    if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &ret->major, &ret->minor) != 2)
        ret->major = ret->minor = 0;
}

static bool has(const struct host *host, const char *capability)
{
    int number = caps_number(capability);

    return number >= 0 && host->bounding & CAPS_BIT(number);
}

static bool is_new_enough(const struct host *host, const char *version)
{
    unsigned major = 0, minor = 0;

    sscanf(version, "%u.%u", &major, &minor);
    return host->major > major || (host->major == major && host->minor >= minor);
}

static bool listed(const char *const *words, const char *word)
{
    for (; words && *words; words++) {
        if (strcmp(*words, word) == 0)
            return true;
    }
    return false;
}

/* Included are the containers that have all of it, excluded those that have any. */
static bool applies(const struct rule *rule, const struct host *host)
{
    const struct condition *in = &rule->includes, *out = &rule->excludes;

    for (const char *const *cap = in->caps; cap && *cap; cap++) {
        if (!has(host, *cap))
            return false;
    }
    for (const char *const *cap = out->caps; cap && *cap; cap++) {
        if (has(host, *cap))
            return false;
    }
    if ((in->arches && in->arches[0] && !listed(in->arches, host->architecture)) ||
        listed(out->arches, host->architecture))
        return false;
    return (!in->min_kernel || is_new_enough(host, in->min_kernel)) &&
           !(out->min_kernel && is_new_enough(host, out->min_kernel));
}

static void choose_architectures(struct profile *profile, const struct host *host)
{
    for (size_t i = 0; i < profile->map_count; i++) {
        if (strcmp(profile->map[i].name, host->oci_architecture) == 0)
            profile->seccomp.architectures = profile->map[i].others;
    }
}

static int compile(const char *file, const char *text, const char *key, const struct host *host,
    const char *cache_dir, struct seccomp *ret, struct err *err)
{
    struct json_memory memory = {0};
    struct json_reader reader = {.file = file, .memory = &memory, .err = err};
    struct profile profile = {0};
    int result = -1;

    if (json_parse(file, text, strlen(text), &memory, err) == 0 &&
        json_read(&reader, &profile_table, &profile) == 0) {
        struct spec_seccomp_rule *rules =
            json_alloc(&reader, profile.rules_count + 1, sizeof(*rules));
        profile.seccomp.rules = rules;
        for (size_t i = 0; rules && i < profile.rules_count; i++) {
            if (applies(&profile.rules[i], host))
                rules[profile.seccomp.rules_count++] = profile.rules[i].rule;
        }
        choose_architectures(&profile, host);
        profile.seccomp.text = key;
        if (rules)
            result = seccomp_prepare(&profile.seccomp, cache_dir, ret, err);
    }
    json_memory_free(&memory);
    return result;
}

int profile_prepare(const char *choice, uint64_t bounding, struct seccomp *ret, struct err *err)
{
    cleanup_free char *key = NULL;
    const char *text = choice ?: PROFILE_DEFAULT;
    char cache[96];
    struct host host;

    *ret = (struct seccomp){0};
    if (choice && strcmp(choice, "unconfined") == 0)
        return 0;
    ask_host(bounding, &host);
    if (asprintf(&key, "%s\n%#jx %u.%u", text, (uintmax_t)bounding, host.major, host.minor) < 0) {
        key = NULL;
        return err_sys(err, "cannot read the seccomp profile");
    }
    const char *cache_dir = seccomp_cache_dir(cache);
    if (cache_dir && seccomp_find(key, cache_dir, ret))
        return 0;
    return compile(choice ? "the seccomp profile" : "seccomp_default.json", text, key, &host,
        cache_dir, ret, err);
}
