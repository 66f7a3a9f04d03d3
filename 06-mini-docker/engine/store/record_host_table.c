// SPDX-License-Identifier: MIT
/*
 * The "HostConfig" of `docker inspect`: what a container is to the host it runs on. Numbers have
 * Docker's units, and the ranges here are only what the fields can hold: whether a value makes
 * sense is create's to judge.
 */
#include "record_fields.h"

#include "size.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct json_field RATE[] = {
    {JSON_AT("Path", JSON_STRING, struct record_rate, path), .required = true},
    JSON_NUMBER_IN("Rate", struct record_rate, rate, 0, UINT64_MAX),
    {0},
};
static const struct json_table rate_table = {.size = sizeof(struct record_rate), .fields = RATE};

static const struct json_field DEVICE[] = {
    {JSON_AT("PathOnHost", JSON_STRING, struct record_device, on_host), .required = true},
    {JSON_AT("PathInContainer", JSON_STRING, struct record_device, in_container), .required = true},
    JSON_FIELD("CgroupPermissions", JSON_STRING, struct record_device, permissions),
    {0},
};
static const struct json_table device_table = {
    .size = sizeof(struct record_device), .fields = DEVICE};

static const struct json_field ULIMIT[] = {
    {JSON_AT("Name", JSON_STRING, struct record_ulimit, name), .required = true},
    JSON_NUMBER_IN("Hard", struct record_ulimit, hard, -1, INT64_MAX),
    JSON_NUMBER_IN("Soft", struct record_ulimit, soft, -1, INT64_MAX),
    {0},
};
static const struct json_table ulimit_table = {
    .size = sizeof(struct record_ulimit), .fields = ULIMIT};

static const struct json_field BIND_OPTIONS[] = {
    {JSON_AT("Propagation", JSON_STRING, struct record_mount, propagation), .optional = true},
    {JSON_AT("NonRecursive", JSON_BOOL, struct record_mount, non_recursive), .optional = true},
    {JSON_AT("CreateMountpoint", JSON_BOOL, struct record_mount, make_source), .optional = true},
    {0},
};
static const struct json_table bind_table = {.fields = BIND_OPTIONS};

static const struct json_field VOLUME_OPTIONS[] = {
    {JSON_AT("Anonymous", JSON_BOOL, struct record_mount, anonymous), .optional = true},
    {JSON_AT("NoCopy", JSON_BOOL, struct record_mount, no_copy), .optional = true},
    {0},
};
static const struct json_table volume_table = {.fields = VOLUME_OPTIONS};

static const struct json_field TMPFS_OPTIONS[] = {
    {JSON_AT("SizeBytes", JSON_NUMBER, struct record_mount, tmpfs_size_bytes), .optional = true,
        .most = UINT64_MAX},
    {JSON_AT("Mode", JSON_NUMBER, struct record_mount, tmpfs_mode), .optional = true,
        .most = UINT32_MAX},
    {0},
};
static const struct json_table tmpfs_table = {.fields = TMPFS_OPTIONS};

static const struct json_field MOUNT[] = {
    {JSON_AT("Type", JSON_STRING, struct record_mount, type), .required = true},
    {JSON_AT("Source", JSON_STRING, struct record_mount, source), .optional = true},
    {JSON_AT("Target", JSON_STRING, struct record_mount, target), .required = true},
    {JSON_AT("ReadOnly", JSON_BOOL, struct record_mount, read_only), .optional = true},
    JSON_PART("BindOptions", &bind_table),
    JSON_PART("VolumeOptions", &volume_table),
    JSON_PART("TmpfsOptions", &tmpfs_table),
    {0},
};
static const struct json_table mount_table = {.size = sizeof(struct record_mount), .fields = MOUNT};

static const struct json_field BINDING[] = {
    JSON_FIELD("HostIp", JSON_STRING, struct record_binding, host_ip),
    JSON_FIELD("HostPort", JSON_STRING, struct record_binding, host_port),
    {0},
};
static const struct json_table binding_table = {
    .size = sizeof(struct record_binding), .fields = BINDING};

static const struct json_field PORT[] = {
    JSON_ITEMS(NULL, JSON_LIST, struct record_port, bindings, bindings_count, &binding_table),
};
static const struct json_table port_table = {.size = sizeof(struct record_port), .fields = PORT};

static const struct json_field RESTART[] = {
    JSON_FIELD("Name", JSON_STRING, struct record_host, restart_policy),
    JSON_NUMBER_IN("MaximumRetryCount", struct record_host, restart_most, 0, INT32_MAX),
    {0},
};
static const struct json_table restart_table = {.fields = RESTART};

/* Docker's options of a log are texts, whatever they mean. */
struct log_config {
    const char *type, *size, *files;
};

static const struct json_field LOG_OPTIONS[] = {
    {JSON_AT("max-file", JSON_STRING, struct log_config, files), .optional = true},
    {JSON_AT("max-size", JSON_STRING, struct log_config, size), .optional = true},
    {0},
};
static const struct json_table log_options_table = {.fields = LOG_OPTIONS};

static const struct json_field LOG[] = {
    JSON_FIELD("Type", JSON_STRING, struct log_config, type),
    JSON_PART("Config", &log_options_table),
    {0},
};
static const struct json_table log_table = {.size = sizeof(struct log_config), .fields = LOG};

