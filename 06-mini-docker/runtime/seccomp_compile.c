// SPDX-License-Identifier: MIT
/*
 * From the spec's rules to a BPF program, by libseccomp: it knows the numbers of all calls on all
 * architectures. The program is a binary tree over the numbers rather than a list, so a call costs
 * about ten comparisons and not hundreds. Source: seccomp_rule_add(3), seccomp_attr_set(3).
 */
#include "seccomp_internal.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARGUMENTS = 6, ARCHITECTURES = 24, PLACE = 64 };

struct compiler {
    const struct spec_seccomp *spec;
    scmp_filter_ctx context;
    uint32_t default_action;
    uint32_t architectures[ARCHITECTURES]; /* the native one first */
    size_t architectures_count;
    bool notify;
};

/* libseccomp returns -errno. */
static int refused(struct err *err, const char *place, const char *name, int result)
{
    errno = -result;
    err_sys(err, "seccomp.%s: libseccomp refuses the rule for %s", place, name);
    if (result == -EOPNOTSUPP || result == -EINVAL)
        err_hint(err, "maybe this kernel does not have the action -> another one");
    return -1;
}

static int add_architectures(struct compiler *compiler, struct err *err)
{
    const char *const *words = compiler->spec->architectures;
    char place[PLACE];

    compiler->architectures[compiler->architectures_count++] = seccomp_arch_native();
    for (size_t i = 0; words && words[i]; i++) {
        uint32_t token;
        snprintf(place, sizeof(place), "architectures[%zu]", i);
        if (seccomp_architecture(place, words[i], &token, err) < 0)
            return -1;
        int result = seccomp_arch_add(compiler->context, token);
        if (result == -EEXIST)
            continue;
        if (result < 0 || compiler->architectures_count == ARCHITECTURES)
            return refused(err, place, words[i], result);
        compiler->architectures[compiler->architectures_count++] = token;
    }
    return 0;
}

/* Returns how many tests there are, or -1. *ret_twice: two of them are of one argument. */
static int read_tests(const struct spec_seccomp_rule *rule, size_t number,
    struct scmp_arg_cmp ret[ARGUMENTS], bool *ret_twice, struct err *err)
{
    unsigned seen = 0;
    char place[PLACE];

    *ret_twice = false;
    if (rule->args_count > ARGUMENTS)
        return err_set(err, ERR_USAGE, "seccomp.syscalls[%zu].args: more than six tests", number);
    for (size_t i = 0; i < rule->args_count; i++) {
        const struct spec_seccomp_arg *arg = &rule->args[i];
        snprintf(place, sizeof(place), "syscalls[%zu].args[%zu]", number, i);
        if (arg->index >= ARGUMENTS)
            return err_set(err, ERR_USAGE, "seccomp.%s.index: %u is above 5", place, arg->index);
        ret[i] = (struct scmp_arg_cmp){
            .arg = arg->index, .datum_a = arg->value, .datum_b = arg->value_two};
        if (seccomp_compare(place, arg->op, &ret[i].op, err) < 0)
            return -1;
        *ret_twice |= seen & 1U << arg->index;
        seen |= 1U << arg->index;
    }
    return (int)rule->args_count;
}

/* A rule that is there already is no mistake: a profile may name a call twice. */
static int add_call(struct compiler *compiler, uint32_t action, int call,
    const struct scmp_arg_cmp *tests, unsigned count)
{
    int result = seccomp_rule_add_array(compiler->context, action, call, count, tests);

    return result == -EEXIST ? 0 : result;
}

/*
 * The process itself hands the listener its descriptor, when the filter holds already; the calls
 * that it does so with cannot wait for the listener. (With a default of NOTIFY all calls would.)
 */
static int check_notify(struct compiler *compiler, const char *place,
    const struct spec_seccomp_rule *rule, struct err *err)
{
    compiler->notify = true;
    if (!compiler->spec->listener_path)
        return err_set(err, ERR_USAGE, "seccomp.%s: SCMP_ACT_NOTIFY without a listenerPath", place);
    for (const char *const *name = rule->names; name && *name; name++) {
        if (strcmp(*name, "sendmsg") == 0 || strcmp(*name, "write") == 0)
            return err_set(err, ERR_USAGE, "seccomp.%s: SCMP_ACT_NOTIFY cannot be the action of %s",
                place, *name);
    }
    return 0;
}

