// SPDX-License-Identifier: MIT
/*
 * What Docker can and this engine cannot, by name, with the cause and a way round; and options of
 * which one value is all that there is here.
 */
#include "creation.h"

#include <errno.h>
#include <string.h>

struct reason {
    const char *option, *cause, *cure;
};

static const char WINDOWS[] = "it is for Windows, also in Docker";
static const char RATES[] = "use --cpus, --device-read-bps, --device-write-bps and their -iops";
static const char REALTIME[] = "no share of realtime is given out here";

static const struct reason VALUES[REFUSED_VALUES] = {
    [REFUSED_BLKIO_WEIGHT_DEVICE] = {"blkio-weight-device", "a weight holds for all devices here",
        "use --blkio-weight, or limit a device by its rates"},
    [REFUSED_CGROUP_PARENT] = {"cgroup-parent", "a container's group has its place",
        "limit the container itself: -m, --cpus, --pids-limit"},
    [REFUSED_CPU_COUNT] = {"cpu-count", WINDOWS, RATES},
    [REFUSED_CPU_PERCENT] = {"cpu-percent", WINDOWS, RATES},
    [REFUSED_CPU_RT_PERIOD] = {"cpu-rt-period", REALTIME, "use --cpus or --cpu-shares"},
    [REFUSED_CPU_RT_RUNTIME] = {"cpu-rt-runtime", REALTIME, "use --cpus or --cpu-shares"},
    [REFUSED_DEVICE_CGROUP_RULE] = {"device-cgroup-rule", "devices are allowed one by one here",
        "name them with --device, or use --privileged"},
    [REFUSED_GPUS] = {"gpus", "it needs the maker's own hook and libraries",
        "give it the device files: --device /dev/dri/card0"},
    [REFUSED_IO_MAXBANDWIDTH] = {"io-maxbandwidth", WINDOWS, RATES},
    [REFUSED_IO_MAXIOPS] = {"io-maxiops", WINDOWS, RATES},
    [REFUSED_IP6] = {"ip6", "the networks here have IPv4 alone", "use --ip"},
    [REFUSED_KERNEL_MEMORY] = {"kernel-memory",
        "kernels have no such limit any more, and Docker has given it up",
        "use -m, which counts the kernel's memory, too"},
    [REFUSED_LINK] = {"link", "links are of the time before networks with names",
        "mini-docker network create NET, and run both with --network NET: each finds the other by "
        "its name, or by --network-alias"},
    [REFUSED_LINK_LOCAL_IP] = {"link-local-ip", "a container has one address in a network here",
        "use --ip in a network of yours"},
    [REFUSED_MAC_ADDRESS] = {"mac-address", "the address is made from its IP address",
        "fix that with --ip in a network of yours"},
    [REFUSED_MEMORY_SWAPPINESS] = {"memory-swappiness", "only cgroup v1 has it",
        "limit the swap itself: --memory-swap"},
    [REFUSED_STORAGE_OPT] = {"storage-opt", "the room of a container has no limit here",
        "use --read-only with --tmpfs PLACE:size=, or a --root on a file system of that size"},
};

static const struct reason FLAGS[REFUSED_FLAGS] = {
    [REFUSED_OOM_KILL_DISABLE] = {"oom-kill-disable",
        "only cgroup v1 has it, and a container without it can hang for ever",
        "use --oom-score-adj -1000, or more memory"},
    [REFUSED_USE_API_SOCKET] = {"use-api-socket", "there is no daemon, and so no socket of its API",
        "bind what the container is to use with -v"},
};

static int refuse(struct creation *creation, const struct reason *reason)
{
    err_set(creation->err, ERR_USAGE, "--%s: mini-docker does not have this option of docker's",
        reason->option);
    return err_hint(creation->err, "%s -> %s", reason->cause, reason->cure);
}

static int check_choices(struct creation *creation)
{
    const struct create_options *options = creation->options;
    const char *runtime = options->runtime;

    if (runtime && strcmp(runtime, "runc") != 0 && strcmp(runtime, "mini-runc") != 0) {
        err_refuse(creation->err, EINVAL, "unknown or invalid runtime name: %.40s", runtime);
        return err_hint(creation->err, "the runtime is a part of mini-docker -> leave it out");
    }
    if (options->isolation && *options->isolation && strcmp(options->isolation, "default") != 0) {
        err_refuse(creation->err, EINVAL, "invalid isolation '%.40s'", options->isolation);
        return err_hint(creation->err, "the others are for Windows -> accepted: default");
    }
    if (options->volume_driver && strcmp(options->volume_driver, "local") != 0) {
        err_refuse(creation->err, EINVAL, "error looking up volume plugin %.40s: plugin not found",
            options->volume_driver);
        return err_hint(creation->err, "there is only the driver `local` -> leave it out");
    }
    return 0;
}

int create_refused(struct creation *creation)
{
    for (int i = 0; i < REFUSED_VALUES; i++) {
        if (creation->options->refused[i])
            return refuse(creation, &VALUES[i]);
    }
    for (int i = 0; i < REFUSED_FLAGS; i++) {
        if (creation->options->refused_flags[i])
            return refuse(creation, &FLAGS[i]);
    }
    return check_choices(creation);
}
