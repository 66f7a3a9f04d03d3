// SPDX-License-Identifier: MIT
/*
 * Docker's templates look at Go's structs, ours at JSON, and two things are lost on the way: a
 * field that is empty may be left out of the JSON, and of one that is null nobody sees whether it
 * is a text, a list, a map or a pointer, which Go prints as "", [], map[] and <nil>. Both stand
 * here, for the objects that are inspected. A field that is left out is known by one beside it,
 * which is always there.
 */
#include "format_internal.h"

#include <json-c/json_object.h>
#include <stddef.h>
#include <string.h>

/* Names between spaces. `beside`: where they may be absent; NULL: they may be null only. */
struct fields {
    const char *beside, *names, *nil;
};

static const struct fields FIELDS[] = {
    {"Propagation", " Name Driver ", ""}, /* a mount */
    {"OOMKilled", " Health ", "<nil>"},   /* State */
    {"StdinOnce", " StopSignal MacAddress ", ""},
    {"StdinOnce", " Healthcheck StopTimeout ", "<nil>"},
    {"StdinOnce", " Shell ", "[]"},
    {"StdinOnce", " ExposedPorts ", "map[]"},
    {"NetworkMode", " Init ", "<nil>"},
    {"NetworkMode", " Mounts ", "[]"},
    {"NetworkMode", " Tmpfs Sysctls StorageOpt Annotations ", "map[]"},
    {"HostnamePath", " SizeRw SizeRootFs ", "<nil>"}, /* a container */
    {"RepoTags", " Variant OsVersion ", ""},          /* an image */
    {"Subnet", " IPRange Gateway ", ""},
    {"Attachable", " Peers ", "[]"},     /* a network */
    {"Mountpoint", " Status ", "map[]"}, /* a volume */
    {"Mountpoint", " UsageData ", "<nil>"},
    {NULL,
        " Aliases Args Binds BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps"
        " BlkioDeviceWriteIOps CapAdd CapDrop Cmd DeviceCgroupRules DeviceRequests Devices Dns"
        " DnsOptions DnsSearch Entrypoint Env ExecIDs ExtraHosts GroupAdd Links OnBuild RepoDigests"
        " RepoTags SecondaryIPAddresses SecondaryIPv6Addresses SecurityOpt Test Ulimits"
        " VolumesFrom ",
        "[]"},
    {NULL, " Containers DriverOpts Labels Networks Options PortBindings Ports Volumes ", "map[]"},
    {NULL, " IPAMConfig MemorySwappiness PidsLimit ", "<nil>"},
};

static bool has_name(const char *names, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = names; (at = strstr(at, name)); at += length) {
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    }
    return false;
}

const char *format_nil_of(struct json_object *from, const char *name)
{
    bool is_there = json_object_object_get_ex(from, name, NULL);

    for (size_t i = 0; name[0] && i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
        const struct fields *fields = &FIELDS[i];
        bool fits =
            fields->beside ? json_object_object_get_ex(from, fields->beside, NULL) : is_there;
        if (fits && has_name(fields->names, name))
            return fields->nil;
    }
    return NULL;
}
