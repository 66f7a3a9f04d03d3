// SPDX-License-Identifier: MIT
/* version: what this is, and what the host under it offers, in the fields of `docker version`. */
#include "commands.h"

#include "engine/show/show.h"

#include "version.h"

#include "host.h"

#include <json-c/json_object.h>
#include <string.h>
#include <sys/utsname.h>

struct version_args {
    const char *format;
};

static const struct opt OPTS[] = {
    {'f', "format", "TEMPLATE", "json, or a template: '{{.Server.Version}}'", OPT_TEXT,
        offsetof(struct version_args, format)},
    {0},
};

/* Docker has Go's names for machines. */
static const char *architecture(const char *machine)
{
    static const struct {
        const char *machine, *name;
    } names[] = {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "386"}, {"armv7l", "arm"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].machine, machine) == 0)
            return names[i].name;
    }
    return machine;
}

static void set(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

/* There is no daemon: client and server are this program, so both have its version. */
static struct json_object *describe(const struct utsname *uts)
{
    struct json_object *all = json_object_new_object(), *client = json_object_new_object();
    struct json_object *server = json_object_new_object(), *platform = json_object_new_object();

    set(client, "Version", VERSION);
    set(client, "Os", "linux");
    set(client, "Arch", architecture(uts->machine));
    set(client, "Context", "default");
    set(platform, "Name", PROGRAM);
    json_object_object_add(server, "Platform", platform);
    set(server, "Version", VERSION);
    set(server, "Os", "linux");
    set(server, "Arch", architecture(uts->machine));
    set(server, "KernelVersion", uts->release);
    set(server, "Cgroups", host_cgroups_name(host_cgroups()));
    json_object_object_add(server, "Rootless", json_object_new_boolean(!host_is_root()));
    json_object_object_add(all, "Client", client);
    json_object_object_add(all, "Server", server);
    return all;
}

static void print(const struct utsname *uts)
{
    printf("Client: " PROGRAM "\n");
    printf(" Version:           %s\n", VERSION);
    printf(" OS/Arch:           linux/%s\n", architecture(uts->machine));
    printf("\nServer: none; each command does its own work\n");
    printf(" Kernel:            %s %s\n", uts->sysname, uts->release);
    printf(" Groups:            %s\n", host_cgroups_name(host_cgroups()));
    printf(" Rootless:          %s\n", host_is_root() ? "no" : "yes");
}

static int print_format(const struct utsname *uts, const char *format, struct err *err)
{
    struct show show;
    int result = show_begin(&show, format, err);
    struct json_object *object = describe(uts);

    if (result == 0)
        result = show_one(&show, object, err);
    json_object_put(object);
    show_end(&show);
    return result;
}

static int version_run(void *args, int argc, char **argv, struct err *err)
{
    const struct version_args *options = args;
    struct utsname uts;

    (void)argc;
    (void)argv;
    uname(&uts);
    if (globals.version)
        printf(PROGRAM " version " VERSION "\n");
    else if (options->format)
        return print_format(&uts, options->format, err);
    else
        print(&uts);
    return 0;
}

const struct command version_command = {
    .name = "version",
    .summary = "The version, and what the host under it offers",
    .mixed = true,
    .opts = OPTS,
    .args_size = sizeof(struct version_args),
    .run = version_run,
};
