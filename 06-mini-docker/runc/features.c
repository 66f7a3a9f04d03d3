// SPDX-License-Identifier: MIT
/*
 * features: which words of a config.json this program knows, as JSON, so that an engine can find
 * out without trying. It says nothing about the host: a kernel may lack what is listed.
 * Source: the OCI's features.md and features-linux.md.
 */
#include "commands.h"

#include "version.h"

#include "runtime/json_write.h"
#include "runtime/words.h"

#include "caps.h"
#include "ns_table.h"

#include <json-c/json_object.h>
#include <seccomp.h>
#include <string.h>

static const struct opt OPTS[] = {{0}};

/* libseccomp has no list of them, only an answer to each. */
static const char *const ARCHITECTURES[] = {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_MIPS",
    "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64",
    "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE",
    "SCMP_ARCH_RISCV64", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_X32", "SCMP_ARCH_X86",
    "SCMP_ARCH_X86_64", NULL};

static const char *namespace_word(size_t n)
{
    /* config-linux.md, "Namespaces", has the names of unshare(1)'s options, but for this one */
    if (n < NS_KINDS && strcmp(ns_table[n].option, "net") == 0)
        return "network";
    return n < NS_KINDS ? ns_table[n].option : NULL;
}

static const char *capability_word(size_t n)
{
    return caps_name((int)n);
}

static const char *architecture_word(size_t n)
{
    return ARCHITECTURES[n];
}

/* The words of a table: NULL comes after the last. */
static void add_words(struct json_object *object, const char *key, const char *(*word)(size_t n))
{
    struct json_object *array = json_object_new_array();

    for (size_t n = 0; word(n); n++)
        json_object_array_add(array, json_object_new_string(word(n)));
    json_object_object_add(object, key, array);
}

static void add_flag(struct json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

/* {"enabled": …}, the form that most features have. */
static void add_enabled(struct json_object *object, const char *key, bool value)
{
    struct json_object *inner = json_object_new_object();

    add_flag(inner, "enabled", value);
    json_object_object_add(object, key, inner);
}

static void add_cgroup(struct json_object *linux_)
{
    struct json_object *cgroup = json_object_new_object();

    add_flag(cgroup, "v1", true);
    add_flag(cgroup, "v2", true);
    add_flag(cgroup, "systemd", false);
    add_flag(cgroup, "systemdUser", false);
    add_flag(cgroup, "rdma", true);
    json_object_object_add(linux_, "cgroup", cgroup);
}

static void add_seccomp(struct json_object *linux_)
{
    struct json_object *seccomp = json_object_new_object();

    add_flag(seccomp, "enabled", true);
    add_words(seccomp, "actions", seccomp_action_word);
    add_words(seccomp, "operators", seccomp_compare_word);
    add_words(seccomp, "archs", architecture_word);
    add_words(seccomp, "knownFlags", seccomp_flag_word);
    add_words(seccomp, "supportedFlags", seccomp_flag_word);
    json_object_object_add(linux_, "seccomp", seccomp);
}

static void add_linux(struct json_object *root)
{
    struct json_object *linux_ = json_object_new_object();
    struct json_object *extensions = json_object_new_object();

    add_words(linux_, "namespaces", namespace_word);
    add_words(linux_, "capabilities", capability_word);
    add_cgroup(linux_);
    add_seccomp(linux_);
    add_enabled(linux_, "apparmor", true);
    add_enabled(linux_, "selinux", false);
    add_enabled(linux_, "intelRdt", false);
    add_enabled(extensions, "idmap", true);
    json_object_object_add(linux_, "mountExtensions", extensions);
    json_object_object_add(root, "linux", linux_);
}

static void add_annotations(struct json_object *root)
{
    struct json_object *annotations = json_object_new_object();
    const struct scmp_version *seccomp = seccomp_version();
    char version[40];

    snprintf(version, sizeof(version), "%u.%u.%u", seccomp->major, seccomp->minor, seccomp->micro);
    json_add_string(annotations, "io.github.seccomp.libseccomp.version", version);
    json_add_string(annotations, PROGRAM ".version", VERSION);
    json_object_object_add(root, "annotations", annotations);
}

static int features_run(void *args, int argc, char **argv, struct err *err)
{
    struct json_object *root = json_object_new_object();

    (void)args;
    (void)argc;
    (void)argv;
    (void)err;
    json_add_string(root, "ociVersionMin", OCI_VERSION_MIN);
    json_add_string(root, "ociVersionMax", OCI_VERSION);
    add_words(root, "hooks", hooks_word);
    add_words(root, "mountOptions", mounts_word);
    add_linux(root);
    add_annotations(root);
    puts(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED));
    json_object_put(root);
    return 0;
}

const struct command features_command = {
    .name = "features",
    .summary = "Which parts of the specification this runtime knows, as JSON",
    .mixed = true,
    .opts = OPTS,
    .run = features_run,
};