static int add_rule(struct compiler *compiler, size_t number, struct err *err)
{
    const struct spec_seccomp_rule *rule = &compiler->spec->rules[number];
    struct scmp_arg_cmp tests[ARGUMENTS];
    uint32_t action;
    char place[PLACE];
    bool twice;

    snprintf(place, sizeof(place), "syscalls[%zu].action", number);
    if (seccomp_action(place, rule->action, rule->errno_given, rule->errno_ret, &action, err) < 0)
        return -1;
    int count = read_tests(rule, number, tests, &twice, err);
    if (count < 0 || (action == SCMP_ACT_NOTIFY && check_notify(compiler, place, rule, err) < 0))
        return -1;
    if (action == compiler->default_action)
        return 0; /* says nothing new, and libseccomp refuses it */
    for (const char *const *name = rule->names; name && *name; name++) {
        int call = seccomp_syscall_resolve_name(*name), result = 0;
        if (call == __NR_SCMP_ERROR)
            continue; /* newer than this library, or of another architecture: as runc */
        /* libseccomp takes one test an argument; as runc, each is then a rule of its own */
        for (int i = 0; twice && i < count && result == 0; i++)
            result = add_call(compiler, action, call, &tests[i], 1);
        if (!twice)
            result = add_call(compiler, action, call, tests, (unsigned)count);
        if (result < 0)
            return refused(err, place, *name, result);
    }
    return 0;
}

/* libseccomp 2.5 writes to a descriptor only. */
static int export(struct compiler *compiler, struct seccomp *ret, struct err *err)
{
    cleanup_close int fd = memfd_create("seccomp", MFD_CLOEXEC);
    struct sock_filter prefix[SECCOMP_PREFIX_MOST];
    struct stat st;

    if (fd < 0 || seccomp_export_bpf(compiler->context, fd) < 0 || fstat(fd, &st) < 0)
        return err_sys(err, "cannot compile the seccomp filter");
    size_t before = seccomp_enosys(compiler->spec, compiler->default_action,
        compiler->architectures, compiler->architectures_count, prefix);
    size_t bytes = before * sizeof(*prefix), count = before + (size_t)st.st_size / sizeof(*prefix);
    if (count > BPF_MAXINSNS)
        return err_set(err, ERR_USAGE, "the seccomp filter has %zu instructions, %d at most", count,
            BPF_MAXINSNS);
    char *filter = malloc(count * sizeof(*prefix));
    if (!filter || pread(fd, filter + bytes, (size_t)st.st_size, 0) != st.st_size) {
        free(filter);
        return err_sys(err, "cannot read the compiled seccomp filter");
    }
    memcpy(filter, prefix, bytes);
    ret->filter = (struct sock_filter *)filter;
    ret->count = (unsigned short)count;
    ret->notify = compiler->notify;
    return 0;
}

static int compile(struct compiler *compiler, struct seccomp *ret, struct err *err)
{
    const struct spec_seccomp *spec = compiler->spec;

    seccomp_attr_set(compiler->context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (add_architectures(compiler, err) < 0)
        return -1;
    for (size_t i = 0; i < spec->rules_count; i++) {
        if (add_rule(compiler, i, err) < 0)
            return -1;
    }
    return export(compiler, ret, err);
}

int seccomp_compile(const struct spec_seccomp *spec, struct seccomp *ret, struct err *err)
{
    struct compiler compiler = {.spec = spec};

    *ret = (struct seccomp){0};
    if (seccomp_flags(spec->flags, &ret->flags, err) < 0 ||
        seccomp_action("defaultAction", spec->default_action, spec->default_errno_given,
            spec->default_errno, &compiler.default_action, err) < 0)
        return -1;
    if (compiler.default_action == SCMP_ACT_NOTIFY)
        return err_set(
            err, ERR_USAGE, "seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be the default");
    compiler.context = seccomp_init(compiler.default_action);
    if (!compiler.context)
        return err_set(err, ERR_SYS, "libseccomp cannot begin a filter");
    int result = compile(&compiler, ret, err);
    seccomp_release(compiler.context);
    return result;
}
