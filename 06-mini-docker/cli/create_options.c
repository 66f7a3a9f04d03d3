// SPDX-License-Identifier: MIT
/* The options of `run` and `create`, with Docker's names and letters. */
#include "create_options.h"

#define AT CREATE_AT
#define FLAG(letter, name, field, help)                                                            \
    {                                                                                              \
        letter, name, NULL, help, OPT_FLAG, AT(field)                                              \
    }
#define TEXT CREATE_TEXT
#define LIST(letter, name, arg, field, help)                                                       \
    {                                                                                              \
        letter, name, arg, help, OPT_LIST, AT(field)                                               \
    }

/* Docker's, which are known to be refused (engine/create/create_refused.c), and are not listed. */
#define REFUSED(name, index)                                                                       \
    {                                                                                              \
        0, name, "VALUE", NULL, OPT_TEXT, AT(refused[index])                                       \
    }

const struct opt RUN_OPTS[] = {
    FLAG('d', "detach", detach, "run it in the background, and print its ID"),
    TEXT(0, "detach-keys", "KEYS", detach_keys, "what ends attaching: ctrl-p,ctrl-q"),
    {0, "sig-proxy", NULL, "pass signals on to it; --sig-proxy=false: do not", OPT_FLAG_OFF,
        AT(no_sig_proxy)},
    FLAG(0, "explain", explain, "print each step, with its man page and its lab"),

    FLAG('i', "interactive", interactive, "keep its standard input open, and give it ours"),
    FLAG('t', "tty", tty, "give it a terminal of its own"),
    LIST('a', "attach", "STREAM", attach, "attach to STDIN, STDOUT or STDERR only"),
    TEXT(0, "name", "NAME", name, "its name; else one is made up"),
    FLAG(0, "rm", remove, "remove it when it ends"),
    CREATE_RESTART,
    TEXT(0, "cidfile", "FILE", cidfile, "write its ID to a new file"),
    TEXT(0, "pull", "WHEN", pull, "fetch the image: missing (where it is), always, never"),
    TEXT(0, "platform", "OS/ARCH[/VARIANT]", platform, "fetch it for this kind of machine"),
    FLAG('q', "quiet", quiet, "say nothing while the image is fetched"),
    TEXT(0, "rootfs", "DIR", rootfs, "its root is DIR itself, and there is no image"),
    FLAG(0, "read-only", read_only, "its root cannot be written to"),
    FLAG(0, "init", init, "put a small init before the program, to reap what it leaves"),
    TEXT(0, "entrypoint", "PROGRAM", entrypoint, "in place of the image's; \"\": none"),
    LIST('e', "env", "KEY=VALUE", env, "set a variable; KEY alone passes ours on"),
    LIST(0, "env-file", "FILE", env_file, "set the variables of a file, one a line"),
    TEXT('w', "workdir", "DIR", workdir, "the directory that the program starts in"),
    TEXT('u', "user", "USER[:GROUP]", user, "who the program is inside: names or numbers"),
    LIST(0, "group-add", "GROUP", group_add, "one more group for that user"),
    TEXT('h', "hostname", "NAME", hostname, "its host name; else 12 hex digits of its ID"),
    TEXT(0, "domainname", "NAME", domainname, "its NIS domain name"),
    LIST('l', "label", "KEY=VALUE", label, "a label, for whoever lists it"),
    LIST(0, "annotation", "KEY=VALUE", annotation,
        "the same for runtimes, which make nothing of it"),
    LIST(0, "label-file", "FILE", label_file, "the labels of a file, one a line"),

    LIST('v', "volume", "SOURCE:TARGET[:ro]", volumes,
        "mount a directory of ours, or a volume, there"),
    LIST(0, "volumes-from", "CONTAINER[:ro]", volumes_from,
        "mount what another has, at the same places"),
    LIST(0, "mount", "type=...,...", mounts,
        "the same in key=value: type, source, target, readonly"),
    LIST(0, "tmpfs", "TARGET[:OPTIONS]", tmpfs, "mount memory there"),
    TEXT(0, "shm-size", "SIZE", shm_size, "size of its /dev/shm: 64m"),

    LIST(0, "network", "NETWORK", networks,
        "bridge, none, host, container:NAME, or networks of yours"),
    LIST(0, "net", "NETWORK", networks, NULL),
    LIST(0, "network-alias", "NAME", network_alias, "one more name in its first network"),
    TEXT(0, "ip", "ADDRESS", ip, "its address in the first network of yours"),
    LIST('p', "publish", "[IP:][PORT:]PORT", publish, "let a port of ours lead to a port of its"),
    FLAG('P', "publish-all", publish_all, "publish all ports that the image exposes"),
    LIST(0, "expose", "PORT", expose, "expose one more"),
    LIST(0, "dns", "ADDRESS", dns, "the name server that it asks"),
    LIST(0, "dns-search", "DOMAIN", dns_search,
        "where names without a dot are looked up; .: nowhere"),
    LIST(0, "dns-option", "OPTION", dns_options, "an option of resolv.conf(5): timeout:1"),
    LIST(0, "dns-opt", "OPTION", dns_options, NULL),
    LIST(0, "add-host", "NAME:IP", add_host, "one more line for its /etc/hosts"),

    CREATE_LIMITS,
    LIST(0, "device-read-bps", "DEVICE:RATE", read_bps, "bytes a second: /dev/sda:1mb"),
    LIST(0, "device-write-bps", "DEVICE:RATE", write_bps, "the same of writing"),
    LIST(0, "device-read-iops", "DEVICE:RATE", read_iops, "operations a second"),
    LIST(0, "device-write-iops", "DEVICE:RATE", write_iops, "the same of writing"),
    TEXT(
        0, "oom-score-adj", "N", oom_score_adj, "-1000 to 1000: who is ended first without memory"),
    LIST(0, "ulimit", "NAME=SOFT[:HARD]", ulimit, "a resource limit: nofile=1024:2048"),

    LIST(0, "cap-add", "CAPABILITY", cap_add, "give it one more: NET_ADMIN, or ALL"),
    LIST(0, "cap-drop", "CAPABILITY", cap_drop, "take one away, or ALL"),
    LIST(0, "security-opt", "OPTION", security_opt,
        "no-new-privileges, seccomp=unconfined or seccomp=FILE"),
    FLAG(0, "privileged", privileged, "take almost all fences away"),
    LIST(0, "device", "DEVICE[:INSIDE[:rwm]]", device, "give it a device of ours"),
    LIST(0, "sysctl", "KEY=VALUE", sysctl, "set a kernel parameter of its namespaces"),
    TEXT(0, "userns", "MODE", userns, "host: no user namespace"),
    TEXT(0, "pid", "MODE", pid, "PID namespace: host, container:NAME"),
    TEXT(0, "ipc", "MODE", ipc, "IPC namespace: none, private, shareable, host, container:NAME"),
    TEXT(0, "uts", "MODE", uts, "UTS namespace: host"),
    TEXT(0, "cgroupns", "MODE", cgroupns, "cgroup namespace: host, private"),

    TEXT(0, "health-cmd", "COMMAND", health_cmd, "run it now and then to see whether all is well"),
    TEXT(0, "health-interval", "TIME", health_interval, "how often: 30s"),
    TEXT(0, "health-timeout", "TIME", health_timeout, "how long it may take: 30s"),
    TEXT(0, "health-retries", "N", health_retries, "how many failures mean unhealthy: 3"),
    TEXT(0, "health-start-period", "TIME", health_start_period, "failures before do not count: 0s"),
    TEXT(0, "health-start-interval", "TIME", health_start_interval, "how often until then"),
    FLAG(0, "no-healthcheck", no_healthcheck, "not the image's health check either"),
    TEXT(0, "stop-signal", "SIGNAL", stop_signal, "what `stop` sends: SIGTERM"),
    TEXT(0, "stop-timeout", "SECONDS", stop_timeout, "how long `stop` waits before it ends it: 10"),
    TEXT(0, "log-driver", "NAME", log_driver, "json-file; none: nothing is kept"),
    LIST(0, "log-opt", "KEY=VALUE", log_opt, "max-size=10m, max-file=3"),
    TEXT(0, "runtime", "NAME", runtime, "runc, which means mini-docker's own"),
    TEXT(0, "isolation", "NAME", isolation, "default; the others are for Windows"),
    TEXT(0, "volume-driver", "NAME", volume_driver, "local"),
    FLAG(0, "disable-content-trust", content_trust, "for Docker's sake: nothing is signed"),

    REFUSED("blkio-weight-device", REFUSED_BLKIO_WEIGHT_DEVICE),
    REFUSED("cgroup-parent", REFUSED_CGROUP_PARENT),
    REFUSED("cpu-count", REFUSED_CPU_COUNT),
    REFUSED("cpu-percent", REFUSED_CPU_PERCENT),
    REFUSED("cpu-rt-period", REFUSED_CPU_RT_PERIOD),
    REFUSED("cpu-rt-runtime", REFUSED_CPU_RT_RUNTIME),
    REFUSED("device-cgroup-rule", REFUSED_DEVICE_CGROUP_RULE),
    REFUSED("gpus", REFUSED_GPUS),
    REFUSED("io-maxbandwidth", REFUSED_IO_MAXBANDWIDTH),
    REFUSED("io-maxiops", REFUSED_IO_MAXIOPS),
    REFUSED("ip6", REFUSED_IP6),
    REFUSED("kernel-memory", REFUSED_KERNEL_MEMORY),
    REFUSED("link", REFUSED_LINK),
    REFUSED("link-local-ip", REFUSED_LINK_LOCAL_IP),
    REFUSED("mac-address", REFUSED_MAC_ADDRESS),
    REFUSED("memory-swappiness", REFUSED_MEMORY_SWAPPINESS),
    REFUSED("storage-opt", REFUSED_STORAGE_OPT),
    {0, "oom-kill-disable", NULL, NULL, OPT_FLAG, AT(refused_flags[REFUSED_OOM_KILL_DISABLE])},
    {0, "use-api-socket", NULL, NULL, OPT_FLAG, AT(refused_flags[REFUSED_USE_API_SOCKET])},
    {0},
};
