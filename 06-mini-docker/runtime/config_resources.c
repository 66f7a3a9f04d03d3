// SPDX-License-Identifier: MIT
/*
 * config.json's "linux.resources": what the container's group is given. The numbers go into struct
 * cgroup_limits as they are, in v1's words and units; cgroup.h says that 0 is "not asked for" and
 * UINT64_MAX "no limit", and the OCI's -1 becomes the latter by itself.
 *
 * Not read: memory.kernel, kernelTCP and useHierarchy, which the kernel has given up, and leaf
 * weights, which went with the CFQ scheduler.
 */
#include "config_tables.h"

#include <json-c/json_object.h>
#include <string.h>

#define LIMIT(name, member)  JSON_NUMBER_IN(name, struct cgroup_limits, member, -1, INT64_MAX)
#define AMOUNT(name, member) JSON_NUMBER_IN(name, struct cgroup_limits, member, 0, UINT64_MAX)

/*
 * Docker sends its own "not given", -1, and that as an unsigned number; runc takes it as such, too.
 */
static int read_swappiness(struct json_reader *reader, struct json_object *value, void *field)
{
    static const struct json_field number =
        JSON_NUMBER_IN(NULL, struct cgroup_limits, memory_swappiness, 0, 100);
    struct cgroup_limits *limits = field;

    if (json_object_is_type(value, json_type_int) &&
        (json_object_get_uint64(value) == UINT64_MAX || json_object_get_int64(value) == -1))
        return 0;
    limits->memory_swappiness_given = true;
    return json_read_field(reader, &number, value, limits);
}

/* false: it may be on, when this is an update */
static int read_oom_killer(struct json_reader *reader, struct json_object *value, void *field)
{
    struct cgroup_limits *limits = field;

    if (json_expect(reader, value, json_type_boolean) < 0)
        return -1;
    limits->oom_kill_disabled = json_object_get_boolean(value) ? CGROUP_ON : CGROUP_OFF;
    return 0;
}

static int read_idle(struct json_reader *reader, struct json_object *value, void *field)
{
    static const struct json_field number =
        JSON_NUMBER_IN(NULL, struct cgroup_limits, cpu_idle, 0, 1);
    struct cgroup_limits *limits = field;

    if (json_read_field(reader, &number, value, limits) < 0)
        return -1;
    limits->cpu_idle = limits->cpu_idle ? CGROUP_ON : CGROUP_OFF;
    return 0;
}

static const struct json_field MEMORY[] = {
    LIMIT("limit", memory_bytes),
    LIMIT("swap", memory_swap_bytes),
    LIMIT("reservation", memory_reservation_bytes),
    {.name = "swappiness", .kind = JSON_CUSTOM, .custom = read_swappiness},
    {.name = "disableOOMKiller", .kind = JSON_CUSTOM, .custom = read_oom_killer},
    JSON_FIELD("checkBeforeUpdate", JSON_BOOL, struct cgroup_limits, check_before_update),
    {0},
};
static const struct json_table memory_table = {.fields = MEMORY};

static const struct json_field CPU[] = {
    LIMIT("quota", cpu_quota_usec),
    AMOUNT("period", cpu_period_usec),
    AMOUNT("burst", cpu_burst_usec),
    AMOUNT("shares", cpu_shares),
    LIMIT("realtimeRuntime", cpu_rt_runtime_usec),
    AMOUNT("realtimePeriod", cpu_rt_period_usec),
    {.name = "idle", .kind = JSON_CUSTOM, .custom = read_idle},
    JSON_FIELD("cpus", JSON_STRING, struct cgroup_limits, cpus),
    JSON_FIELD("mems", JSON_STRING, struct cgroup_limits, mems),
    {0},
};
static const struct json_table cpu_table = {.fields = CPU};

static const struct json_field PIDS[] = {LIMIT("limit", pids), {0}};
static const struct json_table pids_table = {.fields = PIDS};

#define DEVICE_NUMBER                                                                              \
    JSON_NUMBER_IN("major", struct cgroup_device_limit, major, 0, (1 << 12) - 1),                  \
        JSON_NUMBER_IN("minor", struct cgroup_device_limit, minor, 0, (1 << 20) - 1)
static const struct json_field WEIGHT_DEVICE[] = {
    DEVICE_NUMBER,
    JSON_NUMBER_IN("weight", struct cgroup_device_limit, value, 0, 1000),
    {0},
};
static const struct json_table weight_table = {
    .size = sizeof(struct cgroup_device_limit), .fields = WEIGHT_DEVICE};

