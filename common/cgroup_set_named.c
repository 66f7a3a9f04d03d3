// SPDX-License-Identifier: MIT
/*
 * Limits that carry a name: a size of huge pages, a network interface, an RDMA adapter; and
 * `unified`, whose names are the group's files themselves. A name that becomes part of a path may
 * not lead out of the group.
 */
#include "cgroup_internal.h"

#include "fsio.h"

#include <inttypes.h>
#include <string.h>

static int check_file_name(const char *name, const char *what, struct err *err)
{
    if (*name && *name != '.' && !strchr(name, '/'))
        return 0;
    err_set(err, ERR_USAGE, "'%.80s' cannot be %s", name, what);
    return err_hint(err, "it becomes the name of a file of the group -> no slash in it");
}

/* The second file counts what is reserved and not yet used: since Linux 5.7, and where it is there.
 */
int cgroup_set_hugepages(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    const char *dir = cgroup_dir(group, CG_HUGETLB), *word = group->v2 ? "max" : "limit_in_bytes";
    char file[128], reserved[128];

    for (size_t i = 0; i < limits->hugepages_count; i++) {
        const struct cgroup_named_limit *h = &limits->hugepages[i];
        if (check_file_name(h->name, "a size of huge pages", err) < 0)
            return -1;
        snprintf(file, sizeof(file), "hugetlb.%.80s.%s", h->name, word);
        snprintf(reserved, sizeof(reserved), "hugetlb.%.80s.rsvd.%s", h->name, word);
        if (cgroup_write_number(group, CG_HUGETLB, file, h->value, err) < 0 ||
            (fsio_exists(dir, reserved) &&
                cgroup_write_number(group, CG_HUGETLB, reserved, h->value, err) < 0))
            return -1;
    }
    return 0;
}

int cgroup_set_priorities(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    for (size_t i = 0; i < limits->net_priorities_count; i++) {
        const struct cgroup_named_limit *p = &limits->net_priorities[i];
        if (cgroup_write_text(group, CG_NET_PRIO, "net_prio.ifpriomap", err, "%s %" PRIu64, p->name,
                p->value) < 0)
            return -1;
    }
    return 0;
}

int cgroup_set_rdma(const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    for (size_t i = 0; i < limits->rdma_count; i++) {
        const struct cgroup_rdma_limit *r = &limits->rdma[i];
        char handles[40] = "", objects[40] = "";
        if (r->handles >= 0)
            snprintf(handles, sizeof(handles), " hca_handle=%" PRId64, r->handles);
        if (r->objects >= 0)
            snprintf(objects, sizeof(objects), " hca_object=%" PRId64, r->objects);
        if (cgroup_write_text(
                group, CG_RDMA, "rdma.max", err, "%s%s%s", r->name, handles, objects) < 0)
            return -1;
    }
    return 0;
}

/* A value of several lines is written line by line: io.max takes one device a write. */
static int write_lines(const struct cgroup *group, const struct cgroup_file *file, struct err *err)
{
    for (const char *line = file->value; *line;) {
        int length = (int)strcspn(line, "\n");
        if (length && fsio_write(err, group->path[0], file->name, "%.*s", length, line) < 0)
            return err_hint(err, "cgroup.controllers of the group says what it has; a file of "
                                 "another controller is not there");
        line += length + (line[length] == '\n');
    }
    return 0;
}

int cgroup_set_unified(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    if (!group->v2) {
        err_set(err, ERR_USAGE, "'unified' limits are for cgroup v2");
        return err_hint(err, "the controllers of this host are v1's -> use memory, cpu, … instead");
    }
    for (size_t i = 0; i < limits->unified_count; i++) {
        if (check_file_name(limits->unified[i].name, "a key of unified", err) < 0 ||
            write_lines(group, &limits->unified[i], err) < 0)
            return -1;
    }
    return 0;
}