static int read_log(struct json_reader *reader, struct json_object *value, void *field)
{
    static const struct json_field whole = {.kind = JSON_OBJECT, .table = &log_table};
    struct log_config log = {0};
    struct record_host *host = field;
    uint64_t files = 0;

    if (json_read_field(reader, &whole, value, &log) < 0 ||
        (log.size && size_parse_bytes("LogConfig.Config.max-size", log.size, 0, INT64_MAX,
                         &host->log_size_bytes, reader->err) < 0) ||
        (log.files && size_parse_u64("LogConfig.Config.max-file", log.files, 0, UINT32_MAX, &files,
                          reader->err) < 0))
        return -1;
    host->log_files = (unsigned)files;
    host->log_none = log.type && strcmp(log.type, "none") == 0;
    return 0;
}

static int write_log(const void *field, struct json_object **ret)
{
    const struct record_host *host = field;
    struct log_config log = {.type = host->log_none ? "none" : "json-file"};
    char size[24], files[12];

    snprintf(size, sizeof(size), "%" PRIu64, host->log_size_bytes);
    snprintf(files, sizeof(files), "%u", host->log_files);
    log.size = host->log_size_bytes ? size : NULL;
    log.files = host->log_files ? files : NULL;
    *ret = json_write(&log_table, &log, JSON_WRITE_ALL);
    return *ret ? 0 : -1;
}

#define TEXT(name, member)    JSON_FIELD(name, JSON_STRING, struct record_host, member)
#define TEXTS(name, member)   JSON_FIELD(name, JSON_STRINGS, struct record_host, member)
#define YES(name, member)     JSON_FIELD(name, JSON_BOOL, struct record_host, member)
#define AMOUNT(name, member)  JSON_NUMBER_IN(name, struct record_host, member, 0, UINT64_MAX)
#define INTEGER(name, member) JSON_NUMBER_IN(name, struct record_host, member, INT64_MIN, INT64_MAX)
#define ITEMS(name, kind, member, table)                                                           \
    JSON_ITEMS(name, kind, struct record_host, member, member##_count, &(table))
#define OPTIONAL_ITEMS(name, kind_, member, table_)                                                \
    {                                                                                              \
        JSON_AT(name, kind_, struct record_host, member),                                          \
            .optional = true, .extra = offsetof(struct record_host, member##_count),               \
            .table = &(table_)                                                                     \
    }
static const struct json_field HOST[] = {
    TEXTS("Binds", binds),
    {.name = "LogConfig", .kind = JSON_CUSTOM, .custom = read_log, .write = write_log},
    TEXT("NetworkMode", network_mode),
    ITEMS("PortBindings", JSON_MAP, ports, port_table),
    JSON_PART("RestartPolicy", &restart_table),
    YES("AutoRemove", auto_remove),
    OPTIONAL_ITEMS("Annotations", JSON_MAP, annotations, record_pair_table),
    TEXTS("VolumesFrom", volumes_from),
    TEXTS("CapAdd", cap_add),
    TEXTS("CapDrop", cap_drop),
    TEXT("CgroupnsMode", cgroupns_mode),
    TEXTS("Dns", dns),
    TEXTS("DnsOptions", dns_options),
    TEXTS("DnsSearch", dns_search),
    TEXTS("ExtraHosts", extra_hosts),
    TEXTS("GroupAdd", group_add),
    TEXT("IpcMode", ipc_mode),
    JSON_NUMBER_IN("OomScoreAdj", struct record_host, oom_score_adj, -1000, 1000),
    TEXT("PidMode", pid_mode),
    YES("Privileged", privileged),
    YES("PublishAllPorts", publish_all),
    YES("ReadonlyRootfs", read_only),
    TEXTS("SecurityOpt", security_opt),
    OPTIONAL_ITEMS("Tmpfs", JSON_MAP, tmpfs, record_pair_table),
    TEXT("UTSMode", uts_mode),
    TEXT("UsernsMode", userns_mode),
    AMOUNT("ShmSize", shm_size_bytes),
    OPTIONAL_ITEMS("Sysctls", JSON_MAP, sysctls, record_pair_table),
    OPTIONAL_ITEMS("Mounts", JSON_LIST, mounts, mount_table),
    OPTIONAL_ITEMS("InheritedMounts", JSON_LIST, inherited, mount_table),
    {JSON_AT("Rootfs", JSON_STRING, struct record_host, rootfs), .optional = true},
    AMOUNT("CpuShares", cpu_shares),
    AMOUNT("CpuPeriod", cpu_period_usec),
    INTEGER("CpuQuota", cpu_quota_usec),
    AMOUNT("Memory", memory_bytes),
    AMOUNT("NanoCpus", nano_cpus),
    JSON_NUMBER_IN("BlkioWeight", struct record_host, blkio_weight, 0, 1000),
    ITEMS("BlkioDeviceReadBps", JSON_LIST, read_bps, rate_table),
    ITEMS("BlkioDeviceWriteBps", JSON_LIST, write_bps, rate_table),
    ITEMS("BlkioDeviceReadIOps", JSON_LIST, read_iops, rate_table),
    ITEMS("BlkioDeviceWriteIOps", JSON_LIST, write_iops, rate_table),
    TEXT("CpusetCpus", cpuset_cpus),
    TEXT("CpusetMems", cpuset_mems),
    ITEMS("Devices", JSON_LIST, devices, device_table),
    AMOUNT("MemoryReservation", memory_reservation_bytes),
    INTEGER("MemorySwap", memory_swap_bytes),
    INTEGER("PidsLimit", pids_limit),
    ITEMS("Ulimits", JSON_LIST, ulimits, ulimit_table),
    {JSON_AT("Init", JSON_BOOL, struct record_host, init), .optional = true},
    {0},
};
const struct json_table record_host_table = {.size = sizeof(struct record_host), .fields = HOST};