static const struct json_field THROTTLE_DEVICE[] = {
    DEVICE_NUMBER,
    JSON_NUMBER_IN("rate", struct cgroup_device_limit, value, 0, UINT64_MAX),
    {0},
};
static const struct json_table throttle_table = {
    .size = sizeof(struct cgroup_device_limit), .fields = THROTTLE_DEVICE};

#define DEVICES_AT(name, member, table)                                                            \
    JSON_ITEMS(name, JSON_LIST, struct cgroup_limits, member.items, member.count, &(table))
static const struct json_field BLOCK_IO[] = {
    JSON_NUMBER_IN("weight", struct cgroup_limits, io_weight, 0, 1000),
    DEVICES_AT("weightDevice", io_weight_devices, weight_table),
    DEVICES_AT("throttleReadBpsDevice", read_bps, throttle_table),
    DEVICES_AT("throttleWriteBpsDevice", write_bps, throttle_table),
    DEVICES_AT("throttleReadIOPSDevice", read_iops, throttle_table),
    DEVICES_AT("throttleWriteIOPSDevice", write_iops, throttle_table),
    {0},
};
static const struct json_table block_io_table = {.fields = BLOCK_IO};

static const struct json_field HUGEPAGE[] = {
    {JSON_AT("pageSize", JSON_STRING, struct cgroup_named_limit, name), .required = true},
    {JSON_AT("limit", JSON_NUMBER, struct cgroup_named_limit, value), .required = true,
        .most = UINT64_MAX},
    {0},
};
static const struct json_table hugepage_table = {
    .size = sizeof(struct cgroup_named_limit), .fields = HUGEPAGE};

static const struct json_field PRIORITY[] = {
    {JSON_AT("name", JSON_STRING, struct cgroup_named_limit, name), .required = true},
    JSON_NUMBER_IN("priority", struct cgroup_named_limit, value, 0, UINT32_MAX),
    {0},
};
static const struct json_table priority_table = {
    .size = sizeof(struct cgroup_named_limit), .fields = PRIORITY};

static const struct json_field NETWORK[] = {
    JSON_NUMBER_IN("classID", struct cgroup_limits, net_class_id, 0, UINT32_MAX),
    JSON_ITEMS("priorities", JSON_LIST, struct cgroup_limits, net_priorities, net_priorities_count,
        &priority_table),
    {0},
};
static const struct json_table network_table = {.fields = NETWORK};

static const struct json_field RDMA[] = {
    JSON_NUMBER_IN("hcaHandles", struct cgroup_rdma_limit, handles, 0, UINT32_MAX),
    JSON_NUMBER_IN("hcaObjects", struct cgroup_rdma_limit, objects, 0, UINT32_MAX),
    {0},
};
static const struct json_table rdma_table = {
    .size = sizeof(struct cgroup_rdma_limit),
    .fields = RDMA,
    .initial = &(const struct cgroup_rdma_limit){.handles = -1, .objects = -1},
};

static const struct json_field FILE_VALUE[] = {
    {JSON_AT(NULL, JSON_TEXT, struct cgroup_file, value), .required = true},
};

/* The name becomes a path below the group, and the group's own files are all it may name. */
static int check_file(struct json_reader *reader, void *item)
{
    const struct cgroup_file *file = item;

    if (file->name[0] && !strchr(file->name, '/') && file->name[0] != '.')
        return 0;
    json_fail(reader, NULL, "is no file name");
    return err_hint(reader->err, "accepted: a file of the group, such as memory.high");
}
static const struct json_table file_table = {
    .size = sizeof(struct cgroup_file), .fields = FILE_VALUE, .check = check_file};

#define PART(name_, table_)                                                                        \
    {                                                                                              \
        JSON_AT(name_, JSON_OBJECT, struct spec_linux, resources), .table = &(table_)              \
    }
#define LIST(name, kind, member, table)                                                            \
    JSON_ITEMS(name, kind, struct spec_linux, resources.member, resources.member##_count, &(table))
static const struct json_field RESOURCES[] = {
    JSON_ITEMS("devices", JSON_LIST, struct spec_linux, device_rules, device_rules_count,
        &config_device_rule),
    PART("memory", memory_table),
    PART("cpu", cpu_table),
    PART("pids", pids_table),
    PART("blockIO", block_io_table),
    LIST("hugepageLimits", JSON_LIST, hugepages, hugepage_table),
    PART("network", network_table),
    LIST("rdma", JSON_MAP, rdma, rdma_table),
    LIST("unified", JSON_MAP, unified, file_table),
    {0},
};
const struct json_table config_resources = {.fields = RESOURCES};
