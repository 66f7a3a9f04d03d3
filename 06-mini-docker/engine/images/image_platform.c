// SPDX-License-Identifier: MIT
/*
 * Which of several images is for this machine. An index lists one manifest for each kind of
 * machine; architectures have the names of the Go language there, not the kernel's.
 */
#include "image_manifest.h"

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

const char *image_annotation(const struct image_descriptor *descriptor, const char *key)
{
    for (size_t i = 0; i < descriptor->annotations_count; i++) {
        if (strcmp(descriptor->annotations[i].key, key) == 0)
            return descriptor->annotations[i].value;
    }
    return NULL;
}

bool image_is_index(const char *media_type)
{
    return media_type &&
           (strcmp(media_type, MEDIA_INDEX) == 0 || strcmp(media_type, MEDIA_LIST) == 0);
}

const struct image_descriptor *image_choose(const struct image_index_file *index)
{
    for (size_t i = 0; i < index->manifests_count; i++) {
        const struct image_platform *platform = index->manifests[i].platform;
        if (!platform || !platform->architecture)
            continue;
        if (strcmp(platform->architecture, image_architecture()) == 0 &&
            (!platform->os || strcmp(platform->os, "linux") == 0))
            return &index->manifests[i];
    }
    for (size_t i = 0; i < index->manifests_count; i++) {
        if (!index->manifests[i].platform)
            return &index->manifests[i];
    }
    return NULL;
}
