// SPDX-License-Identifier: MIT
/*
 * The table behind the files experiment. A kernel has some of these: old ones lack the new files,
 * and each build leaves controllers out. Files of the root group only are not here; the chapter has
 * them.
 */
#include "file_table.h"

#include <fnmatch.h>
#include <stddef.h>

const struct file_row file_table[] = {
    {"cgroup.type", "domain, or for threads: lab 03 threaded"},
    {"cgroup.procs", "the processes in it; write a pid to move one in"},
    {"cgroup.threads", "the threads in it; write a tid to move one in"},
    {"cgroup.controllers", "what the parent passes down to this group"},
    {"cgroup.subtree_control", "what this group passes down: +cpu -cpu"},
    {"cgroup.events", "populated, frozen; poll(2) wakes on a change"},
    {"cgroup.max.descendants", "how many groups there may be below"},
    {"cgroup.max.depth", "how many levels there may be below"},
    {"cgroup.stat", "groups below: alive, and dying"},
    {"cgroup.stat.local", "how long it was frozen, in usec"},
    {"cgroup.freeze", "1 stops every process below, 0 lets them go on"},
    {"cgroup.kill", "1 sends SIGKILL to every process below"},
    {"cgroup.pressure", "0 switches the pressure files of this group off"},
    {"irq.pressure", "time lost to interrupts"},

    {"cpu.stat", "CPU time used, periods, throttling, in usec"},
    {"cpu.stat.local", "throttled time, ancestors' quotas included"},
    {"cpu.max", "quota and period in usec; max: no quota"},
    {"cpu.max.burst", "unused quota that may be saved up, in usec"},
    {"cpu.weight", "share against its siblings: 1 to 10000"},
    {"cpu.weight.nice", "the same as a nice value: -20 to 19"},
    {"cpu.idle", "1: run only when nothing else wants to"},
    {"cpu.uclamp.min", "ask for at least this CPU speed, in percent"},
    {"cpu.uclamp.max", "ask for at most this CPU speed, in percent"},
    {"cpu.pressure", "time in which tasks waited for a CPU"},

    {"memory.current", "bytes in use: anonymous, page cache, kernel"},
    {"memory.peak", "the most that memory.current ever was"},
    {"memory.min", "never reclaim below this; the OOM killer comes first"},
    {"memory.low", "reclaim below this only when nothing else is left"},
    {"memory.high", "above this: slowed down and reclaimed, never killed"},
    {"memory.max", "the limit; the OOM killer comes if reclaim fails"},
    {"memory.reclaim", "write a size: reclaim that much now"},
    {"memory.oom.group", "1: the OOM killer takes all of the group or none"},
    {"memory.events", "low high max oom oom_kill, groups below included"},
    {"memory.events.local", "the same for this group alone"},
    {"memory.stat", "memory.current by kind, and counts of reclaim"},
    {"memory.numa_stat", "memory.stat by NUMA node"},
    {"memory.swap.current", "bytes in swap"},
    {"memory.swap.peak", "the most that was in swap"},
    {"memory.swap.high", "more than this in swap: slowed down"},
    {"memory.swap.max", "the limit on swap alone (v1: memory and swap)"},
    {"memory.swap.events", "high max fail: how often swap ran out"},
    {"memory.zswap.current", "bytes in the compressed pool before swap"},
    {"memory.zswap.max", "the limit on that pool"},
    {"memory.zswap.writeback", "0: what is in the pool is not written to swap"},
    {"memory.pressure", "time in which tasks waited for memory"},

    {"io.stat", "bytes and operations by device: rbytes wbytes rios wios"},
    {"io.max", "limits by device: rbps wbps riops wiops"},
    {"io.weight", "share against its siblings (iocost): 1 to 10000"},
    {"io.bfq.weight", "the same where the scheduler is BFQ: 1 to 1000"},
    {"io.latency", "protect a latency by device: target in microseconds"},
    {"io.low", "a throughput to keep by device (experimental, gone)"},
    {"io.prio.class", "change the I/O priority class of its requests"},
    {"io.pressure", "time in which tasks waited for I/O"},

    {"pids.max", "how many processes and threads there may be"},
    {"pids.current", "how many there are"},
    {"pids.peak", "the most there ever were"},
    {"pids.events", "max: how often fork was refused"},
    {"pids.events.local", "the same for this group's own limit"},

    {"cpuset.cpus", "the CPUs asked for; empty: the parent's"},
    {"cpuset.cpus.effective", "the CPUs it really has"},
    {"cpuset.cpus.exclusive", "the CPUs a partition of its own is to have"},
    {"cpuset.cpus.exclusive.effective", "those it can really have"},
    {"cpuset.cpus.partition", "member, root or isolated: a partition of its own"},
    {"cpuset.mems", "the memory nodes asked for; empty: the parent's"},
    {"cpuset.mems.effective", "the memory nodes it really has"},

    {"hugetlb.*.rsvd.max", "the limit on reserved huge pages"},
    {"hugetlb.*.rsvd.current", "huge pages reserved"},
    {"hugetlb.*.max", "the limit on huge pages of this size, in bytes"},
    {"hugetlb.*.current", "huge pages in use"},
    {"hugetlb.*.events", "max: how often the limit was met"},
    {"hugetlb.*.events.local", "the same for this group alone"},
    {"hugetlb.*.numa_stat", "huge pages in use by NUMA node"},

    {"rdma.max", "handles and objects of an RDMA device"},
    {"rdma.current", "those in use"},
    {"rdma.peak", "the most that were in use"},
    {"rdma.events", "how often the limit was met"},
    {"rdma.events.local", "the same for this group alone"},
    {"misc.max", "limits on small countable things (SEV ids ...)"},
    {"misc.current", "those in use"},
    {"misc.peak", "the most that were in use"},
    {"misc.events", "max: how often the limit was met"},
    {"misc.events.local", "the same for this group alone"},
    {"dmem.max", "the limit on device memory by region"},
    {"dmem.min", "device memory never taken away"},
    {"dmem.low", "device memory taken away last"},
    {"dmem.current", "device memory in use"},
    {"dmem.peak", "the most that was in use"},
    {NULL, NULL},
};

const struct file_row *file_table_find(const char *name)
{
    for (const struct file_row *row = file_table; row->pattern; row++) {
        if (fnmatch(row->pattern, name, 0) == 0)
            return row;
    }
    return NULL;
}
