// SPDX-License-Identifier: MIT
/*
 * Which namespaces a container has: its own, the host's ("host"), or another container's
 * ("container:ID"), which has to run. An ordinary user gets a user namespace for all the rest to be
 * possible in; whoever joins another container's namespaces must be in its user namespace too,
 * since that is what owns them (user_namespaces(7), "Interaction of user namespaces and other
 * types of namespaces").
 */
#include "translate_internal.h"

#include "runtime/state.h"

#include "cleanup.h"
#include "host.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

/* The first process of a container that runs. */
static int find_process(
    struct translating *translating, const char *what, const char *id, pid_t *ret)
{
    struct err ignored;
    struct state state;
    char root[PATH_MAX];

    if (store_run_dir(translating->store, "runtime", root, translating->err) < 0)
        return -1;
    bool runs = state_load(root, id, false, &state, &ignored) == 0 &&
                (state_status(&state) == STATE_RUNNING || state_status(&state) == STATE_PAUSED);
    *ret = runs ? state.pid : 0;
    state_close(&state);
    if (runs)
        return 0;
    err_refuse(
        translating->err, ESRCH, "cannot join %s of a non running container: %.12s", what, id);
    return err_hint(
        translating->err, "namespaces go with the last process in them -> start %.12s", id);
}

static int join(struct translating *translating, int flag, pid_t pid)
{
    struct spec_linux *linux_ = &translating->ret->spec.linux_;
    int kind = ns_index(flag);

    linux_->namespaces &= ~flag;
    linux_->namespace_paths[kind] =
        json_print(&translating->reader, "/proc/%d/ns/%s", pid, ns_table[kind].name);
    return linux_->namespace_paths[kind] ? 0 : -1;
}

static int read_map(
    pid_t pid, const char *name, struct idmap_range *ranges, int *ret_count, struct err *err)
{
    char path[40];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    cleanup_fclose FILE *file = fopen(path, "re");
    if (!file)
        return err_sys(err, "cannot read %s", path);
    for (struct idmap_range *r = ranges; *ret_count < IDMAP_RANGES; r++, (*ret_count)++) {
        if (fscanf(file, "%u %u %u", &r->inside, &r->outside, &r->count) != 3)
            break;
    }
    return 0;
}

/* The user namespace of another container as well; its IDs are there already. */
static int join_user(struct translating *translating, pid_t pid)
{
    struct idmap *map = translate_alloc(translating, 1, sizeof(*map));

    if (!map || read_map(pid, "uid_map", map->uid, &map->uids, translating->err) < 0 ||
        read_map(pid, "gid_map", map->gid, &map->gids, translating->err) < 0)
        return -1;
    translating->ret->spec.linux_.mappings = map;
    return join(translating, CLONE_NEWUSER, pid);
}

static int choose(struct translating *translating, const char *mode, int flag, const char *what)
{
    static const char prefix[] = "container:";
    pid_t pid;

    if (!mode)
        return 0;
    if (strcmp(mode, "host") == 0)
        translating->ret->spec.linux_.namespaces &= ~flag;
    if (strncmp(mode, prefix, strlen(prefix)) != 0)
        return 0;
    if (find_process(translating, what, mode + strlen(prefix), &pid) < 0)
        return -1;
    if (join(translating, flag, pid) < 0)
        return -1;
    return host_is_root() ? 0 : join_user(translating, pid);
}

/*
 * An ordinary user's container has a user namespace. Where one ID only can be mapped, it is the one
 * that the program is to have.
 */
static int fill_rootless(struct translating *translating)
{
    const struct user *user = &translating->ret->memory->user;
    struct spec_linux *linux_ = &translating->ret->spec.linux_;

    if (host_is_root() || linux_->namespace_paths[ns_index(CLONE_NEWUSER)])
        return 0;
    struct idmap *map = translate_alloc(translating, 1, sizeof(*map));
    if (!map || idmap_for_caller(map, translating->err) < 0)
        return -1;
    if (map->uids == 1)
        map->uid[0].inside = user->uid;
    if (map->gids == 1)
        map->gid[0].inside = user->gid;
    linux_->namespaces |= CLONE_NEWUSER;
    linux_->mappings = map;
    return 0;
}

