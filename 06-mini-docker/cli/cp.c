// SPDX-License-Identifier: MIT
/* cp: files between a container and the host. engine/files/copy.c has the rules. */
#include "commands.h"

#include "engine/files/copy.h"
#include "engine/show/events.h"

#include <string.h>

#define AT(field) offsetof(struct cp_args, field)

struct cp_args {
    bool archive, follow, quiet;
};

static const struct opt OPTS[] = {
    {'a', "archive", NULL, "keep users and groups when copying out of a container", OPT_FLAG,
        AT(archive)},
    {'L', "follow-link", NULL, "of a symlink as the source, copy what it leads to", OPT_FLAG,
        AT(follow)},
    {'q', "quiet", NULL, "say nothing (it never does)", OPT_FLAG, AT(quiet)},
    {0},
};

/* "CONTAINER:PATH" cut in two. A path of the host with a colon is written as ./a:b. */
static bool is_inside(char *word, char **ret_path)
{
    char *colon = strchr(word, ':');

    *ret_path = word;
    if (word[0] == '/' || word[0] == '.' || !colon)
        return false;
    *colon = '\0';
    *ret_path = colon + 1;
    return true;
}

static int copy(const struct cp_args *args, const char *container, const char *inside,
    const char *outside, bool in, struct err *err)
{
    struct record record;
    struct store store;

    if (cli_store(&store, err) < 0 || record_lookup(&store, container, &record, err) < 0)
        return -1;
    struct copy_job job = {.store = &store,
        .record = &record,
        .container = container,
        .inside = inside,
        .outside = outside,
        .archive = args->archive,
        .follow = args->follow};
    int result = in ? copy_in(&job, err) : copy_out(&job, err);
    if (result == 0)
        event_container(&store, &record, "copy", NULL);
    record_free(&record);
    return result;
}

static int cp_run(void *values, int argc, char **argv, struct err *err)
{
    const struct cp_args *args = values;
    char *from, *to;
    bool from_inside = is_inside(argv[0], &from), to_inside = is_inside(argv[1], &to);

    (void)argc;
    if (from_inside && to_inside)
        return err_refuse(err, 0, "copying between containers is not supported");
    if (!from_inside && !to_inside)
        return err_refuse(err, 0, "must specify at least one container source");
    return from_inside ? copy(args, argv[0], from, to, false, err)
                       : copy(args, argv[1], to, from, true, err);
}

const struct command cp_command = {
    .name = "cp",
    .operands = "CONTAINER:SRC_PATH DEST_PATH|- | SRC_PATH|- CONTAINER:DEST_PATH",
    .summary = "Copy files between a container and the host",
    .details =
        "The container may run or not. A directory is copied with all that is in it; with \"/.\"\n"
        "at its end only what is in it. - is a tar archive on standard input or output. Files\n"
        "that are copied in keep the numbers of their users and groups; those that are copied\n"
        "out become yours, without -a.",
    .mixed = true,
    .least = 2,
    .most = 2,
    .opts = OPTS,
    .args_size = sizeof(struct cp_args),
    .run = cp_run,
};
