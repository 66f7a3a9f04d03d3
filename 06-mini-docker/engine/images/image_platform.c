// SPDX-License-Identifier: MIT
/*
 * Which of several images is for this machine. An index lists one manifest for each kind of
 * machine; architectures have the names of the Go language there, not the kernel's.
 */
#include "image_platform.h"

#include "image_manifest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

const char *image_architecture(void)
{
    static const char *const names[][2] = {{"x86_64", "amd64"}, {"aarch64", "arm64"},
        {"i686", "386"}, {"armv7l", "arm"}, {"armv6l", "arm"}, {"ppc64le", "ppc64le"},
        {"riscv64", "riscv64"}, {"s390x", "s390x"}, {"loongarch64", "loong64"}};
    static struct utsname uts;

    uname(&uts);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i][0], uts.machine) == 0)
            return names[i][1];
    }
    return uts.machine;
}

int image_platform_parse(
    const char *text, char room[96], struct image_platform *ret, struct err *err)
{
    *ret = (struct image_platform){.os = "linux", .architecture = image_architecture()};
    if (!text)
        return 0;
    snprintf(room, 96, "%s", text);
    char *first = strtok(room, "/"), *second = strtok(NULL, "/"), *third = strtok(NULL, "/");
    if (!first || strlen(text) >= 96 || strtok(NULL, "/") || strstr(text, "..") ||
        text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_/.-")]) {
        err_refuse(err, EINVAL, "--platform '%.80s' is no kind of machine", text);
        return err_hint(err, "accepted: OS/ARCH[/VARIANT], such as linux/amd64 or linux/arm/v7");
    }
    if (second || strcmp(first, "linux") == 0)
        *ret = (struct image_platform){
            .os = first, .architecture = second ? second : image_architecture(), .variant = third};
    else
        ret->architecture = first;
    return 0;
}

static bool is_same(const char *wanted, const char *has, const char *usual)
{
    return strcmp(wanted && wanted[0] ? wanted : usual, has && has[0] ? has : usual) == 0;
}

bool image_platform_fits(const struct image_platform *wanted, const struct image_platform *has)
{
    const char *machine = wanted->architecture;

    if (strcmp(machine, has->architecture ? has->architecture : "") != 0 ||
        !is_same(wanted->os, has->os, "linux"))
        return false;
    /* who says only "arm64" means v8; of others, whichever comes first will do */
    if (strcmp(machine, "arm64") == 0)
        return is_same(wanted->variant, has->variant, "v8");
    return !wanted->variant || !wanted->variant[0] || is_same(wanted->variant, has->variant, "");
}

const struct image_descriptor *image_choose_for(
    const struct image_index_file *index, const struct image_platform *wanted)
{
    for (size_t i = 0; i < index->manifests_count; i++) {
        const struct image_platform *platform = index->manifests[i].platform;
        if (platform && image_platform_fits(wanted, platform))
            return &index->manifests[i];
    }
    return NULL;
}

const struct image_descriptor *image_choose(const struct image_index_file *index)
{
    const struct image_platform ours = {.architecture = image_architecture()};
    const struct image_descriptor *chosen = image_choose_for(index, &ours);

    for (size_t i = 0; !chosen && i < index->manifests_count; i++) {
        if (!index->manifests[i].platform)
            chosen = &index->manifests[i];
    }
    return chosen;
}
