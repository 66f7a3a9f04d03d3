/* SPDX-License-Identifier: MIT */
/*
 * create_refused: options of Docker's that a container cannot have here. They are known all the
 * same, so that whoever types one hears why, and what to do instead.
 */
#ifndef ENGINE_CREATE_REFUSED_H
#define ENGINE_CREATE_REFUSED_H

/* Those with a value, and those without. */
enum create_refused {
    REFUSED_BLKIO_WEIGHT_DEVICE,
    REFUSED_CGROUP_PARENT,
    REFUSED_CPU_COUNT,
    REFUSED_CPU_PERCENT,
    REFUSED_CPU_RT_PERIOD,
    REFUSED_CPU_RT_RUNTIME,
    REFUSED_DEVICE_CGROUP_RULE,
    REFUSED_GPUS,
    REFUSED_IO_MAXBANDWIDTH,
    REFUSED_IO_MAXIOPS,
    REFUSED_IP6,
    REFUSED_KERNEL_MEMORY,
    REFUSED_LINK,
    REFUSED_LINK_LOCAL_IP,
    REFUSED_MAC_ADDRESS,
    REFUSED_MEMORY_SWAPPINESS,
    REFUSED_STORAGE_OPT,
    REFUSED_VALUES
};
enum { REFUSED_OOM_KILL_DISABLE, REFUSED_USE_API_SOCKET, REFUSED_FLAGS };

#endif
