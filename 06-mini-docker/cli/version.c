// SPDX-License-Identifier: MIT
/* version: what this is, and what the host under it offers, in the fields of `docker version`. */
#include "commands.h"

#include "engine/images/image_platform.h"
#include "engine/show/show.h"
#include "version.h"

#include "runtime/json_write.h"

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

/*
 * Nobody here answers requests, so there is no API. What scripts mean when they ask for its version
 * is which Docker they speak to: our JSON has the members of this one's, Docker 20.10's.
 */
static const char API_VERSION[] = "1.41";

/* There is no daemon: client and server are this program, so both have its version. */
static struct json_object *describe(const struct utsname *uts, bool as_json)
{
    const char *api = as_json ? "ApiVersion" : "APIVersion"; /* Go's name for it in a template */
    struct json_object *all = json_object_new_object(), *client = json_object_new_object();
    struct json_object *server = json_object_new_object(), *platform = json_object_new_object();

    json_add_string(client, "Version", VERSION);
    json_add_string(client, api, API_VERSION);
    json_add_string(client, "DefaultAPIVersion", API_VERSION);
    json_add_string(client, "Os", "linux");
    json_add_string(client, "Arch", image_architecture());
    json_add_string(client, "Context", "default");
    json_add_string(platform, "Name", PROGRAM);
    json_object_object_add(server, "Platform", platform);
    json_add_string(server, "Version", VERSION);
    json_add_string(server, api, API_VERSION);
    json_add_string(server, "MinAPIVersion", API_VERSION);
    json_add_string(server, "Os", "linux");
    json_add_string(server, "Arch", image_architecture());
    json_add_string(server, "KernelVersion", uts->release);
    json_add_string(server, "Cgroups", host_cgroups_name(host_cgroups()));
    json_object_object_add(server, "Rootless", json_object_new_boolean(!host_is_root()));
    json_object_object_add(all, "Client", client);
    json_object_object_add(all, "Server", server);
    return all;
}

static void print(const struct utsname *uts)
{
    printf("Client: " PROGRAM "\n");
    printf(" Version:           %s\n", VERSION);
    printf(" API version:       %s, in what is shown; nobody answers requests\n", API_VERSION);
    printf(" OS/Arch:           linux/%s\n", image_architecture());
    printf("\nServer: none; each command does its own work\n");
    printf(" Kernel:            %s %s\n", uts->sysname, uts->release);
    printf(" Groups:            %s\n", host_cgroups_name(host_cgroups()));
    printf(" Rootless:          %s\n", host_is_root() ? "no" : "yes");
}

static int print_format(const struct utsname *uts, const char *format, struct err *err)
{
    struct show show;

    bool json = strcmp(format, "json") == 0;
    if (show_begin(&show, json ? "{{json .}}" : format, err) < 0)
        return -1;
    struct json_object *object = describe(uts, json);
    int result = show_one(&show, object, err);
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