/*
 * Docker's two for a network namespace of the container's own: in there is nobody whom port 80 or
 * a ping must be kept from. The groups that may ping are groups of the user namespace.
 */
static int fill_sysctls(struct translating *translating)
{
    static const struct spec_pair own[] = {{"net.ipv4.ip_unprivileged_port_start", "0"},
        {"net.ipv4.ping_group_range", "0 2147483647"}};
    const struct record_host *host = &translating->record->host;
    struct spec_linux *linux_ = &translating->ret->spec.linux_;
    size_t count = !(linux_->namespaces & CLONE_NEWNET)   ? 0
                   : linux_->mappings || host_in_userns() ? 1
                                                          : 2;
    struct spec_pair *pairs =
        translate_alloc(translating, count + host->sysctls_count, sizeof(*pairs));

    if (!pairs)
        return -1;
    memcpy(pairs, own, count * sizeof(*pairs));
    if (host->sysctls_count > 0)
        memcpy(pairs + count, host->sysctls, host->sysctls_count * sizeof(*pairs));
    linux_->sysctl = pairs;
    linux_->sysctl_count = count + host->sysctls_count;
    return 0;
}

/* --ipc none has no /dev/shm either. */
static void drop_shm(struct mounts *mounts)
{
    size_t kept = 0;

    for (size_t i = 0; i < mounts->count; i++) {
        if (strcmp(mounts->items[i].destination, "/dev/shm") != 0)
            mounts->items[kept++] = mounts->items[i];
    }
    mounts->count = kept;
}

/* --ipc container:X: its /dev/shm as well, where it has one that it shares (Docker's "shareable").
 */
static int join_shm(struct translating *translating, const char *id)
{
    struct mounts *mounts = &translating->ret->mounts;
    struct record other = {0};
    pid_t pid;

    if (record_load(translating->store, id, &other, translating->err) < 0)
        return -1;
    const char *mode = other.host.ipc_mode ?: "private";
    bool shares = strcmp(mode, "private") != 0 && strcmp(mode, "none") != 0;
    if (!shares) {
        err_refuse(
            translating->err, EINVAL, "can't join IPC of container %.12s: non-shareable IPC", id);
        err_hint(translating->err,
            "its mode is %s -> use IpcMode:shareable for the donor container: --ipc shareable",
            mode);
    }
    record_free(&other);
    if (!shares || find_process(translating, "IPC", id, &pid) < 0)
        return -1;
    for (size_t i = 0; i < mounts->count; i++) {
        struct spec_mount *mount = &mounts->items[i];
        if (strcmp(mount->destination, "/dev/shm") == 0 && strcmp(mount->type, "bind") == 0 &&
            strcmp(mount->source, "/dev/shm") == 0)
            mount->from_pid = pid;
    }
    return 0;
}

int translate_namespaces(struct translating *translating)
{
    const struct record_host *host = &translating->record->host;
    struct spec *spec = &translating->ret->spec;

    if (choose(translating, host->pid_mode, CLONE_NEWPID, "PID") < 0 ||
        choose(translating, host->ipc_mode, CLONE_NEWIPC, "IPC") < 0 ||
        choose(translating, host->uts_mode, CLONE_NEWUTS, "UTS") < 0 ||
        choose(translating, host->network_mode, CLONE_NEWNET, "network") < 0 ||
        choose(translating, host->cgroupns_mode, CLONE_NEWCGROUP, "cgroup") < 0 ||
        (host->ipc_mode && strncmp(host->ipc_mode, "container:", 10) == 0 &&
            join_shm(translating, host->ipc_mode + 10) < 0) ||
        fill_rootless(translating) < 0 || fill_sysctls(translating) < 0)
        return -1;
    if (!(spec->linux_.namespaces & CLONE_NEWUTS))
        spec->hostname = spec->domainname = NULL;
    if (host->ipc_mode && strcmp(host->ipc_mode, "none") == 0) {
        drop_shm(&translating->ret->mounts);
        spec->mounts_count = translating->ret->mounts.count;
    }
    return 0;
}
