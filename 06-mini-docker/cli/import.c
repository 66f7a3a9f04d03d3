// SPDX-License-Identifier: MIT
/* import: a root file system in a tar becomes an image of one layer. */
#include "image_commands.h"

#include "engine/images/image_change.h"
#include "engine/images/image_make.h"
#include "engine/images/image_platform.h"
#include "engine/show/events.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <string.h>
#include <unistd.h>

struct import_args {
    struct opt_list change;
    const char *message, *platform;
    uint64_t max_size;
};

#define AT(field) offsetof(struct import_args, field)

static const struct opt OPTS[] = {
    {'c', "change", "INSTRUCTION", "one of a Dockerfile, for the configuration: 'CMD [\"sh\"]'",
        OPT_LIST, AT(change)},
    {'m', "message", "TEXT", "what history says of it", OPT_TEXT, AT(message)},
    {0, "platform", "OS/ARCH", "the kind of machine that its programs are for", OPT_TEXT,
        AT(platform)},
    CLI_MAX_SIZE(AT(max_size)),
    {0},
};

static int open_source(const char *word, struct err *err)
{
    if (strcmp(word, "-") == 0)
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (strncmp(word, "http://", 7) == 0 || strncmp(word, "https://", 8) == 0) {
        err_refuse(err, EINVAL, "%s is not a file here", word);
        return err_hint(err, "import does not fetch -> curl -L URL | mini-docker import -");
    }
    int fd = open(word, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? err_sys(err, "open %s", word) : fd;
}

static int import_run(void *values, int argc, char **argv, struct err *err)
{
    const struct import_args *args = values;
    char message[PATH_MAX], id[DIGEST_TEXT], room[96];
    struct image_platform platform;
    struct json_object *config = json_object_new_object();
    struct image_changing changing = {.config = config};
    struct store store;
    int result = image_platform_parse(args->platform, room, &platform, err);

    if (result == 0 && strcmp(platform.os, "linux") != 0)
        result = err_refuse(err, 0, "operating system is not supported: %.40s", platform.os);
    for (size_t i = 0; i < args->change.count && result == 0; i++)
        result = image_change_line(&changing, args->change.items[i], err);
    cleanup_close int fd = result == 0 ? open_source(argv[0], err) : -1;
    snprintf(message, sizeof(message), "Imported from %s", argv[0]);
    struct image_recipe recipe = {.layer = fd,
        .layer_name = strcmp(argv[0], "-") == 0 ? "standard input" : argv[0],
        .config = config,
        .platform = &platform,
        .comment = args->message ? args->message : message,
        .name = argc > 1 ? argv[1] : NULL,
        .limits = TAR_LIMITS};
    if (args->max_size)
        recipe.limits.bytes = args->max_size;
    if (fd < 0 || cli_store(&store, err) < 0 || image_make(&store, &recipe, id, err) < 0)
        result = -1;
    json_object_put(config);
    if (result < 0)
        return -1;
    event_add(&store, "image", "import", id, NULL);
    printf("%s\n", id);
    return 0;
}

const struct command import_command = {
    .name = "import",
    .operands = "FILE|- [REPOSITORY[:TAG]]",
    .summary = "Make an image of a root file system in a tar",
    .mixed = true,
    .least = 1,
    .most = 2,
    .opts = OPTS,
    .args_size = sizeof(struct import_args),
    .run = import_run,
};
