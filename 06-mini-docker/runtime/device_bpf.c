// SPDX-License-Identifier: MIT
/*
 * The rules as a program for the kernel. When a member of the group opens a device or makes a file
 * for one, the kernel runs it with a struct bpf_cgroup_dev_ctx; 1 means yes, 0 is EPERM. Each rule
 * becomes a handful of instructions: any test that fails jumps to the next rule.
 *
 *     r1 the context   r2 what is still wanted   r3 major   r4 minor   r5 block or character
 *     r6 scratch
 *
 * For each kind of access the last rule that fits decides, so they are laid out from the last to
 * the first: one that allows takes from r2 what it allows, and nothing left is a yes; one that
 * denies anything of r2 is a no; and so is the end.
 *
 * All programs of a group and of the groups above must say yes. So one is exchanged by adding the
 * new one before the old ones go: meanwhile what both allow is allowed, and nothing more.
 *
 * Source: bpf(2), the kernel's Documentation/bpf/standardization/instruction-set.rst.
 */
#include "device_rules.h"

#include "cleanup.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROLOGUE = 6, RULE_MOST = 8, EPILOGUE = 2, OLD_MOST = 64 };

struct program {
    struct bpf_insn code[PROLOGUE + DEVICE_RULES_MOST * RULE_MOST + EPILOGUE];
    size_t length;
};

static void emit(struct program *p, int code, unsigned to, unsigned from, int offset, int immediate)
{
    p->code[p->length++] = (struct bpf_insn){.code = (uint8_t)code,
        .dst_reg = to & 15,
        .src_reg = from & 15,
        .off = (int16_t)offset,
        .imm = immediate};
}

static void load(struct program *p, unsigned to, size_t field)
{
    emit(p, BPF_LDX | BPF_W | BPF_MEM, to, BPF_REG_1, (int)field, 0);
}

/* Go on when the register has this value; the jump over the rule is filled in at its end. */
static void demand(struct program *p, int jump, unsigned reg, int value)
{
    emit(p, BPF_JMP | jump | BPF_K, reg, 0, 0, value);
}

static void answer(struct program *p, bool allow)
{
    emit(p, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allow);
    emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void begin(struct program *p)
{
    load(p, BPF_REG_2, offsetof(struct bpf_cgroup_dev_ctx, access_type));
    load(p, BPF_REG_3, offsetof(struct bpf_cgroup_dev_ctx, major));
    load(p, BPF_REG_4, offsetof(struct bpf_cgroup_dev_ctx, minor));
    emit(p, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_5, BPF_REG_2, 0, 0);
    emit(p, BPF_ALU | BPF_AND | BPF_K, BPF_REG_5, 0, 0, 0xffff);
    emit(p, BPF_ALU | BPF_RSH | BPF_K, BPF_REG_2, 0, 0, 16);
}

static void add_rule(struct program *p, const struct spec_device_rule *rule)
{
    size_t start = p->length;

    if (rule->type != 'a')
        demand(p, BPF_JNE, BPF_REG_5, rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
    if (rule->major >= 0)
        demand(p, BPF_JNE, BPF_REG_3, rule->major);
    if (rule->minor >= 0)
        demand(p, BPF_JNE, BPF_REG_4, rule->minor);
    if (rule->allow) {
        emit(p, BPF_ALU | BPF_AND | BPF_K, BPF_REG_2, 0, 0, (int)~rule->access);
        demand(p, BPF_JNE, BPF_REG_2, 0);
    } else {
        emit(p, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_2, 0, 0);
        emit(p, BPF_ALU | BPF_AND | BPF_K, BPF_REG_6, 0, 0, (int)rule->access);
        demand(p, BPF_JEQ, BPF_REG_6, 0);
    }
    answer(p, rule->allow);
    for (size_t i = start; i < p->length; i++) {
        int op = p->code[i].code;
        if (op == (BPF_JMP | BPF_JNE | BPF_K) || op == (BPF_JMP | BPF_JEQ | BPF_K))
            p->code[i].off = (int16_t)(p->length - i - 1);
    }
}

static int load_program(const struct program *p, struct err *err)
{
    union bpf_attr attr;

    memset(&attr, 0, sizeof(attr)); /* the kernel refuses what is not zero in the unused rest */
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = (uintptr_t)p->code;
    attr.insn_cnt = (uint32_t)p->length;
    attr.license = (uintptr_t) "Dual MIT/GPL";
    int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
    if (fd >= 0)
        return fd;
    err_sys(err, "cannot load the program of device rules");
    return err_hint(err, errno == EPERM ? "no CAP_BPF or CAP_SYS_ADMIN -> run as root"
                                        : "maybe this kernel lacks CONFIG_CGROUP_BPF");
}

static int command(int number, union bpf_attr *attr)
{
    return (int)syscall(SYS_bpf, number, attr, sizeof(*attr));
}

/* The IDs of the programs on the group itself. */
static int query(int group_fd, uint32_t ids[OLD_MOST], struct err *err)
{
    union bpf_attr attr;

    memset(&attr, 0, sizeof(attr));
    attr.query.target_fd = (uint32_t)group_fd;
    attr.query.attach_type = BPF_CGROUP_DEVICE;
    attr.query.prog_ids = (uintptr_t)ids;
    attr.query.prog_cnt = OLD_MOST;
    if (command(BPF_PROG_QUERY, &attr) < 0)
        return err_sys(err, "cannot ask which device rules are on the group");
    return (int)attr.query.prog_cnt;
}

/* One that went by itself meanwhile is fine. */
static int detach(int group_fd, uint32_t id, struct err *err)
{
    union bpf_attr attr;

    memset(&attr, 0, sizeof(attr));
    attr.prog_id = id;
    cleanup_close int fd = command(BPF_PROG_GET_FD_BY_ID, &attr);
    memset(&attr, 0, sizeof(attr));
    attr.target_fd = (uint32_t)group_fd;
    attr.attach_bpf_fd = (uint32_t)fd;
    attr.attach_type = BPF_CGROUP_DEVICE;
    if ((fd < 0 || command(BPF_PROG_DETACH, &attr) < 0) && errno != ENOENT)
        return err_sys(err, "cannot take the old device rules off the group");
    return 0;
}

static int attach(int group_fd, int program_fd, struct err *err)
{
    union bpf_attr attr;

    memset(&attr, 0, sizeof(attr));
    attr.target_fd = (uint32_t)group_fd;
    attr.attach_bpf_fd = (uint32_t)program_fd;
    attr.attach_type = BPF_CGROUP_DEVICE;
    attr.attach_flags = BPF_F_ALLOW_MULTI; /* the host's own programs above stay in force */
    if (command(BPF_PROG_ATTACH, &attr) < 0)
        return err_sys(err, "cannot put the device rules on the group");
    return 0;
}

/* The group holds its programs: the descriptors are closed again. */
int device_bpf_attach(int group_fd, const struct device_rules *rules, bool replace, struct err *err)
{
    static struct program program;
    uint32_t old[OLD_MOST];

    program.length = 0;
    begin(&program);
    for (size_t i = rules->count; i-- > 0;)
        add_rule(&program, &rules->rules[i]);
    answer(&program, false);
    int old_count = replace ? query(group_fd, old, err) : 0;
    if (old_count < 0)
        return -1;
    cleanup_close int fd = load_program(&program, err);
    if (fd < 0 || attach(group_fd, fd, err) < 0)
        return -1;
    for (int i = 0; i < old_count; i++) {
        if (detach(group_fd, old[i], err) < 0)
            return -1;
    }
    return 0;
}
